"""The inner contract between learners and answers: what may stand in a blank cell, and how likely each value is.

A category is probabilities, (row, class). A number or a date is its values at 99 fixed levels, (row, level), never
falling. In both forms an average over learners is a plain weighted mean of the arrays, which is why the blend
needs no case of its own. `Labels.classes` says which of the two it is (0 = number).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from handful.features import Labels

__all__ = ["HIGH", "LEVELS", "LOW", "floored", "losses", "mean", "slopes", "tempered"]

Array = NDArray[np.float64]

LEVELS: Array = np.arange(1, 100) / 100
"""The levels of a number's distribution: column i of its array is the value that `LEVELS[i]` of the mass lies below."""

LOW, HIGH = 4, 94
"""The places of the levels 0.05 and 0.95: between them lies 90% of the mass."""

FLOOR = 1e-6
"""No class that the context names is ever impossible."""


def losses(values: Array, labels: Labels) -> Array:
    """(row,) the log loss of each row's probabilities, or the CRPS of each row's quantiles.

    The CRPS is twice the mean pinball loss over the levels (Gneiting & Raftery 2007, section 4.2), in the unit of
    the target.
    """
    if labels.classes:
        chosen = values[np.arange(len(labels)), labels.values.astype(np.intp)]
        return -np.log(np.maximum(chosen, FLOOR))
    above = labels.values[:, None] - values
    return np.asarray(2 * np.mean(np.maximum(LEVELS * above, (LEVELS - 1) * above), axis=1))


def slopes(values: Array, labels: Labels) -> Array:
    """The derivative of each row's loss by each of its values; (row, class) or (row, level)."""
    if labels.classes:
        slope = np.zeros_like(values)
        rows, chosen = np.arange(len(labels)), labels.values.astype(np.intp)
        slope[rows, chosen] = -1 / np.maximum(values[rows, chosen], FLOOR)
        return slope
    return np.asarray(2 * ((labels.values[:, None] < values) - LEVELS) / len(LEVELS))


def tempered(values: Array, temperature: float, classes: int) -> Array:
    """The same answers, surer below a temperature of 1 and less sure above it.

    Probabilities: softmax(log p / temperature) (Guo et al. 2017). Numbers: the distance of each quantile from the
    median is multiplied by the temperature.
    """
    if classes:
        logits = np.log(np.maximum(values, FLOOR)) / temperature
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    median = values[:, len(LEVELS) // 2, None]
    return np.asarray(median + temperature * (values - median))


def floored(values: Array) -> Array:
    """Probabilities in which no class is impossible, each row summing to one."""
    raised = np.maximum(values, FLOOR)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def mean(values: Array) -> Array:
    """(row,) the mean of each row's quantiles, the single number with the least squared error, within 90% of the mass.

    A far tail can pull the mean out of every likely range; an answer that lies outside its own interval helps nobody.
    """
    return np.asarray(np.clip(values.mean(axis=1), values[:, LOW], values[:, HIGH]))
