"""Steps that change a text: case, blanks, accents, characters removed or replaced, padding, word by word, look-up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from handful.write.marks import pattern_of
from handful.write.step import Builder, Function, Step

__all__ = ["BUILDERS", "CASES", "EACH", "ENDS"]


def _title(text: str) -> str:
    """Every word with a capital first and small letters after, a hyphen or an apostrophe's start too."""
    return re.sub(r"[^\W\d_]+('[^\W\d_]\b)?", lambda m: m[0][:1].upper() + m[0][1:].lower(), text)


_SMALL_WORDS = {
    "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "off", "on",
    "onto", "or", "over", "per", "so", "the", "to", "up", "via", "with", "yet",
}  # fmt: skip


def _headline(text: str) -> str:
    """Every word with a capital first, but the small ones inside: The Lord of the Rings."""
    first, *words = re.split(r"(\s+)", _title(text))
    return first + "".join(word.lower() if word.lower() in _SMALL_WORDS else word for word in words)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _fold(text: str) -> str:
    """Letters without their accents, as in addresses: Zoë -> Zoe."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(character for character in parts if not unicodedata.combining(character))


def _ordinal(text: str) -> str | None:
    """5 -> 5th, as English counts."""
    if not text.isascii() or not text.isdigit():
        return None
    ending = (
        "th" if text[-2:] in ("11", "12", "13") else {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
    )
    return text + ending


CASES: dict[str, Callable[[str], str | None]] = {
    "upper": str.upper,
    "lower": str.lower,
    "title": _title,
    "headline": _headline,
    "capital": _capital,
    "sentence": str.capitalize,
    "capitals": lambda text: re.sub(r"\S+", lambda m: _capital(m[0]), text),
    "strip": str.strip,
    "squeeze": lambda text: " ".join(text.split()),
    "fold": _fold,
    "no zeros": lambda text: text.lstrip("0") or ("0" if text else None),
    "ordinal": _ordinal,
    "reversed": lambda text: text[::-1],
}
"""Steps without any parameter."""

MOST_PADDED = 100

EACH: dict[str, Callable[[str], str]] = {
    "same": str,
    "initial": lambda word: word[:1],
    "capital initial": lambda word: word[:1].upper(),
    "lower": str.lower,
    "upper": str.upper,
    "sentence": str.capitalize,
    "first letters": lambda word: word[:2],
}
"""What is done to every word."""


def _each(step: Step) -> Function:
    """Something done to every token of a class, the results joined; camel case where the first stays small."""
    kind, change, joint = step.texts
    find, each = pattern_of(kind).findall, EACH[change]
    backwards, small_first = step.numbers

    def mapped(text: str) -> str | None:
        words = [each(word) for word in find(text)]
        if backwards:
            words.reverse()
        if small_first and words:
            words[0] = words[0].lower()
        return joint.join(words) or None

    return mapped


def _turned(step: Step) -> Function:
    """The parts between delimiters in the opposite order, joined anew."""
    delimiter, joint = step.texts

    def turned(text: str) -> str | None:
        parts = [part.strip() for part in text.split(delimiter)]
        return joint.join(reversed(parts)) if len(parts) > 1 else None

    return turned


def _keep(step: Step) -> Function:
    find = pattern_of(step.texts[0]).findall
    return lambda text: "".join(find(text)) or None


def _remove(step: Step) -> Function:
    """Without a literal; without the tokens of a class where the second text names one."""
    literal, kind = step.texts
    if kind:
        substitute = pattern_of(kind).sub
        return lambda text: " ".join(substitute("", text).split()) or None
    return lambda text: text.replace(literal, "") or None


def _replace(step: Step) -> Function:
    old, new = step.texts
    return lambda text: text.replace(old, new)


def _once(step: Step) -> Function:
    """The first of a literal replaced; None where there is none."""
    old, new = step.texts
    return lambda text: text.replace(old, new, 1) if old in text else None


def _no_start(step: Step) -> Function:
    """Without the first of some literals that the text starts with, as it is where it starts with none."""

    def rest(text: str) -> str | None:
        start = next((start for start in step.texts if text.startswith(start)), "")
        return text[len(start) :] or None

    return rest


def _no_end(step: Step) -> Function:
    """The same at the end."""

    def rest(text: str) -> str | None:
        end = next((end for end in step.texts if text.endswith(end)), "")
        return text[: len(text) - len(end)] or None

    return rest


ENDS = ("capitals", "digits", "brackets")
"""Kinds of last word that are left out where there is one: a grade, a number, a remark."""


def _no_last(step: Step) -> Function:
    """Without the last word, where it consists of capitals, of digits, or stands in brackets."""
    kind = step.texts[0]

    def belongs(word: str) -> bool:
        return word.isdigit() if kind == "digits" else word.isalpha() and word.isupper()

    def rest(text: str) -> str | None:
        stripped = text.rstrip()
        if kind == "brackets":
            start = stripped.rfind("(") if stripped.endswith(")") else -1
            return (stripped[:start].rstrip() if start > 0 else text) or None
        words = stripped.rsplit(None, 1)
        return words[0] if len(words) == 2 and belongs(words[1]) else text or None

    return rest


def _pad(step: Step) -> Function:
    width, fill = step.numbers[0], step.texts[0]
    if not 0 < width <= MOST_PADDED:
        raise ValueError(f"no cell is filled to {width} characters")
    return lambda text: text.rjust(width, fill)


def _group(step: Step) -> Function:
    """Digits in groups of so many from the left ('1234 5678') or, where negative, from the right."""
    size, joint = step.numbers[0], step.texts[0]
    if size == 0:
        raise ValueError("no group has 0 characters")

    def grouped(text: str) -> str | None:
        first = len(text) % -size if size < 0 else 0
        starts = range(first - (abs(size) if first else 0), len(text), abs(size))
        return joint.join(text[max(at, 0) : at + abs(size)] for at in starts) or None

    return grouped


def _look_up(step: Step) -> Function:
    table = dict(zip(step.texts[::2], step.texts[1::2], strict=True))
    return table.get


def _has(step: Step) -> Function:
    """A test: the text itself where it contains a literal or a token of a class, else None."""
    literal, kind = step.texts
    search = pattern_of(kind).search if kind else None

    def has(text: str) -> str | None:
        return text if (search(text) is not None if search else literal in text) else None

    return has


def _count(step: Step) -> Function:
    """A test: the text itself where it has at least so many tokens of a class."""
    find, least = pattern_of(step.texts[0]).findall, step.numbers[0]
    return lambda text: text if len(find(text)) >= least else None


def _equals(step: Step) -> Function:
    """A test: the text itself where it is one of a few, else None."""
    return lambda text: text if text in step.texts else None


def _plain(change: Callable[[str], str | None]) -> Builder:
    def built(step: Step) -> Function:
        return change

    return built


BUILDERS: dict[str, Builder] = {
    **{name: _plain(change) for name, change in CASES.items()},
    "each": _each,
    "turned": _turned,
    "keep": _keep,
    "remove": _remove,
    "replace": _replace,
    "replace first": _once,
    "no start": _no_start,
    "no end": _no_end,
    "no last": _no_last,
    "pad": _pad,
    "group": _group,
    "look up": _look_up,
    "has": _has,
    "count": _count,
    "equals": _equals,
}
