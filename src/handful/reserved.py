"""The names that a filled table reserves beside a column, and the table as it was before an earlier filling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.errors import ColumnError
from handful.table.column import Column
from handful.table.table import Table

__all__ = ["SUFFIXES", "as_given", "refuse_clash"]

STATUSES = {"given", "filled", "unsure", "failed"}
ALWAYS = ("sure", "low", "high", "status")
SUFFIXES = (*ALWAYS, "set", "why")


def as_given(
    frame: Any, typed: Table, targets: Sequence[str], kinds: Mapping[str, str] | None = None
) -> Table:
    """The table as it was before an earlier filling: no cells but the given ones, no columns beside them.

    Raises ColumnError where a target's reserved names are columns of the user's own.
    """
    beside: set[str] = set()
    columns, notes = [], list(typed.notes)
    for column in typed:
        earlier = _filled_earlier(column, typed)
        if earlier is not None:
            beside |= {f"{column.name} {suffix}" for suffix in SUFFIXES}
            if earlier.any():
                column = _read_again(frame, column, earlier, kinds)
                notes.append(
                    f"{earlier.sum():,} cells of an earlier filling of {column.name!r} are answered again"
                )
        elif column.name in targets:
            refuse_clash(column.name, typed)
        columns.append(column)
    kept = tuple(column for column in columns if column.name not in beside)
    return Table(
        kept, len(typed), tuple(note for note in notes if not any(f"{name!r}" in note for name in beside))
    )


def refuse_clash(name: str, typed: Table, suffixes: Sequence[str] = ALWAYS) -> None:
    """Raises ColumnError where a column of the user's own stands where the filled table would have one."""
    for suffix in suffixes:
        if f"{name} {suffix}" in typed:
            raise ColumnError(
                f"column '{name} {suffix}' stands where the filled table would have one of that name",
                hint=f"rename '{name} {suffix}'",
            )


def _filled_earlier(column: Column, typed: Table) -> NDArray[np.bool_] | None:
    """(row,) whether an earlier filling has put the cell there; None where there was no earlier filling.

    Such a filling shows by its status column together with how sure it was. A row without a status was added since.
    """
    name = column.name
    is_beside = f"{name} sure" in typed or (f"{name} low" in typed and f"{name} high" in typed)
    if f"{name} status" not in typed or not is_beside:
        return None
    status = typed[f"{name} status"]
    if status.kind.is_measured or not set(status.values[~status.blank]) <= STATUSES:
        return None
    return np.isin(status.values.astype(str), ("filled", "unsure", "failed"))


def _read_again(
    frame: Any, column: Column, earlier: NDArray[np.bool_], kinds: Mapping[str, str] | None
) -> Column:
    """The column typed from its given cells alone: what was filled must not sway its kind."""
    import narwhals.stable.v2 as nw
    import polars as pl

    from handful.table.adapt import table_from_frame

    name = column.name
    series = next(
        each for each in nw.from_native(frame, eager_only=True).iter_columns() if str(each.name) == name
    )
    cells = [None if was_filled else cell for cell, was_filled in zip(series.to_list(), earlier, strict=True)]
    asked = {name: kinds[name]} if kinds and name in kinds else None
    read = table_from_frame(pl.DataFrame({name: pl.Series(cells, strict=False)}), kinds=asked)[name]
    return replace(read, root=column.root)
