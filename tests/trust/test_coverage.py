"""Sets and intervals cover as often as they promise, and where the rows are too few for that they hold everything."""

import os
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binom

from handful.answer.conformal import fewest
from handful.experts.examples import Examples
from handful.experts.linear import Linear
from handful.experts.prior import Prior
from handful.features import Features, Labels
from handful.trust.coverage import MANY, Coverage, fit_coverage, held_out_of

EXPERTS = (Prior(), Linear("linear", 1.0))
REPEATS = 100
FALSE_ALARM = 1e-4
KINDS = pytest.mark.parametrize("classes", [0, 3], ids=["number", "category"])


def made(rows: int, classes: int, dice: np.random.Generator) -> tuple[Features, Labels]:
    """Two numbers and a category; the target leans on the first, its spread on the second. Independent rows."""
    x = np.column_stack([dice.normal(size=(rows, 2)), dice.integers(0, 3, rows)])
    y = x[:, 0] + np.exp(x[:, 1] / 2) * dice.standard_t(3, rows) / 2
    values = np.digitize(y, [-0.5, 0.8]).astype(float) if classes else y
    names = ("a", "b", "c")
    features = Features(x.astype(np.float32), np.array([False, False, True]), names, np.full(3, -1))
    return features, Labels(values, classes)


def examples(features: Features, labels: Labels) -> Examples:
    count = len(labels)
    unjudged = np.full((count, labels.classes or 99), np.nan, dtype=np.float32)
    return Examples(features, labels, np.arange(count), np.full(count, -1), unjudged)


def fitted(rows, classes, seed=0, queries=40, experts=EXPERTS) -> tuple[Coverage, Features, Labels]:
    """What was fitted on rows, and other rows of the same kind."""
    features, labels = made(rows + queries, classes, np.random.default_rng(seed))
    known = np.arange(rows + queries) < rows
    coverage = fit_coverage(experts, examples(features.take(known), labels.take(known)))
    return coverage, features.take(~known), labels.take(~known)


def holds(coverage: Coverage, features: Features, labels: Labels, level: float) -> np.ndarray:
    if coverage.classes:
        return coverage.sets(features, level)[np.arange(len(labels)), labels.values.astype(int)]
    low, high = coverage.intervals(features, level)
    return (low <= labels.values) & (labels.values <= high)


@pytest.mark.parametrize(
    ("rows", "classes", "experts"),
    [
        (9, 0, EXPERTS[:1]),
        (MANY, 0, EXPERTS[:1]),
        (9, 3, EXPERTS),
        pytest.param(MANY, 3, EXPERTS, marks=pytest.mark.slow),
        pytest.param(11, 0, EXPERTS, marks=pytest.mark.slow),
        pytest.param(MANY, 0, EXPERTS, marks=pytest.mark.slow),
    ],
)
def test_the_truth_is_inside_as_often_as_promised(rows, classes, experts):
    """One new row for each of 100 contexts: fewer inside than a binomial has once in 60,000 times is a fault."""
    seed = int.from_bytes(os.urandom(4), "big")
    inside, promised = 0, 0.0
    for repeat in range(REPEATS):
        coverage, features, labels = fitted(rows, classes, [seed, repeat], queries=1, experts=experts)
        inside += int(holds(coverage, features, labels, 0.9)[0])
        promised = coverage.guarantee(0.9).level_held
    assert promised == (0.9 if rows == MANY else 0.8)
    assert binom.cdf(inside, REPEATS, promised) > FALSE_ALARM / 6, f"seed {seed}: {inside} of {REPEATS}"


@KINDS
def test_rows_too_few_for_the_level_give_everything_and_say_so(classes):
    for rows in (1, 2, 3, 8):
        coverage, features, _ = fitted(rows, classes)
        guarantee = coverage.guarantee(0.9)
        assert not guarantee.bounded
        said = f"{rows} row{'s are' if rows > 1 else ' is'} too few for 90%"
        assert guarantee.text.startswith(said)
        assert guarantee.text.endswith("; 9 would do.")
        if classes:
            assert coverage.sets(features, 0.9).all()
        else:
            assert np.isinf(coverage.intervals(features, 0.9)).all()


def test_three_rows_are_too_few_for_any_level_and_the_text_names_as_many_as_would_do():
    assert fitted(3, 0)[0].guarantee(0.5).text.endswith("; 4 would do.")
    assert fitted(16, 0)[0].guarantee(0.99).text.endswith("; 297 would do.")
    assert held_out_of(297) == fewest(0.99) > held_out_of(296)


@KINDS
def test_rows_that_are_enough_give_less_than_everything(classes):
    for rows in (4, 16, MANY):
        coverage, features, _ = fitted(rows, classes)
        level = 0.8 if rows == 4 else 0.9
        assert coverage.guarantee(level).bounded
        if not classes:
            assert np.isfinite(coverage.intervals(features, level)).all()
        elif rows > 4:
            assert not coverage.sets(features, 0.8).all()


def test_sets_grow_with_the_level_and_are_never_empty():
    for rows in (16, MANY):
        coverage, features, _ = fitted(rows, 3)
        for per_class in (False, True):
            sets = [
                coverage.sets(features, level, per_class=per_class) for level in (0.1, 0.5, 0.8, 0.9, 0.99)
            ]
            assert sets[0].any(axis=1).all()
            for smaller, larger in pairwise(sets):
                assert (smaller <= larger).all()


@KINDS
@pytest.mark.parametrize("rows", [16, MANY])
def test_the_order_of_the_rows_changes_nothing(rows, classes):
    features, labels = made(rows + 5, classes, np.random.default_rng(3))
    inside, order = np.arange(rows + 5) < rows, np.random.default_rng(4).permutation(rows)
    known = examples(features.take(inside), labels.take(inside))
    first, other = fit_coverage(EXPERTS, known), fit_coverage(EXPERTS, known.take(order))
    queries = features.take(~inside)
    if classes:
        assert (first.sets(queries, 0.8) == other.sets(queries, 0.8)).all()
    else:
        np.testing.assert_array_equal(first.intervals(queries, 0.8), other.intervals(queries, 0.8))


def test_a_class_with_too_few_rows_is_in_every_set_of_its_own_promise():
    features, labels = made(48, 3, np.random.default_rng(5))
    common = np.flatnonzero(labels.values < 2)
    rare = np.flatnonzero(labels.values == 2)[:3]
    rows = np.concatenate([common[:26], rare])
    coverage = fit_coverage(EXPERTS, examples(features.take(rows), labels.take(rows)))
    sets = coverage.sets(features, 0.8, per_class=True)
    assert sets[:, 2].all()
    assert not sets[:, :2].all()
    guarantee = coverage.guarantee(0.8, per_class=True)
    assert guarantee.calibrated == 3 < fewest(0.8)
    assert "1 class has too few and is in every set" in guarantee.text


@pytest.mark.parametrize("rows", [16, 100])
def test_rows_of_one_unit_are_left_out_together_and_count_once(rows):
    """Each row twice: as a unit of two it can be told from its twin no more."""
    features, labels = made(rows, 3, np.random.default_rng(6))
    twice = np.repeat(np.arange(rows), 2)
    units = replace(labels.take(twice), units=twice)
    coverage = fit_coverage(EXPERTS, examples(features.take(twice), units))
    assert coverage.units == rows
    assert coverage.guarantee(0.8).calibrated == (rows if rows < MANY else held_out_of(rows))
    assert "groups of rows" in coverage.guarantee(0.8).text


@pytest.mark.parametrize("units", [1, 2, 5])
def test_few_units_of_many_rows_are_few(units):
    features, labels = made(80, 0, np.random.default_rng(7))
    grouped = replace(labels, units=np.arange(80) % units)
    coverage = fit_coverage(EXPERTS, examples(features, grouped))
    assert np.isinf(coverage.intervals(features, 0.9)).all()


def test_a_single_class_is_the_set():
    features, _ = made(16, 0, np.random.default_rng(8))
    alone = Labels(np.zeros(16), 1)
    assert fit_coverage(EXPERTS, examples(features, alone)).sets(features, 0.9).all()


def test_what_is_held_out_leaves_no_rank_rounded_and_two_thirds_to_learn_from():
    for units in range(MANY, 3_000):
        count = held_out_of(units)
        assert (count + 1) % 20 == 0
        assert 19 <= count <= min(499, units / 3)


def test_the_jackknife_promises_twice_the_doubt_and_says_what_to_expect():
    coverage, _, _ = fitted(24, 3)
    guarantee = coverage.guarantee(0.9)
    assert (guarantee.kind, guarantee.level_held, guarantee.calibrated) == ("jackknife+", 0.8, 24)
    assert "at least 80% of the time guaranteed, about 90% to be expected" in guarantee.text
    assert coverage.guarantee(0.5).level_held == 0
    assert "nothing guaranteed" in coverage.guarantee(0.5).text
