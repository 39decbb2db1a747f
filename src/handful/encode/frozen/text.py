"""A text becomes one vector: all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019), frozen."""

from __future__ import annotations

import hashlib
import io
import os
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.encode.frozen.network import WEIGHTS, read_weights, session_options
from handful.errors import CellError

__all__ = [
    "BLOCKS",
    "CARD",
    "GRAPH",
    "LAYERS",
    "PARTS",
    "SCALES",
    "TOKENIZER",
    "WIDTH",
    "WORDS",
    "TextVectors",
    "text_encoder",
]

CARD, GRAPH, TOKENIZER = "text.json", "text.onnx", "text.tokenizer.json"
PARTS = ("text.1.npz", "text.2.npz", "text.3.npz")
WORDS, SCALES = "words", "words.scale"
"""The table of words, in two halves WORDS.1 and WORDS.2, and its scales among the weights."""

LAYERS = (3, 4, 5, 6)
"""The layers that the graph tells of; 6 is the last."""
BLOCKS = ((6, "mean"), (5, "mean"), (3, "mean"), (4, "max"))
"""What a vector consists of, each block with length 1: layers, and how they are pooled over the tokens. The last
layer knows what a text is about. What was trained away there the inner layers still know: how it is said, what it asks.
"""
WIDTH = 384
"""Coordinates of a block."""
RECIPE = 1
"""Is counted up whenever the same weights are to give other vectors."""

FIRST, LAST = 101, 102
"""The tokens [CLS] and [SEP] around every chunk."""
MOST_TOKENS = 254
"""Of a chunk, without these two."""
MOST_CHUNKS = 8
"""Of a longer text the first and the last four are read."""
MOST_CHARACTERS = 16_000
"""At either end, of which tokens are made: far more than the chunks take."""

Array = NDArray[Any]


class TextVectors:
    """The encoder that a folder holds, ready to run. Raises ModelFileError as `read_weights` does."""

    def __init__(self, folder: Path = WEIGHTS) -> None:
        from tokenizers import Tokenizer

        files = {name: read_weights(name, CARD, folder) for name in (GRAPH, TOKENIZER, *PARTS)}
        self.identity = _hash(f"recipe {RECIPE}".encode(), *files.values())
        self._tokenizer = Tokenizer.from_str(files[TOKENIZER].decode())
        weights = _weights([files[name] for name in PARTS])
        self._words = np.concatenate([weights.pop(f"{WORDS}.1"), weights.pop(f"{WORDS}.2")])
        self._scales = weights.pop(SCALES)
        self._session = _started(files[GRAPH], weights)

    @property
    def width(self) -> int:
        return len(BLOCKS) * WIDTH

    def embed(self, content: bytes) -> NDArray[np.float32]:
        """(coordinate,) of a text in UTF-8: each block the mean of what it is for the chunks of the text.

        Raises CellError where there is no token: spaces alone.
        """
        chunks = _chunks(self._tokens(content.decode(errors="replace")))
        if not chunks:
            raise CellError("no text")
        blocks = np.mean([_pooled(self.layers(chunk)) for chunk in chunks], axis=0)
        lengths = np.linalg.norm(blocks, axis=1, keepdims=True)
        return np.asarray((blocks / np.maximum(lengths, 1e-12)).ravel(), dtype=np.float32)

    def layers(self, tokens: list[int]) -> dict[int, Array]:
        """(token, coordinate) for each of LAYERS, with the tokens [CLS] and [SEP] around those given."""
        ids = np.array([FIRST, *tokens, LAST])
        given = {
            "words": (self._words[ids].astype(np.float32) * self._scales[ids])[None],
            "attention_mask": np.ones((1, len(ids)), np.int64),
            "token_type_ids": np.zeros((1, len(ids)), np.int64),
        }
        return {layer: made[0] for layer, made in zip(LAYERS, self._session.run(None, given), strict=True)}

    def states(self, text: str, most: int) -> Array:
        """(token, coordinate) of the last layer for the first tokens: `most` with [CLS] and [SEP] among them."""
        return self.layers(self._tokens(text)[: most - 2])[LAYERS[-1]]

    def _tokens(self, text: str) -> list[int]:
        if len(text) > 2 * MOST_CHARACTERS:
            text = f"{text[:MOST_CHARACTERS]} {text[-MOST_CHARACTERS:]}"
        tokens: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return tokens


def text_encoder() -> TextVectors:
    """The shipped encoder, started once in a process."""
    return _encoder(os.getpid())


@cache
def _encoder(process: int) -> TextVectors:
    """Of a process: one that is forked has none of its parent's threads, and starts its own."""
    return TextVectors()


def _hash(*contents: bytes) -> str:
    whole = hashlib.sha256()
    for content in contents:
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()


def _weights(parts: list[bytes]) -> dict[str, Array]:
    weights: dict[str, Array] = {}
    for part in parts:
        with np.load(io.BytesIO(part), allow_pickle=False) as stored:
            weights |= {name: stored[name] for name in stored.files}
    return weights


def _started(graph: bytes, weights: dict[str, Array]) -> Any:
    import onnxruntime

    options = session_options()
    options.enable_mem_pattern = False  # it plans for shapes that return, and lengths hardly do
    held = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in weights.values()]
    options.add_external_initializers(list(weights), held)
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _chunks(tokens: list[int]) -> list[list[int]]:
    """Of about one length; of too many the first and the last."""
    if not tokens:
        return []
    count = -(-len(tokens) // MOST_TOKENS)
    size = -(-len(tokens) // count)
    chunks = [tokens[start : start + size] for start in range(0, len(tokens), size)]
    half = MOST_CHUNKS // 2
    return chunks if len(chunks) <= MOST_CHUNKS else chunks[:half] + chunks[-half:]


def _pooled(layers: dict[int, Array]) -> Array:
    """(block, coordinate)"""
    made = (
        layers[layer].mean(axis=0) if how == "mean" else layers[layer].max(axis=0) for layer, how in BLOCKS
    )
    return np.stack(list(made))
