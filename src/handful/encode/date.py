"""A date becomes elapsed time and the parts of the calendar that differ in the context; two dates, the time between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from handful.table.column import Column

__all__ = ["DateEncoder", "DifferenceEncoder", "fit_date", "fit_differences"]

DAY = 86_400.0
YEAR = 365.2425

MOST_PAIRS = 6
"""Pairs of date columns whose difference is a feature: all pairs of four columns."""
LOOSE = 2.0
"""From here on the difference of two dates is little else than the wider-set of them; unrelated twins stand at 1.4."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DateEncoder:
    is_category: ClassVar[bool] = False
    embeddings: ClassVar[tuple[int, ...]] = ()
    center: float
    scale: float
    parts: tuple[str, ...]
    """Names in `PARTS`, in the order of the features."""

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, 1 + parts) elapsed time in spreads of the context, then the parts of the calendar."""
        seconds = column.values.astype(np.float64)
        elapsed = (seconds - self.center) / self.scale
        return np.stack([elapsed, *(PARTS[part](seconds) for part in self.parts)], axis=1).astype(np.float32)


def fit_date(column: Column) -> DateEncoder:
    """Elapsed time is centred on the context's median date; a part that is the same throughout says nothing."""
    present = column.values[~column.blank].astype(np.float64)
    center, scale = _center_and_spread(present)
    parts = tuple(part for part in PARTS if _tells(part, present))
    return DateEncoder(center, scale, parts)


@dataclass(frozen=True, slots=True)
class DifferenceEncoder:
    """How much later the one date of a row is than the other; it reads two columns, so the table's encoder calls it."""

    first: str
    second: str
    center: float
    scale: float

    def encode(self, first: Column, second: Column) -> NDArray[np.float32]:
        """(row, 1) the time from the first to the second, in spreads about the context's median; blank if one is."""
        between = _between(first, second)
        return ((between - self.center) / self.scale)[:, None].astype(np.float32)


def fit_differences(dates: Sequence[Column]) -> tuple[DifferenceEncoder, ...]:
    """Encoders for pairs of these date columns of a context: those that keep closest together, six at most."""
    pairs = [(_looseness(*pair), pair) for pair in combinations(dates, 2)]
    close = sorted((each for each in pairs if each[0] < LOOSE), key=lambda each: each[0])[:MOST_PAIRS]
    return tuple(_fit_difference(*pair) for _, pair in close)


def _days(seconds: Array) -> Array:
    return np.floor(seconds / DAY)


def _turn(seconds: Array, of: float) -> Array:
    """The angle of a hand that goes round once in so many seconds."""
    return 2 * np.pi * np.mod(seconds / of, 1)


def _weekday(seconds: Array) -> Array:
    """Monday is 0; 1970-01-01 was a Thursday."""
    return np.mod(_days(seconds) + 3, 7)


def _day_of_month(seconds: Array) -> Array:
    days = np.nan_to_num(_days(seconds)).astype(np.int64).astype("datetime64[D]")
    number = (days - days.astype("datetime64[M]")).astype(np.int64) + 1
    return np.where(np.isnan(seconds), np.nan, number)


PARTS: dict[str, Callable[[Array], Array]] = {
    "season sine": lambda seconds: np.sin(_turn(_days(seconds) * DAY, YEAR * DAY)),
    "season cosine": lambda seconds: np.cos(_turn(_days(seconds) * DAY, YEAR * DAY)),
    "day of month": _day_of_month,
    "weekday": _weekday,
    "weekday sine": lambda seconds: np.sin(_turn(_weekday(seconds), 7)),
    "weekday cosine": lambda seconds: np.cos(_turn(_weekday(seconds), 7)),
    "weekend": lambda seconds: np.where(np.isnan(seconds), np.nan, _weekday(seconds) >= 5),
    "hour": lambda seconds: np.mod(seconds, DAY) / 3600,
    "hour sine": lambda seconds: np.sin(_turn(seconds, DAY)),
    "hour cosine": lambda seconds: np.cos(_turn(seconds, DAY)),
}
"""The parts of the calendar, from seconds since 1970-01-01, UTC; NaN = blank.

Numbers and angles both: at 32 rows a planted effect of the hours after 19 is told by the number (CRPS .48 of a standard
deviation, .54 without), a daily wave by the angle (.37, .46 without), an effect of each weekday by both (.40, .43
without the number); a date that says nothing costs .01. The season's angle tells the month well enough.
"""

SPANS = {"season": 90.0, "day of month": 31.0, "weekday": 7.0, "weekend": 7.0, "hour": 1.0}
"""Days that the context must span for a part to say what elapsed time does not."""


def _tells(part: str, present: Array) -> bool:
    """Whether a part differs in the context, and comes round in it."""
    span = next(days for name, days in SPANS.items() if part.startswith(name))
    values = PARTS[part](present)
    return bool(np.ptp(present) > span * DAY and np.ptp(values) > 1e-9)


def _center_and_spread(present: Array) -> tuple[float, float]:
    """The median, and the mean distance from it; a day where that is 0."""
    center = float(np.median(present))
    return center, float(np.mean(np.abs(present - center))) or DAY


def _between(first: Column, second: Column) -> Array:
    return second.values.astype(np.float64) - first.values.astype(np.float64)


def _looseness(first: Column, second: Column) -> float:
    """How far their difference spreads, as a share of what the closer-set of the two does.

    Infinite where it says nothing: it never differs, or one of the two never does.
    """
    together = ~(first.blank | second.blank)
    if not together.any():
        return np.inf
    one, other = (column.values[together].astype(np.float64) for column in (first, second))
    if min(np.ptp(each) for each in (one, other, other - one)) == 0:
        return np.inf
    own = min(_center_and_spread(one)[1], _center_and_spread(other)[1])
    return _center_and_spread(other - one)[1] / own


def _fit_difference(first: Column, second: Column) -> DifferenceEncoder:
    between = _between(first, second)
    center, scale = _center_and_spread(between[~np.isnan(between)])
    return DifferenceEncoder(first.name, second.name, center, scale)
