"""Random forest and extra trees; the forest with isotonic calibration as well."""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from benchmarks.peers.peer import Peer
from benchmarks.peers.prepare import ordinal


class CalibratedForest:
    """A random forest with isotonic calibration by cross-validation; as it is where a class has one row only."""

    def fit(self, rows: Any, codes: NDArray[np.intp]) -> Any:
        """The fitted classifier."""
        forest = RandomForestClassifier(random_state=0, n_jobs=1)
        fewest = int(np.bincount(codes).min())
        if fewest < 2:
            return forest.fit(rows, codes)
        return CalibratedClassifierCV(forest, method="isotonic", cv=min(5, fewest)).fit(rows, codes)


FORESTS = {
    "random_forest": (RandomForestClassifier, RandomForestRegressor),
    "extra_trees": (ExtraTreesClassifier, ExtraTreesRegressor),
    "forest_isotonic": (lambda **settings: CalibratedForest(), RandomForestRegressor),
}


def method(name: str) -> Peer:
    """Defaults."""
    classifier, regressor = FORESTS[name]
    return Peer(
        name,
        f"scikit-learn {sklearn.__version__}",
        ordinal,
        classifier=lambda rows, features: classifier(random_state=0, n_jobs=1),
        regressor=lambda rows, features: regressor(random_state=0, n_jobs=1),
    )
