"""What every frozen encoder is, whatever the kind of its cells."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["FrozenEncoder"]


class FrozenEncoder(Protocol):
    """One cell in, one vector out: the same bits wherever the cell stands, so that vectors can be kept and shared."""

    @property
    def identity(self) -> str:
        """Changes whenever a vector would: a hash of the weights, and the number of the recipe."""
        ...

    @property
    def width(self) -> int:
        """Coordinates of a vector."""
        ...

    def embed(self, content: bytes) -> NDArray[np.float32]:
        """(coordinate,) of a text in UTF-8, or of a file's bytes; finite. Two threads may ask at once.

        Raises CellError with the reason where they cannot be read.
        """
        ...
