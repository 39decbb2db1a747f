"""How cells are shown to the writer: on one line, without what steers a terminal, cut where there is no room."""

from __future__ import annotations

from collections.abc import Sequence

from handful.plain import one_line
from handful.write.row import Row

__all__ = ["LEAST", "MOST_COLUMNS", "MOST_NAME", "cut_row", "shown", "shown_row"]

MOST_COLUMNS = 12
"""Of a row the first columns are shown."""
MOST_NAME = 20
"""Bytes of a column's name."""
LEAST = 8
"""Bytes of a cell that are shown however little room there is."""


def shown(cell: str) -> str:
    """The cell on one line: a line end in it could begin an example of its own; halves of characters become `?`."""
    return one_line(cell).encode(errors="replace").decode().strip()


def shown_row(row: Row) -> dict[str, str]:
    """The row's names and cells, each on one line; cells that show nothing are left out."""
    return {shown(name): text for name, cell in row.items() if (text := shown(cell))}


def cut_row(row: Row, room: int) -> dict[str, str]:
    """The shown row with its longest cells cut to one length, so that the cells take `room` bytes at most."""
    whole = _named_shortly(shown_row(row))
    most = _longest([len(cell.encode()) for cell in whole.values()], room)
    return {name: _cut(cell, most) for name, cell in whole.items()}


def _named_shortly(row: Row) -> dict[str, str]:
    """The first columns under short names, of which no two are the same."""
    short: dict[str, str] = {}
    for name, cell in list(row.items())[:MOST_COLUMNS]:
        cut = _cut(name, MOST_NAME)
        short[cut if cut not in short else f"{cut} {len(short)}"] = cell
    return short


def _longest(lengths: Sequence[int], room: int) -> int:
    """The length to which the longer are cut, so that all together have room."""
    left = sorted(lengths)
    while left and left[0] * len(left) <= room:
        room -= left.pop(0)
    return max(LEAST, room // len(left)) if left else room + sum(lengths)


def _cut(cell: str, most: int) -> str:
    """The beginning of the cell, `most` bytes long at most."""
    return cell if len(cell.encode()) <= most else cell.encode()[:most].decode(errors="ignore")
