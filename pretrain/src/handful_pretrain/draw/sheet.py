"""Held-out cells drawn, beside what is true: a picture to look at while a model learns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from handful_pretrain.draw import augment, flow
from handful_pretrain.draw.batches import REFERENCE_PIXELS, Batch, Batches
from handful_pretrain.draw.data import Pictures
from handful_pretrain.draw.model import Artist

__all__ = ["cells", "sheet", "spread"]

SHOWN = 5
"""References of a cell."""
GAP, ZOOM = 2, 2


def spread(numbers: Sequence[int], count: int) -> list[int]:
    """So many of them, evenly over all."""
    return [numbers[i * len(numbers) // count] for i in range(min(count, len(numbers)))]


def cells(batches: Batches, pictures: Pictures, numbers: Sequence[int], shown: int = SHOWN) -> Batch:
    """A batch of these pictures, each with its label and references spread over its style, none of the same label.

    They are pictures that are learned from; of a style that none is learned from, any.
    """
    others = [_others(pictures, number) for number in numbers]
    shown = min(shown, *map(len, others))
    references = [augment.smaller(batches.pictures(spread(each, shown)), REFERENCE_PIXELS) for each in others]
    words, real = batches.said([pictures.entries[number].label for number in numbers])
    return Batch(
        augment.smaller(batches.pictures(numbers), batches.config.resolution) * 2 - 1,
        words,
        real,
        torch.stack(references) * 2 - 1,
        torch.ones(len(numbers), shown, dtype=torch.bool),
        torch.arange(len(numbers)),
        torch.zeros(len(numbers), dtype=torch.bool),
    )


def _others(pictures: Pictures, number: int) -> list[int]:
    style, label = pictures.entries[number].style, pictures.entries[number].label
    others = [i for i, each in enumerate(pictures.entries) if each.style == style and each.label != label]
    return [i for i in others if pictures.entries[i].split == "train"] or others


def sheet(model: Artist, batch: Batch, path: Path, guidance: Sequence[float] = (1.0, 2.0, 4.0)) -> None:
    """Rows of a PNG: true, drawn at each guidance, and two references each."""
    from PIL import Image

    with torch.no_grad():
        style = flow.style_of(model, batch)
    side = batch.pictures.shape[-1]
    rows = [batch.pictures]
    rows += [flow.draw(model, batch.words, batch.real, style, side, guidance=each) for each in guidance]
    near = torch.nn.functional.interpolate(batch.references.flatten(0, 1), size=(side, side))
    rows += list(near.reshape(*batch.references.shape[:2], *near.shape[1:]).unbind(1)[:2])
    grid = np.concatenate([np.concatenate(list(on_white(row)), axis=1) for row in rows], axis=0)
    aside = path.with_name(f".{path.name}")
    Image.fromarray(grid).resize((grid.shape[1] * ZOOM, grid.shape[0] * ZOOM), Image.Resampling.NEAREST).save(
        aside, "PNG"
    )
    aside.replace(path)


def on_white(pictures: Tensor) -> np.ndarray:
    """(b, y, x, 3) bytes, with a little space around each."""
    share = (pictures.float().cpu() + 1) / 2
    white = share[:, :3] + (1 - share[:, 3:])
    space = torch.nn.functional.pad(white, (GAP,) * 4, value=1.0)
    return (space.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
