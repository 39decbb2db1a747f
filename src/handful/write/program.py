"""Programs that write a cell from the other cells of its row, and what several of them together answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.write.novelty import signature
from handful.write.pieces import Piece
from handful.write.row import Row
from handful.write.wording import worded

__all__ = ["Program", "Programs", "Runner", "shared_edges"]


FRAIL = {"from to": 10.0, "pattern": 1.0, "no start": 0.5, "no end": 0.5, "look up": 0.5, "without": 1.0}
_MOST_KNOWN = 4_096
NEGLIGIBLE = 12.0
"""A program so many bits longer than the best has no vote: it would have a 4,000th of its weight."""
UNSEEN = 0.7
"""What is left of the confidence for each column whose cell is built as in no example."""
UNLIKE = 0.3
"""What is left of it for an answer that lacks the mark with which all examples begin, or end."""


@dataclass(frozen=True, slots=True)
class Program:
    """Pieces that stand one after the other; with a test, other pieces for the rows that do not pass it."""

    pieces: tuple[Piece, ...]
    bits: float
    """What it takes to write the program down: the shorter, the likelier."""
    test: Piece | None = None
    otherwise: tuple[Piece, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads, in the order in which it reads them."""
        tested = (self.test,) if self.test is not None else ()
        names = [piece.column for piece in (*tested, *self.pieces, *self.otherwise)]
        return tuple(dict.fromkeys(name for name in names if name is not None))

    @property
    def looks_up(self) -> bool:
        """Whether a piece is a table of what was seen: it says nothing of new values."""
        return any(step.name == "look up" for piece in self.all_pieces for step in piece.steps)

    @property
    def copies(self) -> bool:
        """Whether it is a cell as it stands."""
        return len(self.all_pieces) == 1 and not self.pieces[0].steps

    @property
    def all_pieces(self) -> tuple[Piece, ...]:
        return self.pieces + self.otherwise

    @property
    def frailty(self) -> float:
        """Errors to be expected beforehand, in examples: of steps that fit by chance more often than others."""
        return sum(FRAIL.get(step.name, 0.0) for piece in self.all_pieces for step in piece.steps)

    def pieces_for(self, row: Row) -> tuple[Piece, ...]:
        """The pieces that write this row."""
        passed = self.test is None or self.test.run(row) is not None
        return self.pieces if passed else self.otherwise

    def run(self, row: Row) -> str | None:
        """What the program writes; None where a part it needs is missing."""
        texts = [piece.run(row) for piece in self.pieces_for(row)]
        return None if None in texts else "".join(text for text in texts if text is not None)

    def text(self) -> str:
        """The program for people: `last + ", " + first`."""
        if self.test is None:
            return worded(self.pieces)
        return f"{worded(self.pieces)} if {worded((self.test,), test=True)}, else {worded(self.otherwise)}"


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs that explain the examples, the likeliest first."""

    best: Program
    others: tuple[Program, ...]
    examples: int
    exceptions: int
    """How many of the examples the best program does not explain."""
    unexplained: tuple[int, ...]
    """The rows of these examples, as they were given."""
    seen: tuple[tuple[str, ...], ...]
    """For each piece of the best program, how the cells of the examples are built (`novelty.signature`)."""
    stability: float
    """Share of the examples that the best program found without them explains."""
    edges: tuple[str, str]
    """The mark with which all examples begin, and the one with which they end; "" where it is none."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that any of the programs reads: what `answers` wants to see of a row."""
        programs = (self.best, *self.others)
        return tuple(dict.fromkeys(name for program in programs for name in program.columns))

    def answers(self, rows: Sequence[Row]) -> tuple[list[str | None], NDArray[np.float64]]:
        """What is written in each row, None where nothing can be, and the confidence from 0 to 1.

        It is the share of the programs, weighed by 2^-bits, that write the same, times what the examples bear
        out; less where a cell is built as in no example.
        """
        programs = [p for p in (self.best, *self.others) if p.bits < self.best.bits + NEGLIGIBLE]
        runner, bound = Runner(programs), self._bound()
        weights = [2.0 ** (self.best.bits - program.bits) for program in programs]
        answers, sure = [], np.zeros(len(rows))
        for number, row in enumerate(rows):
            text, share = _vote(runner.texts(row), weights)
            answers.append(text)
            sure[number] = share * bound * self._known(row) * self._edged(text or "")
        return answers, sure

    def _bound(self) -> float:
        """The most that can be said: the rate of right answers in so many examples, after Laplace."""
        right = self.examples - self.exceptions
        return (right + 1) / (self.examples + 2 + self.best.frailty) * (0.5 + 0.5 * self.stability)

    def _edged(self, text: str) -> float:
        start, end = self.edges
        return UNLIKE ** ((not text.startswith(start)) + (not text.endswith(end)))

    def _known(self, row: Row) -> float:
        chosen = self.best.pieces_for(row)
        strange = {
            piece.column
            for piece, seen in zip(self.best.all_pieces, self.seen, strict=True)
            if seen and any(piece is each for each in chosen) and signature(piece, row) not in seen
        }
        return float(UNSEEN ** len(strange))


def shared_edges(outputs: Sequence[str]) -> tuple[str, str]:
    """The mark, no letter or digit, with which all of some texts begin, and the one with which they end."""
    starts, ends = {text[:1] for text in outputs}, {text[-1:] for text in outputs}
    first, last = (each.pop() if len(each) == 1 else "" for each in (starts, ends))
    return "" if first.isalnum() else first, "" if last.isalnum() else last


def _vote(texts: Sequence[str | None], weights: Sequence[float]) -> tuple[str | None, float]:
    """The text of the likeliest program that has one, and the share of all that agree."""
    best = next((text for text in texts if text is not None), None)
    if best is None:
        return None, 0.0
    agreeing = sum(weight for text, weight in zip(texts, weights, strict=True) if text == best)
    return best, agreeing / sum(weights)


class Runner:
    """Runs programs over rows: a piece that several share, and a cell that comes again, are computed once."""

    def __init__(self, programs: Sequence[Program]) -> None:
        known: dict[Piece, _Known] = {}

        def shared(piece: Piece) -> _Known:
            return known.setdefault(piece, _Known(piece))

        self.plans = [
            (
                shared(program.test) if program.test is not None else None,
                [shared(piece) for piece in program.pieces],
                [shared(piece) for piece in program.otherwise],
            )
            for program in programs
        ]

    def texts(self, row: Row) -> list[str | None]:
        """What every program writes in a row."""
        return [
            _joined(pieces if test is None or test.text(row) is not None else otherwise, row)
            for test, pieces, otherwise in self.plans
        ]


class _Known:
    """A piece, and what it has made of the cells so far."""

    __slots__ = ("column", "made", "piece")

    def __init__(self, piece: Piece) -> None:
        self.piece, self.column = piece, piece.column
        self.made: dict[str | None, str | None] = {}

    def text(self, row: Row) -> str | None:
        cell = row.get(self.column) if self.column is not None else None
        if cell not in self.made:
            if len(self.made) >= _MOST_KNOWN:
                self.made.clear()
            self.made[cell] = self.piece.run(row)
        return self.made[cell]


def _joined(pieces: Sequence[_Known], row: Row) -> str | None:
    texts = []
    for piece in pieces:
        text = piece.text(row)
        if text is None:
            return None
        texts.append(text)
    return "".join(texts)
