"""A number becomes one feature, in units of its own spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from handful.table.column import Column

__all__ = ["NumberEncoder", "center_and_scale", "fit_number"]


@dataclass(frozen=True, slots=True)
class NumberEncoder:
    is_category: ClassVar[bool] = False
    embeddings: ClassVar[tuple[int, ...]] = ()
    center: float
    scale: float

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, 1) distances from the context's median; a value 1e6 spreads away counts as 1e6 spreads away."""
        scaled = (column.values - self.center) / self.scale
        return np.asarray(np.clip(scaled, -1e6, 1e6)[:, None], dtype=np.float32)


def fit_number(column: Column) -> NumberEncoder:
    """Centre and spread of the context's values."""
    return NumberEncoder(*center_and_scale(column.values[~column.blank]))


def center_and_scale(values: NDArray[np.float64]) -> tuple[float, float]:
    """The median, and the standard deviation or 1 where all values are equal."""
    return float(np.median(values)), float(np.std(values)) or 1.0
