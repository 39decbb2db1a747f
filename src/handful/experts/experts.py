"""The list of experts, and how much each is believed before the rows have spoken."""

from __future__ import annotations

import numpy as np

from handful.experts.blend import Belief
from handful.experts.expert import Expert
from handful.experts.in_context import InContext
from handful.experts.linear import Kernel, Linear
from handful.experts.prior import Prior
from handful.experts.trees import Boosting, Trees
from handful.features import Features, Labels

__all__ = ["belief_in", "experts_for"]

# Which experts, how loose, and how strongly the weights are held back: chosen on the 20 tuning tables of
# benchmarks/tables.py, none of which is in the benchmark; what was tried is in benchmarks/LOG.md.
CATEGORY_EXPERTS: tuple[Expert, ...] = (
    Prior(),
    InContext(),
    Linear("linear", 0.5),
    Kernel("kernel", looseness=10.0, width=1.0),
    Kernel("wide kernel", looseness=100.0, width=2.0),
    Trees(),
    Boosting(),
)
NUMBER_EXPERTS: tuple[Expert, ...] = (
    Prior(),
    InContext(),
    Linear("linear", 1.0),
    Kernel("wide kernel", looseness=1.0, width=2.0),
    Trees(),
    Boosting(),
)
PRIOR_WEIGHT = 0.3
"""What the expert that ignores all columns is believed, next to 1 for each of the others."""


def experts_for(features: Features, labels: Labels) -> tuple[Expert, ...]:
    """The experts worth their time on this context; the prior alone where there is nothing to learn."""
    if not features.values.shape[1] or np.ptp(labels.values) == 0:
        return (Prior(),)
    experts = CATEGORY_EXPERTS if labels.classes else NUMBER_EXPERTS
    return tuple(expert for expert in experts if expert.suits(labels))


def belief_in(experts: tuple[Expert, ...], labels: Labels) -> Belief:
    """Even weights but for the prior's, held back as by so many rows; a number's spread starts a little wide."""
    weights = np.array([PRIOR_WEIGHT, *np.ones(len(experts) - 1)])
    weights /= weights.sum()
    return Belief(weights, 1.0, rows=4.0) if labels.classes else Belief(weights, 1.15, rows=2.0)
