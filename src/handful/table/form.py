"""The form in which a column is written: how a filled number or date becomes the text of its neighbours.

A `date_format` is a strftime format with two additions: `%-d` (also m, H, I) writes no leading zero on any
system, and `%3f` writes that many digits of the second's fraction. Month names are English in every locale.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from handful.table.column import Column, Form, Kind

__all__ = ["MONTHS", "decimals_of", "write_date", "write_exactly", "write_number", "write_value"]

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62135596800.0, 253402300799.0  # the years 1 to 9999, all that the calendar here can write
_PLAIN_UP_TO = 1e15  # from here on float64 has no digits left to show after the sign
_MOST_DECIMALS = 9
_TOKEN = re.compile(r"%(-?[a-zA-Z]|\d+f)")


def write_value(value: float, column: Column) -> str:
    """A number or a date as the column writes it; a blank is ""."""
    if math.isnan(value):
        return ""
    if column.kind is Kind.DATE:
        return write_date(value, column.form.date_format)
    return write_number(value, column.form)


def write_exactly(value: float, column: Column) -> str:
    """The same, with more digits or the time of day where the column's form alone would round them off."""
    if column.kind is Kind.DATE:
        step = _smallest_step(column.form.date_format)
        rounded = abs(value - round(value / step) * step) > 1e-6
        return write_date(value, "%Y-%m-%d %H:%M:%S.%6f") if rounded else write_value(value, column)
    text = write_value(value, column)
    if math.isclose(float(text.replace(column.form.decimal, ".") or "nan"), value, rel_tol=1e-6):
        return text
    return write_number(value, replace(column.form, decimals=None))


def write_number(value: float, form: Form) -> str:
    """A number with the column's decimals and decimal sign; whole numbers stay whole."""
    if form.decimals is None or abs(value) >= _PLAIN_UP_TO:
        text = repr(float(value)).removesuffix(".0")
    else:
        text = f"{value:.{form.decimals}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace(".", form.decimal)


def write_date(seconds: float, date_format: str) -> str:
    """A date, rounded to the smallest unit that the format shows."""
    step = _smallest_step(date_format)
    seconds = min(max(round(seconds / step) * step, _FIRST), _LAST)
    moment = _EPOCH + timedelta(seconds=seconds)
    return _TOKEN.sub(lambda token: _part(moment, token[1]), date_format)


def decimals_of(values: NDArray[np.float64], *, precision: float = 1e-14) -> int | None:
    """The fewest digits after the sign that write every value; None where more than nine would be needed."""
    seen = values[np.isfinite(values)]
    if not seen.size or float(np.abs(seen).max()) >= _PLAIN_UP_TO:
        return None
    for decimals in range(_MOST_DECIMALS + 1):
        seen = seen[~np.isclose(np.round(seen, decimals), seen, rtol=precision, atol=0)]
        if not seen.size:
            return decimals
    return None


def _smallest_step(date_format: str) -> float:
    fraction = re.search(r"%(\d+)f", date_format)
    if fraction:
        return float(10.0 ** -int(fraction[1]))
    for token, step in (("S", 1), ("M", 60), ("H", 3600), ("I", 3600)):
        if re.search(f"%-?{token}", date_format):
            return step
    return 86400


def _part(moment: datetime, token: str) -> str:
    """One token of a date format; written here since strftime differs between systems and locales."""
    numbers = {
        "m": moment.month, "d": moment.day, "H": moment.hour, "I": moment.hour % 12 or 12, "M": moment.minute,
        "S": moment.second, "y": moment.year % 100,
    }  # fmt: skip
    if token in numbers:
        return f"{numbers[token]:02d}"
    if token.startswith("-"):
        return str(numbers[token[1:]])
    if token.endswith("f"):
        return f"{moment.microsecond:06d}".ljust(9, "0")[: int(token[:-1])]
    return {
        "Y": f"{moment.year:04d}",
        "b": MONTHS[moment.month - 1][:3],
        "B": MONTHS[moment.month - 1],
        "p": "AM" if moment.hour < 12 else "PM",
    }[token]
