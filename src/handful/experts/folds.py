"""Which rows are judged together: folds that keep groups, and identical rows, on one side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.features import Labels

__all__ = ["ALWAYS_INSIDE", "fold_count", "split_folds"]

ALWAYS_INSIDE = -1
"""The fold of a row that is never held out, because no other unit has its class."""


def fold_count(rows: int) -> int:
    """More folds where rows are few, since each then matters more; fewer where a fit is dear."""
    return 8 if rows <= 1_000 else 5 if rows <= 5_000 else 3


def split_folds(labels: Labels, units: NDArray[np.intp]) -> NDArray[np.intp]:
    """(row,) the fold of each row, balanced by class or by the size of the number.

    `units` (row,) says which rows belong together. Units of one class are dealt to the folds in turn, the emptiest
    fold first, so the result depends on the rows' order alone; a unit is counted under its first row's class.
    """
    _, first, unit, sizes = np.unique(units, return_index=True, return_inverse=True, return_counts=True)
    value = labels.values[first]
    fold_of = np.full(len(first), ALWAYS_INSIDE, dtype=np.intp)
    alone = _alone(labels, unit) if labels.classes else np.zeros(len(first), dtype=np.bool_)
    free = np.flatnonzero(~alone)
    count = min(fold_count(len(labels)), len(free))
    if count < 2:
        return fold_of[unit]
    filled = np.zeros(count)
    if labels.classes:
        queue = free[np.lexsort((first[free], -sizes[free], value[free]))]
        batches = [queue[value[queue] == code] for code in np.unique(value[queue])]
    else:
        queue = free[np.lexsort((first[free], value[free]))]
        batches = [queue[start : start + count] for start in range(0, len(queue), count)]
    for batch in batches:
        taken = np.zeros(count)  # within a batch every fold comes up before one comes up again
        for chosen in batch:
            fold = np.lexsort((filled, taken))[0]
            fold_of[chosen] = fold
            filled[fold] += sizes[chosen]
            taken[fold] += 1
    return fold_of[unit]


def _alone(labels: Labels, unit: NDArray[np.intp]) -> NDArray[np.bool_]:
    """(unit,) whether holding the unit out would leave some class without a row."""
    pairs = np.unique(np.stack([labels.values.astype(np.intp), unit]), axis=1)
    homes = np.bincount(pairs[0], minlength=labels.classes)
    alone = np.zeros(unit.max() + 1, dtype=np.bool_)
    alone[pairs[1][homes[pairs[0]] == 1]] = True
    return alone
