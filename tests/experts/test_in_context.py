"""The in-context model with the shipped weights: it learns planted rules, and obeys the laws of an expert."""

import gc
from dataclasses import replace

import numpy as np
import pytest

from handful.distribution import losses
from handful.experts import in_context as module
from handful.experts.in_context import ENCODED, MOST_COLUMNS, InContext
from handful.features import Features, Labels

MIDDLE = 49
"""The place of the median among the levels."""


def features(x: np.ndarray, categories: tuple[int, ...] = ()) -> Features:
    names = tuple(f"column {place}" for place in range(x.shape[1]))
    return Features(
        x.astype(np.float32), np.isin(np.arange(x.shape[1]), categories), names, np.full(x.shape[1], -1)
    )


def mixed(rows: int, classes: int, seed: int = 0) -> tuple[Features, Labels]:
    """Numbers and a category, a tenth of the cells blank; the first number tells the target, with noise."""
    rng = np.random.default_rng([seed, rows])
    x = rng.normal(size=(rows, 5))
    x[:, 3] = rng.integers(0, 4, rows)
    signal = x[:, 0] + 0.3 * rng.normal(size=rows)
    x[rng.random(x.shape) < 0.1] = np.nan
    y = np.digitize(signal, [-0.5, 0.5]) if classes else 7 * signal + 100
    return features(x, (3,)), Labels(y.astype(np.float64), classes)


def first(given: tuple[Features, Labels], rows: int) -> tuple[Features, Labels, Features]:
    """Some rows to learn from, and the other rows."""
    place = np.arange(len(given[1]))
    return given[0].take(place < rows), given[1].take(place < rows), given[0].take(place >= rows)


def change(one: np.ndarray, other: np.ndarray, labels: Labels) -> np.ndarray:
    """How far answers differ: in probability, or in shares of the range of the labels."""
    return np.abs(one - other) / (1 if labels.classes else np.ptp(labels.values))


def assert_distributions(answers: np.ndarray, labels: Labels) -> None:
    assert np.isfinite(answers).all()
    if labels.classes:
        np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-9)
        assert (answers >= 0).all()
    else:
        assert (np.diff(answers, axis=1) >= 0).all()


def xor_of_numbers(rng, rows):
    x = rng.normal(size=(rows, 2))
    return features(x), (x[:, 0] > 0) ^ (x[:, 1] > 0), 2


def xor_of_categories(rng, rows):
    x = rng.integers(0, 2, (rows, 2))
    return features(x, (0, 1)), x[:, 0] ^ x[:, 1], 2


def lookup_of_two_categories(rng, rows):
    table = rng.permutation(np.arange(9) % 3).reshape(3, 3)
    x = rng.integers(0, 3, (rows, 2))
    return features(x, (0, 1)), table[x[:, 0], x[:, 1]], 3


def linear_rule(rng, rows):
    x = rng.normal(size=(rows, 4))
    return features(x), x @ [2, -1, 1, 0] > 0, 2


@pytest.mark.parametrize(
    ("rule", "least"),
    [
        (xor_of_numbers, 0.7),
        (xor_of_categories, 0.7),
        (lookup_of_two_categories, 0.85),
        (linear_rule, 0.85),
    ],
)
def test_a_planted_rule_is_learnt_from_64_rows(rule, least):
    right = []
    for seed in range(3):
        x, y, classes = rule(np.random.default_rng(seed), 364)
        known, labels, asked = first((x, Labels(np.asarray(y, np.float64), classes)), 64)
        right.append(InContext().fit(known, labels).predict(asked).argmax(axis=1) == y[64:])
    assert np.mean(right) > least


def test_a_planted_linear_number_is_learnt_from_64_rows():
    explained = []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(364, 4))
        y = x @ [2, -1, 1, 0] + 0.1 * rng.normal(size=364)
        known, labels, asked = first((features(x), Labels(y, 0)), 64)
        found = InContext().fit(known, labels).predict(asked)[:, MIDDLE]
        explained.append(1 - np.square(found - y[64:]).mean() / y[64:].var())
    assert np.mean(explained) > 0.8


def test_where_there_is_nothing_to_learn_the_shares_of_the_classes_come_back():
    away, worse = [], []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        y = rng.choice(3, 364, p=[0.6, 0.3, 0.1]).astype(np.float64)
        given = features(rng.normal(size=(364, 5))), Labels(y, 3)
        known, labels, asked = first(given, 64)
        found = InContext().fit(known, labels).predict(asked)
        shares = np.tile(np.bincount(labels.values.astype(int), minlength=3) / 64, (300, 1))
        away.append(np.abs(found - shares).mean())
        truth = Labels(y[64:], 3)
        worse.append((losses(found, truth) - losses(shares, truth)).mean())
    assert np.mean(away) < 0.15
    assert np.mean(worse) < 0.1


@pytest.mark.parametrize("rows", [4, 60, 600])
@pytest.mark.parametrize("classes", [3, 0])
def test_the_order_of_the_labelled_rows_changes_no_answer(rows, classes):
    known, labels, asked = first(mixed(rows + 30, classes), rows)
    order = np.random.default_rng(1).permutation(rows)
    one = InContext().fit(known, labels).predict(asked)
    other = InContext().fit(known.take(order), labels.take(order)).predict(asked)
    assert change(one, other, labels).max() < 1e-5


@pytest.mark.parametrize("classes", [3, 0])
def test_other_queries_change_no_answer_in_whatever_portions_they_come(classes, monkeypatch):
    known, labels, asked = first(mixed(100, classes), 60)
    fitted = InContext().fit(known, labels)
    whole = fitted.predict(asked)
    alone = np.vstack([fitted.predict(asked.take(np.array([row]))) for row in range(40)])
    np.testing.assert_allclose(alone, whole, atol=1e-9)
    monkeypatch.setattr(module, "AT_ONCE", 7)
    np.testing.assert_allclose(fitted.predict(asked), whole, atol=1e-9)


@pytest.mark.parametrize("classes", [3, 0])
def test_the_order_of_columns_and_the_names_of_codes_change_little(classes):
    known, labels, asked = first(mixed(150, classes), 100)
    answers = InContext().fit(known, labels).predict(asked)

    def reordered(given: Features) -> Features:
        order = np.array([4, 3, 1, 0, 2])
        return Features(given.values[:, order], given.is_category[order], given.column, given.embedding)

    def renamed(given: Features) -> Features:
        values, codes = given.values.copy(), np.array([17, 3, 300, 8])
        given_code = ~np.isnan(values[:, 3])
        values[given_code, 3] = codes[values[given_code, 3].astype(int)]
        return Features(values, given.is_category, given.column, given.embedding)

    for other in (reordered, renamed):
        found = InContext().fit(other(known), labels).predict(other(asked))
        assert change(found, answers, labels).mean() < 0.02


def test_eighty_classes_are_told_apart():
    rng = np.random.default_rng(0)
    y = np.concatenate([np.arange(80), rng.integers(0, 80, 320), np.arange(80)])
    x = 3 * rng.normal(size=(80, 4))[y] + 0.3 * rng.normal(size=(480, 4))
    known, labels, asked = first((features(x), Labels(y.astype(np.float64), 80)), 400)
    answers = InContext().fit(known, labels).predict(asked)
    assert_distributions(answers, labels)
    assert (answers > 0).all()
    assert (answers.argmax(axis=1) == np.arange(80)).mean() > 0.5


def test_a_class_that_no_row_has_gets_nothing():
    rng = np.random.default_rng(0)
    given = features(rng.normal(size=(40, 3)))
    labels = Labels(rng.choice([0.0, 2.0, 3.0], 40), 6)
    answers = InContext().fit(given, labels).predict(given)
    assert_distributions(answers, labels)
    assert (answers[:, [1, 4, 5]] == 0).all()
    assert (answers[:, [0, 2, 3]] > 0).all()


@pytest.mark.parametrize("classes", [3, 0])
def test_a_query_whose_cells_are_all_blank_gets_an_answer(classes):
    known, labels = mixed(60, classes)
    blank = features(np.full((3, 5), np.nan), (3,))
    answers = InContext().fit(known, labels).predict(blank)
    assert_distributions(answers, labels)
    if not classes:
        assert labels.values.min() < answers[0, MIDDLE] < labels.values.max()


@pytest.mark.parametrize("classes", [3, 0])
@pytest.mark.parametrize("rows", [1, 2, 4])
def test_a_handful_of_rows_is_enough_for_an_answer(rows, classes):
    known, labels, asked = first(mixed(20, classes), rows)
    assert_distributions(InContext().fit(known, labels).predict(asked), labels)


@pytest.mark.parametrize("classes", [3, 0])
def test_a_column_of_constants_changes_little(classes):
    known, labels, asked = first(mixed(150, classes), 100)
    answers = InContext().fit(known, labels).predict(asked)

    def beside_a_constant(given: Features) -> Features:
        return features(np.c_[given.values, np.full(len(given), 7.3)], (3,))

    found = InContext().fit(beside_a_constant(known), labels).predict(beside_a_constant(asked))
    assert change(found, answers, labels).mean() < 0.02


@pytest.mark.parametrize("classes", [3, 0])
def test_values_as_large_as_can_be_do_no_harm(classes):
    known, labels = mixed(40, classes)
    large = Features(known.values * np.float32(1e37), np.zeros(5, np.bool_), known.column, known.embedding)
    assert_distributions(InContext().fit(large, labels).predict(large), labels)


@pytest.mark.parametrize("classes", [2, 0])
def test_of_many_columns_the_one_that_tells_all_is_chosen_however_the_rows_come(classes):
    rng = np.random.default_rng(2)
    x = rng.normal(size=(160, 3 * MOST_COLUMNS))
    y = (x[:, 100] > 0).astype(np.float64) if classes else 3 * x[:, 100]
    known, labels, asked = first((features(x), Labels(y, classes)), 80)
    fitted = InContext().fit(known, labels)
    assert len(fitted.chosen) == MOST_COLUMNS
    assert 100 in fitted.chosen
    order = rng.permutation(80)
    again = InContext().fit(known.take(order), labels.take(order))
    assert again.chosen.tolist() == fitted.chosen.tolist()
    found = fitted.predict(asked)
    if classes:
        assert (found.argmax(axis=1) == y[80:]).mean() > 0.8
    else:
        assert np.corrcoef(found[:, MIDDLE], y[80:])[0, 1] > 0.9


@pytest.fixture
def short_contexts(monkeypatch):
    """100 rows are many: the same code, sooner."""
    monkeypatch.setattr(module, "MOST_ROWS", 100)


@pytest.mark.usefixtures("short_contexts")
@pytest.mark.parametrize("classes", [3, 0])
def test_of_many_rows_each_query_is_answered_by_one_context_whatever_stands_beside_it(classes):
    known, labels, asked = first(mixed(380, classes), 350)
    fitted = InContext().fit(known, labels)
    assert fitted.members.shape == (4, 100)
    assert all(len(np.unique(rows)) == 100 for rows in fitted.members)
    answers = fitted.predict(asked)
    assert_distributions(answers, labels)
    by_context = np.stack([
        replace(fitted, centres=fitted.centres[[one]], members=fitted.members[[one]]).predict(asked)
        for one in range(4)
    ])  # fmt: skip
    assert np.isclose(by_context, answers, atol=1e-9).all(axis=2).any(axis=0).all()
    alone = np.vstack([fitted.predict(asked.take(np.array([row]))) for row in range(30)])
    np.testing.assert_allclose(alone, answers, atol=1e-9)


@pytest.mark.usefixtures("short_contexts")
@pytest.mark.parametrize("classes", [3, 0])
def test_many_rows_give_the_same_answers_again_and_in_any_order(classes):
    known, labels, asked = first(mixed(380, classes), 350)
    answers = InContext().fit(known, labels).predict(asked)
    assert InContext().fit(known, labels).predict(asked).tobytes() == answers.tobytes()
    order = np.random.default_rng(1).permutation(350)
    other = InContext().fit(known.take(order), labels.take(order)).predict(asked)
    assert change(other, answers, labels).max() < 1e-5


@pytest.mark.usefixtures("short_contexts")
def test_a_rule_is_learnt_from_many_rows():
    x, y, classes = xor_of_numbers(np.random.default_rng(0), 650)
    known, labels, asked = first((x, Labels(y.astype(np.float64), classes)), 350)
    assert (InContext().fit(known, labels).predict(asked).argmax(axis=1) == y[350:]).mean() > 0.7


@pytest.mark.usefixtures("short_contexts")
@pytest.mark.filterwarnings("ignore:Number of distinct clusters")  # the learner ignores it, too
def test_rows_that_are_all_alike_are_drawn_from_the_whole_table():
    """A table sorted by its target: the nearest rows are any rows, not the first ones."""
    alike, labels = features(np.ones((350, 1))), Labels(np.sort(np.arange(350.0) % 2), 2)
    fitted = InContext().fit(alike, labels)
    assert 0.35 < labels.values[fitted.members[0]].mean() < 0.65


def test_a_context_is_encoded_once_and_forgotten_with_its_object():
    known, labels = mixed(30, 3)
    gc.collect()
    before = len(ENCODED)
    fitted = InContext().fit(known, labels)
    assert len(ENCODED) == before
    fitted.predict(known)
    kept = ENCODED[fitted][0]
    fitted.predict(known)
    assert ENCODED[fitted][0] is kept
    assert len(ENCODED) == before + 1
    del fitted, kept
    gc.collect()
    assert len(ENCODED) == before
