"""What kind each column is, guessed from its cells, and how to read a column as another kind.

The guesses are made in this order: number, date, series, image, sound, category, text; each only when every cell
that is not blank agrees with it, or, for lists and files, of which some may be broken, nine of ten; of paths to
pictures and sounds more than half, since read as words a path often gives the answer away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from handful.errors import ColumnError
from handful.table.column import Column, Form, Kind, number_column, texts
from handful.table.dates import ZERO_DATE, Dates, read_dates
from handful.table.form import write_exactly
from handful.table.media import LINK, PATTERNS
from handful.table.numbers import Numbers, has_leading_zeros, read_numbers
from handful.table.table import Table

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "GIVEN",
    "Guess",
    "as_kind",
    "column_from_text",
    "guess_column",
    "kind_named",
    "measured_in",
    "target_kind",
]

GIVEN = "as you said"
FEW = 20  # distinct values that can still be classes rather than a scale
_SHARE = 0.2  # of the cells: with fewer distinct values than this, each comes five times on average
_REPEATED = 0.25  # of the cells: with fewer that hold another cell's value too, a target is text to write
_LONG = 40  # characters on average: longer cells are sentences
_NUMBER = r"(?:[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[iI]nf(?:inity)?)|[nN]a[nN]|null|None|NA)"
_COMMA_NUMBER = r"[+-]?\d+(?:,\d+)?(?:[eE][+-]?\d+)?"
_LIST = rf"[\[(]\s*{_NUMBER}(?:\s*[,;\s]\s*{_NUMBER})*\s*,?\s*[\])]"
_SERIES = (
    rf"^\s*{_LIST}\s*$"
    rf"|^\s*[\[(]\s*{_LIST}(?:\s*,?\s*{_LIST})*\s*,?\s*[\])]\s*$"  # a list for each channel
    rf"|^\s*{_NUMBER}(?:\s*[,;|\s]\s*{_NUMBER}){{7,}}\s*$"  # no brackets: eight, more than a phone number
    rf"|^\s*{_COMMA_NUMBER}(?:\s*[;|\s]\s*{_COMMA_NUMBER}){{7,}}\s*$"
    r"|^\s*\[\s*\]\s*$"
)
_ANY_SERIES = f"{_SERIES}|{PATTERNS[Kind.SERIES]}"
# more than one number in a cell: "[1]" alone may be a footnote
_LONGER = rf"\d\.?\s*[,;|\s]\s*[+-]?[.\d]|[\[(]\s*[\[(]|{PATTERNS[Kind.SERIES]}"
# of the cells: so many may be no list or path; they count as blank, and are named
_BROKEN = {Kind.SERIES: 0.1, Kind.IMAGE: 0.49, Kind.SOUND: 0.49}
_MEDIA = {
    Kind.SERIES: (_ANY_SERIES, "a list of numbers, or a path to one"),
    Kind.IMAGE: (PATTERNS[Kind.IMAGE], "a path to an image"),
    Kind.SOUND: (PATTERNS[Kind.SOUND], "a path to a sound"),
}


@dataclass(frozen=True, slots=True)
class Guess:
    """A column with the kind guessed for it, and what else was guessed on the way."""

    column: Column
    ambiguous: bool = False
    """Whether the cells could be read in another way: decimal comma or thousands, day or month first."""
    zones: bool = False
    zero_dates: int = 0
    links: int = 0
    """How many cells of a column of words are links or data: URLs."""


def guess_column(name: str, text: pl.Series, form: Form | None = None) -> Guess:
    """The column as the first kind that all its cells agree with; `form` decides between two readings."""
    cells = text.drop_nulls()
    if not len(cells):
        return Guess(Column(name, Kind.NUMBER, np.full(len(text), np.nan), "every cell is blank"))
    return (
        _guess_number(name, text, form)
        or _guess_date(name, text, form)
        or _guess_series_or_path(name, text)
        or _guess_words(name, text, form)
    )


def column_from_text(
    name: str, text: pl.Series, kind: Kind, form: Form | None = None, *, why: str = GIVEN
) -> Guess:
    """The column read as the kind that was asked for.

    Raises `ColumnError` with the cells that the kind does not allow.
    """
    if kind is Kind.NUMBER:
        numbers = read_numbers(text, decimal=form.decimal if form else None)
        _refuse(name, kind, text, ~numbers.readable)
        return _number(name, numbers, why)
    if kind is Kind.DATE:
        text, zero_dates = _without_zero_dates(text)
        dates = read_dates(text, date_format=form.date_format if form else None, on_request=True)
        _refuse(name, kind, text, ~dates.readable if dates else text.is_not_null().to_numpy())
        if dates is None:
            return Guess(Column(name, kind, np.full(len(text), np.nan), why))
        return _date(name, dates, why, zero_dates)
    if (
        kind is Kind.SERIES and not text.str.contains(_ANY_SERIES).any()
    ):  # a few may be broken: they are blank
        _refuse(name, kind, text, text.is_not_null().to_numpy())
    return Guess(Column(name, kind, texts(text.to_list()), why))


def measured_in(cells: Sequence[str], kind: Kind, form: Form) -> NDArray[np.float64]:
    """Numbers, or dates in seconds since 1970, read from cells in that form; NaN where one is neither."""
    import polars as pl

    text = pl.Series(cells, dtype=pl.String)
    if kind is Kind.NUMBER:
        return read_numbers(text, decimal=form.decimal).values
    dates = read_dates(text, date_format=form.date_format)
    return np.full(len(text), np.nan) if dates is None else dates.values


def as_kind(column: Column, kind: Kind | str) -> Column:
    """The same column as another kind; a number becomes a category as the user wrote it: '1', not '1.0'.

    Raises `ColumnError` with the cells that the kind does not allow, or where there is no such kind.
    """
    import polars as pl

    kind = kind_named(kind)
    if kind is column.kind:
        return column
    if column.kind.is_measured:
        cells = [None if np.isnan(value) else write_exactly(float(value), column) for value in column.values]
    else:
        cells = list(column.values)
    text = pl.Series(column.name, cells, dtype=pl.String)
    read = column_from_text(column.name, text, kind, column.form).column
    form = read.form if kind.is_measured else column.form
    return replace(read, form=form, given=True, unusable=column.unusable, root=column.root)


def kind_named(kind: Kind | str) -> Kind:
    """The kind of that name. Raises `ColumnError` where there is none."""
    try:
        return Kind(kind)
    except ValueError:
        known = ", ".join(repr(str(k)) for k in Kind)
        raise ColumnError(f"there is no kind {kind!r}", hint=f"the kinds are {known}") from None


def target_kind(table: Table, name: str) -> tuple[Kind, str]:
    """The kind as which a target is learnt, and why in one clause.

    Whole numbers with few distinct values, most of them repeated, are classes. Strings are classes when a quarter of
    the cells hold a value that stands in another cell too, or any does where no words stand beside them to write from,
    or when there is nothing beside them but media; else they are text.
    """
    column = table[name]
    if column.given:
        return column.kind, column.why
    values = column.values[~column.blank]
    distinct, counts = np.unique(values.astype(str) if values.dtype == object else values, return_counts=True)
    count = f"{len(distinct)} distinct {'value' if len(distinct) == 1 else 'values'}"
    if column.kind is Kind.NUMBER:
        if not len(values):
            return Kind.NUMBER, column.why
        if not (values == np.round(values)).all():
            return Kind.NUMBER, "not all values are whole numbers"
        if len(distinct) > FEW:
            return Kind.NUMBER, f"{count}, more than {FEW}"
        if (counts > 1).sum() * 2 > len(distinct):
            return Kind.CATEGORY, f"whole numbers with {count}, most of them repeated"
        return Kind.NUMBER, f"{count}, most of them not repeated"
    if column.kind in (Kind.CATEGORY, Kind.TEXT):
        beside = [c.kind for c in table if c.name != name]
        repeated = int(counts[counts > 1].sum())
        worded = any(kind in (Kind.CATEGORY, Kind.TEXT, Kind.DATE) for kind in beside)
        if repeated and (repeated >= _REPEATED * len(values) or not worded):
            return Kind.CATEGORY, f"{count} in {len(values)} cells"
        if beside and all(kind in (Kind.IMAGE, Kind.SOUND, Kind.SERIES) for kind in beside):
            return Kind.CATEGORY, "the label of media"
        return Kind.TEXT, f"{count} in {len(values)} cells"
    return column.kind, column.why


def _guess_number(name: str, text: pl.Series, form: Form | None) -> Guess | None:
    if has_leading_zeros(text):
        return None
    numbers = read_numbers(text, decimal=form.decimal if form else None)
    if not numbers.readable.all() or not np.isfinite(numbers.values).any():
        return None
    return _number(name, numbers, "every value is a number")


def _guess_date(name: str, text: pl.Series, form: Form | None) -> Guess | None:
    cells, zero_dates = _without_zero_dates(text)
    dates = read_dates(cells, date_format=form.date_format if form else None)
    if dates is None or not dates.readable.all():
        return None
    return _date(name, dates, "every value is a date", zero_dates)


def _guess_series_or_path(name: str, text: pl.Series) -> Guess | None:
    cells = text.drop_nulls()
    for kind, (pattern, what) in _MEDIA.items():
        fits = cells.str.contains(pattern)
        wrong = int((~fits).sum())
        if wrong > _BROKEN[kind] * len(cells) or (
            kind is Kind.SERIES and not cells.str.contains(_LONGER).any()
        ):
            continue
        odd = _quoted(cells.filter(~fits).unique(maintain_order=True).to_list())
        why = f"every cell is {what}" + (f" but for {odd}" if wrong else "")
        return Guess(Column(name, kind, texts(text.to_list()), why))
    return None


def _guess_words(name: str, text: pl.Series, form: Form | None) -> Guess:
    """A category where the values repeat enough, else text."""
    cells = text.drop_nulls()
    distinct, rows = cells.n_unique(), len(cells)
    links = int(cells.str.contains(LINK).sum())
    odd = _odd_ones(text, form)
    values = texts(text.to_list())
    if distinct == 1:
        return Guess(Column(name, Kind.CATEGORY, values, f"one value only{odd}"), links=links)
    if distinct <= max(FEW, _SHARE * rows) and distinct <= 0.75 * rows and _mean_length(cells) <= _LONG:
        why = f"{distinct:,} distinct values in {rows:,} cells{odd}"
        return Guess(Column(name, Kind.CATEGORY, values, why), links=links)
    why = "long cells" if _mean_length(cells) > _LONG else f"{distinct:,} of {rows:,} values are distinct"
    return Guess(Column(name, Kind.TEXT, values, why + odd), links=links)


def _odd_ones(text: pl.Series, form: Form | None) -> str:
    """A clause that names the few cells which keep a column from being numbers."""
    if has_leading_zeros(text):
        return "; codes with leading zeros" if read_numbers(text).readable.all() else ""
    readable = read_numbers(text, decimal=form.decimal if form else None).readable
    cells = text.filter(~readable)
    if 0 < len(cells) <= 0.1 * (len(text) - text.null_count()):
        return f"; numbers but for {_quoted(cells.unique(maintain_order=True).to_list())}"
    return ""


def _number(name: str, numbers: Numbers, why: str) -> Guess:
    column = number_column(name, numbers.values, why, numbers.form)
    return Guess(column, ambiguous=numbers.ambiguous)


def _date(name: str, dates: Dates, why: str, zero_dates: int) -> Guess:
    column = Column(name, Kind.DATE, dates.values, why, Form(date_format=dates.date_format))
    return Guess(column, ambiguous=dates.ambiguous, zones=dates.zones, zero_dates=zero_dates)


def _without_zero_dates(text: pl.Series) -> tuple[pl.Series, int]:
    zero = text.str.strip_chars().str.contains(ZERO_DATE).fill_null(False)
    return text.set(zero, None), int(zero.sum())


def _refuse(name: str, kind: Kind, text: pl.Series, wrong: NDArray[np.bool_]) -> None:
    if not wrong.any():
        return
    values = text.filter(wrong).unique(maintain_order=True).to_list()
    noun = {Kind.NUMBER: "numbers", Kind.DATE: "dates", Kind.SERIES: "lists of numbers"}[kind]
    count = f"{int(wrong.sum()):,} {'value' if wrong.sum() == 1 else 'values'}"
    that = f"that {'is' if wrong.sum() == 1 else 'are'} not {noun}"
    raise ColumnError(
        f"{name!r} has {count} {that}: {_quoted(values)}",
        hint=f"correct or blank these cells, or take {name!r} as a category or text",
    )


def _quoted(values: Sequence[str]) -> str:
    """At most three values, short enough for a line."""
    shown = ", ".join(repr(v if len(v) <= 40 else v[:39] + "…") for v in values[:3])
    return shown + (" …" if len(values) > 3 else "")


def _mean_length(cells: pl.Series) -> float:
    mean = cells.str.len_chars().mean()
    return float(mean) if isinstance(mean, (int, float)) else 0.0
