"""The laws of the inner contract."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handful.distribution import LEVELS, floored, losses, mean, slopes, tempered
from handful.features import Labels


def probabilities(seed: int, rows: int = 5, classes: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.ones(classes), rows)


def quantiles(seed: int, rows: int = 5) -> np.ndarray:
    return np.sort(np.random.default_rng(seed).normal(size=(rows, 99)), axis=1)


@given(st.integers(0, 2**32 - 1), st.floats(0.2, 4))
def test_tempering_keeps_the_order_of_classes_and_the_median(seed, temperature):
    cooled = tempered(probabilities(seed), temperature, 3)
    np.testing.assert_allclose(cooled.sum(axis=1), 1)
    assert (cooled.argmax(axis=1) == probabilities(seed).argmax(axis=1)).all()
    spread = tempered(quantiles(seed), temperature, 0)
    np.testing.assert_allclose(spread[:, 49], quantiles(seed)[:, 49])
    assert (np.diff(spread, axis=1) >= 0).all()


def test_a_temperature_of_one_changes_nothing():
    np.testing.assert_allclose(tempered(probabilities(0), 1.0, 3), probabilities(0))
    np.testing.assert_allclose(tempered(quantiles(0), 1.0, 0), quantiles(0))


def test_the_log_loss_is_that_of_the_label():
    np.testing.assert_allclose(losses(np.array([[0.2, 0.8]]), Labels(np.array([1.0]), 2)), -np.log(0.8))


def test_an_impossible_class_has_a_finite_loss():
    assert losses(np.array([[1.0, 0.0]]), Labels(np.array([1.0]), 2))[0] < 14


def test_the_crps_of_a_point_is_its_distance():
    """All mass on 3, the truth at 5: the CRPS is the absolute error, the levels being symmetric."""
    np.testing.assert_allclose(losses(np.full((1, 99), 3.0), Labels(np.array([5.0]), 0)), 2.0)


def test_the_crps_is_close_to_its_closed_form_for_a_normal_distribution():
    from scipy.stats import norm

    z = 0.7
    exact = z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi)  # Gneiting & Raftery 2007, (21)
    found = losses(norm.ppf(LEVELS)[None], Labels(np.array([z]), 0))
    np.testing.assert_allclose(found, exact, rtol=0.03)


@given(st.integers(0, 2**32 - 1))
def test_the_slope_is_the_derivative_of_the_loss(seed):
    rng = np.random.default_rng(seed)
    for values, labels in (
        (probabilities(seed), Labels(rng.integers(0, 3, 5).astype(np.float64), 3)),
        (quantiles(seed), Labels(rng.normal(size=5), 0)),
    ):
        step = 1e-7 * rng.uniform(0.5, 1, values.shape)
        change = losses(values + step, labels) - losses(values, labels)
        np.testing.assert_allclose(change, (slopes(values, labels) * step).sum(axis=1), rtol=1e-2, atol=5e-9)


def test_floored_probabilities_sum_to_one_and_none_is_zero():
    raised = floored(np.array([[1.0, 0.0], [0.5, 0.5]]))
    np.testing.assert_allclose(raised.sum(axis=1), 1)
    assert raised.min() > 0


def test_the_mean_lies_between_the_ends():
    values = quantiles(3)
    assert ((values[:, 0] <= mean(values)) & (mean(values) <= values[:, -1])).all()
