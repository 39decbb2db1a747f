"""A vector depends on its series alone; the shape knows form, the measures size."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from handful.encode.frozen.series import MEASURES, SHAPES, measures, series_encoder, shape
from handful.errors import CellError


def wave(length, *, cycles=3.0, seed=0):
    time = np.linspace(0, 1, length)
    return np.sin(2 * np.pi * cycles * time) + 0.1 * np.random.default_rng(seed).normal(size=length)


def alike(one, other):
    return np.corrcoef(one, other)[0, 1]


CELLS = [
    b"[1, 2, 3]",
    b"5",
    b"[7, 7, 7, 7]",
    b"[1, nan, 3, nan]",
    b"[[1, 2, 3], [null, null, null]]",
    b"[1e99, -1e99, 1e-99, 0]",
    str(wave(24).tolist()).encode(),
    str(wave(3_000).tolist()).encode(),
    str(np.random.default_rng(0).normal(size=(12, 40)).tolist()).encode(),
]


@pytest.mark.parametrize("cell", CELLS, ids=range(len(CELLS)))
def test_every_series_has_a_finite_vector_that_is_the_same_each_time(cell):
    encoder = series_encoder()
    vector = encoder.embed(cell)
    assert vector.shape == (encoder.width,) == (MEASURES + sum(SHAPES),)
    assert vector.dtype == np.float32
    assert np.isfinite(vector).all()
    assert vector.tobytes() == encoder.embed(cell).tobytes()


def test_threads_that_ask_at_once_get_the_same_vectors():
    alone = [series_encoder().embed(cell).tobytes() for cell in CELLS]
    with ThreadPoolExecutor(2) as threads:
        together = list(threads.map(lambda cell: series_encoder().embed(cell).tobytes(), CELLS * 3))
    assert together == alone * 3


def test_the_way_a_series_is_written_does_not_matter():
    encoder = series_encoder()
    written = [b"[1, 2, 4, 3]", b"1;2;4;3", b"value\n1\n2\n4\n3\n"]
    assert len({encoder.embed(cell).tobytes() for cell in written}) == 1


@pytest.mark.parametrize("cell", [b"", b"[1, a]", b"[[1, 2], [3]]", b"[nan]", b"\x93NUMPY"])
def test_a_broken_cell_is_an_error_with_its_reason(cell):
    with pytest.raises(CellError):
        series_encoder().embed(cell)


@pytest.mark.parametrize("channels", [1, 3])
def test_neither_a_shift_nor_a_positive_factor_changes_the_shape(channels):
    series = np.stack([wave(100, cycles=3 + channel, seed=channel) for channel in range(channels)])
    np.testing.assert_allclose(shape(4 * series - 16), shape(series), atol=0.02)
    assert not np.allclose(shape(-series), shape(series), atol=0.02)
    assert not np.allclose(measures(4 * series - 16), measures(series), atol=0.02)


def test_a_constant_series_has_no_shape_and_keeps_its_size():
    assert not np.array_equal(measures(np.full((1, 50), 2.1)), measures(np.full((1, 50), 3.7)))
    np.testing.assert_array_equal(shape(np.full((1, 50), 2.1)), shape(np.full((1, 50), 3.7)))


@pytest.mark.parametrize(("length", "channels"), [(30, 1), (320, 1), (40, 3), (25, 70)])
def test_the_course_is_the_means_of_equal_stretches_of_each_channel(length, channels):
    width = SHAPES[-1]
    series = np.cumsum(np.random.default_rng(1).normal(size=(channels, length)), axis=1)
    standard = (series - series.mean(axis=1, keepdims=True)) / series.std(axis=1, keepdims=True)
    each = max(1, width // channels)
    fine = np.repeat(standard[:width], each, axis=1)  # every stretch is whole points of this
    means = fine.reshape(len(fine), each, length).mean(axis=2).ravel()
    course = shape(series)[-width:]
    np.testing.assert_allclose(course[: len(means)], means, atol=1e-9)
    assert not course[len(means) :].any()


def test_lengths_and_gaps_matter_less_than_form():
    usual, other = wave(200)[None], wave(200, cycles=9)[None]
    gaps = usual.copy()
    gaps[0, ::7] = np.nan
    assert alike(shape(gaps), shape(usual)) > 0.95
    assert alike(shape(wave(170)[None]), shape(usual)) > 0.95
    assert alike(shape(wave(2_500)[None]), shape(usual)) > alike(shape(other), shape(usual)) + 0.1


def test_every_channel_counts():
    series = np.stack([wave(60, cycles=2 + channel, seed=channel) for channel in range(12)])
    for channel in range(12):
        changed = series.copy()
        changed[channel] = changed[channel, ::-1]
        assert np.abs(shape(changed) - shape(series)).max() > 0.05


def test_the_measures_are_what_they_say():
    found = measures(np.array([[1.0, np.nan, 3.0, 4.0], [5.0, 5.0, 5.0, 5.0]]))
    np.testing.assert_allclose(found[:2], [np.log(4), 1 / 8])
    np.testing.assert_allclose(found[2:8], [2.5, float(np.std([1, 2, 3, 4])), 1, 4, 3, 1])
    np.testing.assert_allclose(found[8:14], [5, 0, 5, 5, 0, 0])
    assert not found[14:].any()
