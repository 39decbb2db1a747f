"""What the word network is shown of a sound: pictures of its bands over time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.encode.frozen.spectrum import at_frames, decibels, in_bands, trimmed

__all__ = ["WORD_BANDS", "WORD_FRAMES", "word_levels", "word_picture", "word_pictures", "word_power"]

WORD_BANDS, LOW, HIGH = 40, 100.0, 3_800.0
"""What a telephone transmits, so that a recording at 8 kHz has it all."""
WORD_FRAMES, PICTURE_HOP, MOST_PICTURES = 80, 40, 16
"""Up to twice as long a sound is pressed into one picture; a longer one is shown in pieces that overlap by half."""
FLOOR = 50.0
"""dB under the loudest, at which what is weaker counts."""
TRIMS, THROATS = (18.0, 22.0, 28.0), (0.9, 1.0, 1.1)
"""dB under the loudest frame where a word ends, and lengths of the throat that says it. The mean over all nine is
right of .78 of five words, at one row each from other speakers; trims of 22, 28, 35 likewise."""
SPREAD, PADDING = 12.0, -2.0
"""dB that count as 1, and what stands for silence around a word, of mean 0."""

Array = NDArray[np.float32]


def word_power(spectrum: Array) -> Array:
    """(frame, 40) power of the bands that tell words apart."""
    return in_bands(spectrum, WORD_BANDS, LOW, HIGH)


def word_levels(spectrum: Array) -> Array:
    """(frame, 40) dB of the bands that tell words apart, 0 where the clip is loudest."""
    return decibels(word_power(spectrum))


def word_pictures(words: Array) -> Array:
    """(picture, 80, 40) what the word network is shown: a short sound as several throats would say it, or pieces."""
    level = _heard(words, TRIMS[1])
    if len(level) <= 2 * WORD_FRAMES:
        said = [_said(words, throat) for throat in THROATS]
        return np.stack([word_picture(each, trim) for each in said for trim in TRIMS])
    count = min(MOST_PICTURES, len(level) // PICTURE_HOP)
    starts = np.linspace(0, len(level) - WORD_FRAMES, count).astype(np.intp)
    return np.stack([level[start : start + WORD_FRAMES] for start in starts])


def word_picture(words: Array, trim: float) -> Array:
    """(80, 40) all that is left without what is `trim` dB under the loudest frame, at either end."""
    return _fitted(_heard(words, trim))


def _heard(words: Array, trim: float) -> Array:
    """(frame, 40) in units of `SPREAD`, of mean 0."""
    heard = trimmed(np.maximum(words, words.max() - FLOOR), trim)
    level: Array = (heard - heard.mean()) / np.float32(SPREAD)
    return level


def _said(words: Array, throat: float) -> Array:
    """Its formants moved, as by a vocal tract so many times as long."""
    where = np.minimum(np.arange(WORD_BANDS) * throat, WORD_BANDS - 1)
    return at_frames(words.T, where).T


def _fitted(level: Array) -> Array:
    """80 frames: a longer one is pressed together, a shorter one stands in the middle of silence."""
    length = min(len(level), WORD_FRAMES)
    pressed = level if len(level) == length else at_frames(level, np.linspace(0, len(level) - 1, length))
    before = (WORD_FRAMES - length) // 2
    ends = (before, WORD_FRAMES - length - before)
    return np.pad(pressed, (ends, (0, 0)), constant_values=PADDING).astype(np.float32)
