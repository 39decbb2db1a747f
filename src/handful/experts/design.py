"""Features as the matrix that linear and kernel experts need: scaled numbers, one-hot categories, whole embeddings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.features import Features

__all__ = ["Design", "at_least_one_column", "fit_design", "row_space"]

Array = NDArray[np.float64]

SOFT_END = 4.0
"""No value counts as more spreads away from the context's mean than this."""

MOST_LEVELS = 40
"""A category's rarer levels share the all-zero code; 40 keeps 20 such columns below a thousand."""


@dataclass(frozen=True, slots=True)
class Design:
    """How to lay out features as a matrix; fitted on the context."""

    numbers: NDArray[np.intp]
    center: Array
    scale: Array
    with_blanks: NDArray[np.intp]
    """Number features that have blanks in the context: each gets a column of its own that says so."""
    level_feature: NDArray[np.intp]
    level_code: Array
    """The one-hot columns: (feature, code) pairs."""
    embedded: NDArray[np.intp]
    """The coordinates of embeddings, which come centred and sized."""

    def matrix(self, features: Features) -> Array:
        """(row, column) float64 without blanks; values far outside the context are drawn in softly."""
        values = features.values.astype(np.float64)
        scaled = (values[:, self.numbers] - self.center) / self.scale
        squashed = SOFT_END * np.tanh(np.nan_to_num(scaled) / SOFT_END)
        blank = np.isnan(values[:, self.with_blanks])
        one_hot = values[:, self.level_feature] == self.level_code
        embedded = np.nan_to_num(values[:, self.embedded])
        return at_least_one_column(np.hstack([squashed, blank, one_hot, embedded]))


def at_least_one_column(matrix: Array) -> Array:
    """The matrix; a column of zeros where it has none, since scikit-learn refuses to learn from nothing."""
    return matrix if matrix.shape[1] else np.zeros((len(matrix), 1))


def row_space(matrix: Array) -> Array:
    """(column, k) an orthonormal basis of what the rows span: what a penalised linear map learns lies in it.

    Where rows are few and an embedding is wide, learning there is the same and many times cheaper. Rows that are
    zero throughout, such as those where a fold has no picture, span nothing: one column of zeros.
    """
    if matrix.shape[0] >= matrix.shape[1]:
        return np.eye(matrix.shape[1])
    squares, vectors = np.linalg.eigh(matrix @ matrix.T)
    keep = squares > 1e-9 * max(float(squares[-1]), 1e-300)
    return at_least_one_column(matrix.T @ (vectors[:, keep] / np.sqrt(squares[keep])))


def fit_design(features: Features) -> Design:
    """The layout for this context; features that are constant in it get no column."""
    values = features.values.astype(np.float64)
    alone = features.embedding < 0
    numbers = [j for j in np.flatnonzero(~features.is_category & alone) if _varies(values[:, j])]
    center = np.array([np.nanmean(values[:, j]) for j in numbers])
    scale = np.array([np.nanstd(values[:, j]) for j in numbers])
    with_blanks = [
        j
        for j in np.flatnonzero(~features.is_category & alone)
        if 0 < np.isnan(values[:, j]).sum() < len(values)
    ]
    pairs = [(j, code) for j in np.flatnonzero(features.is_category) for code in _levels(values[:, j])]
    return Design(
        np.array(numbers, dtype=np.intp),
        center,
        scale,
        np.array(with_blanks, dtype=np.intp),
        np.array([feature for feature, _ in pairs], dtype=np.intp),
        np.array([code for _, code in pairs], dtype=np.float64),
        np.flatnonzero(~alone),
    )


def _varies(column: Array) -> bool:
    present = column[~np.isnan(column)]
    return len(present) > 1 and bool(present.max() - present.min() > 1e-9 * np.abs(present).max())


def _levels(column: Array) -> Array:
    """The codes worth a column: the most frequent, not one that every row has."""
    codes, counts = np.unique(column[~np.isnan(column)], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    return np.asarray(codes[order][counts[order] < len(column)])
