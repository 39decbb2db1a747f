"""Where a recording may be cut: in its silences, so that no word is torn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST", "RATE", "Piece", "pieces"]

RATE = 16_000
"""Samples a second that the networks are made for."""
LONGEST = 30 * RATE
"""Samples that Whisper hears at once."""
SHORTEST = 10 * RATE
"""Each piece costs the same, as silence fills it up to the longest: so a cut is sought in its last two thirds."""
STEP = 512
"""Samples of one judgement of the voice detector: 32 ms."""
VOICE, PAUSE = 0.5, 0.35
"""From which probability a step is a voice, and below which it is none. Of 53 clips of a second, all 21 of speech
reach the first, 3 of 17 of music, none of 15 of silence."""
MARGIN = 12 * STEP
"""Samples before and after a voice that are heard with it: 0.4 s."""

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a recording, at most 30 s; the pieces of a recording follow each other without a gap."""

    start: int
    """The first sample's place in the recording."""
    samples: Samples
    spoken: tuple[int, int] | None
    """From and up to which sample of it there are voices, with some silence around; None where there are none."""


def pieces(blocks: Iterable[Samples]) -> Iterator[Piece]:
    """The pieces of a recording that comes in blocks of any length, of which one is held at a time.

    Each but the last ends in the longest pause of what comes after its first 10 s: between sentences rather than
    words; where there is none, where it is quietest.
    """
    held, start = np.zeros(0, np.float32), 0
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) > LONGEST:
            voice = voices(held[:LONGEST])
            length = _cut(held[:LONGEST], voice)
            yield Piece(start, held[:length], _spoken(voice[: -(-length // STEP)], length))
            held, start = held[length:], start + length
    if len(held):
        yield Piece(start, held, _spoken(voices(held), len(held)))


def voices(samples: Samples) -> NDArray[np.float32]:
    """(step,) how likely somebody speaks in each 32 ms, by the detector inside faster-whisper (Silero, MIT)."""
    detector = import_module("faster_whisper.vad").get_vad_model()
    told = detector(np.pad(samples, (0, -len(samples) % STEP)))  # it writes into what it is given
    return np.asarray(told, dtype=np.float32).ravel()


def _spoken(voice: NDArray[np.float32], length: int) -> tuple[int, int] | None:
    if not len(voice) or voice.max() < VOICE:
        return None
    steps = np.flatnonzero(voice >= PAUSE)
    first, last = int(steps[0]) * STEP, int(steps[-1] + 1) * STEP
    return max(0, first - MARGIN), min(length, last + MARGIN)


def _cut(samples: Samples, voice: NDArray[np.float32]) -> int:
    """After how many samples to cut."""
    runs = _pauses(voice[SHORTEST // STEP : len(samples) // STEP]) + SHORTEST // STEP
    if not len(runs):
        return _quietest(samples)
    first, end = runs[(runs[:, 1] - runs[:, 0]).argmax()]
    return int(first + end) * STEP // 2


def _pauses(voice: NDArray[np.float32]) -> NDArray[np.intp]:
    """(pause, 2) the first step of each, and the step after its last."""
    edges = np.diff(np.concatenate([[0], voice < PAUSE, [0]]).astype(np.int8))
    return np.stack([np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)], axis=1)


def _quietest(samples: Samples) -> int:
    """The middle of the quietest 96 ms in the last third: between two words rather than in one."""
    first = len(samples) * 2 // 3
    steps = samples[first : first + (len(samples) - first) // STEP * STEP].reshape(-1, STEP)
    loudness = np.convolve(np.square(steps, dtype=np.float64).mean(axis=1), np.ones(3), mode="valid")
    return first + (int(loudness.argmin()) + 1) * STEP + STEP // 2
