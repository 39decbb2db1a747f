"""Steps on numbers in a text: read, multiplied, added to, rounded as people round, written in another form."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

from handful.write.step import Builder, Function, Step

__all__ = [
    "BUILDERS",
    "ROUNDINGS",
    "Written",
    "is_computable",
    "number_step",
    "numbers_in",
    "read_number",
    "write_number",
]

_POINT = re.compile(
    r"[-+\u2212]?(?:[0-9]{1,3}(?:[,' \u00a0\u202f\u2019][0-9]{3})+|[0-9]{1,40})(?:\.[0-9]{1,40})?(?![0-9])"
)
_COMMA = re.compile(
    r"[-+\u2212]?(?:[0-9]{1,3}(?:[.' \u00a0\u202f\u2019][0-9]{3})+|[0-9]{1,40})(?:,[0-9]{1,40})?(?![0-9])"
)
_PLAIN = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
_EXACT = Context(prec=90)
_DROPPED = str.maketrans("\u2212", "-", "' \u00a0\u202f\u2019")

ROUNDINGS = {
    "half up": ROUND_HALF_UP,
    "binary": ROUND_HALF_EVEN,
    "half even": ROUND_HALF_EVEN,
    "down": ROUND_FLOOR,
    "up": ROUND_CEILING,
}
"""How the last digit is found: as at school, as most programs print floats, as in statistics, or to one side."""


def numbers_in(text: str, decimal: str) -> list[str]:
    """The numbers of a text as they stand there, read with this decimal sign."""
    return (_POINT if decimal == "." else _COMMA).findall(text)


def read_number(text: str, decimal: str, position: int) -> Decimal | None:
    """The number at a position of a text, written with this decimal sign; None where there is none."""
    found = numbers_in(text, decimal)
    if not found or not -len(found) <= (position - 1 if position > 0 else position) < len(found):
        return None
    number = str(found[position - 1 if position > 0 else position]).translate(_DROPPED)
    number = number.replace(",", "") if decimal == "." else number.replace(".", "").replace(",", ".")
    return Decimal(number)


class Written:
    """A number as an output shows it: its value, digits after the sign, and the marks that it uses."""

    __slots__ = ("decimals", "thousands", "value")

    def __init__(self, text: str, decimal: str) -> None:
        found = (_POINT if decimal == "." else _COMMA).fullmatch(text)
        if found is None:
            raise ValueError(text)
        whole, _, fraction = text.partition(decimal)
        marks = [mark for mark in whole.lstrip("-+\u2212") if not mark.isdigit()]
        self.value = read_number(text, decimal, 1) or Decimal(0)
        self.decimals = len(fraction)
        self.thousands = marks[0] if marks else ""


def write_number(value: Decimal, decimals: int, rounding: str, *, trim: bool = False) -> str:
    """Plain digits with so many decimals; zeros at the end are dropped where trimmed."""
    text = f"{value.quantize(Decimal(1).scaleb(-decimals), ROUNDINGS[rounding], _EXACT):f}"
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.removeprefix("-") if not text.strip("-0.") else text


def number_step(
    *,
    position: int = 1,
    decimal: str = ".",
    factor: str = "1",
    added: str = "0",
    modulus: str = "",
    decimals: int,
    rounding: str = "half up",
    trim: bool = False,
    written: str = ".",
    thousands: str = "",
) -> Step:
    """The step that reads the number at a position, gives it times factor plus added, and writes it."""
    texts = (decimal, factor, added, modulus, rounding, written, thousands)
    return Step("number", texts, (position, decimals, int(trim)))


def _number(step: Step) -> Function:
    decimal, factor, added, modulus, rounding, written, thousands = step.texts
    position, decimals, trim = step.numbers
    compute = _computed(factor, added, modulus, binary=rounding == "binary")
    if rounding not in ROUNDINGS or not 0 <= decimals <= 12:
        raise ValueError(f"no number is written {rounding!r} with {decimals} decimals")

    def number(text: str) -> str | None:
        value = read_number(text, decimal, position)
        if value is None or abs(value) > 10**15:
            return None
        digits = write_number(compute(value), decimals, rounding, trim=bool(trim))
        whole, _, fraction = digits.partition(".")
        if thousands:
            whole = f"{int(whole):,}".replace(",", thousands) if whole != "-0" else whole
        return whole + (written + fraction if fraction else "")

    return number


def is_computable(factor: str, added: str, modulus: str) -> bool:
    """Whether a number can be multiplied by, added to and divided by these."""
    above, _, below = factor.partition("/")
    divisors = (below or "1", modulus or "1")
    return all(map(_PLAIN.fullmatch, (above, added, *divisors))) and all(map(Decimal, divisors))


def _computed(factor: str, added: str, modulus: str, *, binary: bool) -> Callable[[Decimal], Decimal]:
    """Times a factor ('2.54', or a fraction '1/60'), plus a number, the remainder where there is a modulus.

    Binary: as floats, whose last digit decides where the exact number would lie between two.
    """
    if not is_computable(factor, added, modulus):
        raise ValueError(f"no number is computed with {factor!r}, {added!r} and {modulus!r}")
    above, _, below = factor.partition("/")
    times, divided, plus = Decimal(above), Decimal(below or 1), Decimal(added)
    if modulus:
        rest = Decimal(modulus)
        return lambda value: value % rest
    if binary:
        return lambda value: Decimal(float(value) * float(times) / float(divided) + float(plus))
    return lambda value: value * times / divided + plus


BUILDERS: dict[str, Builder] = {"number": _number}
