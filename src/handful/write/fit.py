"""The writer at one column: learnt from the labelled rows, saved as plain data, used on the rows that are blank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.write.ensemble import VOICES, Vote, votes
from handful.write.prompt import Example, chosen, in_order
from handful.write.row import Row
from handful.write.shown import shown, shown_row
from handful.write.similar import likeness
from handful.write.threshold import LIKELY, Trust, learn_trust
from handful.write.writer import Writer

__all__ = ["Kept", "WriterFit", "learn_writing"]

MOST_KEPT = 2_000
"""Labelled rows that are kept, to find those most like a row among them."""
MOST_JUDGED = 24
"""Labelled rows that are written from others, to see what the writer is worth."""
ONE_BY_ONE, FOLDS = 12, 6
"""Up to so many are held out one by one, of more a sixth at a time: each time the other rows are read anew."""
NEAREST = 2
"""Most similar rows named as what a cell was written from; shown last where not all rows have room."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Kept:
    """A labelled row that is kept: its cells, its text, and where it stood among the labelled rows."""

    cells: dict[str, str]
    text: str
    row: int


@dataclass(frozen=True, slots=True)
class WriterFit:
    """All that answering needs beside the writer itself."""

    writer: str
    """Its name."""
    identity: str
    """Which weights they were, or which address."""
    examples: tuple[Kept, ...]
    trust: Trust
    judged: tuple[int, ...]
    """The labelled rows that were held out: all of them up to 24."""
    held_out: tuple[str | None, ...]
    """What was written of each from the others; None where nothing came."""
    held_out_sure: tuple[float, ...]
    """How likely each was right, were it a blank cell."""

    def answer(
        self, rows: Sequence[Row], writer: Writer, progress: Progress = lambda share: None
    ) -> tuple[list[str | None], NDArray[np.float64], NDArray[np.bool_], NDArray[np.intp]]:
        """Of each row: the text, the probability that it is right, whether it is too unlikely to be written, and
        the labelled rows most like it, (row, near).
        """
        pool: list[Example] = [(kept.cells, kept.text) for kept in self.examples]
        places, which = _distinct(rows)
        said, near = _written(
            [rows[place] for place in places], pool, writer, _counted(len(places), progress)
        )
        texts = [said[i].text for i in which]
        likely = self.trust.likely([said[i].share for i in which])
        origin = np.array([kept.row for kept in self.examples], dtype=np.intp)
        return texts, likely, likely < LIKELY, origin[near][which]


def learn_writing(
    rows: Sequence[Row],
    outputs: Sequence[str],
    writer: Writer,
    progress: Progress = lambda share: None,
    *,
    units: Sequence[int] | None = None,
) -> WriterFit:
    """What the writer has learnt of the column from its labelled rows, some of which it wrote from the others.

    Rows of one unit (row,) are held out together; without units, rows with the same cells are.
    """
    pool: list[Example] = [(shown_row(row), shown(text)) for row, text in zip(rows, outputs, strict=True)]
    ordered = in_order(pool)  # by content: of rows as near as others the same are shown, wherever they stand
    kept, judged = ordered[:MOST_KEPT], sorted(ordered[-MOST_JUDGED:])
    together = units if units is not None else _distinct([row for row, _ in pool])[1]
    written = _held_out(pool, kept, ordered[-MOST_JUDGED:], together, writer, _counted(len(judged), progress))
    said = [written[row] for row in judged]
    right = [vote.text == pool[row][1] for vote, row in zip(said, judged, strict=True)]
    shares = [vote.share for vote in said]
    trust = learn_trust(shares, right)
    return WriterFit(
        writer=writer.name,
        identity=writer.identity,
        examples=tuple(Kept(dict(pool[row][0]), pool[row][1], row) for row in kept),
        trust=trust,
        judged=tuple(judged),
        held_out=tuple(vote.text for vote in said),
        held_out_sure=tuple(trust.likely(shares).tolist()),
    )


def _held_out(
    pool: Sequence[Example],
    kept: Sequence[int],
    judged: Sequence[int],
    units: Sequence[int],
    writer: Writer,
    step: Callable[[], None],
) -> dict[int, Vote]:
    """What is written of each judged row without it: one by one where rows are few, else a fold at a time."""
    said: dict[int, Vote] = {}
    for fold in _folds(pool, kept, judged, units):
        gone = {
            units[row] for row in fold
        }  # rows of the same unit, judged or not: one would give away the other
        others = [pool[row] for row in kept if units[row] not in gone]
        written, _ = _written([pool[row][0] for row in fold], others, writer, step)
        said |= dict(zip(fold, written, strict=True))
    return said


def _folds(
    pool: Sequence[Example], kept: Sequence[int], judged: Sequence[int], units: Sequence[int]
) -> list[list[int]]:
    """The judged rows in parts that are held out together; all at once where none of them is shown to all rows."""
    shown_to_all = {kept[i] for i in chosen([pool[row] for row in kept])}
    if not shown_to_all & set(judged):
        return [list(judged)]
    together: dict[int, list[int]] = {}
    for row in judged:
        together.setdefault(units[row], []).append(row)
    count = len(together) if len(judged) <= ONE_BY_ONE else FOLDS
    parts = [list(together.values())[start::count] for start in range(count)]
    return [[row for group in part for row in group] for part in parts if part]


def _written(
    rows: Sequence[Row], pool: Sequence[Example], writer: Writer, step: Callable[[], None]
) -> tuple[list[Vote], NDArray[np.intp]]:
    """A vote for each row, and which of the pool are most like it, (row, near), the most similar first."""
    near = np.argsort(-likeness(rows, [row for row, _ in pool]), axis=1, kind="stable")
    fixed = chosen(pool)
    apart: list[list[Example]] = [[] for _ in rows]
    if len(fixed) < len(pool):
        fixed = fixed[: max(1, len(fixed) - NEAREST)]
        unseen = set(range(len(pool))) - set(fixed)
        apart = [[pool[i] for i in order if i in unseen][:NEAREST][::-1] for order in near.tolist()]
    said = votes(rows, [pool[i] for i in fixed], apart, writer, step)
    return said, near[:, :NEAREST]


def _distinct(rows: Sequence[Row]) -> tuple[list[int], list[int]]:
    """Where each different row stands first, and for every row which of them it is."""
    found: dict[tuple[tuple[str, str], ...], int] = {}
    which = [found.setdefault(tuple(sorted(row.items())), len(found)) for row in rows]
    first: dict[int, int] = {}
    for place, number in enumerate(which):
        first.setdefault(number, place)
    return list(first.values()), which


def _counted(rows: int, progress: Progress) -> Callable[[], None]:
    """A step for every completion, told as the share of all."""
    done, all_of_them = 0, max(1, rows * len(VOICES))

    def step() -> None:
        nonlocal done
        done += 1
        progress(min(1.0, done / all_of_them))

    return step
