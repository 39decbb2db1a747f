"""A category becomes one feature of codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from handful.table.canonical import category_codes
from handful.table.column import Column

__all__ = ["CategoryEncoder", "fit_category"]


@dataclass(frozen=True, slots=True)
class CategoryEncoder:
    is_category: ClassVar[bool] = True
    embeddings: ClassVar[tuple[int, ...]] = ()
    categories: tuple[str, ...]

    def encode(self, column: Column) -> NDArray[np.float32]:
        """(row, 1) codes; a category that the context does not have is blank."""
        return category_codes(column, self.categories)[:, None].astype(np.float32)


def fit_category(column: Column) -> CategoryEncoder:
    """Codes in the order in which the context's rows bring the categories up."""
    return CategoryEncoder(tuple(dict.fromkeys(column.values[~column.blank].tolist())))
