"""A date becomes elapsed time and its parts of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from handful.table.column import Column

__all__ = ["DateEncoder", "fit_date"]

DAY = 86_400.0
YEAR = 365.2425


@dataclass(frozen=True, slots=True)
class DateEncoder:
    is_category: ClassVar[bool] = False
    center: float
    scale: float
    has_time: bool

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, 4 or 5) elapsed time in spreads of the context, sine and cosine of the season, weekday, hour."""
        seconds = column.values.astype(np.float64)
        days = np.floor(seconds / DAY)
        season = 2 * np.pi * np.mod(days / YEAR, 1)
        # 1970-01-01 was a Thursday; Monday is 0.
        parts = [(seconds - self.center) / self.scale, np.sin(season), np.cos(season), np.mod(days + 3, 7)]
        if self.has_time:
            parts.append((seconds - days * DAY) / 3600)
        return np.stack(parts, axis=1).astype(np.float32)


def fit_date(column: Column) -> DateEncoder:
    """Elapsed time is centred on the context's median date."""
    present = column.values[~column.blank]
    spread = float(np.mean(np.abs(present - np.median(present))))
    return DateEncoder(float(np.median(present)), spread or DAY, bool(np.any(np.mod(present, DAY))))
