"""How pictures are drawn, as far as it can be measured: how large, in which colours, with which line around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.draw.artist import Pixels

__all__ = ["Strokes", "depths", "extent", "light_and_hue", "measured", "shows_anything", "straight"]

SEEN = 0.1
"""Alpha above which there is something to see."""
DEEP = 3
"""Pixels from the outside below which there is no outline."""
ALIKE = 0.2
"""Of a colour (0..1), so far it is the same."""
LINED, MORE = 0.6, 0.35
"""Share of an outline that has its commonest colour, and how much more than of the inside, for it to be a line."""
FEW = 50
"""Pixels inside below which the colours of all of them are measured."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """What pictures have in common."""

    count: int
    """Of pictures"""
    extent: float
    """Pixels of the longer side of what is drawn"""
    centre: tuple[float, float]
    """(y, x) its middle"""
    middle: Array
    """(3,) mean of light, of red against the others, of green against blue"""
    spread: Array
    """(3,) their standard deviations"""
    line: Array | None
    """(3,) the colour of the line around; None where there is none"""
    width: int
    """Pixels of that line"""
    inside: float
    """Share of the inside that has its colour too"""


def measured(pictures: Sequence[Pixels]) -> Strokes:
    """The strokes of pictures (y, x, 4), of which one at least shows anything."""
    shown = [straight(picture) for picture in pictures if shows_anything(picture)]
    boxes = np.array([extent(picture[..., 3]) for picture in shown])
    depth = [depths(picture[..., 3]) for picture in shown]
    rings = [_pixels(shown, [deep == step for deep in depth]) for step in range(1, DEEP + 3)]
    inside = _pixels(shown, [deep > DEEP for deep in depth])
    if not len(rings[0]):  # nothing is solid
        rings[0] = _pixels(shown, [each[..., 3] > SEEN for each in shown])
    colours = light_and_hue(inside if len(inside) > FEW else np.concatenate([*rings, inside]))
    line, width = _line(rings, inside)
    return Strokes(
        len(shown),
        float(np.median(boxes[:, 0])),
        (float(np.median(boxes[:, 1])), float(np.median(boxes[:, 2]))),
        colours.mean(axis=0),
        colours.std(axis=0) + np.float32(1e-3),
        line,
        width,
        0.0 if line is None else _share(inside, line),
    )


def shows_anything(picture: Pixels) -> bool:
    """Whether there is anything to see in it."""
    return bool((straight(picture)[..., 3] > SEEN).any())


def straight(picture: Pixels) -> Array:
    """(y, x, 4) in 0 to 1, not multiplied by alpha."""
    return np.asarray(picture, dtype=np.float32) / np.float32(255)


def extent(alpha: Array) -> tuple[float, float, float]:
    """Pixels of the longer side of what is drawn, and its middle (y, x)."""
    rows, columns = (np.flatnonzero((alpha > SEEN).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0.0, alpha.shape[0] / 2, alpha.shape[1] / 2
    tall, wide = rows[-1] + 1 - rows[0], columns[-1] + 1 - columns[0]
    return float(max(tall, wide)), (rows[-1] + 1 + rows[0]) / 2, (columns[-1] + 1 + columns[0]) / 2


def depths(alpha: Array) -> NDArray[np.intp]:
    """(y, x) steps from the outside, up to DEEP + 3: 0 outside, 1 at the edge."""
    inner = alpha > 0.5
    found = np.zeros(alpha.shape, np.intp)
    for step in range(1, DEEP + 4):
        found[inner] = step
        wide = np.pad(inner, 1)
        inner = inner & wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
    return found


def light_and_hue(colours: Array) -> Array:
    """(..., 3) light, red against the others, green against blue: from red, green, blue."""
    red, green, blue = np.moveaxis(colours, -1, 0)
    return np.stack([(red + green + blue) / 3, red - (green + blue) / 2, green - blue], axis=-1)


def _line(rings: Sequence[Array], inside: Array) -> tuple[Array | None, int]:
    """The colour of the line around and its width; None and 0 where there is none."""
    edge = np.concatenate(rings[:2])
    if not len(edge):
        return None, 0
    colour = np.median(edge, axis=0)
    shares, deep = [_share(ring, colour) for ring in rings], _share(inside, colour)
    if max(shares[:2]) < LINED or max(shares[:2]) - deep < MORE:
        return None, 0
    return colour, max(1, sum(share - deep > 0.3 for share in shares))


def _share(colours: Array, colour: Array) -> float:
    """Of these colours, how many are this one."""
    return float((abs(colours - colour).max(axis=-1) < ALIKE).mean()) if len(colours) else 0.0


def _pixels(pictures: Sequence[Array], where: Sequence[NDArray[np.bool_]]) -> Array:
    """(pixel, 3) the colours there."""
    return np.concatenate([each[there][:, :3] for each, there in zip(pictures, where, strict=True)])
