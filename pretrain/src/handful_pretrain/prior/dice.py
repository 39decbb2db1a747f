"""All the prior's randomness, from one seed: the same seed on the same device gives the same tables.

Decisions that steer Python (how many trees, which function) come from a generator on the host, so that drawing on a
GPU never waits for it; everything inside the tables comes from a generator on the device.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor

__all__ = ["Dice"]

Item = TypeVar("Item")


class Dice:
    """Draws of every form that the ingredients need."""

    def __init__(self, seed: int, device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        self.host = random.Random(seed)
        self.bulk = torch.Generator(self.device).manual_seed(seed)

    # -- decisions on the host
    def pick(self, items: Sequence[Item], weights: Sequence[float] | None = None) -> Item:
        """One of the items."""
        return self.host.choices(items, weights)[0]

    def log_integer_here(self, low: int, high: int) -> int:
        """A whole number from low to high whose logarithm is uniform."""
        return min(high, int(math.exp(self.host.uniform(math.log(low), math.log(high + 1)))))

    def log_uniform_here(self, low: float, high: float) -> float:
        """A number whose logarithm is uniform."""
        return math.exp(self.host.uniform(math.log(low), math.log(high)))

    # -- arrays on the device
    def uniform(self, *shape: int, low: float = 0.0, high: float = 1.0) -> Tensor:
        """Uniform numbers."""
        return torch.rand(shape, generator=self.bulk, device=self.device) * (high - low) + low

    def log_uniform(self, *shape: int, low: float, high: float) -> Tensor:
        """Numbers whose logarithm is uniform."""
        return self.uniform(*shape, low=math.log(low), high=math.log(high)).exp()

    def log_integer(self, *shape: int, low: int, high: int) -> Tensor:
        """Whole numbers whose logarithm is uniform."""
        return self.log_uniform(*shape, low=low, high=high + 1).long().clamp(low, high)

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers."""
        return torch.randn(shape, generator=self.bulk, device=self.device)

    def chance(self, share: float, *shape: int) -> Tensor:
        """True with this probability."""
        return torch.rand(shape, generator=self.bulk, device=self.device) < share

    def integer(self, *shape: int, high: int) -> Tensor:
        """Whole numbers from 0 to high - 1."""
        return torch.randint(high, shape, generator=self.bulk, device=self.device)

    def permutation(self, *shape: int) -> Tensor:
        """An independent permutation along the last axis."""
        return torch.rand(shape, generator=self.bulk, device=self.device).argsort(-1)

    def sample(self, weights: Tensor, count: int) -> Tensor:
        """`count` indices for each row of weights, with replacement."""
        return torch.multinomial(weights, count, replacement=True, generator=self.bulk)

    def importance(self, b: int, columns: int) -> Tensor:
        """(b, column) how much each column counts: a power law in random order, blurred; sums to one.

        Powers from 0 (all alike) to 3 (one decides): real tables lie between.
        """
        rank = self.permutation(b, columns).float() + 1
        power = self.uniform(b, 1, low=0.0, high=3.0)
        raw = rank.pow(-power) * (0.5 * self.normal(b, columns)).exp()
        return raw / raw.sum(-1, keepdim=True)
