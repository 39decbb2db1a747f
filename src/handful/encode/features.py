"""The list of (kind, encoder), and the encoder of a whole table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from handful.encode.category import fit_category
from handful.encode.date import DifferenceEncoder, fit_date, fit_differences
from handful.encode.embed import FROZEN
from handful.encode.frozen.sound import AND_WHISPER
from handful.encode.image import fit_image
from handful.encode.number import fit_number
from handful.encode.series import fit_series
from handful.encode.sound import fit_sound
from handful.encode.text import fit_text
from handful.errors import ModelFileError
from handful.features import Features
from handful.table.column import Column, Form, Kind
from handful.table.table import Table
from handful.weights.place import needed, needed_module

__all__ = ["ENCODERS", "ColumnEncoder", "TableEncoder", "fit_encoder", "says_something"]


class Encoder(Protocol):
    """What a kind's `fit` gives back: a frozen dataclass of arrays and plain values, ready to be saved."""

    @property
    def is_category(self) -> bool: ...

    @property
    def embeddings(self) -> tuple[int, ...]:
        """How many coordinates each embedding has; the last features are these, those before stand for themselves."""
        ...

    def encode(self, column: Column) -> NDArray[np.float32]: ...


ENCODERS: dict[Kind, Callable[[Column], Encoder]] = {
    Kind.NUMBER: fit_number,
    Kind.CATEGORY: fit_category,
    Kind.DATE: fit_date,
    Kind.TEXT: fit_text,
    Kind.IMAGE: fit_image,
    Kind.SOUND: fit_sound,
    Kind.SERIES: fit_series,
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
    differences: tuple[DifferenceEncoder, ...]
    """Of pairs of date columns."""
    frozen: dict[str, str]
    """By kind, the identity of the frozen encoder that read its columns."""

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
        """Features of every row of a table whose columns are embedded; they are found by name, others are ignored.

        Raises ColumnError where the table lacks a column, ModelFileError where a frozen encoder is another now,
        MissingError where it had a part that is not installed here.
        """
        for kind, identity in self.frozen.items():
            _check_frozen(kind, identity)
        blocks = [part.encoder.encode(table[part.name]) for part in self.columns]
        pairs = [pair.encode(table[pair.first], table[pair.second]) for pair in self.differences]
        widths = [block.shape[1] for block in blocks]
        is_category = np.repeat([part.encoder.is_category for part in self.columns], widths)
        names = np.repeat(np.array(self.names, dtype=object), widths).tolist()
        return Features(
            np.hstack([np.zeros((len(table), 0), np.float32), *blocks, *pairs]),
            np.append(is_category, np.zeros(len(pairs))).astype(np.bool_),
            (*names, *(pair.first for pair in self.differences)),
            np.append(self._embedding(widths), np.full(len(pairs), -1)).astype(np.intp),
        )

    def _embedding(self, widths: list[int]) -> NDArray[np.intp]:
        """(feature,) the number of the embedding that each feature belongs to, -1 where to none."""
        numbers: list[int] = []
        count = 0
        for part, width in zip(self.columns, widths, strict=True):
            own = part.encoder.embeddings
            numbers += [-1] * (width - sum(own))
            for size in own:
                numbers += [count] * size
                count += 1
        return np.array(numbers, dtype=np.intp)


def _check_frozen(kind: str, identity: str) -> None:
    """Raises ModelFileError where the encoder of a kind makes other vectors now, MissingError where it lacks a part."""
    now = FROZEN[Kind(kind)]().identity
    if now == identity or now.startswith(identity + AND_WHISPER):
        return
    if identity.startswith(now + AND_WHISPER):
        needed("speech")
        needed_module("speech")
    raise ModelFileError(
        f"this was learnt with another encoder of {kind}s, which this version does not have",
        hint="install the version of handful that wrote it, or fit again",
    )


def fit_encoder(context: Table) -> TableEncoder:
    """Encoders for the columns of the context, which are embedded and all say something."""
    columns = tuple(
        ColumnEncoder(column.name, column.kind, column.form, ENCODERS[column.kind](column))
        for column in context
    )
    kinds = {column.kind for column in context if column.vectors is not None}
    differences = fit_differences([column for column in context if column.kind is Kind.DATE])
    return TableEncoder(columns, differences, {kind.value: FROZEN[kind]().identity for kind in sorted(kinds)})


def says_something(column: Column) -> bool:
    """Whether the column has two values or more; of pictures, sounds and series, once they are embedded, two contents.

    A blank is a value too: that a cell is blank may say something. A column that is blank throughout says nothing.
    """
    filled = ~column.blank
    if not filled.any() or not filled.all():
        return bool(filled.any())
    told = column.values if column.vectors is None or column.kind is Kind.TEXT else column.vectors
    return bool(np.any(told != told[:1]))
