"""scikit-learn's histogram gradient boosting."""

from __future__ import annotations

import sklearn
from peers.peer import Peer
from peers.prepare import native
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor


def method(name: str) -> Peer:
    """Defaults; pandas categories are its own."""
    return Peer(
        name,
        f"scikit-learn {sklearn.__version__}",
        native,
        classifier=lambda rows, features: HistGradientBoostingClassifier(random_state=0),
        regressor=lambda rows, features: HistGradientBoostingRegressor(random_state=0),
    )
