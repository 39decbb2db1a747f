"""Which columns the target is told by: how much worse rows never seen are answered when a column is shuffled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from handful.distribution import losses
from handful.experts.blend import fit_weighting
from handful.experts.examples import Examples
from handful.experts.expert import Expert
from handful.experts.experts import belief_in
from handful.experts.folds import units_in
from handful.experts.panel import Panel, fit_panel
from handful.features import Features
from handful.trust.reasons import columns_of, copies_of

__all__ = ["Importance", "importance"]

Array = NDArray[np.float64]
Places = NDArray[np.intp]

FOLDS = 4
"""Learners that are fitted: each does without a quarter of the rows."""
MOST_ROWS = 500
"""Examples that they learn from and are judged on, spread evenly over all."""
ANSWERS = 4_000
"""Rows that are answered, about: fewer repeats, and then fewer rows, where there are many columns."""
MOST_REPEATS = 5
LEAST_ROWS = 40
SURE = 0.9
OVERLAP = 2.0
"""What the variance between rows is multiplied with: a row that one learner is judged on has taught the others, so what
two rows say of a column that tells nothing is the same product of the two, counted twice (Bengio & Grandvalet 2004;
without it .80 to .83 of the intervals of noise held 0)."""


@dataclass(frozen=True, slots=True)
class Importance:
    """What a column is worth to the answers."""

    column: str
    drop: float
    """How much the loss of a row grows without it: log loss, or CRPS in the unit of the labels."""
    low: float
    """Between `low` and `high` lies the growth for other rows of the kind, nine times in ten."""
    high: float


def importance(
    experts: tuple[Expert, ...],
    examples: Examples,
    progress: Callable[[float], None] = lambda share: None,
) -> tuple[Importance, ...]:
    """The columns, those that matter most first (Breiman 2001; Fisher, Rudin & Dominici 2019).

    Learners that did not see a row answer it once as it is and again with the column's cell of another row that they
    did not see. The interval is over units. Copies are shuffled together, so both matter; of two columns that say
    nearly the same, each hides the other. Empty where no row can be held out beside another.
    """
    examples = examples.some(MOST_ROWS)
    columns, member = columns_of(examples.features)
    if not columns:
        return ()
    member = copies_of(examples.features, member) @ member
    folds = np.where(examples.folds < 0, -1, examples.folds % FOLDS)
    judged = [_judged(np.flatnonzero(folds == fold), len(columns)) for fold in range(FOLDS)]
    said, places = [], []
    for fold, rows in enumerate(judged):
        if len(rows) > 1:
            inside = folds != fold
            panel = fit_panel(experts, examples.features.take(inside), examples.labels.take(inside))
            said.append(_answers(panel, examples.features.take(rows), member, _repeats(judged, len(columns))))
            places.append(rows)
        progress((fold + 1) / FOLDS)
    if not places:
        return ()
    rows, answers = np.concatenate(places), np.concatenate(said, axis=2)
    known = examples.labels.take(rows)
    weighting = fit_weighting(answers[:, 0], known, belief_in(experts, examples.features, examples.labels))
    loss = np.stack([losses(weighting.mix(each, known.classes), known) for each in answers.swapaxes(0, 1)])
    grown = (loss[1:] - loss[0]).reshape(-1, len(columns), len(rows)).mean(axis=0)
    units = units_in(known)
    found = [Importance(name, *_mean(each, units)) for name, each in zip(columns, grown, strict=True)]
    return tuple(sorted(found, key=lambda each: -each.drop))


def _judged(rows: Places, columns: int) -> Places:
    """Those of a fold's rows that are judged, in a random order."""
    most = max(LEAST_ROWS, ANSWERS // max(1, columns)) // FOLDS
    return np.random.default_rng(0).permutation(rows)[:most]


def _repeats(judged: list[Places], columns: int) -> int:
    rows = sum(len(each) for each in judged)
    return int(np.clip(ANSWERS // max(1, rows * columns), 1, MOST_REPEATS))


def _answers(panel: Panel, features: Features, member: NDArray[np.bool_], repeats: int) -> Array:
    """(expert, 1 + repeat x column, row, class or level) as the rows are, then with one column of the next row.

    The rows stand in a random order; in the second repeat the column comes from the next but one, and so on.
    """
    values = features.values
    shifted = [
        np.where(own, np.roll(values, 1 + turn % (len(values) - 1), axis=0), values)
        for turn in range(repeats)
        for own in member
    ]
    said = panel.predict(replace(features, values=np.concatenate([values, *shifted])))
    return said.reshape(len(said), -1, len(values), said.shape[-1])


def _mean(grown: Array, units: Places) -> tuple[float, float, float]:
    """The mean, and Student's interval for it where rows of a unit go together (Cameron & Miller 2015, eq. 11)."""
    from scipy.stats import t

    center = float(grown.mean())
    sums = np.bincount(np.unique(units, return_inverse=True)[1], weights=grown - center)
    if len(sums) < 2:
        return center, -np.inf, np.inf
    error = np.sqrt(OVERLAP * len(sums) / (len(sums) - 1) * np.sum(sums**2)) / len(grown)
    reach = float(t.ppf((1 + SURE) / 2, len(sums) - 1) * error)
    return center, center - reach, center + reach
