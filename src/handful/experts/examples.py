"""The labelled rows as experts see them, and what was said of each when it was held out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.features import Features, Labels

__all__ = ["MOST_EXAMPLES", "Examples", "evenly"]

MOST_EXAMPLES = 5_000
"""Rows that are kept; of more, some spread evenly over all."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What all that is said about a learner is drawn from: doubts, curves, sets that cover."""

    features: Features
    labels: Labels
    rows: NDArray[np.intp]
    """Their places in the table that was learnt from."""
    folds: NDArray[np.intp]
    """The fold that each was held out with; negative where it never was."""
    held_out: NDArray[np.float32]
    """(row, class or level) what a blend that had not seen the row said of it; NaN where it was never held out."""

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Examples:
        """Some of them."""
        return Examples(
            self.features.take(rows),
            self.labels.take(rows),
            self.rows[rows],
            self.folds[rows],
            self.held_out[rows],
        )

    def judged(self) -> Examples:
        """Those that were held out."""
        return self.take(self.folds >= 0)

    def some(self, most: int = MOST_EXAMPLES) -> Examples:
        """At most so many of them, spread evenly over all."""
        return self if len(self) <= most else self.take(evenly(len(self), most))


def evenly(rows: int, most: int) -> NDArray[np.intp]:
    """The places of at most so many rows, spread evenly over all."""
    return np.linspace(0, rows - 1, min(rows, most)).astype(np.intp)
