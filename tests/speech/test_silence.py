import numpy as np
import pytest

from handful.speech.silence import LONGEST, RATE, pieces, voices
from tests.tiny_whisper import voice

pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")


def quiet(seconds):
    return np.random.default_rng(1).normal(0, 1e-4, int(seconds * RATE)).astype(np.float32)


def speech(spoken, pause, whole):
    """Voices of some seconds with pauses between them, and where the pauses are, in samples."""
    parts, pauses, length = [], [], 0
    for number in range(int(whole / (spoken + pause))):
        parts += [voice(spoken, number), quiet(pause)]
        length += len(parts[-2])
        pauses.append((length, length + len(parts[-1])))
        length += len(parts[-1])
    return np.concatenate(parts), pauses


@pytest.fixture(scope="module")
def minute():
    return speech(4.0, 0.8, 75.0)


def test_a_voice_is_told_from_silence_and_noise():
    assert voices(voice(2)).max() > 0.9
    assert voices(quiet(2)).max() < 0.3
    assert voices(np.random.default_rng(0).normal(0, 0.1, 2 * RATE).astype(np.float32)).max() < 0.3


def test_cutting_never_loses_or_moves_a_sample(minute):
    samples, _ = minute
    found = list(pieces([samples]))
    assert len(found) > 2
    assert np.array_equal(np.concatenate([piece.samples for piece in found]), samples)
    starts = np.cumsum([0, *(len(piece.samples) for piece in found)])
    assert [piece.start for piece in found] == starts[:-1].tolist()


def test_no_piece_is_longer_than_the_network_hears(minute):
    assert all(0 < len(piece.samples) <= LONGEST for piece in pieces([minute[0]]))


def test_every_cut_lies_in_a_silence_where_there_is_one(minute):
    samples, pauses = minute
    cuts = [piece.start for piece in pieces([samples])][1:]
    assert cuts
    for cut in cuts:
        assert any(first <= cut <= end for first, end in pauses), cut / RATE


def test_the_longest_silence_is_where_the_cut_is():
    parts = [voice(13), quiet(1.5), voice(5, 1), quiet(0.4), voice(14, 2)]
    cut = next(iter(pieces([np.concatenate(parts)])))
    assert 13 * RATE < len(cut.samples) < 14.5 * RATE


def test_a_voice_without_a_pause_is_cut_all_the_same():
    samples = voice(65)
    found = list(pieces([samples]))
    assert len(found) >= 3
    assert np.array_equal(np.concatenate([piece.samples for piece in found]), samples)


def test_the_blocks_in_which_a_recording_comes_change_no_piece(minute):
    samples, _ = minute
    whole = list(pieces([samples]))
    for size in (7_777, 100_000):
        blocks = [samples[start : start + size] for start in range(0, len(samples), size)]
        for piece, same in zip(pieces(blocks), whole, strict=True):
            assert piece.start == same.start
            assert np.array_equal(piece.samples, same.samples)
            assert piece.spoken == same.spoken


def test_only_what_is_spoken_is_to_be_heard_with_some_silence_around():
    samples = np.concatenate([quiet(3), voice(4), quiet(5)])
    (piece,) = pieces([samples])
    assert piece.spoken is not None
    first, end = piece.spoken
    assert 2 * RATE < first < 3 * RATE
    assert 7 * RATE < end < 8 * RATE


def test_nobody_speaks_in_silence_and_nothing_comes_of_nothing():
    assert [piece.spoken for piece in pieces([quiet(40)])] == [None, None]
    assert list(pieces([])) == []
