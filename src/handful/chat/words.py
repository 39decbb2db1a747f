"""A question as words: where each stands, its stem, and how far two words are from each other."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Word", "distance", "is_near", "name_words", "stem", "stems", "words_of"]

_WORD = re.compile(
    r"""(?P<quoted>"[^"]{1,200}"|“[^”]{1,200}”|(?<!\w)'[^']{1,200}'(?!\w))"""
    r"|(?P<date>\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})"
    r"|(?P<number>(?<!\w)[-+]?\$?€?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:k\b|m\b|%|st\b|nd\b|rd\b|th\b)?(?![^\W_]))"
    r"|(?P<sign><=|>=|!=|<>|==|[<>=≤≥≠])"
    r"|(?P<word>[^\W_]+(?:['\u2019][a-z]+)?)",
    re.IGNORECASE,
)
_IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "died": "die", "dies": "die",
    "dying": "die", "lowest": "lowest", "series": "series", "species": "species", "mice": "mouse", "feet": "foot",
    "countries": "country", "boxes": "box", "paid": "pay", "sold": "sell", "made": "make", "spent": "spend",
    "won": "win", "lost": "lose", "given": "give", "grew": "grow", "wrote": "write", "written": "write",
    "born": "birth", "indices": "index", "criteria": "criterion", "data": "data", "left": "left", "used": "use",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """One word, number, sign or quoted text of a question."""

    text: str
    """As it was written, without quotes."""
    stem: str
    place: int
    """Which word of the question it is, from 0."""
    sort: str
    """ "word", "number", "date", "sign" or "quoted"."""


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a question, in order."""
    found = []
    for place, match in enumerate(_WORD.finditer(text)):
        sort = match.lastgroup or "word"
        written = match.group()
        written = written[1:-1] if sort == "quoted" else written
        found.append(Word(written, stem(written), place, sort))
    return tuple(found)


def name_words(name: str) -> tuple[str, ...]:
    """A column's name or a cell as stems: "bodyMass_g" -> ("body", "mas", "g")."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return tuple(stem(word) for word in re.findall(r"\d+(?:\.\d+)?|[^\W_\d]+(?:['\u2019][a-z]+)?", apart))


def stem(word: str) -> str:
    """The word without case, accents and the endings that grammar gives it; crude, and the same for all."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"['\u2019]s?$", "", plain)
    if plain in _IRREGULAR:
        return _IRREGULAR[plain]
    if not plain.isalpha() or not plain.isascii():
        return plain
    return _without_ending(plain)


def _without_ending(plain: str) -> str:
    if plain.endswith("ies") and len(plain) > 4:
        plain = plain[:-3] + "y"
    elif re.search(r"(ss|x|ch|sh|z)es$", plain) and len(plain) > 4:
        plain = plain[:-2]
    elif plain.endswith("s") and len(plain) > 3 and plain[-2] not in "su":
        plain = plain[:-1]
    for ending, least in (("ation", 8), ("ing", 6), ("ied", 5), ("ed", 5), ("or", 7), ("al", 7)):
        if plain.endswith(ending) and len(plain) >= least:
            plain = plain[: -len(ending)] + ("y" if ending == "ied" else "")
            break
    if plain.endswith("ie") and len(plain) > 4:
        plain = plain[:-2] + "y"  # "movie" as "movies"
    elif plain.endswith("e") and len(plain) > 3:
        plain = plain[:-1]
    if len(plain) > 3 and plain[-1] == plain[-2]:
        plain = plain[:-1]
    return plain


def stems(text: str) -> frozenset[str]:
    """The stems of some words."""
    return frozenset(stem(word) for word in text.split())


def is_near(one: str, other: str) -> bool:
    """Whether one word may be the other, misspelt: one slip from five letters on, two from eight on."""
    shorter = min(len(one), len(other))
    if one == other:
        return True
    if shorter < 4 or not (one.isalpha() and other.isalpha()):
        return False
    slips = 2 if shorter >= 8 else 1
    if shorter < 5 and one[0] != other[0]:
        return False
    return abs(len(one) - len(other)) <= slips and distance(one, other) <= slips


def distance(one: str, other: str) -> int:
    """Letters put in, left out, exchanged or swapped with their neighbour (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
