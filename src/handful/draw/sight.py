"""What pictures look like to the network that reads picture columns, and a probe that tells what they show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.draw.canvas import Canvas
from handful.encode.frozen.network import network

__all__ = ["Probe", "cosines", "seen"]

PIXELS = 96
"""Of a side that the network is shown."""

Array = NDArray[np.float32]


def seen(pictures: Canvas) -> Array:
    """(picture, coordinate) what they show, on white, by the network's head; 2 ms each."""
    return np.stack([network("image")(pixels=view[None])[0][0] for view in _views(pictures)])


def _views(pictures: Canvas) -> Iterator[Array]:
    """(y, x, 3) in 0 to 255 of each."""
    from PIL import Image

    share = (pictures + 1) / 2
    for picture in share[:, :3] + 1 - share[:, 3:]:
        colours = [
            Image.fromarray(colour).resize((PIXELS, PIXELS), Image.Resampling.BICUBIC) for colour in picture
        ]
        yield np.clip(np.stack([np.asarray(colour) for colour in colours], axis=-1), 0, 1) * np.float32(255)


def cosines(rows: Array, others: Array) -> NDArray[np.float64]:
    """(row, other) cosine of each to each; 0 for a vector without length."""
    left, right = (
        each / np.maximum(np.linalg.norm(each, axis=1, keepdims=True), 1e-12) for each in (rows, others)
    )
    return np.asarray(left @ right.T, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A ridge from what is seen to what its label means, learned on true pictures alone."""

    weights: Array
    """(seen, meaning)"""
    level: Array
    """(meaning,) the mean meaning"""
    middle: Array
    """(seen,) the mean of what is seen"""
    spread: Array
    """(seen,) standard deviations"""

    def fit(self, features: Array, meanings: Array) -> NDArray[np.float64]:
        """(picture, meaning) how well what is seen fits each meaning: a cosine from the mean meaning."""
        read = ((features - self.middle) / self.spread @ self.weights).astype(np.float32)
        return cosines(read, meanings - self.level)
