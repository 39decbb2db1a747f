"""A number becomes one feature, in units of its own spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.table.column import Column

__all__ = ["NumberEncoder", "center_and_scale", "fit_number"]


@dataclass(frozen=True, slots=True)
class NumberEncoder:
    center: float
    scale: float
    is_category: bool = False

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, 1) distances from the context's median; a value 1e6 spreads away counts as 1e6 spreads away."""
        # Halved before the difference: two numbers near the largest float must not overflow.
        scaled = (column.values / 2 - self.center / 2) / (self.scale / 2)
        return np.asarray(np.clip(scaled, -1e6, 1e6)[:, None], dtype=np.float32)


def fit_number(column: Column) -> NumberEncoder:
    """Centre and spread of the context's values."""
    return NumberEncoder(*center_and_scale(column.values[~column.blank]))


def center_and_scale(values: NDArray[np.float64]) -> tuple[float, float]:
    """The median, and the standard deviation or 1 where all values are equal.

    In quarters and in units of the farthest value, so that nothing overflows up to the largest float.
    """
    away = values / 4 - np.median(values / 4)
    farthest = float(np.max(np.abs(away)))
    if farthest == 0:
        return float(values[0]), 1.0
    center = 4 * float(np.median(values / 4))
    return center, max(min(4 * farthest * float(np.std(away / farthest)), 1e308), 1e-308)
