"""A frozen network at work: an ONNX file that its card vouches for, one cell at a time."""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.errors import ModelFileError

__all__ = ["WEIGHTS", "Network", "network", "read_weights", "session_options"]

WEIGHTS = Path(__file__).parent / "weights"
"""`NAME.json` is the card of `NAME.onnx`: its SHA-256, where its weights come from, and their licence."""
HINT = "install handful again: `pip install --force-reinstall handful`"


class Network:
    """The network whose card is `name`.json, on one thread. Raises ModelFileError as `read_weights` does."""

    def __init__(self, name: str, folder: Path = WEIGHTS) -> None:
        import onnxruntime

        content = read_weights(f"{name}.onnx", f"{name}.json", folder)
        self.hash = hashlib.sha256(content).hexdigest()
        self._session = onnxruntime.InferenceSession(
            content, session_options(), providers=["CPUExecutionProvider"]
        )

    def __call__(self, **inputs: NDArray[Any]) -> list[NDArray[np.float32]]:
        """The outputs, in the order of the graph. Two threads may ask at once."""
        made: list[NDArray[np.float32]] = self._session.run(None, inputs)
        return made


def network(name: str) -> Network:
    """The shipped network of that name, started once in a process."""
    return _network(name, os.getpid())


@cache
def _network(name: str, process: int) -> Network:
    """The network of a process: one that is forked has none of its parent's threads, and starts its own."""
    return Network(name)


def session_options() -> Any:
    """One thread: cells are shared out among threads, of which each uses one core."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options


def read_weights(file: str, card: str, folder: Path = WEIGHTS) -> bytes:
    """The content of a file, once it is known to have the SHA-256 that the card names under `sha256`, by its name.

    Raises ModelFileError where either cannot be read, or the hash is another.
    """
    try:
        content = (folder / file).read_bytes()
        named = json.loads((folder / card).read_text(encoding="utf-8"))["sha256"][file]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(f"{folder / file} cannot be used ({error!r})", hint=HINT) from error
    if hashlib.sha256(content).hexdigest() != named:
        raise ModelFileError(f"{folder / file} is damaged: its card names another SHA-256", hint=HINT)
    return content
