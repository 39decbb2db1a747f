"""Laws of texts as features: rows stand for themselves, blanks stay blank, terms tell texts of any language apart."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
import pytest

from handful.encode.frozen.text import WIDTH, text_encoder
from handful.encode.text import MOST_DIRECTIONS, TextEncoder, fit_text
from handful.table.column import Column, Kind, texts

TEXTS = [
    "My card has not arrived",
    "The card I ordered is still not here",
    "Please add this song to my playlist",
    "Put the new album on my list",
    "Will it rain in Lyon tomorrow?",
    "How warm will it be on Sunday?",
]
NEW = ["Is my new card on its way?", "Add a song", "zzz", "", "..."]


def column(cells: Sequence[str | None]) -> Column:
    encoder = text_encoder()
    blank = np.full(encoder.width, np.nan, np.float32)
    vectors = [encoder.embed(cell.encode()) if cell and cell.strip() else blank for cell in cells]
    return Column("said", Kind.TEXT, texts(cell or None for cell in cells), vectors=np.stack(vectors))


@pytest.fixture(scope="module")
def fitted() -> TextEncoder:
    return fit_text(column([*TEXTS, None]))


def test_the_last_features_are_the_embeddings_and_the_length_stands_before_them(fitted: TextEncoder):
    made = fitted.encode(column(TEXTS))
    assert made.dtype == np.float32
    assert made.shape == (len(TEXTS), 1 + sum(fitted.embeddings))
    assert fitted.embeddings == (WIDTH, 3 * WIDTH, len(TEXTS) - 1)
    np.testing.assert_allclose(made[:, 0], np.log1p([len(text) for text in TEXTS]), rtol=1e-6)


def test_a_row_is_the_same_whatever_rows_stand_beside_it(fitted: TextEncoder):
    whole = column(NEW)
    together = fitted.encode(whole)
    for row in range(len(NEW)):
        np.testing.assert_array_equal(fitted.encode(whole.take(np.array([row]))), together[[row]])


def test_blank_rows_are_blank_throughout_and_others_nowhere(fitted: TextEncoder):
    blank = np.isnan(fitted.encode(column([*NEW, None])))
    np.testing.assert_array_equal(blank.all(axis=1), [False, False, False, True, False, True])
    np.testing.assert_array_equal(blank.any(axis=1), blank.all(axis=1))


def test_the_same_context_gives_the_same_encoder(fitted: TextEncoder):
    again = fit_text(column([*TEXTS, None]))
    for field in fields(again):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(fitted, field.name))


def test_the_blocks_of_the_inner_layers_count_alike(fitted: TextEncoder):
    said = fitted.encode(column(TEXTS))[:, 1 + WIDTH : 1 + 4 * WIDTH]
    np.testing.assert_allclose(said.reshape(-1, 3, WIDTH).var(axis=0).sum(axis=1), 1, rtol=1e-4)


def test_terms_keep_how_alike_the_texts_of_a_small_context_are(fitted: TextEncoder):
    terms = fitted.encode(column(TEXTS))[:, -fitted.embeddings[2] :]
    alike = terms @ terms.T
    assert alike[0, 1] > 3 * abs(alike[0, 4])
    assert alike[2, 0] > alike[2, 4]


@pytest.mark.parametrize(
    ("context", "asked"),
    [
        (["поезд опоздал", "поезд снова опоздал", "кофе был вкусный", "вкусный горячий кофе"], "кофе"),
        (["电车 晚点了", "电车 又 晚点了", "咖啡 很好喝", "好喝的 咖啡"], "咖啡"),
    ],
)
def test_terms_tell_texts_of_other_languages_apart(context: list[str], asked: str):
    encoder = fit_text(column(context))
    terms = encoder.encode(column([*context, asked]))[:, -encoder.embeddings[2] :]
    alike = terms[-1] @ terms[:-1].T
    assert alike[2:].min() > 2 * abs(alike[:2]).max()


def test_a_context_of_many_texts_gets_a_bounded_number_of_directions():
    vectors = np.random.default_rng(0).normal(size=(300, 4 * WIDTH)).astype(np.float32)
    cells = texts(f"part {i} of {i % 7} lots {i * i}" for i in range(300))
    encoder = fit_text(Column("said", Kind.TEXT, cells, vectors=vectors))
    assert encoder.embeddings[2] == MOST_DIRECTIONS


@pytest.mark.parametrize("cells", [["one"], ["one", "one", "two"], ["?", "!", "??", "!!"], ["a", "b", "c"]])
def test_a_context_with_hardly_a_term_still_has_vectors(cells: list[str | None]):
    encoder = fit_text(column(cells))
    assert np.isfinite(encoder.encode(column([*cells, "three"]))).all()
    assert encoder.embeddings[:2] == (WIDTH, 3 * WIDTH)


def test_a_column_that_is_blank_throughout_is_encoded_as_blank(fitted: TextEncoder):
    blank = replace(
        column(TEXTS), values=texts([None] * 6), vectors=np.full((6, 4 * WIDTH), np.nan, np.float32)
    )
    assert np.isnan(fitted.encode(blank)).all()
    assert np.isnan(fit_text(blank).encode(blank)).all()
