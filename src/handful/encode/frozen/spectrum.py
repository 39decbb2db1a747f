"""Samples in frames, and how strong each band of frequencies is in each of them."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from handful.encode.frozen.recording import RATE

__all__ = [
    "FRAMES_AT_ONCE",
    "HOP",
    "QUIETEST",
    "TRANSFORM",
    "WINDOW",
    "at_frames",
    "decibels",
    "frames_of",
    "in_bands",
    "power_spectrum",
    "trimmed",
]

WINDOW, HOP, TRANSFORM = 400, 160, 512
"""Samples of a frame (25 ms), from one to the next (10 ms), and of its Fourier transform."""
FRAMES_AT_ONCE = 2_000
FLOOR = 60.0
"""dB under the loudest band of the clip; what is weaker counts as this weak."""
QUIETEST = 1e-10
"""Power of a band where nothing is heard: the rounding of 16 bits is louder."""

Array = NDArray[np.float32]


def power_spectrum(samples: Array) -> Array:
    """(frame, frequency) power, after a first difference that lifts the high frequencies as speech needs it."""
    from scipy.fft import rfft

    lifted = np.append(samples[:1], samples[1:] - np.float32(0.97) * samples[:-1])
    frames = frames_of(lifted, WINDOW, HOP)
    window = np.hanning(WINDOW).astype(np.float32)
    parts = [
        np.abs(rfft(frames[start : start + FRAMES_AT_ONCE] * window, TRANSFORM)) ** 2
        for start in range(0, len(frames), FRAMES_AT_ONCE)
    ]
    return np.concatenate(parts)


def frames_of(samples: Array, width: int, hop: int) -> Array:
    """(frame, sample), one at least."""
    padded = np.pad(samples, (0, max(0, width - len(samples))))
    frames: Array = np.lib.stride_tricks.sliding_window_view(padded, width)[::hop]
    return frames


@cache
def _mel_bank(bands: int, low: float, high: float) -> Array:
    """(frequency, band) triangles of equal width on the mel scale (Stevens, Volkmann and Newman 1937)."""
    mel = np.linspace(2595 * np.log10(1 + low / 700), 2595 * np.log10(1 + high / 700), bands + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    at = np.arange(TRANSFORM // 2 + 1)[:, None] * RATE / TRANSFORM
    rise = (at - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - at) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rise, fall)).astype(np.float32)


def in_bands(spectrum: Array, bands: int, low: float, high: float) -> Array:
    """(frame, band) power. Summed here and not by a matrix product, whose bits depend on the threads it has."""
    power: Array = np.einsum("tf,fb->tb", spectrum, _mel_bank(bands, low, high))
    return power


def decibels(power: Array) -> Array:
    """(frame, band) dB under the loudest of the clip, so that volume is out; silence is 0 throughout."""
    level = 10 * np.log10(power + QUIETEST)
    relative: Array = np.maximum(level - level.max(), -FLOOR)
    return relative


def loudness_of(level: Array) -> Array:
    """(frame,) dB of all bands together."""
    loudness: Array = 10 * np.log10((10 ** (level / 10)).mean(axis=1))
    return loudness


def trimmed(level: Array, trim: float) -> Array:
    """The frames from the first to the last that is not much weaker than the loudest."""
    loudness = loudness_of(level)
    heard = np.flatnonzero(loudness > loudness.max() - trim)
    return level[heard[0] : heard[-1] + 1]


def at_frames(level: Array, where: NDArray[np.float64]) -> Array:
    """(place, band) between frames, in proportion."""
    low = np.floor(where).astype(np.intp)
    share = (where - low)[:, None].astype(np.float32)
    return level[low] * (1 - share) + level[np.minimum(low + 1, len(level) - 1)] * share
