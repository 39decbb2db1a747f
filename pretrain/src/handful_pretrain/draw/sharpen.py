"""From 32 to 64 pixels in one pass: what flow has drawn, made as sharp as the guides and the references are.

The second of two stages, as in Ramesh et al. 2022 (unCLIP); flat art leaves so little open at this step that it needs
no noise. Learned from pictures that were made smaller and spoilt a little: a drawing is not quite right either.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from handful_pretrain.draw.batches import Batch
from handful_pretrain.draw.config import ModelConfig
from handful_pretrain.draw.model import (
    CHANNELS,
    PACK,
    Block,
    Larger,
    Smaller,
    Style,
    normalised,
    silent,
    under,
)

__all__ = ["Sharpener", "loss", "sheet"]

SPOILT = 0.15
"""Spread of the noise on what it learns from, at most."""
BLURRED = 0.3
"""Share of pictures that are out of focus too."""


class Sharpener(nn.Module):
    """A small U-Net on the small picture's places: what is missing between twice as many pixels and smooth ones."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        (narrow, wide), condition = config.widths, config.condition
        self.style = Style(config)
        self.mix = nn.Sequential(nn.Linear(config.style_tokens * condition, condition), nn.SiLU())
        self.first = nn.Conv2d(CHANNELS + config.guides * (CHANNELS * PACK**2 + 1), narrow, 3, padding=1)
        self.before = Block(narrow, narrow, condition)
        self.smaller = Smaller(narrow)
        self.inner = nn.ModuleList([Block(narrow, wide, condition), Block(wide, wide, condition)])
        self.larger = Larger(wide)
        self.after = nn.ModuleList(
            [Block(wide + narrow, narrow, condition), Block(narrow, narrow, condition)]
        )
        self.last = nn.Sequential(
            normalised(narrow), nn.SiLU(), nn.Conv2d(narrow, CHANNELS * PACK**2, 3, padding=1)
        )
        silent(self.last[2])

    def forward(self, x: Tensor, guides: Tensor, near: Tensor, style: Tensor) -> Tensor:
        """(b, c, 2y, 2x) of x (b, c, y, x), guides (b, m, c, 2y, 2x), each (b, m) so near, and style tokens."""
        condition = self.mix(style.flatten(1))
        kept = self.before(self.first(torch.cat([x, under(guides, near)], 1)), condition)
        inner = self.smaller(kept)
        for block in self.inner:
            inner = block(inner, condition)
        inner = torch.cat([self.larger(inner), kept], 1)
        for block in self.after:
            inner = block(inner, condition)
        smooth = functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        return smooth + functional.pixel_shuffle(self.last(inner), PACK)

    def whole(self, x: Tensor, guides: Tensor, near: Tensor, references: Tensor, shown: Tensor) -> Tensor:
        """The same from reference pictures (b, k, c, 2y, 2x), of which (b, k) are shown: of one style, b is 1."""
        sharp: Tensor = self(x, guides, near, self.style(references, shown))
        return sharp


def loss(model: Sharpener, batch: Batch, generator: torch.Generator) -> Tensor:
    """Mean absolute error of pixels, and of the steps from one to the next, which are what is sharp."""
    x = _spoilt(batch.pictures, generator)
    sharp = model(x, batch.guides, batch.near, model.style(batch.references, batch.shown)[batch.group])
    error = sharp - batch.pictures
    steps = error.diff(dim=2).abs().mean() + error.diff(dim=3).abs().mean()
    return error.abs().mean() + steps


def sheet(model: Sharpener, batch: Batch, path: Path) -> None:
    """Rows of a PNG: true, what it is given, and what it makes of it."""
    from handful_pretrain.draw.sheet import save_rows

    x = _spoilt(batch.pictures, torch.Generator().manual_seed(0))
    with torch.no_grad():
        sharp = model.whole(x, batch.guides, batch.near, batch.references, batch.shown)
    save_rows([batch.pictures, functional.interpolate(x, scale_factor=2.0), sharp], path)


def _spoilt(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """(b, c, y / 2, x / 2) with noise, some of them blurred."""
    small = functional.avg_pool2d(pictures, 2).cpu()
    count = len(small)
    soft = functional.avg_pool2d(functional.pad(small, (1, 1, 1, 1), mode="replicate"), 3, 1)
    blurred = (torch.rand(count, generator=generator) < BLURRED).float()
    share = (blurred * torch.rand(count, generator=generator))[:, None, None, None]
    spread = SPOILT * torch.rand(count, generator=generator)[:, None, None, None]
    noise = torch.randn(small.shape, generator=generator)
    noise = 0.6 * noise + 1.2 * functional.avg_pool2d(functional.pad(noise, (1, 1, 1, 1)), 3, 1)
    return ((1 - share) * small + share * soft + spread * noise).clamp(-1, 1).to(pictures.device)
