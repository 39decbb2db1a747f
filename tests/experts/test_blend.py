"""The blend takes in what helps, and nothing is judged by those who saw it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.distribution import losses
from handful.experts.blend import Belief, fit_weighting, out_of_fold
from handful.experts.folds import ALWAYS_INSIDE, split_folds
from handful.experts.prior import Prior
from handful.features import Features, Labels

EVEN = Belief(np.array([0.5, 0.5]), 1.0, 1.0)


def answers_of_an_expert_and_a_fool(rows: int = 200) -> tuple[np.ndarray, Labels]:
    """(2, row, class): one that knows, with some errors, and one that says anything."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, rows)
    knows = np.where(rng.random(rows) < 0.9, truth, 1 - truth)
    good = np.where(np.arange(2) == knows[:, None], 0.8, 0.2)
    return np.stack([good, rng.dirichlet([0.5, 0.5], rows)]), Labels(truth.astype(np.float64), 2)


def test_the_one_that_knows_gets_the_weight_and_the_blend_is_no_worse_than_it():
    answers, labels = answers_of_an_expert_and_a_fool()
    weighting = fit_weighting(answers, labels, EVEN)
    assert weighting.weights[0] > 0.9
    assert losses(weighting.mix(answers, 2), labels).mean() < losses(answers[0], labels).mean() + 1e-3


def test_shares_are_convex_and_stay_near_the_belief_where_rows_are_few():
    answers, labels = answers_of_an_expert_and_a_fool()
    few = fit_weighting(answers[:, :4], labels.take(np.arange(4)), Belief(np.array([0.5, 0.5]), 1.0, 100.0))
    np.testing.assert_allclose(few.weights.sum(), 1)
    np.testing.assert_allclose(few.weights, 0.5, atol=0.05)
    assert few.temperature == pytest.approx(1, abs=0.05)


def test_without_a_row_to_judge_by_the_belief_stands():
    blind = fit_weighting(np.full((2, 3, 2), np.nan), Labels(np.zeros(3), 2), EVEN)
    np.testing.assert_allclose(blind.weights, EVEN.weights)


def test_an_expert_that_is_too_timid_is_sharpened():
    truth = np.arange(100) % 2
    timid = np.where(np.arange(2) == truth[:, None], 0.6, 0.4)[None]
    weighting = fit_weighting(timid, Labels(truth.astype(np.float64), 2), Belief(np.ones(1), 1.0, 1.0))
    assert weighting.temperature < 0.5


def test_no_expert_is_asked_about_a_row_that_it_saw():
    """The prior of the other rows never holds the row's own label, as each label occurs once."""
    labels = Labels(np.arange(10.0), 0)
    features = Features(np.zeros((10, 1), np.float32), np.zeros(1, np.bool_), ("x",), np.full(1, -1))
    folds = split_folds(labels)
    answers = out_of_fold((Prior(),), features, labels, folds)[0]
    for row in range(10):
        others = labels.values[folds != folds[row]]
        np.testing.assert_allclose(
            answers[row], Prior().fit(features, labels.take(folds != folds[row])).values
        )
        assert labels.values[row] not in others


@given(st.lists(st.integers(0, 3), min_size=2, max_size=40), st.integers(1, 12), st.integers(0, 99))
def test_folds_keep_units_together_and_leave_every_class_a_row(codes, units, seed):
    labels = Labels(np.array(codes, dtype=np.float64), 4)
    unit = np.random.default_rng(seed).integers(0, units, len(codes))
    folds = split_folds(replace(labels, units=unit))
    for each in np.unique(unit):
        assert len(np.unique(folds[unit == each])) == 1
    for fold in range(folds.max() + 1):
        assert (folds == fold).any()
        assert set(labels.values) == set(labels.values[folds != fold])


def test_a_row_that_is_the_only_one_of_its_class_always_stays_inside():
    folds = split_folds(Labels(np.array([0.0, 0, 0, 0, 1]), 2))
    assert folds[4] == ALWAYS_INSIDE
    assert (folds[:4] >= 0).all()


def test_folds_are_balanced_by_class():
    labels = Labels(np.repeat([0.0, 1.0], [32, 8]), 2)
    folds = split_folds(labels)
    assert np.bincount(folds).tolist() == [5] * 8
    assert np.bincount(folds[labels.values == 1]).tolist() == [1] * 8
