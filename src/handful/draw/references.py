"""Which pictures show how to draw, whatever the order of the rows that they come from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from handful.draw.artist import Example
from handful.draw.strokes import shows_anything

__all__ = ["REFERENCES", "content", "ordered", "spread", "style_distances"]

REFERENCES = 8
"""Pictures that show the style, at most: as many as the networks learned with."""


def ordered(examples: Sequence[Example]) -> list[int]:
    """The places of the examples that show anything, in an order that their content alone decides."""
    shown = [place for place, each in enumerate(examples) if shows_anything(each.picture)]
    return sorted(shown, key=lambda place: content(examples[place]))


def spread(numbers: Sequence[int], count: int) -> list[int]:
    """So many of them, evenly over all."""
    count = min(count, len(numbers))
    return [numbers[place * len(numbers) // count] for place in range(count)]


def style_distances(tokens: NDArray[np.float32], styles: NDArray[np.float32]) -> NDArray[np.float32]:
    """(style,) 1 - cosine of tokens (token, coordinate) to those of styles, seen from the middle of the styles."""
    known = styles.reshape(len(styles), -1)
    middle = known.mean(axis=0)
    here, there = tokens.ravel() - middle, known - middle
    lengths = np.linalg.norm(here) * np.linalg.norm(there, axis=1)
    return np.asarray(1 - there @ here / np.maximum(lengths, 1e-12), dtype=np.float32)


def content(example: Example) -> bytes:
    """A hash of its words and its picture."""
    words = hashlib.sha256(example.words.encode(errors="replace")).digest()
    return hashlib.sha256(words + np.ascontiguousarray(example.picture).tobytes()).digest()
