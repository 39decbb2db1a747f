"""Whisper: a recording becomes what is said in it, and one vector of how that sounds."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.cores import usable_cores
from handful.errors import ModelFileError
from handful.speech.silence import LONGEST, RATE, Piece, pieces, voices
from handful.weights.manifest import file_hash, stated_hash
from handful.weights.place import installed, needed, needed_module
from handful.weights.registry import weights_named

__all__ = ["WIDTH", "Segment", "Whisper", "can_hear", "missing", "whisper"]

NAME = "speech"
WIDTH = 384
"""Coordinates of the vector, with the weights of `handful get speech`."""
FILES = ("model.bin", "config.json", "tokenizer.json")
"""What a folder must hold: without the last, the library would ask the network for it."""

LOOP = 2.4
"""By how much a text can be packed that is one phrase again and again: then nothing of it is to be believed. As in
Whisper's own code; but what is said again and again can be packed as well, so only where it is also too fast."""
PACE = 6.0
"""Tokens a second that are too fast. Of 200 clips of foreign, reversed or mixed voices 17 went round in a loop, at 6.6
to 96; an advertisement that says its three sentences seven times has 4."""
HOP = 160
"""Samples between two frames of what the network is shown; it gives a vector for every second one."""
LEAST_FRAMES = 300
"""A shorter sound is shown with silence after it. Digits of a speaker not heard, 1, 4 and 10 a class of two others
(ridge, three speakers): .77, .91, .95 without, .88, .96, .98 with 1.5 s, .90, .97, .98 with 3 s, the same with 30 s,
which takes 30 times as long."""

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Segment:
    """A few words of a recording."""

    start: float
    """Seconds from the beginning of the recording."""
    end: float
    text: str
    confidence: float
    """The geometric mean probability of the tokens heard together, 0 to 1; 0 where they went round in a loop."""


class Whisper:
    """The network in a folder, in 8-bit integers, on one thread for each core but one. Nothing asks the network.

    Raises MissingError where the folder is not named and the weights were not fetched, or nothing can run them;
    ModelFileError where a folder holds no such network.
    """

    def __init__(self, folder: Path | None = None) -> None:
        module = needed_module(NAME)
        place = needed(NAME) if folder is None else folder
        _check(place)
        self.identity = stated_hash(place / FILES[0]) or file_hash(place / FILES[0])
        threads = max(1, usable_cores() - 1)
        try:
            self._model: Any = module.WhisperModel(
                str(place), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except Exception as error:  # the library has no error of its own
            raise _unusable(place, str(error)) from error
        voices(np.zeros(1, np.float32))  # the detector is loaded too, so that hearing takes what it takes

    def transcribe(
        self, samples: Samples | Iterable[Samples], heard: Callable[[float], None] = lambda seconds: None
    ) -> tuple[Segment, ...]:
        """What is said in the samples, 16,000 a second, or in blocks of them that follow each other.

        `heard` is told after each piece how many seconds have been heard.
        """
        segments: list[Segment] = []
        language: str | None = None
        for piece in pieces([samples] if isinstance(samples, np.ndarray) else samples):
            if piece.spoken is not None:
                found, language = self._hear(piece, piece.spoken, language)
                segments += found
            heard((piece.start + len(piece.samples)) / RATE)
        return tuple(segments)

    def vector(self, samples: Samples) -> Samples:
        """(coordinate,) the direction of the mean over what the encoder makes of each 20 ms of them."""
        sums, frames = np.zeros(0), 0
        for start in range(0, max(len(samples), 1), LONGEST):
            part = self._encoded(samples[start : start + LONGEST])
            sums, frames = part.sum(axis=0, dtype=np.float64) + (sums if frames else 0), frames + len(part)
        mean = sums / frames
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)

    def _hear(
        self, piece: Piece, spoken: tuple[int, int], language: str | None
    ) -> tuple[list[Segment], str | None]:
        """What is said in a piece, and in which language: that of the first piece holds for all."""
        first, end = spoken
        raw, about = self._model.transcribe(
            piece.samples[first:end],
            language=language,
            beam_size=1,
            temperature=[0.0],
            condition_on_previous_text=False,  # a piece says the same whatever was said before it
        )
        begin, latest = (piece.start + first) / RATE, (piece.start + end) / RATE
        heard = list(raw)
        fast = sum(len(each.tokens) for each in heard) > PACE * (latest - begin)
        found = [_segment(each, begin, latest, fast) for each in heard]
        return [segment for segment in found if segment.text], about.language

    def _encoded(self, samples: Samples) -> NDArray[Any]:
        """(frame, coordinate) of a sound of at most 30 s, without the frames that only fill up."""
        real = max(1, math.ceil(len(samples) / HOP / 2))
        shown = 2 * max(real, LEAST_FRAMES // 2)
        features = self._model.feature_extractor(samples, padding=(shown + 1) * HOP - len(samples))
        made = np.array(self._model.encode(np.ascontiguousarray(features[:, :shown])))
        return np.asarray(made[0, :real])


def can_hear() -> bool:
    """Whether the weights of speech are here, and what runs them."""
    return not missing()


def missing() -> str:
    """The commands that install what speech lacks here; empty where nothing lacks."""
    from importlib.util import find_spec

    weights = weights_named(NAME)
    module = "" if find_spec(weights.module) else f"`pip install 'handful[{weights.extra}]'`"
    files = "" if installed(NAME) else f"`handful get {NAME}`"
    return " and ".join(filter(None, (module, files)))


def whisper() -> Whisper:
    """The installed network, started once in a process. Raises MissingError."""
    return _whisper(needed(NAME), os.getpid())


@cache
def _whisper(folder: Path, process: int) -> Whisper:
    """That of a process: one that is forked has none of its parent's threads, and starts its own."""
    return Whisper(folder)


def _segment(raw: Any, begin: float, latest: float, fast: bool) -> Segment:
    start = min(begin + float(raw.start), latest)
    end = min(begin + float(raw.end), latest)
    loops = fast and raw.compression_ratio > LOOP
    sure = 0.0 if loops else min(1.0, math.exp(raw.avg_logprob))
    return Segment(start, max(start, end), raw.text.strip(), sure)


def _check(folder: Path) -> None:
    lacking = [name for name in FILES if not (folder / name).is_file()]
    if lacking:
        raise _unusable(folder, f"there is no {lacking[0]} in it")


def _unusable(folder: Path, why: str) -> ModelFileError:
    return ModelFileError(
        f"{str(folder)!r} holds no Whisper that can be used: {why}",
        hint="name a folder with a Whisper in CTranslate2's form: model.bin, config.json, tokenizer.json",
    )
