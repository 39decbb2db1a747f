"""Numbers, days, months and years as they stand in a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from handful.answer.score import DAY
from handful.chat.lexicon import (
    SMALL,
    UNITS,
)
from handful.chat.words import Word, stem
from handful.table.form import MONTHS

__all__ = ["EARLY", "LATE", "moment_at", "number_at", "pair_at", "same_number", "units_after"]

_MONTH_OF = {stem(each): i for i, name in enumerate(MONTHS, 1) for each in (name, name[:3])}
EARLY, LATE = 1000, 2200
"""Whole numbers between these may be years."""


def number_at(word: Word, words: Sequence[Word]) -> float | None:
    if word.sort == "word" and word.stem in SMALL and word.stem not in (stem("one"), stem("couple")):
        return float(SMALL[word.stem])
    if word.sort != "number":
        return None
    text = re.sub(r"[,$€%]|(?<=\d)(st|nd|rd|th)$", "", word.text.lower())
    factor = {"k": 1e3, "m": 1e6}.get(text[-1:], 1.0)
    number = float(text.rstrip("km")) * factor
    after = words[word.place + 1].stem if word.place + 1 < len(words) else ""
    return number * {"thousand": 1e3, "million": 1e6, "billion": 1e9, "hundr": 1e2}.get(after, 1.0)


def moment_at(words: Sequence[Word], place: int) -> tuple[float, float, list[int], str] | None:
    """(first second, first second after it, the places of its words, as written) of a day, month or year."""
    word = words[place]
    if word.sort == "date":
        parts = [int(part) for part in re.split(r"[-/.]", word.text)]
        year, month, day = parts if parts[0] > 31 else (parts[2], parts[1], parts[0])
        return _day(year, month, day, [place])
    around = {at: words[at] for at in range(place, min(place + 4, len(words)))}
    months = [
        at
        for at, each in around.items()
        if each.sort == "word" and each.stem in _MONTH_OF and len(each.text) > 2
    ]
    numbers = {at: number_at(each, words) for at, each in around.items() if each.sort == "number"}
    years = [
        at for at, number in numbers.items() if number and EARLY < number < LATE and number == int(number)
    ]
    if months and years and months[0] <= place + 1 and years[0] - place <= 3:
        days = [at for at, number in numbers.items() if number and number <= 31 and at < years[0]]
        year, month = int(numbers[years[0]] or 0), _MONTH_OF[words[months[0]].stem]
        used = [*months[:1], *years[:1], *days[:1]]
        if place not in used:
            return None
        return _day(year, month, int(numbers[days[0]] or 1), used) if days else _month(year, month, used)
    return None


def _day(year: int, month: int, day: int, used: list[int]) -> tuple[float, float, list[int], str] | None:
    try:
        start = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    return start.timestamp(), start.timestamp() + DAY, used, str(start.date())


def _month(year: int, month: int, used: list[int]) -> tuple[float, float, list[int], str]:
    start = datetime(year, month, 1, tzinfo=UTC).timestamp()
    after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC).timestamp()
    return start, after, used, f"{year:04d}-{month:02d}"


def pair_at(words: Sequence[Word], place: int) -> tuple[int, int] | None:
    """The two ends of "between 3 and 5", "from 3 to 5" or "3 to 5"."""
    first = words[place]
    before = words[place - 1].stem if place else ""
    for other in words[place + 2 : place + 6]:
        if number_at(other, words) is None and other.sort != "date":
            continue
        link = [each.stem for each in words[place + 1 : other.place] if each.stem not in UNITS]
        if link == ["and"] and before == stem("between"):
            return first.place, other.place
        if link in (["to"], ["until"], ["through"]) and before in ("from", stem("between"), "is", "of", "in"):
            return first.place, other.place
        break
    return None


def units_after(words: Sequence[Word], place: int) -> set[int]:
    """The places of the units after a number: "4000 g", "30 years old"."""
    found: set[int] = set()
    for word in words[place + 1 : place + 3]:
        if word.stem in UNITS or word.stem in (stem("years"), stem("days"), stem("old"), "hundr"):
            found.add(word.place)
        else:
            break
    return found


def same_number(cell: str, number: float) -> bool:
    try:
        return float(cell) == number
    except ValueError:
        return False
