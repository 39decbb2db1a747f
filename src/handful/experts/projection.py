"""Embeddings, hundreds of coordinates wide, as experts can use them.

Some experts read them whole: each embedding is then one thing of one size, the larger the more it tells about the
target, so that no column drowns the others. For the other experts the embeddings of a column, side by side and of one
size, become a few features: what a ridge regression on them says about the target, and their leading principal
directions. For the context's own rows the regression leaves the row's fold out, in closed form, so that a feature tells
as much there as it will tell of a row never seen (stacking: Wolpert 1992; left-out residuals: Cook & Weisberg 1982,
section 3.7).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from handful.experts.design import fit_design
from handful.experts.folds import can_leave_out, even_folds
from handful.features import Features, Labels

__all__ = ["Projection", "fit_projection"]

Array = NDArray[np.float64]

VARIANCE = 128.0
"""Of the embedding that tells most, all its coordinates together, next to 1 for a number: the sixteen measures of a
picture must not drown what it shows (five kinds of flowers, 5 pictures each: .75 with 32, .82 with 128)."""
SMALL, MARGIN = 0.1, 0.02
"""The share of that which they get where the whole then explains more of the target by at least the margin."""
TOGETHER = 3.0
POWERS = (0.0, 1.0, 2.0, 4.0, 8.0)
LEAST = 0.02
"""The share of the variance explained that an embedding counts for where it explains nothing."""
MOST_DIRECTIONS = 8
"""Principal directions of a column that are kept: at 512 rows 30 cost 6% (CRPS of the mean of the narrow experts)."""
ROWS_A_DIRECTION = 8
"""Where rows can be left out, but a direction at least: at 8 rows CRPS .477, with 4 rows a direction .480."""
MOST_SCORES = 8
"""Outputs of the regression that are kept of a column: of more classes, their leading combinations."""
JUDGED = 400
"""Rows from which the sizes are told."""
MOST_FOLDS = 8
PENALTIES = np.logspace(-2, 1.5, 8)
"""In mean squared lengths of the centred rows."""


@dataclass(frozen=True, slots=True)
class Lens:
    """The embeddings of one column as seen from the target: centres, sizes, and the directions that matter."""

    places: NDArray[np.intp]
    """Which features are their coordinates."""
    center: Array
    size: Array
    """(coordinate,) by what it is multiplied where its embedding is read whole; 0 where that does not vary."""
    directions: Array
    """(coordinate, feature)"""
    offset: Array

    def features(self, values: NDArray[np.float32]) -> Array:
        """(row, feature), NaN where the column is blank."""
        return (values[:, self.places] - self.center) @ self.directions + self.offset


@dataclass(frozen=True, slots=True)
class Projection:
    """How embeddings are shown to experts."""

    plain: NDArray[np.intp]
    """The features that stand for themselves."""
    lenses: tuple[Lens, ...]

    def whole(self, features: Features) -> Features:
        """The same features, each embedding centred and of the size that it deserves."""
        if not self.lenses:
            return features
        values = features.values.copy()
        for lens in self.lenses:
            values[:, lens.places] = (values[:, lens.places] - lens.center) * lens.size
        return replace(features, values=values)

    def narrow(self, features: Features) -> Features:
        """The features that stand for themselves, and those that lenses make of embeddings."""
        return self._joined(features, [lens.features(features.values) for lens in self.lenses])

    def _joined(self, features: Features, seen: list[Array]) -> Features:
        if not self.lenses:
            return features
        if not len(self.plain) and not any(block.shape[1] for block in seen):
            seen = [np.zeros((len(features), 1)), *seen[1:]]  # experts need a feature
        names = [features.column[place] for place in self.plain]
        for lens, block in zip(self.lenses, seen, strict=True):
            names += [features.column[lens.places[0]]] * block.shape[1]
        values = np.hstack([features.values[:, self.plain], *seen]).astype(np.float32)
        added = np.zeros(values.shape[1] - len(self.plain), dtype=np.bool_)
        is_category = np.concatenate([features.is_category[self.plain], added])
        return Features(values, is_category, tuple(names), np.full(values.shape[1], -1))


def fit_projection(features: Features, labels: Labels) -> tuple[Projection, Features]:
    """The projection, and the context's own features as lenses show them, each row's scores without its fold."""
    plain = np.flatnonzero(features.embedding < 0)
    numbers = range(int(features.embedding.max(initial=-1)) + 1)
    blocks = [_fit_block(features, np.flatnonzero(features.embedding == n), labels) for n in numbers]
    columns = dict.fromkeys(block.column for block in blocks)
    fits = [
        _fit_lens(features, [block for block in blocks if block.column == name], labels) for name in columns
    ]
    projection = Projection(plain, tuple(lens for lens, _ in fits))
    shown = projection._joined(features, [shown for _, shown in fits])
    if not fits:
        return projection, shown
    sizes = _sizes(projection.whole(features), labels, np.array([block.told for block in blocks]))
    lenses = (
        replace(lens, size=lens.size * sizes[features.embedding[lens.places]]) for lens in projection.lenses
    )
    return replace(projection, lenses=tuple(lenses)), shown


def _sizes(features: Features, labels: Labels, told: Array) -> Array:
    """Of embeddings that come with a variance of one: powers of what each tells, those that err least together.
    Where nothing can be judged they count alike.
    """
    rows = np.arange(0, len(labels), -(-len(labels) // JUDGED))
    features, labels = features.take(rows), labels.take(rows)
    plain = features.only(np.flatnonzero(features.embedding < 0))
    matrix = fit_design(plain).matrix(plain)
    alike = _alike(matrix - matrix.mean(axis=0))
    if not can_leave_out(labels):
        return np.asarray(np.sqrt(VARIANCE * _at_most(np.ones(len(told)))))
    told = np.append(told, _told(alike, labels))
    shares = np.maximum(told, LEAST)[:-1] / max(float(told.max()), LEAST)
    each = [
        _alike(np.nan_to_num(features.values[:, features.embedding == n].astype(np.float64)))
        for n in range(len(shares))
    ]
    tried = [VARIANCE * _at_most(shares**power) for power in POWERS]
    tried += [sizes * SMALL for sizes in tried]
    judged = np.array(
        [_told(alike + sum(s * k for s, k in zip(sizes, each, strict=True)), labels) for sizes in tried]
    )
    judged[len(POWERS) :] -= MARGIN
    return np.asarray(np.sqrt(tried[int(np.argmax(judged))]))


def _at_most(shares: Array) -> Array:
    """Shares that together count as those of one column at most, so that many columns do not drown the numbers."""
    return np.asarray(shares * min(1.0, TOGETHER / float(shares.sum())))


def _alike(matrix: Array) -> Array:
    """(row, row) products of rows."""
    return np.asarray(matrix @ matrix.T)


def _told(alike: Array, labels: Labels) -> float:
    """The share of the target's variance that a ridge regression explains of rows left out."""
    squares, left = np.linalg.eigh(alike)
    keep = squares > 1e-9 * max(float(squares[-1]), 1e-9)
    return _scores(left[:, keep], np.sqrt(squares[keep]), labels).told


@dataclass(frozen=True, slots=True)
class Block:
    """One embedding: which features are its coordinates, and what they are of."""

    column: str
    places: NDArray[np.intp]
    center: Array
    size: Array
    """(coordinate,) such that all together have a variance of one; 0 where they do not vary."""
    told: float
    """The share of the target's variance that it explains."""


def _fit_block(features: Features, places: NDArray[np.intp], labels: Labels) -> Block:
    column, (rows, here) = features.column[places[0]], _known(features, places)
    center = rows.mean(axis=0) if len(rows) else np.zeros(len(places))
    left, sizes, _ = _thin_svd(rows - center)
    if not len(sizes):
        return Block(column, places, center, np.zeros(len(places)), 0.0)
    size = np.full(len(places), np.sqrt(len(rows) / np.sum(sizes**2)))
    told = _scores(left, sizes, labels.take(here)).told * len(rows) / len(features)
    return Block(column, places, center, size, told)


def _known(features: Features, places: NDArray[np.intp]) -> tuple[Array, NDArray[np.intp]]:
    """(row, coordinate) the rows that are not blank, and which these are."""
    raw = features.values[:, places].astype(np.float64)
    here = np.flatnonzero(~np.isnan(raw).any(axis=1))
    return raw[here], here


def _fit_lens(features: Features, blocks: list[Block], labels: Labels) -> tuple[Lens, Array]:
    """The lens of one column, each embedding of a variance of one, and what it shows of the context."""
    places = np.concatenate([block.places for block in blocks])
    center = np.concatenate([block.center for block in blocks])
    size = np.concatenate([block.size for block in blocks])
    rows, here = _known(features, places)
    left, sizes, right = _thin_svd((rows - center) * size)
    if not len(sizes):
        return Lens(places, center, size, right, np.zeros(0)), np.zeros((len(features), 0))
    scores = _scores(left, sizes, labels.take(here))
    few = max(1, len(rows) // ROWS_A_DIRECTION) if can_leave_out(labels.take(here)) else len(rows)
    count = min(MOST_DIRECTIONS, few, len(sizes))
    shown = np.full((len(features), scores.left_out.shape[1] + count), np.nan)
    shown[here] = np.hstack([scores.left_out, left[:, :count] * sizes[:count]])
    directions = size[:, None] * np.hstack([right @ scores.weights, right[:, :count]])
    return Lens(places, center, size, directions, np.concatenate([scores.mean, np.zeros(count)])), shown


def _thin_svd(matrix: Array) -> tuple[Array, Array, Array]:
    """Left vectors (row, k), singular values (k,) falling, right vectors (column, k): by the smaller Gram matrix."""
    wide = matrix.shape[0] < matrix.shape[1]
    squares, vectors = np.linalg.eigh(matrix @ matrix.T if wide else matrix.T @ matrix)
    keep = squares > 1e-9 * max(float(squares.max(initial=0)), 1e-9)
    sizes, vectors = np.sqrt(squares[keep])[::-1], vectors[:, keep][:, ::-1]
    other = (matrix.T if wide else matrix) @ (vectors / sizes)
    return (vectors, sizes, other) if wide else (other, sizes, vectors)


@dataclass(frozen=True, slots=True)
class Scores:
    """What a ridge regression on embeddings says; of no score where it explains nothing."""

    weights: Array
    """(k, score) for the right vectors"""
    mean: Array
    left_out: Array
    """(row, score) of the context's rows, each by the rows of the other folds."""
    told: float
    """The share of the target's variance that it explains of rows left out; negative where it misleads."""


def _scores(left: Array, sizes: Array, labels: Labels) -> Scores:
    """The regression with the penalty that errs least on rows left out."""
    targets, folds = _targets(labels), even_folds(labels, MOST_FOLDS)
    if not can_leave_out(labels):
        return _no_scores(len(left), len(sizes), 0.0)
    mean = targets.mean(axis=0)
    about = left.T @ (targets - mean)
    unit = float(np.sum(sizes**2)) / len(left)
    least, whole = np.inf, float(np.sum((targets - mean) ** 2))
    shrunk, missed = np.zeros(len(sizes)), targets - mean
    for penalty in PENALTIES * unit:
        shares = sizes**2 / (sizes**2 + penalty)
        residual = _left_out(left, shares, targets - mean - left @ (shares[:, None] * about), folds)
        if np.sum(residual**2) < least:
            least, shrunk, missed = float(np.sum(residual**2)), shares, residual
    told = 1 - least / max(whole, 1e-12)
    if told <= 0:  # at 8 rows CRPS .467 without such scores, .477 with them
        return _no_scores(len(left), len(sizes), told)
    weights, scores = (shrunk / sizes)[:, None] * about, targets - missed
    if targets.shape[1] > MOST_SCORES:
        turn = np.linalg.svd(scores - scores.mean(axis=0), full_matrices=False)[2][:MOST_SCORES].T
        weights, scores, mean = weights @ turn, scores @ turn, mean @ turn
    return Scores(weights, mean, scores, told)


def _no_scores(rows: int, count: int, told: float) -> Scores:
    return Scores(np.zeros((count, 0)), np.zeros(0), np.zeros((rows, 0)), told)


def _targets(labels: Labels) -> Array:
    """(row, output) what the regression is to say: the classes present but one of two, or the number."""
    if not labels.classes:
        return labels.values[:, None]
    present = np.unique(labels.values)
    first = 1 if len(present) == 2 else 0
    return np.asarray(labels.values[:, None] == present[None, first:], dtype=np.float64)


def _left_out(left: Array, shares: Array, residual: Array, folds: NDArray[np.intp]) -> Array:
    """(row, output) the residual of each row when its fold is left out: (I - H)^-1 r within the fold, intercept too."""
    missed = np.empty_like(residual)
    for fold in np.unique(folds):
        rows = np.flatnonzero(folds == fold)
        own = (left[rows] * shares) @ left[rows].T + 1 / len(left)
        missed[rows] = np.linalg.solve(np.eye(len(rows)) * (1 + 1e-6) - own, residual[rows])
    return missed
