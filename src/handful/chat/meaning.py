"""How near words and phrases are in meaning, by the shipped encoder of texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Meaning"]

LAST_LAYER = 384
"""Coordinates of the block that knows what a text is about."""
MOST_KEPT = 4_000
"""Vectors kept in memory: 6 MB."""


class Meaning:
    """Vectors of short texts, each made once: 4 ms for a word on one core."""

    def __init__(self) -> None:
        self._known: dict[str, NDArray[np.float32]] = {}

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(text, coordinate) of length 1."""
        return np.stack([self._vector(text) for text in texts])

    def nearness(self, text: str, others: Sequence[str]) -> NDArray[np.float32]:
        """(other,) the cosine between the text and each of the others."""
        return np.asarray(self.vectors(others) @ self._vector(text))

    def _vector(self, text: str) -> NDArray[np.float32]:
        if text not in self._known:
            from handful.encode.frozen.text import text_encoder

            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            vector = text_encoder().embed((text.strip() or "nothing").encode())[:LAST_LAYER]
            self._known[text] = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return self._known[text]
