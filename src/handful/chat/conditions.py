"""The conditions of a question as filters: values, yes and no, and parts of texts; of numbers see comparisons.py."""

from __future__ import annotations

from collections.abc import Sequence

from handful.chat.comparisons import Conditions, claim, from_numbers, is_negated
from handful.chat.lexicon import (
    ASKING,
    FUNCTION,
    OPPOSITES,
)
from handful.chat.links import Linker
from handful.chat.mentions import Links, Mention
from handful.chat.operation import Filter
from handful.chat.words import Word, name_words, stem, stems
from handful.table.column import Kind

__all__ = ["Conditions", "find_conditions"]


def find_conditions(words: Sequence[Word], links: Links, linker: Linker, taken: set[int]) -> Conditions:
    """All filters that the question names; `taken` are words that have been used otherwise, such as 5 in "top 5"."""
    found = Conditions()
    from_numbers(words, links, linker, taken, found)
    _from_values(words, links, linker, found)
    _from_yes_and_no(words, links, linker, found)
    _from_texts(words, links, linker, found)
    return found


def _from_values(words: Sequence[Word], links: Links, linker: Linker, found: Conditions) -> None:
    by_column: dict[tuple[str, bool], list[str]] = {}
    first: dict[tuple[str, bool], int] = {}
    for each in links.values:
        negated = is_negated(words, each.places[0], found)
        by_column.setdefault((each.column, negated), []).extend(each.values)
        first.setdefault((each.column, negated), each.places[0])
        found.places |= set(each.places)
        found.strength = min(found.strength, each.strength)
        _claim_beside(words, each, links, found)
    for (column, negated), values in by_column.items():
        chosen = tuple(dict.fromkeys(values))
        value = chosen[0] if len(chosen) == 1 else chosen
        found.placed.append((first[column, negated], Filter(column, "!=" if negated else "=", value)))


def _claim_beside(words: Sequence[Word], value: Mention, links: Links, found: Conditions) -> None:
    """The mention of the value's own column that stands beside it: "sex is female", "the Finance department"."""
    for each in links.columns:
        of_value = {words[place].stem for place in each.places} <= set(name_words(value.values[0]))
        if value.column not in (each.column, *each.others) and not of_value:
            continue
        low, high = sorted((each.places[0], value.places[0]))
        between = [word for word in words[low + 1 : high] if word.place not in (*each.places, *value.places)]
        joined = len(between) <= 2 and all(word.stem in FUNCTION or word.sort == "sign" for word in between)
        grouped = each.places[0] > 0 and words[each.places[0] - 1].stem in ASKING["group"]
        if joined and not grouped:
            claim(each, found)


def _from_yes_and_no(words: Sequence[Word], links: Links, linker: Linker, found: Conditions) -> None:
    """Columns that say yes or no: "who survived", "not paid", and the words that say the opposite."""
    sheet = linker.sheet
    for word in words:
        if word.place in links.places:
            continue
        for one, other in OPPOSITES:
            if word.stem not in one | other:
                continue
            for name in sheet.yes:
                sides = [bool(side & set(linker.cores[name])) for side in (one, other)]
                if sides[0] == sides[1]:
                    continue
                holds = (word.stem in one) == sides[0]
                _add_yes(name, holds != is_negated(words, word.place, found), word.place, linker, found)
                found.places.add(word.place)
    for each in links.columns:
        if each.column in sheet.yes and each not in found.claimed and _is_said(words, each):
            _add_yes(each.column, not is_negated(words, each.places[0], found), each.places[0], linker, found)
            claim(each, found)


def _is_said(words: Sequence[Word], mention: Mention) -> bool:
    """Whether a column that says yes or no is said of the rows, and not asked for: not "by survived"."""
    before = words[mention.places[0] - 1].stem if mention.places[0] else ""
    if any(word.stem in ASKING["correlate"] for word in words):
        return False
    figures = ASKING["mean"] | ASKING["median"] | ASKING["sum"] | ASKING["deviation"]
    return before not in ASKING["group"] | ASKING["plot"] | figures and before not in (
        stem("which"),
        stem("between"),
    )


def _add_yes(name: str, holds: bool, place: int, linker: Linker, found: Conditions) -> None:
    value = linker.sheet.yes[name] if holds else linker.sheet.no[name]
    found.placed.append((place, Filter(name, "=", value)))


_HOLDING = stems("contain contains containing mention mentions mentioning like matching")


def _from_texts(words: Sequence[Word], links: Links, linker: Linker, found: Conditions) -> None:
    """Quoted words that are no value as a whole: "title contains 'love'"."""
    for word in words:
        if word.sort != "quoted" or word.place in links.places | found.places:
            continue
        texts = linker.sheet.named(Kind.TEXT, Kind.CATEGORY)
        named = [
            each for each in links.columns if each.column in texts and abs(each.places[-1] - word.place) <= 4
        ]
        holding = any(each.stem in _HOLDING for each in words[max(0, word.place - 3) : word.place])
        holding = holding or (bool(named) and [each.stem for each in words[word.place + 1 :]][:1] == ["in"])
        if named and holding:
            claim(named[-1], found)
            found.placed.append((word.place, Filter(named[-1].column, "contains", word.text)))
            found.places |= {word.place, *(each.place for each in words if each.stem in _HOLDING)}
        else:
            found.unclear.append(word.text)
