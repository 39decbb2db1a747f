"""A sound becomes twenty measures, and two embeddings of timbre, course and word: the first mostly of the word.

Where Whisper is installed, what it hears is a third.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from handful.encode.embed import vectors_of
from handful.encode.frozen.sound import BLOCKS, SCALARS
from handful.speech.whisper import WIDTH
from handful.table.column import Column

__all__ = ["SHARES", "HeardEncoder", "SoundEncoder", "fit_sound"]


OWN = SCALARS + sum(BLOCKS)
"""The coordinates that need no Whisper come first."""
SPREADS = (0.074, 0.75, 1.0)
"""By what timbre, course and word are multiplied so that spoken words spread alike in each. The factors are fixed, so
that timbre, which spreads more where music is among speech, then counts for more."""
SHARES = (0.3, 1.0)
"""Of timbre and course beside the word, in the first embedding and in the second. Timbre tells who speaks: an embedding
of its own drowned the word. Digits of a third speaker, 10 rows a class of two others: .81 so, .85 now; one row of five
classes: .68, .76."""


@dataclass(frozen=True, slots=True)
class SoundEncoder:
    is_category: ClassVar[bool] = False
    embeddings: ClassVar[tuple[int, ...]] = (sum(BLOCKS),) * len(SHARES)
    """Their widths: the last features are their coordinates."""
    center: NDArray[np.float32]
    """(measure,) medians of the context."""
    scale: NDArray[np.float32]
    """(measure,) standard deviations of the context."""

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, measure + coordinate) measures in spreads of the context, embeddings in frozen units."""
        vectors = vectors_of(column)
        measures = np.clip((vectors[:, :SCALARS] - self.center) / self.scale, -1e3, 1e3)
        blocks = vectors[:, SCALARS:OWN] * np.repeat(np.array(SPREADS, np.float32), BLOCKS)
        word = np.arange(blocks.shape[1]) >= sum(BLOCKS[:2])
        shown = [blocks * np.where(word, 1.0, share) for share in SHARES]
        return np.hstack([measures, *shown]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class HeardEncoder:
    """With Whisper's vector behind the rest."""

    is_category: ClassVar[bool] = False
    embeddings: ClassVar[tuple[int, ...]] = (*SoundEncoder.embeddings, WIDTH)
    sound: SoundEncoder

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, measure + coordinate) as `SoundEncoder`, and then what Whisper hears."""
        return np.hstack([self.sound.encode(column), vectors_of(column)[:, OWN:]])


def fit_sound(column: Column) -> SoundEncoder | HeardEncoder:
    """Centre and spread of the measures; the embeddings need nothing of the context."""
    vectors = vectors_of(column)
    measures = vectors[~column.blank, :SCALARS]
    spread = measures.std(axis=0)
    encoder = SoundEncoder(np.median(measures, axis=0), np.where(spread > 0, spread, np.float32(1)))
    return encoder if vectors.shape[1] == OWN else HeardEncoder(encoder)
