"""A number becomes one feature, in units of its own spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.table.column import Column

__all__ = ["NumberEncoder", "fit_number"]


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
    """Median and mean absolute distance of the context's values; the distance is 1 where all are equal."""
    present = column.values[~column.blank]
    center = float(np.median(present / 2) * 2)
    spread = float(np.mean(np.abs(present / 2 - center / 2)) * 2)
    return NumberEncoder(center, spread if np.isfinite(spread) and spread > 0 else 1.0)
