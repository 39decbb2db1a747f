"""What is asked for: a text without what nobody can see, what it means, and the states of its tokens."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from handful.encode.frozen.text import WIDTH, text_encoder

__all__ = ["CHARACTERS", "TOKENS", "Asked", "cleaned", "has_words", "meaning", "parts", "plain", "understood"]

TOKENS = 24
"""Of a text, at most, with the one before and the one after: what the networks learned with."""
CHARACTERS = 2000
"""Of a text that are read: far more than its tokens take."""

Array = NDArray[np.float32]

_LEADING = re.compile(
    r"(?:(?:an?|the|one|two|three|[123]|red|orange|yellow|green|turquoise|blue|purple|pink)\s+)+(?=\S)",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"\s+next to\s+", re.IGNORECASE)
_BOTH = re.compile(r"\s+(?:and|with)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A text, the states (token, coordinate) of its tokens, which of these (token,) are real, and its meaning."""

    words: str
    states: Array
    real: NDArray[np.bool_]
    meaning: Array
    """(coordinate,) the mean state of its real tokens, of length one."""


def cleaned(text: str) -> str:
    """The text in one line, without control characters, cut where nobody reads on."""
    line = " ".join(text[:CHARACTERS].split())
    return "".join(letter for letter in line if not unicodedata.category(letter).startswith("C")).strip()


def has_words(words: str) -> bool:
    """Whether there is a letter or a digit to draw from."""
    return any(letter.isalnum() for letter in words)


def understood(words: str) -> Asked:
    """What is asked for with these words; tokens beyond the first 22 are left out."""
    # to two bytes and back, as the networks learned with them
    made = text_encoder().states(words, TOKENS).astype(np.float16).astype(np.float32)
    states = np.zeros((TOKENS, WIDTH), np.float32)
    states[: len(made)] = made
    mean = made.mean(axis=0)
    return Asked(words, states, np.arange(TOKENS) < len(made), mean / np.linalg.norm(mean))


@lru_cache(maxsize=8192)
def meaning(words: str) -> Array:
    """(coordinate,) of length one; nothing, 0, where there is no letter and no digit."""
    words = cleaned(words)
    return understood(words).meaning if has_words(words) else np.zeros(WIDTH, np.float32)


def plain(words: str) -> str:
    """The thing alone, without how many there are and of which colour: "two red apples" are "apples"."""
    return words[found.end() :] if (found := _LEADING.match(words)) else words


def parts(words: str, *, loosely: bool) -> tuple[str, str] | None:
    """The things on the left and on the right: "a dog next to a cat"; loosely, "a dog and a cat" as well."""
    for joint in (_BESIDE, _BOTH)[: 1 + loosely]:
        left, *right = joint.split(words, maxsplit=1)
        if right and has_words(left) and has_words(right[0]):
            return left, right[0]
    return None
