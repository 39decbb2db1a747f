"""How likely a written cell is right, learnt from the user's own rows, and from when on it had better stay blank.

The prompts' share of a vote says much about which cells of a column are right, and little about how good the writer is
at this column. So a curve common to all columns, `A + B * log-odds of the share`, is moved up or down for the column
by an offset, which the labelled rows, each written from the others, decide. Before any is seen the offset is normal
with the standard deviation TAU; eight rows right or wrong move it as far as they justify (a logistic model with a
random intercept; its mode, by Newton's method).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

__all__ = ["LIKELY", "Trust", "learn_trust"]

# By maximum marginal likelihood over 28 cells each of 28 development tasks. With each task left out in turn: of the
# surest half 97% right, of the cells filled 92%; 86% of the wrong cells blank, and all 99 of tasks beyond the writer.
A, B, TAU = 1.47, 1.57, 1.42
EDGE = 0.005
"""Shares are kept so far from 0 and 1."""
LIKELY = 0.5
"""A cell less likely right than this stays blank: the text would more often than not be wrong."""
STEPS, LEAP = 50, 2.0
"""Of Newton's method, and how far a step goes at most."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trust:
    """How much better (or worse, where negative) than usual the writer is at a column, in log-odds, and how surely."""

    offset: float
    spread: float

    def likely(self, shares: ArrayLike) -> Array:
        """The probability that each cell is right, from its share of the vote; the doubt of the offset averaged out."""
        # MacKay (1992): the mean of a logistic function over a normal variable.
        return np.asarray(expit((_curve(shares) + self.offset) / np.sqrt(1 + np.pi / 8 * self.spread**2)))


def learn_trust(shares: Sequence[float], right: Sequence[bool]) -> Trust:
    """The trust that the held-out rows justify; without any, that of a column unknown."""
    curve, truth, offset = _curve(shares), np.asarray(right, float), 0.0
    for _ in range(STEPS):
        chance = expit(curve + offset)
        slope = float((truth - chance).sum()) - offset / TAU**2
        bend = float((chance * (1 - chance)).sum()) + 1 / TAU**2
        offset += float(np.clip(slope / bend, -LEAP, LEAP))
    chance = expit(curve + offset)
    return Trust(offset, float(((chance * (1 - chance)).sum() + 1 / TAU**2) ** -0.5))


def _curve(shares: ArrayLike) -> Array:
    return np.asarray(A + B * logit(np.clip(np.asarray(shares, float), EDGE, 1 - EDGE)))
