"""Which cells count as blank: the empty ones, and those with one of the usual marks for "no value"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

__all__ = ["MARKS", "kept_marks", "without_marks"]

# Not 'none', 'Na', 'unknown' or '.': words of people, more often a value than a blank.
MARKS = ("NA", "N/A", "n/a", "na", "#N/A", "<NA>", "NaN", "nan", "NAN", "NaT", "null", "NULL", "Null", "?")
_DOUBTFUL = {
    "-": r"^\+$",
    "None": r"^\p{L}",
}  # values where another cell is like this: + and -, Some and None


def kept_marks(text: pl.Series) -> tuple[str, ...]:
    """The marks that are values in a column of these cells, also where they do not occur yet.

    '-' is a value in a column that has '+', and 'None' in one of words: a category is not to be filled over.
    """
    bare = text.alias("").str.strip_chars()  # a name such as "^a.*$" would be taken for a pattern of names
    others = bare.filter(~bare.is_in([*MARKS, *_DOUBTFUL]))
    return tuple(mark for mark, value in _DOUBTFUL.items() if others.str.contains(value).any())


def without_marks(text: pl.Series, kept: Sequence[str]) -> tuple[pl.Series, dict[str, int]]:
    """The cells with None for every blank, and how often each mark was met; those in `kept` are values."""
    import polars as pl

    bare = text.str.strip_chars()
    marks = [*MARKS, *(mark for mark in _DOUBTFUL if mark not in kept)]
    marked = bare.is_in(marks).fill_null(False)
    counts = {str(mark): int(count) for mark, count in bare.filter(marked).value_counts(sort=True).rows()}
    blank = marked | (bare == "").fill_null(False)
    cells = pl.select(pl.when(~blank).then(text).alias(text.name or "text"))  # None elsewhere
    return cells.to_series(), counts
