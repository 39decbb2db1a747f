"""What the model sees at step s: a function of the seed and s alone."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import count
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from handful.draw.arrange import arranged, beside
from handful.draw.artist import Pixels
from handful.draw.asked import plain
from handful.draw.dress import dressed
from handful.draw.references import spread
from handful.draw.strokes import Strokes, measured, shows_anything
from handful_pretrain.draw import augment
from handful_pretrain.draw.config import Config
from handful_pretrain.draw.data import Pictures
from handful_pretrain.draw.texts import COLOURS, States, Texts, asked, states

__all__ = ["Batch", "Batches"]

NO_WORDS, NO_STYLE, NEITHER, NO_GUIDES = 0.1, 0.1, 0.08, 0.12
"""Shares of pictures that are learned without."""
RESTYLED = 0.5
"""Share of groups whose style is none of the sets'."""
RECOLOURED, COMPOSED = 0.12, 0.08
OWN, OWN_NEAR = 0.6, 0.7
"""Share of pictures with a guide of their own style, and of those guides that show something near."""
SAME, OTHER = 0.65, 0.25
"""Shares of guides of any style that show the same thing and something near; the rest are left out."""
MEASURED = 60
"""Pictures of a set by which its strokes are measured, as in the product."""
NEIGHBOURS = 12
"""Captions that count as near one."""
SIDED = re.compile(r"left|right|arrow|o'clock|thirty|button|keycap|letter|sign|clockwise|east|west")
"""Labels of what means something else in a mirror."""
LETTERS = "symbols"
"""The group of pictures that are never mirrored."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures (b, c, y, x) in -1 to 1, states of their words with where they are real, references with which are
    shown, the group of each picture, which pictures are learned without a style; guides and how near each is."""

    pictures: Tensor
    words: Tensor
    real: Tensor
    references: Tensor
    shown: Tensor
    group: Tensor
    plain: Tensor
    guides: Tensor
    near: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same on a device."""
        return Batch(*(getattr(self, part.name).to(device, non_blocking=True) for part in fields(self)))


class Drawn(NamedTuple):
    """A picture (c, y, x) to learn to draw, the number of its text, and its guides."""

    picture: Tensor
    text: int
    own: Tensor
    """(c, y, x) the guide of its own style"""
    others: tuple[int | None, ...]
    """Numbers of the guides of any style"""
    asked: tuple[str, str]
    """What each of those is set up for: the whole text, or one of two things"""
    near: Tensor
    """(m,) how near each guide is"""
    mirrored: bool


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
        self.shown: dict[str, list[int]] = {}
        for number in learned:
            entry = self.entries[number]
            self.styles.setdefault(entry.style, []).append(number)
            self.cells.setdefault((entry.style, entry.label), []).append(number)
            self.shown.setdefault(entry.label, []).append(number)
        self.meanings = self._meanings()
        self.labels = list(self.shown)
        own = self.meanings[[self.texts.plain[label][0] for label in self.labels]]
        order = np.argsort(-(own @ own.T), axis=1)[:, 1 : NEIGHBOURS + 1]
        self.neighbours = {
            label: [self.labels[i] for i in row] for label, row in zip(self.labels, order, strict=True)
        }
        places = {text: number for number, text in enumerate(self.texts.texts)}
        self.bare = [places.get(plain(text), number) for number, text in enumerate(self.texts.texts)]
        self.raw = pictures.pixels
        self.strokes = {
            style: measured([pictures.pixels[i] for i in spread(of, MEASURED)])
            for style, of in self.styles.items()
        }
        self.hues = {number: augment.main_hue(self.pictures([number])[0]) for number in learned}

    def pictures(self, numbers: Sequence[int]) -> Tensor:
        """(picture, c, y, x) in 0 to 1, colours times alpha, at the size in which they are kept."""
        share = self.pixels[torch.as_tensor(numbers)].float() / 255
        share[:, :3] *= share[:, 3:]
        return share

    def _meanings(self) -> NDArray[np.float32]:
        """(text, coordinate) of length one: the mean over the tokens of each text."""
        whole = np.add.reduceat(self.states.states, self.states.starts[:-1], axis=0, dtype=np.float32)
        return np.asarray(whole / np.linalg.norm(whole, axis=1, keepdims=True))

    def alike(self, text: int, label: str) -> float:
        """Cosine of what a text, with or without number and colour, and a label mean, at least .01: 0 stands for no
        guide."""
        forms = self.meanings[[text, self.bare[text]]]
        return max(0.01, float((forms @ self.meanings[self.texts.plain[label][0]]).max()))

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
        parts: list[tuple[Tensor, ...]] = []
        group, texts, alone = [], [], []
        for number in range(train.groups):
            names = self.styles[dice.choice(list(self.styles))]
            chosen = dice.sample(names, min(len(names), train.references + train.each))
            made = dice.random() < RESTYLED
            drawn = [self._drawn(each, dice, made) for each in chosen[train.references :]]
            seen = self.pictures(chosen[: train.references])
            wanted = torch.stack([each.picture for each in drawn])
            own = torch.stack([each.own for each in drawn])
            if made:
                both = augment.restyled(torch.cat([seen, wanted, own]), dice)
                seen, wanted, own = both.split([len(seen), len(drawn), len(drawn)])
            shown = torch.arange(train.references) < dice.randint(1, train.references)
            others = self._dressed(drawn, seen[shown])
            guides = torch.cat([own[:, None], others], 1)
            near = torch.stack([each.near for each in drawn])
            for place, each in enumerate(drawn):
                chance, left = dice.random(), [dice.random() for _ in range(3)]
                neither = chance < NEITHER
                texts.append(None if neither or left[0] < NO_WORDS else each.text)
                alone.append(neither or (left[1] < NO_STYLE and not made))
                if left[2] < NO_GUIDES:
                    near[place] = 0
                if dice.random() < train.given:
                    guides[place, 1], near[place, 1] = wanted[place], 1
            parts.append((wanted, seen, shown, guides, near))
            group += [number] * len(drawn)
        pictures, references, shown, guides, near = zip(*parts, strict=True)
        words, real = self.words(texts)
        side, small = self.config.resolution, self.config.reference_pixels
        return Batch(
            augment.smaller(torch.cat(pictures), side) * 2 - 1,
            words,
            real,
            augment.smaller(torch.cat(references), small).unflatten(0, (train.groups, -1)) * 2 - 1,
            torch.stack(shown),
            torch.tensor(group),
            torch.tensor(alone),
            augment.smaller(torch.cat(guides).flatten(0, 1), side).unflatten(0, (len(group), -1)) * 2 - 1,
            torch.cat(near),
        )

    def _drawn(self, number: int, dice: random.Random, made: bool) -> Drawn:
        """A picture made from this one, a text for it, and guides: itself too, where its style is about to change."""
        entry, picture = self.entries[number], self.pictures([number])[0]
        labels = [entry.label, entry.label]
        chance, hue, mirrored = dice.random(), self.hues[number], False
        ways = self.texts.plain[entry.label]
        text = ways[0] if dice.random() < 0.5 else dice.choice(ways)
        if chance < COMPOSED:
            picture, text, labels = self._composed(number, picture, dice)
        elif chance < COMPOSED + RECOLOURED and hue is not None and not made:
            colour, text = dice.choice(list(self.texts.coloured[entry.label].items()))
            picture = augment.turned(picture, COLOURS[colour] - hue)
        elif entry.group != LETTERS and not SIDED.search(entry.label):
            mirrored = dice.random() < 0.5
        own, *others = (
            self._own(number, dice),
            *(self._other(number, label, dice, made) for label in labels),
        )
        guide = self.pictures([number if own is None else own])[0]
        both = labels[0] != labels[1]
        meant = [text, *((self.texts.plain[label][0] if both else text) for label in labels)]
        near = [
            0.0 if guide is None else self.alike(each, self.entries[guide].label)
            for each, guide in zip(meant, (own, *others), strict=True)
        ]
        if mirrored:
            picture, guide = picture.flip(-1), guide.flip(-1)
        left, right = labels if both else [self.texts.texts[text]] * 2
        return Drawn(picture, text, guide, tuple(others), (left, right), torch.tensor(near), mirrored)

    def _dressed(self, drawn: Sequence[Drawn], references: Tensor) -> Tensor:
        """(picture, 2, c, y, x) the guides of any style, as the product sets them up."""
        pixels = _bytes(references)
        like = measured(list(pixels)) if any(map(shows_anything, pixels)) else None
        made = []
        for each in drawn:
            guides = [self._guide(*pair, like) for pair in zip(each.others, each.asked, strict=True)]
            if each.asked[0] != each.asked[1] and None not in each.others:
                guides = [beside(*guides)] * 2
            share = torch.from_numpy(np.stack(guides)).permute(0, 3, 1, 2).float() / 255
            share[:, :3] *= share[:, 3:]
            made.append(share.flip(-1) if each.mirrored else share)
        return torch.stack(made)

    def _guide(self, number: int | None, words: str, like: Strokes | None) -> Pixels:
        if number is None:
            return np.zeros_like(self.raw[0])
        entry, picture = self.entries[number], self.raw[number]
        alike = dressed(picture, self.strokes[entry.style], like) if like else picture
        return arranged(alike, entry.label, words)

    def _own(self, number: int, dice: random.Random) -> int | None:
        """A guide of the same style: something else, near if there is any."""
        entry = self.entries[number]
        if dice.random() >= OWN:
            return None
        if dice.random() < OWN_NEAR:
            near = [label for label in self.neighbours[entry.label] if (entry.style, label) in self.cells]
            if near:
                return self.cells[entry.style, dice.choice(near[: NEIGHBOURS // 2])][0]
        other = dice.choice(self.styles[entry.style])
        return other if self.entries[other].label != entry.label else None

    def _other(self, number: int, label: str, dice: random.Random, made: bool) -> int | None:
        """A guide of any style: the same thing, or something near."""
        style, chance = self.entries[number].style, dice.random()
        if chance < SAME:
            same = [i for i in self.shown[label] if made or self.entries[i].style != style]
            if same:
                return dice.choice(same)
        if chance < SAME + OTHER:
            return dice.choice(self.shown[dice.choice(self.neighbours[label])])
        return None

    def _composed(self, number: int, picture: Tensor, dice: random.Random) -> tuple[Tensor, int, list[str]]:
        """Pictures put together, a text for them, and the two things that are to be seen."""
        entry = self.entries[number]
        for right, text in self.texts.pairs.get(entry.label, ()):
            others = self.cells.get((entry.style, right))
            if others and dice.random() < 0.5:
                both = augment.beside(picture, self.pictures(others[:1])[0], dice)
                return both, text, [entry.label, right]
        number_of = dice.choice([2, 3])
        make = augment.two if number_of == 2 else augment.three
        return make(picture, dice), self.texts.counted[entry.label][number_of], [entry.label] * 2


def _bytes(pictures: Tensor) -> NDArray[np.uint8]:
    """(picture, y, x, c) not multiplied by alpha, of (picture, c, y, x) in 0 to 1."""
    share = pictures.clone()
    share[:, :3] /= share[:, 3:].clamp_min(1e-3)
    return (share.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
