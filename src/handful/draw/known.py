"""The pictures that are known, with their words and styles; and rows drawn after those of their own style."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from handful.draw.artist import PIXELS, Artist, Drawn, Example

__all__ = ["Known", "draw_rows", "within"]

NO_WORDS = "the row has no words to draw from"

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Example pictures with their words, and the style of each: "" where no column names it."""

    examples: tuple[Example, ...]
    styles: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.examples)

    def take(self, places: Iterable[int]) -> Known:
        """Some of them."""
        chosen = list(places)
        return Known(tuple(self.examples[i] for i in chosen), tuple(self.styles[i] for i in chosen))

    def of(self, style: str) -> list[int]:
        """The places of those of a style; of all where none has it, or none is asked for."""
        own = [place for place, each in enumerate(self.styles) if style and each == style]
        return own or list(range(len(self)))


def draw_rows(
    artist: Artist,
    known: Known,
    words: Sequence[str],
    styles: Sequence[str],
    progress: Progress = lambda share: None,
) -> list[Drawn]:
    """One drawing for each row, after the known pictures of its style; guides and references are places in `known`.

    Rows that ask for the same get the same, drawn once. A row without words has a doubt, and a clear picture.
    """
    asked = list(zip(words, styles, strict=True))
    found: dict[tuple[str, str], Drawn] = {pair: _nothing() for pair in asked if not pair[0]}
    left = [pair for pair in dict.fromkeys(asked) if pair[0]]
    done = 0
    for style in dict.fromkeys(style for _, style in left):
        pairs, places = [pair for pair in left if pair[1] == style], known.of(style)
        drawn = artist.draw(
            [text for text, _ in pairs],
            known.take(places).examples,
            progress=within(progress, done, len(pairs), len(left)),
        )
        found |= {pair: _placed(each, places) for pair, each in zip(pairs, drawn, strict=True)}
        done += len(pairs)
    return [found[pair] for pair in asked]


def within(progress: Progress, done: int, parts: int, whole: int) -> Progress:
    """What is told of the next parts, as a share of the whole."""
    return lambda share: progress((done + share * parts) / whole)


def _placed(drawn: Drawn, places: Sequence[int]) -> Drawn:
    guides, references = (tuple(places[i] for i in each) for each in (drawn.guides, drawn.references))
    return replace(drawn, guides=guides, references=references)


def _nothing() -> Drawn:
    return Drawn(np.zeros((PIXELS, PIXELS, 4), dtype=np.uint8), 0.0, NO_WORDS)
