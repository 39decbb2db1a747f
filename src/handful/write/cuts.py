"""Candidates for the first step of a piece: every way to take a part of the cells of one column."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from handful.write.marks import CLASSES, PATTERN_CLASSES, pattern_of, shape_of
from handful.write.step import Step

__all__ = ["cuts_of", "delimiters_of", "marks_of", "nested_cuts", "odd_cuts_of", "shared_text", "slices_of"]

_FARTHEST, _FARTHEST_BACK = 4, 3
_MOST_DELIMITERS, _MOST_PLACES, _LONG = 10, 24, 400
_BETWEEN = (("(", ")"), ("[", "]"), ("{", "}"), ("<", ">"), ('"', '"'), ("'", "'"), ("“", "”"), ("«", "»"))
_SPANS = ((1, -2), (2, -1), (1, 2), (-2, -1), (2, -2), (3, -1))
_GAP = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W_]{2,}")


def cuts_of(cells: Sequence[str], outputs: Sequence[str]) -> Iterator[Step]:
    """Steps that take a part of each cell as people would say it."""
    yield from _tokens(cells)
    delimiters = delimiters_of(cells)
    yield from _parts(cells, delimiters)
    yield from _betweens(cells, delimiters)
    if max(map(len, cells)) <= _LONG:
        yield from _patterns(cells, outputs)


def odd_cuts_of(cells: Sequence[str], outputs: Sequence[str]) -> Iterator[Step]:
    """Steps that cut at counted places, or from one kind of token to another: many, and seldom meant."""
    yield from slices_of(cells, outputs)
    if max(map(len, cells)) <= _LONG:
        yield from _edges(cells, outputs)


def nested_cuts(texts: Sequence[str]) -> Iterator[Step]:
    """Parts of parts: of what one cut has left."""
    for delimiter in delimiters_of(texts)[:6]:
        yield from (Step("part", (delimiter,), (place, place)) for place in (1, 2, -1))
        yield from (Step("part", (delimiter,), span) for span in ((2, -1), (1, -2)))


def _positions(counts: Sequence[int]) -> list[int]:
    most = max(counts)
    return [*range(1, min(_FARTHEST, most) + 1), *range(-1, -min(_FARTHEST_BACK, most) - 1, -1)]


def _tokens(cells: Sequence[str]) -> Iterator[Step]:
    for name in CLASSES:
        find = pattern_of(name).findall
        positions = _positions([len(find(cell)) for cell in cells])
        yield from (Step("token", (name,), (place, place)) for place in positions)
        if name in ("word", "letters", "number") and len(positions) > 2:
            yield from (Step("token", (name,), span) for span in _SPANS)


def _parts(cells: Sequence[str], delimiters: Sequence[str]) -> Iterator[Step]:
    for delimiter in delimiters:
        positions = _positions([cell.count(delimiter) + 1 for cell in cells])
        yield from (Step("part", (delimiter,), (place, place)) for place in positions)
        if len(positions) > 3:
            yield from (Step("part", (delimiter,), span) for span in _SPANS)


def delimiters_of(cells: Sequence[str]) -> list[str]:
    """What stands between the parts of at least a third of the cells: marks, blanks, words that all share."""
    counts: Counter[str] = Counter()
    for cell in cells:
        gaps = set(_GAP.findall(cell[:_LONG]))
        counts.update(gaps | {mark for gap in gaps for mark in gap})
    often = [gap for gap, count in counts.items() if count * 3 >= len(cells) and len(gap) <= 4]
    often.sort(key=lambda gap: (-counts[gap], len(gap), gap))
    words = (
        set.intersection(*(set(_WORD.findall(cell[:_LONG])) for cell in cells)) if len(cells) > 2 else set()
    )
    return [*often[:_MOST_DELIMITERS], *sorted(words)[:4]]


def marks_of(texts: Sequence[str]) -> list[str]:
    """Characters that are neither letter nor digit, the most common first."""
    counts = Counter(mark for text in texts for mark in set(_GAP.findall(text[:_LONG])) for mark in mark)
    return sorted(counts, key=lambda mark: (-counts[mark], mark))[:8]


def _betweens(cells: Sequence[str], delimiters: Sequence[str]) -> Iterator[Step]:
    for pair in _BETWEEN:
        if any(pair[0] in cell and pair[1] in cell for cell in cells):
            yield from (Step("between", pair, (place,)) for place in (1, -1, 2))
    for left in delimiters[:8]:
        for right in delimiters[:8]:
            if left != right and (left, right) not in _BETWEEN:
                yield Step("between", (left, right), (1,))


def slices_of(cells: Sequence[str], outputs: Sequence[str]) -> Iterator[Step]:
    """Slices that the first example could need: what they cut from its cell stands in its output."""
    cell, output = cells[0], outputs[0].lower()
    far = min(_MOST_PLACES, max(map(len, cells)))
    lower = cell.lower()
    for start in (*range(0, far), *range(-far, 0)):
        ends = [*range(start + 1, far + 1)] if start >= 0 else [*range(start + 1, 0)]
        ends += [0, *range(-1, -7, -1)] if start >= 0 else [0]
        for end in dict.fromkeys(ends):
            if (start, end) != (0, 0) and (part := lower[start : end or None]) and part in output:
                yield Step("slice", (), (start, end))


def _patterns(cells: Sequence[str], outputs: Sequence[str]) -> Iterator[Step]:
    """Patterns of the longest text that cell and output share, if it is built alike in all examples."""
    shapes = []
    for cell, output in zip(cells, outputs, strict=True):
        at, size = shared_text(cell, output)
        shapes.append(shape_of(cell[at : at + size]))
    exact = Counter(shapes).most_common()
    loose = {tuple(run[0] + "+" if run[0] in PATTERN_CLASSES else run for run in shape) for shape in shapes}
    found = [shape for shape, count in exact if count == len(cells)] + sorted(
        loose if len(loose) == 1 else ()
    )
    for shape in found:
        if sum(2 if run[0] != "=" else 1 for run in shape) > 1 and len(shape) <= 12:
            yield from (Step("pattern", shape, (place,)) for place in (1, -1, 2))


def shared_text(cell: str, output: str) -> tuple[int, int]:
    """Where in the cell the longest text stands that the output has too, and its length."""
    match = SequenceMatcher(None, cell[:_LONG], output[:_LONG], autojunk=False).find_longest_match()
    return match.a, match.size


def _edges(cells: Sequence[str], outputs: Sequence[str]) -> Iterator[Step]:
    """From the edge of one token to the edge of another; of edges at the same places only the simplest."""
    places: dict[tuple[int, ...], tuple[str, int, int]] = {
        (0,) * len(cells): ("", 1, 0), tuple(map(len, cells)): ("", 1, 1),
    }  # fmt: skip
    for name in ("word", "letters", "digits", "capitals", "capitalised", "marks", "number", "alnum"):
        found = [list(pattern_of(name).finditer(cell)) for cell in cells]
        for place in _positions([min(map(len, found))]):
            for at_end in (0, 1):
                index = place - 1 if place > 0 else place
                where = tuple(each[index].end() if at_end else each[index].start() for each in found)
                places.setdefault(where, (name, place, at_end))
    lower, output = cells[0].lower(), outputs[0].lower()
    for left, (name, place, at_end) in places.items():
        for right, (other, last, last_end) in places.items():
            if (
                all(a < b for a, b in zip(left, right, strict=True))
                and lower[left[0] : right[0]].strip() in output
            ):
                yield Step("from to", (name, other), (place, at_end, last, last_end))
