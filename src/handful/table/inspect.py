"""What a person should know of a table before learning from it: facts of each column, and warnings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import lgamma, log

import numpy as np
from numpy.typing import NDArray

from handful.table.canonical import column_codes
from handful.table.column import Column, Kind
from handful.table.form import write_value
from handful.table.kinds import as_kind, target_kind
from handful.table.table import Table

__all__ = ["ColumnFacts", "Inspection", "inspect_table"]

_CHANCE = 1e-4  # a column gives the target away only when luck would do so less often, over all columns
_SLIPS = 0.01  # share of rows in which a leak may fail
_SAME_UNIT = 0.9999  # squared correlation from which a number is the target in another unit
_SHOWN = 60  # characters of a series
_ENOUGH = 8  # rows under which nothing is said of leaks
_GROUP_NAME = re.compile(
    r"(?i:(patient|subject|speaker|person|participant|user|customer|client|individual|household|family|session|"
    r"animal|author|batch|student|donor|owner|site|group)([ _.-]?(id|no|nr|number|code|name))?)"
    r"|.*[^A-Za-z][Ii][Dd]|[Ii][Dd]|.*[a-z]I[dD]"
)


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """One column in figures."""

    name: str
    kind: Kind
    why: str
    blanks: int
    distinct: int
    example: str
    """The range of a number or date; else the most common value, of a series its beginning."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """A table in figures; each warning is a sentence that names its columns."""

    columns: tuple[ColumnFacts, ...]
    warnings: tuple[str, ...]
    groups: tuple[str, ...]
    """Columns whose values look like those of a group: a patient, a speaker."""


def inspect_table(table: Table, target: str | None = None) -> Inspection:
    """The facts of each column, what is odd about the table, and which columns give the `target` away."""
    codes = {column.name: column_codes(column) for column in table}
    facts = tuple(_facts(column, codes[column.name]) for column in table)
    warnings = [
        *(warning for column in table for warning in _column_warnings(column, codes[column.name])),
        *_duplicate_columns(table, codes),
        *_duplicate_rows(table, codes),
        *(_leaks(table, target, codes) if target is not None else ()),
    ]
    groups = tuple(c.name for c in table if c.name != target and _looks_like_group(c, codes[c.name]))
    return Inspection(facts, tuple(warnings), groups)


def _facts(column: Column, codes: NDArray[np.int64]) -> ColumnFacts:
    blanks = int((codes < 0).sum())
    return ColumnFacts(
        column.name, column.kind, column.why, blanks, int(codes.max(initial=-1)) + 1, _example(column, codes)
    )


def _example(column: Column, codes: NDArray[np.int64]) -> str:
    if (codes < 0).all():
        return ""
    if column.kind.is_measured:
        low, high = (
            write_value(float(end), column) for end in (np.nanmin(column.values), np.nanmax(column.values))
        )
        return low if low == high else f"{low} to {high}"
    most = int(np.bincount(codes[codes >= 0]).argmax())
    value = str(column.values[int(np.flatnonzero(codes == most)[0])])
    is_long = column.kind is Kind.SERIES and len(value) > _SHOWN
    return f"{value[: _SHOWN - 4]} ..." if is_long else value


def _column_warnings(column: Column, codes: NDArray[np.int64]) -> list[str]:
    given = codes[codes >= 0]
    distinct = int(codes.max(initial=-1)) + 1
    if not given.size:
        return [f"every cell of {column.name!r} is blank"]
    if distinct == 1 and given.size > 1:
        return [f"{column.name!r} has the same value in every row: {_example(column, codes)!r}"]
    if distinct == given.size and given.size >= _ENOUGH and _is_identifier(column):
        return [f"{column.name!r} looks like an identifier: no value occurs twice"]
    return []


def _is_identifier(column: Column) -> bool:
    """Whether the values, known to be distinct, are row numbers or codes."""
    values = column.values[~column.blank]
    if column.kind is Kind.NUMBER:
        return bool((np.diff(np.sort(values)) == 1).all())
    words = (Kind.CATEGORY, Kind.TEXT)
    return column.kind in words and all(" " not in value.strip() and len(value) <= 40 for value in values)


def _duplicate_columns(table: Table, codes: dict[str, NDArray[np.int64]]) -> list[str]:
    first: dict[tuple[Kind, bytes], Column] = {}
    warnings = []
    for column in table:
        if codes[column.name].max(initial=-1) < 1:
            continue
        other = first.setdefault((column.kind, codes[column.name].tobytes()), column)
        if other is not column and _equal(other, column):
            warnings.append(f"{column.name!r} is the same as {other.name!r} in every row")
    return warnings


def _equal(one: Column, other: Column) -> bool:
    """Whether two columns hold the same, blanks included."""
    if one.kind.is_measured:
        return bool(np.array_equal(one.values, other.values, equal_nan=True))
    return bool((one.values == other.values).all())


def _duplicate_rows(table: Table, codes: dict[str, NDArray[np.int64]]) -> list[str]:
    if not table.rows or not codes:
        return []
    rows = np.ascontiguousarray(np.column_stack(list(codes.values())).astype(np.int32))
    distinct = len({row.tobytes() for row in rows})
    again = table.rows - distinct
    return (
        [f"{again:,} {'row repeats' if again == 1 else 'rows repeat'} an earlier row in every cell"]
        if again
        else []
    )


def _leaks(table: Table, target: str, codes: dict[str, NDArray[np.int64]]) -> list[str]:
    column = as_kind(table[target], target_kind(table, target)[0])
    if column.kind is Kind.IMAGE:  # what stands beside a picture is meant to say what it shows
        return []
    labels = column_codes(column)
    others = [other for other in table if other.name != target]
    warnings = []
    for other in others:
        both = (labels >= 0) & (codes[other.name] >= 0)
        if both.sum() < _ENOUGH:
            continue
        if column.kind.is_measured and other.kind.is_measured and _same_in_other_unit(other, column, both):
            warnings.append(f"{other.name!r} gives {target!r} away: it is the same number in another form")
        elif _determines(codes[other.name][both], labels[both], tries=len(others)):
            warnings.append(
                f"{other.name!r} gives {target!r} away: each of its values goes with one of {target!r}"
            )
    return warnings


def _same_in_other_unit(other: Column, target: Column, both: NDArray[np.bool_]) -> bool:
    """Whether one number is a straight line or a rising or falling curve of the other, to the last rows."""
    x, y = other.values[both], target.values[both]
    if len(np.unique(x)) < _ENOUGH or len(np.unique(y)) < _ENOUGH:
        return False
    ranks = [np.unique(values, return_inverse=True)[1].astype(float) for values in (x, y)]
    return _squared_correlation(x, y) >= _SAME_UNIT or _squared_correlation(*ranks) >= 1 - 1e-9


def _squared_correlation(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    x, y = (
        values / max(float(np.abs(values).max()), 1e-300) for values in (x, y)
    )  # 1e308 squared is no number
    x, y = x - x.mean(), y - y.mean()
    scale = float((x @ x) * (y @ y))
    return float(x @ y) ** 2 / scale if scale > 0 else 0.0


def _determines(x: NDArray[np.int64], y: NDArray[np.int64], *, tries: int) -> bool:
    """Whether each value of x goes with one of y, and by more than luck.

    Luck: of all ways to deal the labels out to the rows, the share in which each value of x gets one label is at
    most labels ** values / arrangements; a slip lets any row have any label.
    """
    rows, values, labels = len(x), len(np.unique(x)), len(np.unique(y))
    if labels < 2 or values > rows / 2:
        return False
    pairs, counts = np.unique(np.column_stack([x, y]), axis=0, return_counts=True)
    best = np.zeros(int(x.max()) + 1)
    np.maximum.at(best, pairs[:, 0], counts)
    slips = rows - int(best.sum())
    if slips > _SLIPS * rows:
        return False
    by_label = np.unique(y, return_counts=True)[1]
    arrangements = lgamma(rows + 1) - sum(lgamma(count + 1) for count in by_label)
    slip_ways = lgamma(rows + 1) - lgamma(slips + 1) - lgamma(rows - slips + 1) + slips * log(labels)
    return values * log(labels) + slip_ways - arrangements < log(_CHANCE / tries)


def _looks_like_group(column: Column, codes: NDArray[np.int64]) -> bool:
    """Whether many values are each repeated a few times, and the name or the order of the rows says "group"."""
    given = codes[codes >= 0]
    counts = np.unique(given, return_counts=True)[1]
    if column.kind not in (Kind.CATEGORY, Kind.TEXT, Kind.NUMBER) or len(counts) < 5:
        return False
    each = given.size / len(counts)
    if each < 1.5 or (counts > 1).mean() < 0.5:
        return False
    values = column.values[codes >= 0]
    if _GROUP_NAME.fullmatch(column.name.strip()):
        return column.kind is not Kind.NUMBER or bool((values % 1 == 0).all())
    if column.kind is Kind.NUMBER or len(counts) < _ENOUGH or each > 20 or counts.max() > 3 * each:
        return False
    one_run_each = int((np.diff(given) != 0).sum()) + 1 == len(counts)
    return one_run_each or all(re.search(r"[A-Za-z].*\d", value) for value in values)
