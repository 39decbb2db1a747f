"""The model at work: a context is encoded once, and queries are answered from what is kept of it."""

from __future__ import annotations

import io
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.cores import usable_cores
from handful.model.card import ANSWER, ENCODE, WEIGHTS, read_model
from handful.model.heads import Outputs

__all__ = ["Cache", "Session", "session"]

Array = NDArray[Any]
Cache = tuple[Any, ...]
"""What queries need of a context, held by the run time: it goes from `encode` to `answer` without a copy."""

SHIPPED = Path(__file__).parent / "weights"
THREADS = 2
AT_ONCE = 25_000_000
"""Numbers that the queries which are answered at once may need for themselves, about."""


class Session:
    """The model that a folder holds, ready to run. Raises ModelFileError as `read_card` does."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime

        self.card, files = read_model(folder)
        self.hash = self.card.hash
        with np.load(io.BytesIO(files[WEIGHTS]), allow_pickle=False) as stored:
            wide = {name: np.ascontiguousarray(stored[name], dtype=np.float32) for name in stored.files}
        self._weights = {
            name: onnxruntime.OrtValue.ortvalue_from_numpy(array) for name, array in wide.items()
        }
        self._encode, self._answer = (
            self._started(files[name], self.card.uses[name], threads)
            for name, threads in ((ENCODE, min(THREADS, usable_cores())), (ANSWER, 1))
        )

    def encode(self, cells: Array, guesses: Array, told: Array) -> Cache:
        """What queries need of labelled rows: their cells, first guesses and targets as the model is shown them."""
        return tuple(self._run(self._encode, (cells, guesses, told)))

    def answer(self, cache: Cache, cells: Array, guesses: Array, asked: Array) -> Outputs:
        """The outputs for these rows (one at least), a few at a time so that memory stays bounded.

        Bit for bit the same for a row whatever rows stand beside it: products over one row alone round otherwise than
        over several, so no row is ever alone; and no thread gets a part of them.
        """
        rows = cells.shape[1]
        starts = range(0, max(1, rows - 1), self._rows_at_once(cache, cells))
        parts = []
        for start, end in zip(starts, [*starts[1:], rows], strict=True):
            some = np.arange(start, max(end, start + 2)) % rows
            made = self._run(self._answer, (cells[:, some], guesses[:, some], asked), cache)
            parts.append([each.numpy()[:, : end - start] for each in made])
        whole = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
        names = (each.name for each in self._answer.get_outputs())
        return Outputs(**dict(zip(names, whole, strict=True)))

    def _rows_at_once(self, cache: Cache, cells: Array) -> int:
        """So many that their scores would fit, if all were held at a time, and about eight arrays of their cells."""
        sizes, (batch, _, columns, _), context = self.card.sizes, cells.shape, cache[-1].shape()[-1]
        each = sizes["heads"] * context + 8 * sizes["width"]
        return max(2, int(AT_ONCE / (batch * (columns + sizes["readouts"]) * each)))

    def _started(self, graph: bytes, uses: list[str], threads: int) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_mem_pattern = False  # it plans for shapes that return, and these hardly do
        options.add_external_initializers(list(uses), [self._weights[name] for name in uses])
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def _run(self, started: Any, arrays: tuple[Array, ...], cache: Cache = ()) -> list[Any]:
        import onnxruntime

        sparing = onnxruntime.RunOptions()
        # 1,000 rows, 1,000 queries, 50 columns, small model: 160 MB stay, 300 MB without it; costs a tenth more time
        sparing.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        given = [
            onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array, dtype=np.float32))
            for array in arrays
        ]
        names = [each.name for each in started.get_inputs()]
        feed = dict(zip(names, [*given, *cache], strict=True))
        made: list[Any] = started.run_with_ort_values(
            [each.name for each in started.get_outputs()], feed, sparing
        )
        return made


def session() -> Session:
    """The shipped model, started once in a process."""
    return _session(os.getpid())


@cache
def _session(process: int) -> Session:
    """The session of a process: one that is forked has none of its parent's threads, and starts its own.

    The parent's is kept in there, since its end would wait for those threads.
    """
    return Session(SHIPPED)
