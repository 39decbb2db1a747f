"""What the model sees at step s: a function of the seed and s alone."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import count
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from handful_pretrain.draw import augment
from handful_pretrain.draw.config import Config
from handful_pretrain.draw.data import Pictures
from handful_pretrain.draw.texts import COLOURS, States, Texts, asked, states

__all__ = ["REFERENCE_PIXELS", "Batch", "Batches"]

REFERENCE_PIXELS = 32
"""Of a side of a reference picture, whatever is drawn."""
NO_WORDS, NO_STYLE, NEITHER = 0.15, 0.15, 0.05
"""Shares of pictures that are learned without."""
RESTYLED = 0.3
"""Share of groups whose style is none of the sets'."""
RECOLOURED, COMPOSED = 0.12, 0.06
SHIFT = 2
"""Pixels of 64, at most."""
SIDED = re.compile(r"left|right|arrow|o'clock|thirty|button|keycap|letter|sign|clockwise|east|west")
"""Labels of what means something else in a mirror."""
LETTERS = "symbols"
"""The group of pictures that are never mirrored."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures (b, c, y, x) in -1 to 1, states of their words with where they are real, references with which are
    shown, the group of each picture, and which pictures are learned without a style."""

    pictures: Tensor
    words: Tensor
    real: Tensor
    references: Tensor
    shown: Tensor
    group: Tensor
    plain: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return Batch(*(getattr(self, part.name).to(device, non_blocking=True) for part in fields(self)))


class Batches:
    """Batch number s, for any s, made by the processor, so that several processes can make them ahead."""

    def __init__(self, pictures: Pictures, config: Config, keep: Path | None = None) -> None:
        self.config = config
        self.entries = pictures.entries
        learned = pictures.of("train")
        self.texts: Texts = asked(self.entries[number] for number in pictures.of("train", "cell", "caption"))
        self.states: States = states(self.texts.texts, keep)
        self.pixels = torch.from_numpy(np.ascontiguousarray(pictures.pixels)).permute(0, 3, 1, 2)
        self.styles: dict[str, list[int]] = {}
        self.cells: dict[tuple[str, str], list[int]] = {}
        for number in learned:
            entry = self.entries[number]
            self.styles.setdefault(entry.style, []).append(number)
            self.cells.setdefault((entry.style, entry.label), []).append(number)
        self.hues = {number: augment.main_hue(self.pictures([number])[0]) for number in learned}

    def pictures(self, numbers: Sequence[int]) -> Tensor:
        """(picture, c, y, x) in 0 to 1, colours times alpha, at the size in which they are kept."""
        share = self.pixels[torch.as_tensor(numbers)].float() / 255
        share[:, :3] *= share[:, 3:]
        return share

    def words(self, numbers: Sequence[int | None]) -> tuple[Tensor, Tensor]:
        """States (text, token, coordinate) of these texts, none where there is None, and which tokens are real."""
        found, real = self.states.batch([number or 0 for number in numbers])
        real &= np.array([number is not None for number in numbers])[:, None]
        return torch.from_numpy(found).float(), torch.from_numpy(real)

    def said(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """The same as `words`, of any texts."""
        made = states(texts)
        found, real = made.batch(range(len(texts)))
        return torch.from_numpy(found).float(), torch.from_numpy(real)

    def coming(self, step: int, workers: int = 0) -> Iterator[Batch]:
        """The batches from this one on, made ahead by so many processes."""
        loader: DataLoader[Batch] = DataLoader(
            cast("Dataset[Batch]", self),
            batch_size=None,
            sampler=count(step),
            num_workers=workers,
        )
        return iter(loader)

    def __getitem__(self, step: int) -> Batch:
        dice = random.Random(f"{self.config.train.seed} {step}")
        train = self.config.train
        targets, references, shown, group, texts, plain = [], [], [], [], [], []
        for number in range(train.groups):
            names = self.styles[dice.choice(list(self.styles))]
            chosen = dice.sample(names, min(len(names), train.references + train.each))
            restyle = dice.choice(augment.STYLES) if dice.random() < RESTYLED else None
            drawn = [self._drawn(each, dice, restyle is None) for each in chosen[train.references :]]
            seen = self.pictures(chosen[: train.references])
            wanted = torch.stack([picture for picture, _ in drawn])
            if restyle is not None:
                both = restyle(torch.cat([seen, wanted]), dice)
                seen, wanted = both[: len(seen)], both[len(seen) :]
            targets.append(augment.smaller(wanted, self.config.resolution))
            references.append(augment.smaller(seen, REFERENCE_PIXELS))
            shown.append(torch.arange(train.references) < dice.randint(1, train.references))
            group += [number] * len(drawn)
            for _, text in drawn:
                chance = dice.random()
                texts.append(None if chance < NO_WORDS + NEITHER else text)
                bare = chance < NEITHER or chance > 1 - NO_STYLE
                plain.append(bare and restyle is None)
        words, real = self.words(texts)
        return Batch(
            torch.cat(targets) * 2 - 1,
            words,
            real,
            torch.stack(references) * 2 - 1,
            torch.stack(shown),
            torch.tensor(group),
            torch.tensor(plain),
        )

    def _drawn(self, number: int, dice: random.Random, in_colour: bool) -> tuple[Tensor, int]:
        """A picture made from this one, and the number of a text for it."""
        entry, picture = self.entries[number], self.pictures([number])[0]
        chance = dice.random()
        if chance < COMPOSED:
            return self._composed(number, picture, dice)
        hue = self.hues[number]
        if chance < COMPOSED + RECOLOURED and hue is not None and in_colour:
            colour, text = dice.choice(list(self.texts.coloured[entry.label].items()))
            return augment.turned(picture, COLOURS[colour] - hue), text
        if entry.group != LETTERS and not SIDED.search(entry.label) and dice.random() < 0.5:
            picture = picture.flip(-1)
        if dice.random() < 0.5:
            picture = augment.shifted(picture, dice.randint(-SHIFT, SHIFT), dice.randint(-SHIFT, SHIFT))
        plain = self.texts.plain[entry.label]
        return picture, plain[0] if dice.random() < 0.4 else dice.choice(plain)

    def _composed(self, number: int, picture: Tensor, dice: random.Random) -> tuple[Tensor, int]:
        entry = self.entries[number]
        for right, text in self.texts.pairs.get(entry.label, ()):
            others = self.cells.get((entry.style, right))
            if others and dice.random() < 0.5:
                return augment.beside(picture, self.pictures(others[:1])[0], dice), text
        number_of = dice.choice([2, 3])
        make = augment.two if number_of == 2 else augment.three
        return make(picture, dice), self.texts.counted[entry.label][number_of]
