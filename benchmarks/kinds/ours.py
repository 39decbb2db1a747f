"""handful itself as a method: the task as one table with blanks, nothing declared but the target."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import ours
from benchmarks.kinds import encoders
from benchmarks.kinds.tasks import Pool, Task
from benchmarks.score import Prediction
from benchmarks.tables import Split


@dataclass(frozen=True, slots=True)
class Handful:
    """What a user gets who names the kind of the target, and the folder that paths are relative to."""

    name: str
    version: str

    def prepare(self, task: Task, pool: Pool) -> None:
        """Nothing: encoding is part of the answer, less what handful's own cache knows from earlier draws."""

    def answer(
        self, task: Task, pool: Pool, prepared: Any, split: Split, classes: tuple[str, ...]
    ) -> Prediction:
        import handful

        shown, asked = (pool.frame.iloc[rows].reset_index(drop=True) for rows in (split.labelled, split.test))
        labels = pool.labels.iloc[split.labelled].reset_index(drop=True)
        table = pd.concat([shown.assign(**{ours.TARGET: labels}), asked], ignore_index=True)
        learner = handful.Learner(ours.TARGET, kinds={ours.TARGET: pool.target_kind}, root=pool.root).fit(
            table
        )
        answers = learner.predict(asked)
        if not classes:
            return Prediction(answers.distribution.values, answers.values.astype(float))
        wide = np.zeros((len(asked), len(classes)))
        wide[:, np.searchsorted(np.array(classes), np.array(learner.classes_))] = answers.distribution.values
        return Prediction(wide)


def method(name: str) -> Handful:
    """handful as it stands in `src/`, its libraries imported; what it keeps lies apart from the user's.

    Without optional weights, as most people have it; `handful:speech` has those of `handful get speech`.
    """
    os.environ.setdefault("HANDFUL_CACHE", str(encoders.CACHE / "handful"))
    made = Handful(name, ours.method(name).version)
    if name == "handful:speech":
        from handful.weights.place import needed

        needed("speech")
    else:
        os.environ["HANDFUL_DATA"] = str(encoders.CACHE / "no optional weights")
    return made
