"""The main path: a table with a partly filled target in, a learner that answers the blanks out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.answer.answer import Answers, answers_from
from handful.answer.score import JudgedRows, Score, no_score, score_rows
from handful.distribution import losses
from handful.encode.embed import embed
from handful.encode.features import TableEncoder, fit_encoder, says_something
from handful.encode.names import name_vectors
from handful.errors import ColumnError, HandfulError, TargetError
from handful.experts.blend import Belief, Blend, fit_weighting, out_of_fold
from handful.experts.expert import Expert
from handful.experts.experts import belief_in, experts_for
from handful.experts.folds import split_folds, units_in, units_of
from handful.experts.names import ClassNames
from handful.experts.panel import fit_panel
from handful.features import Features, Labels
from handful.reserved import as_given
from handful.table.canonical import canonical_order
from handful.table.column import Column, Kind
from handful.table.inspect import inspect_table
from handful.table.table import Table
from handful.target import FittedTarget, context_of, fit_target

__all__ = ["Learner", "State"]

Progress = Callable[[str, float], None]

AT_ONCE = 2_000
"""Rows that are answered at once: with a column of texts some 100 MB."""


@dataclass(frozen=True, slots=True)
class State:
    """All that a fitted learner is: frozen data, saved and loaded as it stands."""

    target: FittedTarget
    encoder: TableEncoder
    blend: Blend
    score: Score
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    """Columns that played no part."""
    group: str | None
    series: dict[str, tuple[str, ...]]
    """Columns that together are one series, by its name."""


class Learner:
    """A learner of one target: fit it on a table where the target is partly filled, then ask it for the blanks.

    >>> import polars as pl
    >>> from handful import Learner
    >>> table = pl.DataFrame({"size": [1, 2, 3, 7, 8, 9, 2, 8], "kind": ["s", "s", "s", "l", "l", "l", None, None]})
    >>> learner = Learner("kind").fit(table)
    >>> [answer.value for answer in learner.predict(table.tail(2))]
    ['s', 'l']

    `kinds` overrides the kind of a column, `{"zip": "category"}`. `group` names a column (a patient, a speaker) whose
    rows are never split between learning and judging; it is no feature. `root` is the folder that paths to pictures,
    sounds and series are relative to, without it the working directory. `series` names columns that together are one
    series, `{"pulse": ["t0", "t1", "t2"]}`. Raises `UserError` with a hint where the table does not allow what is
    asked.
    """

    def __init__(
        self,
        target: str,
        *,
        kinds: Mapping[str, str] | None = None,
        group: str | None = None,
        root: Path | str | None = None,
        series: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.target = target
        self.kinds = dict(kinds or {})
        self.group = group
        self.root = None if root is None else Path(root)
        self.series = {name: tuple(members) for name, members in (series or {}).items()}
        self._state: State | None = None

    @property
    def state_(self) -> State:
        """All that was learnt. Raises HandfulError before `fit`."""
        if self._state is None:
            raise HandfulError(f"the learner of {self.target!r} is not fitted", hint="call fit(table) first")
        return self._state

    def fit(self, table: Any, *, progress: Progress = lambda step, share: None) -> Learner:
        """Learn from the rows in which the target is filled; the others are not looked at."""
        progress("reading", 0.0)
        typed = self._typed(table)
        context, notes = context_of(typed, self.target)
        asked = [column.name for column in context if self._is_feature(column)]
        seen = embed(context, asked, needed=True, progress=progress)
        used = Table(tuple(column for column in seen if self._is_used(column)), len(context))
        order = canonical_order(used)
        used = order.arranged(used)
        target, others = fit_target(used[self.target], order.categories), used.without(self.target)
        groups = context[self.group].take(order.rows) if self.group else None
        encoder = fit_encoder(others)
        features, labels = encoder.encode(others), target.labels(used[self.target])
        units, unit_note = units_of(others, groups)
        labels = replace(labels, units=units)
        experts = experts_for(features, labels, _names(target, encoder, features))
        blend, score = _learn(experts, features, labels, target, lambda share: progress("learning", share))
        kept = {*used.names, self.group}
        left_out = tuple(name for name in context.names if name not in kept)
        odd = inspect_table(context, self.target).warnings
        notes = (*notes, *seen.notes[len(context.notes) :], *unit_note, *odd)
        self._state = State(target, encoder, blend, score, notes, left_out, self.group, self.series)
        progress("learning", 1.0)
        return self

    def predict(self, table: Any, *, progress: Progress = lambda step, share: None) -> Answers:
        """One answer for every row of the table, whatever its target cell holds; a row's answer depends on it alone.

        Columns are found by name; others are ignored. Raises ColumnError where one is missing.
        """
        target, answers, blank = self.state_.target, [], []
        with _one_thread():
            for features in self._features(table, progress):
                answers.append(self.state_.blend.predict(features))
                blank.append(np.isnan(features.values).all(axis=1))
        raw = target.distribution(np.concatenate(answers))
        reason = "nothing in the row is known from the context"
        doubts = np.where(np.concatenate(blank), reason, "").astype(object)
        if not self.state_.score.better:
            doubts[:] = "no column was found to tell anything about the target"
        return answers_from(raw, target=target.name, kind=target.kind, classes=target.classes, doubts=doubts)

    def predict_experts(self, table: Any) -> dict[str, NDArray[np.float64]]:
        """The distribution of each expert alone, before blending, in the form of `Answers.distribution.values`."""
        with _one_thread():
            parts = [self.state_.blend.predict_each(features) for features in self._features(table)]
        each = np.concatenate(parts, axis=1)
        return {
            name: self.state_.target.distribution(raw)
            for name, raw in zip(self.state_.blend.names, each, strict=True)
        }

    def evaluate(self) -> Score:
        """How good the answers are on rows that were held out while learning."""
        return self.state_.score

    def report(self, path: Path | str) -> Path:
        """Write one HTML file that says how good the answers are, how sure, and by what."""
        from handful.report.report import report_html
        from handful.table.write import write_aside

        write_aside(Path(path), report_html(self).encode())
        return Path(path)

    def save(self, path: Path | str) -> Path:
        """Write a `.handful` file; it holds what was learnt, which may include rows of the context."""
        from handful.persist import write_state

        return write_state(Path(path), self.state_)

    @staticmethod
    def load(path: Path | str, *, root: Path | str | None = None) -> Learner:
        """A learner from a `.handful` file; raises ModelFileError where it is not one.

        `root` is the folder that paths to files are relative to in the tables that it is asked about.
        """
        from handful.persist import read_state

        state: State = read_state(Path(path), State)
        learner = Learner(
            state.target.name, kinds=state.encoder.kinds, group=state.group, root=root, series=state.series
        )
        learner._state = state
        return learner

    @property
    def target_kind_(self) -> Kind:
        return self.state_.target.kind

    @property
    def classes_(self) -> tuple[str, ...]:
        """The classes, in the order of the distribution's columns; empty for a number or a date."""
        return self.state_.target.classes

    @property
    def notes_(self) -> tuple[str, ...]:
        """What was guessed and left out, one sentence each."""
        return self.state_.notes

    def _is_used(self, column: Column) -> bool:
        """The target, and the columns that say something about it."""
        return column.name == self.target or self._is_feature(column)

    def _is_feature(self, column: Column) -> bool:
        return column.name not in (self.target, self.group) and says_something(column)

    def _typed(self, table: Any) -> Table:
        from handful.table.adapt import table_from_frame

        if isinstance(table, Table):
            typed = table
        else:
            read = table_from_frame(table, kinds=self.kinds, series=self.series, root=self.root)
            typed = as_given(table, read, (self.target,), self.kinds)
        for name in (self.target, self.group):
            if name is not None:
                typed[name]  # raises where there is none
        if self.group is not None and self.group == self.target:
            raise TargetError(
                "the target cannot be the group as well", hint="name another column as the group"
            )
        return typed

    def _features(self, table: Any, progress: Progress = lambda step, share: None) -> Iterator[Features]:
        """The features of some rows after another, so that memory does not grow with their number."""
        known = self._known(table)
        for start in range(0, max(1, len(known)), AT_ONCE):
            rows = np.arange(start, min(start + AT_ONCE, len(known)))
            yield self.state_.encoder.encode(embed(known.take(rows), progress=progress))

    def _known(self, table: Any) -> Table:
        """The columns that were learnt from, of the kinds that they had then."""
        from handful.table.adapt import names_of, table_from_frame
        from handful.table.kinds import as_kind
        from handful.table.members import names_with_series

        encoder, series = self.state_.encoder, self.state_.series
        names = set(table.names if isinstance(table, Table) else names_with_series(names_of(table), series))
        if missing := [name for name in encoder.names if name not in names]:
            listed = ", ".join(repr(name) for name in missing[:5]) + (", ..." if len(missing) > 5 else "")
            count = "a column" if len(missing) == 1 else f"{len(missing)} columns"
            raise ColumnError(
                f"the table lacks {count} that {self.target!r} was learnt from: {listed}",
                hint="add what is missing; a column may be blank, and the order does not matter",
            )
        if not isinstance(table, Table):
            table = table_from_frame(
                table, kinds=encoder.kinds, forms=encoder.forms, series=series, root=self.root
            )
        return Table(tuple(as_kind(table[name], kind) for name, kind in encoder.kinds.items()), len(table))


def _names(target: FittedTarget, encoder: TableEncoder, features: Features) -> ClassNames | None:
    """The names of the classes, where there are classes and texts to compare them with."""
    first = {
        features.column[place]: features.embedding[place]
        for place in np.flatnonzero(features.embedding >= 0)[::-1]
    }
    columns = [name for name, kind in encoder.kinds.items() if kind == Kind.TEXT]
    if not columns or not target.classes:
        return None
    places = np.stack([np.flatnonzero(features.embedding == first[name]) for name in columns])
    return ClassNames(places, name_vectors(target.classes))


def _learn(
    experts: tuple[Expert, ...],
    features: Features,
    labels: Labels,
    target: FittedTarget,
    progress: Callable[[float], None],
) -> tuple[Blend, Score]:
    """The blend of experts fitted on all rows, and its score on rows held out."""
    from scipy import optimize  # noqa: F401
    from sklearn import ensemble, kernel_approximation, linear_model  # noqa: F401  (a limit reaches what is loaded)
    from sklearn.exceptions import ConvergenceWarning

    belief = belief_in(experts, features, labels)
    folds = split_folds(labels)
    with _one_thread(), warnings.catch_warnings():
        # A linear expert that has not quite converged is weighed like any other, and many classes are no mistake.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "The number of unique classes is greater than 50%")
        answers = out_of_fold(experts, features, labels, folds, lambda share: progress(0.85 * share))
        panel = fit_panel(experts, features, labels)
        weighting = fit_weighting(answers, labels, belief)
        blend = Blend(tuple(expert.name for expert in experts), panel, weighting, labels.classes)
        return blend, _judge(answers, labels, folds, target, blend, belief)


def _one_thread() -> AbstractContextManager[object]:
    """One thread for matrix products: a second wins little on an idle machine, and where the other core is busy the two
    spin and wait for each other (10,000 rows: 52 CPU seconds with two, 12 with one)."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(limits=1)
    return limits


def _judge(
    answers: NDArray[np.float64],
    labels: Labels,
    folds: NDArray[np.intp],
    target: FittedTarget,
    blend: Blend,
    belief: Belief,
) -> Score:
    """The score of the blend on each fold, with the weighting learnt on the other folds alone."""
    judged = np.flatnonzero(folds >= 0)
    weights = dict(zip(blend.names, blend.weighting.weights.tolist(), strict=True))
    if not len(judged):
        return no_score(weights, "no labelled row can be held out without losing its class or group")
    mixed = np.full(answers.shape[1:], np.nan)
    for fold in range(folds.max() + 1):
        others = (folds != fold) & (folds >= 0)
        learnt = fit_weighting(answers[:, others], labels.take(others), belief)
        mixed[folds == fold] = learnt.mix(answers[:, folds == fold], labels.classes)
    known, own, base = labels.take(judged), mixed[judged], answers[0, judged]  # the prior is the first expert
    rows = JudgedRows(
        truth=target.presented(known.values),
        predicted=target.value(own),
        baseline=target.value(base),
        sure=own.max(axis=1) if labels.classes else np.full(len(judged), np.nan),
        losses=losses(own, known) * target.scale,
        baseline_losses=losses(base, known) * target.scale,
        units=units_in(known),
    )
    return score_rows(rows, target.kind, weights, alone=len(labels) - len(judged))
