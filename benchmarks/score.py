"""How good a distribution is, given the truth. Knows nothing of models or tables."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

LEVELS = np.arange(1, 100) / 100
FLOOR = 1e-6  # no probability is taken for smaller: one sure mistake costs 13.8 nats, not infinity

CATEGORY_METRICS = ("auc", "log_loss", "accuracy", "brier", "ece")
NUMBER_METRICS = ("rmse", "crps", "coverage", "width")
METRICS = CATEGORY_METRICS + NUMBER_METRICS
HIGHER_IS_BETTER = frozenset({"auc", "accuracy"})


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a method says of the test rows.

    `distribution` is probabilities (row, class), or values (row, 99) at the levels 0.01 ... 0.99. `point` is the
    method's single best number where it has one; otherwise the mean over the levels stands in for it.
    """

    distribution: NDArray[np.float64]
    point: NDArray[np.float64] | None = None


def floored(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of at least 1e-6 that sum to one."""
    clipped = np.clip(probabilities, FLOOR, None)
    return np.asarray(clipped / clipped.sum(axis=1, keepdims=True))


def category(truth: NDArray[np.intp], prediction: Prediction) -> dict[str, float]:
    """AUC, log loss, accuracy, Brier score and calibration error; `truth` holds class positions."""
    probabilities = floored(prediction.distribution)
    rows = np.arange(len(truth))
    hits = np.zeros_like(probabilities)
    hits[rows, truth] = 1
    return {
        "auc": one_vs_one_auc(truth, probabilities),
        "log_loss": float(-np.log(probabilities[rows, truth]).mean()),
        "accuracy": float((probabilities.argmax(axis=1) == truth).mean()),
        "brier": float(((probabilities - hits) ** 2).sum(axis=1).mean()),
        "ece": calibration_error(probabilities.argmax(axis=1) == truth, probabilities.max(axis=1)),
    }


def calibration_error(right: NDArray[np.bool_], sure: NDArray[np.float64]) -> float:
    """The expected calibration error of the likeliest class, in ten groups of equal size (Naeini et al. 2015).

    The mean distance between how sure the answers of a group were and how many of them were right.
    """
    groups = np.array_split(np.argsort(sure, kind="stable"), 10)
    return float(
        sum(abs(right[rows].mean() - sure[rows].mean()) * len(rows) for rows in groups if len(rows))
        / len(right)
    )


def one_vs_one_auc(truth: NDArray[np.intp], probabilities: NDArray[np.float64]) -> float:
    """Hand and Till's mean over the pairs of classes that the test rows hold; NaN when they hold one class."""
    pairs = list(combinations(np.unique(truth), 2))
    if not pairs:
        return float("nan")
    return float(np.mean([_pair_auc(truth, probabilities, a, b) for a, b in pairs]))


def _pair_auc(truth: NDArray[np.intp], probabilities: NDArray[np.float64], a: int, b: int) -> float:
    of_pair = np.isin(truth, (a, b))
    is_a = truth[of_pair] == a
    return (_auc(is_a, probabilities[of_pair, a]) + _auc(~is_a, probabilities[of_pair, b])) / 2


def _auc(positive: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    count = int(positive.sum())
    below = rankdata(score)[positive].sum() - count * (count + 1) / 2
    return float(below / (count * (len(positive) - count)))


def number(truth: NDArray[np.float64], prediction: Prediction) -> dict[str, float]:
    """RMSE, CRPS, and coverage and width of the 90% interval.

    All but coverage are divided by the standard deviation of `truth`, so that tables can be averaged: an RMSE of 1
    is that of someone who knew the mean of the test rows and nothing else.
    """
    values = np.sort(prediction.distribution, axis=1)
    point = values.mean(axis=1) if prediction.point is None else prediction.point
    scale = float(truth.std())
    low, high = values[:, 4], values[:, 94]
    error = truth[:, None] - values
    pinball = np.maximum(LEVELS * error, (LEVELS - 1) * error)
    return {
        "rmse": float(np.sqrt(np.mean((truth - point) ** 2))) / scale,
        "crps": float(2 * pinball.mean()) / scale,
        "coverage": float(((low <= truth) & (truth <= high)).mean()),
        "width": float((high - low).mean()) / scale,
    }
