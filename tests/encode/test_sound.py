from dataclasses import replace

import numpy as np
import pytest

from handful.encode.embed import FROZEN
from handful.encode.features import fit_encoder
from handful.encode.frozen.sound import AND_WHISPER, BLOCKS, SCALARS
from handful.encode.sound import SHARES, HeardEncoder, SoundEncoder, fit_sound
from handful.errors import MissingError, ModelFileError
from handful.speech.whisper import WIDTH as HEARD
from handful.table.column import Column, Kind, texts
from handful.table.table import Table

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


def heard(rows=6):
    """The column, with what Whisper hears behind the rest."""
    context = column(rows)
    more = np.random.default_rng(1).normal(0, 1, (rows, HEARD)).astype(np.float32)
    return replace(context, vectors=np.hstack([context.vectors, more]))


def test_what_whisper_hears_is_a_third_embedding_and_changes_none_of_the_rest():
    encoder = fit_sound(heard())
    found = encoder.encode(heard())
    assert isinstance(encoder, HeardEncoder)
    assert encoder.embeddings == (sum(BLOCKS), sum(BLOCKS), HEARD)
    assert np.array_equal(found[:, -HEARD:], heard().vectors[:, WIDTH:])
    assert np.array_equal(found[:, :-HEARD], fit_sound(column()).encode(column()))


def test_who_learnt_without_whisper_answers_the_same_where_it_is_installed():
    encoder = fit_sound(column())
    assert isinstance(encoder, SoundEncoder)
    assert np.array_equal(encoder.encode(heard()), encoder.encode(column()))


class Frozen:
    def __init__(self, identity):
        self.identity = identity


def encoder_of(monkeypatch, identity):
    """What a table's sounds were learnt with by an encoder of that identity, none of them looked at."""
    monkeypatch.setitem(FROZEN, Kind.SOUND, lambda: Frozen(identity))
    return fit_encoder(Table((heard(),), 6))


def test_an_encoder_with_whisper_serves_those_who_learnt_without(monkeypatch):
    encoder = encoder_of(monkeypatch, "own")
    monkeypatch.setitem(FROZEN, Kind.SOUND, lambda: Frozen(f"own{AND_WHISPER}tiny"))
    assert encoder.encode(Table((heard(),), 6)).values.shape[0] == 6


def test_who_learnt_with_whisper_is_told_how_to_get_it(monkeypatch, tmp_path):
    encoder = encoder_of(monkeypatch, f"own{AND_WHISPER}tiny")
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path))
    monkeypatch.setitem(FROZEN, Kind.SOUND, lambda: Frozen("own"))
    with pytest.raises(MissingError) as caught:
        encoder.encode(Table((heard(),), 6))
    assert "handful get speech" in caught.value.hint


@pytest.mark.parametrize("now", [f"own{AND_WHISPER}other", f"other{AND_WHISPER}tiny", "other"])
def test_another_whisper_and_another_encoder_are_refused(monkeypatch, now):
    encoder = encoder_of(monkeypatch, f"own{AND_WHISPER}tiny")
    monkeypatch.setitem(FROZEN, Kind.SOUND, lambda: Frozen(now))
    with pytest.raises(ModelFileError, match="another encoder"):
        encoder.encode(Table((heard(),), 6))
