"""What can be asked of a table: a closed list of operations, and the words in which each is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from handful.plain import one_line

__all__ = ["AGGREGATES", "COMPARISONS", "OPERATIONS", "Filter", "Operation", "in_words", "number_text"]

AGGREGATES = ("mean", "median", "sum", "minimum", "maximum", "deviation")
"""Figures of a column of numbers; the minimum and the maximum also of dates."""

OPERATIONS = (
    "describe", "count", "share", *AGGREGATES, "group", "show", "top", "distinct", "blanks", "correlate", "fill",
    "plot", "explain", "none",
)  # fmt: skip

COMPARISONS = ("=", "!=", ">", ">=", "<", "<=", "contains", "blank", "filled")


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose cell in `column` compares so with `value`: a number, seconds since 1970 for a date, or words.

    Several words with "=" are any of them, with "!=" none of them; "blank" and "filled" take no value.
    """

    column: str
    comparison: str
    value: float | str | tuple[str, ...] = ""
    written: str = ""
    """The value as people read it, where that is not the value itself: the day of a date."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on the table; a field that an operation has no use for is empty."""

    name: str
    column: str = ""
    by: str = ""
    """The category of a group or of bars; the second column of a correlation or of a scatter plot."""
    how: str = ""
    """The figure of a group: "count", or one of AGGREGATES. The form of a plot: histogram, bars, scatter."""
    filters: tuple[Filter, ...] = field(default=())
    count: int = 0
    """How many rows, or groups, are asked for; 0 is all of them, or as many as fit."""
    descending: bool = True
    row: int = -1
    """The row to explain, from 0; -1 is the first that was filled."""
    part: tuple[Filter, ...] = field(default=())
    """What a share is of, among the rows under `filters`."""


def in_words(operation: Operation) -> str:
    """The operation as the reply shows it: "mean of mass where species = Adelie"."""
    where = " and ".join(_condition(each) for each in operation.filters)
    return one_line(_head(operation) + (f" where {where}" if where else ""))


def _head(operation: Operation) -> str:
    column, by = operation.column, operation.by
    match operation.name:
        case "describe":
            return f"description of {column or 'the table'}"
        case "count":
            return "number of rows"
        case "share":
            return "share of rows with " + " and ".join(_condition(each) for each in operation.part)
        case "group":
            return _group(operation)
        case "show":
            return f"{column} of the rows" if column else "rows"
        case "top":
            most = "highest" if operation.descending else "lowest"
            if operation.count == 1:
                return f"row with the {most} {column}"
            return (
                f"{operation.count} rows with the {most} {column}" if operation.count else f"rows by {column}"
            )
        case "distinct":
            return f"different values of {column}"
        case "blanks":
            return f"blank cells of {column or 'each column'}"
        case "correlate":
            return f"correlation of {column} with {by}"
        case "fill":
            return f"blank cells of {column} filled"
        case "plot":
            return _plot(operation)
        case "explain":
            row = f"row {operation.row + 1}" if operation.row >= 0 else "the first filled row"
            return f"why {f'{column} of ' if column else ''}{row} was filled so"
        case "none":
            return "nothing that can be computed from the table"
        case name:
            return f"{'standard deviation' if name == 'deviation' else name} of {column}"


def _group(operation: Operation) -> str:
    figure = "number of rows" if operation.how == "count" else f"{operation.how} of {operation.column}"
    if not operation.count:
        return f"{figure} for each {operation.by}"
    which = "most" if operation.descending else "least"
    plural = f"the {operation.count} {operation.by}" if operation.count > 1 else f"the {operation.by}"
    if operation.how == "count":
        return f"{plural} with the {which} rows"
    return f"{plural} with the {'highest' if operation.descending else 'lowest'} {figure}"


def _plot(operation: Operation) -> str:
    if operation.how == "scatter":
        return f"scatter plot of {operation.column} against {operation.by}"
    if operation.how == "bars" and operation.column:
        return f"bars of the mean of {operation.column} for each {operation.by}"
    return f"{operation.how} of {operation.column or operation.by}"


def _condition(each: Filter) -> str:
    if each.comparison in ("blank", "filled"):
        return f"{each.column} is {each.comparison}"
    value = each.written or _value(each.value)
    return f"{each.column} {each.comparison} {value}"


def _value(value: float | str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return " or ".join(value)
    return value if isinstance(value, str) else number_text(value)


def number_text(value: float) -> str:
    """Five figures, without an exponent where none is needed: 4,201.8, 0.51219, 344."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) < 1e-4 or abs(value) >= 1e15:
        return f"{value:.4e}"
    decimals = max(0, 4 - len(str(int(abs(value)))) + (1 if abs(value) < 1 else 0) + 1)
    return f"{value:,.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:,.0f}"
