"""handful itself, as a method: the blend, and each of its experts alone (`handful:linear` ...) from the same fit."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.results_file import ROOT
from benchmarks.score import Prediction

if TYPE_CHECKING:
    from handful.learner import Learner

NAME = "handful"
TARGET = "the target"  # in no table
IMPORTED = (
    "handful.learner", "handful.table.adapt", "handful.table.kinds", "narwhals", "onnxruntime", "polars",
    "scipy.optimize", "scipy.stats", "sklearn.ensemble", "sklearn.feature_extraction.text",
    "sklearn.gaussian_process", "sklearn.linear_model",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handful:
    """What a user gets who names the kind of the target and nothing else."""

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
    ) -> Iterator[tuple[str, Prediction]]:
        from handful.learner import Learner

        # as `handful fill` sees it: one table, the target blank in the rows to be answered
        table = pd.concat([train.assign(**{TARGET: labels}), test], ignore_index=True)
        learner = Learner(TARGET, kinds={TARGET: kind}).fit(table)
        answers = learner.predict(test)
        point = answers.values.astype(float) if kind == "number" else None
        yield self.name, _prediction(answers.distribution.values, learner.classes_, classes, point)
        for expert, values in learner.predict_experts(test).items():
            yield f"{self.name}:{expert}", _prediction(values, learner.classes_, classes)
        if kind == "category":
            raw = _uncalibrated(learner, test)
            yield f"{self.name}:uncalibrated", _prediction(raw, learner.classes_, classes)


def _uncalibrated(learner: Learner, test: pd.DataFrame) -> NDArray[np.float64]:
    """The blend's answers at a temperature of one."""
    each = np.stack(list(learner.predict_experts(test).values()))
    weighting = replace(learner.state_.blend.weighting, temperature=1.0)
    return weighting.mix(each, len(learner.classes_))


def method(name: str) -> Handful:
    """handful as it stands in `src/`, its libraries imported."""
    sys.path.insert(0, str(ROOT / "src"))
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    for module in IMPORTED:  # so that no run is charged for it
        import_module(module)

    return Handful(name, version())


def version() -> str:
    """Package version and a hash of the sources and weights that decide the answers; other commits change nothing."""
    import handful

    package = ROOT / "src" / "handful"
    sources = hashlib.sha256()
    for path in sorted([*package.rglob("*.py"), *package.rglob("weights/*.json")]):
        if path.relative_to(package).parts[0] not in ("cli", "report"):
            sources.update(path.read_bytes())
    return f"{handful.__version__}+{sources.hexdigest()[:8]}"


def _prediction(
    values: NDArray[np.float64],
    known: Sequence[str],
    classes: Sequence[str],
    point: NDArray[np.float64] | None = None,
) -> Prediction:
    """The distribution over all classes of the table; one without a labelled row gets the floor, as with the peers."""
    if not classes:
        return Prediction(np.asarray(values, dtype=float), point)
    wide = np.zeros((len(values), len(classes)))
    wide[:, np.searchsorted(np.array(classes), np.array(known))] = values
    return Prediction(wide)
