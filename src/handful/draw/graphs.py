"""What a folder of weights holds: three networks, constants and a library, each opened when it is first needed."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.draw.canvas import Canvas
from handful.draw.library import HINT, Library, read_library
from handful.draw.sampler import Told
from handful.draw.sight import Probe
from handful.encode.frozen.network import session_options
from handful.errors import ModelFileError

__all__ = ["CARD", "Graphs"]

CARD, ARRAYS = "card.json", "artist.npz"
DRAW, STYLE, SHARPEN = GRAPHS = ("draw.onnx", "style.onnx", "sharpen.onnx")

Array = NDArray[np.float32]


class Graphs:
    """Raises ModelFileError where the folder has no card, and later where a file is not the one that it names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            card = json.loads((folder / CARD).read_text(encoding="utf-8"))
            self.name: str = card["name"]
            self._hashes = {name: str(card["sha256"][name]) for name in (*GRAPHS, ARRAYS)}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelFileError(f"{folder / CARD} cannot be used ({error!r})", hint=HINT) from error
        self.identity = hashlib.sha256(" ".join(self._hashes.values()).encode()).hexdigest()

    def direction(self, x: Canvas, time: Array, told: Sequence[Told]) -> Canvas:
        """(b, channel, y, x) where pictures at a time (b,) are to go, by what is told of each."""
        given = {part.name: np.stack([getattr(each, part.name) for each in told]) for part in fields(Told)}
        return self._run(DRAW, pictures=x, time=time, **given)

    def style(self, pictures: Canvas) -> Array:
        """(token, coordinate) what pictures (k, channel, 32, 32) have in common."""
        made: Array = self._run(STYLE, pictures=pictures[None], shown=np.ones((1, len(pictures)), bool))[0]
        return made

    def sharpen(self, drawn: Canvas, guides: Canvas, near: Array, references: Canvas) -> Canvas:
        """(b, channel, 64, 64) of pictures (b, channel, 32, 32) that have these guides and references in common."""
        count = len(drawn)
        return self._run(
            SHARPEN,
            pictures=drawn,
            guides=np.repeat(guides[None], count, axis=0),
            near=np.repeat(near[None], count, axis=0),
            references=references[None],
            shown=np.ones((1, len(references)), bool),
        )

    def load(self) -> None:
        """All of it now, rather than when it is first needed."""
        for part in (self.library, self.probe, self._sessions):
            assert part is not None

    @cached_property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The constants beside the networks, by name."""
        with np.load(io.BytesIO(self._content(ARRAYS)), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}

    @cached_property
    def library(self) -> Library:
        return read_library(self.folder, self.arrays["meanings"])

    @cached_property
    def probe(self) -> Probe:
        """What reads meanings from looks; its weights are kept as the product of two thin matrices."""
        whole = {name: array.astype(np.float32) for name, array in self.arrays.items()}
        weights = whole["probe_weights"] @ whole["probe_basis"]
        return Probe(weights, whole["probe_level"], whole["probe_middle"], whole["probe_spread"])

    @cached_property
    def _sessions(self) -> dict[str, Any]:
        """All at once, of one thread each, which several threads may ask at the same time.

        Two threads inside a session wait for each other after every layer: with another process on one of two cores, a
        drawing took 2.0 s where it takes 1.1 s on one thread.
        """
        import onnxruntime

        return {
            name: onnxruntime.InferenceSession(
                self._content(name), session_options(), providers=["CPUExecutionProvider"]
            )
            for name in GRAPHS
        }

    def _content(self, name: str) -> bytes:
        content = self._read(name)
        if hashlib.sha256(content).hexdigest() != self._hashes[name]:
            raise ModelFileError(
                f"{self.folder / name} is damaged: its card names another SHA-256", hint=HINT
            )
        return content

    def _read(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise ModelFileError(f"{self.folder / name} cannot be used ({error})", hint=HINT) from error

    def _run(self, name: str, **inputs: NDArray[Any]) -> Array:
        made: Array = self._sessions[name].run(None, inputs)[0]
        return made
