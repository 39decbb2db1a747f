"""Logistic regression and ridge."""

from __future__ import annotations

import sklearn
from sklearn.linear_model import LogisticRegression, Ridge

from benchmarks.peers.peer import Peer
from benchmarks.peers.prepare import scaled


def method(name: str) -> Peer:
    """Defaults, except `max_iter`: the default of 100 stops before it converges."""
    return Peer(
        name,
        f"scikit-learn {sklearn.__version__}",
        scaled,
        classifier=lambda rows, features: LogisticRegression(max_iter=2000),
        regressor=lambda rows, features: Ridge(),
    )
