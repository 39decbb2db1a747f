"""The rows worth labelling next: those from which most is learnt of what is not known yet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from handful.distribution import HIGH, LOW
from handful.experts.design import fit_design
from handful.experts.examples import Examples
from handful.features import Features

__all__ = ["uncertainty", "worth_labelling"]

Array = NDArray[np.float64]

MOST_QUERIES = 2_000
"""Of more queries the least sure are looked at: every pair of them is compared."""
NEIGHBOURS = 10
"""Rows as near as a row's tenth neighbour are told much about by its label."""


def worth_labelling(answers: Array, features: Features, examples: Examples, count: int) -> NDArray[np.intp]:
    """The places of at most `count` queries to label next, the most useful first.

    A label tells of the rows near its own. The rows are chosen in turn, each such that most of what is unsure and not
    near a labelled or a chosen row comes to be near one (Wei, Iyer & Bilmes 2015 choose so): so outliers that tell of
    nothing but themselves come late, and so do copies. `answers` is what the blend says of each query.

    Ten rows more than sixteen, five tuning tables, 34 draws: the loss is 0.948 (standard error .015) of that with ten
    random ones; with the ten least sure it is 1.04, with the least sure that lie far apart 1.02 (14 draws each).
    """
    if not len(answers):
        return np.arange(0)
    unsure = uncertainty(answers, examples.labels.classes)
    looked_at = np.sort(np.argsort(-unsure, kind="stable")[:MOST_QUERIES])
    labelled, queries = _places_in_space(examples.features, features.take(looked_at))
    unsure = unsure[looked_at]
    near, known = _nearness(queries, labelled)
    chosen: list[int] = []
    for _ in range(min(count, len(looked_at))):
        gain = unsure @ np.maximum(0.0, near - known[:, None])
        gain[chosen] = -1.0
        best = int(gain.argmax())
        chosen.append(best)
        known = np.maximum(known, near[:, best])
    return looked_at[np.array(chosen, dtype=np.intp)]


def uncertainty(answers: Array, classes: int) -> Array:
    """(row,) between 0 and 1: the entropy beside the greatest that can be, or the 90% interval beside the widest."""
    if classes:
        entropy = -np.sum(answers * np.log(np.maximum(answers, 1e-12)), axis=1)
        return np.asarray(entropy / np.log(max(2, classes)))
    width = answers[:, HIGH] - answers[:, LOW]
    return np.asarray(width / max(float(width.max(initial=0.0)), 1e-12))


def _places_in_space(labelled: Features, queries: Features) -> tuple[Array, Array]:
    """Both as rows of one matrix, laid out by all of them."""
    together = replace(labelled, values=np.vstack([labelled.values, queries.values]))
    matrix = fit_design(together).matrix(together)
    return matrix[: len(labelled)], matrix[len(labelled) :]


def _nearness(queries: Array, labelled: Array) -> tuple[Array, Array]:
    """(query, query) how near each is to each, from 1 down to 0, and (query,) how near the nearest labelled row is."""
    from scipy.spatial.distance import cdist

    far = cdist(queries, queries)
    neighbour = np.sort(far, axis=1)[:, min(NEIGHBOURS, len(far) - 1)]
    reach = float(np.median(neighbour)) or 1.0
    return np.exp(-0.5 * (far / reach) ** 2), np.exp(-0.5 * (cdist(queries, labelled) / reach) ** 2).max(
        axis=1
    )
