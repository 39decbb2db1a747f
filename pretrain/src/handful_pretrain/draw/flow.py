"""Rectified flow (Liu et al. 2022): from noise to picture is a straight line; the model learns where it goes.

Times are drawn as in Esser et al. 2024 (logit-normal), and some evenly. Guidance: Ho and Salimans 2022.
"""

from __future__ import annotations

import torch
from torch import Tensor

from handful_pretrain.draw.batches import Batch
from handful_pretrain.draw.model import CHANNELS, Artist

__all__ = ["direction", "draw", "loss", "style_of", "times"]

EVENLY, EARLY = 0.15, 0.6
"""Share of times that are drawn evenly; how far the middle of the others is on the side of noise, where words count."""


def times(count: int, generator: torch.Generator) -> Tensor:
    """(b,) 0 is noise, 1 the picture."""
    middle = (torch.randn(count, generator=generator) - EARLY).sigmoid()
    even = torch.rand(count, generator=generator)
    return torch.where(torch.rand(count, generator=generator) < EVENLY, even, middle)


def style_of(model: Artist, batch: Batch) -> Tensor:
    """(b, token, condition) the style tokens of each picture of a batch."""
    tokens = model.style(batch.references, batch.shown)[batch.group]
    return torch.where(batch.plain[:, None, None], model.no_style.to(tokens.dtype), tokens)


def loss(model: Artist, batch: Batch, generator: torch.Generator) -> Tensor:
    """Mean squared error of the direction."""
    pictures = batch.pictures
    time = times(len(pictures), generator).to(pictures.device)
    noise = torch.randn(pictures.shape, generator=generator).to(pictures.device)
    share = time[:, None, None, None]
    x = (1 - share) * noise + share * pictures
    said = model(x, time, batch.words, batch.real, style_of(model, batch))
    error: Tensor = said.float() - (pictures - noise)
    return error.square().mean()


@torch.no_grad()
def draw(
    model: Artist,
    words: Tensor,
    real: Tensor,
    style: Tensor,
    resolution: int,
    *,
    steps: int = 16,
    guidance: float = 2.0,
    seed: int = 0,
) -> Tensor:
    """(b, c, y, x) pictures in -1 to 1 from noise, in even steps; guidance 1 is none."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(len(words), CHANNELS, resolution, resolution, generator=generator).to(words.device)
    for step in range(steps):
        time = x.new_full((len(x),), step / steps)
        x = x + direction(model, x, time, words, real, style, guidance) / steps
    return x.clamp(-1, 1)


def direction(
    model: Artist, x: Tensor, time: Tensor, words: Tensor, real: Tensor, style: Tensor, guidance: float
) -> Tensor:
    """Away from where the model would go without words and style, by so much; guidance 1 is none."""
    asked: Tensor = model(x, time, words, real, style)
    if guidance == 1:
        return asked
    aimless: Tensor = model(x, time, words, torch.zeros_like(real), model.no_style.expand_as(style))
    return aimless + guidance * (asked - aimless)
