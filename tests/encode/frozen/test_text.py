"""Laws of the frozen encoder of texts: its vector depends on the text alone, and says what the text is about."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from handful.encode.frozen.network import WEIGHTS
from handful.encode.frozen.text import (
    BLOCKS,
    CARD,
    GRAPH,
    MOST_CHUNKS,
    MOST_TOKENS,
    PARTS,
    TOKENIZER,
    WIDTH,
    TextVectors,
    text_encoder,
)
from handful.errors import CellError, ModelFileError

TEXTS = (
    "My card has not arrived",
    "The card I ordered is still not here",
    "Please add this song to my playlist",
    "Der Zug hatte schon wieder Verspätung",
    "列车又晚点了",
    "x",
)


def vector(text: str) -> np.ndarray:
    return text_encoder().embed(text.encode())


def test_a_vector_has_blocks_of_length_1_and_says_how_wide_it_is():
    for text in TEXTS:
        made = vector(text)
        assert made.shape == (text_encoder().width,) == (len(BLOCKS) * WIDTH,)
        assert made.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(made.reshape(-1, WIDTH), axis=1), 1, rtol=1e-5)


def test_texts_on_the_same_thing_are_nearer_than_others():
    card, other_card, song = (vector(text)[:WIDTH] for text in TEXTS[:3])
    assert card @ other_card > 0.6 > 0.3 > card @ song


def test_every_text_has_a_vector_of_its_own_whatever_its_language():
    made = np.stack([vector(text) for text in TEXTS])
    apart = np.linalg.norm(made[:, None] - made[None], axis=2)
    assert (apart[~np.eye(len(TEXTS), dtype=bool)] > 0.1).all()


def test_a_vector_is_the_same_bit_for_bit_after_other_texts_in_other_threads_and_in_another_encoder():
    alone = [vector(text) for text in TEXTS]
    with ThreadPoolExecutor(2) as pool:
        for made, expected in zip(pool.map(vector, TEXTS * 5), alone * 5, strict=True):
            np.testing.assert_array_equal(made, expected)
    anew = TextVectors()
    assert anew.identity == text_encoder().identity
    np.testing.assert_array_equal(anew.embed(TEXTS[3].encode()), alone[3])


def test_case_and_spaces_around_words_do_not_count():
    np.testing.assert_array_equal(vector("  My CARD\n has not   arrived "), vector(TEXTS[0]))


@pytest.mark.parametrize("content", [b"", b"  \n\t ", "\u200b\u00a0".encode()])
def test_a_text_without_a_token_cannot_be_used(content: bytes):
    with pytest.raises(CellError, match="no text"):
        text_encoder().embed(content)


def test_bytes_that_are_not_utf_8_are_read_as_far_as_they_are():
    assert np.isfinite(text_encoder().embed(b"th\xe9 \xed\xa0\x80 ol\x00e")).all()


def test_the_end_of_a_long_text_counts_as_much_as_its_start():
    filler = "The weather was fine, and nothing happened. " * 60
    plain, end = vector(filler), vector(f"{filler} My card has not arrived." * 2)
    assert np.linalg.norm(plain - end) > 0.02


def test_a_very_long_text_costs_no_more_than_its_first_and_last_chunks():
    word = "weather "
    chunk = word * MOST_TOKENS
    whole = chunk * MOST_CHUNKS
    np.testing.assert_allclose(vector(whole), vector(chunk), atol=1e-5)
    np.testing.assert_allclose(vector(whole * 400), vector(chunk), atol=1e-2)


@pytest.mark.parametrize("damaged", [GRAPH, TOKENIZER, PARTS[1], CARD])
def test_an_encoder_with_a_damaged_file_is_not_used(tmp_path: Path, damaged: str):
    for name in (GRAPH, TOKENIZER, *PARTS, CARD):
        shutil.copy(WEIGHTS / name, tmp_path / name)
    content = bytearray((tmp_path / damaged).read_bytes())
    content[len(content) // 2] ^= 255
    (tmp_path / damaged).write_bytes(content)
    with pytest.raises(ModelFileError, match=r"damaged|cannot be used"):
        TextVectors(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path):
    shutil.copy(WEIGHTS / CARD, tmp_path / CARD)
    with pytest.raises(ModelFileError, match=GRAPH):
        TextVectors(tmp_path)


def test_no_file_reaches_ten_mebibytes():
    assert max((WEIGHTS / name).stat().st_size for name in (GRAPH, TOKENIZER, *PARTS)) < 10 * 2**20
