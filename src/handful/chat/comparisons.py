"""Comparisons with numbers and dates as filters: more than, at least, between, before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from handful.chat.lexicon import (
    DIMENSIONS,
    FUNCTION,
    MEASURING,
    NEGATIONS,
    ORDINALS,
    UNITS,
)
from handful.chat.links import Linker
from handful.chat.mentions import Links, Mention
from handful.chat.moments import EARLY, LATE, moment_at, number_at, pair_at, same_number, units_after
from handful.chat.operation import Filter
from handful.chat.scales import unit_factor
from handful.chat.words import Word, stem
from handful.table.column import Kind

__all__ = ["Conditions", "claim", "from_numbers", "is_negated"]

_BEFORE = (
    (r"(at least|no less than|not less than|no fewer than|not under|not below|minimum of|>=|≥)", ">="),
    (r"(at most|no more than|not more than|up to|not over|not above|not exceeding|maximum of|<=|≤)", "<="),
    (r"(more than|more|greater than|over|above|exceed|in excess of|bigger than|larger than|higher than|beyond|>)", ">"),
    (r"(less than|fewer than|under|below|smaller than|lower than|beneath|<)", "<"),
    (r"(since|start in|begin in)", ">="),
    (r"(until|till|through)", "<="),
    (r"(after|later than|past)", ">"),
    (r"(before|earlier than|prior to|ahead of)", "<"),
    (r"(not equal to|isn't|is not|are not|wasn't|!=|<>|≠)", "!="),
    (r"(is equal to|equal to|equal|exactly|==|=|is|are|was|were|be|of|in|on|from|during|dated|at|value)", "="),
)  # fmt: skip
_MORE = "more over above higher greater larger older longer heavier later"
_LESS = "less fewer under below lower smaller younger shorter lighter earlier"
_AFTER = (
    (rf"(or ({_MORE.replace(' ', '|')})|and (over|above|up|older)|upwards)", ">="),
    (rf"(or ({_LESS.replace(' ', '|')})|and (under|below|younger))", "<="),
)


@dataclass(slots=True)
class Conditions:
    """The filters of a question, and the words that they took."""

    placed: list[tuple[int, Filter]] = field(default_factory=list)
    """Each with the place of the word that it comes from."""
    places: set[int] = field(default_factory=set)
    claimed: list[Mention] = field(default_factory=list)
    """Mentions of columns that name a filter's column, and ask for nothing beside."""
    unclear: list[str] = field(default_factory=list)
    """What is compared, but with no column that it could be."""
    strength: float = 1.0

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters in the order of the question, each once."""
        ordered = sorted(self.placed, key=lambda each: each[0])
        return tuple(dict.fromkeys(each for _, each in ordered))


def from_numbers(
    words: Sequence[Word], links: Links, linker: Linker, taken: set[int], found: Conditions
) -> None:
    done: set[int] = set()
    in_values = {place for each in links.values for place in each.places}
    for word in words:
        if word.place in done | taken | in_values:
            continue
        if word.stem in ORDINALS and word.sort == "word":
            _ordinal(words, word, links, linker, found)
            continue
        moment = moment_at(words, word.place)
        if moment is None and number_at(word, words) is None:
            continue
        pair = pair_at(words, word.place)
        if pair is not None:
            _between(words, pair, links, linker, found)
            done |= {pair[0], pair[1]}
        else:
            _one_number(words, word.place, links, linker, found)
            done.add(word.place)
        if moment is not None:
            done |= set(moment[2])


def _ordinal(words: Sequence[Word], word: Word, links: Links, linker: Linker, found: Conditions) -> None:
    """ "third class": the number of a column of few numbers that stands directly after."""
    for each in links.columns:
        is_number = linker.sheet.kind(each.column) is Kind.NUMBER and each.column in linker.sheet.groupable
        if each.places[0] == word.place + 1 and is_number:
            sign = "!=" if is_negated(words, word.place, found) else "="
            found.placed.append((word.place, Filter(each.column, sign, float(ORDINALS[word.stem]))))
            found.places.add(word.place)
            claim(each, found)


def _between(
    words: Sequence[Word], pair: tuple[int, int], links: Links, linker: Linker, found: Conditions
) -> None:
    low, high = pair
    column = _compared(words, low - 1, high, "", links, linker, found)
    found.places |= {low - 1, *range(low, high + 1)} | units_after(words, high)
    if column is None:
        found.unclear.append(" ".join(word.text for word in words[low - 1 : high + 1]))
        return
    _add_number(words, low, ">=", column, linker, found)
    _add_number(words, high, "<=", column, linker, found)


def _one_number(words: Sequence[Word], place: int, links: Links, linker: Linker, found: Conditions) -> None:
    comparison, first, last, measure = _comparison(words, place)
    if not comparison:
        column = _equated(words, place, links, linker, found)
        beside = min((*(at for each in found.claimed for at in each.places if each.column == column), place))
        comparison = "!=" if is_negated(words, min(place, max(beside, place - 1)), found) else "="
    else:
        column = _compared(words, first, last, measure, links, linker, found)
    found.places |= set(range(first, last + 1)) | units_after(words, last)
    if column is None:
        found.unclear.append(words[place].text)
    else:
        _add_number(words, place, comparison, column, linker, found)


def _comparison(words: Sequence[Word], place: int) -> tuple[str, int, int, str]:
    """(comparison, first place, last place, what is measured) of the words around a number."""
    after = [word.text.lower() for word in words[place + 1 : place + 5] if word.stem not in UNITS]
    for pattern, comparison in _AFTER:
        match = re.match(rf"{pattern}(\s|$)", " ".join(after))
        if match:
            units = len(units_after(words, place))
            return comparison, place, place + units + len(match.group(1).split()), ""
    start = place - 1
    while start >= 0 and words[start].stem in ("the", "a", "an", "about", "year", stem("age"), "day"):
        start -= 1
    before = [word.text.lower() for word in words[max(0, start - 3) : start + 1]]
    if start >= 1 and before[-1:] == ["than"] and words[start - 1].stem in DIMENSIONS:
        measure, more = DIMENSIONS[words[start - 1].stem]
        general = measure == "size"
        negated = start >= 2 and words[start - 2].stem in NEGATIONS
        comparison = (">" if more else "<") if not negated else ("<=" if more else ">=")
        return comparison, start - (2 if negated else 1), place, "" if general else measure
    for pattern, comparison in _BEFORE:
        match = re.search(rf"(^|\s){pattern}$", " ".join(before))
        if match:
            return comparison, start + 1 - len(match.group(2).split()), place, ""
    return "", place, place, ""


def _compared(
    words: Sequence[Word],
    first: int,
    last: int,
    measure: str,
    links: Links,
    linker: Linker,
    found: Conditions,
) -> str | None:
    """The measured column that a comparison is about."""
    measured = linker.sheet.measured
    moment = next((m for at in range(max(first, 0), last + 1) if (m := moment_at(words, at))), None)
    dates = [name for name in measured if linker.sheet.kind(name) is Kind.DATE]
    if "old" in {words[at].stem for at in units_after(words, last)}:
        measure = measure or "age"
    mention = _nearest(first, last, links, linker, found)
    if (timed := _only_time(words, first, last, mention, linker)) is not None:
        return timed
    if measure:
        column = _measured_by(measure, mention, measured, linker)
        if column is not None:
            if mention is not None and column in (mention.column, *mention.others):
                claim(mention, found)
            return column
    if mention is not None:
        fits = [name for name in (mention.column, *mention.others) if name in measured]
        years = [name for name in fits if stem("year") in linker.cores[name]]
        days = [name for name in fits if linker.sheet.kind(name) is Kind.DATE]
        fits = (days if moment else years or days) or ([] if moment else fits)
        if fits:
            claim(mention, found)
            found.strength = min(found.strength, mention.strength - 0.25 * (len(fits) > 1))
            return fits[0]
    numbers = [number for at in range(max(first, 0), last + 1) if (number := number_at(words[at], words))]
    if dates and len(dates) == 1 and (moment or all(EARLY < number < LATE for number in numbers)):
        return dates[0]
    return _meant_nearby(words, first, last, links, linker, found)


def _only_time(
    words: Sequence[Word], first: int, last: int, mention: Mention | None, linker: Linker
) -> str | None:
    """The only column of dates or years, for a year that stands beside no column of its own: "cars from 2008"."""
    numbers = [
        number for word in words[max(first, 0) : last + 1] if (number := number_at(word, words)) is not None
    ]
    beside = mention is not None and 0 < first - max(mention.places) <= 2
    if beside or not numbers or not all(EARLY < number < LATE for number in numbers):
        return None
    times = [name for name in linker.sheet.measured if linker.sheet.tells_time(name)]
    return times[0] if len(times) == 1 else None


def _measured_by(measure: str, mention: Mention | None, among: Sequence[str], linker: Linker) -> str | None:
    """The column of a dimension: the one named beside it, if it is one of those, else the only one that measures it."""
    holds = [name for name in among if stem(measure) in linker.cores[name]]
    if mention is not None:
        both = [name for name in (mention.column, *mention.others) if name in holds]
        if both:
            return both[0]
        if not holds and not mention.others:
            return mention.column
    if len(holds) == 1:
        return holds[0]
    meant = linker.meant_column(measure, among)
    return meant[0] if meant is not None else (mention.column if mention is not None else None)


def _nearest(first: int, last: int, links: Links, linker: Linker, found: Conditions) -> Mention | None:
    """The mention of a measured column that stands nearest; one before counts as nearer than one after."""
    best, nearest = None, 9.0
    for each in links.columns:
        fits = set(linker.sheet.measured) - set(linker.sheet.yes)
        if not fits & {each.column, *each.others}:
            continue
        before, after = first - max(each.places), min(each.places) - last
        gap = before if before >= 0 else after + 0.5
        gap += 3.0 * (each in found.claimed)
        if 0 <= gap < nearest:
            best, nearest = each, gap
    return best


def _meant_nearby(
    words: Sequence[Word], first: int, last: int, links: Links, linker: Linker, found: Conditions
) -> str | None:
    """The measured column that an open word near by means: "weigh more than 4000"."""
    near = [word for word in words[max(0, first - 3) : last + 4] if linker.is_open(word, links)]
    for word in near:
        if word.stem in MEASURING:
            nouns = [linker.meant_column(noun, linker.sheet.measured) for noun in MEASURING[word.stem]]
            meant = next((each for each in nouns if each is not None), None)
        else:
            meant = linker.meant_column(word.text.lower(), linker.sheet.measured)
        if meant is not None:
            found.places.add(word.place)
            found.strength = min(found.strength, 0.5 + meant[1] / 2)
            return meant[0]
    return None


def _equated(
    words: Sequence[Word], place: int, links: Links, linker: Linker, found: Conditions
) -> str | None:
    """The column that stands directly before or after a bare number: "class 3", "in 2008"."""
    for each in links.columns:
        beside = min(abs(place - at) for at in each.places) == 1
        if beside and linker.sheet.kind(each.column) in (Kind.NUMBER, Kind.CATEGORY, Kind.DATE):
            claim(each, found)
            return each.column
    number = number_at(words[place], words)
    dates = linker.sheet.named(Kind.DATE)
    is_year = number is not None and EARLY < number < LATE
    return dates[0] if len(dates) == 1 and (is_year or moment_at(words, place)) else None


def is_negated(words: Sequence[Word], place: int, found: Conditions) -> bool:
    """Whether "not", "except" or "other than" stands before, with words of no content between; its word is taken."""
    at = place - 1
    while at >= 0 and place - at <= 4:
        other = words[at].stem == "than" and at > 0 and words[at - 1].stem == stem("other")
        if other or words[at].stem in NEGATIONS:
            found.places.add(at)
            found.places.update({at - 1} if other else ())
            return True
        if words[at].stem not in FUNCTION and words[at].sort != "sign":
            return False
        at -= 1
    return False


def claim(mention: Mention, found: Conditions) -> None:
    if mention not in found.claimed:
        found.claimed.append(mention)


def _add_number(
    words: Sequence[Word], place: int, comparison: str, column: str, linker: Linker, found: Conditions
) -> None:
    if linker.sheet.kind(column) is Kind.DATE:
        _add_date(words, place, comparison, column, found)
        return
    number = number_at(words[place], words)
    factor = unit_factor(words, place, column)
    if number is None or factor is None:
        found.unclear.append(" ".join(word.text for word in words[place : place + 2]))
        return
    number *= factor
    if linker.sheet.kind(column) is Kind.NUMBER:
        found.placed.append((place, Filter(column, comparison, number)))
        return
    cells = [value for value in linker.sheet.values.get(column, ()) if same_number(value, number)]
    if cells and comparison in ("=", "!="):
        value = cells[0] if len(cells) == 1 else tuple(cells)
        found.placed.append((place, Filter(column, comparison, value)))
    else:
        found.unclear.append(words[place].text)


def _add_date(words: Sequence[Word], place: int, comparison: str, column: str, found: Conditions) -> None:
    moment = moment_at(words, place)
    if moment is None:
        year = number_at(words[place], words) or 0.0
        if not EARLY < year < LATE:
            found.unclear.append(words[place].text)
            return
        start = datetime(int(year), 1, 1, tzinfo=UTC).timestamp()
        moment = (start, datetime(int(year) + 1, 1, 1, tzinfo=UTC).timestamp(), [place], f"{int(year)}")
    start, after, used, _ = moment
    found.places |= set(used)
    ends = {
        "=": ((">=", start), ("<", after)), ">": ((">=", after),), ">=": ((">=", start),), "<": (("<", start),),
        "<=": (("<", after),),
    }  # fmt: skip
    for sign, end in ends.get(comparison, ()):
        day = str(datetime.fromtimestamp(end, UTC).date())
        found.placed.append((place, Filter(column, sign, end, day)))
