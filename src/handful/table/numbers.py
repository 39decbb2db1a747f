"""Text -> numbers as people write them: decimal comma, thousands, exponents; but no currency, no percent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from handful.table.column import Form

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Numbers", "has_leading_zeros", "read_numbers"]

# (decimal sign, thousands separators), in the order in which they are believed
_POINT = [(".", ""), (".", ","), (".", " '\u00a0\u202f\u2019")]
_COMMA = [(",", ""), (",", "."), (",", " '\u00a0\u202f\u2019")]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Cells read as numbers. `readable` is False where a cell is not blank and yet no number."""

    values: NDArray[np.float64]
    readable: NDArray[np.bool_]
    form: Form
    ambiguous: bool = False
    """Whether the same cells could be read with the comma as the other sign, as '1,234' can."""


def read_numbers(text: pl.Series, *, decimal: str | None = None) -> Numbers:
    """The cells as numbers, under the habit of writing that explains most of them.

    `decimal` is the sign to prefer where both would do: '1,234' is 1234, or 1.234 with the comma preferred.
    """
    text = text.str.strip_chars().str.replace("\u2212", "-", literal=True)
    habits = [*_COMMA, *_POINT] if decimal == "," else [*_POINT, *_COMMA]
    best = _under(text, *habits[0])
    if not best.readable.all() and text.str.contains(r"^[+-]?[\d.,]").any():
        readings = [best, *(_under(text, *habit) for habit in habits[1:])]
        best = max(readings, key=lambda reading: reading.readable.sum())  # the first of equals
        rivals = [r for r in readings if r.readable.sum() == best.readable.sum()]
        by_sign = {r.form.decimal: r for r in reversed(rivals)}
        if decimal is None and len(by_sign) == 2:
            # thousands never begin with a lone zero
            zero_first = bool(text.str.contains(r"^[+-]?0,").any())
            best = by_sign["," if zero_first else "."]
            return Numbers(best.values, best.readable, best.form, ambiguous=not zero_first)
    return best


def has_leading_zeros(text: pl.Series) -> bool:
    """Whether a cell such as '007' shows that these are codes, which a number would damage."""
    return bool(text.str.contains(r"^\s*[+-]?0\d").any())


def _under(text: pl.Series, decimal: str, thousands: str) -> Numbers:
    """The cells read with one decimal sign and, where given, one set of thousands separators."""
    import polars as pl

    sign = r"\." if decimal == "." else ","
    plain = text
    if thousands:
        grouped = rf"^[+-]?\d{{1,3}}([{thousands}]\d{{3}})+({sign}\d*)?$"
        plain = (
            pl.select(
                pl.when(text.str.contains(grouped))
                .then(text.str.replace_all(f"[{thousands}]", ""))
                .otherwise(text)
                .alias("plain")
            )
        )["plain"]
    if decimal == ",":
        plain = pl.select(
            pl.when(plain.str.contains(".", literal=True))
            .then(None)
            .otherwise(plain.str.replace(",", ".", literal=True))
            .alias("plain")
        )["plain"]
    numbers = plain.cast(pl.Float64, strict=False)
    readable = (numbers.is_not_null() | text.is_null()).to_numpy().astype(np.bool_)
    values = numbers.fill_null(float("nan")).to_numpy().astype(np.float64)
    return Numbers(values, readable, Form(decimals=_decimals(plain, numbers), decimal=decimal))


def _decimals(plain: pl.Series, numbers: pl.Series) -> int | None:
    """The most digits seen after the decimal sign; None with exponents, or without numbers."""
    shown = plain.filter(numbers.is_not_null() & numbers.is_finite())
    if not len(shown) or shown.str.contains("[eE]").any():
        return None
    most = shown.str.extract(r"\.(\d*)$").str.len_chars().max()
    return most if isinstance(most, int) else 0
