"""Pieces of evidence that the rules for operations share: the column asked about, the figure, which end of a scale."""

from __future__ import annotations

import numpy as np

from handful.chat.lexicon import (
    DIMENSIONS,
)
from handful.chat.mentions import Mention
from handful.chat.operation import Operation
from handful.chat.reading import Reading
from handful.chat.words import stem
from handful.table.column import Kind

__all__ = [
    "NONE",
    "Found",
    "column_named",
    "column_to_group",
    "counts_something",
    "dimension",
    "end_in_time",
    "figure_asked",
    "first_column",
    "grouped_by",
    "has_figure",
    "highest",
    "how_named",
    "is_measured",
    "loose_dimension",
]

NONE = Operation("none")
Found = tuple[Operation, float] | None


def first_column(r: Reading, fits: object, skip: Mention | None = None) -> str | None:
    """The first column asked about that fits; where the words leave it open between several that fit, that is noted."""
    assert callable(fits)
    ordered = sorted(r.targets, key=lambda each: (each.part and each.strength < 0.8, each.places[0]))
    for each in ordered:
        if each == skip:
            continue
        names = [name for name in (each.column, *each.others) if fits(name)]
        if names:
            if len(names) > 1:
                names = _nearer(r, each, names)
            if len(names) > 1:
                r.unsure.extend(name for name in names if name not in r.unsure)
            r.strength = min(r.strength, each.strength)
            return names[0]
    return None


def _nearer(r: Reading, mention: Mention, names: list[str]) -> list[str]:
    """Of several columns the one whose dimension a superlative beside it names: "longest bill" is its length."""
    said = [DIMENSIONS[word.stem][0] for word in r.words if word.stem in DIMENSIONS]
    kept = [name for name in names if any(stem(each) in r.linker.cores[name] for each in said)]
    return kept or names


def column_named(r: Reading, mention: Mention) -> str | None:
    names = _nearer(r, mention, [mention.column, *mention.others])
    if len(names) > 1:
        r.unsure.extend(name for name in names if name not in r.unsure)
    return names[0]


def column_to_group(r: Reading, mention: Mention) -> str | None:
    return next(
        (name for name in (mention.column, *mention.others) if name in r.linker.sheet.groupable), None
    )


def is_measured(r: Reading, mention: Mention) -> bool:
    return mention.column in r.linker.sheet.measured and mention.column not in r.linker.sheet.yes


def grouped_by(r: Reading, target: str) -> str:
    """The column to group by, other than the target; "" where there is none."""
    for each in r.asked.by:
        name = column_to_group(r, each)
        if name and name != target:
            r.strength = min(r.strength, each.strength)
            return name
    return ""


def how_named(r: Reading) -> str | None:
    """The figure that a word asks for; the two ends are told by superlatives."""
    return next((name for name in ("median", "deviation", "mean", "sum") if r.asked.has(name)), None)


def figure_asked(r: Reading) -> str | None:
    named = how_named(r)
    if named is None and r.asked.end is not None and not r.asked.end[2]:
        return "maximum" if r.asked.end[1] else "minimum"
    return named or ("count" if r.asked.many >= 0 else None)


def has_figure(r: Reading, name: str, how: str) -> bool:
    """Whether the column has that figure."""
    sheet = r.linker.sheet
    if sheet.kind(name) is Kind.DATE:
        return how in ("minimum", "maximum")
    return sheet.kind(name) is Kind.NUMBER


def highest(r: Reading) -> bool | None:
    if r.asked.end is not None:
        return r.asked.end[1]
    for name, high in (("maximum", True), ("minimum", False)):
        if any(
            r.words[place].stem not in (stem("most"), stem("best"), stem("least"))
            for place in r.asked.cues.get(name, ())
        ):
            return high
    return None


def end_in_time(r: Reading, target: str, high: bool | None) -> bool | None:
    """Which end is asked for: of dates and years the oldest is the lowest."""
    if (
        high is None
        or r.asked.end is None
        or r.asked.end[2] != "age"
        or stem("age") in r.linker.cores[target]
    ):
        return high
    return not high if r.linker.sheet.tells_time(target) else high


def dimension(r: Reading, measure: str) -> str | None:
    """The measured column of a dimension, by name, by what stands beside it, or by meaning."""
    measured = r.linker.sheet.measured
    holds = [name for name in measured if stem(measure) in r.linker.cores[name]]
    beside = [name for each in r.targets for name in (each.column, *each.others)]
    both = [name for name in holds if name in beside]
    if both or len(holds) == 1:
        return (both or holds)[0]
    named = [name for name in beside if name in measured]
    if not holds and len(named) == 1:
        return named[0]
    if not holds and measure in ("date", "age"):
        times = r.linker.sheet.named(Kind.DATE) or tuple(
            name for name in measured if r.linker.sheet.tells_time(name)
        )
        if len(times) == 1:
            return times[0]
    meant = r.linker.meant_column(measure, measured) if not holds else None
    if meant is None and not holds and measure == "length":  # of what takes time
        meant = r.linker.meant_column("duration", measured)
    if meant is not None:
        r.strength = min(r.strength, 0.4 + meant[1] / 2)
    return meant[0] if meant is not None else None


def loose_dimension(r: Reading) -> str | None:
    """ "how heavy are they on average": the adjective alone says what is measured."""
    for word in r.words:
        if word.stem in DIMENSIONS and word.place not in r.conditions.places:
            return dimension(r, DIMENSIONS[word.stem][0])
    return None


def counts_something(r: Reading, name: str) -> bool:
    """Whether the column counts: whole numbers from 0 on, more than a few of them, and no yes or no."""
    sheet = r.linker.sheet
    if sheet.kind(name) is not Kind.NUMBER or name in sheet.yes:
        return False
    cells = sheet.frame[name].drop_nulls().to_numpy()
    whole = bool(cells.size) and bool(np.all(cells >= 0)) and bool(np.all(cells == np.round(cells)))
    return whole and sheet.frame[name].n_unique() > 2
