"""Pictures as the networks take them, and back: colours multiplied by alpha, then alpha, all in -1 to 1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from handful.draw.artist import Pixels

__all__ = ["Canvas", "canvas", "pixels", "smaller"]

Canvas = NDArray[np.float32]
"""(..., channel, y, x) red, green and blue times alpha; alpha. In -1 to 1: clear is -1 everywhere."""


def canvas(pictures: Sequence[Pixels]) -> Canvas:
    """(picture, channel, y, x) of pictures (y, x, 4) that are all of one size."""
    share = np.stack(pictures).transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
    share[:, :3] *= share[:, 3:]
    return share * 2 - 1


def smaller(pictures: Canvas) -> Canvas:
    """Half as many pixels along a side: means over 2 x 2, in which clear pixels have no colour to add."""
    half = pictures.shape[-1] // 2
    squares = pictures.reshape(*pictures.shape[:-2], half, 2, half, 2)
    return np.asarray(squares.mean(axis=(-3, -1)), dtype=np.float32)


def pixels(picture: Canvas) -> Pixels:
    """(y, x, 4) bytes of one picture (channel, y, x); a colour brighter than its alpha is as bright as that."""
    share = np.clip((picture + 1) / 2, 0, 1)
    colour, alpha = share[:3], share[3:]
    solid = alpha >= 1 / 255
    straight = np.minimum(colour, alpha) / np.where(solid, alpha, 1)
    whole = np.concatenate([straight, alpha]) * solid
    return np.round(whole.transpose(1, 2, 0) * 255).astype(np.uint8)
