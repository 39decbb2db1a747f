"""A column: its name, kind and values, and the form in which its values are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST", "Column", "Form", "Kind", "number_column", "texts"]

LARGEST = 1e100
"""A number of a larger size stays in the table, but is not used: its square would leave what a float can hold."""


class Kind(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"
    TEXT = "text"
    IMAGE = "image"
    SOUND = "sound"
    SERIES = "series"

    @property
    def is_measured(self) -> bool:
        """Whether the values are floats (number, date) rather than strings."""
        return self in (Kind.NUMBER, Kind.DATE)

    @property
    def plural(self) -> str:
        """What people call several of what it holds."""
        return {
            Kind.CATEGORY: "categories",
            Kind.IMAGE: "pictures",
            Kind.SERIES: "series",
        }.get(self, f"{self.value}s")


@dataclass(frozen=True, slots=True)
class Form:
    """How the user writes a column, so that a new cell is read, and a filled one written, as its neighbours are."""

    decimals: int | None = None
    """Digits after the decimal sign; 0 for whole numbers, None where the column shows no habit."""
    decimal: str = "."
    date_format: str = "%Y-%m-%d"
    kept: tuple[str, ...] = ()
    """Marks for "no value" that are values in this column: '-' beside '+', 'None' among words."""


@dataclass(frozen=True, slots=True)
class Column:
    """One typed column. Nothing in it is ever changed.

    `values`: float64 for a number (as it is) and for a date (seconds since 1970-01-01, UTC), NaN = blank;
    an object array of `str` for every other kind, None = blank.
    """

    name: str
    kind: Kind
    values: NDArray[Any]
    why: str = ""
    """Why this kind, in one clause for people: "12 distinct values, most of them repeated"."""
    form: Form = field(default_factory=Form)
    given: bool = False
    """Whether the user named this kind."""
    unusable: NDArray[np.bool_] | None = None
    """(row,) True where the user's cell holds something that cannot be used, such as inf; None = nowhere."""
    root: Path | None = None
    """The folder that the paths in an image, sound or series column are relative to."""
    vectors: NDArray[np.float32] | None = None
    """(row, coordinate) what a frozen encoder makes of each cell, NaN where blank; None until it was asked."""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def blank(self) -> NDArray[np.bool_]:
        """(row,) True where there is no value to use."""
        if self.kind.is_measured:
            return np.isnan(self.values.astype(np.float64))
        return np.array([value is None for value in self.values], dtype=np.bool_)

    @property
    def empty(self) -> NDArray[np.bool_]:
        """(row,) True where nothing is given: the cells to fill, which are the blank ones but for the unusable."""
        return self.blank if self.unusable is None else self.blank & ~self.unusable

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Column:
        """The same column for some of the rows."""
        unusable = None if self.unusable is None else self.unusable[rows]
        vectors = None if self.vectors is None else self.vectors[rows]
        return replace(self, values=self.values[rows], unusable=unusable, vectors=vectors)


def number_column(name: str, values: NDArray[np.float64], why: str, form: Form) -> Column:
    """A column of numbers in which those larger than `LARGEST` are unusable."""
    unusable = np.abs(values) > LARGEST
    if not unusable.any():
        return Column(name, Kind.NUMBER, values, why, form)
    return Column(name, Kind.NUMBER, np.where(unusable, np.nan, values), why, form, unusable=unusable)


def texts(values: Iterable[str | None]) -> NDArray[np.object_]:
    """The values as an object array, never as one of numpy's own strings; None = blank."""
    cells = list(values)
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array
