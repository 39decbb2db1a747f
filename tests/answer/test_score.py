"""The score says what held-out rows say, no more."""

import numpy as np
import pytest

from handful.answer.score import JudgedRows, score_rows
from handful.table.column import Kind


def judged(
    rows: int = 100, *, right: float = 0.8, gain: float = 0.3, units: np.ndarray | None = None
) -> JudgedRows:
    rng = np.random.default_rng(0)
    truth = np.array(["a", "b"], dtype=object)[rng.integers(0, 2, rows)]
    wrong = np.where(truth == "a", "b", "a")
    losses = rng.uniform(0.2, 0.8, rows)
    return JudgedRows(
        truth=truth,
        predicted=np.where(np.arange(rows) < right * rows, truth, wrong),
        baseline=np.full(rows, "a", dtype=object),
        losses=losses,
        baseline_losses=losses + gain + rng.normal(0, 0.2, rows),
        units=np.arange(rows) if units is None else units,
    )


def test_the_interval_holds_the_score_and_narrows_with_rows():
    few, many = score_rows(judged(20), Kind.CATEGORY, {}), score_rows(judged(500), Kind.CATEGORY, {})
    for score in (few, many):
        assert score.low <= score.value <= score.high
    assert many.high - many.low < few.high - few.low


def test_wilsons_interval_is_wilsons():
    """8 of 10 at 90%: Wilson (1927) gives 0.541 to 0.931."""
    score = score_rows(judged(10, right=0.8), Kind.CATEGORY, {})
    assert score.low == pytest.approx(0.541, abs=0.002)
    assert score.high == pytest.approx(0.931, abs=0.002)


def test_rows_of_one_group_count_as_one_observation():
    alone = score_rows(judged(), Kind.CATEGORY, {})
    grouped = score_rows(judged(units=np.repeat(np.arange(10), 10)), Kind.CATEGORY, {})
    assert grouped.high - grouped.low > alone.high - alone.low
    assert score_rows(judged(units=np.zeros(100, dtype=np.intp)), Kind.CATEGORY, {}).better is False


@pytest.mark.parametrize(("gain", "better"), [(0.3, True), (0.0, False), (-0.3, False)])
def test_the_verdict_compares_losses_with_the_baselines(gain, better):
    score = score_rows(judged(gain=gain), Kind.CATEGORY, {})
    assert score.better is better
    assert score.verdict.startswith("Better than guessing" if better else "No better than guessing")


def test_better_in_how_sure_but_not_in_how_often_right_is_said_so():
    rows = JudgedRows(
        truth=np.array(["a"] * 9 + ["b"], dtype=object),
        predicted=np.array(["a"] * 10, dtype=object),
        baseline=np.array(["a"] * 10, dtype=object),
        losses=np.linspace(0.1, 0.2, 10),
        baseline_losses=np.linspace(0.3, 0.5, 10),
        units=np.arange(10),
    )
    verdict = score_rows(rows, Kind.CATEGORY, {}).verdict
    assert verdict.startswith("Better than guessing in how sure it is")


def test_the_baseline_of_a_category_is_its_commonest_class_and_lonely_rows_are_counted():
    score = score_rows(judged(), Kind.CATEGORY, {}, alone=7)
    assert score.baseline >= 0.5
    assert "7 rows that are alone in their class not counted" in score.verdict


def test_a_score_goes_into_json_without_its_rows():
    plain = score_rows(judged(), Kind.CATEGORY, {"linear": 1.0}).to_dict()
    assert plain["metric"] == "accuracy"
    assert not {"truth", "predicted", "sure"} & set(plain)


def test_judged_rows_of_one_class_tell_nothing_however_steady_the_gain():
    """Seven rows of one class and one of another, which is never held out."""
    rows = JudgedRows(
        truth=np.array(["a"] * 7, dtype=object),
        predicted=np.array(["a"] * 7, dtype=object),
        baseline=np.array(["a"] * 7, dtype=object),
        losses=np.full(7, 0.10) + np.arange(7) / 1e4,
        baseline_losses=np.full(7, 0.15),
        units=np.arange(7),
    )
    score = score_rows(rows, Kind.CATEGORY, {}, alone=1)
    assert not score.better
    assert score.verdict.startswith("No better than guessing")
