"""Regularised linear experts, on the features or on their similarity to rows of the context."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from handful.experts.design import Design, fit_design, row_space
from handful.experts.expert import Sight, gaussian
from handful.experts.warp import Warp, fit_warp
from handful.features import Features, Labels

__all__ = ["FittedKernel", "FittedLinear", "Head", "Kernel", "Linear", "fit_head"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """A linear map to the logits of the classes, or to a number's mean."""

    weights: Array
    offset: Array
    spread: float
    """The standard deviation of a number around its mean, from leave-one-out residuals; 0 for classes."""
    classes: int

    def predict(self, matrix: Array) -> Array:
        outputs = matrix @ self.weights + self.offset
        if self.classes:
            return np.asarray(softmax(outputs, axis=1))
        return gaussian(outputs[:, 0], self.spread)


@dataclass(frozen=True, slots=True)
class FittedLinear:
    design: Design
    head: Head

    def predict(self, features: Features) -> Array:
        return self.head.predict(self.design.matrix(features))


@dataclass(frozen=True, slots=True)
class FittedKernel:
    design: Design
    landmarks: Array
    gamma: float
    head: Head
    warp: Warp | None
    """The scale on which a number was learnt; None for classes."""

    def predict(self, features: Features) -> Array:
        from scipy.spatial.distance import cdist

        near = np.exp(-self.gamma * cdist(self.design.matrix(features), self.landmarks, "sqeuclidean"))
        answers = self.head.predict(near)
        return self.warp.straight(answers) if self.warp else answers


@dataclass(frozen=True, slots=True)
class Linear:
    """Logistic regression with a prior standard deviation of sqrt(`looseness`), or leave-one-out ridge."""

    sight: ClassVar[Sight] = Sight.WHOLE
    name: str
    looseness: float
    for_embeddings: bool = False
    """Whether it is of use only where columns are embedded."""

    def suits(self, features: Features, labels: Labels) -> bool:
        return not self.for_embeddings or features.has_embeddings

    def fit(self, features: Features, labels: Labels) -> FittedLinear:
        design = fit_design(features)
        return FittedLinear(design, fit_head(design.matrix(features), labels, self.looseness))


@dataclass(frozen=True, slots=True)
class Kernel:
    """The linear expert on radial similarities to at most `MOST_LANDMARKS` rows (Nyström; Williams & Seeger 2001).

    A number is learnt on a bent scale, where the linear expert takes it straight: prices want the one, grades the
    other.
    """

    sight: ClassVar[Sight] = Sight.NARROW
    name: str
    looseness: float
    width: float
    """Kernel width as a multiple of the root mean squared distance between rows."""

    def suits(self, features: Features, labels: Labels) -> bool:
        return True

    def fit(self, features: Features, labels: Labels) -> FittedKernel:
        from sklearn.kernel_approximation import Nystroem

        design = fit_design(features)
        matrix = design.matrix(features)
        gamma = 1 / (2 * self.width**2 * max(2 * matrix.var(axis=0).sum(), 1e-9))
        nystroem = Nystroem(gamma=gamma, n_components=min(MOST_LANDMARKS, len(matrix)), random_state=0)
        near = nystroem.fit_transform(matrix)
        warp = None if labels.classes or np.ptp(labels.values) == 0 else fit_warp(labels.values)
        if warp:
            labels = Labels(warp.bent(labels.values), 0)
        head = fit_head(near, labels, self.looseness)
        # Similarity -> whitened similarity -> outputs is one linear map: a weight for each landmark.
        head = replace(head, weights=nystroem.normalization_.T @ head.weights)
        return FittedKernel(design, nystroem.components_, gamma, head, warp)


MOST_LANDMARKS = 256


def fit_head(matrix: Array, labels: Labels, looseness: float) -> Head:
    """The penalised linear map from a matrix to the labels."""
    return _fit_classes(matrix, labels, looseness) if labels.classes else _fit_number(matrix, labels)


def _fit_classes(matrix: Array, labels: Labels, looseness: float) -> Head:
    from sklearn.linear_model import LogisticRegression

    present = np.unique(labels.values).astype(np.intp)
    weights = np.zeros((matrix.shape[1], labels.classes))
    offset = np.full(labels.classes, -np.inf)
    offset[present] = 0
    if len(present) > 1:
        basis = row_space(matrix)
        found = LogisticRegression(C=looseness, max_iter=300, tol=1e-3).fit(matrix @ basis, labels.values)
        if len(present) == 2:  # scikit-learn keeps one row for two classes
            weights[:, present[1]], offset[present[1]] = basis @ found.coef_[0], found.intercept_[0]
        else:
            weights[:, present], offset[present] = basis @ found.coef_.T, found.intercept_
    return Head(weights, offset, 0.0, labels.classes)


def _fit_number(matrix: Array, labels: Labels) -> Head:
    from sklearn.linear_model import RidgeCV

    penalties = np.logspace(-2, 4, 13)
    ridge = RidgeCV(penalties, scoring="neg_mean_squared_error", store_cv_results=True).fit(
        matrix, labels.values
    )
    left_out = ridge.cv_results_[:, np.flatnonzero(penalties == ridge.alpha_)[0]]
    spread = float(np.sqrt(np.mean((left_out - labels.values) ** 2)))
    return Head(ridge.coef_[:, None], np.atleast_1d(ridge.intercept_), spread, 0)
