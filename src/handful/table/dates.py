"""Text -> dates: ISO, day/month/year in either order, named months; times and zones; all seconds in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from handful.table.form import MONTHS

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ZERO_DATE", "Dates", "read_dates"]

ZERO_DATE = r"^0000-00-00([ T]00:00:00)?$"  # how some databases write "no date"

_TIME = (
    r"(?:(?P<gap>[ T]+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?: ?(?P<half>[AaPp][Mm]))?)?(?: ?(?P<zone>Z|UTC|[+-]\d{2}:?\d{2}))?$"
)
_NUMERIC = r"(?P<sep>[-/.])(?P<b>\d{1,2})(?P<sep2>[-/.])"
_SHAPES = {
    "ymd": rf"^(?P<year>\d{{4}}){_NUMERIC}(?P<c>\d{{1,2}}){_TIME}",
    "xxy": rf"^(?P<a>\d{{1,2}}){_NUMERIC}(?P<year>\d{{4}}|\d{{2}}){_TIME}",
    "d mon y": rf"^(?P<c>\d{{1,2}})(?:st|nd|rd|th)?(?P<sep>[- ])(?P<name>[A-Za-z]{{3,9}})(?P<sep2>[- ])"
    rf"(?P<year>\d{{4}}|\d{{2}}){_TIME}",
    "mon d y": rf"^(?P<name>[A-Za-z]{{3,9}})(?P<sep> )(?P<c>\d{{1,2}})(?:st|nd|rd|th)?(?P<sep2>,? )"
    rf"(?P<year>\d{{4}}){_TIME}",
    "ym": rf"^(?P<year>\d{{4}})(?P<sep>[-/])(?P<b>\d{{1,2}}){_TIME}",
}
_ON_REQUEST = {
    "year": r"^(?P<year>\d{4})$",
    "yyyymmdd": r"^(?P<year>\d{4})(?P<b>\d{2})(?P<c>\d{2})$",
}  # these look like numbers: only when the user says that the column holds dates
_MONTH_OF = {name.lower(): i for i, full in enumerate(MONTHS, 1) for name in (full, full[:3])} | {"sept": 9}


@dataclass(frozen=True, slots=True)
class Dates:
    """Cells read as dates. `readable` is False where a cell is not blank and yet no date."""

    values: NDArray[np.float64]
    """Seconds since 1970-01-01, UTC; NaN = blank."""
    readable: NDArray[np.bool_]
    date_format: str
    ambiguous: bool = False
    """Whether day and month could be exchanged in every cell."""
    zones: bool = False
    """Whether a cell names a time zone."""


def read_dates(text: pl.Series, *, date_format: str | None = None, on_request: bool = False) -> Dates | None:
    """The cells as dates, or None where they have not the shape of any.

    `date_format` decides between day and month where both would do. `on_request` takes '2021' and '20210305'.
    """
    text = text.str.strip_chars()
    shapes = {**_SHAPES, **_ON_REQUEST} if on_request else _SHAPES
    sample = text.drop_nulls().head(50)
    counts = {shape: int(sample.str.contains(pattern).sum()) for shape, pattern in shapes.items()}
    shape = max(counts, key=lambda name: counts[name])
    if not counts[shape]:
        return None
    parts = text.str.extract_groups(shapes[shape]).struct.unnest()
    return _read(text, parts, shape, date_format)


def _read(text: pl.Series, parts: pl.DataFrame, shape: str, date_format: str | None) -> Dates:
    year = _numbers(parts, "year")
    if shape in ("xxy", "d mon y"):
        short = (parts["year"].str.len_chars() == 2).fill_null(False).to_numpy()
        year = np.where(short, year + np.where(year < 69, 2000, 1900), year)  # as POSIX reads two digits
    ambiguous, day_first = False, True
    if shape == "xxy":
        a, b = _numbers(parts, "a"), _numbers(parts, "b")
        by_day, by_month = _days(year, b, a), _days(year, a, b)
        day_first, ambiguous = _day_first(parts, by_day, by_month, date_format)
        days = by_day if day_first else by_month
    else:
        if "name" in parts.columns:
            month = parts["name"].str.to_lowercase().replace_strict(_MONTH_OF, default=None).cast(float)
            month_number = month.fill_null(float("nan")).to_numpy()
        else:
            month_number = _numbers(parts, "b", otherwise=1)
        days = _days(year, month_number, _numbers(parts, "c", otherwise=1))
    if "sep2" in parts.columns and shape in ("ymd", "xxy"):
        same = (parts["sep"] == parts["sep2"]).fill_null(False).to_numpy()
        days = np.where(same, days, np.nan)
    values = days * 86400.0 + _seconds(parts)
    readable = ~np.isnan(values) | text.is_null().to_numpy()
    zones = "zone" in parts.columns and bool(parts["zone"].is_not_null().any())
    return Dates(values, readable, _format(parts, shape, day_first, zones), ambiguous, zones)


def _numbers(parts: pl.DataFrame, name: str, otherwise: float = float("nan")) -> NDArray[np.float64]:
    if name not in parts.columns:
        return np.full(parts.height, otherwise)
    return parts[name].cast(float).fill_null(otherwise).to_numpy().astype(np.float64)


def _days(
    year: NDArray[np.float64], month: NDArray[np.float64], day: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Days since 1970-01-01; NaN where the calendar has no such day, or the year is not 1 to 9999."""
    with np.errstate(invalid="ignore"):
        sane = (year >= 1) & (year <= 9999) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    y, m, d = (np.where(sane, part, 1).astype(np.int64) for part in (year, month, day))
    months = ((y - 1970) * 12 + m - 1).astype("datetime64[M]")
    date = months.astype("datetime64[D]") + (d - 1)
    sane &= date.astype("datetime64[M]") == months
    return np.where(sane, date.astype(np.int64).astype(np.float64), np.nan)


def _day_first(
    parts: pl.DataFrame,
    by_day: NDArray[np.float64],
    by_month: NDArray[np.float64],
    date_format: str | None,
) -> tuple[bool, bool]:
    """Whether the day comes first, and whether that had to be guessed."""
    days, months = int((~np.isnan(by_day)).sum()), int((~np.isnan(by_month)).sum())
    if days != months:
        return days > months, False
    order = (date_format or "").replace("%-", "%")
    if "%d" in order and not order.startswith("%Y"):
        return order.find("%d") < order.find("%m"), False
    dots = bool((parts["sep"] == ".").any())  # 3.4.2021 is written where the day comes first
    return True, not dots and bool((by_day != by_month)[~np.isnan(by_day)].any())


def _seconds(parts: pl.DataFrame) -> NDArray[np.float64]:
    """Seconds since midnight UTC; 0 where a cell has no time; NaN where there is no such time."""
    if "hour" not in parts.columns or parts["hour"].is_null().all():
        return np.zeros(parts.height) - _zone_seconds(parts)
    hour, minute = _numbers(parts, "hour", 0), _numbers(parts, "minute", 0)
    second = _numbers(parts, "second", 0)
    fraction = ("0." + parts["fraction"]).cast(float).fill_null(0.0).to_numpy()
    half = parts["half"].str.to_lowercase()
    sane = (hour < 24) & (minute < 60) & (second < 61)
    twelve = half.is_not_null().to_numpy()
    sane &= ~twelve | ((hour >= 1) & (hour <= 12))
    hour = np.where(twelve, hour % 12, hour) + np.where((half == "pm").fill_null(False).to_numpy(), 12, 0)
    seconds = hour * 3600 + minute * 60 + second + fraction - _zone_seconds(parts)
    return np.where(sane, seconds, np.nan)


def _zone_seconds(parts: pl.DataFrame) -> NDArray[np.float64]:
    if "zone" not in parts.columns or parts["zone"].is_null().all():
        return np.zeros(parts.height)
    digits = parts["zone"].str.replace(":", "", literal=True).str.extract_groups(r"^([+-])(\d{2})(\d{2})$")
    sign, hours, minutes = (digits.struct.field(name) for name in ("1", "2", "3"))
    offset = hours.cast(float).fill_null(0.0) * 3600 + minutes.cast(float).fill_null(0.0) * 60
    return np.asarray(np.where((sign == "-").fill_null(False).to_numpy(), -1.0, 1.0) * offset.to_numpy())


def _format(parts: pl.DataFrame, shape: str, day_first: bool, zones: bool) -> str:
    """The form that most cells share, as a format for `handful.table.form.write_date`."""
    month = "%m" if _padded(parts, "b" if day_first or "a" not in parts.columns else "a") else "%-m"
    day = "%d" if _padded(parts, "c" if "c" in parts.columns else "a" if day_first else "b") else "%-d"
    year = "%y" if _usual(parts, "year", length=True) == "2" else "%Y"
    name = "%B" if "name" in parts.columns and parts["name"].str.len_chars().max() != 3 else "%b"
    sep, sep2 = _usual(parts, "sep"), _usual(parts, "sep2")
    date = {
        "ymd": f"%Y{sep}{month}{sep}{day}",
        "xxy": f"{day}{sep}{month}{sep}{year}" if day_first else f"{month}{sep}{day}{sep}{year}",
        "d mon y": f"{day}{sep}{name}{sep2}{year}",
        "mon d y": f"{name} {day}{sep2}%Y",
        "ym": f"%Y{sep}{month}",
        "year": "%Y",
        "yyyymmdd": "%Y%m%d",
    }[shape]
    return date + _time_format(parts) + _zone_format(parts, zones)


def _time_format(parts: pl.DataFrame) -> str:
    if "hour" not in parts.columns or parts["hour"].is_null().all():
        return ""
    twelve = parts["half"].is_not_null().any()
    hour = "I" if twelve else "H"
    text = f"{_usual(parts, 'gap')}%{hour if _padded(parts, 'hour') else '-' + hour}:%M"
    if parts["second"].is_not_null().any():
        text += ":%S"
        digits = max((len(part) for part in parts["fraction"].drop_nulls()), default=0)
        text += f".%{digits}f" if digits else ""
    return text + (" %p" if twelve else "")


def _zone_format(parts: pl.DataFrame, zones: bool) -> str:
    if not zones:
        return ""
    usual = _usual(parts, "zone")
    return usual if usual in ("Z", "UTC") else "+00:00"  # filled cells are written in UTC


def _padded(parts: pl.DataFrame, name: str) -> bool:
    """Whether one-digit numbers have a leading zero here."""
    return name not in parts.columns or parts[name].str.len_chars().min() != 1


def _usual(parts: pl.DataFrame, name: str, *, length: bool = False) -> str:
    """The most common text of a part of the date, or of its length."""
    if name not in parts.columns:
        return ""
    part = parts[name].drop_nulls()
    part = part.str.len_chars().cast(str) if length else part
    most: list[str] = part.value_counts(sort=True)[name].cast(str).to_list()
    return most[0] if most else ""
