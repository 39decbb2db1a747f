"""What a picture can be asked for with, and the text encoder's states of each token of it, made once.

A caption is asked for in several ways: its label, the label and tags, tags alone, with another colour; pictures that
are put together by "next to", "two" and "three". Many ways of saying it keep a model from learning by heart.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handful.draw.arrange import COLOURS
from handful_pretrain.draw.data import Entry

__all__ = ["COLOURS", "NUMBERS", "TOKENS", "WIDTH", "States", "Texts", "asked", "states"]

TOKENS, WIDTH = 24, 384
"""Tokens of a text, at most, with the one before and the one after; coordinates of each."""
LAYER = 6
"""Of the text encoder: the last."""
NUMBERS = {2: "two", 3: "three"}
PAIRS = 4000


@dataclass(slots=True)
class Texts:
    """All texts; the rest are numbers of texts, for each label."""

    texts: list[str] = field(default_factory=list)
    plain: dict[str, list[int]] = field(default_factory=dict)
    coloured: dict[str, dict[str, int]] = field(default_factory=dict)
    counted: dict[str, dict[int, int]] = field(default_factory=dict)
    pairs: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """Of a label: what may stand on its right, and the text that says so."""

    def add(self, text: str) -> int:
        """The number of a text, which is kept."""
        self.texts.append(text)
        return len(self.texts) - 1


def asked(entries: Iterable[Entry], seed: int = 1) -> Texts:
    """The texts for the captions of these pictures."""
    dice = random.Random(seed)
    texts = Texts()
    of = {entry.label: entry for entry in entries}
    for label, entry in of.items():
        texts.plain[label] = [texts.add(text) for text in _plain(label, entry.tags, dice)]
        colours = dice.sample(list(COLOURS), 3)
        texts.coloured[label] = {colour: texts.add(f"{colour} {label}") for colour in colours}
        texts.counted[label] = {count: texts.add(f"{word} {label}") for count, word in NUMBERS.items()}
    labels = list(of)
    for _ in range(min(PAIRS, len(labels) ** 2)):
        left, right = dice.choice(labels), dice.choice(labels)
        texts.pairs.setdefault(left, []).append((right, texts.add(f"{left} next to {right}")))
    return texts


def _plain(label: str, tags: Sequence[str], dice: random.Random) -> list[str]:
    """The label itself comes first."""
    found = [label, f"a {label}"]
    if tags:
        found += [f"{label}, {', '.join(dice.sample(tags, min(len(tags), count)))}" for count in (1, 2, 3)]
        found += [", ".join(dice.sample(tags, min(len(tags), 3))) for _ in range(2)]
    return found


@dataclass(frozen=True, slots=True)
class States:
    """The states (token, coordinate) of all texts, one after the other; text i begins at `starts[i]`."""

    states: NDArray[np.float16]
    starts: NDArray[np.int64]

    def batch(self, numbers: Sequence[int]) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
        """(text, TOKENS, coordinate) with zeros after each text's end, and where (text, TOKENS) there are tokens."""
        found = np.zeros((len(numbers), TOKENS, WIDTH), np.float16)
        real = np.zeros((len(numbers), TOKENS), bool)
        for place, number in enumerate(numbers):
            part = self.states[self.starts[number] : self.starts[number + 1]]
            found[place, : len(part)] = part
            real[place, : len(part)] = True
        return found, real


def states(texts: Sequence[str], folder: Path | None = None) -> States:
    """The states of these texts, kept in a folder for the next time."""
    from handful.encode.frozen.text import text_encoder

    encoder = text_encoder()
    key = hashlib.sha256(json.dumps([encoder.identity, TOKENS, list(texts)]).encode()).hexdigest()[:16]
    path = folder / f"states-{key}.npz" if folder else None
    if path and path.exists():
        with np.load(path) as kept:
            return States(kept["states"], kept["starts"])
    made = [encoder.layers(encoder._tokens(text)[: TOKENS - 2])[LAYER].astype(np.float16) for text in texts]
    starts = np.cumsum([0, *(len(each) for each in made)])
    found = States(np.concatenate(made), starts)
    if path:
        aside = path.with_name(f".{path.name}")
        with aside.open("wb") as file:
            np.savez(file, states=found.states, starts=found.starts)
        aside.replace(path)
    return found
