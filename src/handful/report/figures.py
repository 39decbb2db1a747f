"""A score's figures in the words of its kind: a share in percent, an error in the target's unit, or in days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from handful.table.column import Kind

__all__ = ["UNITS", "day", "days", "error_in", "number", "share", "value_in"]

FIRST_DAY, LAST_DAY = -62_135_596_800, 253_402_214_400
"""In seconds since 1970: the first day of the year 1, and the last of 9999."""

UNITS = {Kind.DATE: " days"}
"""What errors are told in, where that is not the column's own unit."""


def share(value: float) -> str:
    """0.974 -> "97%"."""
    return f"{value:.0%}"


def number(value: float) -> str:
    """Four figures, without an exponent where none is needed: "3,750", "0.01235"."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e12 else f"{value:.4g}"


def days(value: float) -> str:
    """A stretch of time, which is counted in days: "2.5 days"."""
    return f"{value:.3g} days"


def day(seconds: float) -> str:
    """A point in time: seconds since 1970 -> "2009-11-24"; the years are those from 1 to 9999."""
    within = min(max(seconds, FIRST_DAY), LAST_DAY)
    return str((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=within)).date())


def error_in(kind: Kind) -> Callable[[float], str]:
    """How a score of this kind of target is written."""
    return {Kind.NUMBER: number, Kind.DATE: days}.get(kind, share)


def value_in(kind: Kind) -> Callable[[float], str]:
    """How a value of this kind of target is written."""
    return day if kind is Kind.DATE else number
