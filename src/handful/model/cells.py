"""What the model sees of a cell: how its value stands among the context's, never the value itself.

A number is its soft-clipped z-score and its mid-rank; a category is a random vector for its code and how often the
code occurs; a blank is a flag. All statistics come from the context, so a query changes nothing for other queries.
Training calls this with torch's tensors and answering with numpy's arrays: `xp` is the module that they belong to.
"""

from __future__ import annotations

import math
from typing import Any

__all__ = ["CODES", "FIELDS", "cells", "center_and_spread"]

Array = Any
"""A numpy array or a torch tensor."""

CODES = 509
"""Random code vectors; a column starts at a place of its own among them. More codes than that are folded."""
STRIDE = 67

TINY = 1e-18
"""The spread of a column of zeros."""

FIELDS = 5
"""Numbers of a cell beside its code vector."""


def cells(context: Array, rows: Array, is_category: Array, codes: Array, xp: Any) -> Array:
    """(b, row, column, FIELDS + code width) what is seen of these rows (b, row, column).

    `context` (b, context row, column) are the labelled rows, `is_category` (b, column), `codes` (CODES, code width)
    the random vectors; NaN is blank, a category is its code.
    """
    known = ~xp.isnan(rows)
    is_category = xp.broadcast_to(is_category[:, None, :], known.shape)
    number, category = known & ~is_category, known & is_category
    below, alike, given = _compared(context, rows, xp)
    rank = (2 * below + alike) / given - 1
    fields = [
        xp.where(number, soft_standing(context, rows, xp), 0.0),
        xp.where(number, rank * math.sqrt(3), 0.0),
        xp.asarray(~known, dtype=rows.dtype),
        xp.asarray(is_category, dtype=rows.dtype),
        xp.where(category, xp.log1p(alike) - 1, 0.0),
    ]
    length = xp.asarray(category, dtype=rows.dtype) * math.sqrt(codes.shape[1])
    vectors = codes[_code_places(xp.where(category, rows, 0.0), xp)] * length[..., None]
    return xp.concatenate([xp.stack(fields, axis=-1), vectors], axis=-1)


def soft_standing(context: Array, rows: Array, xp: Any) -> Array:
    """(b, row, column) z-scores by the context's mean and spread, drawn in softly beyond 5; blanks are 0."""
    center, spread = center_and_spread(context, xp)
    z = xp.where(xp.isnan(rows), 0.0, (rows - center) / spread)
    return 5 * xp.tanh(z / 5)


def center_and_spread(values: Array, xp: Any) -> tuple[Array, Array]:
    """(b, 1, column) the mean of what is not blank in (b, row, column), and how far from it values are; never 0."""
    known = ~xp.isnan(values)
    count = _given(values, xp)

    def size(of: Array) -> Array:
        return xp.sqrt((of * of).sum(axis=1, keepdims=True) / count)

    filled = xp.where(known, values, 0.0)
    center = filled.sum(axis=1, keepdims=True) / count
    # what a constant's values differ from their mean by
    rounding = 8 * xp.finfo(values.dtype).eps * size(filled)
    return center, xp.maximum(size(xp.where(known, values - center, 0.0)), rounding) + TINY


def _compared(context: Array, rows: Array, xp: Any) -> tuple[Array, Array, Array]:
    """How many of the context's values lie below each cell, are equal to it, and are given at all."""
    below, alike = [], []
    # one at a time: (row, context row) comparisons are the largest array here
    for column in range(rows.shape[2]):
        cell, other = rows[:, :, column, None], context[:, None, :, column]
        below.append((other < cell).sum(axis=-1))
        alike.append((other == cell).sum(axis=-1))
    stack = [xp.asarray(xp.stack(each, axis=-1), dtype=rows.dtype) for each in (below, alike)]
    return stack[0], stack[1], _given(context, xp)


def _given(context: Array, xp: Any) -> Array:
    """(b, 1, column) how many of the context's cells are not blank; at least 1."""
    known = xp.asarray(~xp.isnan(context), dtype=context.dtype)
    return xp.clip(known.sum(axis=1, keepdims=True), 1, None)


def _code_places(code: Array, xp: Any) -> Array:
    """(b, row, column) the place of each code among the random vectors."""
    whole = xp.asarray(code, dtype=xp.int64)
    column = xp.cumsum(xp.ones_like(whole[:1, :1]), axis=2) - 1
    return (whole + STRIDE * column) % CODES
