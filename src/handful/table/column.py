"""A column: its name, kind and values, and the form in which its values are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST", "Column", "Form", "Kind"]

LARGEST = 1e100
"""A number of a larger size counts as blank, and is named: its square would leave what a float can hold."""


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


@dataclass(frozen=True, slots=True)
class Form:
    """How the user writes a number or a date, so that a filled cell looks like its neighbours."""

    decimals: int | None = None
    """Digits after the decimal sign; 0 for whole numbers, None where the column shows no habit."""
    decimal: str = "."
    date_format: str = "%Y-%m-%d"


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

    def __len__(self) -> int:
        return len(self.values)

    @property
    def blank(self) -> NDArray[np.bool_]:
        """(row,) True where the cell is blank."""
        if self.kind.is_measured:
            return np.isnan(self.values.astype(np.float64))
        return np.array([value is None for value in self.values], dtype=np.bool_)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Column:
        """The same column for some of the rows."""
        return Column(self.name, self.kind, self.values[rows], self.why, self.form)
