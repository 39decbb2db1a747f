"""What every artist can do: draw what words say, in the style of a few pictures; the rest of handful knows no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["PIXELS", "Artist", "Drawn", "Example", "Pixels"]

PIXELS = 64
"""Of a side of what our own artist draws, and of the pictures that it looks at."""

Pixels = NDArray[np.uint8]
"""(y, x, 4) red, green, blue, alpha; not multiplied by alpha."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A picture (PIXELS, PIXELS, 4) and the words that say what it shows."""

    words: str
    picture: Pixels


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """One drawing, and how far it can be believed."""

    picture: Pixels
    """(y, x, 4), of the artist's own size"""
    sure: float
    """The probability that one would tell from the picture what was asked for; 1 where an artist cannot say."""
    doubt: str = ""
    """Why it would be a guess: "nothing that is known means anything like 'xyzzy'"; "" where it would not."""
    nearest: str = ""
    """Words and style of the known picture that looks most like it: "teapot (noto)"; "" where nothing is compared."""
    distance: float = float("nan")
    """From that picture: 1 - cosine of what the picture encoder sees, 0 the same, 1 nothing in common."""
    guides: tuple[int, ...] = ()
    """Examples whose shapes it went by, by their places, the most alike in words first."""
    references: tuple[int, ...] = ()
    """Examples whose style it took."""


class Artist(Protocol):
    """A model that draws, here or at an address; `name` is for people, `identity` says which weights drew."""

    @property
    def name(self) -> str: ...

    @property
    def identity(self) -> str: ...

    def draw(
        self,
        words: Sequence[str],
        examples: Sequence[Example] = (),
        *,
        seeds: Sequence[int] | None = None,
        progress: Callable[[float], None] = lambda share: None,
    ) -> list[Drawn]:
        """One drawing for each text, in the style of the examples, in order.

        The same words, examples and seed (0 for each where none is given) give the same picture, whatever else is
        drawn beside it. Raises UserError where a text cannot be drawn from.
        """
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...
