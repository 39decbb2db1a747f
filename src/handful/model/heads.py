"""What the model's outputs mean: probabilities of classes, or quantiles of a number.

The answer is a mixture, and the model says how much each part counts for each row: the targets of the context rows
that it attends to, and the first guesses. So there may be any number of classes, and rows that decided are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handful.model.context import Context

__all__ = ["Outputs", "probabilities", "quantiles"]

Array = Any
"""A numpy array or a torch tensor."""

FLOOR = 1e-5
"""Mass that is spread evenly over the classes, so that none is impossible."""
TINY = 1e-9
"""What nothing counts as before it is divided by, or raised to a power."""
LEAST = 0.01
"""A regression may say less than nothing of a class; it counts as this."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the model gives for each query."""

    weights: Array
    """(b, query, context row) how much each labelled row decided; sums to 1."""
    mix: Array
    """(b, query, 1 + guess) how much the labelled rows and each of the guesses count; sums to 1."""
    sharpness: Array
    """(b, query, 1) the power that the mixture of shares is raised to."""
    offsets: Array
    """(b, query, level) the quantiles of a number around its middle, as z-scores."""


def probabilities(outputs: Outputs, context: Context, guessed: Array, xp: Any) -> Array:
    """(b, query, class); a class that the context lacks gets 0. Of use where the target is a category."""
    present = xp.asarray(xp.amax(context.values, axis=1, keepdims=True) > 0, dtype=guessed.dtype)
    shares = xp.clip(guessed, LEAST, None) * present[:, :, None]
    shares = shares / xp.clip(shares.sum(axis=-1, keepdims=True), TINY, None)
    even = present / xp.clip(present.sum(axis=-1, keepdims=True), 1, None)
    mixed = xp.clip(_mixed(outputs, context, shares), TINY, None)
    powers = present * (mixed / xp.amax(mixed, axis=-1, keepdims=True)) ** outputs.sharpness
    return (1 - FLOOR) * powers / xp.clip(powers.sum(axis=-1, keepdims=True), TINY, None) + FLOOR * even


def quantiles(outputs: Outputs, context: Context, guessed: Array) -> Array:
    """(b, query, level) z-scores, never falling. Of use where the target is a number."""
    return _mixed(outputs, context, guessed)[..., :1] + outputs.offsets


def _mixed(outputs: Outputs, context: Context, guessed: Array) -> Array:
    attended = outputs.weights @ context.values
    return outputs.mix[..., :1] * attended + (outputs.mix[..., 1:, None] * guessed).sum(axis=2)
