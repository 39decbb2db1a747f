"""The typed table as chat computes with it: polars columns, what is distinct in them, and rows under filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from handful.chat.operation import Filter
from handful.table.column import Kind
from handful.table.form import write_value
from handful.table.table import Table

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Sheet", "expression"]

MOST_VALUES = 5_000
"""Distinct values of a column that a question is compared with: of a column with more, no value is known by name."""
FEW_VALUES = 60
"""Distinct numbers of a column that its rows can still be grouped by."""
YEARS = (1000, 2200)
"""Whole numbers between these may be years."""
_YES_NO = ({"0", "1"}, {"yes", "no"}, {"true", "false"}, {"y", "n"}, {"t", "f"}, {"0.0", "1.0"})
_YES = {"1", "1.0", "yes", "true", "y", "t"}


@dataclass(frozen=True)  # no slots: what is worked out once is kept beside the fields
class Sheet:
    """The columns of a table with their types: numbers and dates as floats, everything else as words."""

    table: Table

    @property
    def names(self) -> tuple[str, ...]:
        return self.table.names

    @property
    def rows(self) -> int:
        return len(self.table)

    def kind(self, name: str) -> Kind:
        return self.table[name].kind

    @cached_property
    def frame(self) -> pl.DataFrame:
        """Every column as polars has it; a blank is null."""
        import polars as pl

        columns = {}
        for column in self.table:
            if column.kind.is_measured:
                columns[column.name] = pl.Series(column.values.astype(np.float64)).fill_nan(None)
            else:
                columns[column.name] = pl.Series(column.values.tolist(), dtype=pl.String)
        return pl.DataFrame(columns)

    def named(self, *kinds: Kind) -> tuple[str, ...]:
        """The columns of these kinds, in the table's order."""
        return tuple(column.name for column in self.table if column.kind in kinds)

    @property
    def measured(self) -> tuple[str, ...]:
        return self.named(Kind.NUMBER, Kind.DATE)

    @cached_property
    def groupable(self) -> tuple[str, ...]:
        """The columns whose values repeat, so that rows can be grouped by them."""
        found = []
        for column in self.table:
            few = column.kind is not Kind.DATE and self.frame[column.name].n_unique() <= FEW_VALUES
            if column.kind is Kind.CATEGORY or (few and column.kind in (Kind.NUMBER, Kind.TEXT)):
                found.append(column.name)
        return tuple(found)

    @cached_property
    def values(self) -> dict[str, tuple[str, ...]]:
        """The distinct values of each column of words, the commonest first; empty where there are too many."""
        found = {}
        for name in self.named(Kind.CATEGORY, Kind.TEXT):
            counted = self.frame[name].drop_nulls().value_counts(sort=True)
            found[name] = tuple(counted[name].to_list()) if counted.height <= MOST_VALUES else ()
        return found

    @cached_property
    def yes(self) -> dict[str, str | float]:
        """The value that means yes, for each column that says yes or no."""
        found: dict[str, str | float] = {}
        for name in self.named(Kind.CATEGORY, Kind.NUMBER):
            cells = self.frame[name].drop_nulls().unique()
            if cells.len() != 2:
                continue
            both = {str(cell).casefold(): cell for cell in cells.to_list()}
            if set(both) in _YES_NO:
                found[name] = next(cell for text, cell in both.items() if text in _YES)
        return found

    @cached_property
    def no(self) -> dict[str, str | float]:
        """The value that means no, for each column that says yes or no."""
        cells = {name: self.frame[name].drop_nulls().unique().to_list() for name in self.yes}
        return {name: next(cell for cell in cells[name] if cell != yes) for name, yes in self.yes.items()}

    def tells_time(self, name: str) -> bool:
        """Whether the column holds dates, or whole numbers that can be years."""
        if self.kind(name) is not Kind.NUMBER:
            return self.kind(name) is Kind.DATE
        cells = self.frame[name].drop_nulls().to_numpy()
        years = (cells > YEARS[0]) & (cells < YEARS[1]) & (cells == np.round(cells))
        return bool(cells.size) and bool(years.all()) and self.frame[name].n_unique() <= YEARS[1] - YEARS[0]

    def cell(self, name: str, value: Any) -> str:
        """A cell as the user would write it."""
        column = self.table[name]
        if value is None:
            return ""
        return write_value(float(value), column) if column.kind.is_measured else str(value)

    def under(self, filters: Sequence[Filter]) -> pl.DataFrame:
        """The rows under all filters, with their places in the column named `place`."""
        import polars as pl

        numbered = self.frame.with_row_index(self.place)
        return (
            numbered.filter(pl.all_horizontal(*[expression(each) for each in filters]))
            if filters
            else numbered
        )

    @cached_property
    def place(self) -> str:
        """A name that no column has, for the rows' places."""
        name = "row"
        while name in self.names:
            name += "_"
        return name


def expression(each: Filter) -> pl.Expr:
    """The filter in polars' words; a blank cell is under no filter but "blank"."""
    import polars as pl

    cell, value = pl.col(each.column), each.value
    end = pl.lit(value) if isinstance(value, (float, str)) else pl.lit(None)
    match each.comparison:
        case "blank":
            return cell.is_null()
        case "filled":
            return cell.is_not_null()
        case "contains":
            return cell.cast(pl.String).str.to_lowercase().str.contains(str(value).lower(), literal=True)
        case "=" | "!=":
            found = cell.is_in(list(value)) if isinstance(value, tuple) else cell == value
            return found if each.comparison == "=" else ~found
        case ">":
            return cell > end
        case ">=":
            return cell >= end
        case "<":
            return cell < end
        case _:
            return cell <= end
