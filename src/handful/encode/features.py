"""The list of (kind, encoder), and the encoder of a whole table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from handful.encode.category import fit_category
from handful.encode.date import fit_date
from handful.encode.number import fit_number
from handful.encode.text import fit_text
from handful.features import Features
from handful.table.column import Column, Form, Kind
from handful.table.table import Table

__all__ = ["ENCODERS", "ColumnEncoder", "TableEncoder", "fit_encoder", "says_something"]


class Encoder(Protocol):
    """What a kind's `fit` gives back: a frozen dataclass of arrays and plain values, ready to be saved."""

    @property
    def is_category(self) -> bool: ...

    def encode(self, column: Column) -> NDArray[np.float32]: ...


ENCODERS: dict[Kind, Callable[[Column], Encoder]] = {
    Kind.NUMBER: fit_number,
    Kind.CATEGORY: fit_category,
    Kind.DATE: fit_date,
    Kind.TEXT: fit_text,
}


@dataclass(frozen=True, slots=True)
class ColumnEncoder:
    name: str
    kind: Kind
    form: Form
    encoder: Encoder


@dataclass(frozen=True, slots=True)
class TableEncoder:
    """Fitted encoders, in the order of the features."""

    columns: tuple[ColumnEncoder, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def kinds(self) -> dict[str, str]:
        return {column.name: column.kind.value for column in self.columns}

    @property
    def forms(self) -> dict[str, Form]:
        return {column.name: column.form for column in self.columns}

    def encode(self, table: Table) -> Features:
        """Features of every row; columns are found by name, others are ignored.

        Raises ColumnError where the table lacks a column.
        """
        blocks = [part.encoder.encode(table[part.name]) for part in self.columns]
        widths = [block.shape[1] for block in blocks]
        values = np.hstack(blocks) if blocks else np.zeros((len(table), 0), np.float32)
        return Features(
            values.astype(np.float32),
            np.repeat(np.array([part.encoder.is_category for part in self.columns], dtype=np.bool_), widths),
            tuple(np.repeat(np.array(self.names, dtype=object), widths).tolist()),
        )


def fit_encoder(context: Table) -> TableEncoder:
    """Encoders for the columns of the context; all must say something."""
    return TableEncoder(
        tuple(
            ColumnEncoder(column.name, column.kind, column.form, ENCODERS[column.kind](column))
            for column in context
        )
    )


def says_something(column: Column) -> bool:
    """Whether the column is of a kind that can be encoded and has two values or more.

    A blank is a value too: that a cell is blank may say something. A column that is blank throughout says nothing.
    """
    filled = column.values[~column.blank]
    if column.kind not in ENCODERS or not len(filled):
        return False
    return len(filled) < len(column) or bool(np.any(filled != filled[0]))
