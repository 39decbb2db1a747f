"""Other pictures and other styles made of those there are. Pictures are (..., c, y, x), colours times alpha, 0 to 1."""

from __future__ import annotations

import random
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["STYLES", "beside", "main_hue", "restyled", "shifted", "smaller", "three", "turned", "two"]

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


def _drawn_in_lines(pictures: Tensor, dice: random.Random) -> Tensor:
    """Lines where colours change, on what was there, on something paler, or on nothing."""
    alpha = pictures[..., 3:, :, :]
    whole = torch.cat([pictures[..., :3, :, :] + 1 - alpha, alpha], dim=-3).flatten(0, -4)
    wide = dice.choice([3, 3, 5])
    high = functional.max_pool2d(whole, wide, 1, wide // 2)
    low = -functional.max_pool2d(-whole, wide, 1, wide // 2)
    least = dice.uniform(0.12, 0.35)
    line = ((high - low).amax(1, keepdim=True) / least - 1).clamp(0, 1).view_as(alpha)
    line = line * dice.uniform(0.7, 1.0)
    ink = _paint(dice, pictures.device) * dice.choice([0.0, 0.0, 0.3, 1.0])
    ground = dice.choice(
        [pictures, pictures, _with(pictures, alpha - dice.random() * (alpha - pictures[..., :3, :, :]))]
    )
    ground = dice.choice([ground, ground, _with(pictures, alpha.expand_as(pictures[..., :3, :, :]))])
    if dice.random() < 0.2:
        ground = torch.zeros_like(pictures)
    return _over(torch.cat([line * ink, line], dim=-3), ground)


def _duotone(pictures: Tensor, dice: random.Random) -> Tensor:
    """From one colour in the dark to another in the light."""
    dark, light = _paint(dice, pictures.device) * 0.6, 1 - 0.6 * _paint(dice, pictures.device)
    alpha = pictures[..., 3:, :, :]
    return _with(pictures, dark * (alpha - _mean(pictures)) + light * _mean(pictures))


def _few_shades(pictures: Tensor, dice: random.Random) -> Tensor:
    """Of a few levels of red, green and blue."""
    levels = dice.choice([1, 2, 3])
    alpha = pictures[..., 3:, :, :]
    plain = pictures[..., :3, :, :] / alpha.clamp_min(1e-3)
    return _with(pictures, (plain * levels).round() / levels * alpha)


def _sheen(pictures: Tensor, dice: random.Random) -> Tensor:
    """Lighter on one side, darker on the other."""
    side = pictures.shape[-1]
    at = torch.linspace(-1, 1, side, device=pictures.device) * dice.uniform(0.15, 0.5) * dice.choice([-1, 1])
    light = (at[:, None] if dice.random() < 0.7 else at[None]).expand(side, side)
    colour, alpha = pictures[..., :3, :, :], pictures[..., 3:, :, :]
    return _with(pictures, colour + light.clamp_min(0) * (alpha - colour) + light.clamp_max(0) * colour)


def _tinted(pictures: Tensor, dice: random.Random) -> Tensor:
    """All colours on their way to one."""
    share = dice.uniform(0.2, 0.6)
    colour, alpha = pictures[..., :3, :, :], pictures[..., 3:, :, :]
    return _with(pictures, (1 - share) * colour + share * alpha * _paint(dice, pictures.device))


def _with_hues_turned(pictures: Tensor, dice: random.Random) -> Tensor:
    """Every hue by the same angle."""
    degrees = dice.choice([60, 120, 180, 240, 300])
    return torch.stack([turned(picture, degrees) for picture in pictures])


def _shaded(pictures: Tensor, dice: random.Random) -> Tensor:
    """With a shadow."""
    by = dice.randint(1, 4) * max(1, pictures.shape[-1] // 64)
    shade = shifted(pictures[..., 3:, :, :], by * dice.choice([-1, 0, 1]), by) * dice.uniform(0.3, 0.9)
    return _over(pictures, torch.cat([torch.zeros_like(pictures[..., :3, :, :]), shade], dim=-3))


def _soft(pictures: Tensor, dice: random.Random) -> Tensor:
    """Out of focus."""
    wide = dice.choice([3, 5])
    return functional.avg_pool2d(pictures.flatten(0, -4), wide, 1, wide // 2).view_as(pictures)


STYLES: tuple[Restyle, ...] = (
    _saturated,
    _silhouette,
    _outlined,
    _outlined,
    _plate,
    _lit,
    _coarse,
    _drawn_in_lines,
    _drawn_in_lines,
    _drawn_in_lines,
    _duotone,
    _few_shades,
    _sheen,
    _tinted,
    _with_hues_turned,
    _shaded,
    _soft,
)
"""Each turns all pictures of a style in the same way into a style that no set has; repeated, the commoner ones."""
TWICE = 0.4
"""Share of such styles that are one on top of another."""


def restyled(pictures: Tensor, dice: random.Random) -> Tensor:
    """All pictures in a style that no set has."""
    pictures = dice.choice(STYLES)(pictures, dice)
    return dice.choice(STYLES)(pictures, dice) if dice.random() < TWICE else pictures
