"""The bytes of a sound file become samples: one channel, 16 kHz, of bounded length."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.errors import CellError

__all__ = ["MOST_SECONDS", "RATE", "read_recording", "resampled"]

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
    import soundfile

    if not content:
        raise CellError("empty file")
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            _check(file)
            samples, rate = _samples(file, content), file.samplerate
    except soundfile.LibsndfileError as error:
        raise CellError(_reason(content)) from error
    return resampled(samples, rate)


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
        block = file.read(min(BLOCK, wanted - found), dtype="float32", always_2d=True)
        if not len(block):
            break
        if not (np.abs(block) <= LOUDEST).all():  # NaN is not either
            raise CellError("samples that are not numbers")
        parts.append(block.mean(axis=1))
        found += len(block)
    # An MP3 without a table of contents only estimates its length.
    if found < wanted and (_says_more(content) or found < 0.9 * min(wanted, file.frames)):
        raise CellError("cut off")
    if not found:
        raise CellError("no samples")
    return np.concatenate(parts)


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
    from scipy.signal import resample_poly

    ratio = Fraction(RATE, rate).limit_denominator(1_000)
    if ratio == 1:
        return samples
    return np.asarray(resample_poly(samples, ratio.numerator, ratio.denominator), dtype=np.float32)
