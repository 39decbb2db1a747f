"""A table: typed columns of one length, in the user's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from handful.errors import ColumnError
from handful.table.column import Column

__all__ = ["Table", "listing"]


@dataclass(frozen=True)  # no slots: the index below is kept beside the fields
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
        return name in self._by_name

    def __getitem__(self, name: str) -> Column:
        if name not in self._by_name:
            raise ColumnError(f"there is no column {name!r}", hint=listing(self.names))
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

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


def listing(names: Sequence[str]) -> str:
    """The names as a hint, at most twenty of them."""
    shown = ", ".join(repr(name) for name in names[:20])
    return f"the columns are {shown}" + (f" and {len(names) - 20:,} more" if len(names) > 20 else "")
