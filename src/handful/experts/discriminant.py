"""The discriminant expert: how near a row is to the mean of each class, measured by how classes spread within."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from handful.experts.design import Design, fit_design, row_space
from handful.experts.expert import Sight
from handful.experts.folds import even_folds
from handful.features import Features, Labels

__all__ = ["Discriminant", "FittedDiscriminant"]

Array = NDArray[np.float64]

SHRINKAGES = (0.05, 0.15, 0.4, 0.8)
"""How far the covariance is drawn towards a round one."""
SHARPNESSES = np.geomspace(1e-5, 1.0, 21)
"""By what the distances are multiplied: a covariance of hundreds of coordinates makes them too large by far."""
UNTRIED = 8.0
"""The distance of one row from another, on average, where each class has one row, so that nothing can be tried."""
FOLDS = 4
DOUBT = 1.0
"""Rows of no known class that answers must be prepared for."""


@dataclass(frozen=True, slots=True)
class FittedDiscriminant:
    """Linear scores of the classes."""

    design: Design
    weights: Array
    offset: Array
    """(class,) minus infinity for a class without a row"""

    def predict(self, features: Features) -> Array:
        return np.asarray(softmax(self.design.matrix(features) @ self.weights + self.offset, axis=1))


@dataclass(frozen=True, slots=True)
class Discriminant:
    """Linear discriminant analysis with a shrunken covariance (Friedman 1989), tempered.

    With a handful of rows of an embedding it beats logistic regression by far where classes spread in the same way:
    hand signs, characters. Shrinkage and sharpness are those with the least log loss on rows left out.
    """

    sight: ClassVar[Sight] = Sight.WHOLE
    name: str = "discriminant"

    def suits(self, features: Features, labels: Labels) -> bool:
        return features.has_embeddings

    def fit(self, features: Features, labels: Labels) -> FittedDiscriminant:
        design = fit_design(features)
        matrix = design.matrix(features)
        center = matrix.mean(axis=0)
        basis = row_space(matrix - center)
        rows = (matrix - center) @ basis
        codes = labels.values.astype(np.intp)
        spread = _fit_spread(rows, codes, labels.classes, matrix.shape[1])
        shrinkage, sharpness = _settings(rows, labels, matrix.shape[1])
        weights, offset = spread.nearness(shrinkage)
        weights = sharpness * (basis @ weights)
        return FittedDiscriminant(design, weights, spread.prior + sharpness * offset - center @ weights)


@dataclass(frozen=True, slots=True)
class Spread:
    """Means of the classes, and the axes and variances of the covariance within them."""

    means: Array
    """(class, coordinate)"""
    prior: Array
    """(class,) logarithms of the shares of the rows"""
    axes: Array
    variances: Array
    round: float
    """The variance in every direction of the round covariance that it is shrunken towards."""

    def nearness(self, shrinkage: float) -> tuple[Array, Array]:
        """Weights (coordinate, class) and offset (class,): half the squared distance to each mean, negative."""
        shrunk = (1 - shrinkage) * self.variances + shrinkage * self.round
        weights = (self.axes / shrunk) @ (self.axes.T @ self.means.T)
        return weights, -np.einsum("cd,dc->c", self.means, weights) / 2


def _fit_spread(rows: Array, codes: NDArray[np.intp], classes: int, width: int) -> Spread:
    """From rows in the space that they span; `width` is that of the whole space, in which the rest has no variance."""
    counts = np.bincount(codes, minlength=classes)
    means = np.zeros((classes, rows.shape[1]))
    np.add.at(means, codes, rows)
    means /= np.maximum(counts, 1)[:, None]
    within = rows - means[codes]
    freedom = len(rows) - int((counts > 0).sum())
    covariance = within.T @ within / max(freedom, 1)
    variances, axes = np.linalg.eigh(covariance)
    whole = float(covariance.trace()) if freedom else float(rows.var(axis=0).sum())
    with np.errstate(divide="ignore"):
        prior = np.log(counts / len(rows))
    return Spread(means, prior, axes, np.maximum(variances, 0), max(whole / width, 1e-12))


def _settings(rows: Array, labels: Labels, width: int) -> tuple[float, float]:
    """Shrinkage and sharpness with the least log loss on rows left out."""
    codes, classes, folds = labels.values.astype(np.intp), labels.classes, even_folds(labels, FOLDS)
    losses = np.zeros((len(SHRINKAGES), len(SHARPNESSES)))
    judged = 0
    for fold in np.unique(folds):
        inside, outside = folds != fold, folds == fold
        outside &= np.isin(codes, codes[inside])
        if not outside.any():
            continue
        judged += int(outside.sum())
        spread = _fit_spread(rows[inside], codes[inside], classes, width)
        for i, shrinkage in enumerate(SHRINKAGES):
            weights, offset = spread.nearness(shrinkage)
            near = rows[outside] @ weights + offset
            for j, sharpness in enumerate(SHARPNESSES):
                shares = softmax(sharpness * near + spread.prior, axis=1)
                losses[i, j] += _loss(shares, codes[outside], len(rows))
    if not judged:
        return 1.0, UNTRIED / (2 * width)
    best = np.unravel_index(losses.argmin(), losses.shape)
    return SHRINKAGES[best[0]], float(SHARPNESSES[best[1]])


def _loss(shares: Array, codes: NDArray[np.intp], rows: int) -> float:
    """The log loss of rows left out, and their part of that of one more row of any class.

    That row keeps a handful that happens to be told apart without a slip from making the answers certain.
    """
    logs = np.log(np.maximum(shares, 1e-6))
    return float(-logs[np.arange(len(codes)), codes].sum() - DOUBT * logs.mean(axis=1).sum() / rows)
