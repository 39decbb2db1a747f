"""Our own artist: a small flow network draws 32 pixels a side, a second one makes 64 of them, on this machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handful.cores import usable_cores
from handful.draw.arrange import arranged, beside
from handful.draw.artist import PIXELS, Drawn, Example, Pixels
from handful.draw.asked import Asked, cleaned, has_words, meaning, plain, understood
from handful.draw.canvas import Canvas, canvas, pixels, smaller
from handful.draw.detail import detailed
from handful.draw.dress import dressed
from handful.draw.gallery import Gallery
from handful.draw.graphs import Graphs
from handful.draw.guides import Guides, choose
from handful.draw.manner import Manner, manner
from handful.draw.sampler import Told, noise, sample
from handful.draw.sight import seen
from handful.draw.trust import Signs, doubt, signs, sure
from handful.encode.frozen.network import network

__all__ = ["LocalArtist", "Sketch"]

NOTHING = "there are no words to draw from"


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """Drawings (sample, channel, y, x) of one text, what is seen in each, the guides, and the signs of the best."""

    pictures: Canvas
    looks: NDArray[np.float32]
    guides: Guides
    signs: Signs


class LocalArtist:
    """Draws with the weights in a folder: icons on a clear ground, PIXELS a side.

    Each text is drawn by itself, on a core of its own: what else is drawn sways no number of it. Raises
    ModelFileError where the folder's weights cannot be used: the card at once, the rest when it is first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)
        self._open()

    @property
    def name(self) -> str:
        return self._graphs.name

    @property
    def identity(self) -> str:
        return self._graphs.identity

    def draw(
        self,
        words: Sequence[str],
        examples: Sequence[Example] = (),
        *,
        seeds: Sequence[int] | None = None,
        progress: Callable[[float], None] = lambda share: None,
    ) -> list[Drawn]:
        """One drawing for each text; one without a letter or a digit is a clear picture with that doubt."""
        for example in examples:
            if example.picture.shape != (PIXELS, PIXELS, 4):
                raise ValueError(f"{example.words!r} has a picture of shape {example.picture.shape}")
        if not words:
            return []
        self._load()
        column = manner(examples, self._gallery)
        wanted = list(zip(words, [0] * len(words) if seeds is None else seeds, strict=True))
        drawn: list[Drawn] = []
        with ThreadPoolExecutor(min(usable_cores(), len(wanted))) as pool:
            coming = [pool.submit(self._drawn, cleaned(text), seed, column) for text, seed in wanted]
            try:
                for each in coming:
                    drawn.append(each.result())
                    progress(len(drawn) / len(wanted))
            finally:
                for each in coming:
                    each.cancel()
        return drawn

    def close(self) -> None:
        """Give back the memory; a later drawing opens all of it again."""
        self._open()

    def _load(self) -> None:
        """What all threads use, before there are any: each would load its own (8 threads: 1.3 GB for .2)."""
        understood("anything")
        network("image")
        self._graphs.load()

    def _open(self) -> None:
        self._graphs = Graphs(self._folder)
        self._gallery = Gallery(self._graphs)

    def _drawn(self, words: str, seed: int, column: Manner) -> Drawn:
        if not has_words(words):
            return Drawn(np.zeros((PIXELS, PIXELS, 4), np.uint8), 0.0, NOTHING)
        sketch = self.sketch(words, seed, column)
        share = sure(sketch.signs, self._graphs.arrays["trust"])
        look, asked = sketch.looks[sketch.signs.best], meaning(words)
        nearest, distance = self._gallery.nearest(look, asked, sketch.guides.pictures, column.examples)
        return Drawn(
            pixels(sketch.pictures[sketch.signs.best]),
            share,
            doubt(words, sketch.signs, share),
            nearest,
            distance,
            () if sketch.guides.example is None else (column.places[sketch.guides.example],),
            column.references,
        )

    def sketch(self, words: str, seed: int = 0, column: Manner | None = None) -> Sketch:
        """Several drawings of one text, in the style of the house where there is no other, and the signs of how good
        they are: what `sure` is fitted on."""
        column = column or manner((), self._gallery)
        asked, library = understood(words), self._gallery.library
        guides = choose(asked, library, column.meanings, column.far)
        pictures = self._pictures(asked, seed, guides, column)
        looks = seen(pictures)
        known = (library.meanings, column.meanings, meaning(plain(words)))
        return Sketch(pictures, looks, guides, signs(looks, self._graphs.probe, asked.meaning, *known))

    def _pictures(self, asked: Asked, seed: int, guides: Guides, column: Manner) -> Canvas:
        """(sample, channel, y, x) of PIXELS a side."""
        under = self._under(asked.words, guides, column)
        told = Told(asked.states, asked.real, column.style, smaller(under), guides.near)
        no_style = self._graphs.arrays["no_style"]
        small = sample(self._graphs.direction, noise(asked.words, seed), told, no_style)
        sharp = self._graphs.sharpen(small, under, guides.near, column.shown)
        nearest, known = int(guides.near.argmax()), None
        if nearest and not guides.both:
            known = canvas(self._gallery.library.pictures([guides.pictures[nearest - 1]]))[0]
        return detailed(sharp, small, under[nearest], known)

    def _under(self, words: str, guides: Guides, column: Manner) -> Canvas:
        """(guide, channel, y, x) in the column's strokes, set up as the words ask; the first is nothing where there is
        no example."""
        asked = guides.both or (words, words)
        known = [self._known(*each, column) for each in zip(guides.pictures, asked, strict=True)]
        if guides.both:
            known = [beside(*known)] * 2
        if guides.example is None:
            return canvas([np.zeros_like(known[0]), *known])
        own = column.examples[guides.example]
        return canvas([arranged(own.picture, own.words, words), *known])

    def _known(self, number: int, words: str, column: Manner) -> Pixels:
        library = self._gallery.library
        (picture,), style = library.pictures([number]), int(library.style[number])
        alike = dressed(picture, self._gallery.strokes(style), column.strokes)
        return arranged(alike, library.labels[library.label[number]], words)
