"""What a picture shows, in words: from its name in a set, and the labels and tags of emojibase."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["COMPONENT", "FLAG", "Caption", "Captions", "concept"]

COMPONENT, FLAG = "component", "flags"
"""Groups that nobody asks to be drawn: skin tones and hair alone, and flags."""
OWN = "own"
"""The group of a picture that emojibase does not know."""
LONGEST = 24
"""Letters of a word, in names that are written as one."""
QUOTES = {0x201C: None, 0x201D: None, 0x2019: "'"}
"""Curly quotation marks go, a curly apostrophe is made straight."""
_PERSON = re.compile(r"\b(wo)?(man|men)('s)?\b|\bperson\b|\bpeople\b|\bboy\b|\bgirl\b")
_VARIANT = re.compile(r"-\d$")


@dataclass(frozen=True, slots=True)
class Caption:
    """The label of a picture, single words that also tell of it, and the group it belongs to."""

    label: str
    tags: tuple[str, ...]
    group: str


class Captions:
    """All labels of emojibase, found by code point, by name, and by names that are written without spaces."""

    def __init__(
        self,
        entries: Iterable[Mapping[str, Any]],
        shortcodes: Mapping[str, str | list[str]],
        unicode_names: Mapping[str, str],
        groups: Mapping[str, str],
    ) -> None:
        self._by_point: dict[str, Caption] = {}
        self._by_name: dict[str, Caption] = {}
        self._by_letters: dict[str, Caption] = {}
        entries = list(entries)
        for entry in entries:
            label = entry["label"].lower().translate(QUOTES)
            group = groups.get(str(entry.get("group")), COMPONENT)
            caption = Caption(label, tuple(entry.get("tags", ())), group)
            self._by_point[_point(entry["hexcode"])] = caption
            self._name(label, caption)
        for entry in entries:  # after all labels: a label goes before another picture's nickname
            caption = self._by_point[_point(entry["hexcode"])]
            codes = shortcodes.get(entry["hexcode"], [])
            self._name(unicode_names.get(entry["hexcode"], ""), caption)
            for name in [codes] if isinstance(codes, str) else codes:
                self._name(name, caption)
        self._words = {word for caption in self._by_point.values() for word in _words(caption)}

    def _name(self, name: str, caption: Caption) -> None:
        self._by_name.setdefault(_slug(name), caption)
        self._by_letters.setdefault(_slug(name).replace("-", ""), caption)

    def known(self, slug: str) -> bool:
        """Whether this is exactly a label or a nickname."""
        return slug in self._by_name

    def find(self, slug: str, points: Iterable[str] = (), aliases: Iterable[str] = ()) -> Caption | None:
        """What a picture of this name, these code points and these other names shows; None where nobody can read it."""
        found = [self._by_point.get(_point(point)) for point in points]
        plain = _VARIANT.sub("", slug)
        found += [self._by_name.get(name) for name in (slug, plain, *aliases)]
        found.append(self._by_letters.get(plain.replace("-", "")))
        known = next((caption for caption in found if caption is not None), None)
        return known or self._read(plain)

    def _read(self, slug: str) -> Caption | None:
        if "-" in slug:
            return Caption(slug.replace("-", " "), (), OWN)
        words = self._split(slug)
        return Caption(" ".join(words), (), OWN) if words else None

    def _split(self, letters: str) -> list[str]:
        """The fewest known words that make up these letters; none where there are none."""
        best: list[list[str] | None] = [[]]
        for end in range(1, len(letters) + 1):
            ways = [
                [*before, letters[start:end]]
                for start in range(max(0, end - LONGEST), end)
                if (before := best[start]) is not None and letters[start:end] in self._words
            ]
            best.append(min(ways, key=len, default=None))
        return best[-1] or []


def concept(label: str) -> str:
    """The label without who does it: `woman running` and `man running` are one thing, held out together."""
    return " ".join(_PERSON.sub(" ", label.replace(":", " ")).split()) or label


def _words(caption: Caption) -> set[str]:
    """Words that a name without spaces may consist of."""
    words = {word for text in (caption.label, *caption.tags) for word in re.findall(r"[a-z]+", text.lower())}
    return {word for word in words if len(word) > 2} | {"of", "in", "on", "up", "ok", "no"}


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower().translate(QUOTES).replace("'", "")).strip("-")


def _point(hexcode: str) -> str:
    """Without the mark that says `in colour`."""
    return "-".join(part for part in hexcode.upper().split("-") if part != "FE0F")
