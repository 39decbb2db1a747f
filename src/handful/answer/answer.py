"""Answers: one for each query, column-wise, with how sure they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from handful.distribution import HIGH, LEVELS, LOW, mean
from handful.table.column import Kind, texts

if TYPE_CHECKING:
    from PIL.Image import Image

    from handful.draw.artist import Drawn

__all__ = [
    "Answer",
    "Answers",
    "Cover",
    "Distribution",
    "Why",
    "answers_drawn",
    "answers_from",
    "answers_written",
    "joined",
]


SEPARATOR = " | "
"""Between the classes of a set."""

SHOWN = 3
"""Columns or rows that are named in words."""

LEAST_SHARE = 0.02
"""What a column moved, of all that all columns moved, below which it is not named."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What may stand in the cells: probabilities (row, class), or the values at `levels` (row, level).

    A date's values are seconds since 1970-01-01, UTC. Of written text there is one probability in a row: that `texts`
    is right; of a drawn picture, that one would tell from it what was asked for.
    """

    values: NDArray[np.float64]
    classes: tuple[str, ...] = ()
    levels: tuple[float, ...] = ()
    texts: NDArray[np.object_] | None = None
    """(row,) what would be written, also where the cell stays blank; None for other kinds."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Sets of classes, or intervals, that hold the truth at a stated rate."""

    level: float
    sets: NDArray[np.bool_]
    """(row, class); no column where the target is no category"""
    low: NDArray[np.float64]
    """(row,) in the unit of the distribution, infinite where nothing can be said; with `high`; empty for a category."""
    high: NDArray[np.float64]
    guarantee: str
    """What holds, in a sentence."""


@dataclass(frozen=True, slots=True)
class Why:
    """What decided each answer."""

    rows: NDArray[np.intp]
    """(row, labelled row) places in the table that was learnt from, the weightiest first"""
    pulls: NDArray[np.float64]
    """(row, labelled row) the share of each of them in what speaks for the answer; 0 where it does not"""
    columns: tuple[str, ...]
    shares: NDArray[np.float64]
    """(row, column) how far each column moved the answer: the probability of the value, or the number itself"""

    def weightiest(self, row: int) -> tuple[str, ...]:
        """The columns that moved the answer, those that moved it most first."""
        moved = np.abs(self.shares[row])
        order = np.argsort(-moved, kind="stable")
        return tuple(self.columns[place] for place in order if moved[place] > LEAST_SHARE * moved.sum())

    def speaking(self, row: int) -> tuple[int, ...]:
        """The labelled rows that speak for the answer, the weightiest first."""
        return tuple(self.rows[row, self.pulls[row] > 0].tolist())

    def text(self, row: int) -> str:
        """For people: "petal, sepal; like rows 4, 18", counting rows from 1."""
        columns = ", ".join(self.weightiest(row)[:SHOWN])
        return "; like rows ".join(part for part in (columns, self.named(row)) if part)

    def named(self, row: int) -> str:
        """The first labelled rows, counted from 1: "4, 18"."""
        return ", ".join(str(place + 1) for place in self.speaking(row)[:SHOWN])


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one query."""

    value: Any
    status: str
    reason: str
    distribution: dict[Any, float]
    """Probability by class, or value by level."""
    rows: tuple[int, ...] = ()
    """The labelled rows that decided it, the weightiest first, by their places in the table that was learnt from; empty
    unless asked for."""
    columns: tuple[str, ...] = ()
    """The columns that decided it, the weightiest first; empty unless asked for."""
    could_be: tuple[Any, ...] = ()
    """The classes, or the two ends, between which the truth lies at the asked rate; empty unless asked for."""
    drawn: Drawn | None = None
    """Of a picture: how it was drawn, and the known picture that looks most like it, with its distance."""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to all queries, column-wise; index it for a single `Answer`.

    `values`: str for a category, float for a number, `numpy.datetime64` for a date, str or None for text, a Pillow
    picture (RGBA) or None for an image. `status`: "filled" or "unsure", and `reasons` says why not sure; the value is
    the best one in both cases, but an unsure text or image is None (`best` has what it would be). `sure`: the
    probability that a category or text is right, and that one would tell from a picture what was asked for; NaN for
    other kinds. `low` and `high`: a 90% interval, in the form of `values`; None where nothing is measured.
    """

    target: str
    kind: Kind
    values: NDArray[Any]
    status: NDArray[np.object_]
    reasons: NDArray[np.object_]
    distribution: Distribution
    cover: Cover | None = None
    why: Why | None = None
    drawn: tuple[Drawn, ...] | None = None
    """(row,) how each picture was drawn, also where the cell stays blank; None for other kinds."""
    pictures: NDArray[np.object_] | None = None
    """(row,) the pictures, also where the cell stays blank; None for other kinds."""

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Answer]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, row: int) -> Answer:
        keys: tuple[Any, ...] = self.distribution.classes or self.distribution.levels
        if self.distribution.texts is not None:
            keys = (self.distribution.texts[row],)
        shares = self.distribution.values[row].tolist() if keys else []  # of a picture there is only `sure`
        distribution = dict(zip(keys, shares, strict=True))
        return Answer(
            self.values[row],
            str(self.status[row]),
            str(self.reasons[row]),
            distribution,
            () if self.why is None else self.why.speaking(row),
            () if self.why is None else self.why.weightiest(row),
            self.could_be(row),
            None if self.drawn is None else self.drawn[row],
        )

    def could_be(self, row: int) -> tuple[Any, ...]:
        """The classes of the row's set, the likeliest first, or the two ends of its interval; nothing if not asked."""
        if self.cover is None:
            return ()
        if self.low is not None and self.high is not None:
            return (self.low[row], self.high[row])
        order = np.argsort(-self.distribution.values[row], kind="stable")
        return tuple(self.distribution.classes[place] for place in order if self.cover.sets[row, place])

    @property
    def sure(self) -> NDArray[np.float64]:
        if self.kind.is_measured:
            return np.full(len(self), np.nan)
        return np.asarray(self.distribution.values.max(axis=1, initial=0.0))

    @property
    def best(self) -> NDArray[Any]:
        """The best value of each row, also of a text or picture that is too unsure to stand in the table."""
        if self.pictures is not None:
            return self.pictures
        return self.values if self.distribution.texts is None else self.distribution.texts

    @property
    def low(self) -> NDArray[Any] | None:
        return self._end(LOW, None if self.cover is None else self.cover.low)

    @property
    def high(self) -> NDArray[Any] | None:
        return self._end(HIGH, None if self.cover is None else self.cover.high)

    def _end(self, place: int, covering: NDArray[np.float64] | None) -> NDArray[Any] | None:
        if not self.kind.is_measured:
            return None
        return presented(self.distribution.values[:, place] if covering is None else covering, self.kind)

    def beside(self) -> dict[str, NDArray[Any]]:
        """What stands beside the target in a filled table, by the name of its column."""
        if not self.kind.is_measured:
            known: dict[str, NDArray[Any]] = {f"{self.target} sure": self.sure}
            if self.cover is not None:
                known[f"{self.target} set"] = texts(
                    SEPARATOR.join(self.could_be(row)) for row in range(len(self))
                )
        else:
            assert self.low is not None
            assert self.high is not None
            known = {f"{self.target} low": self.low, f"{self.target} high": self.high}
        if self.why is not None:
            known[f"{self.target} why"] = texts(self._why(row) for row in range(len(self)))
        return {**known, f"{self.target} status": self.status}

    def _why(self, row: int) -> str:
        """What decided the answer; where a text or picture was left out, why."""
        assert self.why is not None
        if self.values[row] is None:
            return str(self.reasons[row])
        return self.why.text(row) if self.drawn is None else self._after(row)

    def _after(self, row: int) -> str:
        """For people: "after rows 4, 18; most like teapot (noto), 0.31 away", counting rows from 1."""
        assert self.why is not None
        assert self.drawn is not None
        rows, drawn = self.why.named(row), self.drawn[row]
        after = f"after row{'s' if ',' in rows else ''} {rows}" if rows else ""
        like = f"most like {drawn.nearest}, {drawn.distance:.2f} away" if drawn.nearest else ""
        return "; ".join(part for part in (after, like) if part)

    def to_frame(self) -> Any:
        """A polars frame: the value, how sure it is, and the status; pictures as objects."""
        import polars

        columns = {self.target: self.values, **self.beside()}
        types = {self.target: polars.Object} if self.kind is Kind.IMAGE else {}
        return polars.DataFrame(
            {name: polars.Series(values.tolist(), dtype=types.get(name)) for name, values in columns.items()}
        )


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


def answers_written(
    target: str, kind: Kind, best: NDArray[Any], sure: NDArray[np.float64], doubts: NDArray[np.object_]
) -> Answers:
    """Answers that were written out: `best` in the kind's own values, with how sure each is.

    A number or date is what it is, its whole distribution; an unsure one of them is blank as unsure text is.
    """
    status = np.where(doubts == "", "filled", "unsure").astype(object)
    if kind.is_measured:
        values = np.where(doubts == "", best, np.nan)
        levels = tuple(LEVELS.tolist())
        distribution = Distribution(np.repeat(values[:, None], len(levels), axis=1), levels=levels)
        return Answers(target, kind, presented(values, kind), status, doubts, distribution)
    values = texts(text if doubt == "" else None for text, doubt in zip(best, doubts, strict=True))
    return Answers(target, Kind.TEXT, values, status, doubts, Distribution(sure[:, None], texts=best))


def answers_drawn(target: str, drawn: Sequence[Drawn], pictures: Sequence[Image]) -> Answers:
    """Answers that were drawn, `pictures` being what was; an unsure one is blank."""
    doubts = texts(each.doubt for each in drawn)
    return Answers(
        target,
        Kind.IMAGE,
        _objects(None if doubt else each for doubt, each in zip(doubts, pictures, strict=True)),
        np.where(doubts == "", "filled", "unsure").astype(object),
        doubts,
        Distribution(np.array([[each.sure] for each in drawn], dtype=np.float64).reshape(-1, 1)),
        drawn=tuple(drawn),
        pictures=_objects(pictures),
    )


def _objects(values: Iterable[Any]) -> NDArray[np.object_]:
    """(row,) of things that numpy would take apart."""
    cells = list(values)
    array = np.empty(len(cells), dtype=object)
    for place, cell in enumerate(cells):
        array[place] = cell
    return array


def joined(parts: Sequence[Answers]) -> Answers:
    """The answers of some rows after another as one."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    covers = [part.cover for part in parts if part.cover is not None]
    whys = [part.why for part in parts if part.why is not None]
    return replace(
        first,
        values=np.concatenate([part.values for part in parts]),
        status=np.concatenate([part.status for part in parts]),
        reasons=np.concatenate([part.reasons for part in parts]),
        distribution=replace(
            first.distribution, values=np.concatenate([part.distribution.values for part in parts])
        ),
        cover=_joined_covers(covers) if covers else None,
        why=_joined_whys(whys) if whys else None,
    )


def _joined_covers(covers: Sequence[Cover]) -> Cover:
    return replace(
        covers[0],
        sets=np.concatenate([cover.sets for cover in covers]),
        low=np.concatenate([cover.low for cover in covers]),
        high=np.concatenate([cover.high for cover in covers]),
    )


def _joined_whys(whys: Sequence[Why]) -> Why:
    return replace(
        whys[0],
        rows=np.concatenate([why.rows for why in whys]),
        pulls=np.concatenate([why.pulls for why in whys]),
        shares=np.concatenate([why.shares for why in whys]),
    )


def presented(values: NDArray[np.float64], kind: Kind) -> NDArray[Any]:
    """Numbers, or seconds since 1970 as `numpy.datetime64[s]` within the years 1 to 9999; NaN or NaT if not finite."""
    if kind is not Kind.DATE:
        return np.where(np.isfinite(values), values, np.nan)
    dates = np.clip(np.round(values), -62_135_596_800, 253_402_300_799).astype("datetime64[s]")
    return np.where(np.isfinite(values), dates, np.datetime64("NaT"))
