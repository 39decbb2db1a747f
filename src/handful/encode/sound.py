"""A sound becomes twenty plain measures, and three embeddings: timbre, course and word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from handful.encode.embed import vectors_of
from handful.encode.frozen.sound import BLOCKS, SCALARS
from handful.table.column import Column

__all__ = ["SoundEncoder", "fit_sound"]


@dataclass(frozen=True, slots=True)
class SoundEncoder:
    is_category: ClassVar[bool] = False
    embeddings: ClassVar[tuple[int, ...]] = BLOCKS
    """Their widths: the last features are their coordinates."""
    center: NDArray[np.float32]
    """(measure,) medians of the context."""
    scale: NDArray[np.float32]
    """(measure,) standard deviations of the context."""

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, measure + coordinate) measures in spreads of the context, embeddings as they are."""
        vectors = vectors_of(column)
        measures = np.clip((vectors[:, :SCALARS] - self.center) / self.scale, -1e3, 1e3)
        return np.hstack([measures, vectors[:, SCALARS:]]).astype(np.float32)


def fit_sound(column: Column) -> SoundEncoder:
    """Centre and spread of the measures; the embeddings need nothing of the context."""
    measures = vectors_of(column)[~column.blank, :SCALARS]
    spread = measures.std(axis=0)
    return SoundEncoder(np.median(measures, axis=0), np.where(spread > 0, spread, np.float32(1)))
