"""The expert that ignores all columns: how often each class occurs, or how the numbers are spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from handful.distribution import LEVELS
from handful.experts.expert import Sight
from handful.features import Features, Labels

__all__ = ["FittedPrior", "Prior"]


@dataclass(frozen=True, slots=True)
class FittedPrior:
    """One distribution for every row."""

    values: NDArray[np.float64]

    def predict(self, features: Features) -> NDArray[np.float64]:
        return np.repeat(self.values[None], len(features), axis=0)


@dataclass(frozen=True, slots=True)
class Prior:
    """Class counts, one half added to each (Krichevsky & Trofimov 1981), or the quantiles of the context."""

    sight: ClassVar[Sight] = Sight.WHOLE
    name: str = "prior"

    def suits(self, features: Features, labels: Labels) -> bool:
        return True

    def fit(self, features: Features, labels: Labels) -> FittedPrior:
        if labels.classes:
            counts = np.bincount(labels.values.astype(np.intp), minlength=labels.classes) + 0.5
            return FittedPrior(counts / counts.sum())
        return FittedPrior(np.quantile(labels.values, LEVELS, method="hazen"))
