"""A row unlike the labelled ones is seen, and rows like them are flagged no more often than stated."""

import secrets

import numpy as np
import pytest
from scipy.stats import binom

from handful.experts.blend import Blend, Weighting
from handful.experts.examples import Examples
from handful.experts.folds import split_folds
from handful.experts.linear import Linear
from handful.experts.panel import fit_panel
from handful.experts.prior import Prior
from handful.features import Features, Labels
from handful.learning import fit_blend
from handful.trust.novelty import FALSE_ALARM, Novelty, fit_novelty

COLUMNS = ("x", "y", "z", "colour")


def features_of(values: np.ndarray) -> Features:
    is_category = np.array([False, False, False, True])
    return Features(values.astype(np.float32), is_category, COLUMNS, np.full(4, -1))


def drawn(rows: int, rng: np.random.Generator) -> np.ndarray:
    """Three numbers, two of which go together, and a category of three."""
    numbers = rng.normal(size=(rows, 3))
    numbers[:, 1] += 2 * numbers[:, 0]
    return np.column_stack([numbers, rng.integers(0, 3, rows)])


def fitted(
    values: np.ndarray, folds: np.ndarray | None = None, units: np.ndarray | None = None
) -> tuple[Novelty, Blend]:
    labels = Labels((np.arange(len(values)) % 2).astype(np.float64), 2, units)
    features = features_of(values)
    blend = Blend(("prior",), fit_panel((Prior(),), features, labels), Weighting(np.ones(1), 1.0), 2)
    held_out = np.full((len(values), 2), 0.5, np.float32)
    folds = split_folds(labels) if folds is None else folds
    examples = Examples(features, labels, np.arange(len(values)), folds, held_out)
    return fit_novelty(examples, blend, held_out[None].astype(np.float64)), blend


def p_values(novelty: Novelty, blend: Blend, values: np.ndarray) -> np.ndarray:
    features = features_of(values)
    known = np.zeros(features.values.shape, dtype=np.bool_)
    return novelty.p_values(blend, features, blend.predict_each(features), known)


def test_rows_like_the_labelled_ones_are_flagged_at_the_stated_rate_at_most():
    """One query for each of many contexts: flagged more often than 1 in 20 at a chance of 1e-4."""
    seed = secrets.randbits(32)
    rng = np.random.default_rng(seed)
    flagged, repeats = 0, 100
    for _ in range(repeats):
        values = drawn(41, rng)
        novelty, blend = fitted(values[:40])
        flagged += int(novelty.flagged(p_values(novelty, blend, values[40:]))[0])
    assert flagged <= binom.isf(1e-4, repeats, FALSE_ALARM), f"seed {seed}"


@pytest.mark.parametrize(
    "far",
    [(30, 60, 0, 1), (0, 0, 0, 7), (0, 0, np.nan, 1), (2, -4, 0, 1)],
    ids=["far away", "a category never seen", "a blank where there was none", "two numbers that never go so"],
)
def test_a_row_unlike_the_others_gets_the_least_p_value(far):
    novelty, blend = fitted(drawn(60, np.random.default_rng(0)))
    assert p_values(novelty, blend, np.array([far], dtype=np.float64))[0] == pytest.approx(1 / 61)


def test_a_value_other_than_the_only_one_in_its_column_is_seen():
    values = drawn(60, np.random.default_rng(0))
    values[:, 2] = 5.0
    novelty, blend = fitted(values)
    odd = values[:1].copy()
    odd[:, 2] = 6.0
    assert novelty.flagged(p_values(novelty, blend, odd))[0]
    assert not novelty.flagged(p_values(novelty, blend, values[:1]))[0]


def test_the_order_of_the_queries_and_their_company_change_nothing():
    rng = np.random.default_rng(1)
    novelty, blend = fitted(drawn(50, rng))
    queries = 2 * drawn(20, rng)
    together = p_values(novelty, blend, queries)
    np.testing.assert_array_equal(p_values(novelty, blend, queries[::-1]), together[::-1])
    np.testing.assert_array_equal(p_values(novelty, blend, queries[3:4]), together[3:4])


def test_the_order_of_the_labelled_rows_changes_nothing():
    rng = np.random.default_rng(2)
    values, folds = drawn(50, rng), np.arange(50) % 4
    other = np.concatenate([rng.permutation(np.arange(0, 50, 2)), rng.permutation(np.arange(1, 50, 2))])
    back = np.empty(50, dtype=np.intp)
    back[0::2], back[1::2] = other[:25], other[25:]  # even rows stay even: they keep their class
    queries = 2 * drawn(20, rng)
    plain, shuffled = fitted(values, folds), fitted(values[back], folds[back])
    np.testing.assert_allclose(p_values(*shuffled, queries), p_values(*plain, queries))


def test_copies_of_a_row_count_as_one_and_make_no_p_value_smaller():
    """Twenty rows, each ten times: of 200 observations the least p-value would be 1/201."""
    values = np.repeat(drawn(20, np.random.default_rng(3)), 10, axis=0)
    novelty, blend = fitted(values, units=np.repeat(np.arange(20), 10))
    assert p_values(novelty, blend, np.array([[50.0, 50, 50, 9]]))[0] == pytest.approx(1 / 21)
    assert p_values(novelty, blend, values).min() > FALSE_ALARM


def test_with_fewer_rows_than_the_rate_asks_for_nothing_is_flagged():
    novelty, blend = fitted(drawn(18, np.random.default_rng(4)))
    assert not novelty.flagged(p_values(novelty, blend, np.full((1, 4), 1e6)))[0]


def test_where_no_row_was_held_out_nothing_is_flagged():
    novelty, blend = fitted(drawn(40, np.random.default_rng(5)), folds=np.full(40, -1))
    np.testing.assert_array_equal(p_values(novelty, blend, np.full((3, 4), 1e6)), 1.0)


def test_a_class_of_embedded_rows_that_was_never_labelled_is_seen():
    """Four classes about means of their own, of which the last has no labelled row."""
    rng = np.random.default_rng(6)
    codes = np.repeat(np.arange(4), 30)
    values = (4 * rng.normal(size=(4, 16))[codes] + rng.normal(size=(120, 16))).astype(np.float32)
    features = Features(values, np.zeros(16, np.bool_), ("text",) * 16, np.zeros(16, np.intp))
    labelled = np.flatnonzero((codes < 3) & (np.arange(120) % 30 < 20))
    labels = Labels(codes[labelled].astype(np.float64), 3)
    folds, known = split_folds(labels), features.take(labelled)
    blend, answers = fit_blend((Prior(), Linear("linear", 0.5)), known, labels, folds)
    examples = Examples(known, labels, labelled, folds, answers[0].astype(np.float32))
    novelty = fit_novelty(examples, blend, answers)
    asked = features.take(np.setdiff1d(np.arange(120), labelled))
    flagged = novelty.flagged(
        novelty.p_values(
            blend, asked, blend.predict_each(asked), np.zeros(asked.values.shape, dtype=np.bool_)
        )
    )
    assert flagged[30:].all()
    assert flagged[:30].sum() <= 5
