"""An artist as the product has it, asked to draw, and what its drawings are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from handful.draw.artist import Artist, Drawn, Example
from handful.draw.canvas import canvas
from handful.draw.references import spread
from handful_pretrain.draw.batches import Batches
from handful_pretrain.draw.data import Entry, Pictures
from handful_pretrain.draw.sight import Sight

__all__ = ["HOUSE", "SHOWN", "Figure", "Judge", "tensor"]

SHOWN = 8
"""Pictures of a style that the artist is shown, unless said otherwise."""
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
    """All pictures as the artist would be shown them, and figures as they are found."""

    def __init__(
        self,
        artist: Artist,
        batches: Batches,
        pictures: Pictures,
        keep: Path | None = None,
        *,
        tuning: bool = False,
    ) -> None:
        self.artist, self.batches, self.pictures = artist, batches, pictures
        self.tuning = tuning
        self.all = tensor(pictures.pixels)
        self.sight = Sight(self.all, keep / f"seen-{pictures.hash()[:12]}.npz" if keep else None)
        self.learned = pictures.of("train")
        self.middle = self.sight(spread(self.learned, MIDDLE)).mean(axis=0)
        self.figures: list[Figure] = []

    def held(self, split: str) -> list[int]:
        """The held-out pictures to judge by: every second one; the others are for choosing what may be chosen."""
        return self.pictures.of(split)[int(self.tuning) :: 2]

    def entry(self, number: int) -> Entry:
        """What is known of a picture."""
        return self.pictures.entries[number]

    def note(self, measure: str, of: str, values: Sequence[float] | NDArray[Any]) -> None:
        """Keep the mean of these."""
        figure = Figure(measure, of, round(float(np.mean(values)), 4), len(values))
        self.figures.append(figure)
        print(f"{figure.measure:40} {figure.of:36} {figure.value:8.3f}  n {figure.count}", flush=True)

    def again(self, numbers: Sequence[int], shown: int = SHOWN) -> list[Drawn]:
        """These pictures drawn, each from its label and so many others of its style."""
        return [
            self.artist.draw([self.entry(number).label], self.examples(number, shown))[0]
            for number in numbers
        ]

    def asked(self, texts: Sequence[str]) -> list[Drawn]:
        """One picture for each text, in the style of the house."""
        return self.artist.draw(texts)

    def examples(self, number: int, shown: int) -> list[Example]:
        """Pictures spread over the style of this one, none of the same label, none held out if others are there."""
        own = self.entry(number)
        others = [
            i
            for i, each in enumerate(self.pictures.entries)
            if each.style == own.style and each.label != own.label
        ]
        known = [i for i in others if self.entry(i).split == "train"] or others
        return [Example(self.entry(i).label, self.pictures.pixels[i]) for i in spread(known, shown)]

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


def tensor(pixels: NDArray[np.uint8]) -> Tensor:
    """(b, c, y, x) in -1 to 1, colours times alpha, of (b, y, x, c) bytes."""
    return torch.from_numpy(canvas(list(pixels)))
