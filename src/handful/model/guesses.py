"""First guesses: kernel ridge regressions on the context, in closed form, which the model is shown beside the cells.

A transformer learns slowly what a linear solver knows at once. So each row comes with the answers of some ridge
regressions on its cells (linear or with a Laplace kernel, columns all alike or weighted by how much they tell about
the target), for the context's own rows by leaving each out, which costs nothing more. The model learns when to trust
which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["GUESSES", "Guesser", "fit_guesser", "points", "relevance"]

Array = Any
"""A numpy array or a torch tensor."""
Forms = tuple[tuple[str, int, float], ...]

FORMS = (
    ("linear", 0, 1.0),
    ("linear", 1, 0.3),
    ("line", 1, 0.1),
    ("laplace", 0, 0.15),
    ("laplace", 1, 0.1),
    ("laplace", 2, 0.3),
)
"""Kernel, power of the columns' relevance that they are weighted with, penalty; from a comparison of 17 on synthetic
tables (figures in pretrain/LOG.md): several, because small contexts want another one than large."""
SCALES = {
    "line": (1.0, 0.0, 0.7),
    "linear": (0.7, 0.7, 0.7),
    "laplace": (0.7, 0.7, 0.7),
    "near": (0.7, 0.7, 0.7),
}
"""What the z-score, the rank and the blank flag count in a kernel. A category counts 1: alike or not."""
GUESSES = len(FORMS)
REACH = {"laplace": 3.0, "near": 1.0}
"""Rows are alike when their cells differ by less than about so many spreads."""
CONSTANT = 3.0
"""Variance of the constant: large, so that the mean is hardly shrunk."""
LEAST = 0.02
"""What a column counts that tells nothing."""
ROUNDING = 1e-6
"""Squares of distances below this are rounding, where the rows are the same: no square root of noise."""
RELEVANCE = (("near", 0, 0.0),)
JUDGED = 512
"""Columns are judged on at most about so many rows."""


@dataclass(frozen=True, slots=True)
class Guesser:
    """The regressions of a batch of contexts."""

    points: Array
    """(b, context row, column, coordinate)"""
    weight: Array
    """(b, column) how much each column counts; mean 1."""
    solved: Array
    """(b, guess, context row, class) the weight of each context row in each regression."""
    left_out: Array
    """(b, context row, guess, class) the guesses for the context's own rows."""
    explained: Array
    """(b, guess) which share of the variance the guesses for the context's own rows explain; from -1 to 1."""

    def guesses(self, at: Array, xp: Any) -> Array:
        """(b, row, guess, class) what the regressions say of rows at these points."""
        near = _kernels(at, self.points, self.weight, FORMS, xp)
        return xp.stack([(kernel + CONSTANT) @ self.solved[:, g] for g, kernel in enumerate(near)], axis=2)


def points(cells: Array, rows: Array, is_category: Array, xp: Any) -> Array:
    """(b, row, column, coordinate) what kernels compare: z-score, rank, blank flag, category flag, code."""
    category = ~xp.isnan(rows) & is_category[:, None, :]
    code = xp.stack([xp.asarray(category, dtype=rows.dtype), xp.where(category, rows, 0.0)], axis=-1)
    return xp.concatenate([cells[..., :3], code], axis=-1)


def fit_guesser(at: Array, values: Array, xp: Any) -> Guesser:
    """The regressions of `values` (b, context row, class) on points (b, context row, column, coordinate)."""
    weight = relevance(at, values, xp)
    solved, left_out = [], []
    same = _same(at, xp)
    for kernel, (_, _, penalty) in zip(_kernels(at, at, weight, FORMS, xp), FORMS, strict=True):
        inverse = xp.linalg.inv(kernel + CONSTANT + penalty * same)
        solution = inverse @ values
        solved.append(solution)
        left_out.append(values - solution / (inverse * same).sum(axis=-1)[..., None])
    found = xp.stack(left_out, axis=2)
    missed = ((values[:, :, None] - found) ** 2).sum(axis=-1).mean(axis=1)
    spread = ((values - values.mean(axis=1, keepdims=True)) ** 2).sum(axis=-1).mean(axis=1)[:, None]
    explained = xp.clip(1 - missed / xp.clip(spread, 1e-6, None), -1, 1)
    return Guesser(at, weight, xp.stack(solved, axis=1), found, explained)


def relevance(at: Array, values: Array, xp: Any) -> Array:
    """(b, column) how much each column tells about the values, mean 1: the alignment of its kernel with theirs.

    The Hilbert-Schmidt independence criterion without the diagonal (Song et al. 2012, JMLR 13, section 4).
    """
    step = -(-at.shape[1] // JUDGED)
    at, values = at[:, ::step], values[:, ::step]
    off = 1 - _same(at, xp)
    centred = values - values.mean(axis=1, keepdims=True)
    alike = (centred @ xp.swapaxes(centred, 1, 2)) * off
    length = xp.sqrt((alike * alike).sum(axis=(1, 2)))
    told = []
    for column in range(at.shape[2]):
        one = at[:, :, column : column + 1]
        (near,) = _kernels(one, one, xp.ones_like(at[:, 0, :1, 0]), RELEVANCE, xp)
        near = near - near.mean(axis=1, keepdims=True)
        near = (near - near.mean(axis=2, keepdims=True)) * off
        own = xp.sqrt((near * near).sum(axis=(1, 2)))
        told.append((near * alike).sum(axis=(1, 2)) / xp.clip(own * length, 1e-6, None))
    weight = xp.clip(xp.stack(told, axis=1), 0, None) + LEAST
    return weight / weight.mean(axis=1, keepdims=True)


def _same(at: Array, xp: Any) -> Array:
    """(row, row) 1 where it is the same row."""
    place = xp.cumsum(xp.ones_like(at[0, :, 0, 0]), axis=0)
    return xp.asarray(place[:, None] == place, dtype=at.dtype)


def _kernels(at: Array, context: Array, weight: Array, forms: Forms, xp: Any) -> list[Array]:
    """How alike rows are (b, row, context row), in each of the forms."""
    shares = {}
    for power in {power for _, power, _ in forms}:
        share = weight**power
        shares[power] = share / share.sum(axis=1, keepdims=True)
    agreed = _agreed(at, context, shares, xp)
    return [_kernel(name, at, context, shares[power], agreed[power], xp) for name, power, _ in forms]


def _kernel(name: str, at: Array, context: Array, share: Array, agreed: Array, xp: Any) -> Array:
    each = xp.sqrt(share)[:, None, :]
    one, other = (
        _flat(
            xp.stack(
                [part[..., i] * (scale * each) for i, scale in enumerate(SCALES[name]) if scale], axis=-1
            )
        )
        for part in (at, context)
    )
    alike = one @ xp.swapaxes(other, 1, 2) + agreed
    if name not in REACH:
        return alike
    sizes = [
        (flat * flat).sum(axis=-1) + (part[..., 3] * share[:, None]).sum(axis=-1)
        for flat, part in ((one, at), (other, context))
    ]
    squares = sizes[0][:, :, None] + sizes[1][:, None, :] - 2 * alike
    return xp.exp(xp.sqrt(xp.clip(squares, ROUNDING, None)) * (-1 / REACH[name]))


def _agreed(at: Array, context: Array, shares: dict[int, Array], xp: Any) -> dict[int, Array]:
    """By power: (b, row, context row) the share of the columns in which both rows have the same category."""
    found = {power: 0.0 for power in shares}
    for column in range(at.shape[2]):
        one, other = at[:, :, column, None], context[:, None, :, column]
        same = (one[..., 4] == other[..., 4]) * (one[..., 3] * other[..., 3])
        found = {power: found[power] + share[:, column, None, None] * same for power, share in shares.items()}
    return found


def _flat(at: Array) -> Array:
    return at.reshape((at.shape[0], at.shape[1], at.shape[2] * at.shape[3]))
