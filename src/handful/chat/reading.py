"""A question read: its mentions, its conditions and what it asks for, before an operation is settled on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from handful.chat.asked import Asked, find_asked, find_wanted, misspelt
from handful.chat.comparisons import Conditions
from handful.chat.conditions import find_conditions
from handful.chat.lexicon import (
    ASKING,
    DIMENSIONS,
    MEASURING,
    OPPOSITES,
    SMALL,
    UNSUPPORTED,
)
from handful.chat.links import Linker
from handful.chat.mentions import Links, Mention
from handful.chat.operation import Filter
from handful.chat.words import Word, stem, stems, words_of

__all__ = ["NEAR_ROWS", "SOME_ROWS", "WEAKLY", "Reading", "leads", "read"]


@dataclass(slots=True)
class Reading:
    """A question while it is being understood."""

    words: tuple[Word, ...]
    links: Links
    linker: Linker
    asked: Asked
    conditions: Conditions
    targets: list[Mention] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    strength: float = 1.0
    unsure: list[str] = field(default_factory=list)
    measuring: str = ""
    """The column that a verb means: "earn" the salary."""

    @property
    def filters(self) -> tuple[Filter, ...]:
        return self.conditions.filters

    def has_stem(self, *said: str) -> bool:
        return bool({word.stem for word in self.words} & {stem(each) for each in said})


def read(question: str, linker: Linker, *, cues_name: bool) -> Reading:
    """The mentions, conditions and evidence of a question; `cues_name`: "Total" may name a column of that name."""
    words = words_of(question)
    asked = Asked()
    links = linker.link(words, cues_name=cues_name)
    find_wanted(words, asked)
    _link_meanings(words, links, linker)
    conditions = find_conditions(words, links, linker, asked.places)
    find_asked(words, links, linker, asked, conditions.claimed)
    reading = Reading(words, links, linker, asked, conditions)
    taken = [*conditions.claimed, *asked.by]
    free = [each for each in links.columns if each not in taken]
    reading.targets = sorted(free, key=lambda each: each.places[0])
    reading.measuring = _measuring(reading)
    if reading.measuring and not any(each.column in linker.sheet.measured for each in reading.targets):
        place = next(word.place for word in words if word.stem in MEASURING)
        reading.targets.append(Mention(reading.measuring, (place,), 0.8, part=True))
    return reading


def _measuring(r: Reading) -> str:
    """The measured column that a verb of the question means; "" where none does."""
    measured = [name for name in r.linker.sheet.measured if name not in r.linker.sheet.yes]
    for word in r.words:
        if word.place in r.conditions.places or word.place in r.links.places:
            continue
        for noun in MEASURING.get(word.stem, ()):
            meant = r.linker.meant_column(noun, measured)
            if meant is not None:
                return meant[0]
    return ""


def _link_meanings(words: Sequence[Word], links: Links, linker: Linker) -> None:
    """Open words that mean a column or a value in other words: "weight" for body mass, "women" for female."""
    either: set[int] = set()
    for word in words:
        if _may_mean(word, links, linker):
            value = None if linker.is_part_of_several(word) else linker.meant_value(word.text.lower())
            column = linker.meant_column(word.text.lower(), linker.sheet.names)
            if value is None or (column is not None and value[2] <= column[1]):
                continue
            if linker.is_most_rows(value[0], value[1]) and linker.near_rows(word) > value[2] + EITHER:
                either.add(word.place)
            else:
                links.values.append(Mention(value[0], (word.place,), 0.4 + value[2] / 2, (value[1],)))
    rows = _entity_places(words, links, linker) - either
    run: list[Word] = []
    for word in words:
        if _may_mean(word, links, linker) and word.place not in rows | either:
            run.append(word)
            continue
        _link_run(run, links, linker)
        run = []
    _link_run(run, links, linker)
    links.rows |= {place for place in rows if place not in links.places}


def _link_run(run: list[Word], links: Links, linker: Linker) -> None:
    """The run of open words as one phrase, or else word by word."""
    parts = [run] if len(run) == 1 else [run, *[[word] for word in run]] if run else []
    for part in parts:
        if any(word.place in links.places for word in part):
            continue
        said = " ".join(word.text.lower() for word in part)
        places = tuple(word.place for word in part)
        column = linker.meant_column(
            said, [name for name in linker.sheet.names if name not in linker.sheet.yes]
        )
        value = linker.meant_value(said) if len(part) > 1 else None
        if value is not None and (column is None or value[2] > column[1]):
            links.values.append(Mention(value[0], places, 0.4 + value[2] / 2, (value[1],)))
        elif column is not None:
            links.columns.append(Mention(column[0], places, 0.4 + column[1] / 2, part=True, meant=True))


def _may_mean(word: Word, links: Links, linker: Linker) -> bool:
    """Whether a word is open, and not one of the words whose part is known."""
    if not linker.is_open(word, links) or word.stem in MEASURING or word.stem in UNSUPPORTED:
        return False
    return not misspelt(word, links, linker) and not any(word.stem in one | other for one, other in OPPOSITES)


_LEADING = stems("many all which what each every show list any other number")
_TYPICAL = stems("typical average usual")
WEAKLY = stems("the of for are do these those a an me")
NEAR_ROWS = 0.5
"""How near (`Linker.near_rows`) an unknown noun must be to be what the rows are. Of 40 nouns tried on seven tables, 24
of 26 that fit were above, 3 of 30 that do not."""
EITHER = 0.08
"""How much nearer to all rows than to the value that most of them have a noun must be, so that it may be either:
"homes" where nearly all are residential. It is left open then."""
NAMED = 2.0
"""`Linker.near_rows` of the word by which the rows are called."""
SOME_ROWS = 0.5
"""How near to a value a noun after "of" may be: from there on it may stand for some rows only."""


def _entity_places(words: Sequence[Word], links: Links, linker: Linker) -> set[int]:
    """The places of a noun that stands for the rows: "how many penguins", "which candy"; one noun at most."""
    nouns: dict[str, float] = {}
    if links.rows:
        return set()
    for word in words:
        after = words[word.place + 1] if word.place + 1 < len(words) else None
        is_modifier = (
            after is not None
            and after.stem not in MEASURING
            and linker.is_open(after, links)
            and after.text.lower().endswith("s")
        )
        if not linker.is_open(word, links) or word.stem in MEASURING or is_modifier:
            continue
        if word.place and word.text[:1].isupper() and not words[0].text.isupper():
            continue  # a proper name is no noun for every row
        before = words[word.place - 1] if word.place else None
        led = before is not None and (leads(before, words, links, linker) or linker.is_open(before, links))
        if before is not None and before.stem in _TYPICAL:  # "a typical penguin", but not "a typical wage"
            led = linker.meant_column(word.text.lower(), linker.sheet.names) is None
        weak = before is None or before.stem in WEAKLY
        if not _is_noun(word, before, linker):
            continue
        near = linker.near_rows(word)
        if near >= NAMED or (near >= NEAR_ROWS and (led or (weak and linker.near_value(word) < SOME_ROWS))):
            nouns[word.stem] = max(nouns.get(word.stem, 0.0), near + led)
    if not nouns:
        return set()
    best = max(nouns, key=lambda each: nouns[each])
    return {word.place for word in words if word.stem == best and word.place not in links.places}


def _is_noun(word: Word, before: Word | None, linker: Linker) -> bool:
    """Whether the form of the word fits a noun for rows: no "died" or "snoring", and a plural after "many"."""
    text = word.text.lower()
    if text == "data" or linker.near_rows(word) >= NAMED:
        return True
    if text.endswith(("ed", "ing")) or any(word.stem in one | other for one, other in OPPOSITES):
        return False
    many = before is not None and before.stem == stem("many")
    return not many or text.endswith("s") or text in ("children", "mice", "geese")


def leads(before: Word, words: Sequence[Word], links: Links, linker: Linker) -> bool:
    """Whether a word is one that a noun for the rows follows: "many", "which", a value, a superlative, "5"."""
    values = {place for each in links.values for place in each.places}
    values |= {place for each in links.columns if each.column in linker.sheet.yes for place in each.places}
    counts = (
        before.stem in SMALL and before.place > 0 and words[before.place - 1].stem in ("top", stem("bottom"))
    )
    if before.place in values or before.sort == "number" or counts:
        return True
    if before.stem == "of":
        return before.place > 0 and words[before.place - 1].stem == stem("number")
    ends = ASKING["maximum"] | ASKING["minimum"] | frozenset(DIMENSIONS)
    return before.stem in _LEADING or before.stem in ends
