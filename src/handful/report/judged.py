"""What rows that were held out tell of a learner: how right it is for how sure it is, and what it takes for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from handful.answer.score import CONFIDENCE, DAY
from handful.distribution import HIGH, LEVELS, LOW
from handful.report.facts import Answered, Bin, Calibration, Confusion, Covered, Outcome
from handful.table.column import Kind
from handful.target import FittedTarget

__all__ = ["answered_share", "calibration", "confusion", "covered", "outcomes", "unit_of"]

Array = NDArray[np.float64]

BINS = 10
LEAST_IN_BIN = 10
"""Of fewer rows a share says nothing."""
COVERED = (0.5, 0.8, 0.9, 0.95)
DRAWN = (0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""The levels at which a number's intervals are drawn."""
POINTS = 60
"""Shares of the rows at which the score of the surest is told."""
LEAST_ANSWERED = 10
CLASSES_SHOWN = 12
"""A matrix of more does not fit a page; the rest are summed up as "others"."""


def unit_of(target: FittedTarget) -> float:
    """What one of the unit that errors are told in is, in the target's own: a day has 86,400 seconds."""
    return DAY if target.kind is Kind.DATE else 1.0


def outcomes(said: Array, labels: Array, target: FittedTarget) -> tuple[Outcome, ...]:
    """One for each row of `said` (row, class or level), what a blend that had not seen the row said of it."""
    truth, predicted = target.presented(labels), target.value(said)
    if target.classes:
        sure = said.max(axis=1, initial=0)
    else:
        unit = unit_of(target)
        truth, predicted = truth / unit, predicted / unit
        sure = (said[:, HIGH] - said[:, LOW]) * target.scale / unit
    return tuple(map(Outcome, truth.tolist(), predicted.tolist(), sure.tolist()))


def calibration(rows: Sequence[Outcome], said: Array, labels: Array, classes: int) -> Calibration | None:
    """Of a category in bins of as many rows each, of a number by its intervals; None where rows are too few to tell."""
    if len(rows) < 2 * LEAST_IN_BIN:
        return None
    if classes:
        sure = np.array([row.sure for row in rows])
        right = np.array([row.truth == row.predicted for row in rows])
        groups = min(BINS, len(rows) // LEAST_IN_BIN)
        order = np.argsort(sure, kind="stable")
        bins = tuple(_bin(float(sure[part].mean()), right[part]) for part in np.array_split(order, groups))
    else:
        bins = tuple(_bin(level, _inside(said, labels, level)) for level in DRAWN)
    counts = np.array([each.rows for each in bins])
    off = np.array([abs(each.sure - each.right) for each in bins])
    spread = np.array([np.sqrt(2 / np.pi * each.sure * (1 - each.sure) / each.rows) for each in bins])
    return Calibration(
        bins, float(np.average(off, weights=counts)), float(np.average(spread, weights=counts))
    )


def answered_share(rows: Sequence[Outcome]) -> tuple[Answered, ...]:
    """The accuracy, or the mean absolute error, of the surest rows, from few of them to all."""
    if len(rows) < LEAST_ANSWERED:
        return ()
    if isinstance(rows[0].truth, str):
        first, each = -1.0, [float(row.truth == row.predicted) for row in rows]
    else:
        first, each = 1.0, [abs(float(row.truth) - float(row.predicted)) for row in rows]
    order = np.argsort(first * np.array([row.sure for row in rows]), kind="stable")
    scores = np.cumsum(np.array(each)[order]) / np.arange(1, len(rows) + 1)
    counts = np.unique(np.linspace(LEAST_ANSWERED, len(rows), POINTS).astype(int))
    return tuple(Answered(float(count / len(rows)), float(scores[count - 1])) for count in counts)


def covered(said: Array, labels: Array, target: FittedTarget) -> tuple[Covered, ...]:
    """What the learner's own sets, or its own intervals, held at some levels; these carry no promise."""
    found = []
    for level in COVERED:
        if target.classes:
            sets = _sets(said, level)
            inside, sizes = sets[np.arange(len(said)), labels.astype(np.intp)], sets.sum(axis=1)
        else:
            low, high = _ends(said, level)
            inside, sizes = _inside(said, labels, level), (high - low) * target.scale / unit_of(target)
        found.append(Covered(level, float(inside.mean()), float(sizes.mean())))
    return tuple(found)


def confusion(rows: Sequence[Outcome]) -> Confusion:
    """Truth against answers, the commonest classes first."""
    truth, answers = [str(row.truth) for row in rows], [str(row.predicted) for row in rows]
    order = [name for name, _ in Counter(truth + answers).most_common()]
    shown = order if len(order) <= CLASSES_SHOWN else order[: CLASSES_SHOWN - 1]
    rest = len(order) - len(shown)
    classes = (*shown, f"{rest} others") if rest else tuple(shown)
    place = {name: min(i, len(classes) - 1) for i, name in enumerate(order)}
    counts = np.zeros((len(classes), len(classes)), dtype=np.int64)
    np.add.at(counts, ([place[name] for name in truth], [place[name] for name in answers]), 1)
    return Confusion(classes, tuple(map(tuple, counts.tolist())))


def _bin(sure: float, right: NDArray[np.bool_]) -> Bin:
    """With Wilson's interval of the share."""
    from scipy.stats import binomtest

    found = binomtest(int(right.sum()), len(right)).proportion_ci(CONFIDENCE, method="wilson")
    return Bin(sure, float(right.mean()), float(found.low), float(found.high), len(right))


def _sets(said: Array, level: float) -> NDArray[np.bool_]:
    """(row, class) the likeliest classes that together are as likely as the level."""
    order = np.argsort(-said, axis=1, kind="stable")
    ranked = np.take_along_axis(said, order, axis=1)
    before = np.cumsum(ranked, axis=1) - ranked
    sets = np.zeros(said.shape, dtype=np.bool_)
    np.put_along_axis(sets, order, before < level, axis=1)
    return sets


def _ends(said: Array, level: float) -> tuple[Array, Array]:
    """(row,) the quantiles between which so much of the mass lies."""
    places = np.interp([(1 - level) / 2, (1 + level) / 2], LEVELS, np.arange(len(LEVELS)))
    below = places.astype(int)
    above = np.minimum(below + 1, len(LEVELS) - 1)
    share = places - below
    low, high = ((1 - share) * said[:, below] + share * said[:, above]).T
    return low, high


def _inside(said: Array, labels: Array, level: float) -> NDArray[np.bool_]:
    low, high = _ends(said, level)
    return np.asarray((labels >= low) & (labels <= high))
