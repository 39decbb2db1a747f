"""Why an answer is what it is: shares of columns add up, unused columns have none, the rows named do decide."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from handful.experts.blend import Blend, Weighting
from handful.experts.examples import Examples
from handful.experts.expert import Expert
from handful.experts.folds import split_folds
from handful.experts.in_context import InContext, _guess_pulls, context_of
from handful.experts.linear import Linear
from handful.experts.panel import Panel, fit_panel
from handful.experts.prior import Prior
from handful.experts.projection import Projection
from handful.features import Features, Labels
from handful.trust.importance import importance
from handful.trust.reasons import column_shares, rows_that_decided

EXPERTS: tuple[Expert, ...] = (InContext(), Linear("linear", 1.0))


@dataclass(frozen=True)
class Formula:
    """A fitted expert whose answers are known: a number that is 3 a + b, plus the product of c and d."""

    def predict(self, features: Features) -> np.ndarray:
        x = features.values.astype(np.float64)
        return np.repeat((3 * x[:, 0] + x[:, 1] + x[:, 2] * x[:, 3])[:, None], 99, axis=1)


def table(rows: int, columns: int = 6, seed: int = 0) -> Features:
    rng = np.random.default_rng(seed)
    names = tuple(f"column {place}" for place in range(columns))
    values = rng.normal(size=(rows, columns)).astype(np.float32)
    return Features(values, np.zeros(columns, dtype=np.bool_), names, np.full(columns, -1))


def examples_of(features: Features, labels: Labels) -> Examples:
    rows = len(labels)
    held_out = np.full((rows, labels.classes or 99), np.nan, dtype=np.float32)
    return Examples(features, labels, np.arange(rows), split_folds(labels), held_out)


def told(classes: int, rows: int = 60, columns: int = 6) -> Examples:
    """The first column tells the target, with a little noise."""
    features = table(rows, columns)
    signal = features.values[:, 0] + 0.2 * np.random.default_rng(1).normal(size=rows)
    labels = np.digitize(signal, [0.0]).astype(np.float64) if classes else signal
    return examples_of(features, Labels(labels, classes))


def blend_of(experts: tuple[Expert, ...], examples: Examples) -> Blend:
    even = Weighting(np.full(len(experts), 1 / len(experts)), 1.0)
    panel = fit_panel(experts, examples.features, examples.labels)
    return Blend(tuple(expert.name for expert in experts), panel, even, examples.labels.classes)


def known_formula(columns: int) -> Blend:
    panel = Panel((Formula(),), ("raw",), Projection(np.arange(columns), ()))
    return Blend(("formula",), panel, Weighting(np.ones(1), 1.0), 0)


@pytest.mark.parametrize("classes", [2, 0])
@pytest.mark.parametrize("columns", [1, 3, 6])
def test_the_shares_of_the_columns_add_up_to_the_answer_less_its_base(classes, columns):
    examples = told(classes, columns=columns)
    blend, queries = blend_of(EXPERTS, examples), table(5, columns, seed=2)
    found = column_shares(blend, queries, examples)
    np.testing.assert_allclose(found.moved.sum(axis=1), found.answer - found.base, atol=1e-9)
    said = blend.predict(queries)
    if classes:
        np.testing.assert_allclose(found.answer, said.max(axis=1), atol=1e-9)


@pytest.mark.parametrize("columns", [4, 6])  # so few that every background row is walked from
def test_an_additive_column_gets_what_it_adds_and_an_unused_column_nothing(columns):
    examples = examples_of(table(16, columns), Labels(np.arange(16.0), 0))
    queries = table(7, columns, seed=3)
    found = column_shares(known_formula(columns), queries, examples)
    x, known = queries.values.astype(np.float64), examples.features.values.astype(np.float64)
    np.testing.assert_allclose(found.moved[:, 0], 3 * (x[:, 0] - known[:, 0].mean()), atol=1e-5)
    both = x[:, 2] * x[:, 3] - (known[:, 2] * known[:, 3]).mean()
    np.testing.assert_allclose(found.moved[:, 2:4].sum(axis=1), both, atol=1e-5)
    assert (found.moved[:, 4:] == 0).all()


def test_features_of_one_column_have_one_share():
    examples = told(2)
    columns = ("day", "day", "day", "size", "size", "other")
    examples = replace(examples, features=replace(examples.features, column=columns))
    found = column_shares(blend_of(EXPERTS, examples), examples.features.take(np.arange(3)), examples)
    assert found.columns == ("day", "size", "other")
    assert found.moved.shape == (3, 3)


def test_a_column_and_its_copy_in_another_unit_share_alike():
    values = table(40).values
    values[:, 5] = 2.54 * values[:, 0] + 7
    features = replace(table(40), values=values)
    examples = examples_of(features, Labels(values[:, 0].astype(np.float64), 0))
    found = column_shares(known_formula(6), features.take(np.arange(4)), examples)
    assert np.abs(found.moved[:, 0]).max() > 0.1
    np.testing.assert_allclose(found.moved[:, 0], found.moved[:, 5])
    np.testing.assert_allclose(found.moved.sum(axis=1), found.answer - found.base, atol=1e-9)


def test_a_query_has_the_same_reasons_whatever_is_asked_beside_it():
    examples = told(2)
    blend, queries = blend_of(EXPERTS, examples), table(4, seed=5)
    alone = column_shares(blend, queries.take(np.array([2])), examples).moved[0]
    np.testing.assert_allclose(alone, column_shares(blend, queries, examples).moved[2], atol=1e-6)
    rows, shares = rows_that_decided(blend, queries, examples)
    again, same = rows_that_decided(blend, queries.take(np.array([2])), examples)
    np.testing.assert_array_equal(again[0], rows[2])
    np.testing.assert_allclose(same[0], shares[2], atol=1e-6)


@pytest.mark.parametrize("classes", [2, 0])
def test_without_the_rows_that_decided_the_answer_moves_more_than_without_others(classes):
    examples = told(classes)
    blend, queries = blend_of(EXPERTS, examples), table(4, seed=7)
    before = blend.predict(queries)
    places, shares = rows_that_decided(blend, queries, examples)
    assert (np.diff(shares, axis=1) <= 0).all()
    assert (shares >= 0).all()
    assert (shares.sum(axis=1) <= 1 + 1e-9).all()

    def moved(query: int, without: np.ndarray) -> float:
        keep = np.setdiff1d(np.arange(len(examples)), without)
        after = blend_of(EXPERTS, examples.take(keep)).predict(queries.take(np.array([query])))[0]
        return float(np.abs(after - before[query]).mean())

    rng = np.random.default_rng(0)
    deciding = np.mean([moved(query, places[query]) for query in range(4)])
    others = np.mean([moved(query, rng.permutation(len(examples))[:5]) for query in range(4)])
    assert deciding > 2 * others


@pytest.mark.parametrize("classes", [2, 0])
def test_a_row_pulls_its_own_guess_by_as_much_as_leaving_it_out_changes(classes):
    examples = told(classes)
    context = context_of(examples.features, examples.labels)
    guesser, toward = context.guesser, np.full(len(examples), classes // 2)
    said = guesser.guesses(guesser.points, np)[0] - guesser.left_out[0]
    for guess, pull in enumerate(_guess_pulls(guesser, guesser.points, toward)):
        np.testing.assert_allclose(np.diag(pull), said[:, guess, classes // 2], atol=1e-6)


def test_the_rows_that_decided_do_not_depend_on_their_order():
    examples = told(2)
    order = np.random.default_rng(3).permutation(len(examples))
    shuffled = examples.take(order)
    queries = table(3, seed=8)
    places, shares = rows_that_decided(blend_of(EXPERTS, examples), queries, examples)
    again, same = rows_that_decided(blend_of(EXPERTS, shuffled), queries, shuffled)
    np.testing.assert_array_equal(order[again], places)
    np.testing.assert_allclose(same, shares, atol=1e-6)


def test_no_row_decides_where_no_column_tells_anything():
    examples = told(2)
    places, shares = rows_that_decided(blend_of((Prior(),), examples), table(2), examples)
    assert places.shape == shares.shape == (2, 0)


@pytest.mark.parametrize("classes", [2, 0])
def test_the_decisive_column_comes_first_and_an_interval_of_noise_holds_zero(classes):
    first, *others = importance(EXPERTS, told(classes))
    assert first.column == "column 0"
    assert first.low > 0
    # each of five intervals holds 0 nine times in ten; fewer than two is a chance of one in two thousand
    assert sum(each.low <= 0 <= each.high for each in others) >= 2
    assert max(each.drop for each in others) < first.drop / 5


def test_importance_is_the_same_each_time_and_a_copy_matters_as_much():
    examples = told(0)
    values = examples.features.values.copy()
    values[:, 3] = values[:, 0]
    examples = replace(examples, features=replace(examples.features, values=values))
    found = importance(EXPERTS, examples)
    assert found == importance(EXPERTS, examples)
    assert {each.column for each in found[:2]} == {"column 0", "column 3"}
    assert found[0].drop == found[1].drop


def test_importance_is_empty_where_no_row_can_be_held_out():
    examples = examples_of(table(2), Labels(np.array([0.0, 1.0]), 2))
    assert (examples.folds < 0).all()
    assert importance(EXPERTS, examples) == ()
