"""A sound becomes one vector: what it sounds like, how it moves, which word it may be, and what Whisper hears.

The last only where the weights of `handful get speech` are installed; its identity and width tell.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from handful.encode.frozen.network import network
from handful.encode.frozen.recording import RATE, read_recording
from handful.encode.frozen.spectrum import (
    FRAMES_AT_ONCE,
    HOP,
    QUIETEST,
    TRANSFORM,
    WINDOW,
    decibels,
    frames_of,
    in_bands,
    power_spectrum,
    trimmed,
)
from handful.encode.frozen.word import word_levels, word_pictures
from handful.speech.whisper import WIDTH, Whisper, can_hear, whisper

__all__ = ["AND_WHISPER", "BLOCKS", "SCALARS", "SoundVectors", "sound_encoder"]

RECIPE = 1
"""Is counted up whenever the same weights are to give other vectors."""
SCALARS = 20
"""The first coordinates stand for themselves: level, length, pitch, centroid, and how they vary."""
BLOCKS = (216, 144, 128)
"""Then come three blocks: timbre and its dynamics, the course of the cepstrum, the word network."""

AND_WHISPER = " and Whisper "
"""Between the two parts of an identity: whoever learnt with the first alone can use such vectors too."""

BANDS, LOW, HIGH = 32, 60.0, 7_800.0
"""Of timbre: the whole range, of which a telephone's recording fills the lower half."""
SILENCE = 1e-5
"""Of full scale, where the smallest step of 16 bits is three times as much: samples below it are no sound."""
HEARD = 30.0
"""dB under the loudest frame: frames that are weaker count as silence."""
TRIM = 25.0
"""dB likewise: what is weaker at either end is no part of the course. On three speakers of spoken digits, 20, 25, 30
and 40 dB gave .59, .61, .59 and .56 of five words right, at one row each from another speaker."""
STEPS, CEPSTRA = 12, 12
PITCH_RATE, PITCH_WINDOW = RATE // 2, 400

Array = NDArray[np.float32]


class SoundVectors:
    """The sound encoder: signal processing, and a network that learnt to tell synthetic words apart."""

    def __init__(self, whisper: Whisper | None = None) -> None:
        self._whisper = whisper
        own = hashlib.sha256(f"{network('sound').hash} recipe {RECIPE}".encode()).hexdigest()
        self.identity = own if whisper is None else f"{own}{AND_WHISPER}{whisper.identity}"
        self.width = SCALARS + sum(BLOCKS) + (0 if whisper is None else WIDTH)

    def embed(self, content: bytes) -> Array:
        """(coordinate,) of a file's bytes. Raises CellError as `read_recording` does."""
        samples, volume = _leveled(read_recording(content))
        spectrum = power_spectrum(samples)
        words = word_levels(spectrum)
        bands = decibels(in_bands(spectrum, BANDS, LOW, HIGH))
        parts = [volume, _scalars(samples, spectrum), _timbre(bands), _course(words), self._word(words)]
        if self._whisper is not None:
            parts.append(self._whisper.vector(samples))
        return np.concatenate(parts).astype(np.float32)

    def _word(self, words: Array) -> Array:
        """(128,) the mean direction that the network gives to pictures of the sound."""
        made = network("sound")(words=word_pictures(words))[0]
        return _unit((made / np.linalg.norm(made, axis=1, keepdims=True)).mean(axis=0))


def sound_encoder() -> SoundVectors:
    """The encoder of every sound column: with Whisper where it is installed."""
    return _sound_encoder(can_hear(), os.getpid())


@cache
def _sound_encoder(with_whisper: bool, process: int) -> SoundVectors:
    return SoundVectors(whisper() if with_whisper else None)


def _leveled(samples: Array) -> tuple[Array, Array]:
    """(sample,) with peak 1, unless there is nothing but silence; and (2,) its level and its peak in dB."""
    peak = max(float(np.abs(samples).max()), SILENCE)
    level = float(np.sqrt(np.mean(np.square(samples), dtype=np.float64)))
    return samples / np.float32(peak), 20 * np.log10(np.array([max(level, SILENCE), peak], np.float32))


def _timbre(bands: Array) -> Array:
    """(coordinate,) how loud each band is, how that spreads and changes, its cepstrum, and its modulations."""
    relative = (bands - bands.mean()) / 10
    low, middle, high = np.quantile(relative, (0.1, 0.5, 0.9), axis=0)
    change = np.abs(np.diff(relative, axis=0, append=relative[-1:])).mean(axis=0)
    cepstrum = _cepstrum(bands)
    moves = np.diff(cepstrum, axis=0, append=cepstrum[-1:])
    pooled = (cepstrum.mean(axis=0), cepstrum.std(axis=0), moves.std(axis=0))
    return np.concatenate([relative.mean(axis=0), low, middle, high, change, *pooled, _modulations(relative)])


def _cepstrum(level: Array) -> Array:
    """(frame, 12) the cosine transform over bands without its mean, the higher of them lifted."""
    from scipy.fft import dct

    # Lifted, 10 rows a class of two speakers tell digits of the third at .61, else at .57 (nearest mean).
    lift = 1 + np.arange(1, CEPSTRA + 1, dtype=np.float32) / 4
    cepstrum: Array = dct(level, type=2, norm="ortho", axis=1)[:, 1 : CEPSTRA + 1] * lift / 10
    return cepstrum


def _modulations(relative: Array) -> Array:
    """(20,) how much each of four ranges of bands goes up and down at five rates: 0.5 to 32 a second, by octaves."""
    groups = relative.reshape(len(relative), 4, -1).mean(axis=2)
    length = max(200, len(groups))
    power = np.abs(np.fft.rfft(groups - groups.mean(axis=0), length, axis=0)) ** 2 / len(groups)
    rate = np.fft.rfftfreq(length, HOP / RATE)
    edges = (0.5, 2, 4, 8, 16, 32)
    within = [(rate >= low) & (rate < high) for low, high in pairwise(edges)]
    return np.log10(np.array([power[rows].sum(axis=0) for rows in within]).ravel() + 1e-2)


def _course(words: Array) -> Array:
    """(144,) the cepstrum's course in 12 steps of equal length, of what is left without silence at either end.

    Half of its mean is taken off: all of it takes away what tells vowels apart, nothing leaves the microphone in
    (.56, .59, .54 of five words at one row each for all, half, none).
    """
    cepstrum = _cepstrum(trimmed(words, TRIM))
    course = _steps(cepstrum - cepstrum.mean(axis=0) / 2, STEPS)
    return _unit(course.ravel())


def _steps(rows: Array, count: int) -> Array:
    """(count, column) means over parts of equal length, which may begin and end within a row."""
    edges = np.linspace(0, len(rows), count + 1)
    sums = np.vstack([np.zeros(rows.shape[1]), np.cumsum(rows, axis=0, dtype=np.float64)])
    whole = np.minimum(edges.astype(np.intp), len(rows) - 1)
    at = sums[whole] + (edges - whole)[:, None] * rows[whole]
    return (np.diff(at, axis=0) * count / len(rows)).astype(np.float32)


def _unit(vector: Array) -> Array:
    """Of length 1; zeros stay."""
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def _scalars(samples: Array, spectrum: Array) -> Array:
    """(18,) length and what of it is heard, then how loudness, noisiness, spectrum and pitch behave."""
    power = spectrum.sum(axis=1) + QUIETEST
    loudness = 10 * np.log10(power)
    heard = loudness - loudness.max() > -HEARD
    pitch, voicing = _pitch(samples)
    voiced = voicing > 0.5
    tone = pitch[voiced] if voiced.any() else pitch[:1] * 0
    shape = _shape(spectrum[heard] + QUIETEST)
    crossings = np.abs(np.diff(np.signbit(frames_of(samples, WINDOW, HOP)), axis=1)).mean(axis=1)
    rises = np.maximum(np.diff(loudness, prepend=loudness[:1]), 0)
    return np.array(
        [
            np.log2(len(samples) / RATE),
            np.log2((np.ptp(np.flatnonzero(heard)) + 1) * HOP / RATE),
            loudness.std(),
            np.quantile(loudness, 0.9) - np.quantile(loudness, 0.1),
            heard.mean(),
            (rises > 6).sum() / len(rises),
            rises.mean(),
            crossings.mean(),
            crossings.std(),
            *shape.mean(axis=0),
            shape[:, 0].std(),
            shape[:, 2].std(),
            np.median(tone),
            np.quantile(tone, 0.9) - np.quantile(tone, 0.1),
            voiced.mean(),
            voicing.mean(),
        ]
    )


def _shape(spectrum: Array) -> Array:
    """(frame, 3) centroid and spread in kHz, and flatness: the logarithm of geometric over arithmetic mean."""
    share = spectrum / spectrum.sum(axis=1, keepdims=True)
    at = np.arange(spectrum.shape[1], dtype=np.float32) * (RATE / TRANSFORM / 1000)
    centroid = (share * at).sum(axis=1)
    spread = np.sqrt(np.maximum((share * at**2).sum(axis=1) - centroid**2, 0))
    flatness = np.log10(spectrum).mean(axis=1) - np.log10(spectrum.mean(axis=1))
    return np.stack([centroid, spread, flatness], axis=1)


def _pitch(samples: Array) -> tuple[Array, Array]:
    """(frame,) the octave over 50 Hz at which a frame is most like itself, and how much: normalised autocorrelation.

    At 8 kHz, in frames of 50 ms, from 50 to 500 Hz.
    """
    even = np.pad(samples, (0, len(samples) % 2))
    frames = frames_of(even.reshape(-1, 2).mean(axis=1), PITCH_WINDOW, HOP)
    lags = np.arange(PITCH_RATE // 500, PITCH_RATE // 50 + 1)
    parts = [
        _likeness(frames[start : start + FRAMES_AT_ONCE])[:, lags]
        for start in range(0, len(frames), FRAMES_AT_ONCE)
    ]
    like = np.concatenate(parts)
    return np.log2(PITCH_RATE / lags[like.argmax(axis=1)] / 50), np.clip(like.max(axis=1), 0, 1)


def _likeness(frames: Array) -> Array:
    """(frame, lag) autocorrelation, 1 at lag 0, with what the window takes from longer lags given back."""
    from scipy.fft import irfft, rfft

    window = np.hanning(PITCH_WINDOW)
    shown = (frames - frames.mean(axis=1, keepdims=True)) * window.astype(np.float32)
    like = irfft(np.abs(rfft(shown, 1024)) ** 2)[:, :PITCH_WINDOW]
    fade = np.correlate(window, window, "full")[PITCH_WINDOW - 1 :]
    kept = np.maximum(fade / fade[0], 0.1).astype(np.float32)
    normal: Array = like / (like[:, :1] + QUIETEST) / kept
    return normal
