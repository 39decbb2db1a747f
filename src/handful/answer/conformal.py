"""The rank rules behind sets and intervals that cover: exact for every level and every number of rows."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from handful.distribution import HIGH, LEVELS, LOW

__all__ = [
    "as_strange",
    "class_scores",
    "covering",
    "exact",
    "fewest",
    "number_ends",
    "number_scores",
    "spare",
]

Array = NDArray[np.float64]

MEDIAN = len(LEVELS) // 2
TIE = 1e-9
"""Scores that differ by less are equal: a row's answer may be rounded otherwise beside other rows."""
OWN = 0.75
"""The power of a row's own half-width that its interval follows: 0 makes all intervals equally wide, 1 trusts each
row's own spread in full. Width at .9, four tuning tables, 64 rows: 2.17, 2.00 at .25, 1.89 at .5, 1.83 at .75, 1.85."""
NARROWEST = 1e-3
"""No half-width is less, in spreads of the labelled numbers: otherwise one certain answer gone wrong sets all ends."""


def exact(level: float) -> Fraction:
    """The level as it is written: 0.9 is 9/10. In floating point (1 - 0.9) * 10 is less than 1, and a rank is lost.

    Raises ValueError where it does not lie between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, and {level} does not")
    return Fraction(repr(float(level)))


def spare(level: float, scores: int) -> int:
    """How many of so many scores and a new one may be left out as too large: floor((1 - level) (scores + 1)).

    Where the new row is exchangeable with the others, its score is among so many of the largest with probability
    1 - level at most (Vovk et al. 2005, chapter 2). With none to spare nothing can be left out.
    """
    return int((1 - exact(level)) * (scores + 1))


def fewest(level: float) -> int:
    """The fewest scores that leave one to spare: ceil(1 / (1 - level)) - 1."""
    share = 1 - exact(level)
    return -(-share.denominator // share.numerator) - 1


def class_scores(said: Array) -> Array:
    """(row, class) how strange each class would be: what its probability lacks to 1 (Sadinle et al. 2019)."""
    return 1 - said


def as_strange(known: Array, scores: Array) -> NDArray[np.intp]:
    """For each of the scores, how many of the known ones (row,) are as large. A class stays while spare ones are."""
    return len(known) - np.searchsorted(np.sort(known), scores - TIE, side="left")


def number_scores(said: Array, truth: Array) -> Array:
    """(row,) how far the truth lies from the median of (row, level) values, in units of the row's own spread.

    Conformalised quantiles (Romano et al. 2019), as a share of each side's width rather than a distance.
    """
    below, above = _units(said)
    off = truth - said[:, MEDIAN]
    return np.asarray(np.maximum(-off / below, off / above))


def number_ends(said: Array, scores: Array) -> tuple[Array, Array]:
    """(score, row) the values that have these scores (score,), below and above the median of (row, level) values."""
    below, above = _units(said)
    return said[:, MEDIAN] - scores[:, None] * below, said[:, MEDIAN] + scores[:, None] * above


def covering(low: Array, high: Array, level: float) -> tuple[Array, Array]:
    """(row,) where all but the spare ones of the ends (score, row) lie at this height or within, on either side.

    The jackknife+ (Barber et al. 2021), and split conformal prediction where all ends belong to one answer. With none
    to spare: minus and plus infinity.
    """
    left_out = spare(level, len(low))
    if not left_out:
        return np.full(low.shape[1], -np.inf), np.full(low.shape[1], np.inf)
    lower = np.partition(low, left_out - 1, axis=0)[left_out - 1]
    upper = np.partition(high, -left_out, axis=0)[-left_out]
    return lower, np.maximum(lower, upper)


def _units(said: Array) -> tuple[Array, Array]:
    """(row,) what one unit of the score is, below and above the median."""
    below, above = said[:, MEDIAN] - said[:, LOW], said[:, HIGH] - said[:, MEDIAN]
    return np.maximum(below, NARROWEST) ** OWN, np.maximum(above, NARROWEST) ** OWN
