"""The honest score: how good the answers are on rows that their learner did not see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.table.column import Kind

__all__ = [
    "DAY",
    "JudgedPictures",
    "JudgedRows",
    "JudgedTexts",
    "Score",
    "character_f1",
    "no_score",
    "score_pictures",
    "score_rows",
    "score_texts",
]

Array = NDArray[np.float64]

CONFIDENCE = 0.90
SIGNIFICANCE = 0.02
FEW = 8
"""Texts with which even all of them right may be luck, or nearly."""
SAME = "Nothing to learn: all filled cells hold the same value, and so do the answers."
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Score:
    """Out-of-fold accuracy (or mean absolute error) with a 90% interval, beside the baseline without any column.

    `better` says whether the loss is smaller than the baseline's beyond chance: a one-sided paired t-test over rows
    (over groups, where there are some) at 2%. `value` is NaN where no row could be held out.
    """

    metric: str
    value: float
    low: float
    high: float
    baseline: float
    loss_name: str
    loss: float
    baseline_loss: float
    p_value: float
    better: bool
    rows: int
    verdict: str
    weights: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The score ready for JSON: NaN is None."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: None if isinstance(value, float) and np.isnan(value) else value
            for name, value in plain.items()
        }


@dataclass(frozen=True, slots=True)
class JudgedRows:
    """Out-of-fold rows: what the learner and the baseline said of each, and what each lost by it."""

    truth: NDArray[Any]
    predicted: NDArray[Any]
    baseline: NDArray[Any]
    losses: Array
    baseline_losses: Array
    units: NDArray[np.intp]
    """(row,) rows of one number belong together and count as one observation."""


def score_rows(rows: JudgedRows, kind: Kind, weights: dict[str, float], *, alone: int = 0) -> Score:
    """Accuracy with log loss for a category; mean absolute error with CRPS for a number, in days for a date.

    `alone`: how many labelled rows could not be held out, each being the only one of its class.
    """
    day = DAY if kind is Kind.DATE else 1.0
    loss, baseline_loss = float(rows.losses.mean() / day), float(rows.baseline_losses.mean() / day)
    p_value = _chance_of_luck(rows.baseline_losses - rows.losses, rows.units)
    if len(set(rows.truth.tolist())) < 2:
        p_value = 1.0  # where the judged rows are of one class, a small gain in all of them tells nothing
    better = p_value < SIGNIFICANCE
    how = "Better than guessing" if better else "No better than guessing"
    if kind is Kind.CATEGORY:
        metric, loss_name = "accuracy", "log loss"
        each = (rows.truth == rows.predicted).astype(np.float64)
        # The best single class for these very rows; guessed fold by fold it would be right less often.
        baseline = max(Counter(rows.truth.tolist()).values()) / len(each)
        low, high = _share_interval(each, rows.units)
        said, otherwise = f"{each.mean():.0%} right ({low:.0%} to {high:.0%})", f"{baseline:.0%}"
        if better and each.mean() <= baseline:
            how += f" in how sure it is (log loss {loss:.2f} against {baseline_loss:.2f}), not in how often it is right"
    else:
        metric, loss_name = "mean absolute error", "CRPS"
        each = np.abs(rows.truth - rows.predicted) / day
        baseline = float(np.abs(rows.truth - rows.baseline).mean() / day)
        low, high = _mean_interval(each, rows.units)
        low, unit = max(0.0, low), " days" if kind is Kind.DATE else ""
        said = f"off by {_digits(each.mean())}{unit} on average ({_digits(low)} to {_digits(high)})"
        otherwise = f"{_digits(baseline)}{unit}"
    not_counted = f" ({alone} rows that are alone in their class not counted)" if alone else ""
    verdict = (
        f"{how}: {said} on rows it had not seen{not_counted}, {otherwise} without looking at any column."
    )
    return Score(
        metric=metric,
        value=float(each.mean()),
        low=low,
        high=high,
        baseline=baseline,
        loss_name=loss_name,
        loss=loss,
        baseline_loss=baseline_loss,
        p_value=p_value,
        better=better,
        rows=len(each),
        verdict=verdict if alone or len(set(rows.truth.tolist())) > 1 else SAME,
        weights=weights,
    )


@dataclass(frozen=True, slots=True)
class JudgedTexts:
    """Labelled rows held out: what stands there, what was written, and what two simple rules would have put."""

    truth: Sequence[str]
    written: Sequence[str | None]
    """None where nothing could be written."""
    nearest: Sequence[str]
    """The target of the most similar other row."""
    common: Sequence[str]
    """The commonest target of the other rows."""


def score_texts(rows: JudgedTexts, how: str) -> Score:
    """Cells written exactly right, with character F1, beside the better of the two simple rules; `how` says by whom.

    The loss is 1 - character F1, so that nearly right counts, and `better` compares it as `score_rows` does.
    """
    units = np.arange(len(rows.truth))
    exact = np.array([a == b for a, b in zip(rows.truth, rows.written, strict=True)], dtype=np.float64)
    losses = _character_losses(rows.truth, rows.written)
    copied = {
        "copying the most similar row": rows.nearest,
        "always the most common value": rows.common,
    }
    rule = min(copied, key=lambda name: float(_character_losses(rows.truth, copied[name]).mean()))
    baseline_losses = _character_losses(rows.truth, copied[rule])
    baseline = float(np.mean([a == b for a, b in zip(rows.truth, copied[rule], strict=True)]))
    p_value, beats = _against_copying(baseline_losses - losses, units)
    better = p_value < SIGNIFICANCE
    low, high = _share_interval(exact, units)
    verdict = (
        f"{beats}: {how} {exact.mean():.0%} exactly right "
        f"({low:.0%} to {high:.0%}, character F1 {1 - losses.mean():.2f}) on {len(exact)} rows held out; "
        f"{rule}: {baseline:.0%} ({1 - baseline_losses.mean():.2f})."
    )
    return Score(
        metric="exact match",
        value=float(exact.mean()),
        low=low,
        high=high,
        baseline=baseline,
        loss_name="1 - character F1",
        loss=float(losses.mean()),
        baseline_loss=float(baseline_losses.mean()),
        p_value=p_value,
        better=better,
        rows=len(exact),
        verdict=verdict,
        weights={},
    )


@dataclass(frozen=True, slots=True)
class JudgedPictures:
    """Examples held out: how far from the true picture is what was drawn, and what a simple rule would have put."""

    drawn: Array
    """(row,) 1 - cosine of what the picture encoder sees: 0 the same, 1 nothing in common"""
    copied: Array
    """(row,) the same for the picture of the most similar other row"""
    units: NDArray[np.intp]
    """(row,) rows of one number belong together and count as one observation"""


def score_pictures(rows: JudgedPictures) -> Score:
    """How far the drawn pictures are from the true ones on average, beside copying the most similar row's picture."""
    p_value, beats = _against_copying(rows.copied - rows.drawn, rows.units)
    loss, baseline = float(rows.drawn.mean()), float(rows.copied.mean())
    low, high = _mean_interval(rows.drawn, rows.units)
    nearer = int((rows.drawn < rows.copied).sum())
    return Score(
        metric="1 - cosine of what is seen",
        value=loss,
        low=max(0.0, low),
        high=high,
        baseline=baseline,
        loss_name="1 - cosine of what is seen",
        loss=loss,
        baseline_loss=baseline,
        p_value=p_value,
        better=p_value < SIGNIFICANCE,
        rows=len(rows.drawn),
        verdict=f"{beats}: drawn pictures are nearer to the true ones than the picture of the most similar row in "
        f"{nearer} of {len(rows.drawn)} rows held out (1 - cosine of what is seen {loss:.2f}; copied {baseline:.2f}).",
        weights={},
    )


def _against_copying(gains: Array, units: NDArray[np.intp]) -> tuple[float, str]:
    """The chance that the gains over a rule that copies are luck, and what is said of it."""
    means = _unit_means(gains, units)
    # where every row gains, perhaps all alike, the sign test says it: a t-test wants spread
    p_value = 0.5 ** len(means) if (means > 0).all() else _chance_of_luck(gains, units)
    if p_value < SIGNIFICANCE:
        return p_value, "Better than copying"
    if gains.mean() > 0 and len(means) < FEW:
        return p_value, "Perhaps better than copying (with so few rows nobody can be sure)"
    return p_value, "No better than copying"


def character_f1(truth: str, written: str | None) -> float:
    """The harmonic mean of precision and recall over the characters of both, each counted as often as it occurs."""
    if written is None:
        return 0.0
    if truth == written:
        return 1.0
    common = sum((Counter(truth) & Counter(written)).values())
    return 2 * common / (len(truth) + len(written))


def _character_losses(truth: Sequence[str], written: Sequence[str | None]) -> Array:
    return np.array([1 - character_f1(a, b) for a, b in zip(truth, written, strict=True)])


def _digits(value: float) -> str:
    """Four significant digits, written out."""
    return np.format_float_positional(float(f"{value:.4g}"), trim="-")


def no_score(weights: dict[str, float], why: str) -> Score:
    """What stands for a score where no row can be held out."""
    nan = float("nan")
    return Score("none", nan, nan, nan, nan, "none", nan, nan, nan, False, 0, f"Not judged: {why}.", weights)


def _unit_means(values: Array, units: NDArray[np.intp]) -> Array:
    unit = np.unique(units, return_inverse=True)[1]
    return np.asarray(np.bincount(unit, values) / np.bincount(unit))


def _mean_interval(values: Array, units: NDArray[np.intp]) -> tuple[float, float]:
    """Student's interval of the mean, with units as observations."""
    from scipy.special import stdtrit

    means = _unit_means(values, units)
    if len(means) < 2:
        return float("-inf"), float("inf")
    reach = stdtrit(len(means) - 1, (1 + CONFIDENCE) / 2) * means.std(ddof=1) / np.sqrt(len(means))
    return float(values.mean() - reach), float(values.mean() + reach)


def _share_interval(right: Array, units: NDArray[np.intp]) -> tuple[float, float]:
    """Wilson's interval of a share (1927), with as many observations as there are units."""
    from scipy.special import ndtri

    count, share, z = len(np.unique(units)), float(right.mean()), float(ndtri((1 + CONFIDENCE) / 2))
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    reach = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return max(0.0, float(middle - reach)), min(1.0, float(middle + reach))


def _chance_of_luck(gains: Array, units: NDArray[np.intp]) -> float:
    """The one-sided p-value of the mean gain over the baseline: a paired t-test over units."""
    from scipy.special import stdtr

    means = _unit_means(gains, units)
    if len(means) < 2:
        return 1.0
    error = means.std(ddof=1) / np.sqrt(len(means))
    if error <= 1e-9 * np.abs(means).max(
        initial=0.0
    ):  # all alike; relative, since a loss has the target's unit
        return 1.0
    return float(1 - stdtr(len(means) - 1, means.mean() / error))
