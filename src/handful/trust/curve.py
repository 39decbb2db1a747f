"""How the score grows with labelled rows: measured on nested parts of them, and carried on with a band."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from handful.distribution import losses, mean
from handful.experts.blend import fit_weighting
from handful.experts.examples import Examples
from handful.experts.expert import Expert
from handful.experts.experts import belief_in
from handful.experts.folds import units_in
from handful.experts.panel import fit_panel
from handful.features import Labels
from handful.learning import one_thread
from handful.trust.trend import Trend, fit_trend

__all__ = ["Curve", "Measured", "fit_curve", "measure_sizes"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Progress = Callable[[float], None]

HALVINGS = 3
LEAST_ROWS = 4
MOST_ROWS = 500
"""A part of the rows is never larger: the cost of the curve stops growing with the table."""
PARTS = 4
"""Folds of the smaller sizes: half as many as the learner's, each of two of those."""

GOALS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99)
"""The accuracies that a sentence names."""
SMALLER = 0.9
"""The mean absolute error that a sentence names, as a share of that of now."""
WITHIN = 16
"""A goal is named if it is expected within so many times the rows."""
LIKELY = 0.7
"""More rows hardly help where they are not so likely to take off a part of the error. Noise: .15 to .4 at 128 rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Errors and losses at several numbers of labelled rows, with what is to be expected of more.

    The error is 1 - accuracy, or the mean absolute error in the unit of the labels that it was fitted on.
    """

    rows: int
    """The labelled rows that there are."""
    is_category: bool
    error: Trend
    loss: Trend

    def score_at(self, rows: int) -> tuple[float, float, float]:
        """Accuracy or mean absolute error expected of a learner of so many rows: best, low, high (90% between)."""
        best, low, high = self.error.at(rows)
        return (1 - best, 1 - high, 1 - low) if self.is_category else (best, low, high)

    def rows_for(self, score: float) -> tuple[float, float, float]:
        """How many more labelled rows bring that score: best, low, high; infinite where no number seems to."""
        error = 1 - score if self.is_category else score
        best, early, late = (
            max(0.0, self._rows_until(line, error) - self.rows)
            for line in (self.error.best, self.error.early, self.error.late)
        )
        return best, early, late

    def sentence(self, scale: float = 1.0, unit: str = "") -> str:
        """What more rows would bring, in words; `scale` turns the unit of the labels into the user's, named `unit`."""
        goal = self._goal() if self.error.falls > LIKELY else None
        if goal is None:
            return "more rows of this kind will hardly help"
        best, low, high = self.rows_for(goal)
        said = (
            f"{goal:.2f}"
            if self.is_category
            else f"a mean absolute error of {float(f'{goal * scale:.3g}'):,g}{unit}"
        )
        return (
            f"about {_count(best)} more {'row' if best < 1.5 else 'rows'} for {said} ({_between(low, high)})"
        )

    def _goal(self) -> float | None:
        """The next score worth naming that is expected within reach: a round one, or else a hundredth more.

        It is better than what was measured as well, which the curve may lie below.
        """
        error = min(self.error.at(self.rows)[0], float(self.error.measured[-1]))
        now = 1 - error if self.is_category else error
        if not self.is_category:
            goals = [SMALLER * now]
        else:
            goals = [*(goal for goal in GOALS if goal > now + 0.01), np.ceil(100 * now + 0.5) / 100]
        within = (goal for goal in goals if 0 < self.rows_for(goal)[0] <= (WITHIN - 1) * self.rows)
        return next(within, None)

    def _rows_until(self, line: Array, error: float) -> float:
        """Where a line comes down to that error."""
        below = line <= error
        if not below.any():
            return float("inf")
        first = int(below.argmax())
        if first == 0:
            return float(self.error.rows[0])
        above, under = line[first - 1 : first + 1]
        start, end = np.log(self.error.rows[first - 1 : first + 1])
        return float(np.exp(start + (end - start) * (above - error) / (above - under)))


def fit_curve(
    experts: tuple[Expert, ...],
    examples: Examples,
    progress: Progress = lambda share: None,
    *,
    rows: int | None = None,
) -> Curve | None:
    """The learning curve of these experts on these rows; None where no row could be held out.

    `rows`: how many were learnt from, where the examples are but some of them.
    """
    if not (examples.folds >= 0).any():
        return None
    with one_thread():
        found = measure_sizes(experts, examples, progress)
    rows = rows or len(examples)
    sizes = found.sizes.copy()
    sizes[-1] *= rows / len(examples)
    is_category, unjudged = examples.labels.classes > 0, int((examples.folds < 0).sum())
    most = 1.0 if is_category else np.inf
    error = fit_trend(sizes, found.errors, found.units, most=most, unjudged=unjudged)
    loss = fit_trend(sizes, found.losses, found.units, unjudged=unjudged)
    return Curve(rows, is_category, error, loss)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What was lost on every held-out row by learners of several sizes, the smallest first."""

    sizes: Array
    """(size,) labelled rows that the learners saw."""
    errors: Array
    """(size, row) 1 for a wrong class and 0 for the right one, or the absolute error."""
    losses: Array
    """(size, row) log loss or CRPS."""
    units: Rows
    """(row,) rows of one number are one observation."""


def measure_sizes(experts: tuple[Expert, ...], examples: Examples, progress: Progress) -> Measured:
    """What learners of n/8, n/4, n/2 and n rows lost on the rows that they had not seen; at least one row judged."""
    judged = examples.folds >= 0
    known = examples.labels.take(judged)
    folds = examples.folds[judged]
    whole = float(np.mean([np.sum(examples.folds != fold) for fold in folds]))
    said = [examples.held_out[judged].astype(np.float64)]
    sizes = _sizes(len(examples), examples.labels)
    for number, size in enumerate(sizes):
        said.insert(number, _held_out_at(size, experts, examples)[judged])
        progress((number + 1) / len(sizes))
    return Measured(
        np.array([*sizes, whole]),
        np.stack([_errors(each, known) for each in said]),
        np.stack([losses(each, known) for each in said]),
        units_in(known),
    )


def _sizes(rows: int, labels: Labels) -> list[int]:
    """Halves of the rows, of those, and so on: three that are neither dear nor too small for all classes."""
    least = max(LEAST_ROWS, len(np.unique(labels.values)) if labels.classes else 0)
    halved = [rows >> halving for halving in range(1, 20)]
    return sorted([size for size in halved if least <= size <= MOST_ROWS][:HALVINGS])


def _held_out_at(size: int, experts: tuple[Expert, ...], examples: Examples) -> Array:
    """(row, class or level) what was said of each row by a blend of experts that saw `size` of the others."""
    features, labels = examples.features, examples.labels
    parts = np.where(examples.folds >= 0, examples.folds % PARTS, -1)
    answers = np.full((len(experts), *examples.held_out.shape), np.nan)
    for part in np.unique(parts[parts >= 0]):
        others, outside = np.flatnonzero(parts != part), parts == part
        inside = others[_order(labels.take(others))[:size]]
        panel = fit_panel(experts, features.take(inside), labels.take(inside))
        answers[:, outside] = panel.predict(features.take(outside))
    # A learner of so few rows would have learnt its weights on as few: it holds them back more than all rows would.
    belief = belief_in(experts, features, labels)
    belief = replace(belief, rows=belief.rows * max(1.0, np.sum(parts >= 0) / size))
    mixed = np.full(examples.held_out.shape, np.nan)
    for part in np.unique(parts[parts >= 0]):
        others, own = (parts >= 0) & (parts != part), parts == part
        mixed[own] = fit_weighting(answers[:, others], labels.take(others), belief).mix(
            answers[:, own], labels.classes
        )
    return mixed


def _order(labels: Labels) -> Rows:
    """The places of the rows such that the first of them have every class, and each as often as all rows have it."""
    dice = np.random.default_rng(0).random(len(labels))
    if not labels.classes:
        return np.argsort(dice, kind="stable")
    turn = np.zeros(len(labels))
    for code in np.unique(labels.values):
        own = np.flatnonzero(labels.values == code)
        rank = np.argsort(np.argsort(dice[own], kind="stable"), kind="stable")
        turn[own] = np.where(rank == 0, 0, (rank + 0.5) / len(own))
    return np.lexsort((dice, turn))


def _errors(said: Array, labels: Labels) -> Array:
    if labels.classes:
        return np.asarray(said.argmax(axis=1) != labels.values, dtype=np.float64)
    return np.abs(mean(said) - labels.values)


def _between(low: float, high: float) -> str:
    """The band of a number of rows, of which either end may be unknown."""
    if low >= 1 and np.isfinite(high):
        return f"between {_count(low)} and {_count(high)}"
    if low >= 1:
        return f"at least {_count(low)}"
    return f"at most {_count(high)}" if np.isfinite(high) else "a guess: there are too few to say more"


def _count(rows: float) -> str:
    """A number of rows with as many digits as it deserves: 7, 40, 260, 1,900."""
    rows = max(1.0, rows)
    step = 1 if rows < 20 else 10 if rows < 1_000 else 100
    return f"{round(rows / step) * step:,}"
