"""The names expert: it reads what texts are about, and to it the name of a class is one more text of that class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from handful.experts.expert import Sight
from handful.experts.folds import can_leave_out, even_folds
from handful.experts.linear import Head, fit_head
from handful.features import Features, Labels

__all__ = ["ClassNames", "FittedNames", "Names"]

Array = NDArray[np.float64]

LOOSENESS = 100.0
"""From 60 to 200 as good; at 20 it doubts too much among many classes, at 600 one row a class is taken for all."""
MANY_CLASSES, MOST_ROWS = 20, 1_500
"""From so many classes up to so many rows texts are read by their likeness (77 classes, 5 and 10 rows each, in a mean
with the loose linear expert: log loss .753 to .720, .522 to .495; three or six classes: the worse, 1.077 to 1.109)."""
WIDTH = 1.0
"""The likeness of two texts is 1/e at this squared distance; 2 is that of two that have nothing in common."""
PENALTY = 0.35
"""Of ridge regression, next to a text's likeness of 1 to itself; from .1 to 1 as good."""
FOLDS = 5
HELD_BACK = 1.0
"""Half of it penalises the square of either weight; so many doubtful rows keep few rows from making it certain."""
FAR = 10.0
"""Where a name without a letter lies, so that no text is like it."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassNames:
    """The names of the classes, and the texts that they are to be compared with."""

    places: NDArray[np.intp]
    """(text column, coordinate) the features where a text's first embedding stands, of length one."""
    vectors: Array
    """(class, coordinate) the same of each class's name."""


@dataclass(frozen=True, slots=True)
class FittedNames:
    """Linear scores of the texts; or of their likenesses to those of the context, where these are kept."""

    places: NDArray[np.intp]
    head: Head
    center: Array
    """(text column, coordinate)"""
    texts: Array
    """(text, coordinate) of the context, class by class, the class's name among them; none if not needed."""
    starts: NDArray[np.intp]
    """(class,) where its texts begin."""

    def predict(self, features: Features) -> Array:
        if not len(self.texts):
            return self.head.predict(_texts(features, self.places))
        near = _likeness(_directions(features, self.places, self.center), self.texts)
        return self.head.predict(np.hstack([near, np.maximum.reduceat(near, self.starts, axis=1)]))


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Logistic regression; of 77 classes with one row each it gets 70% right, and 52% without the names.

    Among many classes with some rows each, ridge regression on radial likenesses (Saunders et al. 1998) and the
    likeness to the nearest text of a class, with one weight each that all classes share.
    """

    sight: ClassVar[Sight] = Sight.RAW
    names: ClassNames
    name: str = "names"

    def suits(self, features: Features, labels: Labels) -> bool:
        return True

    def fit(self, features: Features, labels: Labels) -> FittedNames:
        if labels.classes >= MANY_CLASSES and len(labels) <= MOST_ROWS and can_leave_out(labels):
            return _fit_likeness(self.names, features, labels)
        places = self.names.places
        names = np.tile(self.names.vectors, len(places))
        matrix = np.vstack([_texts(features, places), names])
        values = np.concatenate([labels.values, np.arange(labels.classes)])
        head = fit_head(matrix, Labels(values, labels.classes), LOOSENESS)
        return FittedNames(places, head, np.zeros(places.shape), names[:0], np.zeros(0, dtype=np.intp))


def _fit_likeness(names: ClassNames, features: Features, labels: Labels) -> FittedNames:
    values = features.values[:, names.places].astype(np.float64)
    center = np.nansum(values, axis=0) / np.maximum(np.isfinite(values).sum(axis=0), 1)
    codes = np.concatenate([labels.values.astype(np.intp), np.arange(labels.classes)])
    order = np.argsort(codes, kind="stable")
    texts = np.vstack([_directions(features, names.places, center), _name_directions(names, center)])[order]
    folds = np.concatenate([even_folds(labels, FOLDS), np.full(labels.classes, -1)])[order]
    codes, starts = codes[order], np.searchsorted(codes[order], np.arange(labels.classes))
    near = _likeness(texts, texts)
    weights, left_out = _ridge(near, np.eye(labels.classes)[codes], folds)
    scores = np.stack([left_out, _nearest_left_out(near, starts, folds)])[:, folds >= 0]
    by_ridge, by_nearest = _shared_weights(scores, codes[folds >= 0])
    weights = np.vstack([by_ridge * weights, by_nearest * np.eye(labels.classes)])
    head = Head(weights, np.zeros(labels.classes), 0.0, labels.classes)
    return FittedNames(names.places, head, center, texts, starts)


def _ridge(near: Array, targets: Array, folds: NDArray[np.intp]) -> tuple[Array, Array]:
    """Weights (text, class) of the likenesses, and what they say (text, class) of each text without its fold.

    In closed form: where A is the penalised matrix, a fold's residuals without it are B^-1 (A^-1 targets), B being the
    fold's own part of A^-1.
    """
    targets = targets - targets.mean(axis=0)
    inverse = np.linalg.inv(near + PENALTY * np.eye(len(near)))
    weights, said = inverse @ targets, targets.copy()
    for fold in range(folds.max() + 1):
        rows = np.flatnonzero(folds == fold)
        said[rows] -= np.linalg.solve(inverse[np.ix_(rows, rows)], weights[rows])
    return weights, said


def _nearest_left_out(near: Array, starts: NDArray[np.intp], folds: NDArray[np.intp]) -> Array:
    """(text, class) the likeness to the nearest text of a class among the other folds and the names."""
    others = np.where(folds[:, None] == folds, 0.0, near)
    return np.asarray(np.maximum.reduceat(others, starts, axis=1))


def _shared_weights(scores: Array, codes: NDArray[np.intp]) -> tuple[float, float]:
    """What each kind of score (kind, row, class) counts, the same for all classes, never against one: a conditional
    logit (McFadden 1974).
    """
    from scipy.optimize import minimize

    scores = scores - scores.mean(axis=2, keepdims=True)
    spreads = np.maximum(scores.std(axis=(1, 2)), 1e-9)
    scores, rows = scores / spreads[:, None, None], np.arange(len(codes))
    true = scores[:, rows, codes].sum(axis=1)

    def objective(weights: Array) -> tuple[float, Array]:
        logits = np.tensordot(weights, scores, axes=1)
        whole = logsumexp(logits, axis=1)
        each = np.full(len(codes), 1 + HELD_BACK / len(codes))
        value = each @ whole - weights @ true + HELD_BACK * weights @ weights / 2
        slope = np.einsum("frc,rc,r->f", scores, np.exp(logits - whole[:, None]), each)
        return float(value), slope - true + HELD_BACK * weights

    found = minimize(objective, np.full(2, 0.5), jac=True, method="L-BFGS-B", bounds=[(0, None)] * 2).x
    return float(found[0] / spreads[0]), float(found[1] / spreads[1])


def _texts(features: Features, places: NDArray[np.intp]) -> Array:
    """(row, coordinate) the embeddings of all text columns side by side, zeros where blank."""
    return np.nan_to_num(features.values[:, places.ravel()].astype(np.float64))


def _directions(features: Features, places: NDArray[np.intp], center: Array) -> Array:
    """(row, coordinate) in which direction from the centre each text lies, zeros where blank."""
    return _of_length_one(np.nan_to_num(features.values[:, places].astype(np.float64) - center))


def _name_directions(names: ClassNames, center: Array) -> Array:
    """(class, coordinate) the same of each name beside every column with a text; far off where it has no letter."""
    told = center.any(axis=1, keepdims=True)
    directions = _of_length_one((names.vectors[:, None] - center) * told)
    directions[~names.vectors.any(axis=1)] = FAR
    return directions


def _of_length_one(texts: Array) -> Array:
    """(row, coordinate) from (row, text column, coordinate), the columns that are not blank counting alike."""
    lengths = np.linalg.norm(texts, axis=2, keepdims=True)
    columns = np.maximum((lengths > 0).sum(axis=1, keepdims=True), 1)
    return np.asarray((texts / np.maximum(lengths * np.sqrt(columns), 1e-9)).reshape(len(texts), -1))


def _likeness(texts: Array, others: Array) -> Array:
    """(text, other) 1 for the same direction, less the further."""
    squares = np.square(texts).sum(axis=1)[:, None] + np.square(others).sum(axis=1) - 2 * texts @ others.T
    return np.asarray(np.exp(-np.maximum(squares, 0) / WIDTH))
