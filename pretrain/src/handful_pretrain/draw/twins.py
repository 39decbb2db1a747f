"""Pictures that look the same, within a set and across sets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful_pretrain.draw.raster import premultiplied, shrunk

__all__ = ["ALIKE", "twins"]

ALIKE = 0.03
"""Root of the mean squared difference, of 0..1, up to which two pictures are the same drawing."""
SIDE = 16
"""Pixels of a side in which they are compared."""
ROWS = 1024


def twins(pixels: NDArray[np.uint8], alike: float = ALIKE) -> NDArray[np.int32]:
    """(picture,) the number of the first picture that each looks like, directly or through others; else its own."""
    small = shrunk(premultiplied(pixels), SIDE).reshape(len(pixels), -1)
    squares = np.einsum("ij,ij->i", small, small)
    parent = np.arange(len(small), dtype=np.int32)
    for start in range(0, len(small), ROWS):
        rows = slice(start, start + ROWS)
        distance = squares[rows, None] + squares[None] - 2 * small[rows] @ small.T
        for left, right in zip(*np.nonzero(distance < alike**2 * small.shape[1]), strict=True):
            _join(parent, int(left) + start, int(right))
    return np.array([_root(parent, each) for each in range(len(parent))], dtype=np.int32)


def _root(parent: NDArray[np.int32], each: int) -> int:
    while parent[each] != each:
        parent[each] = parent[parent[each]]
        each = int(parent[each])
    return each


def _join(parent: NDArray[np.int32], left: int, right: int) -> None:
    low, high = sorted((_root(parent, left), _root(parent, right)))
    parent[high] = low
