"""Programs with one switch: some rows are written in one way, all others in another, by a test of one cell."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from handful.write.bits import bits_of_steps
from handful.write.cuts import marks_of
from handful.write.marks import pattern_of
from handful.write.pieces import Piece
from handful.write.pool import Budget
from handful.write.program import Program
from handful.write.row import Row
from handful.write.step import Step

__all__ = ["switched"]

Search = Callable[[Sequence[Row], Sequence[str], Sequence[str], Budget], list[Program]]

FEWEST = 2
"""Examples that each side of a switch must have."""
_SWITCH = 8.0
_MOST_TESTS, _SEARCHED = 24, 6
_MOST_PROGRAMS = 24


def switched(
    rows: Sequence[Row],
    outputs: Sequence[str],
    names: Sequence[str],
    budget: Budget,
    search: Search,
    *,
    like: Piece | None = None,
) -> list[Program]:
    """Programs with one test that explain all rows, those with the fewest bits first; where asked, a test like one."""
    found: list[Program] = []
    known: set[tuple[bool, ...]] = set()
    for test in list(_tests(rows, outputs, names))[: 4 * _MOST_TESTS]:
        if like is not None and not _alike(test, like):
            continue
        passed = tuple(test.run(row) is not None for row in rows)
        if passed in known or min(sum(passed), len(passed) - sum(passed)) < FEWEST:
            continue
        known.add(passed)
        if budget.left <= 0 or len(known) > _MOST_TESTS:
            break
        found += _both(test, passed, rows, outputs, names, budget, search)
    return sorted(found, key=lambda program: program.bits)[: 2 * _MOST_PROGRAMS]


def _alike(test: Piece, other: Piece) -> bool:
    """Whether two tests ask the same of the same column, be it with other texts."""
    names = [step.name for step in test.steps]
    return test.column == other.column and names == [step.name for step in other.steps]


def _both(
    test: Piece,
    passed: Sequence[bool],
    rows: Sequence[Row],
    outputs: Sequence[str],
    names: Sequence[str],
    budget: Budget,
    search: Search,
) -> list[Program]:
    """The smaller side is searched first: where it has no program, the other needs none."""
    sides: dict[bool, list[Program]] = {}
    for side in sorted((True, False), key=lambda side: sum(each is side for each in passed)):
        chosen = [i for i, each in enumerate(passed) if each is side]
        few = chosen[:: max(1, len(chosen) // _SEARCHED)][: _SEARCHED + 2]
        programs = search([rows[i] for i in few], [outputs[i] for i in few], names, budget)
        sides[side] = [p for p in programs if all(p.run(rows[i]) == outputs[i] for i in chosen)]
        if not sides[side]:
            return []
    cost = _SWITCH + math.log2(len(names)) + bits_of_steps(test.steps)
    pairs = [
        Program(one.pieces, cost + one.bits + other.bits, test, other.pieces)
        for one in sides[True][:8]
        for other in sides[False][:8]
    ]
    return sorted(pairs, key=lambda program: program.bits)[:_MOST_PROGRAMS]


def _copied(rows: Sequence[Row], outputs: Sequence[str], names: Sequence[str]) -> Iterator[Piece]:
    """Tests for the rows that are no copy of a cell: its first or last word is one of a few, as in no other row."""
    for name in names:
        other = [row.get(name) != output for row, output in zip(rows, outputs, strict=True)]
        for place in (1, -1):
            piece = Piece(name, (Step("token", ("word",), (place, place)),))
            words = [piece.run(row) for row in rows]
            changed = {word for word, differs in zip(words, other, strict=True) if differs and word}
            copied = {word for word, differs in zip(words, other, strict=True) if not differs}
            if 0 < len(changed) < min(sum(other), 4) and not changed & copied:
                yield Piece(name, (*piece.steps, Step("equals", tuple(sorted(changed)))))


def _tests(rows: Sequence[Row], outputs: Sequence[str], names: Sequence[str]) -> Iterator[Piece]:
    """Tests that may part the rows: a cell is filled, has more words, has a mark or digit, is one of few."""
    yield from (Piece(name) for name in names)
    yield from _copied(rows, outputs, names)
    for name in names:
        cells = [cell for row in rows if (cell := row.get(name)) is not None]
        for kind in ("word", "letters"):
            counts = sorted({len(pattern_of(kind).findall(cell)) for cell in cells})
            yield from (Piece(name, (Step("count", (kind,), (count,)),)) for count in counts[1:3])
        yield from (Piece(name, (Step("has", ("", kind)),)) for kind in ("digits", "letters", "capitals"))
        yield from (Piece(name, (Step("has", (mark, "")),)) for mark in marks_of(cells))
        values = sorted(set(cells))
        if 1 < len(values) <= min(6, len(cells) // 2):
            yield from (Piece(name, (Step("equals", (value,)),)) for value in values)
