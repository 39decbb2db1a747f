import numpy as np

from handful.encode.frozen.sound import BLOCKS, SCALARS
from handful.encode.sound import SHARES, fit_sound
from handful.table.column import Column, Kind, texts

WIDTH = SCALARS + sum(BLOCKS)


def column(rows=6, blank=(), scale=1.0):
    vectors = np.random.default_rng(0).normal(3, scale, (rows, WIDTH)).astype(np.float32)
    vectors[list(blank)] = np.nan
    files = texts(None if row in blank else f"{row}.wav" for row in range(rows))
    return Column("call", Kind.SOUND, files, vectors=vectors)


def test_measures_come_first_in_spreads_of_the_context():
    context = column()
    encoder = fit_sound(context)
    features = encoder.encode(context)
    assert features.shape == (6, SCALARS + sum(encoder.embeddings))
    assert np.allclose(np.median(features[:, :SCALARS], axis=0), 0, atol=1e-5)
    assert np.allclose(features[:, :SCALARS].std(axis=0), 1, atol=1e-4)


def test_both_embeddings_hold_the_word_as_it_is_and_the_first_less_of_timbre_and_course():
    context = column()
    encoder = fit_sound(context)
    first, second = np.split(encoder.encode(context)[:, SCALARS:], 2, axis=1)
    others = sum(BLOCKS[:2])
    word = context.vectors[:, SCALARS + others :]
    assert np.array_equal(first[:, others:], word)
    assert np.array_equal(second[:, others:], word)
    assert np.allclose(first[:, :others], SHARES[0] * second[:, :others])


def test_the_unit_of_a_measure_changes_no_feature():
    context = column()
    vectors = context.vectors.copy()
    vectors[:, :SCALARS] *= 8
    other = Column("call", Kind.SOUND, context.values, vectors=vectors)
    assert np.allclose(fit_sound(other).encode(other), fit_sound(context).encode(context), atol=1e-4)


def test_a_blank_cell_is_blank_in_every_feature_and_changes_no_other():
    whole, holed = column(6), column(7, blank=[6])
    holed.vectors[:6] = whole.vectors
    found = fit_sound(holed).encode(holed)
    assert np.isnan(found[6]).all()
    assert np.array_equal(found[:6], fit_sound(whole).encode(whole))


def test_a_measure_that_never_changes_stays_finite():
    context = column(scale=0.0)
    assert np.isfinite(fit_sound(context).encode(context)).all()
