"""The list of experts, and how much each is believed before the rows have spoken."""

from __future__ import annotations

import numpy as np

from handful.experts.blend import Belief
from handful.experts.expert import Expert
from handful.experts.linear import Kernel, Linear
from handful.experts.prior import Prior
from handful.experts.trees import Boosting, Trees

__all__ = ["belief_in", "experts_for"]

EXPERTS: tuple[Expert, ...] = (
    Prior(),
    Linear("linear", 0.1),
    Linear("loose linear", 3.0),
    Kernel("kernel", 3.0, 1.0),
    Trees(),
    Boosting(),
)


def experts_for(rows: int, classes: int) -> tuple[Expert, ...]:
    """The experts worth their time on a context of so many rows."""
    return tuple(expert for expert in EXPERTS if expert.suits(rows))


def belief_in(experts: tuple[Expert, ...]) -> Belief:
    shares = np.ones(len(experts))
    return Belief(shares / shares.sum(), 1.0, 8.0)
