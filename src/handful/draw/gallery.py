"""The library as the networks see it: its styles in tokens, and which known picture a drawing looks most like."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from handful.draw.artist import Example, Pixels
from handful.draw.canvas import Canvas, canvas, smaller
from handful.draw.graphs import Graphs
from handful.draw.library import Library
from handful.draw.references import content, spread
from handful.draw.sight import cosines, seen
from handful.draw.strokes import Strokes, measured

__all__ = ["Gallery"]

SHOWN = 20
"""Pictures of a style of the library that its tokens are made from."""
MEASURED = 60
"""Pictures of a style of the library by which its strokes are measured."""
COMPARED = 40
"""Pictures of the library that a drawing is compared with: those whose labels are most alike in meaning."""
KEPT = 10_000
"""Pictures whose looks are kept, 5 KB each."""

Array = NDArray[np.float32]


class Gallery:
    """Looks at a picture once in its life, and at none before it is needed."""

    def __init__(self, graphs: Graphs) -> None:
        self._graphs = graphs
        self._strokes: dict[int, Strokes] = {}
        self._seen: dict[Hashable, Array] = {}

    @property
    def library(self) -> Library:
        return self._graphs.library

    @cached_property
    def styles(self) -> Array:
        """(style, token, coordinate) of the library."""
        return np.stack(
            [self.style(smaller(self._spread(style, SHOWN))) for style in range(len(self.library.styles))]
        )

    def style(self, pictures: Canvas) -> Array:
        """(token, coordinate) what pictures (k, channel, 32, 32) have in common."""
        return self._graphs.style(pictures)

    def strokes(self, style: int) -> Strokes:
        """How a style of the library is drawn, measured once."""
        if style not in self._strokes:
            numbers = spread(self.library.of_style(style), MEASURED)
            self._strokes[style] = measured(self.library.pictures(numbers))
        return self._strokes[style]

    def house(self, count: int) -> Canvas:
        """(count, channel, y, x) pictures of the style that is drawn in where there is nothing to go by."""
        return self._spread(self.library.house, count)

    def nearest(
        self, look: Array, asked: Array, guides: Sequence[int], examples: Sequence[Example]
    ) -> tuple[str, float]:
        """The name of the known picture that looks most like (seen,), and the distance: 1 - cosine.

        Compared are all examples, the guides, and those pictures of the library that mean most nearly what was asked.
        """
        alike = (self.library.meanings @ asked)[self.library.label]
        numbers = list(dict.fromkeys([*guides, *np.argsort(-alike, kind="stable")[:COMPARED].tolist()]))
        looks = [self._look(number, partial(self._picture, number)) for number in numbers]
        looks += [self._look(content(each), partial(getattr, each, "picture")) for each in examples]
        middle = self._graphs.probe.middle
        likeness = cosines(look[None] - middle, np.stack(looks) - middle)[0]
        best = int(likeness.argmax())
        names = [self.library.name(number) for number in numbers] + [
            f"{each.words} (an example)".strip() for each in examples
        ]
        return names[best], float(1 - likeness[best])

    def _spread(self, style: int, count: int) -> Canvas:
        return canvas(self.library.pictures(spread(self.library.of_style(style), count)))

    def _picture(self, number: int) -> Pixels:
        return self.library.pictures([number])[0]

    def _look(self, key: Hashable, picture: Callable[[], Pixels]) -> Array:
        look = self._seen.get(key)  # not asked for twice: another thread may clear in between
        if look is None:
            if len(self._seen) >= KEPT:
                self._seen.clear()
            look = self._seen[key] = seen(canvas([picture()]))[0]
        return look
