"""The target: which rows are its context, what was learnt of it, and how its answers are written."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.distribution import mean
from handful.encode.number import center_and_scale
from handful.errors import TargetError
from handful.features import Labels
from handful.table.canonical import category_codes
from handful.table.column import Column, Form, Kind, texts
from handful.table.table import Table

__all__ = ["FEWEST", "FittedTarget", "context_of", "fit_target"]

FEWEST = 4
"""Labelled rows that a target needs, below which no out-of-fold row means anything; or two rows of two classes, from
which pictures and texts can be told apart."""


@dataclass(frozen=True, slots=True)
class FittedTarget:
    """What was learnt of the target itself: its kind, classes, and the scale of its numbers."""

    name: str
    kind: Kind
    classes: tuple[str, ...]
    center: float
    scale: float
    lowest: float
    highest: float
    form: Form

    def labels(self, column: Column) -> Labels:
        """Class codes, or numbers in units of the context's spread."""
        if self.classes:
            return Labels(category_codes(column, self.classes), len(self.classes))
        return Labels((column.values.astype(np.float64) - self.center) / self.scale, 0)

    def distribution(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """The blend's answer in the unit of the target, within the bounds of what is believable."""
        if self.classes:
            return raw
        return np.clip(raw * self.scale + self.center, self.lowest, self.highest)

    def presented(self, values: NDArray[np.float64]) -> NDArray[Any]:
        """Labels as the user knows them: names of classes, numbers, or seconds since 1970."""
        if self.classes:
            return texts(self.classes)[values.astype(np.intp)]
        return values * self.scale + self.center

    def value(self, raw: NDArray[np.float64]) -> NDArray[Any]:
        """The single best value of each row of the blend's answer."""
        if self.classes:
            return self.presented(raw.argmax(axis=1))
        return mean(self.distribution(raw))


def context_of(typed: Table, target: str) -> tuple[Table, NDArray[np.intp], tuple[str, ...]]:
    """The rows in which the target is filled, the target in the kind in which it will be learnt; and their places."""
    from handful.table.kinds import as_kind, target_kind

    kind, why = target_kind(typed, target)
    column = as_kind(typed[target], kind)
    if kind not in (Kind.NUMBER, Kind.DATE, Kind.CATEGORY):
        raise TargetError(
            f"column {target!r} holds {kind.value} ({why}), which cannot be filled yet",
            hint=f"if its values are classes: --kind {shlex.quote(f'{target}=category')}; or name another target",
        )
    filled = ~column.blank
    if filled.sum() < FEWEST and not (kind is Kind.CATEGORY and len(set(column.values[filled])) > 1):
        raise TargetError(
            f"column {target!r} is filled in {filled.sum()} of {len(typed)} rows; learning needs {FEWEST}",
            hint=f"fill in {target!r} in {FEWEST - filled.sum()} more rows"
            + (", or in one of another class" if kind is Kind.CATEGORY and filled.any() else ""),
        )
    columns = tuple(column if each.name == target else each for each in typed)
    said = f"{target!r} is answered as a {kind.value}: {why}"
    if other := _other_kind(typed[target].kind, kind):
        said += f" (otherwise: --kind {shlex.quote(f'{target}={other}')})"
    return Table(columns, len(typed)).take(filled), np.flatnonzero(filled), (*typed.notes, said)


def _other_kind(read: Kind, learnt: Kind) -> Kind | None:
    """As what else the column could be learnt; a column of words is a category or nothing."""
    if learnt is Kind.CATEGORY:
        return read if read.is_measured else None
    return Kind.CATEGORY


def fit_target(column: Column, categories: dict[str, tuple[str, ...]]) -> FittedTarget:
    """What the filled cells show of the target; `categories` has the classes of a category, in their order."""
    if not column.kind.is_measured:
        classes = categories.get(column.name, ())
        return FittedTarget(column.name, column.kind, classes, 0.0, 1.0, 0.0, 0.0, column.form)
    values = column.values.astype(np.float64)
    low, high = float(values.min()), float(values.max())
    reach = (high - low) / 2
    # What no labelled row comes near is not answered: half the range beyond it, and no negative value where none is.
    lowest = 0.0 if low >= 0 and column.kind is Kind.NUMBER else low - reach
    center, scale = center_and_scale(values)
    return FittedTarget(column.name, column.kind, (), center, scale, lowest, high + reach, column.form)
