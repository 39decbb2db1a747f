"""The names expert: how near a text is to the mean of each class, where the class's name counts as one more row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from handful.experts.expert import Sight
from handful.experts.folds import even_folds
from handful.features import Features, Labels

__all__ = ["FittedNames", "Names"]

Array = NDArray[np.float64]

SHARPNESS = 20.0
SHARPNESSES = np.geomspace(2.5, 40, 9)
"""By what a cosine is multiplied: what rows left out ask for, held back as by so many rows towards the first."""
HOLD = 2.0
FOLDS = 4


@dataclass(frozen=True, slots=True)
class FittedNames:
    """Directions of the classes in the embedding of each text column."""

    places: NDArray[np.intp]
    """(text column, coordinate) which features"""
    directions: Array
    """(text column, class, coordinate) of length one."""
    sharpness: float

    def predict(self, features: Features) -> Array:
        near = _near(_seen(features, self.places), self.directions)
        return np.asarray(softmax(self.sharpness * near, axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The nearest class mean by cosine; with one row a class the name is worth 7 to 15 points of accuracy."""

    sight: ClassVar[Sight] = Sight.RAW
    places: NDArray[np.intp]
    """(text column, coordinate) where a text's embedding stands, of length one."""
    vectors: Array
    """(class, coordinate) the embedding of each class's name."""
    name: str = "names"

    def suits(self, features: Features, labels: Labels) -> bool:
        return True

    def fit(self, features: Features, labels: Labels) -> FittedNames:
        seen, codes = _seen(features, self.places), labels.values.astype(np.intp)
        return FittedNames(self.places, self._directions(seen, codes), self._sharpness(seen, labels))

    def _directions(self, seen: Array, codes: NDArray[np.intp]) -> Array:
        """(text column, class, coordinate) from rows (text column, row, coordinate) of these classes."""
        sums = np.repeat(self.vectors[None], len(seen), axis=0)
        for rows, own in zip(seen, sums, strict=True):
            np.add.at(own, codes, rows)
        return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=2, keepdims=True), 1e-9))

    def _sharpness(self, seen: Array, labels: Labels) -> float:
        """The one with the least log loss on rows left out, held back towards `SHARPNESS`."""
        codes = labels.values.astype(np.intp)
        losses = HOLD * np.log(SHARPNESSES / SHARPNESS) ** 2
        folds = even_folds(labels, FOLDS)
        for fold in np.unique(folds):
            outside = folds == fold
            near = _near(seen[:, outside], self._directions(seen[:, ~outside], codes[~outside]))
            for place, sharpness in enumerate(SHARPNESSES):
                chosen = log_softmax(sharpness * near, axis=1)[np.arange(len(near)), codes[outside]]
                losses[place] -= chosen.sum()
        return float(SHARPNESSES[losses.argmin()])


def _seen(features: Features, places: NDArray[np.intp]) -> Array:
    """(text column, row, coordinate), zeros where blank."""
    return np.nan_to_num(features.values[:, places].astype(np.float64)).swapaxes(0, 1)


def _near(seen: Array, directions: Array) -> Array:
    """(row, class) mean cosine over the text columns."""
    return np.asarray((seen @ directions.swapaxes(1, 2)).mean(axis=0))
