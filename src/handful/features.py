"""The inner contract between encoders and learners: a matrix of features, and the labels of the context."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Features", "Labels"]


@dataclass(frozen=True, slots=True)
class Features:
    """What the encoders made of the columns; a learner does its own one-hot or scaling.

    `values` is float32 (row, feature), NaN = blank. Where `is_category` is true the values are codes 0, 1, 2 ...
    in no meaningful order; a category never seen in the context is blank. `column` names the column that each
    feature came from. `embedding` numbers the embeddings: features of one number are coordinates that mean something
    only together; -1 is a feature that stands for itself.
    """

    values: NDArray[np.float32]
    is_category: NDArray[np.bool_]
    column: tuple[str, ...]
    embedding: NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def has_embeddings(self) -> bool:
        return bool((self.embedding >= 0).any())

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Features:
        """The same features for some of the rows."""
        return replace(self, values=self.values[rows])

    def only(self, chosen: NDArray[np.intp]) -> Features:
        """Some of the features, by their places."""
        names = tuple(self.column[place] for place in chosen)
        return Features(self.values[:, chosen], self.is_category[chosen], names, self.embedding[chosen])


@dataclass(frozen=True, slots=True)
class Labels:
    """The target of the context rows: class codes 0 .. `classes` - 1, or numbers where `classes` is 0.

    `units` (row,) says which rows belong together (a patient's, copies of one another) and are never on two sides
    when some are left out; None where each is alone.
    """

    values: NDArray[np.float64]
    classes: int
    units: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Labels:
        """The labels of some of the rows; the number of classes stays, also of classes that no row has now."""
        return Labels(self.values[rows], self.classes, None if self.units is None else self.units[rows])
