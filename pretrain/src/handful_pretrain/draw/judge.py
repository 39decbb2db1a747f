"""A model that is asked to draw, and what its drawings are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from handful_pretrain.draw import augment, flow
from handful_pretrain.draw.batches import Batch, Batches
from handful_pretrain.draw.data import Entry, Pictures
from handful_pretrain.draw.model import Artist
from handful_pretrain.draw.sheet import cells, spread
from handful_pretrain.draw.sight import Sight

__all__ = ["HOUSE", "Figure", "Judge"]

AT_ONCE = 32
CHUNK = 500
MIDDLE = 400
"""Pictures whose mean is the middle from which distances are seen."""
HOUSE = "noto"
"""The style of what is asked for in words alone."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure, what it was taken of, and of how many pictures."""

    measure: str
    of: str
    value: float
    count: int


class Judge:
    """All pictures at the size that is drawn, and figures as they are found."""

    def __init__(
        self,
        model: Artist,
        batches: Batches,
        pictures: Pictures,
        *,
        steps: int = 16,
        guidance: float = 2.0,
        keep: Path | None = None,
    ) -> None:
        self.model, self.batches, self.pictures = model, batches, pictures
        self.steps, self.guidance = steps, guidance
        self.side = batches.config.resolution
        starts = range(0, len(pictures.entries), CHUNK)
        parts = [batches.pictures(range(i, min(i + CHUNK, len(pictures.entries)))) for i in starts]
        self.all = torch.cat([augment.smaller(part, self.side) for part in parts]) * 2 - 1
        self.sight = Sight(self.all, keep / f"seen-{self.side}-{pictures.hash()[:12]}.npz" if keep else None)
        self.learned = pictures.of("train")
        self.middle = self.sight(spread(self.learned, MIDDLE)).mean(axis=0)
        self.figures: list[Figure] = []

    def entry(self, number: int) -> Entry:
        """What is known of a picture."""
        return self.pictures.entries[number]

    def note(self, measure: str, of: str, values: Sequence[float] | NDArray[Any]) -> None:
        """Keep the mean of these."""
        figure = Figure(measure, of, round(float(np.mean(values)), 4), len(values))
        self.figures.append(figure)
        print(f"{figure.measure:40} {figure.of:36} {figure.value:8.3f}  n {figure.count}", flush=True)

    def draw(self, batch: Batch, seed: int = 0) -> Tensor:
        """One picture for each of a batch."""
        with torch.no_grad():
            style = flow.style_of(self.model, batch)
        drawn = []
        for start in range(0, len(style), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            given = (batch.words[part], batch.real[part], style[part], self.side)
            drawn.append(
                flow.draw(self.model, *given, steps=self.steps, guidance=self.guidance, seed=seed + start)
            )
        return torch.cat(drawn)

    def again(self, numbers: Sequence[int], shown: int = 5) -> Tensor:
        """These pictures drawn, each from its label and so many others of its style."""
        return self.draw(cells(self.batches, self.pictures, numbers, shown))

    def asked(self, texts: Sequence[str]) -> Tensor:
        """One picture for each text, in the house style."""
        first = next(number for number in self.learned if self.entry(number).style == HOUSE)
        batch = cells(self.batches, self.pictures, [first] * len(texts))
        words, real = self.batches.said(texts)
        return self.draw(replace(batch, words=words, real=real))

    def same_caption(self, number: int) -> list[int]:
        """The pictures of the same label in other styles."""
        own = self.entry(number)
        return [
            i for i in self.learned if self.entry(i).label == own.label and self.entry(i).style != own.style
        ]

    def nearest(self, number: int) -> int:
        """The picture of the same style whose other label means most nearly the same."""
        own = self.entry(number)
        of = [
            i for i in self.learned if self.entry(i).style == own.style and self.entry(i).label != own.label
        ]
        near = self.meaning([self.entry(i).label for i in of]) @ self.meaning([own.label])[0]
        return of[int(near.argmax())]

    def meaning(self, labels: Sequence[str]) -> NDArray[np.float64]:
        """(label, coordinate) of length one: the mean over the tokens of a label that there is a text for."""
        words, real = self.batches.words([self.batches.texts.plain[label][0] for label in labels])
        mean = (words * real[..., None]).sum(1) / real.sum(1, keepdim=True)
        return np.asarray(torch.nn.functional.normalize(mean, dim=1).double().cpu().numpy())
