"""A question becomes one operation, with how sure that is: or none, where words that matter stay without a meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from handful.chat.evidence import NONE
from handful.chat.lexicon import (
    CUES,
    DIMENSIONS,
    FUNCTION,
    GENERIC,
    MEASURING,
    NEGATIONS,
    ORDINALS,
    SMALL,
    UNITS,
    UNSUPPORTED,
)
from handful.chat.links import Linker
from handful.chat.moments import units_after
from handful.chat.operation import AGGREGATES, Filter, Operation
from handful.chat.ranking import COMPARED, best_group, correlating, end_of_scale, rows_by, set_against
from handful.chat.reading import WEAKLY, Reading, leads, read
from handful.chat.requests import (
    blank_cells,
    describing,
    different_values,
    explaining,
    figure_of_column,
    filling,
    number_of,
    one_cell,
    plotting,
    rows_shown,
)
from handful.chat.shares import share_of
from handful.chat.words import Word, stem, stems
from handful.table.column import Kind

__all__ = [
    "Understood",
    "leaves_column",
    "open_words",
    "settle",
    "understand",
    "unheard",
    "with_filters",
]


@dataclass(frozen=True, slots=True)
class Understood:
    """The operation, how sure, and what stood in the way."""

    operation: Operation
    confidence: float
    open: tuple[str, ...] = ()
    """Words of content that nothing was made of."""
    unsure: tuple[str, ...] = ()
    """Columns between which the question leaves the choice open."""
    asked: frozenset[str] = field(default_factory=frozenset)
    """The operations that words of the question ask for."""


def understand(question: str, linker: Linker) -> Understood:
    """The operation that the question asks for, by its own words."""
    readings = [read(question, linker, cues_name=cues_name) for cues_name in (True, False)]
    return max((settle(reading) for reading in readings), key=lambda each: each.confidence)


def settle(reading: Reading) -> Understood:
    """The operation of a reading. Whatever of the question it leaves open takes from its confidence."""
    operation, sure = _operation(reading)
    if operation.name in ("correlate", "group"):
        reading.used |= {
            word.place for word in reading.words if word.stem in COMPARED or word.stem in DIMENSIONS
        }
    if operation.name == "none":
        left = (*open_words(reading), *reading.conditions.unclear)
        return Understood(NONE, 0.0, left, tuple(reading.unsure), _asked_for(reading))
    left = (*open_words(reading), *unheard(reading, operation))
    confidence = sure * min(reading.strength, reading.conditions.strength, 1.0)
    for _ in left:
        confidence *= 0.35
    if leaves_column(reading, operation):
        confidence *= 0.4
    if _leaves_group(reading, operation):
        confidence *= 0.5
    if reading.conditions.unclear:
        confidence *= 0.2
    if reading.unsure:
        confidence *= 0.5
    left = (*left, *reading.conditions.unclear)
    return Understood(operation, confidence, left, tuple(reading.unsure), _asked_for(reading))


def leaves_column(r: Reading, operation: Operation) -> bool:
    """Whether a column is named that the operation does nothing with; the noun for the rows is none: "majors"."""
    used = {operation.column, operation.by, *(each.column for each in operation.filters)}
    for each in (*r.targets, *r.asked.by):
        if used & {each.column, *each.others}:
            continue
        text = r.linker.sheet.kind(each.column) is Kind.TEXT or (each.part and len(each.places) == 1)
        before = r.words[each.places[0] - 1] if each.places[0] else None
        if each.meant:
            return True
        if text and (before is None or leads(before, r.words, r.links, r.linker) or before.stem in WEAKLY):
            continue
        return True
    return False


def _leaves_group(r: Reading, operation: Operation) -> bool:
    """Whether "for each" or "per" is said, and the operation groups by nothing."""
    if operation == Operation("describe"):
        return False  # "the columns of each row"
    return r.has_stem("per", "each", "every") and operation.name in (
        *AGGREGATES,
        "count",
        "share",
        "describe",
        "blanks",
    )


_HEARD = {
    "mean": {"mean", "group", "plot", "describe"},
    "median": {"median", "group", "describe"},
    "deviation": {"deviation", "group", "describe"},
    "share": {"share", "group"},
    "correlate": {"correlate", "group"},
    "plot": {"plot"},
}  # fmt: skip
"""By what words ask for, the operations that may come of it."""
_NO_END = {"count", "share", "mean", "median", "sum", "deviation", "show", "blanks", "distinct"}


def unheard(r: Reading, operation: Operation) -> tuple[str, ...]:
    """Words that ask for something that the operation does not do: "rate", "correlation", "highest"."""
    found = [
        r.words[place].text
        for name, heard in _HEARD.items()
        for place in sorted(r.asked.cues.get(name, ()))
        if operation.name not in heard and place not in r.links.places | r.conditions.places
    ]
    share = r.asked.has("share") and operation.name == "group"
    if share and not (operation.column in r.linker.sheet.yes and operation.how == "mean"):
        found += [r.words[place].text for place in sorted(r.asked.cues["share"])]
    if r.asked.end is not None and operation.name in _NO_END and r.asked.end[0] not in r.conditions.places:
        found.append(r.words[r.asked.end[0]].text)
    return tuple(found)


def _asked_for(reading: Reading) -> frozenset[str]:
    return frozenset(name for name, places in reading.asked.cues.items() if places)


def open_words(reading: Reading) -> tuple[str, ...]:
    """The words of content that neither name anything nor ask for anything."""
    used = reading.links.places | reading.conditions.places | reading.asked.places
    used |= {place for places in reading.asked.cues.values() for place in places}
    used |= reading.used
    numbers = [word for word in reading.words if word.sort == "number"]
    used |= {place for word in numbers for place in units_after(reading.words, word.place)}
    used |= {reading.asked.end[0]} if reading.asked.end else set()
    figures = {  # of a column called "median" or "total" the next word says what of: "median pay"
        each.places[-1] for each in reading.links.columns if set(reading.linker.cores[each.column]) <= CUES
    }
    known = FUNCTION | GENERIC | UNITS | NEGATIONS | frozenset(SMALL) | frozenset(ORDINALS)
    found = []
    for word in reading.words:
        if word.stem in UNSUPPORTED and word.place not in used:
            found.append(word.text)
            continue
        if word.stem in ORDINALS and word.stem != stem("first") and word.place not in used:
            found.append(word.text)  # no operation gives the second highest
            continue
        if word.place in reading.links.doubted or (word.stem in NEGATIONS and word.place not in used):
            found.append(word.text)
            continue
        if word.stem == stem("than") and word.place not in used and "other" in _before(reading, word):
            found.append("other than")
            continue
        adjective = word.stem in _FREQUENT or (
            word.stem in DIMENSIONS and bool(set(_before(reading, word)[-1:]) & _DEGREES)
        )
        if word.place in used or word.stem in known or adjective or word.sort == "sign" or len(word.stem) < 2:
            continue
        if word.stem in MEASURING and not MEASURING[word.stem]:
            continue
        if word.stem in MEASURING and (reading.links.columns or reading.measuring):
            continue
        if word.place - 1 in figures:
            reading.strength = min(reading.strength, 0.8)
            continue
        found.append(word.text)
    return tuple(found)


def _before(r: Reading, word: Word) -> list[str]:
    """The stems of the two words before."""
    return [each.stem for each in r.words[max(0, word.place - 2) : word.place]]


_DEGREES = stems("how most least more less")
_FREQUENT = stems("common frequent popular often numerous rare random")


def _operation(reading: Reading) -> tuple[Operation, float]:
    """The operation and how clearly it is asked for; the first of these that fits."""
    if not reading.words:
        return NONE, 0.0
    for step in (
        explaining,
        filling,
        plotting,
        blank_cells,
        correlating,
        set_against,
        share_of,
        best_group,
        describing,
        different_values,
        figure_of_column,
        rows_by,
        number_of,
        end_of_scale,
        one_cell,
        rows_shown,
    ):
        found = step(reading)
        if found is not None:
            return found
    return NONE, 0.0


def with_filters(operation: Operation, filters: Sequence[Filter]) -> Operation:
    """The operation with these filters, which replace its own on the same columns."""
    named = {each.column for each in filters}
    if named & {each.column for each in operation.part}:
        part = tuple(each for each in operation.part if each.column not in named)
        return replace(operation, part=(*part, *filters))
    return replace(
        operation, filters=(*(each for each in operation.filters if each.column not in named), *filters)
    )
