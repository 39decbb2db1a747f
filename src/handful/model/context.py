"""Labelled rows as the model is shown them: cells, first guesses, and what is told of their targets.

Training calls this with torch's tensors and answering with numpy's arrays: `xp` is the module that they belong to.
`b` is a batch of contexts of one shape: many tables in training, one in answering.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from handful.model.cells import FIELDS, cells, center_and_spread
from handful.model.guesses import GUESSES, Guesser, fit_guesser, points, relevance

__all__ = [
    "CELL",
    "CODE_WIDTH",
    "GUESSES",
    "SLOT_WIDTH",
    "TOLD",
    "VALUE",
    "Context",
    "Shown",
    "Slots",
    "column_weights",
    "fit_context",
]

Array = Any
"""A numpy array or a torch tensor."""

CODE_WIDTH = 16
SLOT_WIDTH = 48
VALUE = SLOT_WIDTH + 3
"""Numbers that say what a target is: the class's random vector, a number in two scales, whether it is a number."""
TOLD = VALUE + 2 + GUESSES
"""Numbers that say what a row is told: its target, how many rows and columns there are, how good each guess is."""
FAR = 6.0
"""Guesses are made of z-scores drawn in softly beyond this: one outlier must not bend them."""
CELL = FIELDS + 1 + CODE_WIDTH
"""Numbers that say what a cell is."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The random unit vectors of one pass: they mean nothing but "the same" and "another"."""

    codes: Array
    """(CODES, CODE_WIDTH)"""
    labels: Array
    """(class, SLOT_WIDTH)"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the model is shown of some rows."""

    cells: Array
    """(b, row, column, CELL)"""
    guesses: Array
    """(b, row, guess, VALUE)"""
    guessed: Array
    """(b, row, guess, class) the same guesses as shares of classes, or as a z-score in the first place."""


@dataclass(frozen=True, slots=True)
class Context:
    """Labelled rows, and all that has to be known of them to show other rows."""

    x: Array
    """(b, row, column)"""
    is_category: Array
    """(b, column)"""
    values: Array
    """(b, row, class) one-hot; where the target is a number its z-score, in the first place."""
    is_number: Array
    """(b,) whether the target is a number."""
    center: Array
    """(b, 1, 1) with `spread`: how to get from z-scores to numbers."""
    spread: Array
    slots: Slots
    guesser: Guesser
    own: Array
    """(b, row, column, ...) the cells of the labelled rows."""

    def told(self, xp: Any) -> Array:
        """(b, row, TOLD) the targets, and what is known of the context as a whole."""
        return self._with_facts(self._vectors(self.values, xp), xp)

    def asked(self, xp: Any) -> Array:
        """(b, 1, TOLD) the same without a target: it is to be found."""
        return self._with_facts(self._vectors(self.values[:, :1] * 0.0, xp), xp)

    def shown(self, xp: Any) -> Shown:
        """The labelled rows."""
        return self._shown(self.own, self.guesser.left_out, xp)

    def shown_queries(self, x: Array, xp: Any) -> Shown:
        """Other rows (b, row, column)."""
        seen = cells(self.x, x, self.is_category, self.slots.codes, xp)
        return self._shown(seen, self.guesser.guesses(points(seen, x, self.is_category, xp), xp), xp)

    def _shown(self, seen: Array, guessed: Array, xp: Any) -> Shown:
        weight = xp.sqrt(self.guesser.weight)[:, None, :, None] - 1
        weight = xp.broadcast_to(weight, (*seen.shape[:3], 1))
        return Shown(xp.concatenate([seen, weight], axis=-1), self._vectors(guessed, xp), guessed)

    def _with_facts(self, vectors: Array, xp: Any) -> Array:
        rows, columns = self.x.shape[1:]
        none = self.guesser.explained[:, :1] * 0.0
        sizes = [none + math.log(rows / 64) / 2, none + math.log(columns / 8) / 2]
        facts = xp.concatenate([*sizes, self.guesser.explained], axis=-1)[:, None]
        return xp.concatenate(
            [vectors, xp.broadcast_to(facts, (*vectors.shape[:2], facts.shape[-1]))], axis=-1
        )

    def _vectors(self, values: Array, xp: Any) -> Array:
        """(..., VALUE) targets (..., class) as the model is told them."""
        number = self.is_number.reshape((-1,) + (1,) * (values.ndim - 2))
        flag = xp.asarray(xp.broadcast_to(number, values.shape[:-1]), dtype=values.dtype)[..., None]
        z = values[..., :1] * flag
        labels = (values @ self.slots.labels) * ((1 - flag) * math.sqrt(SLOT_WIDTH))
        return xp.concatenate([labels, 3 * xp.tanh(z / 3), xp.sign(z) * xp.log1p(xp.abs(z)), flag], axis=-1)


def column_weights(x: Array, is_category: Array, y: Array, is_number: Array, slots: Slots, xp: Any) -> Array:
    """(b, column) how much each column tells about the targets, mean 1; the guesser's, without its regressions."""
    _, values = _targets(y, is_number, slots, x.dtype, xp)
    own = cells(x, x, is_category, slots.codes, xp)
    return relevance(points(own, x, is_category, xp), _soft(values, is_number, xp), xp)


def fit_context(x: Array, is_category: Array, y: Array, is_number: Array, slots: Slots, xp: Any) -> Context:
    """The context of labelled rows (b, row, column) with targets y (b, row): class codes, or numbers."""
    (center, spread), values = _targets(y, is_number, slots, x.dtype, xp)
    own = cells(x, x, is_category, slots.codes, xp)
    guesser = fit_guesser(points(own, x, is_category, xp), _soft(values, is_number, xp), xp)
    return Context(x, is_category, values, is_number, center, spread, slots, guesser, own)


def _targets(
    y: Array, is_number: Array, slots: Slots, dtype: Any, xp: Any
) -> tuple[tuple[Array, Array], Array]:
    """Center and spread (b, 1, 1), and the targets as the context has them (b, row, class)."""
    center, spread = center_and_spread(y[..., None], xp)
    classes = xp.cumsum(xp.ones_like(slots.labels[:, 0]), axis=0) - 1
    one_hot = xp.asarray(y[..., None] == classes, dtype=dtype)
    first = xp.asarray(classes == 0, dtype=dtype)
    number = is_number[:, None, None]
    return (center, spread), xp.where(number, ((y[..., None] - center) / spread) * first, one_hot)


def _soft(values: Array, is_number: Array, xp: Any) -> Array:
    return xp.where(is_number[:, None, None], FAR * xp.tanh(values / FAR), values)
