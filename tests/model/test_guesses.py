"""The first guesses are what their formulas say, fair to the context's own rows, and finite."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handful.model.guesses import CONSTANT, FORMS, GUESSES, REACH, SCALES, fit_guesser
from tests.model.contexts import awkward, context, planted

SEEDS = st.integers(0, 2**32 - 1)
EVEN = [guess for guess, (_, power, _) in enumerate(FORMS) if power == 0]
"""The guesses for which all columns count the same."""


@settings(max_examples=10)
@given(SEEDS)
def test_leaving_a_row_out_is_the_same_as_refitting_without_it(seed):
    """Where all columns count the same; in the other guesses `relevance` has seen the row."""
    fitted = context(seed, rows=12)
    at, values = fitted.guesser.points, fitted.values
    left_out = fit_guesser(at, values, np).left_out
    for row in range(12):
        others = np.delete(np.arange(12), row)
        refitted = fit_guesser(at[:, others], values[:, others], np).guesses(at[:, [row]], np)
        np.testing.assert_allclose(left_out[:, row, EVEN], refitted[:, 0, EVEN], atol=1e-8)


def test_with_one_column_there_is_nothing_to_weigh_and_every_guess_is_left_out_exactly():
    fitted = context(0, rows=12, columns=1)
    at, values = fitted.guesser.points, fitted.values
    refitted = fit_guesser(at[:, 1:], values[:, 1:], np).guesses(at[:, :1], np)
    np.testing.assert_allclose(fit_guesser(at, values, np).left_out[:, 0], refitted[:, 0], atol=1e-8)


@pytest.mark.parametrize(
    "guess", [guess for guess, (kernel, _, _) in enumerate(FORMS) if kernel not in REACH]
)
def test_a_linear_guess_is_a_ridge_regression_on_columns_as_large_as_they_count(guess):
    fitted = context(1)
    at, values = fitted.guesser.points, fitted.values
    guesser = fit_guesser(at, values, np)
    kernel, power, penalty = FORMS[guess]
    share = guesser.weight**power
    share = np.sqrt(share / share.sum(axis=1, keepdims=True))[:, None]
    for i in range(2):
        numbers = (at[i, ..., :3] * SCALES[kernel] * share[i, ..., None]).reshape(20, -1)
        codes = [
            (at[i, :, j, 4] == code) * at[i, :, j, 3] * share[i, 0, j]
            for j in range(at.shape[2])
            for code in np.unique(at[i, :, j, 4])
        ]
        design = np.column_stack([numbers, *codes, np.full(20, np.sqrt(CONSTANT))])
        inner = design.T @ design + penalty * np.eye(design.shape[1])
        slopes = np.linalg.solve(inner, design.T @ values[i])
        np.testing.assert_allclose(guesser.guesses(at, np)[i, :, guess], design @ slopes, atol=1e-9)


def test_what_is_explained_is_what_the_guesses_for_left_out_rows_get_right():
    x, y = columns_of_numbers(0), np.random.default_rng(1).normal(size=120)
    nothing, everything = planted(x, y).guesser.explained, planted(x, 3 * x[:, 0] + x[:, 1]).guesser.explained
    assert everything.min() > 0.4 > 0.1 > nothing.max()


def test_guesses_that_are_right_explain_all_and_those_no_better_than_the_mean_nothing():
    fitted = context(0)
    guesser = fit_guesser(fitted.guesser.points, fitted.values, np)
    missed = ((guesser.left_out - fitted.values[:, :, None]) ** 2).sum(axis=-1).mean(axis=1)
    of_the_mean = ((fitted.values - fitted.values.mean(axis=1, keepdims=True)) ** 2).sum(axis=-1).mean(axis=1)
    np.testing.assert_allclose(guesser.explained, np.clip(1 - missed / of_the_mean[:, None], -1, 1))


@given(SEEDS)
def test_the_order_of_rows_moves_what_is_left_out_and_changes_no_guess(seed):
    fitted, asked = context(seed), context(seed + 1)
    order = np.random.default_rng(seed).permutation(20)
    moved = fit_guesser(fitted.guesser.points[:, order], fitted.values[:, order], np)
    same = fit_guesser(fitted.guesser.points, fitted.values, np)
    np.testing.assert_allclose(same.left_out[:, order], moved.left_out, atol=1e-8)
    at = asked.guesser.points
    np.testing.assert_allclose(same.guesses(at, np), moved.guesses(at, np), atol=1e-8)


@given(SEEDS)
def test_the_order_of_columns_moves_their_weights_and_changes_no_guess(seed):
    fitted = context(seed)
    order = np.random.default_rng(seed).permutation(5)
    moved = fit_guesser(fitted.guesser.points[:, :, order], fitted.values, np)
    same = fit_guesser(fitted.guesser.points, fitted.values, np)
    np.testing.assert_allclose(same.weight[:, order], moved.weight)
    np.testing.assert_allclose(same.left_out, moved.left_out, atol=1e-8)


def columns_of_numbers(seed: int, rows: int = 120) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, 6))


@pytest.mark.parametrize("decides", range(6))
@pytest.mark.parametrize(
    "rule",
    [
        lambda v: 3 * v,
        lambda v: v**2,
        lambda v: v > 0,
        lambda v: np.abs(v) > 0.7,
        lambda v: np.digitize(v, [-0.5, 0.5]),
    ],
    ids=["a line", "a U", "two classes", "the middle against both ends", "three classes"],
)
def test_the_one_column_that_decides_is_picked_out(rule, decides):
    x = columns_of_numbers(decides)
    y = np.asarray(rule(x[:, decides]))
    classes = 0 if y.dtype == np.float64 else int(y.max()) + 1
    weight = planted(x, y, classes=classes).guesser.weight[0]
    assert weight.argmax() == decides
    assert weight[decides] > 3 * np.delete(weight, decides).max()


@pytest.mark.parametrize("classes", [0, 3])
def test_a_category_that_decides_is_picked_out(classes):
    x = columns_of_numbers(0)
    x[:, 2] = np.random.default_rng(1).integers(0, 6, len(x))
    y = np.array([0, 2, 1, 2, 0, 1])[x[:, 2].astype(int)]
    weight = planted(x, y, is_category=[j == 2 for j in range(6)], classes=classes).guesser.weight[0]
    assert weight.argmax() == 2


def test_what_is_blank_can_decide():
    x = columns_of_numbers(0)
    y = np.random.default_rng(1).integers(0, 2, len(x))
    x[:, 4] = np.where(y == 1, np.nan, x[:, 4])
    assert planted(x, y, classes=2).guesser.weight[0].argmax() == 4


@given(SEEDS)
def test_columns_count_1_on_average_and_none_counts_nothing(seed):
    weight = context(seed).guesser.weight
    np.testing.assert_allclose(weight.mean(axis=1), 1)
    assert (weight > 0).all()


def test_what_two_columns_decide_together_is_guessed_by_the_kernels_and_not_by_the_line():
    x = columns_of_numbers(3, rows=200)
    y = ((x[:, 0] > 0) ^ (x[:, 1] > 0)).astype(int)
    right = (planted(x[:, :2], y, classes=2).guesser.left_out[0].argmax(axis=-1) == y[:, None]).mean(axis=0)
    for guess, (kernel, _, _) in enumerate(FORMS):
        assert right[guess] > 0.8 if kernel in REACH else right[guess] < 0.65


@pytest.mark.parametrize("name", awkward())
@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_every_guess_is_finite_and_of_the_size_of_the_targets(name, classes, kind):
    x, y = awkward()[name]
    guesser = planted(x.astype(kind), y, classes=classes).guesser
    found = guesser.guesses(guesser.points, np)
    assert found.shape == guesser.left_out.shape == (1, len(x), GUESSES, max(1, classes))
    assert found.dtype == kind
    assert np.abs(guesser.explained).max() <= 1
    assert np.abs(found).max() < 6
    assert np.abs(guesser.left_out).max() < 12
