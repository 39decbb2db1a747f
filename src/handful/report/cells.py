"""A row's cells as a page shows them: short texts, and small pictures that travel inside it."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from handful.errors import CellError
from handful.report.facts import Cell
from handful.report.figures import value_in
from handful.table.column import Column, Kind
from handful.table.table import Table

__all__ = ["cells_of"]

CELLS = 5
"""Columns that are shown of a row."""
LONGEST = 120
"""Characters of a text that are shown."""
SIDE = 96
"""Pixels of the longer side of a small picture."""


def cells_of(table: Table, row: int, columns: tuple[str, ...]) -> tuple[Cell, ...]:
    """Cells of the row that are not blank, pictures first, then as the columns are named."""
    known = [table[name] for name in dict.fromkeys(columns) if name in table]
    known.sort(key=lambda column: column.kind is not Kind.IMAGE)
    filled = [column for column in known if not column.blank[row]]
    return tuple(_cell(column, row) for column in filled[:CELLS])


def _cell(column: Column, row: int) -> Cell:
    value = column.values[row]
    if column.kind.is_measured:
        return Cell(column.name, value_in(column.kind)(float(value)))
    text = str(value)
    text = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return Cell(column.name, text, _picture(column, str(value)) if column.kind is Kind.IMAGE else "")


def _picture(column: Column, cell: str) -> str:
    """The small picture as a data: URI; empty where the file cannot be read any more."""
    from handful.encode.frozen.picture import read_picture
    from handful.table.media import content_of

    try:
        picture, _ = read_picture(content_of(column.root or Path(), cell))
    except CellError:
        return ""
    picture.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"
