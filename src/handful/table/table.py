"""A table: typed columns of one length, in the user's order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.errors import ColumnError
from handful.table.column import Column

__all__ = ["Table"]


@dataclass(frozen=True, slots=True)
class Table:
    """Typed columns of one length, in the user's order, with what was guessed about them."""

    columns: tuple[Column, ...]
    rows: int
    notes: tuple[str, ...] = ()
    """What was guessed or left out while reading, one sentence each, said once to the user."""

    def __len__(self) -> int:
        return self.rows

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise ColumnError(
            f"there is no column {name!r}", hint=f"the columns are {', '.join(repr(n) for n in self.names)}"
        )

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Table:
        """Some of the rows, in the order given."""
        columns = tuple(column.take(rows) for column in self.columns)
        return Table(columns, int(np.arange(self.rows)[rows].size), self.notes)

    def without(self, *names: str) -> Table:
        """The table without some of its columns; a name that is not there does no harm."""
        return Table(tuple(c for c in self.columns if c.name not in names), self.rows, self.notes)
