"""One convex blend of the experts, with few weights and one temperature, both learnt on out-of-fold rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.distribution import LEVELS, floored, losses, slopes, tempered
from handful.experts.expert import Expert
from handful.experts.panel import Panel, fit_panel
from handful.features import Features, Labels

__all__ = ["Belief", "Blend", "Weighting", "fit_weighting", "out_of_fold"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weighting:
    """The share of each expert, and the temperature of the mixture."""

    weights: Array
    temperature: float

    def mix(self, answers: Array, classes: int) -> Array:
        """(row, class or level) from (expert, row, class or level)."""
        mixed = tempered(np.tensordot(self.weights, answers, axes=1), self.temperature, classes)
        return floored(mixed) if classes else mixed


@dataclass(frozen=True, slots=True)
class Blend:
    """Fitted experts and how much each counts."""

    names: tuple[str, ...]
    panel: Panel
    weighting: Weighting
    classes: int

    def predict(self, features: Features) -> Array:
        """(row, class) probabilities that sum to one, or (row, level) values that never fall."""
        return self.weighting.mix(self.predict_each(features), self.classes)

    def predict_each(self, features: Features) -> Array:
        """(expert, row, class or level) before weighting."""
        return self.panel.predict(features)


def out_of_fold(
    experts: Sequence[Expert],
    features: Features,
    labels: Labels,
    folds: NDArray[np.intp],
    progress: Callable[[float], None] = lambda share: None,
) -> Array:
    """(expert, row, class or level) answers by experts that did not see the row; NaN where the fold is negative."""
    count = int(folds.max()) + 1
    answers = np.full((len(experts), len(labels), labels.classes or len(LEVELS)), np.nan)
    for fold in range(count):
        inside, outside = folds != fold, folds == fold
        panel = fit_panel(
            experts,
            features.take(inside),
            labels.take(inside),
            lambda share, fold=fold: progress((fold + share) / count),  # type: ignore[misc]
        )
        answers[:, outside] = panel.predict(features.take(outside))
    return answers


@dataclass(frozen=True, slots=True)
class Belief:
    """What is believed of the weighting before any row is seen, worth so many rows."""

    weights: Array
    temperature: float
    rows: float
    unjudged: float = 1.0
    """The temperature where no row can be left out: a mean of many doubts too much."""


def fit_weighting(answers: Array, labels: Labels, belief: Belief) -> Weighting:
    """The weights and temperature with the least mean loss on these rows, drawn towards the belief.

    The weights minimise the log loss or CRPS plus `belief.rows` times the divergence from the believed weights; then
    the temperature alone is sought, with a normal prior on its logarithm. A row of NaN answers does not count.
    """
    from scipy.optimize import minimize, minimize_scalar

    usable = np.flatnonzero(np.isfinite(answers).all(axis=(0, 2)))
    known, answers, pull = labels.take(usable), answers[:, usable], belief.rows
    if not len(known):
        return Weighting(belief.weights, belief.unjudged)

    def weights_of(logits: Array) -> Array:
        powers = belief.weights * np.exp(logits - logits.max())
        return np.asarray(powers / powers.sum())

    def objective(logits: Array) -> tuple[float, Array]:
        weights = weights_of(logits)
        mixed = np.tensordot(weights, answers, axes=1)
        slope = np.einsum("erc,rc->e", answers, slopes(mixed, known))
        ratio = np.log(np.maximum(weights, 1e-300) / belief.weights)
        value = losses(mixed, known).sum() + pull * np.sum(weights * ratio)
        slope = slope + pull * (ratio + 1)
        return float(value), np.asarray(weights * (slope - np.sum(weights * slope)))

    start = np.zeros(len(belief.weights))
    weights = weights_of(minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 100}).x)
    mixed = np.tensordot(weights, answers, axes=1)

    def heat(log_temperature: float) -> float:
        value = losses(tempered(mixed, float(np.exp(log_temperature)), labels.classes), known).sum()
        return float(value + pull * 2 * (log_temperature - np.log(belief.temperature)) ** 2)

    found = minimize_scalar(
        heat, bounds=(np.log(0.2), np.log(4.0)), method="bounded", options={"xatol": 1e-4}
    )
    return Weighting(weights, float(np.exp(found.x)))
