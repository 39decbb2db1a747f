"""A peer: how it prepares columns and what it fits, made into a distribution in the same way for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import KFold

from benchmarks.score import LEVELS, Prediction, floored

# (train, test, text columns) -> the same rows as the learner wants them
Prepare = Callable[[pd.DataFrame, pd.DataFrame, Sequence[str]], tuple[Any, Any]]
# (rows labelled, prepared features) -> an unfitted scikit-learn-like estimator
Make = Callable[[int, Any], Any]


@dataclass(frozen=True, slots=True)
class Peer:
    """Defaults, proper preprocessing, and a distribution."""

    name: str
    version: str
    prepare: Prepare
    classifier: Make
    regressor: Make

    def fit_predict(
        self,
        train: pd.DataFrame,
        labels: pd.Series,
        test: pd.DataFrame,
        kind: str,
        classes: Sequence[str],
        text: Sequence[str],
    ) -> Iterator[tuple[str, Prediction]]:
        if kind == "category":
            yield self.name, self._probabilities(train, labels, test, classes, text)
        else:
            yield self.name, self._quantiles(train, labels.to_numpy(), test, text)

    def _probabilities(
        self,
        train: pd.DataFrame,
        labels: pd.Series,
        test: pd.DataFrame,
        classes: Sequence[str],
        text: Sequence[str],
    ) -> Prediction:
        """`predict_proba` over all classes of the table; a class without a labelled row gets the floor."""
        seen, codes = np.unique(labels.to_numpy(dtype=str), return_inverse=True)
        rows, queries = self.prepare(train, test, text)
        fitted = self.classifier(len(train), rows).fit(rows, codes)
        probabilities = np.zeros((len(test), len(classes)))
        probabilities[:, np.searchsorted(np.array(classes), seen)] = fitted.predict_proba(queries)
        return Prediction(floored(probabilities))

    def _quantiles(
        self, train: pd.DataFrame, labels: NDArray[np.float64], test: pd.DataFrame, text: Sequence[str]
    ) -> Prediction:
        """The point, and around it the quantiles of the residuals that cross-validation found."""
        folds = KFold(5 if len(train) >= 10 else 4, shuffle=True, random_state=0)
        residuals = np.empty(len(train))
        for inside, outside in folds.split(train):
            out_of_fold = self._point(train.iloc[inside], labels[inside], train.iloc[outside], text)
            residuals[outside] = labels[outside] - out_of_fold
        point = self._point(train, labels, test, text)
        return Prediction(point[:, None] + np.quantile(residuals, LEVELS), point)

    def _point(
        self, train: pd.DataFrame, labels: NDArray[np.float64], test: pd.DataFrame, text: Sequence[str]
    ) -> NDArray[np.float64]:
        rows, queries = self.prepare(train, test, text)
        return np.asarray(
            self.regressor(len(train), rows).fit(rows, labels).predict(queries), dtype=float
        ).ravel()
