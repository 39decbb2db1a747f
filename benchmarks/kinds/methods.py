"""The methods by name: handful, and its peers by the kind of column that they are for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from benchmarks.kinds.tasks import KINDS, Pool, Task
from benchmarks.score import Prediction
from benchmarks.tables import Split


class Method(Protocol):
    """What the runner runs: `prepare` before the clock starts, once for a task, then `answer` for each draw."""

    name: str
    version: str

    def prepare(self, task: Task, pool: Pool) -> Any: ...

    def answer(
        self, task: Task, pool: Pool, prepared: Any, split: Split, classes: tuple[str, ...]
    ) -> Prediction: ...


# Where each method is made, and the kinds it is for. A module is imported by the process that runs its method only.
MODULES: dict[str, tuple[str, tuple[str, ...]]] = {
    "prior": ("benchmarks.kinds.peers", KINDS),
    "minilm_linear": ("benchmarks.kinds.peers", ("text",)),
    "minilm_scaled": ("benchmarks.kinds.peers", ("text",)),
    "tfidf_linear": ("benchmarks.kinds.peers", ("text",)),
    "setfit": ("benchmarks.kinds.setfit_peer", ("text",)),
    "efficientnet_linear": ("benchmarks.kinds.peers", ("image",)),
    "efficientnet_knn": ("benchmarks.kinds.peers", ("image",)),
    "mfcc_linear": ("benchmarks.kinds.peers", ("sound",)),
    "mfcc_knn": ("benchmarks.kinds.peers", ("sound",)),
    "quant": ("benchmarks.kinds.series_peers", ("series",)),
    "minirocket": ("benchmarks.kinds.series_peers", ("series",)),
    "hydra_multirocket": ("benchmarks.kinds.series_peers", ("series",)),
    "skrub": ("benchmarks.kinds.table_peers", ("mixed",)),
    "catboost": ("benchmarks.kinds.table_peers", ("mixed",)),
    "handful": ("benchmarks.kinds.ours", KINDS),
    "handful:speech": ("benchmarks.kinds.ours", ("sound",)),
}
PEERS = tuple(name for name in MODULES if not name.startswith("handful"))


def method(name: str) -> Method:
    """The method of that name, its libraries imported."""
    make: Callable[[str], Method] = import_module(MODULES[name][0]).method
    return make(name)
