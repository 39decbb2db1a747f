"""Other pictures and other styles made of those there are. Pictures are (..., c, y, x), colours times alpha, 0 to 1."""

from __future__ import annotations

import random
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["STYLES", "beside", "main_hue", "shifted", "smaller", "three", "turned", "two"]

GREY = (0.299, 0.587, 0.114)
SATURATED = 0.25
"""Saturation from which a pixel has a colour that one would name."""
COLOURFUL = 0.2
"""Share of such pixels from which a picture has a colour of its own."""
BINS = 36

Restyle = Callable[[Tensor, random.Random], Tensor]


def smaller(pictures: Tensor, pixels: int) -> Tensor:
    """Means over squares; pictures of that size stay as they are."""
    times = pictures.shape[-1] // pixels
    return functional.avg_pool2d(pictures, times) if times > 1 else pictures


def shifted(picture: Tensor, right: int, down: int) -> Tensor:
    """By so many pixels; what comes in is clear."""
    side = picture.shape[-1]
    most = max(abs(right), abs(down))
    wide = functional.pad(picture, (most, most, most, most))
    return wide[..., most - down : most - down + side, most - right : most - right + side]


def two(picture: Tensor, dice: random.Random) -> Tensor:
    """The same thing twice."""
    return beside(picture, picture, dice)


def beside(left: Tensor, right: Tensor, dice: random.Random) -> Tensor:
    """Two pictures of half the size, next to each other."""
    side = left.shape[-1]
    half = side // 2
    whole = torch.zeros_like(left)
    top = dice.randint(half // 4, half - half // 4)
    whole[..., top : top + half, :half] = smaller(left, half)
    whole[..., top : top + half, half:] = smaller(right, half)
    return whole


def three(picture: Tensor, dice: random.Random) -> Tensor:
    """The same thing three times: one above two, or two above one."""
    side = picture.shape[-1]
    half = side // 2
    small, whole = smaller(picture, half), torch.zeros_like(picture)
    single, pair = (0, half) if dice.random() < 0.5 else (half, 0)
    whole[..., single : single + half, half // 2 : half // 2 + half] = small
    whole[..., pair : pair + half, :half] = small
    whole[..., pair : pair + half, half:] = small
    return whole


def main_hue(picture: Tensor) -> float | None:
    """Degrees of the commonest hue among colourful pixels; None where there are too few of them."""
    colour, alpha = picture[:3], picture[3]
    high, low = colour.amax(0), colour.amin(0)
    saturated = (high - low > SATURATED * high.clamp_min(1e-6)) & (high - low > 0.1) & (alpha > 0.5)
    if saturated.sum() < COLOURFUL * (alpha > 0.5).sum().clamp_min(1):
        return None
    hue = _hue(colour)[saturated]
    counts = torch.histc(hue, BINS, 0, 360)
    near = counts + counts.roll(1) + counts.roll(-1)
    return (float(near.argmax()) + 0.5) * 360 / BINS


def turned(picture: Tensor, degrees: float) -> Tensor:
    """With all hues turned; as light and as saturated (HSV) as before."""
    colour = picture[:3]
    high, low = colour.amax(0), colour.amin(0)
    sector = (_hue(colour) + degrees) % 360 / 60
    places = torch.tensor([5.0, 3.0, 1.0], device=picture.device)[:, None, None]
    k = (places + sector) % 6
    share = torch.minimum(k, 4 - k).clamp(0, 1)
    return torch.cat([high - (high - low) * share, picture[3:]])


def _hue(colour: Tensor) -> Tensor:
    """(y, x) in degrees; 0 where there is no colour."""
    red, green, blue = colour
    high, spread = colour.amax(0), (colour.amax(0) - colour.amin(0)).clamp_min(1e-6)
    found = torch.where(
        high == red, (green - blue) / spread % 6, torch.where(high == green, (blue - red) / spread + 2, 0.0)
    )
    is_blue = (high == blue) & (high != red) & (high != green)
    return torch.where(is_blue, (red - green) / spread + 4, found) * 60 % 360


def _mean(pictures: Tensor) -> Tensor:
    grey = torch.tensor(GREY, device=pictures.device)[:, None, None]
    return (pictures[..., :3, :, :] * grey).sum(-3, keepdim=True)


def _with(pictures: Tensor, colour: Tensor) -> Tensor:
    alpha = pictures[..., 3:, :, :]
    return torch.cat([torch.minimum(colour.clamp_min(0), alpha), alpha], dim=-3)


def _over(front: Tensor, back: Tensor) -> Tensor:
    return front + back * (1 - front[..., 3:, :, :])


def _paint(dice: random.Random, device: torch.device) -> Tensor:
    return torch.tensor([dice.random() for _ in range(3)], device=device)[:, None, None]


def _saturated(pictures: Tensor, dice: random.Random) -> Tensor:
    """Grey to gaudy."""
    grey = _mean(pictures)
    return _with(pictures, grey + dice.choice([0.0, 0.0, 0.4, 1.6]) * (pictures[..., :3, :, :] - grey))


def _silhouette(pictures: Tensor, dice: random.Random) -> Tensor:
    """One colour, with or without what is inside."""
    inside = _mean(pictures) if dice.random() < 0.5 else 1.0
    colour = _paint(dice, pictures.device)
    return _with(pictures, pictures[..., 3:, :, :] * colour * inside)


def _outlined(pictures: Tensor, dice: random.Random) -> Tensor:
    """A line around everything."""
    width = dice.choice([3, 5]) * max(1, pictures.shape[-1] // 64)
    alpha = pictures[..., 3:, :, :]
    wide = functional.max_pool2d(alpha.flatten(0, -4), width, 1, width // 2).view_as(alpha)
    colour = dice.choice([torch.zeros(3, 1, 1), torch.ones(3, 1, 1)]).to(pictures.device)
    colour = colour if dice.random() < 0.7 else _paint(dice, pictures.device)
    return _over(pictures, torch.cat([wide * colour, wide], dim=-3))


def _plate(pictures: Tensor, dice: random.Random) -> Tensor:
    """On a disc or a tile, smaller than before."""
    side = pictures.shape[-1]
    at = (torch.arange(side, device=pictures.device) + 0.5) / side * 2 - 1
    power = dice.choice([2.0, 2.0, 6.0])
    disc = (at.abs()[:, None] ** power + at.abs()[None] ** power < 1).to(pictures.dtype)[None]
    small = smaller(pictures, side // 2)
    small = functional.pad(small, (side // 4,) * 4)
    plate = torch.cat([disc * _paint(dice, pictures.device), disc])
    return _over(small, plate)


def _lit(pictures: Tensor, dice: random.Random) -> Tensor:
    """Lighter, darker, inverted."""
    colour, alpha = pictures[..., :3, :, :], pictures[..., 3:, :, :]
    return _with(pictures, dice.choice([alpha - colour, 0.6 * colour, alpha - 0.5 * (alpha - colour)]))


def _coarse(pictures: Tensor, dice: random.Random) -> Tensor:
    """Of large pixels."""
    side = pictures.shape[-1]
    small = smaller(pictures, side // dice.choice([4, 8]))
    flat = functional.interpolate(small.flatten(0, -4), size=(side, side), mode="nearest")
    return flat.view_as(pictures)


STYLES: tuple[Restyle, ...] = (_saturated, _silhouette, _outlined, _plate, _lit, _coarse)
"""Each turns all pictures of a style in the same way into a style that no set has."""
