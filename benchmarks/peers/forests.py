"""Random forest and extra trees."""

from __future__ import annotations

import sklearn
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from benchmarks.peers.peer import Peer
from benchmarks.peers.prepare import ordinal

FORESTS = {
    "random_forest": (RandomForestClassifier, RandomForestRegressor),
    "extra_trees": (ExtraTreesClassifier, ExtraTreesRegressor),
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
