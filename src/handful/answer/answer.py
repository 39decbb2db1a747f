"""Answers: one for each query, column-wise, with how sure they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.distribution import HIGH, LEVELS, LOW, mean
from handful.table.column import Kind, texts

__all__ = ["Answer", "Answers", "Distribution", "answers_from"]


@dataclass(frozen=True, slots=True)
class Distribution:
    """What may stand in the cells: probabilities (row, class), or the values at `levels` (row, level).

    A date's values are seconds since 1970-01-01, UTC.
    """

    values: NDArray[np.float64]
    classes: tuple[str, ...] = ()
    levels: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one query."""

    value: Any
    status: str
    reason: str
    distribution: dict[Any, float]
    """Probability by class, or value by level."""
    rows: tuple[int, ...] = ()
    """The context rows that decided it, the weightiest first; empty, since none of the experts tells."""
    columns: tuple[str, ...] = ()
    """The columns that decided it, the weightiest first; empty, since none of the experts tells."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to all queries, column-wise; index it for a single `Answer`.

    `values`: str for a category, float for a number, `numpy.datetime64` for a date. `status`: "filled" or "unsure";
    the value is the best one in both cases, and `reasons` says why not sure. `sure`: the probability of a category's
    value, NaN for other kinds. `low` and `high`: a 90% interval, in the form of `values`; None for a category.
    """

    target: str
    kind: Kind
    values: NDArray[Any]
    status: NDArray[np.object_]
    reasons: NDArray[np.object_]
    distribution: Distribution

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Answer]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> Answer:
        keys: tuple[Any, ...] = self.distribution.classes or self.distribution.levels
        distribution = dict(zip(keys, self.distribution.values[row].tolist(), strict=True))
        return Answer(self.values[row], str(self.status[row]), str(self.reasons[row]), distribution)

    @property
    def sure(self) -> NDArray[np.float64]:
        if self.kind is Kind.CATEGORY:
            return np.asarray(self.distribution.values.max(axis=1, initial=0.0))
        return np.full(len(self), np.nan)

    @property
    def low(self) -> NDArray[Any] | None:
        return self._level(LOW)

    @property
    def high(self) -> NDArray[Any] | None:
        return self._level(HIGH)

    def _level(self, place: int) -> NDArray[Any] | None:
        return (
            None if self.kind is Kind.CATEGORY else presented(self.distribution.values[:, place], self.kind)
        )

    def beside(self) -> dict[str, NDArray[Any]]:
        """What stands beside the target in a filled table, by the name of its column."""
        if self.kind is Kind.CATEGORY:
            known: dict[str, NDArray[Any]] = {f"{self.target} sure": self.sure}
        else:
            assert self.low is not None
            assert self.high is not None
            known = {f"{self.target} low": self.low, f"{self.target} high": self.high}
        return {**known, f"{self.target} status": self.status}

    def to_frame(self) -> Any:
        """A polars frame: the value, how sure it is, and the status."""
        import polars

        columns = {self.target: self.values, **self.beside()}
        return polars.DataFrame({name: polars.Series(values.tolist()) for name, values in columns.items()})


def answers_from(
    raw: NDArray[np.float64],
    *,
    target: str,
    kind: Kind,
    classes: tuple[str, ...],
    doubts: NDArray[np.object_],
) -> Answers:
    """Answers from a calibrated distribution; a row with a doubt is `unsure`."""
    if kind is Kind.CATEGORY:
        values: NDArray[Any] = texts(classes)[raw.argmax(axis=1)]
        distribution = Distribution(raw, classes=classes)
    else:
        values = presented(mean(raw), kind)
        distribution = Distribution(raw, levels=tuple(LEVELS.tolist()))
    status = np.where(doubts == "", "filled", "unsure").astype(object)
    return Answers(target, kind, values, status, doubts, distribution)


def presented(values: NDArray[np.float64], kind: Kind) -> NDArray[Any]:
    """Numbers as they are; seconds since 1970 as `numpy.datetime64[s]`, within the years 1 to 9999."""
    if kind is not Kind.DATE:
        return values
    return np.clip(np.round(values), -62_135_596_800, 253_402_300_799).astype("datetime64[s]")
