"""Rows as texts: what programs read and the writer is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from handful.table.column import Column, Kind
from handful.table.form import write_exactly
from handful.table.table import Table

__all__ = ["READABLE", "Row", "cells_of", "rows_of"]

Row = Mapping[str, str]
"""The name of a column -> what stands in its cell, as the user wrote it; a blank cell is absent."""

READABLE = (Kind.NUMBER, Kind.CATEGORY, Kind.DATE, Kind.TEXT)
"""Kinds whose cells can be read out."""


def rows_of(table: Table, names: Sequence[str]) -> list[Row]:
    """Every row of the table, with the named columns only."""
    columns = [(name, cells_of(table[name])) for name in names]
    return [
        {name: cell for name, cells in columns if (cell := cells[row]) is not None}
        for row in range(len(table))
    ]


def cells_of(column: Column) -> list[str | None]:
    """The cells as the column writes them; None = blank."""
    if not column.kind.is_measured:
        return list(column.values.tolist())
    return [
        None if np.isnan(value) else write_exactly(value, column)
        for value in column.values.astype(np.float64).tolist()
    ]
