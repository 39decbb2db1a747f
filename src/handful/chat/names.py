"""Names of columns as people say them: without units, cut short, run together."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from handful.chat.lexicon import UNITS
from handful.chat.words import name_words, stem

__all__ = ["core_of", "is_cut", "label_of", "word_within"]


def core_of(name: str) -> tuple[str, ...]:
    """The stems of a column's name without its unit: "Body Mass (g)" and "body_mass_g" alike."""
    bare = re.sub(r"[(\[].*?[)\]]", " ", name)
    found = list(name_words(bare)) or list(name_words(name))
    while len(found) > 1 and found[-1] in UNITS:
        found.pop()
    return tuple(found)


def label_of(name: str) -> str:
    """The name as one would say it, without its unit."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"[(\[].*?[)\]]", " ", name))
    said = re.findall(r"[^\W_]+", apart) or [name]
    while len(said) > 1 and stem(said[-1]) in UNITS:
        said.pop()
    return " ".join(said).lower()


def is_cut(name: str, words: Sequence[str]) -> bool:
    """Whether the name is made of the beginnings of these words, at least three letters of each and one in full."""

    def made(rest: str, at: int, full: bool) -> bool:
        if at == len(words):
            return not rest and full
        word = words[at]
        least = min(3, len(word))
        for length in range(len(word), least - 1, -1):
            if rest.startswith(word[:length]) and made(
                rest[length:], at + 1, full or length >= len(word) - 1
            ):
                return True
        return False

    return made(name, 0, False)


def word_within(word: str, core: Collection[str]) -> str:
    """The word of a name that a word is, or with one more letter before or after, or that it was cut to: "class" in
    Pclass, "exercise" in Exer.
    """
    if word in core or len(word) < 4:
        return word
    ordered = sorted(core)  # a set's own order changes from run to run
    longer = (
        each
        for each in ordered
        if len(each) == len(word) + 1 and (each.startswith(word) or each.endswith(word))
    )
    cut = (
        each for each in ordered if len(each) >= 4 and len(word) >= len(each) + 3 and word.startswith(each)
    )
    return next(longer, next(cut, word))
