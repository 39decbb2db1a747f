"""Description lengths: what a step, a piece, and the outputs themselves take to be written down, in bits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence, Set

from handful.write.marks import shared_start
from handful.write.step import Step

__all__ = ["KNOWN_FACTORS", "bits_of_constant", "bits_of_outputs", "bits_of_step", "bits_of_steps"]

_CLASS = {
    "": 1.0, "word": 1.5, "letters": 2.5, "digits": 2.0, "alnum": 3.5, "number": 3.0, "capitals": 4.0, "small": 5.0,
    "capitalised": 4.5, "hump": 4.5, "marks": 6.0, "e-mail": 4.0, "link": 4.0,
}  # fmt: skip
_FIXED = {
    "upper": 2.0, "lower": 2.0, "title": 2.5, "capital": 3.5, "sentence": 3.0, "capitals": 3.0, "strip": 1.5,
    "squeeze": 2.5, "headline": 4.0, "fold": 3.5, "no zeros": 3.0, "ordinal": 4.0, "reversed": 7.0, "equals": 4.0,
    "has": 3.0, "count": 3.0,
}  # fmt: skip
_BASE = {
    "token": 1.0, "part": 1.5, "without": 5.0, "slice": 2.5, "between": 4.0, "from to": 8.0, "pattern": 7.0,
    "each": 3.5, "turned": 4.0, "keep": 2.5, "remove": 2.5, "replace": 3.5, "replace first": 5.0, "pad": 3.0,
    "group": 6.0, "look up": 6.0, "no start": 3.0, "no end": 3.0, "no last": 4.0, "number": 3.0, "moment": 3.0,
}  # fmt: skip
KNOWN_FACTORS = (
    "0.3048", "2.54", "25.4", "0.45359237", "1.609344", "1.8", "28.349523125", "4.184", "0.9144", "3.785411784",
    "3.6", "0.0254", "2.20462", "2.2046226218", "3.28084", "0.621371", "0.393701", "5/9",
)  # fmt: skip
_KNOWN_CLASS = 4.0
_PER_LETTER, _PER_MARK, _PER_DIGIT = 5.0, 3.0, 3.4


def _characters(text: str) -> float:
    return sum(
        _PER_DIGIT if c.isdigit() else _PER_LETTER if c.isalpha() else 2.0 if c == " " else _PER_MARK
        for c in text
    )


def bits_of_constant(text: str) -> float:
    """A constant between the pieces: dear by its length."""
    return 1.5 + _characters(text)


def _position(position: int) -> float:
    """1 and -1 are what people mean most; then it counts outward."""
    return 0.8 * abs(position) - 0.3 + (0.7 if position < 0 else 0.0)


def bits_of_steps(steps: Sequence[Step]) -> float:
    return sum(map(bits_of_step, steps))


def bits_of_step(step: Step) -> float:
    """One step: what it is, and how it is said to be taken."""
    if step.name in _FIXED:
        return _FIXED[step.name] + _tested(step)
    base, texts, numbers = _BASE[step.name], step.texts, step.numbers
    match step.name:
        case "token" | "part":
            what = _CLASS[texts[0]] if step.name == "token" else _characters(texts[0])
            spans = _position(numbers[0]) if numbers[0] == numbers[1] else 1.5 + sum(map(_position, numbers))
            return base + what + spans
        case "slice":
            return base + _slice(*numbers)
        case "from to":
            first = _CLASS[texts[0]] + (_position(numbers[0]) if texts[0] else 0)
            return base + first + _CLASS[texts[1]] + (_position(numbers[2]) if texts[1] else 0)
        case "pattern":
            runs = sum(1.5 if run[0] != "=" else _PER_MARK for run in texts)
            return base + runs + sum(1.0 for run in texts if run[1:] != "+") + _position(numbers[0])
        case "each":
            change = 0.5 if texts[1] == "same" else 2.0
            return base + _CLASS[texts[0]] + change + _characters(texts[2]) + 3.0 * sum(numbers)
        case "no start" | "no end":
            return base + sum(1.0 + _characters(text) for text in texts)
        case "no last":
            return base
        case "keep":
            return base + _CLASS[texts[0]]
        case "remove":
            return base + (_CLASS[texts[1]] if texts[1] else _characters(texts[0]))
        case "look up":
            return base + sum(2.0 + bits_of_constant(value) for value in texts[1::2])
        case "number":
            return base + _number(step)
        case "moment":
            return base + 1.7 * texts[1].count("%") + _characters(texts[1].replace("%", "")) * 0.4
        case "pad" | "group":
            return base + _characters(texts[0]) + 0.5 * abs(numbers[0])
    return base + sum(map(_characters, texts)) + sum(map(_position, numbers))


def _tested(step: Step) -> float:
    """What a test names: texts, a mark or a class, a class and a count."""
    if step.name == "has":
        return _characters(step.texts[0]) + (_CLASS[step.texts[1]] if step.texts[1] else 0.0)
    if step.name == "count":
        return _CLASS[step.texts[0]] + step.numbers[0]
    return sum(1.0 + _characters(text) for text in step.texts)


def _slice(start: int, end: int) -> float:
    if start == 0 and end == 1:
        return 0.0  # the first letter
    return sum(1.2 + math.log2(1 + abs(edge)) if edge else 0.3 for edge in (start, end))


def _number(step: Step) -> float:
    decimal, factor, added, modulus, rounding, written, thousands = step.texts
    position, decimals, trim = step.numbers
    bits = _position(position) + (decimal != ".") + (written != ".") + trim + 2.0 * bool(thousands)
    bits += 0.5 * decimals + {"half up": 0.0, "binary": 0.5, "half even": 1.0}.get(rounding, 2.0)
    bits += 0.0 if factor == "1" else 5.0 if factor in KNOWN_FACTORS else 3.0 + _digits(factor)
    return bits + sum(3.0 + _digits(number) for number in (added, modulus) if number not in ("0", ""))


def _digits(number: str) -> float:
    return _PER_DIGIT * sum(c.isdigit() for c in number.strip("0."))


def bits_of_outputs(outputs: Sequence[str], cells: Set[str] = frozenset()) -> float:
    """What the outputs take without any program: as classes, or letter by letter around what all share.

    A class that stands in the cells as well is no news: 'yes' and 'no' in one column make it likely in another.
    """
    return min(_as_classes(outputs, cells), _as_texts(outputs))


def _as_classes(outputs: Sequence[str], cells: Set[str]) -> float:
    counts = Counter(outputs)
    entropy = -sum(count * math.log2(count / len(outputs)) for count in counts.values())
    return entropy + sum(
        min(bits_of_constant(text), _KNOWN_CLASS if text in cells else math.inf) for text in counts
    )


def _as_texts(outputs: Sequence[str]) -> float:
    first = shared_start(outputs)
    rest = [text[len(first) :] for text in outputs]
    last = shared_start([text[::-1] for text in rest])[::-1]
    inner = [text[: len(text) - len(last)] for text in rest]
    return _characters(first) + _characters(last) + sum(2.0 + 0.9 * _characters(text) for text in inner)
