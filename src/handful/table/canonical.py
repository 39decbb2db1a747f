"""An order of rows, columns and categories that depends on what the table says, not on positions or names.

Everything that draws random numbers or breaks ties does so in this order, so permuting rows or columns, or renaming
categories, changes no answer. The keys are colour refinement on the graph of rows, columns and categories
(Weisfeiler & Leman 1968) with 64-bit hashes; only rows or columns that are true mirror images stay tied.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.table.column import Column, Kind
from handful.table.table import Table

__all__ = ["CanonicalOrder", "canonical_order", "category_codes", "column_codes", "row_identity"]

Keys = NDArray[np.uint64]

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class CanonicalOrder:
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    categories: dict[str, tuple[str, ...]]
    """For every category column by name: its distinct values, in canonical order."""

    def arranged(self, table: Table) -> Table:
        """The table with its rows and columns in this order."""
        taken = table.take(self.rows)
        return Table(tuple(taken.columns[place] for place in self.columns), len(taken), taken.notes)


def canonical_order(table: Table) -> CanonicalOrder:
    """Where each row, column and category of the table stands when order and names are forgotten."""
    codes = [_content_codes(column) for column in table]
    is_level = [column.kind is Kind.CATEGORY for column in table]
    cells = [
        _mixed(np.bincount(code + 1).astype(np.uint64)[code + 1] if level else code.astype(np.uint64))
        for code, level in zip(codes, is_level, strict=True)
    ]
    kinds = _mixed(np.array([list(Kind).index(column.kind) + 1 for column in table], dtype=np.uint64))
    columns, rows = kinds, np.zeros(len(table), dtype=np.uint64)
    for _ in range(ROUNDS):
        rows = np.zeros(len(table), dtype=np.uint64)
        for key, cell in zip(columns, cells, strict=True):
            rows += _mixed(cell ^ key)
        cells = [
            _level_keys(code, rows)[code + 1] if level else cell
            for code, cell, level in zip(codes, cells, is_level, strict=True)
        ]
        sums = [np.sum(_mixed(cell + rows), dtype=np.uint64) for cell in cells]
        columns = _mixed(kinds + np.array(sums, dtype=np.uint64))
    categories = {
        column.name: _in_key_order(column, code, _level_keys(code, rows))
        for column, code, level in zip(table, codes, is_level, strict=True)
        if level
    }
    return CanonicalOrder(np.argsort(rows, kind="stable"), np.argsort(columns, kind="stable"), categories)


def row_identity(table: Table) -> NDArray[np.intp]:
    """(row,) one number for each distinct row: rows that agree in every column share it."""
    keys = np.zeros(len(table), dtype=np.uint64)
    for place, column in enumerate(table, start=1):
        keys += _mixed(_content_codes(column).astype(np.uint64) ^ _mixed(np.array([place], dtype=np.uint64)))
    return np.unique(keys, return_inverse=True)[1].astype(np.intp)


def category_codes(column: Column, categories: tuple[str, ...]) -> NDArray[np.float64]:
    """(row,) the place of each value in `categories`, NaN where it is blank or unknown."""
    place = {category: float(code) for code, category in enumerate(categories)}
    return np.array([place.get(value, np.nan) for value in column.values], dtype=np.float64)


def column_codes(column: Column) -> NDArray[np.int64]:
    """(row,) 0, 1, 2 ... for the distinct values, measured ones by rank, others as they come up; -1 = blank."""
    codes = np.full(len(column), -1, dtype=np.int64)
    filled = ~column.blank
    if column.kind.is_measured:
        codes[filled] = np.unique(column.values[filled], return_inverse=True)[1]
    else:
        seen: dict[str, int] = {}
        codes[filled] = [seen.setdefault(value, len(seen)) for value in column.values[filled]]
    return codes


def _content_codes(column: Column) -> NDArray[np.int64]:
    """The codes of a number, date or category, whose names say nothing; hashes of what is in a text or a file."""
    if column.vectors is not None and column.kind is not Kind.TEXT:
        blank = column.blank
        return np.array(
            [-1 if none else _hash(row.tobytes()) for row, none in zip(column.vectors, blank, strict=True)],
            dtype=np.int64,
        )
    if column.kind.is_measured or column.kind is Kind.CATEGORY:
        return column_codes(column)
    cells = (None if cell is None else cell.encode("utf-8", "surrogatepass") for cell in column.values)
    return np.array([-1 if cell is None else _hash(cell) for cell in cells], dtype=np.int64)


def _hash(content: bytes) -> int:
    digest = hashlib.blake2b(content, digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def _mixed(keys: Keys) -> Keys:
    """The finaliser of splitmix64 (Steele, Lea & Flood 2014); unsigned arithmetic wraps around."""
    keys = (keys + np.uint64(0x9E3779B97F4A7C15)).astype(np.uint64)
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))


def _level_keys(codes: NDArray[np.int64], rows: Keys) -> Keys:
    """(category + 1,) a key for each category from the rows that have it; the first is that of a blank."""
    sums = np.zeros(int(codes.max(initial=-1)) + 2, dtype=np.uint64)
    np.add.at(sums, codes + 1, _mixed(rows))
    return _mixed(sums)


def _in_key_order(column: Column, codes: NDArray[np.int64], keys: Keys) -> tuple[str, ...]:
    filled = codes >= 0
    found, first = np.unique(codes[filled], return_index=True)
    order = np.argsort(keys[found + 1], kind="stable")
    return tuple(column.values[filled][first[order]].tolist())
