"""LightGBM."""

from __future__ import annotations

import lightgbm

from benchmarks.peers.peer import Peer
from benchmarks.peers.prepare import native


def method(name: str) -> Peer:
    """Defaults; pandas categories are its own."""
    return Peer(
        name,
        f"lightgbm {lightgbm.__version__}",
        native,
        classifier=lambda rows, features: lightgbm.LGBMClassifier(random_state=0, n_jobs=1, verbosity=-1),
        regressor=lambda rows, features: lightgbm.LGBMRegressor(random_state=0, n_jobs=1, verbosity=-1),
    )
