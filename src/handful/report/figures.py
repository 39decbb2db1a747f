"""A score's figures in the words of its kind: a share in percent, an error in the target's unit, or in days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from handful.table.column import Kind

__all__ = ["day", "days", "error_in", "number", "share", "value_in"]


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
    """A point in time: seconds since 1970 -> "2009-11-24"."""
    return str((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).date())


def error_in(kind: Kind) -> Callable[[float], str]:
    """How a score of this kind of target is written."""
    return {Kind.NUMBER: number, Kind.DATE: days}.get(kind, share)


def value_in(kind: Kind) -> Callable[[float], str]:
    """How a value of this kind of target is written."""
    return day if kind is Kind.DATE else number
