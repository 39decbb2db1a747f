"""Learners of time series from aeon, with their defaults; seed 0, one thread."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.kinds.peer import Peer
from benchmarks.kinds.tasks import Pool, Task

MAKERS = {
    "quant": ("interval_based", "QUANT"),
    "minirocket": ("convolution_based", "MiniRocket"),
    "hydra_multirocket": ("convolution_based", "MultiRocketHydra"),
}


def _stacked(task: Task, pool: Pool) -> NDArray[np.float64]:
    """(series, channel, time); all series of a task are equally long."""
    values = np.array(pool.frame["series"].tolist(), dtype=float)
    return values[:, None] if values.ndim == 2 else values


def method(name: str) -> Peer:
    """The classifier and the regressor of that name."""
    module, word = MAKERS[name]
    makers = {
        "category": getattr(import_module(f"aeon.classification.{module}"), f"{word}Classifier"),
        "number": getattr(import_module(f"aeon.regression.{module}"), f"{word}Regressor"),
    }

    def make(kind: str, rows: Any, pool: Pool) -> Any:
        return makers[kind](random_state=0)

    return Peer(name, f"aeon {import_module('aeon').__version__}", _stacked, make)
