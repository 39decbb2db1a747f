import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from scipy.signal import chirp, resample_poly

from handful.encode.frozen.recording import (
    MOST_SECONDS,
    RATE,
    length_of,
    read_blocks,
    read_recording,
    resampled,
    resampled_blocks,
)
from handful.encode.frozen.sound import BLOCKS, SCALARS, SoundVectors
from handful.errors import CellError
from handful.speech.whisper import WIDTH, Whisper
from tests.tiny_whisper import tiny_whisper

SECONDS = np.arange(RATE) / RATE
SWEEP = (0.4 * chirp(SECONDS, 300, 1, 2_500) * np.hanning(RATE)).astype(np.float32)
HUM = (0.3 * np.sign(np.sin(2 * np.pi * 140 * SECONDS)) * np.sin(2 * np.pi * 3 * SECONDS)).astype(np.float32)
STARTS = np.cumsum((0, SCALARS, *BLOCKS))


def file(samples, rate=RATE, form="WAV", subtype="PCM_16"):
    content = io.BytesIO()
    # Whole numbers: each format has its own way to round others to 16 bits.
    written = samples if subtype == "FLOAT" else np.round(samples * 32_767).astype(np.int16)
    soundfile.write(content, written, rate, format=form, subtype=subtype)
    return content.getvalue()


def vector(content):
    return SoundVectors().embed(content)


def likeness(first, second):
    """The cosine of each embedding with its twin."""
    parts = [(first[a:b], second[a:b]) for a, b in pairwise(STARTS[1:])]
    return np.array([a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a, b in parts])


def reason(content):
    with pytest.raises(CellError) as caught:
        vector(content)
    return str(caught.value)


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG", "MP3"])
def test_a_vector_has_its_width_and_is_finite_and_the_same_again(form):
    content = file(SWEEP, form=form, subtype=None)
    found = vector(content)
    assert found.shape == (SoundVectors().width,) == (SCALARS + sum(BLOCKS),)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert np.array_equal(found, vector(content))


def test_two_threads_find_what_one_finds():
    contents = [file(part) for part in (SWEEP, HUM, SWEEP[::-1], SWEEP + HUM)] * 3
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(vector, contents))
    assert all(np.array_equal(a, vector(b)) for a, b in zip(together, contents, strict=True))


def test_wav_and_flac_of_one_sound_give_one_vector():
    assert np.array_equal(vector(file(SWEEP)), vector(file(SWEEP, form="FLAC")))


@pytest.mark.parametrize("form", ["OGG", "MP3"])
def test_a_lossy_file_gives_nearly_the_vector_of_the_sound_itself(form):
    assert (likeness(vector(file(SWEEP, form=form, subtype=None)), vector(file(SWEEP))) > 0.9).all()


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 48_000])
def test_another_sample_rate_gives_nearly_the_same_vector(rate):
    other = vector(file(resample_poly(SWEEP, rate // 25, RATE // 25).astype(np.float32), rate))
    assert (likeness(other, vector(file(SWEEP))) > 0.9).all()
    assert (likeness(vector(file(HUM)), vector(file(SWEEP))) < 0.9).all()


def test_the_same_in_both_channels_is_what_it_is_in_one():
    assert np.array_equal(vector(file(np.stack([SWEEP, SWEEP], axis=1))), vector(file(SWEEP)))


def test_volume_is_in_the_first_two_coordinates_and_nowhere_else():
    loud, soft = (vector(file(SWEEP * gain, subtype="FLOAT")) for gain in (1, 0.1))
    assert np.allclose((loud - soft)[:2], 20, atol=0.1)
    assert np.allclose(loud[2:], soft[2:], atol=0.01)


def test_silence_is_a_sound_too():
    assert np.isfinite(vector(file(np.zeros(RATE)))).all()


@pytest.mark.parametrize("samples", [1, 2, 3, 100, 401])
def test_a_sound_of_a_few_samples_has_a_vector(samples):
    assert np.isfinite(vector(file(SWEEP[8_000 : 8_000 + samples]))).all()


def test_of_a_long_file_the_first_minutes_are_read():
    noise = np.random.default_rng(0).normal(0, 0.1, (MOST_SECONDS + 60) * 1_000).astype(np.float32)
    long, short = file(noise, 1_000), file(noise[: MOST_SECONDS * 1_000], 1_000)
    assert len(read_recording(long)) == MOST_SECONDS * RATE
    assert np.array_equal(read_recording(long), read_recording(short))


def test_a_file_that_does_not_know_its_length_is_read_to_its_end():
    content = bytearray(file(SWEEP))
    content[40:44] = struct.pack("<I", 0xFFFF_FFFF)
    assert np.array_equal(vector(bytes(content)), vector(file(SWEEP)))


def changed(at, pattern, value):
    content = bytearray(file(SWEEP))
    content[at : at + struct.calcsize(pattern)] = struct.pack(pattern, value)
    return bytes(content)


NOT_NUMBERS = np.where(np.arange(RATE) == 5, np.nan, SWEEP)
BROKEN = {
    "empty": (b"", "empty file"),
    "text": (b"these are words, not samples\n" * 50, "not a sound file"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), "not a sound file"),
    "AIFF": (file(SWEEP, form="AIFF"), "not WAV, FLAC, OGG or MP3 but AIFF"),
    "header alone": (file(SWEEP)[:44], "cut off"),
    "half a header": (file(SWEEP)[:30], "broken or cut off"),
    "half a WAV": (file(SWEEP)[:16_000], "cut off"),
    "half a FLAC": (file(SWEEP, form="FLAC")[:4_000], "broken or cut off"),
    "half an OGG": (file(SWEEP, form="OGG", subtype="VORBIS")[:2_000], "broken or cut off"),
    "half an MP3": (file(np.tile(SWEEP, 3), form="MP3", subtype=None)[:2_000], "cut off"),
    "header that lies about its length": (changed(40, "<I", 1_000_000_000), "cut off"),
    "no samples": (file(SWEEP[:0]), "no samples"),
    "NaN": (file(NOT_NUMBERS, subtype="FLOAT"), "samples that are not numbers"),
    "infinity": (file(NOT_NUMBERS * 0 + np.inf, subtype="FLOAT"), "samples that are not numbers"),
    "a billion samples a second": (changed(24, "<I", 10**9), "1000000000 samples a second"),
    "no rate": (changed(24, "<I", 0), "broken or cut off"),
    "no channel": (changed(22, "<H", 0), "broken or cut off"),
    "a thousand channels": (changed(22, "<H", 1_000), "1000 channels"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_its_reason(name):
    content, why = BROKEN[name]
    assert reason(content) == why


def test_bytes_that_were_overwritten_give_a_vector_or_a_reason_and_no_other_error():
    contents = [file(SWEEP[:2_000], form=form, subtype=None) for form in ("WAV", "FLAC", "OGG", "MP3")]
    for trial in range(60):
        random = np.random.default_rng(trial)
        content = np.frombuffer(contents[trial % 4], np.uint8).copy()
        where = random.integers(0, min(len(content), 120 if trial % 8 < 4 else len(content)), 4)
        content[where] = random.integers(0, 256, 4)
        with suppress(CellError):
            assert np.isfinite(vector(content.tobytes())).all()


def test_the_vector_depends_on_what_is_heard_and_not_on_its_neighbours():
    alone = vector(file(HUM))
    vector(file(SWEEP))
    assert zlib.crc32(vector(file(HUM)).tobytes()) == zlib.crc32(alone.tobytes())


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 16_000, 96_000])
@pytest.mark.parametrize("size", [1, 997, 65_536])
def test_blocks_are_resampled_as_the_whole_is(rate, size):
    samples = np.random.default_rng(0).normal(0, 0.2, 2_000 if size == 1 else 30_011).astype(np.float32)
    blocks = [samples[start : start + size] for start in range(0, len(samples), size)]
    joined = np.concatenate(list(resampled_blocks(blocks, rate)))
    np.testing.assert_allclose(joined, resampled(samples, rate), atol=1e-5)


def test_a_file_in_blocks_is_the_file_read_at_once(tmp_path):
    path = tmp_path / "long.wav"
    path.write_bytes(file(np.tile(SWEEP, 20), rate=44_100))
    np.testing.assert_allclose(
        np.concatenate(list(read_blocks(path))), read_recording(path.read_bytes()), atol=1e-5
    )
    assert length_of(path) == 20 * RATE / 44_100


def test_blocks_have_no_longest_length(tmp_path):
    path = tmp_path / "long.wav"
    path.write_bytes(file(np.zeros(8_000 * (MOST_SECONDS + 60)), rate=8_000))
    assert sum(map(len, read_blocks(path))) == RATE * (MOST_SECONDS + 60)


@pytest.mark.parametrize("content", [b"", b"RIFF no more", b"text"])
def test_a_broken_file_gives_no_blocks_and_no_length(tmp_path, content):
    path = tmp_path / "broken.wav"
    path.write_bytes(content)
    for read in (length_of, lambda path: list(read_blocks(path))):
        with pytest.raises(CellError):
            read(path)


def test_what_whisper_hears_stands_behind_the_rest_and_changes_none_of_it(tmp_path):
    pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")
    alone, both = SoundVectors(), SoundVectors(Whisper(tiny_whisper(tmp_path)))
    assert both.width == alone.width + WIDTH
    assert both.identity.startswith(alone.identity)
    assert both.identity != alone.identity
    found = both.embed(file(SWEEP))
    assert found.shape == (both.width,)
    assert np.array_equal(found[: alone.width], alone.embed(file(SWEEP)))
    assert np.isclose(np.linalg.norm(found[alone.width :]), 1, atol=1e-5)
