"""Trust in the writer is learnt from the user's own rows: rows it got wrong leave cells blank."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.write.threshold import LIKELY, learn_trust

SHARES = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30)


@given(SHARES, st.floats(0, 1))
def test_likelihoods_are_probabilities_whatever_was_held_out(pairs, share):
    trust = learn_trust([share for share, _ in pairs], [right for _, right in pairs])
    assert 0.0 < float(trust.likely([share])[0]) < 1.0
    assert trust.spread > 0.0


@given(SHARES)
def test_a_larger_share_is_never_less_likely_right(pairs):
    trust = learn_trust([share for share, _ in pairs], [right for _, right in pairs])
    assert (np.diff(trust.likely(np.linspace(0, 1, 50))) >= 0).all()


@given(SHARES.filter(bool))
def test_a_row_more_that_was_right_raises_trust(pairs):
    shares, right = [share for share, _ in pairs], [right for _, right in pairs]
    assert (
        learn_trust([*shares, 0.5], [*right, True]).offset
        > learn_trust([*shares, 0.5], [*right, False]).offset
    )


def test_where_nothing_was_right_cells_stay_blank_that_are_no_surer():
    assert float(learn_trust([], []).likely([0.4])[0]) > LIKELY
    assert float(learn_trust([0.4] * 8, [False] * 8).likely([0.5])[0]) < LIKELY


def test_where_all_was_right_a_middling_share_is_enough():
    trust = learn_trust([0.4] * 8, [True] * 8)
    assert float(trust.likely([0.4])[0]) > LIKELY


def test_more_rows_leave_less_doubt():
    few, many = (learn_trust([0.5, 0.5] * n, [True, False] * n) for n in (2, 20))
    assert many.spread < few.spread


def test_without_rows_the_common_curve_holds():
    assert learn_trust([], []).offset == 0.0


def test_likelihoods_come_true_for_columns_of_every_difficulty():
    random = np.random.default_rng(0)
    said, truth = [], []
    for _ in range(300):
        hard = random.normal(0, 1.4)
        shares = random.uniform(0.02, 0.98, 28)
        right = random.uniform(size=28) < 1 / (
            1 + np.exp(-(1.47 + 1.57 * np.log(shares / (1 - shares)) + hard))
        )
        said.append(learn_trust(shares[:8].tolist(), right[:8].tolist()).likely(shares[8:]))
        truth.append(right[8:])
    likely, came = np.concatenate(said), np.concatenate(truth)
    for low in (0.2, 0.4, 0.6, 0.8):
        part = (likely >= low) & (likely < low + 0.2)
        assert came[part].mean() == pytest.approx(likely[part].mean(), abs=0.05)
