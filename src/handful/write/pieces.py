"""A piece of a program: one column's cell, taken through steps; or a constant. And what a piece costs in bits."""

from __future__ import annotations

from dataclasses import dataclass

from handful.write.row import Row
from handful.write.steps import Function, Step, function_of

__all__ = ["MOST_CHARACTERS", "Piece"]

MOST_CHARACTERS = 4_096
"""A longer cell is no cell for programs: they are refused, so that no step can take long."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of an output: `before`, what the steps make of the column's cell, `after`."""

    column: str | None = None
    """None: the piece is the constant `before`."""
    steps: tuple[Step, ...] = ()
    before: str = ""
    after: str = ""
    optional: bool = False
    """Whether the piece is left out, with what stands around it, where its cell or part is missing."""

    def run(self, row: Row) -> str | None:
        """The text of this piece for a row; None where the cell or the part is missing."""
        if self.column is None:
            return self.before
        value = self.of_cell(row.get(self.column))
        if value is None:
            return "" if self.optional else None
        return self.before + value + self.after

    def of_cell(self, cell: str | None) -> str | None:
        """What the steps make of a cell."""
        if cell is None or len(cell) > MOST_CHARACTERS:
            return None
        for function in self.functions():
            value = function(cell)
            if value is None or len(value) > 4 * MOST_CHARACTERS:
                return None
            cell = value
        return cell

    def functions(self) -> list[Function]:
        return [function_of(step) for step in self.steps]
