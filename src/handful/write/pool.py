"""The pool: all that pieces make of the examples' cells and that stands in their outputs, with the ways to make it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from handful.write.bits import bits_of_steps
from handful.write.changes import case_changes, changes_of, ends_of, small_changes
from handful.write.cuts import cuts_of, nested_cuts, odd_cuts_of, slices_of
from handful.write.measures import moments_of, numbers_of
from handful.write.pieces import Piece
from handful.write.step import Step
from handful.write.steps import function_of

__all__ = ["Budget", "Cells", "Pool", "Way", "pool_of"]

Steps = tuple[Step, ...]
Texts = tuple[str | None, ...]
Cells = dict[str, Texts]
"""Column -> the cell of every example; None = blank."""
Way = tuple[float, Piece]

MOST_WAYS = 10
"""So many ways to the same texts are kept, the shortest: others would weigh little."""
_MOST_CUTS, _WIDE_CUTS, _ENDED_CUTS = 160, 24, 60
_NESTING, _MOST_OUTER = ("part", "between"), 12
_LONGEST_KEPT = 24


@dataclass(slots=True)
class Budget:
    """Counted work: what may still be done is the same on every machine."""

    left: int

    def spend(self, amount: int) -> bool:
        """Take an amount away; whether there was any left."""
        self.left -= amount
        return self.left > 0


class _Change:
    """Steps after a cut, with their functions at hand: they are tried a hundred thousand times."""

    __slots__ = ("functions", "steps")

    def __init__(self, steps: Steps) -> None:
        self.steps, self.functions = steps, [function_of(step) for step in steps]

    def run(self, text: str | None) -> str | None:
        for function in self.functions:
            if text is None:
                return None
            text = function(text)
        return text


_CASES = [_Change(steps) for steps in case_changes()]
_SMALL = [_Change(steps) for steps in small_changes()]


@dataclass(slots=True)
class Pool:
    """Texts, one for each example, and the ways to make them; the keys stand in the order they were found."""

    whole: dict[Texts, list[Way]] = field(default_factory=dict)
    partial: dict[Texts, list[Way]] = field(default_factory=dict)
    """Texts that some examples lack."""
    keys: dict[Texts, Way] = field(default_factory=dict)
    """Texts that return, of a look-up."""

    def add(self, texts: Texts, bits: float, column: str, steps: Steps) -> None:
        ways = (self.partial if None in texts else self.whole).setdefault(texts, [])
        if len(ways) < MOST_WAYS or bits < ways[-1][0]:
            ways.append((bits, Piece(column, steps)))
            ways.sort(key=lambda way: way[0])
            del ways[MOST_WAYS:]


def pool_of(cells: Cells, outputs: Sequence[str], budget: Budget) -> Pool:
    """All that single pieces make of the cells and that stands in every output at hand."""
    pool = Pool()
    bits = math.log2(len(cells)) + 1.0
    share = budget.left // (2 * max(1, len(cells)))
    for column, texts in cells.items():
        own = Budget(share)
        _Column(column, texts, outputs, pool, own, bits).gather()
        budget.spend(share - max(0, own.left))
    return pool


class _Column:
    """The pieces of one column."""

    def __init__(
        self, name: str, cells: Texts, outputs: Sequence[str], pool: Pool, budget: Budget, bits: float
    ) -> None:
        self.name, self.cells, self.outputs, self.pool, self.bits = name, cells, outputs, pool, bits
        self.budget = budget
        self.filled = [i for i, cell in enumerate(cells) if cell is not None]

    def gather(self) -> None:
        if len(self.filled) < 2:
            return
        shown = [cell for cell in self.cells if cell is not None]
        outputs = [self.outputs[i] for i in self.filled]
        bases = self._cut(shown, outputs)
        self.budget.spend(150 * len(shown))
        for steps in self._measured(shown, outputs):
            self._add(_Change(steps), self.cells)
        wide = [_Change(steps) for steps in changes_of(shown, outputs)]
        self._keys(bases)
        self._oddly(shown, outputs, {texts for texts, _ in bases})
        for rank, (texts, steps) in enumerate(bases):
            if not self.budget.spend(len(_SMALL)):
                return
            self._change(texts, steps, _SMALL)
            if rank < _ENDED_CUTS and None not in texts and self.budget.spend(5 * len(shown)):
                ends = ends_of([text or "" for text in texts], self.outputs)
                self._change(texts, steps, [_Change(end) for end in ends])
            if rank < _WIDE_CUTS and self.budget.spend(len(wide)):
                self._change(texts, steps, wide)

    def _oddly(self, shown: Sequence[str], outputs: Sequence[str], known: set[Texts]) -> None:
        """Slices and the like, where they give what no better cut gives; only their case is changed."""
        found: dict[Texts, tuple[float, Steps]] = {}
        self.budget.spend(200 * len(shown))
        self._try([(step,) for step in odd_cuts_of(shown, outputs)], found)
        for texts, steps in self._ranked(found)[:_MOST_CUTS]:
            if texts not in known and self.budget.spend(len(_CASES)):
                self._change(texts, steps, _CASES)

    def _measured(self, shown: Sequence[str], outputs: Sequence[str]) -> Iterator[Steps]:
        yield from moments_of(shown, outputs)
        yield from numbers_of(shown, outputs)

    def _cut(self, shown: Sequence[str], outputs: Sequence[str]) -> list[tuple[Texts, Steps]]:
        """The cells cut in every way, all that differ: the shortest steps to each, the shortest first."""
        found: dict[Texts, tuple[float, Steps]] = {}
        self._try([(), *((step,) for step in cuts_of(shown, outputs))], found)
        self.budget.spend(100 * len(shown))
        outer = [each for each in self._ranked(found) if each[1] and each[1][0].name in _NESTING]
        for texts, steps in outer[:_MOST_OUTER]:
            there = [text for text in texts if text is not None]
            if len(there) == len(shown):
                self._try([(*steps, step) for step in nested_cuts(there)], found)
        for kind in ("digits", "alnum"):
            keep = _Change((Step("keep", (kind,)),))
            kept = [keep.run(cell) or "" for cell in shown]
            if all(kept) and kept != shown and max(map(len, kept)) <= _LONGEST_KEPT:
                self._try([keep.steps, *((*keep.steps, step) for step in slices_of(kept, outputs))], found)
        return self._ranked(found)[:_MOST_CUTS]

    def _try(self, candidates: Sequence[Steps], found: dict[Texts, tuple[float, Steps]]) -> None:
        for steps in candidates:
            if not self.budget.spend(len(self.filled)):
                return
            texts = tuple(map(_Change(steps).run, self.cells))
            if all(text is None for text in texts):
                continue
            bits = bits_of_steps(steps)
            if texts not in found or bits < found[texts][0]:
                found[texts] = (bits, steps)
            self._offer(texts, bits, steps)

    def _ranked(self, found: dict[Texts, tuple[float, Steps]]) -> list[tuple[Texts, Steps]]:
        """The shortest first; cuts that some cells lack come late."""
        ranked = sorted(found.items(), key=lambda item: item[1][0] + 6.0 * (None in item[0]))
        return [(texts, steps) for texts, (_, steps) in ranked]

    def _add(self, change: _Change, cells: Texts, before: Steps = ()) -> None:
        texts = tuple(map(change.run, cells))
        if texts != cells or not change.steps:
            self._offer(texts, bits_of_steps(before + change.steps), before + change.steps)

    def _offer(self, texts: Texts, bits: float, steps: Steps) -> None:
        """Into the pool, if every text there is stands in its output."""
        there = 0
        for text, output in zip(texts, self.outputs, strict=True):
            if text is None:
                continue
            if not text or text not in output:
                return
            there += 1
        if there == len(texts) or there > 1:
            self.pool.add(texts, self.bits + bits, self.name, steps)

    def _change(self, texts: Texts, steps: Steps, changes: Sequence[_Change]) -> None:
        """Every change of a cut: what the first text becomes must stand in its output, then all are tried."""
        first = next(i for i, text in enumerate(texts) if text is not None)
        start, output = texts[first], self.outputs[first]
        for change in changes:
            text = change.run(start)
            if text and text in output:
                self._add(change, texts, steps)

    def _keys(self, bases: Sequence[tuple[Texts, Steps]]) -> None:
        """Cuts whose texts return: every one at least twice, and not all the same."""
        for texts, steps in bases[:12]:
            counts = {text: texts.count(text) for text in texts}
            if None not in counts and len(counts) > 1 and min(counts.values()) > 1:
                self.pool.keys.setdefault(texts, (self.bits + bits_of_steps(steps), Piece(self.name, steps)))
