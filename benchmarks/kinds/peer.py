"""A peer: how it turns cells into features, and what it fits on them, made into a distribution alike for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import KFold

from benchmarks.kinds.tasks import Pool, Task
from benchmarks.score import LEVELS, Prediction
from benchmarks.tables import Split

# (task, its rows) -> as many rows of features; each row depends on its own cells alone
Prepare = Callable[[Task, Pool], Any]
# (category or number, the prepared rows shown, the task's rows) -> an unfitted estimator like scikit-learn's
Make = Callable[[str, Any, Pool], Any]
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Peer:
    """Frozen features, an estimator with its defaults, one thread."""

    name: str
    version: str
    prepare: Prepare
    make: Make

    def answer(
        self, task: Task, pool: Pool, prepared: Any, split: Split, classes: tuple[str, ...]
    ) -> Prediction:
        rows, queries = taken(prepared, split.labelled), taken(prepared, split.test)
        labels = pool.labels.to_numpy()[split.labelled]
        if classes:
            return self._probabilities(pool, rows, labels.astype(str), queries, classes)
        return self._quantiles(pool, rows, labels.astype(float), queries)

    def _probabilities(
        self, pool: Pool, rows: Any, labels: NDArray[np.str_], queries: Any, classes: tuple[str, ...]
    ) -> Prediction:
        """Over all classes; one that no shown row has gets nothing."""
        seen, codes = np.unique(labels, return_inverse=True)
        fitted = self.make("category", rows, pool).fit(rows, codes)
        wide = np.zeros((len(queries), len(classes)))
        wide[:, np.searchsorted(np.array(classes), seen)] = np.asarray(fitted.predict_proba(queries))
        return Prediction(wide)

    def _quantiles(self, pool: Pool, rows: Any, labels: NDArray[np.float64], queries: Any) -> Prediction:
        """The point, and around it the quantiles of the residuals in 5-fold cross-validation."""
        residuals = np.empty(len(labels))
        for inside, outside in KFold(FOLDS, shuffle=True, random_state=0).split(labels):
            near = self._point(pool, taken(rows, inside), labels[inside], taken(rows, outside))
            residuals[outside] = labels[outside] - near
        point = self._point(pool, rows, labels, queries)
        return Prediction(point[:, None] + np.quantile(residuals, LEVELS), point)

    def _point(self, pool: Pool, rows: Any, labels: NDArray[np.float64], queries: Any) -> NDArray[np.float64]:
        fitted = self.make("number", rows, pool).fit(rows, labels)
        return np.asarray(fitted.predict(queries), dtype=float).ravel()


def taken(prepared: Any, rows: NDArray[np.intp]) -> Any:
    """These rows of an array or a frame."""
    return (
        prepared.iloc[rows].reset_index(drop=True) if isinstance(prepared, pd.DataFrame) else prepared[rows]
    )
