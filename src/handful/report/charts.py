"""Scores as geometry: where the bars, dots and shades go. The template draws them, and escapes what it draws."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from handful.answer.score import Score

__all__ = ["Bar", "Bin", "Confusion", "Gauge", "Scatter", "bars", "bins", "confusion", "gauge", "scatter"]

SHADES = 8  # steps of the confusion matrix's colour; the style sheet has one class for each
CLASSES_SHOWN = 12  # a matrix of more does not fit a phone; the rest are summed up as "others"
DOTS_SHOWN = 800  # more add bytes, and no sight


@dataclass(frozen=True, slots=True)
class Gauge:
    """Places on a line from 0 to 100: the score, its interval, and the score without any column."""

    value: float
    low: float
    high: float
    baseline: float


@dataclass(frozen=True, slots=True)
class Cell:
    """How often a class was answered with another; the shade is its share of the class's rows."""

    count: int
    shade: int
    right: bool


@dataclass(frozen=True, slots=True)
class Confusion:
    """Rows are the truth, columns the answers."""

    classes: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Scatter:
    """Dots (x the truth, y the answer, both from 0 to 100) and ticks (place, label) that both axes share."""

    dots: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str], ...]
    margin: int
    """Room for the ticks' labels, in the template's units."""
    left_out: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of similar sureness: how sure they were on average, and how many of them were right (both 0 to 100)."""

    sure: float
    right: float
    rows: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A name and its share, from 0 to 100."""

    name: str
    share: float


def gauge(score: Score) -> Gauge | None:
    """The score on a line: accuracy from 0 to 1, an error from 0 to a little more than the largest figure shown.

    None where no row could be judged.
    """
    if not score.rows:
        return None
    shown = [figure for figure in (score.value, score.high, score.baseline) if math.isfinite(figure)]
    top = 1.0 if score.metric == "accuracy" else 1.1 * max(*shown, 1e-12)
    value, low, high, baseline = (
        float(np.clip(100 * figure / top, 0, 100))
        for figure in (score.value, score.low, score.high, score.baseline)
    )
    return Gauge(value, low, high, baseline)


def confusion(score: Score) -> Confusion:
    """Truth against answers, the commonest classes first."""
    truth, answers = [str(v) for v in score.truth], [str(v) for v in score.predicted]
    order = [name for name, _ in Counter(truth + answers).most_common()]
    shown = order if len(order) <= CLASSES_SHOWN else order[: CLASSES_SHOWN - 1]
    classes = (*shown, "others") if len(shown) < len(order) else tuple(shown)
    place = {name: min(i, len(classes) - 1) for i, name in enumerate(order)}
    counts = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(counts, ([place[name] for name in truth], [place[name] for name in answers]), 1)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shades = np.ceil(share * SHADES).astype(int)
    rows = tuple(
        tuple(Cell(int(counts[i, j]), int(shades[i, j]), i == j) for j in range(len(classes)))
        for i in range(len(classes))
    )
    return Confusion(classes, rows)


def scatter(score: Score, label: Callable[[float], str]) -> Scatter:
    """Truth against answers on one scale, so that a right answer lies on the diagonal."""
    truth, answers = np.asarray(score.truth, dtype=float), np.asarray(score.predicted, dtype=float)
    low, high = float(min(truth.min(), answers.min())), float(max(truth.max(), answers.max()))
    width = (high - low) or 1.0
    some = np.linspace(0, len(truth) - 1, min(len(truth), DOTS_SHOWN)).astype(int)
    places = 100 * (np.column_stack([truth, answers])[some] - low) / width
    dots = tuple((round(float(x), 1), round(float(y), 1)) for x, y in places)
    ticks = tuple((100 * (tick - low) / width, label(tick)) for tick in _ticks(low, high))
    margin = 12 + 8 * max((len(label) for _, label in ticks), default=0)
    return Scatter(dots, ticks, margin, len(truth) - len(some))


def bins(score: Score, wanted: int = 5) -> tuple[Bin, ...]:
    """Answers sorted by how sure they were, in groups of equal size; none where there are too few rows to tell."""
    sure = np.asarray(score.sure, dtype=float)
    right = np.array([str(a) == str(b) for a, b in zip(score.truth, score.predicted, strict=True)])
    groups = min(wanted, len(sure) // 10)  # under 10 rows a share says nothing
    if groups < 2:
        return ()
    return tuple(
        _bin(sure[rows], right[rows]) for rows in np.array_split(np.argsort(sure, kind="stable"), groups)
    )


def bars(weights: dict[str, float]) -> tuple[Bar, ...]:
    """The experts that have a say, the weightiest first."""
    ordered: Sequence[tuple[str, float]] = sorted(weights.items(), key=lambda item: -item[1])
    return tuple(Bar(name, 100 * share) for name, share in ordered if share >= 0.005)


def _bin(sure: NDArray[np.float64], right: NDArray[np.bool_]) -> Bin:
    return Bin(100 * float(sure.mean()), 100 * float(right.mean()), len(sure))


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers between the two."""
    if high <= low:
        return [low]
    step = 10.0 ** math.floor(math.log10((high - low) / 3))
    step *= next(factor for factor in (5, 2, 1) if (high - low) / (factor * step) >= 3)
    return [i * step for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
