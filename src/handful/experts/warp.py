"""A number's scale bent towards a normal distribution, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import boxcox1p, inv_boxcox1p

__all__ = ["Warp", "fit_warp"]

Array = NDArray[np.float64]

REACH = 1.0
"""How far outside the context an answer may go, in ranges of the context: beyond it the bent scale runs away."""


@dataclass(frozen=True, slots=True)
class Warp:
    """The power transform of Yeo & Johnson (2000), then scaled."""

    power: float
    center: float
    scale: float
    lowest: float
    highest: float

    def bent(self, values: Array) -> Array:
        return (_bent(values, self.power) - self.center) / self.scale

    def straight(self, bent: Array) -> Array:
        low, high = self.bent(np.array([self.lowest, self.highest]))
        values = np.clip(bent, low, high) * self.scale + self.center
        positive = inv_boxcox1p(np.maximum(values, 0), self.power)
        return np.asarray(
            np.where(values >= 0, positive, -inv_boxcox1p(np.maximum(-values, 0), 2 - self.power))
        )


def fit_warp(values: Array) -> Warp:
    """The likeliest power for these values; they must not all be equal."""
    from scipy.stats import yeojohnson_normmax

    power = float(np.clip(yeojohnson_normmax(values), -2, 4))
    bent, reach = _bent(values, power), REACH * float(np.ptp(values))
    spread = float(bent.std())
    return Warp(
        power, float(bent.mean()), spread or 1.0, float(values.min()) - reach, float(values.max()) + reach
    )


def _bent(values: Array, power: float) -> Array:
    positive = boxcox1p(np.maximum(values, 0), power)
    return np.asarray(np.where(values >= 0, positive, -boxcox1p(np.maximum(-values, 0), 2 - power)))
