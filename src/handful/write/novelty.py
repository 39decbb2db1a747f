"""How a cell is built, as far as a piece minds: what no example had may be what a program gets wrong."""

from __future__ import annotations

from handful.write.marks import pattern_of
from handful.write.pieces import Piece
from handful.write.row import Row

__all__ = ["signature"]


def signature(piece: Piece, row: Row) -> str:
    """How the cell of a piece is built: the count of its tokens, its length where places count, else its marks."""
    cell = row.get(piece.column) if piece.column is not None else None
    if cell is None:
        return "blank"
    step = piece.steps[0] if piece.steps else None
    match step.name if step else "":
        case "token" | "keep":
            return _count(len(pattern_of(step.texts[0]).findall(cell)))  # type: ignore[union-attr]
        case "part" | "without" | "turned":
            return _count(cell.count(step.texts[0]))  # type: ignore[union-attr]
        case "slice":
            start, end = step.numbers  # type: ignore[union-attr]
            enough = len(cell) >= max(abs(start), abs(end))
            return ("long" if enough else "short") + (str(len(cell)) if start and end > 0 else "")
        case "moment" | "number" | "look up" | "pattern" | "between":
            return "read"
    return "".join(sorted({c for c in cell if not c.isalnum() and not c.isspace()}))


def _count(count: int) -> str:
    return str(count) if count < 6 else "many"
