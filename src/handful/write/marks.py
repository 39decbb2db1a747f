"""Classes of characters, as people see them in a cell: words, digits, capitals; the closed list of all patterns."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from functools import cache

__all__ = ["CLASSES", "PATTERN_CLASSES", "class_of", "pattern_of", "shape_of", "shared_start"]

CLASSES = (
    "word",
    "letters",
    "digits",
    "alnum",
    "number",
    "capitals",
    "small",
    "capitalised",
    "hump",
    "marks",
    "e-mail",
    "link",
)
"""Names of the kinds of token; `pattern_of` has what they match."""

PATTERN_CLASSES = "Aa9_"
"""Marks of the classes that a learnt pattern is made of: capital, small letter, digit, any other letter."""


@cache
def _ranges(belongs: Callable[[str], bool]) -> str:
    """The inside of a regular expression's [...] for all characters of the basic plane that belong."""
    codes = [code for code in range(0x10000) if belongs(chr(code))]
    parts, start = [], codes[0]
    for code, after in zip(codes, [*codes[1:], sys.maxunicode], strict=True):
        if after != code + 1:
            parts.append(re.escape(chr(start)) + ("-" + re.escape(chr(code)) if code > start else ""))
            start = after
    return "".join(parts)


@cache
def pattern_of(name: str) -> re.Pattern[str]:
    """What tokens of a class match. Every one is a run that starts where it can: linear in the cell's length."""
    upper, lower = _ranges(str.isupper), _ranges(str.islower)
    patterns = {
        "word": r"\S+",
        "letters": r"[^\W\d_]+",
        "digits": r"[0-9]+",
        "alnum": r"[^\W_]+",
        "number": r"(?<![\w.,])[-+]?[0-9]+(?:[.,][0-9]+)*(?![0-9])|[0-9]+(?:[.,][0-9]+)*",
        "capitals": rf"[{upper}]+",
        "small": rf"[{lower}]+",
        "capitalised": rf"[{upper}][{lower}]+",
        "hump": rf"[{upper}]+(?![{lower}])|[{upper}]?[{lower}]+|[0-9]+",
        "marks": r"[^\w\s]+",
        "e-mail": r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+",
        "link": r"(?<!\w)https?://[^\s<>\"]*[\w/]",
    }
    return re.compile(patterns[name])


def shared_start(texts: Sequence[str]) -> str:
    """The longest text that all of them start with."""
    first, last = min(texts), max(texts)
    size = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:size]


def class_of(character: str) -> str:
    """The class of one character in a learnt pattern; marks and blanks stand for themselves."""
    if character.isupper():
        return "A"
    if character.islower():
        return "a"
    if character in "0123456789":
        return "9"
    return "_" if character.isalpha() else character


def shape_of(text: str) -> tuple[str, ...]:
    """The runs of a text: a class with its length ('A2', '94'), or '=' and the character itself."""
    runs: list[str] = []
    last, length = "", 0
    for mark in [*map(class_of, text), ""]:
        if mark == last:
            length += 1
            continue
        if last:
            runs += [f"{last}{length}"] if last in PATTERN_CLASSES else [f"={last}"] * length
        last, length = mark, 1
    return tuple(runs)
