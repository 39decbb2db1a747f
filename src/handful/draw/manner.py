"""The manner in which a column is drawn: what its pictures mean, which of them show the style, and that style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.draw.artist import Example
from handful.draw.asked import meaning
from handful.draw.canvas import Canvas, canvas, smaller
from handful.draw.gallery import Gallery
from handful.draw.references import REFERENCES, ordered, spread, style_distances
from handful.draw.strokes import Strokes, measured
from handful.encode.frozen.text import WIDTH

__all__ = ["Manner", "manner"]

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Manner:
    """Of examples, the house style where there are none."""

    examples: tuple[Example, ...]
    """Those that show anything, in an order that their content alone decides"""
    places: tuple[int, ...]
    """Where each stood among those given"""
    meanings: Array
    """(example, coordinate) of their words; 0 where one has none"""
    references: tuple[int, ...]
    """Places, among those given, of the examples whose style is taken"""
    shown: Canvas
    """(reference, channel, y, x) the pictures whose style is taken"""
    style: Array
    """(token, coordinate) that style"""
    strokes: Strokes
    """What is measured of it"""
    far: Array
    """(library style,) how far each is from it; infinitely far what must not be copied: the house style itself"""


def manner(examples: Sequence[Example], gallery: Gallery) -> Manner:
    """The manner of these examples, in whatever order they come."""
    places = tuple(ordered(examples))
    kept = tuple(examples[place] for place in places)
    chosen = spread(range(len(kept)), REFERENCES)
    shown = canvas([kept[number].picture for number in chosen]) if kept else gallery.house(REFERENCES)
    style = gallery.style(smaller(shown))
    far = style_distances(style, gallery.styles)
    if not kept:  # a picture of the house that shows the very thing would be drawn again
        far[gallery.library.house] = np.inf
    meanings = [meaning(each.words) for each in kept]
    return Manner(
        kept,
        places,
        np.stack(meanings) if kept else np.zeros((0, WIDTH), np.float32),
        tuple(places[number] for number in chosen),
        shown,
        style,
        measured([each.picture for each in kept]) if kept else gallery.strokes(gallery.library.house),
        far,
    )
