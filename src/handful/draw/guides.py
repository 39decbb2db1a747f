"""Which pictures lie under a drawing as its guides: found by their words (Blattmann et al. 2022)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.draw.asked import Asked, meaning, parts, plain
from handful.draw.library import Library

__all__ = ["Guides", "choose"]

FAR = 0.8
"""Cosine to the nearest label below which "a dog and a cat" are two things: "salt and pepper" is one."""
LEAST = 0.01
"""Of a guide: 0 tells the network that there is none."""
DIGITS = 4
"""Of a likeness that count: the same label is equally alike in all styles."""

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Guides:
    """One of the examples, if there is any, and two pictures of the library; how near (3,) their words are."""

    example: int | None
    pictures: tuple[int, int]
    near: Array
    both: tuple[str, str] | None = None
    """What is asked for on the left and on the right, where the two are to be seen side by side"""


def choose(asked: Asked, library: Library, examples: Array, far: Array) -> Guides:
    """The example and the two pictures of the library whose words are most alike in meaning.

    Of `examples` (example, coordinate) meanings, 0 where one has none, and `far` (style,), how far each style of the
    library is from the one asked for: of pictures that show the same, those in a near style go first, and those that
    are infinitely far last of all.
    """
    example, alike = _example(_forms(asked.words), examples)
    is_far = float((library.meanings @ asked.meaning).max()) < FAR
    both = parts(asked.words, loosely=is_far)
    if both:
        found = [_ranked(words, library, far) for words in both]
        pictures = [(int(ranked[0]), float(likeness[ranked[0]])) for ranked, likeness in found]
    else:
        ranked, likeness = _ranked(asked.words, library, far)
        others = ranked[library.style[ranked] != library.style[ranked[0]]]
        chosen = (int(ranked[0]), int([*others, *ranked[-1:]][0]))
        pictures = [(number, float(likeness[number])) for number in chosen]
    near = np.array([0.0 if both else alike, *(max(LEAST, like) for _, like in pictures)], np.float32)
    return Guides(example, (pictures[0][0], pictures[1][0]), near, both)


def _forms(words: str) -> Array:
    """(form, coordinate) meanings with and without number and colour: a guide is set up as they ask (arrange.py)."""
    return np.stack([meaning(form) for form in dict.fromkeys((words, plain(words)))])


def _example(forms: Array, examples: Array) -> tuple[int | None, float]:
    """The place of the example most alike, and how near it is: 0 where no example has words."""
    if not examples.any():
        return None, 0.0
    alike = np.where(examples.any(axis=1), (examples @ forms.T).max(axis=1), -1)
    best = int(np.round(alike, DIGITS).argmax())
    return best, min(1.0, max(LEAST, float(alike[best])))


def _ranked(words: str, library: Library, far: Array) -> tuple[NDArray[np.intp], Array]:
    """(picture,) numbers, the most alike in meaning first, then by style; and how alike each is, by its number."""
    alike = np.round((library.meanings @ _forms(words).T).max(axis=1), DIGITS)[library.label]
    out = np.isinf(far)[library.style]
    return np.lexsort((far[library.style], -alike, out)), np.minimum(alike, 1)
