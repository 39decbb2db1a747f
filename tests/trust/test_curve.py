"""The learning curve: what was measured at fewer rows, what is to be expected of more, and how sure that is."""

import re

import numpy as np
import pytest

from handful.distribution import floored
from handful.experts.blend import out_of_fold
from handful.experts.examples import Examples
from handful.experts.expert import Expert
from handful.experts.folds import ALWAYS_INSIDE, split_folds
from handful.experts.linear import Linear
from handful.experts.prior import Prior
from handful.features import Features, Labels
from handful.trust.curve import Curve, fit_curve, measure_sizes
from handful.trust.trend import fit_trend

EXPERTS: tuple[Expert, ...] = (Prior(), Linear("linear", 0.5))


def examples_of(x: np.ndarray, labels: Labels) -> Examples:
    columns = tuple(f"column {place}" for place in range(x.shape[1]))
    features = Features(
        x.astype(np.float32), np.zeros(len(columns), np.bool_), columns, np.full(len(columns), -1)
    )
    folds = split_folds(labels)
    said = out_of_fold(EXPERTS[1:], features, labels, folds)[0]
    said = floored(said) if labels.classes else said
    return Examples(features, labels, np.arange(len(labels)), folds, said.astype(np.float32))


def classes(rows: int = 96, *, telling: float = 1.0, columns: int = 12, seed: int = 0) -> Examples:
    """Two classes that every column tells a little of, or nothing."""
    rng = np.random.default_rng(seed)
    code = np.arange(rows) % 2
    x = rng.normal(size=(rows, columns)) + telling * (code[:, None] - 0.5)
    return examples_of(x, Labels(code.astype(np.float64), 2))


def numbers(rows: int = 64) -> Examples:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 8))
    return examples_of(x, Labels(x.sum(axis=1) / 3 + rng.normal(scale=0.3, size=rows), 0))


def errors_along(sizes: np.ndarray, expected: np.ndarray, rows: int = 400, seed: int = 0) -> np.ndarray:
    """(size, row) wrong or right with these chances, the same rows the hard ones at every size."""
    hard = np.random.default_rng(seed).random(rows)
    return (hard < expected[:, None]).astype(np.float64)


def curve_of(examples: Examples) -> Curve:
    curve = fit_curve(EXPERTS, examples)
    assert curve is not None
    return curve


@pytest.mark.parametrize("examples", [classes(), numbers()], ids=["classes", "numbers"])
def test_the_band_holds_what_is_expected_and_widens_ahead(examples):
    curve = curve_of(examples)
    for trend in (curve.error, curve.loss):
        assert (trend.low <= trend.best).all()
        assert (trend.best <= trend.high).all()
    best, low, high = curve.score_at(2 * curve.rows)
    assert low < best < high
    assert low >= 0
    relative = (curve.error.high - curve.error.low) / curve.error.best
    assert relative[-1] > relative[len(relative) // 2]


def test_sizes_are_nested_halves_and_the_largest_is_what_learning_without_a_fold_leaves():
    found = measure_sizes(EXPERTS, classes(96), lambda share: None)
    np.testing.assert_array_equal(found.sizes, [12, 24, 48, 84])
    assert found.errors.shape == found.losses.shape == (4, 96)
    assert set(np.unique(found.errors)) <= {0.0, 1.0}


def test_what_is_expected_never_gets_worse_with_rows():
    assert (np.diff(curve_of(classes(32)).error.best) <= 1e-6).all()


def test_a_curve_of_noise_says_that_more_rows_will_hardly_help():
    curve = curve_of(classes(128, telling=0.0, columns=3))
    assert curve.sentence() == "more rows of this kind will hardly help"
    sizes = np.array([16.0, 32.0, 64.0, 112.0])
    for seed in range(5):
        trend = fit_trend(sizes, errors_along(sizes, np.full(4, 0.5), 128, seed), np.arange(128), most=1.0)
        assert Curve(128, True, trend, trend).sentence() == "more rows of this kind will hardly help"


def test_a_curve_that_falls_is_carried_on_and_one_that_is_flat_is_not():
    sizes = np.array([50.0, 100.0, 200.0, 400.0])
    units = np.arange(2000)
    falling = fit_trend(sizes, errors_along(sizes, 3 * sizes**-0.5, 2000), units, most=1.0)
    assert falling.at(800)[0] == pytest.approx(3 * 800**-0.5, rel=0.15)
    flat = fit_trend(sizes, errors_along(sizes, np.full(4, 0.3), 2000), units, most=1.0)
    assert flat.at(1600)[0] > 0.95 * flat.at(400)[0]
    assert falling.at(1600)[0] < 0.7 * falling.at(400)[0]


def test_fewer_rows_to_judge_by_make_a_wider_band():
    sizes = np.array([50.0, 100.0, 200.0, 400.0])
    each = errors_along(sizes, 3 * sizes**-0.5, 2000)
    _, low, high = fit_trend(sizes, each, np.arange(2000), most=1.0).at(800)
    _, few_low, few_high = fit_trend(sizes, each[:, :40], np.arange(40), most=1.0).at(800)
    assert few_high - few_low > 1.2 * (high - low)
    of_groups = fit_trend(sizes, each[:, :40], np.arange(40) // 10, most=1.0).at(800)
    assert of_groups[2] > few_low


def test_ten_rows_that_are_all_right_leave_a_doubt():
    sizes = np.array([4.0, 9.0])
    best, low, high = fit_trend(sizes, np.zeros((2, 10)), np.arange(10), most=1.0).at(9)
    assert low == 0 < best < high
    assert 0.1 < high < 0.5
    more = fit_trend(sizes, np.zeros((2, 10)), np.arange(10), most=1.0, unjudged=6).at(9)
    assert more[0] > best


def falling_curve(rows: int = 400) -> Curve:
    """A curve on which the error halves with four times the rows, judged on so many rows; 0.85 right at 400."""
    sizes = np.array([50.0, 100.0, 200.0, 400.0])
    trend = fit_trend(sizes, errors_along(sizes, 3 * sizes**-0.5, rows), np.arange(rows), most=1.0)
    return Curve(400, True, trend, trend)


def test_rows_for_a_score_grow_with_the_score_and_lie_in_their_band():
    curve = falling_curve()
    now = curve.score_at(curve.rows)[0]
    assert curve.rows_for(now - 0.1)[0] == 0
    steps = [curve.rows_for(now + step) for step in (0.01, 0.02, 0.03)]
    assert 0 < steps[0][0] < steps[1][0] < steps[2][0] < np.inf
    for best, low, high in steps:
        assert low <= best <= high
    assert curve.rows_for(1.0)[2] == np.inf
    assert curve.score_at(400 + round(steps[1][0]))[0] == pytest.approx(now + 0.02, abs=1e-3)


def test_the_sentence_names_a_number_of_rows_a_score_and_a_band():
    said = falling_curve(2000).sentence()
    assert re.fullmatch(r"about [\d,]+ more rows for 0.90 \(between [\d,]+ and [\d,]+\)", said)
    assert re.search(r"\(at least [\d,]+\)$", falling_curve(100).sentence())
    of_numbers = curve_of(numbers())
    small, large = of_numbers.sentence(), of_numbers.sentence(scale=1000.0)
    assert "for a mean absolute error of 0." in small
    assert small != large


def test_labels_that_are_all_the_same_have_a_curve_without_errors():
    sizes = np.array([4.0, 8.0])
    trend = fit_trend(sizes, np.zeros((2, 9)), np.arange(9))
    assert trend.at(16)[2] == pytest.approx(0, abs=1e-4)


def test_a_class_of_two_rows_that_are_both_held_out_is_no_obstacle():
    rng = np.random.default_rng(0)
    code = np.repeat([0.0, 1.0, 2.0], [12, 12, 2])
    examples = examples_of(rng.normal(size=(26, 3)) + code[:, None], Labels(code, 3))
    folds = examples.folds.copy()
    folds[-2:] = 0, 4
    curve = curve_of(Examples(examples.features, examples.labels, examples.rows, folds, examples.held_out))
    assert np.isfinite(curve.error.best).all()


def test_where_the_examples_are_some_of_the_rows_the_curve_goes_on_from_all_of_them():
    examples = classes(48)
    curve = fit_curve(EXPERTS, examples, rows=480)
    assert curve is not None
    assert curve.rows == 480
    np.testing.assert_allclose(curve.error.sizes[-1], 420)


def test_the_order_of_the_rows_of_the_table_does_not_matter():
    """Rows come in an order by content; only their places differ."""
    examples = classes(48)
    moved = Examples(
        examples.features, examples.labels, examples.rows[::-1], examples.folds, examples.held_out
    )
    np.testing.assert_array_equal(curve_of(examples).error.best, curve_of(moved).error.best)


def test_twelve_rows_have_a_curve_and_rows_that_cannot_be_held_out_have_none():
    assert curve_of(classes(12)).error.sizes[-1] < 12
    examples = classes(12)
    alone = Examples(
        examples.features,
        examples.labels,
        examples.rows,
        np.full(12, ALWAYS_INSIDE),
        examples.held_out,
    )
    assert fit_curve(EXPERTS, alone) is None


@pytest.mark.parametrize("rows", [16, 64])
def test_the_band_at_twice_the_rows_holds_what_is_true_there(rows):
    """Errors along power laws above asymptotes; a learner is worse or better than the law by a tenth."""
    rng = np.random.default_rng(0)
    sizes = rows * np.array([0.25, 0.5, 0.875])
    held = []
    for _ in range(60):
        share, power = rng.uniform(0.2, 1), rng.uniform(0.2, 1)
        law = 0.25 * (share + (1 - share) * (np.append(sizes, 2 * rows) / rows) ** -power)
        law *= np.exp(rng.normal(scale=[0.05, 0.05, 0.05, 0.1]))
        each = errors_along(sizes, law[:3], rows, seed=int(rng.integers(2**32)))
        _, low, high = fit_trend(sizes, each, np.arange(rows), most=1.0).at(2 * rows)
        held.append(low <= law[3] <= high)
    assert np.mean(held) > 0.8
