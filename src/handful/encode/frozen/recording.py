"""A sound file becomes samples: one channel, 16 kHz, of bounded length at once, or in blocks to its end."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.errors import CellError

__all__ = [
    "MOST_SECONDS",
    "RATE",
    "length_of",
    "read_blocks",
    "read_recording",
    "resampled",
    "resampled_blocks",
]

RATE = 16_000
"""Samples a second of what is handed on: what lies above 8 kHz tells little about most sounds."""
MOST_SECONDS = 300
MOST_VALUES = 30_000_000
"""Samples over all channels that are read at most: five minutes of stereo at 48 kHz."""
RATES = range(1_000, 768_001)
MOST_CHANNELS = 64
BLOCK = 65_536
FORMATS = {"WAV", "WAVEX", "RF64", "FLAC", "OGG", "MP3"}
LOUDEST = 1e6
"""Full scale is 1: a float file may go somewhat beyond it, but not to the end of what a float can hold."""


def read_recording(content: bytes) -> NDArray[np.float32]:
    """(sample,) of a WAV, FLAC, OGG or MP3 file at 16 kHz, its channels averaged; the first five minutes at most.

    Raises CellError where there is no such file, where it is cut off, or where samples are not numbers.
    """
    if not content:
        raise CellError("empty file")
    with _opened(io.BytesIO(content), content) as file:
        samples, rate = _samples(file, content), file.samplerate
    return resampled(samples, rate)


def read_blocks(path: Path) -> Iterator[NDArray[np.float32]]:
    """(sample,) of one block of some seconds after the other, to the end of a file of any length.

    Raises CellError as `read_recording` does, and OSError; samples may have come before.
    """
    start = _start(path)
    with _opened(str(path), start) as file:
        yield from resampled_blocks(_blocks(file), file.samplerate)


def length_of(path: Path) -> float:
    """Seconds of sound, as the file's header has it. Raises CellError and OSError."""
    start = _start(path)
    with _opened(str(path), start) as file:
        return float(file.frames / file.samplerate)


def _start(path: Path) -> bytes:
    """The first bytes of a file that is there and not empty."""
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise CellError("empty file")
    return start


@contextmanager
def _opened(file: Any, start: bytes) -> Iterator[Any]:
    """The open sound file of a kind that is read."""
    import soundfile

    try:
        with soundfile.SoundFile(file) as opened:
            _check(opened)
            yield opened
    except soundfile.LibsndfileError as error:
        raise CellError(_reason(start)) from error


def _check(file: Any) -> None:
    if file.format not in FORMATS:
        raise CellError(f"not WAV, FLAC, OGG or MP3 but {file.format}")
    if file.samplerate not in RATES:
        raise CellError(f"{file.samplerate} samples a second")
    if not 1 <= file.channels <= MOST_CHANNELS:
        raise CellError(f"{file.channels} channels")


def _samples(file: Any, content: bytes) -> NDArray[np.float32]:
    """(sample,) at the file's own rate. What is there is counted; the header is only asked whether more should be."""
    wanted = min(MOST_SECONDS * file.samplerate, MOST_VALUES // file.channels)
    parts: list[NDArray[np.float32]] = []
    found = 0
    while found < wanted:
        block = _block(file, min(BLOCK, wanted - found))
        if not len(block):
            break
        parts.append(block)
        found += len(block)
    # An MP3 without a table of contents only estimates its length.
    if found < wanted and (_says_more(content) or found < 0.9 * min(wanted, file.frames)):
        raise CellError("cut off")
    if not found:
        raise CellError("no samples")
    return np.concatenate(parts)


def _blocks(file: Any) -> Iterator[NDArray[np.float32]]:
    """(sample,) at the file's own rate, to its end."""
    found = 0
    while len(block := _block(file, BLOCK)):
        yield block
        found += len(block)
    if found < 0.9 * file.frames:
        raise CellError("cut off")
    if not found:
        raise CellError("no samples")


def _block(file: Any, most: int) -> NDArray[np.float32]:
    """(sample,) the next of the file, its channels averaged; none at its end."""
    block = file.read(most, dtype="float32", always_2d=True)
    if not (np.abs(block) <= LOUDEST).all():  # NaN is not either
        raise CellError("samples that are not numbers")
    return np.asarray(block.mean(axis=1), dtype=np.float32)


def _says_more(content: bytes) -> bool:
    """Whether the chunk of data in a WAV file claims to be longer than the file.

    A length near 2 or 4 GiB is what a program writes that streams, and does not yet know it.
    """
    if content[:4] != b"RIFF":
        return False
    at = 12
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        if content[at : at + 4] == b"data":
            return at + 8 + size > len(content) and size < 0x7FFF_0000
        at += 8 + size + size % 2
    return False


def _reason(content: bytes) -> str:
    known = content[:4] in (b"RIFF", b"RF64", b"fLaC", b"OggS") or content[:3] == b"ID3"
    return "broken or cut off" if known else "not a sound file"


def resampled(samples: NDArray[np.float32], rate: int) -> NDArray[np.float32]:
    """(sample,) at 16 kHz; a ratio of rates beyond thousandths is rounded to them."""
    ratio = _ratio(rate)
    if ratio == 1:
        return samples
    from scipy.signal import resample_poly  # half a second, which many recordings need not wait for

    return np.asarray(resample_poly(samples, ratio.numerator, ratio.denominator), dtype=np.float32)


def resampled_blocks(blocks: Iterable[NDArray[np.float32]], rate: int) -> Iterator[NDArray[np.float32]]:
    """(sample,) at 16 kHz: joined, what `resampled` gives for the blocks joined.

    Each part is resampled with as much before and after it as the filter reaches.
    """
    ratio = _ratio(rate)
    up, down = ratio.numerator, ratio.denominator
    reach = down * math.ceil(
        (10 * max(up, down) / up + 1) / down
    )  # resample_poly's filter has ten zeros a side
    held, done = np.zeros(0, np.float32), 0
    for block in blocks:
        held = np.concatenate([held, block])
        ready = done + (len(held) - done - reach) // down * down
        if ready > done:
            yield resampled(held[: ready + reach], rate)[done * up // down : ready * up // down]
            kept = min(ready, reach)
            held, done = held[ready - kept :], kept
    if len(held) > done:
        yield resampled(held, rate)[done * up // down :]


def _ratio(rate: int) -> Fraction:
    return Fraction(RATE, rate).limit_denominator(1_000)
