"""The methods that handful is compared with: each with its own defaults, proper preprocessing, and one thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from score import Prediction


class Method(Protocol):
    """What the runner runs. One fit may give several methods, the first of them under the method's own `name`."""

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
    ) -> Mapping[str, Prediction]: ...


# Where each method is made. A module is imported by the process that runs its method only, so that the peak memory
# of one does not hold the libraries of another.
MODULES = {
    "linear": "peers.linear",
    "knn": "peers.neighbours",
    "random_forest": "peers.forests",
    "extra_trees": "peers.forests",
    "hist_boosting": "peers.boosting",
    "lightgbm": "peers.lightgbm_peer",
    "catboost": "peers.catboost_peer",
    "handful": "ours",
}
PEERS = tuple(name for name in MODULES if name != "handful")


def method(name: str) -> Method:
    """The method of that name, its libraries imported."""
    made: Method = import_module(MODULES[name]).method(name)
    return made


Array = NDArray[np.float64]
