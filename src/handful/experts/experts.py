"""The list of experts, and how much each is believed before the rows have spoken."""

from __future__ import annotations

import numpy as np

from handful.experts.blend import Belief
from handful.experts.discriminant import Discriminant
from handful.experts.expert import Expert
from handful.experts.in_context import InContext
from handful.experts.linear import Kernel, Linear
from handful.experts.names import ClassNames, Names
from handful.experts.prior import Prior
from handful.experts.trees import Boosting, Trees
from handful.features import Features, Labels

__all__ = ["belief_in", "experts_for"]

# Which experts, how loose, and how strongly the weights are held back: chosen on the 20 tuning tables of
# benchmarks/tables.py, none of which is in the benchmark; those for embeddings alone, on tuning halves of texts and
# pictures; what was tried is in benchmarks/LOG.md.
CATEGORY_EXPERTS: tuple[Expert, ...] = (
    Prior(),
    InContext(),
    Linear("linear", 0.5),
    Linear("loose linear", 5.0, for_embeddings=True),
    Discriminant(),
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
WITH_EMBEDDINGS = {
    "prior": 0.3, "in-context model": 0.5, "linear": 0.7, "loose linear": 1.0, "discriminant": 1.0, "names": 1.0,
       "kernel": 0.05, "wide kernel": 0.05, "trees": 0.1, "boosting": 0.1,
}  # fmt: skip
"""What each is believed of classes where columns are embedded: a few features of an embedding say less than the whole.
Chosen on texts and pictures of the tuning halves; what was tried is in benchmarks/LOG.md."""


def experts_for(features: Features, labels: Labels, names: ClassNames | None = None) -> tuple[Expert, ...]:
    """The experts worth their time on this context; the prior alone where there is nothing to learn."""
    if not features.values.shape[1] or np.ptp(labels.values) == 0:
        return (Prior(),)
    experts = CATEGORY_EXPERTS if labels.classes else NUMBER_EXPERTS
    readers: tuple[Expert, ...] = (Names(names),) if names else ()
    return tuple(expert for expert in (*experts, *readers) if expert.suits(features, labels))


def belief_in(experts: tuple[Expert, ...], features: Features, labels: Labels) -> Belief:
    """Even weights but for the prior's, held back as by so many rows; a number's spread starts a little wide."""
    embedded = labels.classes > 0 and features.has_embeddings
    believed = WITH_EMBEDDINGS if embedded else {"prior": PRIOR_WEIGHT}
    weights = np.array([believed.get(expert.name, 1.0) for expert in experts])
    weights /= weights.sum()
    if embedded:
        return Belief(weights, 1.0, rows=6.0, unjudged=0.75)
    return (
        Belief(weights, 1.0, rows=4.0) if labels.classes else Belief(weights, 1.15, rows=2.0, unjudged=1.15)
    )
