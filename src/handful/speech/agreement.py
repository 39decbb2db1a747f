"""Whether the texts that people gave are what is said, and then the same for the rows that are blank."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

__all__ = ["Habits", "Said", "habits_of", "word_errors", "words_as_target"]

MOST_ERRORS = 0.35
"""Of the words given, that may be heard otherwise: beyond it the texts are not what is said, or cannot be heard."""
LEAST_ROWS = 2
"""Rows with a text and a sound: one may agree by chance."""

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_NUMBERS = dict(
    enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"))
)
_ENDS = ".?!\u2026"

Text = str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What is said as the answer, row by row."""

    texts: tuple[Text, ...]
    """(row,) written as the column is; None where nothing was heard."""
    confidences: tuple[float, ...]
    """(row,) the segment's own, times the share of words heard rightly in the rows given; 0 where nothing was heard."""
    errors: float
    """The word error rate in the rows given: no row was used to hear any."""
    right: tuple[bool | None, ...]
    """(row,) whether all words of the text given were heard; None where none is given."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How the column writes what is said."""

    case: str
    """"lower", "upper", or "" where it is as people write."""
    stop: bool
    """Whether a text ends in a mark."""
    marks: bool
    """Whether there are marks within it."""
    numerals: bool | None
    """Whether small numbers are written in figures; None where no text tells."""

    def written(self, text: str) -> str:
        """The text as the column has it."""
        if self.numerals is not None:
            text = _spelt(text, self.numerals)
        if not self.marks:
            text = " ".join(_WORD.findall(text)) + (text[-1:] if text[-1:] in _ENDS else "")
        if not self.stop:
            text = text.rstrip(_ENDS + " ")
        elif text[-1:] not in _ENDS:
            text += "."
        changed: Callable[[str], str] = {"lower": str.lower, "upper": str.upper}.get(self.case, str)
        return changed(text)


def words_as_target(
    spoken: Sequence[Text], confidences: Sequence[float], outputs: Sequence[Text]
) -> Said | None:
    """What is said as the target's answers, where the texts given agree with it; None where they do not.

    `spoken` and `confidences` are what was heard in each row, `outputs` the target's cells, None where blank.
    """
    rows = [(said or "", given) for said, given in zip(spoken, outputs, strict=True)]
    given = [text for text in outputs if text is not None]
    if len(given) < LEAST_ROWS:
        return None
    pairs = [(_words(said), _words(text)) for said, text in rows if text is not None]
    length = sum(len(text) for _, text in pairs)
    wrong = sum(word_errors(said, text) for said, text in pairs)
    if not length or wrong > MOST_ERRORS * length:
        return None
    habits = habits_of(given)
    errors = wrong / length
    return Said(
        tuple(habits.written(said) if said else None for said in spoken),
        tuple(sure * (1 - errors) if said else 0.0 for said, sure in zip(spoken, confidences, strict=True)),
        errors,
        tuple(None if text is None else _words(said) == _words(text) for said, text in rows),
    )


def word_errors(said: Sequence[str], given: Sequence[str]) -> int:
    """Words to add, take away or change so that what is said becomes what is given (Levenshtein)."""
    row = list(range(len(given) + 1))
    for place, word in enumerate(said, start=1):
        before, row[0] = row[0], place
        for at, other in enumerate(given, start=1):
            change = before + (word != other)
            before = row[at]
            row[at] = min(change, row[at] + 1, row[at - 1] + 1)
    return row[-1]


def habits_of(given: Sequence[str]) -> Habits:
    """What most of the texts do."""
    lettered = [text for text in given if text.lower() != text.upper()]
    lower, upper = (
        2 * sum(text == change(text) for text in lettered) > len(lettered)
        for change in (str.lower, str.upper)
    )
    ends = sum(text.rstrip()[-1:] in _ENDS for text in given)
    marked = sum(any(not each.isalnum() and not each.isspace() for each in _inner(text)) for text in given)
    figures = sum(any(word.isdigit() for word in _tokens(text)) for text in given)
    spelt = sum(any(word in _NUMBERS.values() for word in _tokens(text)) for text in given)
    return Habits(
        case="lower" if lower else "upper" if upper else "",
        stop=2 * ends > len(given),
        marks=marked > 0,
        numerals=figures > spelt if figures or spelt else None,
    )


def _words(text: str) -> list[str]:
    """What is compared: words in small letters, small numbers spelt out, no marks."""
    return [
        _NUMBERS.get(int(word), word) if re.fullmatch("[0-9]{1,2}", word) else word for word in _tokens(text)
    ]


def _tokens(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'").lower()
    return [word.replace("'", "") for word in _WORD.findall(plain)]


def _inner(text: str) -> str:
    """The text without its last mark, and without apostrophes within words."""
    return re.sub(r"(?<=\w)['\u2019](?=\w)", "", text.rstrip(_ENDS + " "))


def _spelt(text: str, numerals: bool) -> str:
    """Small numbers in figures, or in words; a number that is a text's first word begins with a capital letter."""
    if numerals:
        figures = {word: str(number) for number, word in _NUMBERS.items()}
        return _WORD.sub(lambda found: figures.get(found[0].lower(), found[0]), text)

    def word(found: re.Match[str]) -> str:
        spelt = (
            _NUMBERS.get(int(found[0]), found[0])
            if re.fullmatch(r"\d{1,2}", found[0], re.ASCII)
            else found[0]
        )
        return spelt.capitalize() if not found.start() and spelt != found[0] else spelt

    return _WORD.sub(word, text)
