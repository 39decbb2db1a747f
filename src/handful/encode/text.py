"""A text becomes its length and three embeddings: what it is about, how it is said, and the terms it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from handful.encode.embed import vectors_of
from handful.encode.frozen.text import WIDTH
from handful.table.column import Column

__all__ = ["TextEncoder", "fit_text"]

Array = NDArray[Any]

KINDS: tuple[dict[str, Any], ...] = (
    {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\w+"},
    {"analyzer": "char_wb", "ngram_range": (2, 4)},
)
"""The two kinds of terms: words and pairs of words, and n-grams of characters within words."""
MOST_TERMS = (2_000, 4_000)
"""Of either kind, the most frequent."""
MOST_TEXTS = 5_000
MOST_DIRECTIONS = 96
MOST_CHARACTERS = 2_000
"""Of a text, read for its terms."""
FLOOR = 0.1
"""A coordinate counts as varying at least by this share of what the coordinates of its block vary by on average."""


@dataclass(frozen=True, slots=True)
class TextEncoder:
    is_category: ClassVar[bool] = False
    center: NDArray[np.float32]
    """(coordinate,) of the inner layers' blocks: the context's means."""
    scale: NDArray[np.float32]
    """(coordinate,) spreads, such that the blocks count alike."""
    words: tuple[str, ...]
    grams: tuple[str, ...]
    rarity: NDArray[np.float32]
    """(term,) inverse document frequencies: of the words, then of the n-grams."""
    directions: NDArray[np.float32]
    """(term, direction) right singular vectors of the context's TF-IDF matrix."""

    @property
    def embeddings(self) -> tuple[int, ...]:
        """Their widths: what the last layer tells, what the inner layers tell, and the terms if there are any."""
        terms = self.directions.shape[1]
        return (WIDTH, len(self.center), terms) if terms else (WIDTH, len(self.center))

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, 1 + coordinate) logarithm of the length, then the embeddings; blank where the text is blank."""
        vectors, texts = vectors_of(column), _texts(column)
        found = np.hstack(
            [
                np.log1p([len(text) for text in texts])[:, None].astype(np.float32),
                vectors[:, :WIDTH],
                (vectors[:, WIDTH:] - self.center) / self.scale,
                self._terms(texts),
            ]
        )
        found[column.blank] = np.nan
        return found

    def _terms(self, texts: list[str]) -> NDArray[np.float32]:
        if not texts or not self.directions.shape[1]:
            return np.zeros((len(texts), self.directions.shape[1]), np.float32)
        counts = [
            _counts(kind, names, texts) for kind, names in zip(KINDS, (self.words, self.grams), strict=True)
        ]
        return np.asarray(_weighted(counts, self.rarity) @ self.directions, dtype=np.float32)


def fit_text(column: Column) -> TextEncoder:
    """Spreads of the context's vectors, and TF-IDF reduced by singular values (Deerwester et al. 1990)."""
    vectors = vectors_of(column)[~column.blank, WIDTH:]
    center, scale = _spread(vectors)
    words, grams, rarity, directions = _fit_terms([text for text in _texts(column) if text][:MOST_TEXTS])
    return TextEncoder(center, scale, words, grams, rarity, directions)


def _spread(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Centre and scale that make the blocks alike: few coordinates of an inner layer vary far more than all others."""
    if not len(vectors):
        return np.zeros(vectors.shape[1], np.float32), np.ones(vectors.shape[1], np.float32)
    variance = vectors.var(axis=0).reshape(-1, WIDTH)
    floored = variance + FLOOR * variance.mean(axis=1, keepdims=True)
    whole = np.divide(variance, floored, where=floored > 0, out=np.zeros_like(variance)).sum(
        axis=1, keepdims=True
    )
    scale = np.sqrt(floored * whole).ravel()
    return vectors.mean(axis=0), np.where(scale > 0, scale, np.float32(1))


def _fit_terms(
    texts: list[str],
) -> tuple[tuple[str, ...], tuple[str, ...], NDArray[np.float32], NDArray[np.float32]]:
    """Words, n-grams, their rarity and the directions; nothing where there are fewer than three different texts."""
    from sklearn.decomposition import TruncatedSVD

    nothing = (), (), np.zeros(0, np.float32), np.zeros((0, 0), np.float32)
    if len(set(texts)) < 3:
        return nothing
    words, grams = (_names(kind, most, texts) for kind, most in zip(KINDS, MOST_TERMS, strict=True))
    wanted = min(MOST_DIRECTIONS, len(set(texts)) - 1, len(words) + len(grams) - 1)
    if wanted < 1:
        return nothing
    counts = [_counts(kind, names, texts) for kind, names in zip(KINDS, (words, grams), strict=True)]
    found = np.concatenate([np.bincount(each.indices, minlength=each.shape[1]) for each in counts])
    rarity = (np.log((1 + len(texts)) / (1 + found)) + 1).astype(np.float32)
    svd = TruncatedSVD(wanted, random_state=0).fit(_weighted(counts, rarity))
    return words, grams, rarity, svd.components_.T.astype(np.float32)


def _weighted(counts: list[Any], rarity: NDArray[np.float32]) -> Any:
    """(row, term) TF-IDF with damped counts; either kind of terms has length 1."""
    from scipy.sparse import hstack
    from sklearn.preprocessing import normalize

    parts, start = [], 0
    for each in counts:
        damped = each.astype(np.float32)
        damped.data = 1 + np.log(damped.data)
        rare = damped.multiply(rarity[start : start + each.shape[1]]).tocsr()
        parts.append(normalize(rare) if each.shape[1] else rare)
        start += each.shape[1]
    return hstack(parts, format="csr")


def _names(kind: dict[str, Any], most: int, texts: list[str]) -> tuple[str, ...]:
    from sklearn.feature_extraction.text import CountVectorizer

    try:
        return tuple(CountVectorizer(**kind, max_features=most).fit(texts).get_feature_names_out().tolist())
    except ValueError:  # not one term: signs alone
        return ()


def _counts(kind: dict[str, Any], names: tuple[str, ...], texts: list[str]) -> Any:
    """(row, term) how often each term occurs."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    if not names:
        return csr_matrix((len(texts), 0))
    return CountVectorizer(**kind, vocabulary=names).transform(texts)


def _texts(column: Column) -> list[str]:
    return ["" if value is None else value[:MOST_CHARACTERS] for value in column.values]
