"""Which rows are alike: by the three-letter pieces of their texts, weighed by how rare they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from handful.write.row import Row

__all__ = ["likeness", "most_similar"]

PIECE = 3
"""Characters of a piece."""
MOST = 2_000
"""Characters of a row that are looked at."""
AT_ONCE = 500
"""Rows compared with all others at a time: of 100,000 rows all pairs would take 80 GB."""


def most_similar(rows: Sequence[Row]) -> NDArray[np.intp]:
    """(row,) for every row the most similar of the others, of equals the first; 0 for a row alone."""
    alike_to = _likeness_to(rows)
    nearest = np.zeros(len(rows), dtype=np.intp)
    for start in range(0, len(rows), AT_ONCE):
        alike = alike_to(rows[start : start + AT_ONCE])
        own = np.arange(len(alike))
        alike[own, start + own] = -1.0
        nearest[start : start + AT_ONCE] = alike.argmax(axis=1)
    return nearest


def likeness(rows: Sequence[Row], others: Sequence[Row]) -> NDArray[np.float64]:
    """(row, other) the cosine of their pieces, 0..1; pieces are weighed by what `others` say of their rarity.

    A blank cell has no pieces, and a piece of one column is not that of another.
    """
    return _likeness_to(others)(rows)


def _likeness_to(others: Sequence[Row]) -> Callable[[Sequence[Row]], NDArray[np.float64]]:
    """What gives the likeness of any rows to these, whose pieces are counted once."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    if not any(map(_pieces, others)):  # every cell is blank
        return lambda rows: np.zeros((len(rows), len(others)))
    counter = TfidfVectorizer(analyzer=_pieces, sublinear_tf=True)
    there = counter.fit_transform(others)

    def alike(rows: Sequence[Row]) -> NDArray[np.float64]:
        if not len(rows):
            return np.zeros((0, len(others)))
        return np.asarray((counter.transform(rows) @ there.T).toarray(), dtype=np.float64)

    return alike


def _pieces(row: Row) -> list[tuple[str, str]]:
    return [
        (name, text[start : start + PIECE])
        for name, cell in row.items()
        for text in [f" {cell.strip().lower()[:MOST]} "]
        for start in range(max(1, len(text) - PIECE + 1))
    ]
