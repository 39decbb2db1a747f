"""The names of classes as texts, for a target that texts are to tell apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from handful.encode.embed import embed, vectors_of
from handful.encode.frozen.text import WIDTH
from handful.table.column import Column, Kind, texts
from handful.table.table import Table

__all__ = ["name_vectors"]


def name_vectors(names: Sequence[str]) -> NDArray[np.float64]:
    """(name, coordinate) of length one, as the first embedding of a text column has it; zeros without a letter.

    "card_arrival" and "PlayMusic" are read as the words that they are made of.
    """
    column = Column("names", Kind.TEXT, texts(_words(name) or None for name in names))
    seen = vectors_of(embed(Table((column,), len(names)))["names"])
    return np.nan_to_num(seen[:, :WIDTH].astype(np.float64))


def _words(name: str) -> str:
    words = re.sub(r"[\W_]+|(?<=[a-z])(?=[A-Z])", " ", name).strip()
    return words if any(map(str.isalpha, words)) else ""
