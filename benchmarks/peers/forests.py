"""Random forest and extra trees."""

from __future__ import annotations

import sklearn
from peers.peer import Peer
from peers.prepare import ordinal
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

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
