"""Candidates for the steps after a cut: case, blanks, characters removed, replaced or padded, word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from handful.write.changing import EACH, ENDS
from handful.write.cuts import delimiters_of, marks_of, shared_text
from handful.write.step import Step

__all__ = ["case_changes", "changes_of", "ends_of", "small_changes"]

Steps = tuple[Step, ...]
_UPPER, _LOWER = Step("upper"), Step("lower")
_CASES = (
    _UPPER,
    _LOWER,
    Step("title"),
    Step("sentence"),
    Step("headline"),
    Step("capital"),
    Step("capitals"),
)
_MOST_ENDS = 4
_GAP = re.compile(r"[\W_]+")


def case_changes() -> list[Steps]:
    """What may follow a cut that is seldom meant."""
    return [(case,) for case in _CASES[:4]]


def small_changes() -> list[Steps]:
    """What may follow any cut, whatever the examples are."""
    changes: list[Steps] = [(case,) for case in _CASES]
    for size in range(1, 6):
        for edge in ((0, size), (-size, 0)):
            changes += [(Step("slice", (), edge), *case) for case in ((), (_UPPER,), (_LOWER,))]
    changes += [(Step("slice", (), edge),) for edge in ((1, 0), (0, -1), (2, 0), (0, -2))]
    changes += [(Step(name),) for name in ("strip", "squeeze", "fold", "no zeros", "ordinal", "reversed")]
    changes += [(Step("fold"), case) for case in (_LOWER, _UPPER)]
    changes += [(Step("squeeze"), case) for case in _CASES[:4]]
    for kind in ("digits", "letters", "alnum", "capitals"):
        changes += [(Step("keep", (kind,)), *case) for case in ((), (_LOWER,), (_UPPER,))]
    return changes


def changes_of(cells: Sequence[str], outputs: Sequence[str]) -> list[Steps]:
    """What may be done to a whole cell or a long part of it, with the marks that stand in cells and outputs."""
    marks, written = marks_of(cells), marks_of(outputs)
    return [*_removals(marks), *_replacements(marks, written), *_paddings(outputs), *_by_word(cells, outputs)]


def ends_of(cells: Sequence[str], outputs: Sequence[str]) -> Iterator[Steps]:
    """What stands before or after the text that cell and output share, left out where it is one of a few."""
    starts, ends = set(), set()
    for cell, output in zip(cells, outputs, strict=True):
        at, size = shared_text(cell.lower(), output.lower())
        if size:
            starts.add(cell[:at])
            ends.add(cell[at + size :])
    for name, found in (("no start", starts - {""}), ("no end", ends - {""})):
        if 0 < len(found) <= _MOST_ENDS and max(map(len, found)) <= 16:
            step = Step(name, tuple(sorted(found, key=lambda text: (-len(text), text))))
            yield from ((step,), *((step, case) for case in _CASES[:4]))
    for kind in ENDS:
        yield from (
            ((Step("no last", (kind,)),)),
            (Step("no last", (kind,)), _UPPER),
            (Step("no last", (kind,)), _LOWER),
        )


def _removals(marks: Sequence[str]) -> Iterator[Steps]:
    for mark in marks:
        step = Step("remove", (mark, ""))
        yield from ((step,), (step, _UPPER), (step, _LOWER), (Step("fold"), step, _LOWER))
    for kind in ("marks", "digits", "number"):
        step = Step("remove", ("", kind))
        yield from ((step,), (step, _UPPER), (step, _LOWER), (step, Step("title")))


def _replacements(marks: Sequence[str], written: Sequence[str]) -> Iterator[Steps]:
    for old in marks:
        for new in written:
            if old != new:
                step = Step("replace", (old, new))
                yield from (
                    (step,),
                    (step, _LOWER),
                    (step, _UPPER),
                    (step, Step("title")),
                    (step, Step("sentence")),
                )
                yield (Step("replace first", (old, new)),)
        for gone in marks:
            if gone != old:
                removed = Step("remove", (gone, ""))
                yield from ((removed, Step("replace", (old, new))) for new in written if new != old)
                if gone > old:
                    yield (removed, Step("remove", (old, "")))


def _paddings(outputs: Sequence[str]) -> Iterator[Steps]:
    widths = {len(run) for output in outputs for run in re.findall(r"[0-9]+", output[:400])}
    for width in sorted(widths - {1})[:6]:
        yield from (
            (Step("pad", ("0",), (width,)),),
            (Step("keep", ("digits",)), Step("pad", ("0",), (width,))),
        )
    for mark in marks_of(outputs)[:4]:
        for size in (4, 3, 2, -3):
            group = Step("group", (mark,), (size,))
            yield from ((group,), (Step("keep", ("alnum",)), group))


def _joints(outputs: Sequence[str]) -> list[str]:
    gaps = {gap for output in outputs for gap in _GAP.findall(output[:400]) if len(gap) <= 2}
    shared = [gap for gap in gaps if sum(gap in output for output in outputs) * 3 >= len(outputs)]
    return ["", *sorted(shared, key=lambda gap: (len(gap), gap))[:6]]


def _by_word(cells: Sequence[str], outputs: Sequence[str]) -> Iterator[Steps]:
    joints = _joints(outputs)
    for joint in joints:
        for kind in ("word", "letters", "alnum", "hump", "capitalised"):
            for change in EACH:
                step = Step("each", (kind, change, joint), (0, 0))
                yield (step,)
                if kind == "alnum" and change == "lower":
                    yield (Step("fold"), step)
                if kind == "hump" and change in ("same", "lower"):
                    yield (step, Step("sentence"))
                if change in ("sentence", "capital initial", "same"):
                    yield (Step("each", (kind, change, joint), (1, 0)),)
                if change == "sentence":
                    yield (Step("each", (kind, change, joint), (0, 1)),)
    for delimiter in delimiters_of(cells):
        yield from ((Step("turned", (delimiter, joint)),) for joint in dict.fromkeys((*joints, delimiter)))
        yield from ((Step("turned", (delimiter, joint)), case) for joint in joints for case in _CASES[:3])
        yield from ((Step("without", (delimiter,), (place,)),) for place in (2, -2, 3))
