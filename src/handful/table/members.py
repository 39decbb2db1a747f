"""Columns that together are one series: t0, t1 ... tN in a table with a column for each moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from handful.errors import ColumnError
from handful.table.column import Column, Form, Kind, texts
from handful.table.kinds import as_kind
from handful.table.series import series_cells
from handful.table.table import Table, listing

__all__ = ["as_members", "members_named", "names_with_series", "series_named", "with_series"]


def members_named(text: str, names: Sequence[str]) -> tuple[str, ...]:
    """The columns that "t0..t95" (from the one through the other, in the table's order) or "a,b,t0..t9" names.

    A name that itself holds ".." or "," is found where it stands alone. Raises ColumnError for an unknown name.
    """
    if text in names:
        return (text,)
    found: list[str] = []
    for part in text.split(","):
        first, dots, last = part.partition("..")
        ends = [part] if part in names or not dots else [first, last]
        for end in ends:
            if end not in names:
                raise ColumnError(f"there is no column {end!r} for the series {text!r}", hint=listing(names))
        start, stop = names.index(ends[0]), names.index(ends[-1])
        if stop < start:
            raise ColumnError(
                f"{ends[0]!r} stands after {ends[-1]!r} in the table", hint=f"name them as {last}..{first}"
            )
        found += names[start : stop + 1]
    return tuple(found)


def series_named(asked: Mapping[str, str], names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The columns of each series, asked for as `members_named` reads them."""
    return {name: members_named(text, names) for name, text in asked.items()}


def with_series(table: Table, series: Mapping[str, Sequence[str]], root: Path | None = None) -> Table:
    """The table with the members of each series replaced by one column, where the first of them stood.

    A series whose members are not in the table, while a column has its name, is taken to be there already.
    Raises ColumnError for members that are absent, not numbers, or in two series, and for a name that is taken.
    """
    for name, members in series.items():
        if name in table and not any(member in table for member in members):
            continue
        table = _gathered(table, name, members, root)
    return table


def names_with_series(names: Sequence[str], series: Mapping[str, Sequence[str]]) -> list[str]:
    """The names that a frame's columns have once the members of each series stand together, in no fixed order."""
    known = set(names)
    whole = {name: members for name, members in series.items() if known.issuperset(members)}
    gone = {member for members in whole.values() for member in members}
    return [*(name for name in names if name not in gone), *whole]


def as_members(
    kinds: Mapping[str, Kind],
    forms: Mapping[str, Form],
    series: Mapping[str, Sequence[str]],
    names: Sequence[str],
) -> tuple[dict[str, Kind], dict[str, Form]]:
    """Kinds and forms by column, those of a series not yet in `names` handed on to its members."""
    kinds, forms = dict(kinds), dict(forms)
    for name, members in series.items():
        if name in names:
            continue
        if kinds.get(name) is Kind.SERIES:
            del kinds[name]
        if name in forms:
            forms.update(dict.fromkeys(members, forms.pop(name)))
    return kinds, forms


def _gathered(table: Table, name: str, members: Sequence[str], root: Path | None) -> Table:
    absent = [member for member in members if member not in table]
    if absent:
        raise ColumnError(
            f"the series {name!r} lacks {len(absent)} of its {len(members)} columns: {absent[0]!r}",
            hint="a column belongs to one series at most; " + listing(table.names),
        )
    if len(set(members)) < 2:
        raise ColumnError(f"the series {name!r} needs two columns or more", hint=f"--series {name}=t0..t95")
    if name in table and name not in members:
        raise ColumnError(
            f"the series {name!r} has the name of a column", hint="give the series another name"
        )
    column = _column(name, [as_kind(table[member], Kind.NUMBER) for member in members], root)
    first = next(member for member in table.names if member in members)
    columns = tuple(
        column if c.name == first else c for c in table if c.name == first or c.name not in members
    )
    note = f"{len(members):,} columns, {members[0]!r} to {members[-1]!r}, are the series {name!r}"
    return Table(columns, len(table), (*table.notes, note))


def _column(name: str, members: Sequence[Column], root: Path | None) -> Column:
    values = np.column_stack([member.values for member in members])
    cells = series_cells([[None if cell != cell else cell for cell in row] for row in values.tolist()])
    comma = any(member.form.decimal == "," for member in members)
    why = f"the columns {members[0].name!r} to {members[-1].name!r}, {len(members)} of them"
    form = Form(decimal="," if comma else ".")
    return replace(Column(name, Kind.SERIES, texts(cells), why, form), given=True, root=root)
