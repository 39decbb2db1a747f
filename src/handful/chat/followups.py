"""A question that continues the one before: "and for Gentoo?", "what about the median?", "show them"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handful.chat.evidence import highest, how_named
from handful.chat.links import Linker
from handful.chat.operation import AGGREGATES, Operation
from handful.chat.reading import Reading, read
from handful.chat.understanding import Understood, open_words, settle, with_filters
from handful.chat.words import Word, stems, words_of

__all__ = ["follow_up"]

_LEADS = (
    "and",
    "what about",
    "how about",
    "but",
    "only",
    "now",
    "same",
    "or",
    "also",
    "then",
    "for",
    "just",
    "by",
    "per",
)
_THEM = stems("them those these they ones")
_TELLING = stems("who that which whose with without in on from over under above below")
SURE, LESS_SURE = 0.88, 0.7
"""How sure a change of the last operation is, after a word such as "and", and without one."""


def follow_up(question: str, last: Operation | None, linker: Linker) -> Understood | None:
    """The last operation with what the question changes in it; None where the question stands on its own."""
    words = words_of(question)
    if last is None or not words:
        return None
    if [word.stem for word in words] == ["why"]:
        return (
            Understood(Operation("explain", last.column if last.name == "fill" else ""), 0.9)
            if last.name in ("fill", "explain")
            else None
        )
    text = " ".join(word.text.lower() for word in words)
    reading = read(question, linker, cues_name=False)
    if last.filters and _means_rows(words):
        return _of_them(reading, last)
    led = any(text == lead or text.startswith(f"{lead} ") for lead in _LEADS)
    whole = settle(reading)
    stands = whole.confidence >= 0.5 and not (
        led and whole.operation.name in ("distinct", "show", "describe")
    )
    names_own = bool(reading.asked.end or reading.links.rows or reading.asked.many >= 0)
    if (stands and not (led and _is_fragment(reading))) or (not led and (len(words) > 3 or names_own)):
        return None
    changed = _changed(reading, last)
    if changed is None:
        return None
    sure = (SURE if led else LESS_SURE) * min(reading.strength, reading.conditions.strength)
    left = open_words(reading)
    return Understood(changed, sure * 0.35 ** len(left), left)


def _means_rows(words: Sequence[Word]) -> bool:
    """Whether "them" or "those" stands for the rows of the question before; "those who survived" does not."""
    for word in words:
        after = words[word.place + 1].stem if word.place + 1 < len(words) else ""
        if word.stem in _THEM and after not in _TELLING:
            return True
    return False


def _is_fragment(reading: Reading) -> bool:
    """Whether there is no word that asks for an operation but a figure's name: "and the median?"."""
    asked = {name for name, places in reading.asked.cues.items() if places}
    return not reading.targets and asked <= {*AGGREGATES, "group", "top"} and reading.asked.many < 0


def _of_them(reading: Reading, last: Operation) -> Understood | None:
    """An operation of its own, under the filters of the last: "show them", "how many of those are female"."""
    found = settle(reading)
    if found.operation.name == "none" and reading.asked.has("show"):
        found = Understood(Operation("show"), 0.85, open_words(reading))
    if found.operation.name == "none":
        return None
    base = replace(found.operation, filters=last.filters)
    return replace(found, operation=with_filters(base, found.operation.filters))


def _changed(reading: Reading, last: Operation) -> Operation | None:
    new = last
    if reading.filters:
        new = with_filters(new, reading.filters)
    how = how_named(reading)
    high = highest(reading)
    if how is None and high is not None:
        how = "maximum" if high else "minimum"
    if how and last.name in AGGREGATES:
        new = replace(new, name=how)
    elif how and last.name == "group" and last.how in AGGREGATES:
        new = replace(new, how=how)
    measured = [each.column for each in reading.targets if each.column in reading.linker.sheet.measured]
    grouped = [each.column for each in reading.asked.by]
    if measured and last.column:
        new = replace(new, column=measured[0])
    if grouped:
        new = _grouped(new, grouped[0])
    elif reading.targets and not measured:
        by = reading.targets[0].column
        if last.name in ("group", "distinct", "blanks", "describe"):
            is_group = last.name == "group"
            new = replace(new, by=by) if is_group else replace(new, column=by)
    return None if new == last else new


def _grouped(operation: Operation, by: str) -> Operation:
    """A figure, or a number of rows, for each value of a column."""
    if operation.name in AGGREGATES:
        return replace(operation, name="group", how=operation.name, by=by)
    if operation.name == "count":
        return replace(operation, name="group", how="count", by=by)
    return replace(operation, by=by) if operation.name == "group" else operation
