"""The one interface of everything that learns from a context, the in-context model included."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from handful.distribution import LEVELS
from handful.features import Features, Labels

__all__ = ["Expert", "Fitted", "Sight", "gaussian"]

Array = NDArray[np.float64]


class Sight(StrEnum):
    """How an expert takes embeddings."""

    NARROW = "narrow"
    """as the few features that a projection makes of them"""
    WHOLE = "whole"
    """all coordinates, each embedding of the size that it deserves"""
    RAW = "raw"
    """as the encoders gave them"""


class Fitted(Protocol):
    """What an expert learnt from one context: a frozen dataclass of arrays and plain values, ready to be saved."""

    def predict(self, features: Features) -> Array:
        """(row, class) probabilities, or (row, level) values; each row's answer depends on that row alone."""
        ...


class Expert(Protocol):
    """A recipe that learns from labelled features; it draws from a seed of its own, so it is repeatable."""

    @property
    def name(self) -> str:
        """Its name in receipts, reports and benchmarks."""
        ...

    @property
    def sight(self) -> Sight:
        """How it takes embeddings."""
        ...

    def suits(self, features: Features, labels: Labels) -> bool:
        """Whether it is worth its time on such a context."""
        ...

    def fit(self, features: Features, labels: Labels) -> Fitted:
        """Learn from the context; a class without a row gets a probability of zero, the blend raises it."""
        ...


def gaussian(center: Array, spread: Array | float) -> Array:
    """(row, level) the quantiles of normal distributions with these means and standard deviations."""
    return np.asarray(center[:, None] + np.broadcast_to(spread, center.shape)[:, None] * ndtri(LEVELS))
