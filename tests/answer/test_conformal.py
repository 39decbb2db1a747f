"""The rank rules are exact: for every number of rows up to 200, in whole numbers and in fractions."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from handful.answer.conformal import (
    as_strange,
    covering,
    exact,
    fewest,
    number_ends,
    number_scores,
    spare,
)
from handful.distribution import LEVELS

PARTS = (2, 3, 5, 10, 20, 40, 100, 1000)
WRITTEN = sorted({Fraction(top, whole) for whole in PARTS for top in range(1, whole) if whole != 3})


@pytest.mark.parametrize("scores", range(201))
def test_a_new_score_is_left_out_as_often_as_the_level_allows_and_no_less(scores):
    """Its rank among `scores` + 1 is even: it is among the `spare` largest with probability spare / (scores + 1)."""
    for level in WRITTEN:
        left_out = spare(float(level), scores)
        assert Fraction(left_out, scores + 1) <= 1 - level < Fraction(left_out + 1, scores + 1)


def test_the_fewest_scores_have_one_to_spare_and_one_fewer_has_none():
    for level in WRITTEN:
        least = fewest(float(level))
        assert spare(float(level), least) == 1
        assert spare(float(level), least - 1) == 0
    assert [fewest(level) for level in (0.8, 0.9, 0.95, 0.99)] == [4, 9, 19, 99]


def test_levels_are_read_as_they_are_written_where_floating_point_loses_a_rank():
    assert int((1 - 0.9) * 10) == 0
    assert spare(0.9, 9) == 1
    assert exact(np.float64(0.95)) == Fraction(19, 20)


@pytest.mark.parametrize("level", [0, 1, -0.1, 1.5, float("nan")])
def test_no_other_number_is_a_level(level):
    with pytest.raises(ValueError, match="between 0 and 1"):
        exact(level)


@pytest.mark.parametrize("scores", [*range(1, 30), 59, 99, 200])
def test_each_rank_of_a_new_score_is_in_or_out_as_the_rule_says(scores):
    """Exchangeable scores take every rank once: exactly `spare` of the ranks are left out, of sets and of intervals."""
    every = np.arange(scores + 1, dtype=float)
    for level in (0.5, 0.8, 0.9, 0.95, 0.99):
        inside = 0
        for new in every:
            known = every[every != new]
            kept = bool(as_strange(known, np.array([new]))[0] >= spare(level, scores))
            low, high = covering(-known[:, None], known[:, None], level)
            assert kept == (low[0] <= new <= high[0])
            inside += kept
        assert inside == scores + 1 - spare(level, scores)


def test_too_few_scores_give_infinite_ends_and_never_finite_ones():
    for level in (0.5, 0.8, 0.9, 0.95):
        for scores in range(30):
            low, high = covering(np.zeros((scores, 2)), np.ones((scores, 2)), level)
            finite = np.isfinite(low).all() and np.isfinite(high).all()
            assert finite == (scores >= fewest(level))
            assert finite or (np.isneginf(low).all() and np.isposinf(high).all())


def test_sure_intervals_hold_less_sure_ones():
    dice = np.random.default_rng(0)
    middle, scores = dice.normal(size=(25, 6)), dice.exponential(size=(25, 1))
    ends = [covering(middle - scores, middle + scores, level) for level in (0.3, 0.5, 0.8, 0.9, 0.95, 0.99)]
    for (low, high), (lower, higher) in pairwise(ends):
        assert (lower <= low).all()
        assert (high <= higher).all()


def test_equal_scores_count_as_strange_rounded_as_they_may_be():
    assert as_strange(np.array([0.25, 0.5, 0.5, 0.75]), np.array([0.5 + 1e-15, 0.5 + 1e-6])).tolist() == [
        3,
        1,
    ]


def test_the_ends_of_a_score_have_that_score():
    said = np.sort(np.random.default_rng(1).normal(size=(5, len(LEVELS))), axis=1)
    scores = np.array([0.0, 0.5, 3.0])
    for end in number_ends(said, scores):
        for score, values in zip(scores, end, strict=True):
            np.testing.assert_allclose(number_scores(said, values), score, atol=1e-12)


def test_certain_answers_have_scores_all_the_same():
    said = np.zeros((2, len(LEVELS)))
    scores = number_scores(said, np.array([0.0, 1.0]))
    assert scores[0] == 0
    assert np.isfinite(scores).all()
