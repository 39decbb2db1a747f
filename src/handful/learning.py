"""The blend of experts fitted on labelled rows, and what it says of each row when that is held out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.answer.score import JudgedRows, Score, no_score, score_rows
from handful.distribution import losses
from handful.experts.blend import Blend, fit_weighting, out_of_fold
from handful.experts.examples import Examples
from handful.experts.expert import Expert
from handful.experts.experts import belief_in
from handful.experts.folds import split_folds, units_in
from handful.experts.panel import fit_panel
from handful.features import Features, Labels
from handful.target import FittedTarget

__all__ = ["Learnt", "fit_blend", "judged_rows", "learn", "one_thread"]

Array = NDArray[np.float64]
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What labelled rows came to."""

    blend: Blend
    examples: Examples
    answers: Array
    """(expert, row, class or level) what each expert said of each row held out"""
    score: Score


def learn(
    experts: tuple[Expert, ...],
    features: Features,
    labels: Labels,
    rows: NDArray[np.intp],
    target: FittedTarget,
    progress: Progress = lambda share: None,
) -> Learnt:
    """The blend, the labelled rows with what was said of each, and the score of that; `rows` are their places."""
    folds = split_folds(labels)
    blend, answers = fit_blend(experts, features, labels, folds, progress)
    examples = Examples(features, labels, rows, folds, _held_out(experts, features, labels, folds, answers))
    weights = dict(zip(blend.names, blend.weighting.weights.tolist(), strict=True))
    judged = np.flatnonzero(folds >= 0)
    if not len(judged):
        score = no_score(weights, "no labelled row can be held out without losing its class or group")
    else:
        said = judged_rows(examples, target, answers[0, judged])  # the prior is the first expert
        score = score_rows(said, target.kind, weights, alone=len(labels) - len(judged))
    return Learnt(blend, examples, answers, score)


def fit_blend(
    experts: tuple[Expert, ...],
    features: Features,
    labels: Labels,
    folds: NDArray[np.intp],
    progress: Progress = lambda share: None,
) -> tuple[Blend, Array]:
    """Experts fitted on all rows and weighted by what they say of rows held out: (expert, row, class or level)."""
    with one_thread():
        answers = out_of_fold(experts, features, labels, folds, lambda share: progress(0.85 * share))
        panel = fit_panel(experts, features, labels)
        weighting = fit_weighting(answers, labels, belief_in(experts, features, labels))
    return Blend(tuple(expert.name for expert in experts), panel, weighting, labels.classes), answers


def judged_rows(examples: Examples, target: FittedTarget, baseline: Array) -> JudgedRows:
    """The rows that were held out, in the unit of the target; `baseline` is what is said without any column."""
    judged = examples.judged()
    said, known = judged.held_out.astype(np.float64), judged.labels
    return JudgedRows(
        truth=target.presented(known.values),
        predicted=target.value(said),
        baseline=target.value(baseline),
        losses=losses(said, known) * target.scale,
        baseline_losses=losses(baseline, known) * target.scale,
        units=units_in(known),
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """One thread for matrix products, and no warnings of what learning on few rows is like anyway.

    A second thread wins little on an idle machine, and where the other core is busy the two spin and wait for each
    other (10,000 rows: 52 CPU seconds with two, 12 with one).
    """
    from scipy import optimize  # noqa: F401
    from sklearn import ensemble, kernel_approximation, linear_model  # noqa: F401  (a limit reaches what is loaded)
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1), warnings.catch_warnings():
        # A linear expert that has not quite converged is weighed like any other, and many classes are no mistake.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "The number of unique classes is greater than 50%")
        yield


def _held_out(
    experts: tuple[Expert, ...], features: Features, labels: Labels, folds: NDArray[np.intp], answers: Array
) -> NDArray[np.float32]:
    """(row, class or level) the blend of each fold, with the weighting learnt on the other folds alone."""
    belief = belief_in(experts, features, labels)
    mixed = np.full(answers.shape[1:], np.nan, dtype=np.float32)
    for fold in range(folds.max(initial=-1) + 1):
        others, own = (folds != fold) & (folds >= 0), folds == fold
        learnt = fit_weighting(answers[:, others], labels.take(others), belief)
        mixed[own] = learnt.mix(answers[:, own], labels.classes)
    return mixed
