"""Which rows are judged together: units (groups, and identical rows), and folds that keep each on one side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.features import Labels
from handful.table.canonical import row_identity
from handful.table.column import Column, Kind
from handful.table.table import Table

__all__ = ["ALWAYS_INSIDE", "can_leave_out", "even_folds", "split_folds", "units_in", "units_of"]

ALWAYS_INSIDE = -1
"""The fold of a row that is never held out, because no other unit has its class."""

FEW_VALUES = 20


def units_of(others: Table, groups: Column | None) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """(row,) which rows are judged together: those of a group, and those that repeat one another."""
    rows = row_identity(others) if others.columns else np.arange(len(others))
    repeats = len(rows) - len(np.unique(rows))
    note: tuple[str, ...] = ()
    if repeats * 2 > len(rows) and all(_few_values(column) for column in others):
        rows = np.arange(len(others))
        note = ("few different rows are possible: rows that repeat one another are judged each for itself",)
    elif repeats:
        note = (
            f"{repeats} labelled {'row repeats' if repeats == 1 else 'rows repeat'} another one: judged together",
        )
    if groups is None:
        return rows, note
    return _joined(rows, row_identity(Table((groups,), len(groups)))), note


def _few_values(column: Column) -> bool:
    """Whether rows agree in this column by nature, not because one is a copy of the other."""
    return (
        column.kind is Kind.CATEGORY or len(np.unique(column.values[~column.blank].astype(str))) <= FEW_VALUES
    )


def _joined(first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.intp]:
    """(row,) the connected parts when rows that share either number belong together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = int(first.max()) + 1
    links = coo_array(
        (np.ones(len(first)), (first, second + count)), shape=(count + int(second.max()) + 1,) * 2
    )
    return np.asarray(connected_components(links, directed=False)[1][first], dtype=np.intp)


def _fold_count(rows: int) -> int:
    """More folds where rows are few, since each then matters more; fewer where a fit is dear."""
    return 8 if rows <= 1_000 else 5 if rows <= 5_000 else 3


def units_in(labels: Labels) -> NDArray[np.intp]:
    """(row,) the unit of each row: its own where none is named."""
    return np.arange(len(labels)) if labels.units is None else labels.units


def split_folds(labels: Labels) -> NDArray[np.intp]:
    """(row,) the fold of each row, balanced by class or by the size of the number.

    Units of one class are dealt to the folds in turn, the emptiest fold first, so the result depends on the rows'
    order alone; a unit is counted under its first row's class.
    """
    _, first, unit, sizes = np.unique(
        units_in(labels), return_index=True, return_inverse=True, return_counts=True
    )
    value = labels.values[first]
    fold_of = np.full(len(first), ALWAYS_INSIDE, dtype=np.intp)
    alone = _alone(labels, unit) if labels.classes else np.zeros(len(first), dtype=np.bool_)
    free = np.flatnonzero(~alone)
    count = min(_fold_count(len(labels)), len(free))
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


def even_folds(labels: Labels, most: int) -> NDArray[np.intp]:
    """(row,) at most so many folds, each with as many units of a class as the others, or of a size of the number.

    For what an expert leaves out inside its own context. Leaving out single rows would leave out more of their own
    class than of any other: what the rest then says of them is the opposite of the truth where nothing is to be told
    (three classes of five tweets: accuracy .29).
    """
    values, unit = _values_of_units(labels)
    if not labels.classes:
        rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
        return np.asarray((rank % min(most, len(values)))[unit])
    classes, counts = np.unique(values, return_counts=True)
    count = int(np.clip(np.median(counts), 2, most))
    folds = np.zeros(len(values), dtype=np.intp)
    for code in classes:
        rows = np.flatnonzero(values == code)
        folds[rows] = np.arange(len(rows)) % count
    return folds[unit]


def can_leave_out(labels: Labels) -> bool:
    """Whether other units can tell what one left out is: most classes have another, or there are three numbers."""
    values, _ = _values_of_units(labels)
    if not labels.classes:
        return len(values) > 2
    return bool(np.median(np.unique(values, return_counts=True)[1]) > 1)


def _values_of_units(labels: Labels) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The label of each unit's first row, and the unit of each row; units in the order in which they come up."""
    _, first, unit = np.unique(units_in(labels), return_index=True, return_inverse=True)
    order = np.argsort(first)
    return labels.values[first[order]], np.argsort(order)[unit]
