"""Held-out cells drawn, beside what is true: a picture to look at while a model learns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from handful.draw.references import spread
from handful_pretrain.draw import augment, flow
from handful_pretrain.draw.batches import Batch, Batches
from handful_pretrain.draw.data import Pictures
from handful_pretrain.draw.model import Artist

__all__ = ["cells", "save_rows", "sheet"]

SHOWN = 5
"""References of a cell."""
GAP, ZOOM = 2, 64
"""Pixels around a picture, and of a side of it at least."""


def cells(batches: Batches, pictures: Pictures, numbers: Sequence[int], shown: int = SHOWN) -> Batch:
    """A batch of these pictures, each with its label and references spread over its style, none of the same label.

    They are pictures that are learned from; of a style that none is learned from, any.
    """
    others = [_others(pictures, number) for number in numbers]
    shown = min(shown, *map(len, others))
    small = batches.config.reference_pixels
    references = [augment.smaller(batches.pictures(spread(each, shown)), small) for each in others]
    words, real = batches.said([pictures.entries[number].label for number in numbers])
    return Batch(
        augment.smaller(batches.pictures(numbers), batches.config.resolution) * 2 - 1,
        words,
        real,
        torch.stack(references) * 2 - 1,
        torch.ones(len(numbers), shown, dtype=torch.bool),
        torch.arange(len(numbers)),
        torch.zeros(len(numbers), dtype=torch.bool),
        *_guides(batches, pictures, numbers),
    )


def _guides(batches: Batches, pictures: Pictures, numbers: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Of each picture: the nearest by its words of its own style, and the two nearest of other styles."""
    learned = [i for label in batches.labels for i in batches.shown[label]]
    entries = pictures.entries
    rows = batches.meanings[[batches.texts.plain[entries[i].label][0] for i in learned]]
    styles = np.array([entries[i].style for i in learned])
    labels = np.array([entries[i].label for i in learned])
    found, near = [], []
    for number in numbers:
        entry = entries[number]
        alike = np.round(rows @ _meaning(batches, entry.label), 4)
        own = np.where((styles == entry.style) & (labels != entry.label), alike, -1)
        others = np.where(styles != entry.style, alike, -1)
        chosen = [int(own.argmax()), *np.argsort(-others, kind="stable")[:2].tolist()]
        found.append(
            augment.smaller(batches.pictures([learned[i] for i in chosen]), batches.config.resolution)
        )
        near.append(
            [max(0.01, float(own[chosen[0]])) * bool(own.max() > 0)] + [float(alike[i]) for i in chosen[1:]]
        )
    return torch.stack(found) * 2 - 1, torch.tensor(near)


def _meaning(batches: Batches, label: str) -> NDArray[np.float32]:
    words, real = batches.said([label])
    mean = (words * real[..., None]).sum(1) / real.sum(1, keepdim=True)
    return np.asarray(torch.nn.functional.normalize(mean, dim=1)[0].numpy())


def _others(pictures: Pictures, number: int) -> list[int]:
    style, label = pictures.entries[number].style, pictures.entries[number].label
    others = [i for i, each in enumerate(pictures.entries) if each.style == style and each.label != label]
    return [i for i in others if pictures.entries[i].split == "train"] or others


def sheet(model: Artist, batch: Batch, path: Path, guidance: Sequence[float] = (1.0, 2.0, 4.0)) -> None:
    """Rows of a PNG: true, drawn at each guidance, and two references each."""
    side = batch.pictures.shape[-1]
    rows = [batch.pictures, *(flow.draw(model, batch, guidance=each) for each in guidance)]
    rows += list(batch.guides.unbind(1))
    near = torch.nn.functional.interpolate(batch.references.flatten(0, 1), size=(side, side))
    rows += list(near.reshape(*batch.references.shape[:2], *near.shape[1:]).unbind(1)[:2])
    save_rows(rows, path)


def save_rows(rows: Sequence[Tensor], path: Path) -> None:
    """Rows (b, c, y, x) of pictures of one size as a PNG, written aside."""
    from PIL import Image

    grid = np.concatenate([np.concatenate(list(on_white(row)), axis=1) for row in rows], axis=0)
    aside = path.with_name(f".{path.name}")
    zoom = max(1, ZOOM // rows[0].shape[-1])
    Image.fromarray(grid).resize((grid.shape[1] * zoom, grid.shape[0] * zoom), Image.Resampling.NEAREST).save(
        aside, "PNG"
    )
    aside.replace(path)


def on_white(pictures: Tensor) -> np.ndarray:
    """(b, y, x, 3) bytes, with a little space around each."""
    share = (pictures.float().cpu() + 1) / 2
    white = share[:, :3] + (1 - share[:, 3:])
    space = torch.nn.functional.pad(white, (GAP,) * 4, value=1.0)
    return (space.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
