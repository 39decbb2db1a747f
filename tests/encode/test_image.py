"""Laws of pictures as features: blocks of many sizes count alike, and a blank stays a blank."""

import numpy as np
import pytest

from handful.encode.frozen.image import BLOCKS, SCALARS
from handful.encode.image import ImageEncoder, fit_image
from handful.table.column import Column, Kind, texts


def pictures(rows=12, blank=(3,), seed=0) -> Column:
    """Vectors as the encoder makes them: blocks of length one, around a mean, some more varied than others."""
    rng = np.random.default_rng(seed)
    parts = [rng.normal(3, 2, (rows, SCALARS))]
    for spread, width in zip((0.1, 0.5, 1, 0.2, 2, 0.3), BLOCKS, strict=True):
        block = 1 + spread * rng.normal(size=(rows, width))
        parts.append(block / np.linalg.norm(block, axis=1, keepdims=True))
    vectors = np.hstack(parts).astype(np.float32)
    vectors[list(blank)] = np.nan
    names = [None if row in blank else f"{row}.png" for row in range(rows)]
    return Column("photo", Kind.IMAGE, texts(names), vectors=vectors)


def test_features_are_measures_then_embeddings():
    features = fit_image(pictures()).encode(pictures())
    assert features.shape == (12, SCALARS + sum(ImageEncoder.embeddings))
    assert features.dtype == np.float32
    assert sum(ImageEncoder.embeddings) == sum(BLOCKS)
    assert np.isnan(features[3]).all()
    assert np.isfinite(np.delete(features, 3, axis=0)).all()


def test_every_block_is_centred_and_counts_alike():
    features = np.delete(fit_image(pictures()).encode(pictures()), 3, axis=0)[:, SCALARS:]
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-4)
    for block in np.split(features, np.cumsum(BLOCKS)[:-1], axis=1):
        assert np.square(block).sum(axis=1).mean() == pytest.approx(1, abs=1e-3)


def test_a_row_is_encoded_by_itself_and_queries_change_nothing():
    encoder = fit_image(pictures())
    new = pictures(seed=1)
    whole = encoder.encode(new)
    np.testing.assert_array_equal(encoder.encode(new.take(np.array([5]))), whole[[5]])


def test_a_context_of_one_picture_and_of_equal_ones_gives_finite_features():
    for rows in ([0], [0, 0, 0]):
        column = pictures().take(np.array(rows))
        features = fit_image(column).encode(column)
        np.testing.assert_allclose(features, 0, atol=1e-6)
        assert np.isfinite(fit_image(column).encode(pictures(blank=()))).all()


def test_a_measure_far_from_all_others_stays_bounded():
    column = pictures()
    far = pictures()
    assert far.vectors is not None
    far.vectors[0, 2] = 1e30
    assert fit_image(column).encode(far)[0, 2] == 1e3
