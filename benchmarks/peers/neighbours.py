"""Nearest neighbours."""

from __future__ import annotations

import sklearn
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from benchmarks.peers.peer import Peer
from benchmarks.peers.prepare import scaled


def method(name: str) -> Peer:
    """Five neighbours, or as many as there are rows."""
    return Peer(
        name,
        f"scikit-learn {sklearn.__version__}",
        scaled,
        classifier=lambda rows, features: KNeighborsClassifier(min(5, rows)),
        regressor=lambda rows, features: KNeighborsRegressor(min(5, rows)),
    )
