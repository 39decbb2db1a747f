"""The main path: a table with a partly filled target in, a learner that answers the blanks out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.answer.answer import Answers, answers_from
from handful.answer.score import JudgedRows, Score, no_score, score_rows
from handful.distribution import losses, mean
from handful.encode.features import ENCODERS, TableEncoder, fit_encoder, says_something
from handful.encode.number import center_and_scale
from handful.errors import TargetError
from handful.experts.blend import Belief, Blend, fit_weighting, out_of_fold
from handful.experts.experts import belief_in, experts_for
from handful.experts.folds import split_folds
from handful.features import Features, Labels
from handful.table.canonical import canonical_order, category_codes, row_identity
from handful.table.column import Column, Form, Kind
from handful.table.table import Table

__all__ = ["FEWEST", "FittedTarget", "Learner", "State"]

FEWEST = 4
"""Labelled rows that a target needs; below it no out-of-fold row means anything."""

MANY_ROWS = 5_000

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class FittedTarget:
    """What was learnt of the target itself: its kind, classes, and the scale of its numbers."""

    name: str
    kind: Kind
    classes: tuple[str, ...]
    center: float
    scale: float
    lowest: float
    highest: float
    form: Form

    def labels(self, column: Column) -> Labels:
        """Class codes, or numbers in units of the context's spread."""
        if self.classes:
            return Labels(category_codes(column, self.classes), len(self.classes))
        return Labels((column.values.astype(np.float64) - self.center) / self.scale, 0)

    def distribution(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """The blend's answer in the unit of the target, within the bounds of what is believable."""
        if self.classes:
            return raw
        return np.clip(raw * self.scale + self.center, self.lowest, self.highest)

    def presented(self, values: NDArray[np.float64]) -> NDArray[Any]:
        """Labels as the user knows them: names of classes, numbers, or seconds since 1970."""
        if self.classes:
            return np.array([*self.classes, None], dtype=object)[:-1][values.astype(np.intp)]
        return values * self.scale + self.center

    def value(self, raw: NDArray[np.float64]) -> NDArray[Any]:
        """The single best value of each row of the blend's answer."""
        if self.classes:
            return self.presented(raw.argmax(axis=1))
        return mean(self.distribution(raw))


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


OWN_CLASSES: dict[str, type] = {"FittedTarget": FittedTarget, "State": State}


class Learner:
    """A learner of one target: fit it on a table where the target is partly filled, then ask it for the blanks.

    >>> import polars as pl
    >>> from handful import Learner
    >>> table = pl.DataFrame({"size": [1, 2, 3, 7, 8, 9, 2, 8], "kind": ["s", "s", "s", "l", "l", "l", None, None]})
    >>> learner = Learner("kind").fit(table)
    >>> [answer.value for answer in learner.predict(table.tail(2))]
    ['s', 'l']

    `kinds` overrides the kind of a column, `{"zip": "category"}`. `group` names a column (a patient, a speaker) whose
    rows are never split between learning and judging; it is no feature. Raises `UserError` with a hint where the table
    does not allow what is asked.
    """

    def __init__(
        self, target: str, *, kinds: Mapping[str, str] | None = None, group: str | None = None
    ) -> None:
        self.target = target
        self.kinds = dict(kinds or {})
        self.group = group

    def fit(self, table: Any, *, progress: Progress = lambda step, share: None) -> Learner:
        """Learn from the rows in which the target is filled; the others are not looked at."""
        progress("reading", 0.0)
        typed = self._typed(table)
        context, notes = _context(typed, self.target)
        used = Table(tuple(column for column in context if self._is_used(column)), len(context))
        order = canonical_order(used)
        used = order.arranged(used)
        target, facts = _fit_target(used[self.target], order.categories), used.without(self.target)
        groups = context[self.group].take(order.rows) if self.group else None
        encoder = fit_encoder(facts)
        features, labels = encoder.encode(facts), target.labels(used[self.target])
        units, unit_note = _units(facts, groups)
        blend, score = _learn(features, labels, units, target, lambda share: progress("learning", share))
        left_out = tuple(name for name in context.names if name not in (*used.names, self.group))
        notes = (*notes, *unit_note, *_unread_notes(context))
        self.state_ = State(target, encoder, blend, score, notes, left_out, self.group)
        progress("learning", 1.0)
        return self

    def predict(self, table: Any) -> Answers:
        """One answer for every row of the table, whatever its target cell holds; a row's answer depends on it alone.

        Columns are found by name; others are ignored. Raises ColumnError where one is missing.
        """
        features = self._encode(table)
        target = self.state_.target
        raw = target.distribution(self.state_.blend.predict(features))
        doubts = np.full(len(features), "", dtype=object)
        if not self.state_.score.better:
            doubts[:] = "no column was found to tell anything about the target"
        doubts[np.isnan(features.values).all(axis=1)] = "the row is blank"
        return answers_from(raw, target=target.name, kind=target.kind, classes=target.classes, doubts=doubts)

    def predict_experts(self, table: Any) -> dict[str, NDArray[np.float64]]:
        """The distribution of each expert alone, before blending, in the form of `Answers.distribution.values`."""
        each = self.state_.blend.predict_each(self._encode(table))
        return {
            name: self.state_.target.distribution(raw)
            for name, raw in zip(self.state_.blend.names, each, strict=True)
        }

    def evaluate(self) -> Score:
        """How good the answers are on rows that were held out while learning."""
        return self.state_.score

    def save(self, path: Path | str) -> Path:
        """Write a `.handful` file; it holds what was learnt, which may include rows of the context."""
        from handful.persist import write_state

        return write_state(Path(path), self.state_, OWN_CLASSES)

    @staticmethod
    def load(path: Path | str) -> Learner:
        """A learner from a `.handful` file; raises ModelFileError where it is not one."""
        from handful.persist import read_state

        state: State = read_state(Path(path), State, OWN_CLASSES)
        learner = Learner(state.target.name, kinds=state.encoder.kinds, group=state.group)
        learner.state_ = state
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
        return column.name == self.target or (column.name != self.group and says_something(column))

    def _typed(self, table: Any) -> Table:
        from handful.table.adapt import table_from_frame

        typed = table if isinstance(table, Table) else table_from_frame(table, kinds=self.kinds)
        for name in (self.target, self.group):
            if name is not None:
                typed[name]  # raises where there is none
        if self.group == self.target:
            raise TargetError(
                "the target cannot be the group as well", hint="name another column as the group"
            )
        return typed

    def _encode(self, table: Any) -> Features:
        from handful.table.adapt import table_from_frame
        from handful.table.kinds import as_kind

        encoder = self.state_.encoder
        if not isinstance(table, Table):
            table = table_from_frame(table, kinds=encoder.kinds, forms=encoder.forms)
        columns = tuple(as_kind(table[name], kind) for name, kind in encoder.kinds.items())
        return encoder.encode(Table(columns, len(table)))


def _context(typed: Table, target: str) -> tuple[Table, tuple[str, ...]]:
    """The rows in which the target is filled, with the target in the kind in which it will be learnt."""
    from handful.table.kinds import as_kind, target_kind

    kind, why = target_kind(typed, target)
    column = as_kind(typed[target], kind)
    if kind not in (Kind.NUMBER, Kind.DATE, Kind.CATEGORY):
        raise TargetError(
            f"column {target!r} holds {kind.value} ({why}), which cannot be filled yet",
            hint=f"pass --kind {target}=category if its values are classes, or name another target",
        )
    filled = ~column.blank
    if filled.sum() < FEWEST:
        raise TargetError(
            f"column {target!r} is filled in {filled.sum()} of {len(typed)} rows; learning needs {FEWEST}",
            hint=f"fill in {target!r} in {FEWEST - filled.sum()} more rows",
        )
    columns = tuple(column if each.name == target else each for each in typed)
    other = "number" if kind is Kind.CATEGORY else "category"
    said = f"{target!r} is answered as a {kind.value}: {why} (otherwise: --kind {target}={other})"
    return Table(columns, len(typed)).take(filled), (*typed.notes, said)


def _fit_target(column: Column, categories: dict[str, tuple[str, ...]]) -> FittedTarget:
    if column.kind is Kind.CATEGORY:
        classes = categories[column.name]
        return FittedTarget(column.name, column.kind, classes, 0.0, 1.0, 0.0, 0.0, column.form)
    values = column.values.astype(np.float64)
    low, high = float(values.min()), float(values.max())
    reach = (high - low) / 2
    # What no labelled row comes near is not answered: half the range beyond it, and no negative value where none is.
    lowest = 0.0 if low >= 0 and column.kind is Kind.NUMBER else low - reach
    center, scale = center_and_scale(values)
    return FittedTarget(column.name, column.kind, (), center, scale, lowest, high + reach, column.form)


def _units(facts: Table, groups: Column | None) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """(row,) which rows are judged together: those of a group, and those that repeat one another."""
    rows = row_identity(facts) if facts.columns else np.arange(len(facts))
    distinct = len(np.unique(rows))
    if distinct == len(rows):
        note: tuple[str, ...] = ()
    elif distinct * 2 > len(rows):
        note = (f"{len(rows) - distinct} labelled rows repeat another one; repeats are judged together",)
    else:  # with few possible rows, repeats are what such a table is like, not copies
        rows, note = np.arange(len(facts)), ()
    if groups is None:
        return rows, note
    return _joined(rows, row_identity(Table((groups,), len(groups)))), note


def _joined(first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.intp]:
    """(row,) the connected parts when rows that share either number belong together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = int(first.max()) + 1
    links = coo_array(
        (np.ones(len(first)), (first, second + count)), shape=(count + int(second.max()) + 1,) * 2
    )
    return np.asarray(connected_components(links, directed=False)[1][first], dtype=np.intp)


def _learn(
    features: Features,
    labels: Labels,
    units: NDArray[np.intp],
    target: FittedTarget,
    progress: Callable[[float], None],
) -> tuple[Blend, Score]:
    """The blend of experts fitted on all rows, and its score on rows held out."""
    from threadpoolctl import threadpool_limits

    experts = experts_for(features, labels)
    belief = belief_in(experts, labels)
    folds = split_folds(labels, units)
    # On few rows a second thread waits more than it works.
    with threadpool_limits(limits=1 if len(labels) < MANY_ROWS else None):
        answers = out_of_fold(experts, features, labels, folds, lambda share: progress(0.85 * share))
        fitted = tuple(expert.fit(features, labels) for expert in experts)
        weighting = fit_weighting(answers, labels, belief)
        blend = Blend(tuple(expert.name for expert in experts), fitted, weighting, labels.classes)
        return blend, _judge(answers, labels, folds, units, target, blend, belief)


def _judge(
    answers: NDArray[np.float64],
    labels: Labels,
    folds: NDArray[np.intp],
    units: NDArray[np.intp],
    target: FittedTarget,
    blend: Blend,
    belief: Belief,
) -> Score:
    """The score of the blend on each fold, with the weighting learnt on the other folds alone."""
    judged = np.flatnonzero(folds >= 0)
    weights = dict(zip(blend.names, blend.weighting.shares.tolist(), strict=True))
    if not len(judged):
        return no_score(weights, "no labelled row can be held out without losing its class or group")
    mixed = np.full(answers.shape[1:], np.nan)
    for fold in range(folds.max() + 1):
        others = (folds != fold) & (folds >= 0)
        learnt = fit_weighting(answers[:, others], labels.take(others), belief)
        mixed[folds == fold] = learnt.mix(answers[:, folds == fold], labels.classes)
    known, own, base = labels.take(judged), mixed[judged], answers[0, judged]  # the prior is the first expert
    left = len(labels) - len(judged)
    rows = JudgedRows(
        truth=target.presented(known.values),
        predicted=target.value(own),
        baseline=target.value(base),
        sure=own.max(axis=1) if labels.classes else np.full(len(judged), np.nan),
        losses=losses(own, known) * target.scale,
        baseline_losses=losses(base, known) * target.scale,
        units=units[judged],
    )
    notes = (
        (f"{left} labelled rows are the only ones of their class and could not be judged",) if left else ()
    )
    return score_rows(rows, target.kind, weights, notes)


def _unread_notes(context: Table) -> tuple[str, ...]:
    return tuple(
        f"column {column.name!r} holds {column.kind.value}s, which are not read yet: left out"
        for column in context
        if column.kind not in ENCODERS
    )
