"""A picture becomes one vector: its size and colours, what it shows, and what its strokes and textures are like."""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from handful.encode.frozen.network import Network, network
from handful.encode.frozen.picture import read_picture

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["BLOCKS", "SCALARS", "ImageVectors", "image_encoder"]

RECIPE = 1
"""Is counted up whenever the same weights are to give other vectors."""
SCALARS = 16
"""The first coordinates stand for themselves: size, colours and how they vary, edges."""
BLOCKS = (1280, 320, 320, 192, 112, 1008)
"""Then come six blocks: means over the network's head and last block, spreads over the last and two earlier blocks,
and means over a grid of nine places. Each is of length one in every view, and averaged over the views."""
VIEWS = ((224, 1.0), (224, 0.875), (224, 0.7), (224, 0.55), (128, 1.0))
"""(pixels, share of either side): whole, ever nearer to the middle, and coarse, so that strokes of two widths are
seen. At 4 rows a class of flowers, signs and characters, with much the same blocks, the whole alone had an accuracy
of .70, .79, .76, with the second view and the coarse one .71, .82, .81; the two nearest added .02, .03, .00."""
PLACES = 3
LOOK = 64
"""Pixels of a side in which colours and edges are measured."""

Array = NDArray[np.float32]


class ImageVectors:
    """The picture encoder: EfficientNet-Lite0, at four depths, and measures of colour."""

    def __init__(self, seeing: Network) -> None:
        self.identity = hashlib.sha256(f"{seeing.hash} recipe {RECIPE} {VIEWS}".encode()).hexdigest()

    @property
    def width(self) -> int:
        return SCALARS + sum(BLOCKS)

    def embed(self, content: bytes) -> Array:
        """(coordinate,) of a picture's file. Raises CellError where it cannot be read."""
        picture, size = read_picture(content)
        seen = np.mean([_blocks(_view(picture, *view)) for view in VIEWS], axis=0)
        return np.concatenate([_measures(picture, *size), seen]).astype(np.float32)


@cache
def image_encoder() -> ImageVectors:
    """The encoder that handful ships; the network starts again in a process that is forked."""
    return ImageVectors(network("image"))


def _view(picture: Image, pixels: int, share: float) -> Array:
    """(y, x, 3) the middle of the picture, squashed into a square: nothing at its long ends is lost."""
    from PIL.Image import Resampling

    (width, height), left = picture.size, (1 - share) / 2
    box = (left * width, left * height, (1 - left) * width, (1 - left) * height)
    view = picture.resize((pixels, pixels), Resampling.BICUBIC, box=box, reducing_gap=3)
    return np.asarray(view, dtype=np.float32)


def _blocks(view: Array) -> Array:
    """(coordinate,) the blocks of one view: square roots, so that the few strong channels do not say it all."""
    late, last, fourteenth, tenth = (made[0] for made in network("image")(pixels=view[None]))
    blocks = (
        late,
        last.mean(axis=(1, 2)),
        last.std(axis=(1, 2)),
        fourteenth.std(axis=(1, 2)),
        tenth.std(axis=(1, 2)),
        _at_places(tenth),
    )
    return np.concatenate([_of_length_one(np.sign(block) * np.sqrt(np.abs(block))) for block in blocks])


def _at_places(map_: Array) -> Array:
    """(place * channel,) the mean of a map (channel, y, x) at each place of a grid."""
    edges = np.linspace(0, map_.shape[1], PLACES + 1).round().astype(int)
    strips = [slice(start, end) for start, end in pairwise(edges)]
    return np.concatenate([map_[:, y, x].mean(axis=(1, 2)) for y in strips for x in strips])


def _of_length_one(block: Array) -> Array:
    return block / (np.linalg.norm(block) + np.float32(1e-9))


def _measures(picture: Image, width: int, height: int) -> Array:
    """(SCALARS,) logarithms of the size and its ratio; mean, spread and skew of each colour; saturation; edges."""
    from PIL.Image import Resampling

    small = np.asarray(picture.resize((LOOK, LOOK), Resampling.BOX, reducing_gap=3), dtype=np.float64) / 255
    colours = small.reshape(-1, 3)
    mean, spread = colours.mean(axis=0), colours.std(axis=0)
    skew = np.cbrt(((colours - mean) ** 3).mean(axis=0))
    saturation = np.ptp(colours, axis=1)
    down, across = np.gradient(small.mean(axis=2))
    edges = np.hypot(down, across)
    size = np.log2([width, height, width / height])
    others = [saturation.mean(), saturation.std(), edges.mean(), edges.std()]
    return np.concatenate([size, mean, spread, skew, others]).astype(np.float32)
