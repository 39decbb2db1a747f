"""A picture becomes sixteen plain measures, and two embeddings: what it shows, and what its strokes are like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from handful.encode.embed import vectors_of
from handful.encode.frozen.image import BLOCKS, SCALARS
from handful.table.column import Column

__all__ = ["ImageEncoder", "fit_image"]


@dataclass(frozen=True, slots=True)
class ImageEncoder:
    is_category: ClassVar[bool] = False
    embeddings: ClassVar[tuple[int, ...]] = (sum(BLOCKS[:3]), sum(BLOCKS[3:]))
    """Their widths: the last features are their coordinates."""
    center: NDArray[np.float32]
    """(feature,) medians of the measures, means of the coordinates."""
    scale: NDArray[np.float32]
    """(feature,) standard deviations of the measures; of a coordinate, how far rows are from the mean in its block."""

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, measure + coordinate) in spreads of the context; a measure at most 1e3 of them away."""
        features = (vectors_of(column) - self.center) / self.scale
        features[:, :SCALARS] = np.clip(features[:, :SCALARS], -1e3, 1e3)
        return np.asarray(features, dtype=np.float32)


def fit_image(column: Column) -> ImageEncoder:
    """Centres and spreads in the context, so that six blocks of many sizes count alike."""
    vectors = vectors_of(column)[~column.blank]
    center = vectors.mean(axis=0)
    center[:SCALARS] = np.median(vectors[:, :SCALARS], axis=0)
    spread = vectors[:, :SCALARS].std(axis=0)
    ends = SCALARS + np.cumsum(BLOCKS)
    around = np.square(vectors - center)
    far = [
        np.sqrt(around[:, end - width : end].sum(axis=1).mean())
        for end, width in zip(ends, BLOCKS, strict=True)
    ]
    scale = np.concatenate([spread, np.repeat(far, BLOCKS)])
    return ImageEncoder(center, np.where(scale > 1e-6, scale, 1).astype(np.float32))
