"""A column of series becomes measures that stand for themselves, then the descriptions of the shape."""

from pathlib import Path

import numpy as np
import pytest

from handful.encode.frozen.series import SHAPES, series_encoder
from handful.encode.series import fit_series
from handful.table.column import Column, Kind, texts

DATA = Path(__file__).parents[3] / "shared" / "data" / "series"


def series_column(series):
    cells = texts(None if one is None else str(np.asarray(one).tolist()) for one in series)
    vectors = np.full((len(cells), series_encoder().width), np.nan, dtype=np.float32)
    for row, cell in enumerate(cells):
        if cell is not None:
            vectors[row] = series_encoder().embed(cell.encode())
    return Column("trace", Kind.SERIES, cells, vectors=vectors)


def traces(rows=8, seed=0):
    rng = np.random.default_rng(seed)
    return [np.cumsum(rng.normal(size=30 + 5 * row)) for row in range(rows)]


def test_the_last_features_are_the_embeddings_and_a_blank_row_is_blank():
    column = series_column([*traces(), None])
    encoder = fit_series(column)
    found = encoder.encode(column)
    assert found.dtype == np.float32
    assert encoder.embeddings == SHAPES
    assert not encoder.is_category
    assert found.shape == (9, len(encoder.measures) + sum(SHAPES))
    assert np.isnan(found[8]).all()
    assert np.isfinite(found[:8]).all()


def test_only_measures_that_differ_between_the_rows_become_features():
    # of two channels 6 each, and the length; no value is blank, and the other channels are not there
    column = series_column([np.stack([trace, 2 * trace[::-1]]) for trace in traces()])
    assert len(fit_series(column).measures) == 1 + 6 + 6
    assert len(fit_series(series_column([traces()[0]] * 4)).measures) == 0


def test_rounding_of_standardised_series_is_no_feature():
    standard = [(trace - trace.mean()) / trace.std() for trace in traces()]
    written = series_column([np.round(trace, 6) for trace in standard])
    assert fit_series(written).measures.tolist() == [0, 4, 5, 6, 7]  # neither the mean nor the spread
    tiny = fit_series(series_column([1e-9 * trace for trace in traces()]))  # small is not rounding
    assert len(tiny.measures) == 1 + 6


def test_a_row_is_encoded_by_itself():
    column = series_column(traces())
    encoder = fit_series(column)
    whole = encoder.encode(column)
    for row in range(8):
        np.testing.assert_array_equal(encoder.encode(column.take(np.array([row])))[0], whole[row])


def test_one_series_alone_and_series_of_any_size_give_finite_features():
    column = series_column([[1e90, -1e90, 3], [1e-90, 0], [4]])
    for fitted in (column, column.take(np.array([2]))):
        assert np.isfinite(fit_series(fitted).encode(column)).all()


@pytest.mark.skipif(not DATA.exists(), reason="needs ../shared/data/series")
def test_real_traces_of_one_class_are_near_each_other():
    lines = (DATA / "GunPoint" / "GunPoint_TRAIN.ts").read_text().split("@data")[1].split()
    values, _, labels = zip(*(line.rpartition(":") for line in lines), strict=True)
    column = series_column([np.array(cell.split(","), dtype=float) for cell in values])
    features = fit_series(column).encode(column)
    distances = ((features[:, None] - features[None]) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    nearest = np.array(labels)[distances.argmin(axis=1)]
    assert np.mean(nearest == labels) > 0.9  # half of the rows are of either class
