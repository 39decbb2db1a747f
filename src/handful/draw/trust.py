"""How sure a drawing is, from three figures that need no true picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.draw.sight import Probe, cosines

__all__ = ["FOREIGN", "GUESS", "Signs", "doubt", "row", "signs", "sure"]

FOREIGN = 0.35
"""Cosine to the nearest words known below which nothing known means anything like what is asked for."""
GUESS = 0.5
"""Probability below which a drawing is a guess."""
CLIP = 1e-3
"""A share is kept so far from 0 and 1, for its logarithm."""
LONGEST = 60
"""Characters of a text that a doubt repeats."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Signs:
    """Of several pictures drawn for one text; `best` is the place of the one that fits it best."""

    best: int
    agreement: float
    """Mean cosine of what is seen in one and another"""
    told: float
    """Share of the labels known that the best fits less well than what was asked for"""
    near: float
    """Cosine of what was asked for to the nearest words known"""


def signs(features: Array, probe: Probe, asked: Array, labels: Array, examples: Array, plain: Array) -> Signs:
    """Of what is seen (picture, seen), what was asked for (meaning,), the meanings of labels and examples, and what was
    asked for without number and colour (meaning,): a kettle is known where a red one is asked for."""
    fit = probe.fit(features, np.concatenate([asked[None], labels]))
    best = int(fit[:, 0].argmax())
    told = float((fit[best, 1:] < fit[best, 0]).mean())
    near = float((np.concatenate([labels, examples]) @ np.stack([asked, plain], axis=1)).max())
    return Signs(best, _agreement(features - probe.middle), told, near)


def sure(signs: Signs, trust: Array) -> float:
    """The probability that one would tell from the picture what was asked for; `trust` (4,) are its coefficients."""
    score = float(trust @ row(signs))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, score))))


def row(signs: Signs) -> NDArray[np.float64]:
    """(4,) what the coefficients are of: one, agreement, the logarithm of the odds of being told, nearness."""
    told = min(max(signs.told, CLIP), 1 - CLIP)
    return np.array([1, signs.agreement, math.log(told / (1 - told)), signs.near])


def doubt(words: str, signs: Signs, sure: float) -> str:
    """Why the drawing would be a guess, in a clause; nothing where it is none."""
    words = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    if signs.near < FOREIGN:
        return f"nothing that is known means anything like '{words}'"
    return f"'{words}' would be a guess" if sure < GUESS else ""


def _agreement(features: Array) -> float:
    """Mean cosine of pairs; 1 where there is one alone."""
    pairs = np.triu_indices(len(features), 1)
    return float(cosines(features, features)[pairs].mean()) if len(features) > 1 else 1.0
