"""Candidates that read: numbers with what they are multiplied by and rounded to, dates with their new form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from handful.write.bits import KNOWN_FACTORS
from handful.write.moments import FORMS, TOKENS, read_moment
from handful.write.quantities import ROUNDINGS, Written, is_computable, number_step, numbers_in, read_number
from handful.write.step import Step
from handful.write.steps import function_of

__all__ = ["moments_of", "numbers_of"]

_DATES = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%-d %B %Y", "%-d %b %Y", "%d %b %Y", "%B %-d, %Y",
    "%b %-d, %Y", "%b %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%d/%m/%y", "%m/%d/%y", "%Y/%m/%d", "%Y%m%d", "%B %Y", "%b %Y",
    "%Y-%m", "%m/%Y", "%-m/%-d/%Y", "%-d/%-m/%Y", "%-d.%-m.%Y", "%A, %-d %B %Y", "%A, %B %-d, %Y", "%H:%M",
    "%-I:%M %p", "%I:%M %p", "%H:%M:%S", "%-I:%M %P", "Q%q %Y", "%Y-Q%q", "%Y Q%q", "%-I %p", "%H%M",
)  # fmt: skip
_FEWEST_FOR_A_LAW = 3
"""Different numbers, before and after, that a factor needs: two lie on many lines."""
_FACTORS = tuple(KNOWN_FACTORS)
_MODULI = (60, 100, 1000, 12, 24, 7, 10, 16, 4, 30)


def moments_of(cells: Sequence[str], outputs: Sequence[str]) -> Iterator[tuple[Step, ...]]:
    """Steps that read every cell as a date or time and write something that stands in the first output."""
    for form in FORMS:
        if any(read_moment(cell, form) is None for cell in cells):
            continue
        for written in (*_DATES, *(f"%{token}" for token in TOKENS)):
            step = Step("moment", (form, written))
            text = function_of(step)(cells[0])
            if text is None:
                continue
            if text in outputs[0]:
                yield (step,)
            if text.upper() != text and text.upper() in outputs[0]:
                yield (step, Step("upper"))
            if text.lower() != text and text.lower() in outputs[0]:
                yield (step, Step("lower"))


def numbers_of(cells: Sequence[str], outputs: Sequence[str]) -> Iterator[tuple[Step, ...]]:
    """Steps that turn a number of every cell into a number of every output, exactly as it is written there."""
    goals = list(_goals(outputs))
    for decimal in (".", ","):
        known: set[tuple[Decimal, ...]] = set()
        for position in (1, 2, 3, -1):
            read = [read_number(cell, decimal, position) for cell in cells]
            values = tuple(value for value in read if value is not None)
            if len(values) < len(cells) or values in known or max(map(abs, values)) > 10**15:
                continue
            known.add(values)
            for texts, written in goals:
                yield from _learnt(cells, values, texts, (decimal, position, written))


def _goals(outputs: Sequence[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The numbers that stand at one place of every output, with the decimal sign that they are read with."""
    for written in (".", ","):
        found = [numbers_in(output, written) for output in outputs]
        least, seen = min(map(len, found)), set()
        for index in (0, 1, 2, -1):
            if -least <= index < least:
                texts = tuple(numbers[index] for numbers in found)
                if texts not in seen:
                    seen.add(texts)
                    yield texts, written


def _learnt(
    cells: Sequence[str], values: Sequence[Decimal], texts: Sequence[str], form: tuple[str, int, str]
) -> Iterator[tuple[Step, ...]]:
    goals = [Written(text, form[2]) for text in texts]
    decimals = max(goal.decimals for goal in goals)
    trim = any(goal.decimals < decimals for goal in goals)
    thousands = next((goal.thousands for goal in goals if goal.thousands), "")
    width = min(
        (len(text) for text in texts if text.startswith("0") and len(text) > 1 + decimals > 0), default=0
    )
    if decimals > 12 or (form[2] == "," and not decimals and not thousands):
        return
    for factor, added, modulus in _laws(values, [goal.value for goal in goals], decimals):
        if not is_computable(factor, added, modulus):
            continue
        for rounding in ROUNDINGS:
            step = number_step(
                position=form[1], decimal=form[0], factor=factor, added=added, modulus=modulus, decimals=decimals,
                rounding=rounding, trim=trim, written=form[2], thousands=thousands,
            )  # fmt: skip
            function = function_of(step)
            first = function(cells[0]) or ""
            if texts[0] not in (first, first.rjust(width, "0")):
                continue
            made = [function(cell) or "" for cell in cells]
            if made == list(texts):
                yield (step,)
                break
            if width and [text.rjust(width, "0") for text in made] == list(texts):
                yield (step, Step("pad", ("0",), (width,)))
                break


def _laws(
    values: Sequence[Decimal], goals: Sequence[Decimal], decimals: int
) -> Iterator[tuple[str, str, str]]:
    """Factor, what is added, and modulus that may lead from the values to the goals, the simplest first."""
    yield "1", "0", ""
    different = min(len(set(values)), len(set(goals)))
    if different < _FEWEST_FOR_A_LAW:
        return
    if len({goal - value for value, goal in zip(values, goals, strict=True)}) == 1:
        yield "1", f"{(goals[0] - values[0]).normalize():f}", ""
    for modulus in _MODULI:
        if all(value % modulus == goal for value, goal in zip(values, goals, strict=True)):
            yield "1", "0", str(modulus)
    step = Fraction(1, 10**decimals)
    pairs = [(Fraction(value), Fraction(goal)) for value, goal in zip(values, goals, strict=True)]
    yield from ((factor, "0", "") for factor in _factors(pairs, step))
    if different > 3:
        yield from _lines(pairs, step)


def _factors(pairs: Sequence[tuple[Fraction, Fraction]], step: Fraction) -> Iterator[str]:
    """Factors that lead to all goals within a digit: well-known ones, one over a number, the shortest decimal."""
    if any(value == 0 and abs(goal) >= step for value, goal in pairs):
        return
    bounds = [sorted(((goal - step) / value, (goal + step) / value)) for value, goal in pairs if value]
    low, high = max(bound[0] for bound in bounds), min(bound[1] for bound in bounds)
    if low > high or high <= 0:
        return
    for known in _FACTORS:
        exact = Fraction(known)
        yield from (name for name, each in ((known, exact), (_over(exact), 1 / exact)) if low <= each <= high)
    if low > 0 and low < 1:
        yield from (f"1/{number}" for number in range(_up(1 / high), int(1 / low) + 1)[:3])
    yield from _shortest(low, high)


def _over(number: Fraction) -> str:
    return f"{number.denominator}/{number.numerator}"


def _up(number: Fraction) -> int:
    return max(2, -(-number.numerator // number.denominator))


def _shortest(low: Fraction, high: Fraction) -> Iterator[str]:
    """The decimal numbers with the fewest digits that lie between two bounds, in the middle first."""
    for decimals in range(9):
        scale = 10**decimals
        first, last = -(-low * scale // 1), high * scale // 1
        if first <= last:
            middle = (low + high) * scale / 2
            inside = sorted(range(int(first), int(last) + 1)[:20], key=lambda n: (abs(n - middle), n))
            yield from (f"{Decimal(number).scaleb(-decimals):f}" for number in inside[:3] if number)
            if len(inside) > 1 or low == high:
                return


def _lines(pairs: Sequence[tuple[Fraction, Fraction]], step: Fraction) -> Iterator[tuple[str, str, str]]:
    """Factor and what is added: Fahrenheit, Celsius, or the shortest factor between the outermost values."""
    yield from (("1.8", "32", ""), ("5/9", f"{Decimal(-160) / 9:.12f}", ""))
    (first, start), (last, end) = min(pairs), max(pairs)
    if first == last:
        return
    low, high = ((end - start + sign * 2 * step) / (last - first) for sign in (-1, 1))
    for factor in _shortest(low, high):
        rest = [goal - Fraction(factor) * value for value, goal in pairs]
        for added in _shortest(max(rest) - step, min(rest) + step):
            yield factor, added, ""
