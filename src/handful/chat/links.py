"""Which columns and which of their values a question speaks of, and in which words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from handful.chat.lexicon import CUES, FUNCTION, GENERIC, MEASURING, UNITS
from handful.chat.meaning import Meaning
from handful.chat.mentions import Links, Mention, is_taken, places_of
from handful.chat.names import core_of, is_cut, label_of, word_within
from handful.chat.sheet import Sheet
from handful.chat.words import Word, is_near, name_words, stem, stems
from handful.table.column import Kind

__all__ = [
    "AHEAD",
    "FEW_CHOICES",
    "FEW_MEANT",
    "IDENTIFYING",
    "LONGEST",
    "NEAR_COLUMN",
    "NEAR_VALUE",
    "WEAK",
    "Linker",
]

__all__ = ["Linker", "Links", "Mention", "core_of", "label_of"]
LONGEST = 10
"""Words of a value, at most."""
FEW_CHOICES = 300
"""Distinct values up to which a part of one, or a misspelt one, is recognised."""
FEW_MEANT = 40
"""Distinct values up to which a word of about the same meaning is recognised."""
NEAR_COLUMN, NEAR_VALUE, AHEAD = 0.55, 0.66, 0.07
"""Cosines from which a word means a column or a value, and how far ahead of the next it must be."""
NEAR_NOUN = 0.8
"""How near (`Linker.near_rows`) a plural must be to the rows to be no part of a value of three words or more."""
IDENTIFYING = stems("id no nr number code key index")
WEAK = stems("id no nr number code key index name type")
"""Words of a column's name that by themselves name nothing."""


class Linker:
    """Finds a sheet's columns and values in questions; its index is built once."""

    def __init__(self, sheet: Sheet, meaning: Meaning, rows: str = "") -> None:
        """`rows`: what the rows are, in words, as the name of a file often says."""
        self.sheet, self.meaning = sheet, meaning
        self._named_rows = set(name_words(rows)) - FUNCTION - CUES - GENERIC
        self.cores = {name: core_of(name) for name in sheet.names}
        self.labels = {name: label_of(name) for name in sheet.names}
        self._counts = Counter(word for core in self.cores.values() for word in set(core))
        self._whole: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        self._parts: dict[str, dict[str, set[str]]] = {}
        for name, values in sheet.values.items():
            self._index(name, values)

    def _index(self, name: str, values: Sequence[str]) -> None:
        parts: dict[str, set[str]] = defaultdict(set)
        for value in values:
            found = name_words(value)[:LONGEST]
            if found:
                self._whole[found].append((name, value))
            for word in found:
                parts[word].add(value)
        if len(values) <= FEW_CHOICES and self.sheet.kind(name) is Kind.CATEGORY:
            self._parts[name] = dict(parts)

    def link(self, words: Sequence[Word], *, cues_name: bool = False) -> Links:
        """The mentions, the longest first; no word speaks of two things.

        `cues_name`: a word that asks for something, such as "total", may also name a column called so.
        """
        links = Links()
        self._whole_columns(words, links, cues_name)
        self._run_together(words, links)
        self._whole_values(words, links)
        self._part_columns(words, links)
        self._part_values(words, links)
        self._misspelt(words, links)
        return links

    # whole names, and values in full

    def _whole_columns(self, words: Sequence[Word], links: Links, cues_name: bool) -> None:
        cores = sorted(self.cores.items(), key=lambda item: -len(item[1]))
        for name, core in cores:
            full = name_words(name)
            for wanted in filter(None, dict.fromkeys((full, core))):  # a name of marks has no words
                for start in range(len(words) - len(wanted) + 1):
                    run = words[start : start + len(wanted)]
                    if tuple(word.stem for word in run) != wanted or is_taken(run, links):
                        continue
                    asks = len(wanted) == 1 and run[0].stem in CUES | FUNCTION and run[0].sort != "quoted"
                    if asks and run[0].text != name and not (cues_name and run[0].stem not in FUNCTION):
                        continue
                    twins = tuple(n for n, other in self.cores.items() if other == core and n != name)
                    links.columns.append(
                        Mention(name, places_of(run), 1.0, others=twins if full != wanted else ())
                    )

    def _run_together(self, words: Sequence[Word], links: Links) -> None:
        """Names run together or cut short: "win percent" for winpercent, "domestic gross" for domgross."""
        for name, core in self.cores.items():
            joined = "".join(core)
            for length in (4, 3, 2):
                for start in range(len(words) - length + 1):
                    run = words[start : start + length]
                    plain = all(word.sort == "word" for word in run) and run[0].stem not in FUNCTION
                    if (
                        plain
                        and not is_taken(run, links)
                        and is_cut(joined, [word.text.lower() for word in run])
                    ):
                        links.columns.append(Mention(name, places_of(run), 0.9))

    def _whole_values(self, words: Sequence[Word], links: Links) -> None:
        for length in range(min(LONGEST, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                run = words[start : start + length]
                wanted = name_words(run[0].text) if length == 1 else tuple(word.stem for word in run)
                found = self._whole.get(wanted)
                if not found or is_taken(run, links):
                    continue
                if length == 1 and not self._stands_out(run[0], found, words, links):
                    continue
                found = [each for each in found if self._is_said(run, each[0])]
                if not found:
                    continue
                self._add_value(places_of(run), found, links, 1.0)

    def _is_said(self, run: Sequence[Word], name: str) -> bool:
        """Whether the words are meant as that value: titles such as "Kids" are quoted or have a capital."""
        if len(self.sheet.values[name]) <= FEW_CHOICES or run[0].sort == "quoted":
            return True
        told = [word for word in run if word.stem not in FUNCTION | CUES | GENERIC]
        capital = any(word.place and word.text[:1].isupper() for word in run)
        return capital or len(told) > 1

    def _stands_out(
        self, word: Word, found: list[tuple[str, str]], words: Sequence[Word], links: Links
    ) -> bool:
        """Whether a single word is meant as a value: not "no", "a" or 3, unless its column stands beside it."""
        if word.sort == "quoted":
            return True
        if word.stem in self._named_rows:
            return False
        common = word.stem in FUNCTION or word.stem in CUES or word.stem in GENERIC or len(word.stem) < 2
        if not common and word.sort == "word":
            return True
        if any(word.text == value and word.text.isupper() and len(word.text) > 1 for _, value in found):
            return True
        return any(name in self._beside(word.place, words, links) for name, _ in found)

    def _beside(self, place: int, words: Sequence[Word], links: Links) -> set[str]:
        """The columns named directly before or after a word, but for words of no content."""
        found = set()
        for step in (-1, 1):
            at = place + step
            while (
                0 <= at < len(words)
                and (words[at].stem in FUNCTION or words[at].sort == "sign")
                and at - place < 3
            ):
                at += step
            found |= {each.column for each in links.columns if at in each.places}
        return found

    def _add_value(
        self, places: tuple[int, ...], found: Sequence[tuple[str, str]], links: Links, strength: float
    ) -> None:
        """The value in the column that is named too, else in the one that tells rows apart, else in the only one."""
        named = {each.column for each in links.columns}
        by_column: dict[str, list[str]] = defaultdict(list)
        for name, value in found:
            by_column[name].append(value)
        order = sorted(by_column, key=lambda name: (name not in named, -len(self.sheet.values[name])))
        first = order[0]
        apart = 2 * len(self.sheet.values[first]) > self.sheet.rows
        if len(order) > 1 and first not in named and not apart:
            links.doubted.update(places)
            return
        links.values.append(
            Mention(first, places, strength, tuple(dict.fromkeys(by_column[first])), tuple(order[1:]))
        )

    # parts of names, parts of values

    def _part_columns(self, words: Sequence[Word], links: Links) -> None:
        free = [word for word in words if word.sort in ("word", "quoted") and word.place not in links.places]
        weighed: list[tuple[float, int, str, tuple[int, ...]]] = []
        for name, core in self.cores.items():
            for run in self._runs(free, words, set(core)):
                stems = {word_within(word.stem, core) for word in run}
                alone = [
                    each for each in stems if each not in WEAK and each not in CUES and each not in FUNCTION
                ]
                if not alone:
                    continue
                share = sum(1 / self._counts[each] for each in stems) / sum(
                    1 / self._counts[each] for each in core
                )
                weighed.append((share, len(stems), name, places_of(run)))
        weighed.sort(key=lambda each: (-each[1], -each[0]))
        for share, count, name, places in weighed:
            if set(places) & links.places:
                continue
            if self._is_row_noun(name, places, words, links):
                links.rows.update(places)
                continue
            heads = {words[place].stem for place in places}
            rivals = [
                other for also, size, other, where in weighed
                if other != name and size == count and set(where) & set(places)
                and (also > share - 0.15 or {self.cores[name][-1], self.cores[other][-1]} <= heads)
            ]  # fmt: skip
            links.columns.append(
                Mention(name, places, 0.75 + 0.2 * share, others=tuple(dict.fromkeys(rivals)), part=True)
            )

    def _is_row_noun(self, name: str, places: tuple[int, ...], words: Sequence[Word], links: Links) -> bool:
        """Whether a word of a name stands for the rows: "passengers" of PassengerId, "wines" of wine_type."""
        core = self.cores[name]
        if len(places) > 1 or len(core) < 2:
            return False
        word = words[places[0]]
        rest = set(core[core.index(word.stem) + 1 :]) if word.stem in core else set()
        plural = word.text.lower().endswith("s") and not word.text.endswith("ss")
        before = words[word.place - 1].stem if word.place else ""
        if rest and rest <= IDENTIFYING:
            return True
        if word.stem in core and core[-1] != word.stem and rest <= WEAK | {stem("title"), stem("category")}:
            led = before in ("which", "what", "each") or before in CUES or word.place - 1 in links.places
            return plural or led
        return False

    def _runs(self, free: Sequence[Word], words: Sequence[Word], core: set[str]) -> list[list[Word]]:
        """Runs of words of a name: "length of the bill" is one, whatever little words stand between."""
        runs: list[list[Word]] = []
        for word in free:
            if word_within(word.stem, core) not in core:
                continue
            last = runs[-1][-1] if runs else None
            between = words[last.place + 1 : word.place] if last else ()
            joined = last is not None and len(between) <= 2 and all(each.stem in FUNCTION for each in between)
            if joined and word_within(word.stem, core) not in {
                word_within(each.stem, core) for each in runs[-1]
            }:
                runs[-1].append(word)
            else:
                runs.append([word])
        return runs

    def _part_values(self, words: Sequence[Word], links: Links) -> None:
        for name, parts in self._parts.items():
            everything = set(self.sheet.values[name])
            at = 0
            while at < len(words):
                kept, places, found = at, [], everything
                while at < len(words) and self._is_part(words[at], parts, links):
                    both = found & parts[words[at].stem]
                    if not both:
                        break
                    found = both
                    places.append(words[at].place)
                    at += 1
                if not places:
                    at = kept + 1
                elif (2 * len(found) > len(everything) and len(everything) > 2) or self._is_noun_within(
                    words[places[-1]], places, found
                ):
                    links.rows.update(places)
                elif len(found) == 1:
                    links.values.append(Mention(name, tuple(places), 0.9, tuple(found), part=True))
        for each in links.values:
            links.rows.difference_update(each.places)

    def _is_noun_within(self, word: Word, places: Sequence[int], found: set[str]) -> bool:
        """Whether a plural is one for the rows, though one long value has it: "films", and "based on short film"."""
        longest = min(len(name_words(value)) for value in found)
        plural = word.text.lower().endswith("s") and not word.text.lower().endswith("ss")
        return len(places) == 1 and longest > 2 and plural and self.near_rows(word) >= NEAR_NOUN

    def _is_part(self, word: Word, parts: dict[str, set[str]], links: Links) -> bool:
        free = word.place not in links.places and word.sort in ("word", "quoted")
        free = free and word.stem not in self._named_rows and word.stem not in self._counts
        plain = word.stem not in FUNCTION and word.stem not in CUES and word.stem not in GENERIC
        return free and plain and len(word.stem) > 2 and word.stem in parts

    # slips of the pen

    def _misspelt(self, words: Sequence[Word], links: Links) -> None:
        for word in words:
            if (
                word.stem in MEASURING
                or word.stem in self._named_rows
                or not self.is_open(word, links)
                or any(is_near(word.stem, each) for each in CUES if len(each) > 5)
            ):
                continue
            columns = [
                name
                for name, core in self.cores.items()
                if any(is_near(word.stem, each) for each in core if each not in WEAK)
            ]
            values = [
                (name, value)
                for name, parts in self._parts.items()
                for part, holders in parts.items()
                if len(part) > 3 and is_near(word.stem, part)
                for value in holders
                if len(holders) == 1
            ]
            if columns and not values:
                self._add_misspelt(word, columns, words, links)
            elif values and not columns and len({value for _, value in values}) == 1:
                self._add_value((word.place,), values, links, 0.85)

    def _add_misspelt(self, word: Word, columns: list[str], words: Sequence[Word], links: Links) -> None:
        """With the columns' other words beside it, which may decide between several."""
        for each in links.columns:
            if each.column in (columns if not each.others else (*columns, *each.others)) and each.part:
                both = [name for name in (each.column, *each.others) if name in columns]
                if both and min(abs(word.place - place) for place in each.places) <= 2:
                    links.columns.remove(each)
                    places = tuple(sorted((*each.places, word.place)))
                    links.columns.append(Mention(both[0], places, 0.85, others=tuple(both[1:]), part=True))
                    return
        links.columns.append(Mention(columns[0], (word.place,), 0.8, others=tuple(columns[1:]), part=True))

    def names(self, stemmed: str) -> bool:
        """Whether a stem that is no everyday word is one of a column's name, or is a value."""
        if stemmed in FUNCTION or stemmed in GENERIC:
            return False
        return stemmed in self._counts or (stemmed,) in self._whole

    def near_rows(self, word: Word) -> float:
        """How near in meaning a noun is to what the table holds: the sum of two cosines."""
        if word.stem in self._named_rows:
            return 2.0
        noun = word.text.lower()
        own = float(self.meaning.nearness(noun, self._own_words).max(initial=0.0))
        return own + float(self.meaning.nearness(f"a table of {noun}", [self._all_words])[0])

    def is_part_of_several(self, word: Word) -> bool:
        """Whether the word is one for the rows, or a part of several values: by itself it means none of them."""
        several = any(len(parts.get(word.stem, ())) > 1 for parts in self._parts.values())
        return several or word.stem in self._named_rows

    def is_most_rows(self, name: str, value: str) -> bool:
        """Whether more than half of the rows have that value."""
        return 2 * int((self.sheet.frame[name] == value).sum()) > self.sheet.rows

    def near_value(self, word: Word) -> float:
        """How near in meaning a noun is to the nearest value, as a cosine: "librarian" to a department of libraries."""
        if word.stem in self._named_rows:
            return 0.0
        known = [value.lower() for name in self._parts for value in self.sheet.values[name][:FEW_MEANT]]
        return float(self.meaning.nearness(word.text.lower(), known).max(initial=0.0)) if known else 0.0

    @cached_property
    def _all_words(self) -> str:
        """The names of all columns, then some values."""
        known = [
            value
            for name, values in self.sheet.values.items()
            if name in self._parts
            for value in values[:10]
        ]
        free = [
            value
            for name, values in self.sheet.values.items()
            if name not in self._parts
            for value in values[:6]
        ]
        names = ", ".join(self.labels.values())[:1_000]
        return f"{names}; {', '.join([*known[:20], *free[:6]])}".lower()[:1_500]

    @cached_property
    def _own_words(self) -> tuple[str, ...]:
        """What the table speaks of: all names of columns together, and the values of each category together."""
        own = [", ".join(self.labels.values())[:400]]
        for name, values in self.sheet.values.items():
            own.append(f"{self.labels[name]}: {', '.join(values[:8])}"[:300])
        return tuple(own)

    def is_open(self, word: Word, links: Links) -> bool:
        """Whether a word of content still waits for a meaning."""
        known = word.stem in FUNCTION or word.stem in CUES or word.stem in GENERIC or word.stem in UNITS
        return word.sort == "word" and not known and word.place not in links.places and len(word.stem) > 1

    # words of about the same meaning

    def meant_column(self, said: str, among: Sequence[str]) -> tuple[str, float] | None:
        """The one of these columns that the words mean, with the cosine; None where none or several could be."""
        if not among:
            return None
        near = self.meaning.nearness(said, [self.labels[name] for name in among])
        heads = self.meaning.nearness(said, [_head(self.labels[name]) for name in among])
        near = np.maximum(near, heads)
        order = near.argsort()[::-1]
        best = float(near[order[0]])
        second = float(near[order[1]]) if len(order) > 1 else 0.0
        return (among[order[0]], best) if best >= NEAR_COLUMN and best - second >= AHEAD else None

    def _spoken(self, name: str, value: str) -> str:
        """The value as one says it: F and M, where there is nothing else, are female and male."""
        if {each.casefold() for each in self.sheet.values[name]} == {"f", "m"}:
            return {"f": "female", "m": "male"}[value.casefold()]
        return value.lower()

    def meant_value(self, said: str) -> tuple[str, str, float] | None:
        """The column and its value that the words mean, with the cosine; None where none or several could be."""
        pairs = [
            (name, value)
            for name, values in self.sheet.values.items()
            if name in self._parts and 1 < len(values) <= FEW_MEANT and name not in self.sheet.yes
            for value in values
            if any(letter.isalpha() for letter in value) and len(self._spoken(name, value)) > 2
        ]
        if not pairs:
            return None
        near = self.meaning.nearness(said, [self._spoken(name, value) for name, value in pairs])
        order = near.argsort()[::-1]
        best, first = float(near[order[0]]), pairs[order[0]]
        second = float(near[order[1]]) if len(order) > 1 else 0.0
        return (*first, best) if best >= NEAR_VALUE and best - second >= AHEAD else None


def _head(label: str) -> str:
    """The word of a name that says what it is: the last, or the one before "of" in "country of origin"."""
    return label.partition(" of ")[0].split()[-1]
