"""A power law through what was measured at a few sizes, carried on to larger ones with a band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Trend", "fit_trend"]

Array = NDArray[np.float64]

SHARES = (np.arange(20) + 0.5) / 20
"""The asymptote as a share of the error at all rows."""
POWERS = np.geomspace(0.05, 2.0, 16)
USUAL_POWER, SPREAD_OF_POWERS = 0.5, 0.7
LUCK = 0.12
"""How much the error of one learner differs from the mean of learners of its size, as a share of the error.

With .06 the band at twice the rows held 85% on the tuning tables, with .12 90%, with .15 as many."""
LOW, HIGH = 0.05, 0.95
EARLY, LATE = 0.1, 0.9
FALL = 0.95
"""More rows help where four times as many leave less than this share of the error."""
REACH = 32
"""How many times the rows the curve is carried on to."""


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """An error or a loss against labelled rows."""

    sizes: Array
    """(size,) where it was measured."""
    measured: Array
    """(size,) the mean over the held-out rows."""
    rows: Array
    """(point,) numbers of labelled rows, from the smallest size to many times the largest."""
    best: Array
    """(point,) what is expected there."""
    low: Array
    """(point,) 5% of the mass lies below."""
    high: Array
    """(point,) 5% of the mass lies above."""
    early: Array
    """(point,) the mean over learners of so many rows, if things go well: 10% of the mass lies below."""
    late: Array
    """(point,) the same if they do not: 10% of the mass lies above."""
    falls: float
    """How likely it is that four times the rows take off a twentieth of the error or more."""

    def at(self, rows: float) -> tuple[float, float, float]:
        """What is expected of a learner of so many rows, with the band of 90%."""
        places = np.log(self.rows)
        best, low, high = (
            float(np.interp(np.log(rows), places, line)) for line in (self.best, self.low, self.high)
        )
        return best, low, high


def fit_trend(
    sizes: Array, each: Array, units: NDArray[np.intp], *, most: float = np.inf, unjudged: int = 0
) -> Trend:
    """The trend of `each` (size, row), an error of every held-out row; no error is above `most`.

    `unjudged` more rows could not be held out, and nobody knows whether they would have been right.

    e(m) = e(n) (u + (1 - u) (m / n)^-c): a power law above an asymptote, the form that learning curves have most often
    (Viering & Loog 2021). The mass of every (u, c) of a grid is its prior times the marginal likelihood of what was
    measured, whose covariance is that of the rows, for the same rows are judged at every size.
    """
    level, noise = _level_and_noise(each, units, most, unjudged)
    # Of every size four learners and more were judged; the last term is for labels that are all the same.
    noise = noise + np.diag((LUCK / 2 * level) ** 2 + 1e-12)
    share, power = (grid.ravel() for grid in np.meshgrid(SHARES, POWERS, indexing="ij"))
    prior = -0.5 * ((np.log(power) - np.log(USUAL_POWER)) / SPREAD_OF_POWERS) ** 2
    shape = _shape(share, power, sizes / sizes[-1])
    inverse = np.linalg.inv(noise)
    precision = np.einsum("gs,st,gt->g", shape, inverse, shape)
    height = shape @ inverse @ level / precision
    fit = prior + 0.5 * precision * height**2 - 0.5 * np.log(precision)
    mass = np.exp(fit - fit.max())
    mass /= mass.sum()
    rows = sizes[0] * 2 ** np.arange(0, np.log2(REACH * sizes[-1] / sizes[0]) + 0.25, 0.25)
    ahead = _shape(share, power, rows / sizes[-1])
    centre, unknown = height[:, None] * ahead, ahead / np.sqrt(precision)[:, None]
    spread = np.hypot(unknown, LUCK * centre)
    best, low, high = (_quantile(q, mass, centre, spread) for q in (0.5, LOW, HIGH))
    early, late = (_quantile(q, mass, centre, unknown) for q in (EARLY, LATE))
    falls = float(mass[_shape(share, power, np.array([4.0]))[:, 0] < FALL].sum())
    best, low, high, early, late = (np.clip(line, 0.0, most) for line in (best, low, high, early, late))
    return Trend(sizes, each.mean(axis=1), rows, best, low, high, early, late, falls)


def _shape(share: Array, power: Array, ratio: Array) -> Array:
    """(curve, size) the error at a size, as a share of that at all rows."""
    return np.asarray(share[:, None] + (1 - share[:, None]) * ratio[None] ** -power[:, None])


def _level_and_noise(each: Array, units: NDArray[np.intp], most: float, unjudged: int) -> tuple[Array, Array]:
    """(size,) the mean errors and (size, size) their covariance; rows of a unit are one observation.

    Two rows are imagined, and as many as were not judged, by turns wrong and right at every size: without them ten rows
    that are all right would leave no doubt.
    """
    usual = np.full(len(each), most) if np.isfinite(most) else 2 * each.mean(axis=1)
    imagined = usual[:, None] * (np.arange(2 + unjudged) % 2 == 0)
    each = np.hstack([each, imagined])
    _, unit = np.unique(
        np.concatenate([units, units.max() + 1 + np.arange(2 + unjudged)]), return_inverse=True
    )
    level = each.mean(axis=1)
    sums = np.stack([np.bincount(unit, line) for line in each - level[:, None]])
    return level, sums @ sums.T / each.shape[1] ** 2


def _quantile(level: float, mass: Array, centre: Array, spread: Array) -> Array:
    """(point,) the quantile of a mixture of normals, by bisection."""
    from scipy.special import ndtr

    low, high = (centre - 6 * spread).min(axis=0), (centre + 6 * spread).max(axis=0)
    for _ in range(24):
        middle = (low + high) / 2
        below = mass @ ndtr((middle - centre) / spread) < level
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
