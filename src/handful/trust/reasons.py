"""Why an answer is what it is: the labelled rows and the columns that decided it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from handful.distribution import mean
from handful.experts.blend import Blend
from handful.experts.examples import MOST_EXAMPLES, Examples, evenly
from handful.experts.in_context import FittedInContext
from handful.features import Features

__all__ = ["ColumnShares", "column_shares", "columns_of", "copies_of", "rows_that_decided"]

Array = NDArray[np.float64]
Places = NDArray[np.intp]

MOST_EXACT = 4
"""Columns of which all orders are tried: 16 coalitions."""
COALITIONS = 160
"""Rows that are answered for one query where the columns are more, about: 20 columns are walked through 8 times. With
400 the why of 300 rows of 16 columns takes 27 CPU seconds."""
MOST_WALKS = 32
BACKGROUND = 16
"""Labelled rows, at most, that lend a query the cells of the columns that are left out."""
AT_ONCE = 5_000
"""Rows that are answered at once."""
NOT_ALIKE = 1e-6
"""Columns whose correlation falls short of one by no more than this are copies."""


def rows_that_decided(
    blend: Blend, features: Features, examples: Examples, count: int = 5
) -> tuple[Places, Array]:
    """(query, count) places of the examples that spoke most for each answer, weightiest first, and their shares.

    A share is of all that spoke for the answer: for its class, or, of a number, for more than the middle of the
    examples where the answer is above it and for less where it is below. It is the pull on the in-context model's
    answer. What that model attends to would be a poor guide, since it mostly trusts its regressions: without five rows
    answers move by .19 and .33 (46 answers of 19 tuning tables, 64 rows; classes and numbers), without those attended
    to most by .09 and .10, without the nearest by .08 and .15, without any of the same classes by .06 and .05. There
    are fewer than `count` where the examples are fewer, and none where no column tells anything.
    """
    expert = next((each for each in blend.panel.experts if isinstance(each, FittedInContext)), None)
    if expert is None:
        return np.zeros((len(features), 0), dtype=np.intp), np.zeros((len(features), 0))
    answers = blend.predict(features)
    toward = answers.argmax(axis=1) if blend.classes else np.zeros(len(features), dtype=np.intp)
    pulls = expert.pulls(blend.panel.projection.narrow(features), toward)[:, _kept(expert)]
    if not blend.classes:
        pulls *= np.where(mean(answers) < np.median(examples.labels.values), -1.0, 1.0)[:, None]
    speaking = np.maximum(pulls, 0)
    shares = speaking / np.maximum(speaking.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    places = np.argsort(-shares, axis=1, kind="stable")[:, :count]
    return places, np.take_along_axis(shares, places, axis=1)


def _kept(expert: FittedInContext) -> Places:
    """(example,) the place of each among the rows that were learnt from: of many, only some are kept."""
    return evenly(len(expert.labels), MOST_EXAMPLES)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnShares:
    """How far each column moved each answer from what is said where no column is known."""

    columns: tuple[str, ...]
    moved: Array
    """(query, column) in probability of the answered class, or in the number's unit; adds up to answer - base."""
    base: Array
    """(query,) the mean answer when all cells are another row's."""
    answer: Array
    """(query,) the probability of the answered class, or the mean of the number."""


def column_shares(blend: Blend, features: Features, examples: Examples) -> ColumnShares:
    """Shapley values of whole columns: all features that came from one are in or out of a coalition together.

    A column that is out has the cell of a labelled row instead (Štrumbelj & Kononenko 2014), one of a few that
    are spread evenly over the examples by label. Up to four columns all orders are tried, of more some, each with
    its reverse (Castro et al. 2009; Mitchell et al. 2022), the same for every query; so shares add up exactly, and
    a column that changes no answer has none. Copies share alike, though boosting splits on the first of them alone.
    A difference of two dates belongs to the first of them.
    """
    columns, member = columns_of(features)
    if not len(columns) or not len(features):
        nothing = np.zeros((len(features), len(columns)))
        return ColumnShares(columns, nothing, np.zeros(len(features)), np.zeros(len(features)))
    alike = copies_of(examples.features, member)
    walks = _walks(len(columns), examples)
    parts = [
        _moved(blend, features.take(rows), examples.features, member, walks)
        for rows in _portions(len(features), len(walks.masks))
    ]
    moved, base, answer = (np.concatenate(each) for each in zip(*parts, strict=True))
    return ColumnShares(columns, moved @ (alike / alike.sum(axis=1, keepdims=True)), base, answer)


def columns_of(features: Features) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """The columns' names in their order, and (column, feature) which features came from each."""
    names = tuple(dict.fromkeys(features.column))
    own = np.array(names, dtype=object)[:, None] == np.array(features.column, dtype=object)
    return names, np.asarray(own, dtype=np.bool_)


def copies_of(features: Features, member: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(column, column) whether two columns are the same in these rows but for their unit; each is alike to itself."""
    first, width = member.argmax(axis=1), member.sum(axis=1)
    alike: NDArray[np.bool_] = _same(features.values[:, first], features.values[:, first]) & (
        width[:, None] == width
    )
    for one, other in zip(*np.nonzero(np.triu(alike, 1)), strict=True):
        both = features.values[:, member[one]], features.values[:, member[other]]
        alike[one, other] = alike[other, one] = bool(np.diag(_same(*both)).all())
    np.fill_diagonal(alike, True)
    return alike


def _same(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(feature, feature) whether they correlate perfectly, and are blank in the same rows."""
    (left, here), (right, there) = _unit(one), _unit(other)
    together = here.T.astype(np.float64) @ there
    whole = (together == here.sum(axis=0)[:, None]) & (together == there.sum(axis=0))
    return np.asarray((np.abs(left.T @ right) > 1 - NOT_ALIKE) & whole)


def _unit(values: NDArray[np.float32]) -> tuple[Array, NDArray[np.bool_]]:
    """(row, feature) centred and of length one, 0 where blank; and what is not blank."""
    filled = ~np.isnan(values)
    known = np.where(filled, values.astype(np.float64), 0)
    centred = np.where(filled, known - known.sum(axis=0) / np.maximum(filled.sum(axis=0), 1), 0)
    return centred / np.maximum(np.linalg.norm(centred, axis=0), np.finfo(float).tiny), filled


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """Ways from another row to the query, one column after the other; each coalition on the way is answered once."""

    orders: Places
    """(walk, column)"""
    steps: Places
    """(walk, column + 1) the coalition after each step, by its place among all"""
    masks: NDArray[np.bool_]
    """(coalition, column) the columns that are the query's"""
    others: Places
    """(coalition,) the example that lends the other columns"""


def _walks(columns: int, examples: Examples) -> Walks:
    """The walks for any query: all orders from every background row, or some and their reverses."""
    background = _background(examples)
    if columns <= MOST_EXACT:
        every = np.array(list(permutations(range(columns))), dtype=np.intp).reshape(-1, columns)
        orders, others = np.tile(every, (len(background), 1)), np.repeat(background, len(every))
    else:
        pairs = int(np.clip(round(COALITIONS / (2 * (columns - 1))), 2, MOST_WALKS // 2))
        dice = np.random.default_rng(0)
        ahead = np.stack([dice.permutation(columns) for _ in range(pairs)])
        orders = np.stack([ahead, ahead[:, ::-1]], axis=1).reshape(-1, columns)
        spread = np.linspace(0, len(background) - 1, pairs).round().astype(np.intp)
        others = np.repeat(background[spread], 2)
    rank = np.argsort(orders, axis=1)
    known = rank[:, None, :] < np.arange(columns + 1)[:, None]
    # the whole query is one coalition, whoever would lend the rest
    lenders = np.where(known.all(axis=2), others[0], others[:, None])
    flat = np.column_stack([lenders.ravel(), known.reshape(-1, columns)])
    unique, inverse = np.unique(flat, axis=0, return_inverse=True)
    return Walks(orders, inverse.reshape(lenders.shape), unique[:, 1:].astype(np.bool_), unique[:, 0])


def _background(examples: Examples) -> Places:
    """A few examples, evenly by label."""
    order = np.argsort(examples.labels.values, kind="stable")
    count = min(BACKGROUND, len(order))
    return order[((np.arange(count) + 0.5) * len(order) / count).astype(np.intp)]


def _portions(queries: int, each: int) -> Iterator[Places]:
    """Some queries after another, so that the rows that are answered for them stay few."""
    size = max(1, AT_ONCE // each)
    return (np.arange(start, min(start + size, queries)) for start in range(0, queries, size))


def _moved(
    blend: Blend, queries: Features, known: Features, member: NDArray[np.bool_], walks: Walks
) -> tuple[Array, Array, Array]:
    """(query, column) how far each moved the answer; (query,) what is said without any, and with all."""
    own = walks.masks @ member
    mixed = np.where(own, queries.values[:, None], known.values[walks.others])
    said = blend.predict(replace(queries, values=mixed.reshape(-1, mixed.shape[2])))
    values = _value(
        said.reshape(*mixed.shape[:2], -1), np.flatnonzero(walks.masks.all(axis=1)), blend.classes
    )
    path = values[:, walks.steps]
    moved = np.zeros((len(queries), len(walks.orders), member.shape[0]))
    np.put_along_axis(moved, np.broadcast_to(walks.orders, moved.shape), np.diff(path, axis=2), axis=2)
    return moved.mean(axis=1), path[:, :, 0].mean(axis=1), path[:, 0, -1]


def _value(said: Array, whole: Places, classes: int) -> Array:
    """(query, coalition) the probability of the class that the whole query is answered with, or the mean."""
    if not classes:
        return mean(said.reshape(-1, said.shape[2])).reshape(said.shape[:2])
    answered = said[:, whole][:, 0].argmax(axis=1)
    return np.take_along_axis(said, answered[:, None, None], axis=2)[..., 0]
