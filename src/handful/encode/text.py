"""A text becomes its length and the leading directions of its character n-grams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from handful.table.column import Column

__all__ = ["TextEncoder", "fit_text"]

MOST_TERMS = 3_000
MOST_TEXTS = 5_000
MOST_DIRECTIONS = 16
MOST_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class TextEncoder:
    is_category: ClassVar[bool] = False
    terms: tuple[str, ...]
    rarity: NDArray[np.float32]
    """(term,) inverse document frequencies."""
    directions: NDArray[np.float32]
    """(term, direction) right singular vectors of the context's TF-IDF matrix."""

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, 1 + direction) logarithm of the length, then the directions; blank where the text is blank."""
        blank = column.blank
        texts = _texts(column)
        found = np.full((len(column), 1 + self.directions.shape[1]), np.nan, dtype=np.float32)
        found[:, 0] = np.log1p([len(text) for text in texts])
        if self.terms and texts:
            from sklearn.preprocessing import normalize

            counts = _counter(vocabulary=self.terms).transform(texts).astype(np.float32)
            counts.data = 1 + np.log(counts.data)
            found[:, 1:] = normalize(counts.multiply(self.rarity).tocsr()) @ self.directions
        found[blank] = np.nan
        return found


def fit_text(column: Column) -> TextEncoder:
    """TF-IDF on character n-grams within words, reduced by a singular value decomposition (Deerwester et al. 1990)."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    texts = [text for text in _texts(column) if text][:MOST_TEXTS]
    nothing = TextEncoder((), np.zeros(0, np.float32), np.zeros((0, 0), np.float32))
    if len(set(texts)) < 3:
        return nothing
    counter = _counter(min_df=2, max_features=MOST_TERMS)
    try:
        counts = counter.fit_transform(texts).astype(np.float32)
    except ValueError:  # no n-gram occurs twice
        return nothing
    terms = tuple(counter.get_feature_names_out().tolist())
    rarity = np.log((1 + len(texts)) / (1 + np.bincount(counts.indices, minlength=len(terms)))) + 1
    counts.data = 1 + np.log(counts.data)
    weighted = normalize(counts.multiply(rarity).tocsr())
    wanted = min(MOST_DIRECTIONS, len(texts) // 4, len(terms) - 1)
    if wanted < 1:
        return nothing
    svd = TruncatedSVD(wanted, random_state=0).fit(weighted)
    return TextEncoder(terms, rarity.astype(np.float32), svd.components_.T.astype(np.float32))


def _texts(column: Column) -> list[str]:
    return ["" if value is None else value[:MOST_CHARACTERS] for value in column.values]


def _counter(**options: Any) -> Any:
    from sklearn.feature_extraction.text import CountVectorizer

    return CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), **options)
