"""What a question asks for: its words about operations, the categories it groups by, and how many rows it wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from handful.chat.lexicon import (
    ASKING,
    CUES,
    DIMENSIONS,
    FUNCTION,
    GENERIC,
    MEASURING,
    ORDINALS,
    SMALL,
    SUPERLATIVES,
    UNSUPPORTED,
)
from handful.chat.links import Linker
from handful.chat.mentions import Links, Mention
from handful.chat.words import Word, is_near, stem, stems

__all__ = ["Asked", "find_asked", "find_wanted"]

_GROUPING = stems("by per each every across among within for in on between grouped")
_CLEARLY = stems("by per each every across")
_HIGHEST = stems("highest largest biggest greatest most maximum max top best maximal")
_LOWEST = stems("lowest smallest least fewest minimum min bottom worst minimal")
_GROUP_ENDS = stems("common frequent popular often numerous rare typical usual")
_RARE = stem("rare")


@dataclass(slots=True)
class Asked:
    """The evidence for an operation, before one is settled on."""

    cues: dict[str, set[int]] = field(default_factory=dict)
    """By operation, the places of the words that ask for it."""
    end: tuple[int, bool, str] | None = None
    """(place, whether the highest, what it measures) of a superlative: "heaviest", "lowest"."""
    by: list[Mention] = field(default_factory=list)
    which: Mention | None = None
    """The column after "which": the one whose value is asked for."""
    many: int = -1
    """The place of "many" in "how many", -1 where that is not asked."""
    number: int = 0
    """How many rows are asked for: 5 in "the 5 heaviest"."""
    row: int = -1
    places: set[int] = field(default_factory=set)

    def has(self, *names: str) -> bool:
        return any(self.cues.get(name) for name in names)


def find_wanted(words: Sequence[Word], asked: Asked) -> None:
    """The numbers that are no conditions: rows wanted, and the row to look at; also superlatives and cues."""
    for word in words:
        _row_named(words, word, asked)
        if word.stem in SUPERLATIVES and asked.end is None:
            measure, more = SUPERLATIVES[word.stem]
            general = measure == "size"
            asked.end = (word.place, more, "" if general else measure)
        elif word.stem in _HIGHEST | _LOWEST and asked.end is None and not _at_least(words, word.place):
            asked.end = (word.place, word.stem in _HIGHEST, "")
    if asked.end is not None:
        _adjective_after(words, asked)
    for word in words:
        if word.place not in asked.places:
            _count_wanted(words, word, asked)


def _at_least(words: Sequence[Word], place: int) -> bool:
    before = words[place - 1].stem if place else ""
    after = words[place + 1].stem if place + 1 < len(words) else ""
    return before == "at" or (before in (stem("with"),) and after == "than")


def _adjective_after(words: Sequence[Word], asked: Asked) -> None:
    """ "most expensive", "least popular": the adjective says what is measured."""
    assert asked.end is not None
    place, high, measure = asked.end
    after = words[place + 1] if place + 1 < len(words) else None
    if (
        after is not None
        and after.stem in DIMENSIONS
        and not measure
        and words[place].stem in (stem("most"), stem("least"))
    ):
        said, more = DIMENSIONS[after.stem]
        asked.end = (place, high == more, said)
        asked.places.add(after.place)


def _row_named(words: Sequence[Word], word: Word, asked: Asked) -> None:
    """ "row 9", "the 9th row", "row number 9": counted from 1."""
    if word.sort != "number":
        return
    digits = word.text.rstrip("stndrh#")
    before = [each.stem for each in words[max(0, word.place - 2) : word.place]]
    after = words[word.place + 1].stem if word.place + 1 < len(words) else ""
    is_ordinal = digits != word.text
    named = (
        before[-1:] == ["row"] or before[-2:] == ["row", stem("number")] or (is_ordinal and after == "row")
    )
    if named and digits.isdigit() and int(digits) > 0:
        asked.row = int(digits) - 1
        asked.places.add(word.place)


def _count_wanted(words: Sequence[Word], word: Word, asked: Asked) -> None:
    """ "top 5", "5 heaviest", "first three", "show 10 rows"."""
    number = (
        SMALL.get(word.stem) if word.sort == "word" else (int(word.text) if word.text.isdigit() else None)
    )
    if number is None or not 0 < number <= 1_000 or asked.number:
        return
    before = words[word.place - 1].stem if word.place else ""
    after = words[word.place + 1].stem if word.place + 1 < len(words) else ""
    leading = before in (
        stem("top"),
        stem("first"),
        stem("last"),
        stem("bottom"),
        stem("highest"),
        stem("lowest"),
    )
    leading = leading or before in SUPERLATIVES
    leading = leading or (before == "which" and asked.end is not None and word.sort == "number")
    ends = after in SUPERLATIVES or after in _HIGHEST | _LOWEST
    some = before in ASKING["show"] | {stem("me"), stem("any")} and word.sort != "word"
    rows = some and (after in GENERIC or after in {stem("random")} or word.place + 2 >= len(words))
    if (leading or ends or rows) and not (word.stem == stem("one") and not leading):
        asked.number = number
        asked.places.add(word.place)


def find_asked(
    words: Sequence[Word], links: Links, linker: Linker, asked: Asked, claimed: Sequence[Mention]
) -> None:
    """The rest of what is asked, once it is known which words name columns and values."""
    linked = links.places
    for word in words:
        if word.place in linked:
            continue
        known = word.stem if word.stem in CUES else misspelt(word, links, linker)
        for name, asking in ASKING.items():
            rated = name == "share" and word.text.lower().endswith("ed")  # "rated PG" asks for no rate
            if known in asking and not rated:
                asked.cues.setdefault(name, set()).add(word.place)
    _how_many(words, asked)
    free = [each for each in links.columns if each not in claimed]
    for each in free:
        if _groups(words, each, links, linker, asked):
            asked.by.append(each)
        elif asked.which is None and _after_which(words, each):
            asked.which = each


def misspelt(word: Word, links: Links, linker: Linker) -> str:
    """The word for an operation that an unknown word is, but for a slip."""
    if (
        len(word.stem) < 5
        or not linker.is_open(word, links)
        or word.stem in UNSUPPORTED
        or word.stem in MEASURING
    ):
        return ""
    return next((cue for cue in sorted(CUES) if len(cue) > 4 and is_near(word.stem, cue)), "")


def _how_many(words: Sequence[Word], asked: Asked) -> None:
    for one, two in pairwise(words):
        if one.stem == "how" and two.stem == stem("many"):
            asked.many = two.place
        if one.stem == stem("number") and two.stem == "of":
            asked.many = two.place
        if one.stem == stem("count") and asked.many < 0:
            asked.many = one.place


def _groups(words: Sequence[Word], mention: Mention, links: Links, linker: Linker, asked: Asked) -> bool:
    """Whether the rows are to be grouped by the column: "by sex", "for each island", "between the species"."""
    name = next((n for n in (mention.column, *mention.others) if n in linker.sheet.groupable), None)
    if name is None:
        return False
    at = mention.places[0] - 1
    skipped = _CLEARLY | {
        stem("different"),
        stem("kind"),
        stem("type"),
        "of",
        "the",
        "all",
        stem("various"),
        "group",
        stem("number"),
        stem("amount"),
    }
    found: set[str] = set()
    while at >= 0 and mention.places[0] - at <= 5 and words[at].stem in skipped | _GROUPING:
        found.add(words[at].stem)
        at -= 1
    if at >= 0 and words[at].stem in ("and",) and asked.by and asked.by[-1].places[-1] == at - 1:
        return True
    if found & _CLEARLY:
        return True
    plural = words[mention.places[-1]].text.lower().endswith("s")
    different = bool(found & {stem("different"), "all", stem("various")})
    return bool(found & _GROUPING) and (plural or different)


def _after_which(words: Sequence[Word], mention: Mention) -> bool:
    """Whether "which" or "what" stands before the column, with words such as "kind of" between."""
    at = mention.places[0] - 1
    while at >= 0 and mention.places[0] - at <= 4:
        if words[at].stem in ("which", "what", "what's"):
            return not any(
                each.stem in ("is", "are", "wa", "were", "the") for each in words[at + 1 : mention.places[0]]
            )
        if words[at].stem not in FUNCTION and words[at].stem not in ORDINALS:
            return False
        at -= 1
    return False


def is_commonness(words: Sequence[Word], asked: Asked) -> bool | None:
    """Whether the most (True) or the least (False) common value is asked for; None where neither is."""
    for word in words:
        if word.stem in _GROUP_ENDS:
            before = words[word.place - 1].stem if word.place else ""
            if word.stem == _RARE:
                return False
            if before in (stem("most"), stem("more")):
                return True
            if before in (stem("least"), stem("less")):
                return False
    return None
