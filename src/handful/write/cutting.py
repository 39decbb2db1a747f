"""Steps that take a part of a text: a token, a part between delimiters, a slice, what matches a learnt pattern.

Positions count from 1; from the right they are -1, -2 and so on. A part that is not there gives None.
"""

from __future__ import annotations

import re

from handful.write.marks import _ranges, pattern_of
from handful.write.step import Builder, Function, Step

__all__ = ["BUILDERS"]


def _place(position: int, count: int) -> int | None:
    """The index of a position among so many, None where it lies outside."""
    index = position - 1 if position > 0 else count + position
    return index if 0 <= index < count else None


def _token(step: Step) -> Function:
    """From the first of two tokens of a class to the second; one token where both are the same."""
    find, (first, last) = pattern_of(step.texts[0]).finditer, step.numbers

    def token(text: str) -> str | None:
        found = list(find(text))
        a, b = _place(first, len(found)), _place(last, len(found))
        return text[found[a].start() : found[b].end()] if a is not None and b is not None and a <= b else None

    return token


def _part(step: Step) -> Function:
    """The parts from one to another of those that a delimiter separates, blanks at the ends left out."""
    delimiter, (first, last) = step.texts[0], step.numbers

    def part(text: str) -> str | None:
        parts = text.split(delimiter)
        a, b = _place(first, len(parts)), _place(last, len(parts))
        if a is None or b is None or a > b:
            return None
        return delimiter.join(parts[a : b + 1]).strip() or None

    return part


def _without(step: Step) -> Function:
    """The text without one of the parts that a delimiter separates."""
    delimiter, position = step.texts[0], step.numbers[0]

    def without(text: str) -> str | None:
        parts = text.split(delimiter)
        index = _place(position, len(parts))
        if index is None or len(parts) < 2:
            return None
        return delimiter.join(parts[:index] + parts[index + 1 :])

    return without


def _slice(step: Step) -> Function:
    """Characters from one place to another: counted from 0 at the left, negative from the right, 0 is the end."""
    start, end = step.numbers
    to = end or None

    def cut(text: str) -> str | None:
        return text[start:to] or None

    return cut


def _between(step: Step) -> Function:
    """What stands between a text and the next occurrence of another; the shortest such, by position."""
    left, right = step.texts
    position = step.numbers[0]

    def between(text: str) -> str | None:
        found, at = [], text.find(left)
        while at >= 0:
            start = at + len(left)
            end = text.find(right, start)
            if end < 0:
                break
            found.append(text[start:end])
            at = text.find(left, end + len(right))
        index = _place(position, len(found))
        return (found[index].strip() or None) if index is not None else None

    return between


def _from_to(step: Step) -> Function:
    """From an edge of a token to an edge of another (Gulwani 2011: the two position expressions of SubStr)."""
    left, right = (pattern_of(name).finditer if name else None for name in step.texts)
    first, first_edge, last, last_edge = step.numbers

    def edge(find: object, position: int, at_end: int, text: str) -> int | None:
        if find is None:
            return len(text) if at_end else 0
        found = list(find(text))  # type: ignore[operator]
        index = _place(position, len(found))
        return None if index is None else int(found[index].end() if at_end else found[index].start())

    def from_to(text: str) -> str | None:
        start, end = edge(left, first, first_edge, text), edge(right, last, last_edge, text)
        return (text[start:end].strip() or None) if start is not None and end is not None else None

    return from_to


def _pattern(step: Step) -> Function:
    """What matches a learnt pattern, by position: runs of a class ('A2', '9+') and characters ('=-')."""
    position = step.numbers[0]
    expression = re.compile("".join(_expression(run, step.texts, i) for i, run in enumerate(step.texts)))

    def match(text: str) -> str | None:
        found = expression.findall(text)
        index = _place(position, len(found))
        return found[index] if index is not None else None

    return match


def _expression(run: str, runs: tuple[str, ...], place: int) -> str:
    """One run as a regular expression; the outer runs are whole ones, so that a search takes linear time."""
    mark, count = run[0], run[1:]
    if mark == "=":
        return re.escape(count)
    inside = {"A": _ranges(str.isupper), "a": _ranges(str.islower), "9": "0-9", "_": r"^\W\d_"}[mark]
    many = "+" if count == "+" else f"{{{int(count)}}}"
    before = f"(?<![{inside}])" if place == 0 else ""
    after = f"(?![{inside}])" if place == len(runs) - 1 else ""
    return f"{before}[{inside}]{many}{after}"


BUILDERS: dict[str, Builder] = {
    "token": _token,
    "part": _part,
    "without": _without,
    "slice": _slice,
    "between": _between,
    "from to": _from_to,
    "pattern": _pattern,
}
