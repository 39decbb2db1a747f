"""Known pictures set up as the words ask: in a colour, twice or three times, one beside another."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from handful.draw.artist import Pixels
from handful.draw.strokes import straight

__all__ = ["COLOURS", "NUMBERS", "arranged", "beside"]

COLOURS = dict(red=0, orange=30, yellow=55, green=120, turquoise=175, blue=220, purple=275, pink=325)
"""Words, and the hue in degrees that each stands for: those that the networks learned."""
NUMBERS = {"two": 2, "2": 2, "three": 3, "3": 3}
SATURATED = 0.25
"""Saturation from which a pixel has a colour that one would name."""
COLOURFUL = 0.2
"""Share of such pixels from which a picture has a colour of its own."""
BINS = 36
LEADING = 6
"""Words of a text among which number and colour are looked for."""

Array = NDArray[np.float32]


def arranged(picture: Pixels, label: str, words: str) -> Pixels:
    """The picture (y, x, 4) of what a label says, as other words ask for it."""
    told, asked = set(_words(label)), _words(words)[:LEADING]
    wanted = next((word for word in asked if word in COLOURS), None)
    if wanted and wanted not in told and not told & set(COLOURS):
        picture = _coloured(picture, COLOURS[wanted])
    number = next((NUMBERS[word] for word in asked if word in NUMBERS), 1)
    if number > 1 and not told & set(NUMBERS):
        picture = _several(picture, number)
    return picture


def beside(left: Pixels, right: Pixels) -> Pixels:
    """Two pictures of half the size, next to each other."""
    whole, half = np.zeros(left.shape, np.float32), left.shape[0] // 2
    top = half // 2
    whole[top : top + half, :half] = _halved(left)
    whole[top : top + half, half:] = _halved(right)
    return _pixels(whole)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def _several(picture: Pixels, number: int) -> Pixels:
    """The same thing twice, or one above two."""
    if number == 2:
        return beside(picture, picture)
    whole, half = np.zeros(picture.shape, np.float32), picture.shape[0] // 2
    small = _halved(picture)
    whole[:half, half // 2 : half // 2 + half] = small
    whole[half:, :half] = whole[half:, half:] = small
    return _pixels(whole)


def _halved(picture: Pixels) -> Array:
    """(y / 2, x / 2, 4) means, colours times alpha."""
    whole, half = straight(picture).copy(), picture.shape[0] // 2
    whole[..., :3] *= whole[..., 3:]
    return np.asarray(whole.reshape(half, 2, half, 2, 4).mean(axis=(1, 3)), dtype=np.float32)


def _pixels(whole: Array) -> Pixels:
    """Of colours times alpha."""
    plain = whole.copy()
    plain[..., :3] /= np.maximum(plain[..., 3:], 1e-3)
    return np.round(np.clip(plain, 0, 1) * 255).astype(np.uint8)


def _coloured(picture: Pixels, degrees: float) -> Pixels:
    """With its commonest hue turned to this one, and the others along; what has no colour is given it."""
    colours = straight(picture)[..., :3]
    high, low = colours.max(axis=-1), colours.min(axis=-1)
    solid = picture[..., 3] > 127
    saturated = solid & (high - low > SATURATED * np.maximum(high, 1e-6)) & (high - low > 0.1)
    if saturated.sum() < COLOURFUL * max(1, solid.sum()):
        hue, span, high = np.full(high.shape, degrees), 0.75 * high + 0.1, np.minimum(high + 0.1, 1)
    else:
        hue, span = _hues(colours), high - low
        counts = np.histogram(hue[saturated], BINS, (0, 360))[0]
        near = counts + np.roll(counts, 1) + np.roll(counts, -1)
        hue = hue + degrees - (near.argmax() + 0.5) * 360 / BINS
    made = picture.copy()
    made[..., :3] = np.round(np.clip(_red_green_blue(hue % 360, high, span), 0, 1) * 255)
    return made


def _hues(colours: Array) -> NDArray[np.float64]:
    """(y, x) degrees; 0 where there is no colour."""
    red, green, blue = np.moveaxis(colours.astype(np.float64), -1, 0)
    high = colours.max(axis=-1)
    span = np.maximum(high - colours.min(axis=-1), 1e-6)
    sectors = (green - blue) / span % 6, (blue - red) / span + 2, (red - green) / span + 4
    return np.asarray(np.select([high == red, high == green], sectors[:2], sectors[2]) * 60 % 360)


def _red_green_blue(hue: NDArray[np.float64], high: Array, span: Array) -> NDArray[np.float64]:
    """(y, x, 3) of hues in degrees, the highest of the three, and how far the lowest lies below it."""
    sector = (np.array([5.0, 3.0, 1.0]) + hue[..., None] / 60) % 6
    return np.asarray(high[..., None] - span[..., None] * np.clip(np.minimum(sector, 4 - sector), 0, 1))
