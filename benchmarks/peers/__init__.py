"""The methods that handful is compared with: each with its own defaults, proper preprocessing, and one thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Protocol

import pandas as pd

from benchmarks.score import Prediction


class Method(Protocol):
    """What the runner runs.

    The first that `fit_predict` yields is the method itself, under its own `name`, and there the clock stops. What
    follows are other methods that the same fit has answers of, such as single experts.
    """

    name: str
    version: str

    def fit_predict(
        self,
        train: pd.DataFrame,
        labels: pd.Series,
        test: pd.DataFrame,
        kind: str,
        classes: Sequence[str],
        text: Sequence[str],
    ) -> Iterator[tuple[str, Prediction]]: ...


# Where each method is made. A module is imported by the process that runs its method only, so that the peak memory
# of one does not hold the libraries of another.
MODULES = {
    "linear": "benchmarks.peers.linear",
    "knn": "benchmarks.peers.neighbours",
    "random_forest": "benchmarks.peers.forests",
    "extra_trees": "benchmarks.peers.forests",
    "forest_isotonic": "benchmarks.peers.forests",
    "hist_boosting": "benchmarks.peers.boosting",
    "lightgbm": "benchmarks.peers.lightgbm_peer",
    "catboost": "benchmarks.peers.catboost_peer",
    "handful": "benchmarks.ours",
}
PEERS = tuple(name for name in MODULES if name != "handful")


def method(name: str) -> Method:
    """The method of that name, its libraries imported."""
    made: Method = import_module(MODULES[name]).method(name)
    return made
