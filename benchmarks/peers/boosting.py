"""scikit-learn's histogram gradient boosting."""

from __future__ import annotations

import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from benchmarks.peers.peer import Peer
from benchmarks.peers.prepare import native


def method(name: str) -> Peer:
    """Defaults; pandas categories are its own."""
    return Peer(
        name,
        f"scikit-learn {sklearn.__version__}",
        native,
        classifier=lambda rows, features: HistGradientBoostingClassifier(random_state=0),
        regressor=lambda rows, features: HistGradientBoostingRegressor(random_state=0),
    )
