"""The main path: a table with a partly filled target in, a learner that answers the blanks out."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.answer.answer import Answers, Cover, Why, answers_from, joined, presented
from handful.answer.score import Score
from handful.distribution import mean
from handful.draw.artist import Artist
from handful.draw.drawing import Drawing, learn_to_draw
from handful.encode.embed import embed
from handful.encode.features import TableEncoder, fit_encoder, says_something
from handful.encode.names import name_vectors
from handful.encode.words import with_words
from handful.errors import ColumnError, HandfulError, TargetError, UserError
from handful.experts.blend import Blend
from handful.experts.examples import Examples
from handful.experts.expert import Expert
from handful.experts.experts import experts_for
from handful.experts.folds import units_of
from handful.experts.names import ClassNames
from handful.features import Features
from handful.learning import learn, one_thread
from handful.reserved import as_given
from handful.table.canonical import canonical_order
from handful.table.column import Column, Form, Kind
from handful.table.inspect import inspect_table
from handful.table.table import Table
from handful.target import FittedTarget, context_of, fit_target
from handful.trust.coverage import Coverage, fit_coverage
from handful.trust.curve import Curve, fit_curve
from handful.trust.doubts import find_doubts
from handful.trust.next import worth_labelling
from handful.trust.novelty import Novelty, fit_novelty
from handful.trust.reasons import column_shares, rows_that_decided
from handful.write.open import shared_writer
from handful.write.writer import Writer
from handful.write.writing import Writing, learn_to_write

__all__ = ["Doubt", "Learner", "Made", "State", "check_rate"]

Progress = Callable[[str, float], None]
Made = Writing | Drawing
"""What was learnt of a target that is made, cell by cell, rather than chosen or measured."""

UNLIKE = "unlike the labelled rows (of rows like them 1 in 20 would look so)"
AT_ONCE = 2_000
"""Rows that are answered at once: with a column of texts some 100 MB."""
EXPLAINED_AT_ONCE = 200
"""Rows whose reasons are sought at once: each has a number for every labelled row."""


@dataclass(frozen=True, slots=True)
class State:
    """All that a fitted learner is: frozen data, saved and loaded as it stands."""

    target: FittedTarget
    encoder: TableEncoder
    blend: Blend
    examples: Examples
    labelled: int
    """Rows that it was learnt from; `examples` may be some of them."""
    novelty: Novelty
    score: Score
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    """Columns that played no part."""
    group: str | None
    series: dict[str, tuple[str, ...]]
    """Columns that together are one series, by its name."""

    @property
    def kinds(self) -> dict[str, str]:
        """The columns that it was learnt from, and their kinds."""
        return self.encoder.kinds

    @property
    def forms(self) -> dict[str, Form]:
        return self.encoder.forms


@dataclass(frozen=True, slots=True)
class Doubt:
    """A labelled row whose label looks wrong."""

    row: int
    """Its place in the table that was learnt from."""
    label: Any
    better: Any
    """What would fit better: the likeliest other class, or the value expected."""
    wrong: float
    """How likely the label is to be wrong."""


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
    series, `{"pulse": ["t0", "t1", "t2"]}`. `writer` writes text where no program does: without it the one of
    `handful get writer`, else the path of a GGUF file or the address of a server; `artist` draws pictures: without it
    the one of `handful get artist`, else a folder of weights or the address of a server. Raises `UserError` with a hint
    where the table does not allow what is asked.
    """

    def __init__(
        self,
        target: str,
        *,
        kinds: Mapping[str, str] | None = None,
        group: str | None = None,
        root: Path | str | None = None,
        series: Mapping[str, Sequence[str]] | None = None,
        writer: str | Writer | None = None,
        artist: str | Artist | None = None,
    ) -> None:
        self.target = target
        self.kinds = dict(kinds or {})
        self.group = group
        self.root = None if root is None else Path(root)
        self.series = {name: tuple(members) for name, members in (series or {}).items()}
        self.writer = writer
        self.artist = artist
        self._state: State | Made | None = None
        self._covering: Coverage | None = None

    @property
    def learnt_(self) -> State | Made:
        """All that was learnt. Raises HandfulError before `fit`."""
        if self._state is None:
            raise HandfulError(f"the learner of {self.target!r} is not fitted", hint="call fit(table) first")
        return self._state

    @property
    def state_(self) -> State:
        """All that was learnt of a target that is chosen or measured. Raises TargetError where it is made."""
        learnt = self.learnt_
        if isinstance(learnt, Made):
            made = "drawn" if isinstance(learnt, Drawing) else "written"
            raise TargetError(
                f"{self.target!r} is {made}, not chosen among classes or measured: there is no such thing for it",
                hint="evaluate, fill and predict take it; if its values are classes: --kind "
                + shlex.quote(f"{self.target}=category"),
            )
        return learnt

    def fit(self, table: Any, *, progress: Progress = lambda step, share: None) -> Learner:
        """Learn from the rows in which the target is filled; the others are not looked at."""
        progress("reading", 0.0)
        typed = with_words(self._typed(table), progress=progress)
        if not self.fit_made(typed, progress):
            self.fit_blend(typed, progress)
        return self

    def fit_made(self, typed: Table, progress: Progress = lambda step, share: None) -> bool:
        """Learn to draw or write the target; False where it is rather chosen or measured, which is for `fit_blend`."""
        share = lambda part: progress("learning to draw", part)  # noqa: E731
        made: Made | None = learn_to_draw(
            typed, self.target, group=self.group, open_artist=self._open_artist, progress=share
        )
        if made is None:
            share = lambda part: progress("learning to write", part)  # noqa: E731
            made = learn_to_write(
                typed, self.target, group=self.group, open_writer=self._open_writer, progress=share
            )
        self._state, self._covering = made, None
        return made is not None

    def fit_blend(self, typed: Table, progress: Progress = lambda step, share: None) -> None:
        """Learn a target that is chosen or measured: a blend of experts on the features of all columns."""
        context, rows, notes = context_of(typed, self.target)
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
        learnt = learn(
            experts, features, labels, rows[order.rows], target, lambda share: progress("learning", share)
        )
        with one_thread():
            novelty = fit_novelty(learnt.examples, learnt.blend, learnt.answers)
        kept = {*used.names, self.group}
        left_out = tuple(name for name in context.names if name not in kept)
        odd = inspect_table(context, self.target).warnings
        notes = (*notes, *seen.notes[len(context.notes) :], *unit_note, *odd)
        self._state = State(
            target=target,
            encoder=encoder,
            blend=learnt.blend,
            examples=learnt.examples.some(),
            labelled=len(labels),
            novelty=novelty,
            score=learnt.score,
            notes=notes,
            left_out=left_out,
            group=self.group,
            series=self.series,
        )
        progress("learning", 1.0)

    def predict(
        self,
        table: Any,
        *,
        sure: float | None = None,
        per_class: bool = False,
        why: bool = False,
        progress: Progress = lambda step, share: None,
    ) -> Answers:
        """One answer for every row of the table, whatever its target cell holds; a row's answer depends on it alone.

        Columns are found by name; others are ignored. `sure=0.9` adds a set of classes, or an interval, that holds the
        truth at that rate (`Answers.cover`, with the guarantee in words); with `per_class` it does so for the rows of
        each class. `why` adds the labelled rows and the columns that decided each answer (`Answers.why`). Both cost a
        multiple of the answers themselves. Raises ColumnError where a column is missing, UserError for a rate that is
        not between 0 and 1, TargetError for a rate where the target is written or drawn.
        """
        if isinstance(self._state, Made) and sure is None:
            return self._made(self._state, self._known(table), why, progress)
        coverage = None if sure is None else self._coverage(sure, progress)
        parts = []
        with one_thread():
            for rows, features in self._blocks(table, progress, EXPLAINED_AT_ONCE if why else AT_ONCE):
                answers = self._answers(rows, features)
                if coverage is not None and sure is not None:
                    answers = replace(
                        answers, cover=self._cover(coverage, features, answers, sure, per_class)
                    )
                parts.append(replace(answers, why=self._why(features)) if why else answers)
        return joined(parts)

    def _made(self, learnt: Made, rows: Table, why: bool, progress: Progress) -> Answers:
        """The answers of a target that is written or drawn."""
        if isinstance(learnt, Drawing):
            share = lambda part: progress("drawing", part)  # noqa: E731
            return learnt.answers(rows, self._open_artist, why=why, progress=share)
        share = lambda part: progress("writing", part)  # noqa: E731
        return learnt.answers(rows, self._open_writer, why=why, progress=share)

    def _answers(self, rows: Table, features: Features) -> Answers:
        """The answers, each with what makes it doubtful."""
        target, state = self.state_.target, self.state_
        each = state.blend.predict_each(features)
        said = state.blend.weighting.mix(each, state.blend.classes)
        blank = np.array([rows[name].blank for name in features.column], dtype=np.bool_)
        blank = blank.reshape(len(features.column), len(features)).T
        p_values = state.novelty.p_values(state.blend, features, each, blank)
        doubts = np.where(state.novelty.flagged(p_values), UNLIKE, "").astype(object)
        doubts[np.isnan(features.values).all(axis=1)] = "nothing in the row is known from the context"
        if not state.score.better:
            doubts[:] = "no column was found to tell anything about the target"
        raw = target.distribution(said)
        return answers_from(raw, target=target.name, kind=target.kind, classes=target.classes, doubts=doubts)

    def _coverage(self, sure: float, progress: Progress) -> Coverage:
        """What sets and intervals are made with: fitted when first asked for, and kept."""
        check_rate(sure)
        if self._covering is None:
            share = lambda part: progress("learning how sure", part)  # noqa: E731
            self._covering = fit_coverage(self._experts(), self.state_.examples, share)
        return self._covering

    def _cover(
        self, coverage: Coverage, features: Features, answers: Answers, sure: float, per_class: bool
    ) -> Cover:
        """Sets or intervals; the value is always in its own, which can only make them hold the truth more often."""
        target, text = self.state_.target, coverage.guarantee(sure, per_class=per_class).text
        nothing = np.zeros(0)
        if target.classes:
            sets = coverage.sets(features, sure, per_class=per_class)
            sets[np.arange(len(sets)), answers.distribution.values.argmax(axis=1)] = True
            return Cover(sure, sets, nothing, nothing, text)
        low, high = (target.center + target.scale * end for end in coverage.intervals(features, sure))
        value = mean(answers.distribution.values)
        no_sets = np.zeros((len(features), 0), dtype=np.bool_)
        return Cover(sure, no_sets, np.minimum(low, value), np.maximum(high, value), text)

    def _why(self, features: Features) -> Why:
        state = self.state_
        places, pulls = rows_that_decided(state.blend, features, state.examples)
        shares = column_shares(state.blend, features, state.examples)
        moved = shares.moved if state.target.classes else shares.moved * state.target.scale
        return Why(state.examples.rows[places], pulls, shares.columns, moved)

    def _experts(self) -> tuple[Expert, ...]:
        """The experts that suit what was learnt from."""
        state = self.state_
        features = state.examples.features
        return experts_for(features, state.examples.labels, _names(state.target, state.encoder, features))

    def predict_experts(self, table: Any) -> dict[str, NDArray[np.float64]]:
        """The distribution of each expert alone, before blending, in the form of `Answers.distribution.values`."""
        with one_thread():
            parts = [self.state_.blend.predict_each(features) for features in self._features(table)]
        each = np.concatenate(parts, axis=1)
        return {
            name: self.state_.target.distribution(raw)
            for name, raw in zip(self.state_.blend.names, each, strict=True)
        }

    def evaluate(self) -> Score:
        """How good the answers are on rows that were held out while learning."""
        return self.learnt_.score

    def curve(self, *, progress: Progress = lambda step, share: None) -> Curve | None:
        """What more labelled rows would bring, from learners of fewer; None where no row can be held out."""
        share = lambda part: progress("learning from fewer rows", part)  # noqa: E731
        return fit_curve(self._experts(), self.state_.examples, share, rows=self.state_.labelled)

    def doubts(self) -> tuple[Doubt, ...]:
        """Labelled rows whose label looks wrong, the most doubtful first; none of them was seen by who doubts it."""
        found, target = find_doubts(self.state_.examples), self.state_.target
        labels, better = (target.presented(each) for each in (found.labels, found.better))
        if target.kind.is_measured:
            labels, better = presented(labels, target.kind), presented(better, target.kind)
        return tuple(
            Doubt(*each)
            for each in zip(
                found.rows.tolist(), labels.tolist(), better.tolist(), found.wrong.tolist(), strict=True
            )
        )

    def next(
        self, table: Any, count: int = 10, *, progress: Progress = lambda step, share: None
    ) -> NDArray[np.intp]:
        """The places of the rows to label next, those first from which most is to be learnt.

        Where the table has the target, the rows in which it is filled do not count.
        """
        from handful.table.adapt import names_of

        known = self._known(table)
        names = table.names if isinstance(table, Table) else names_of(table)
        blank = np.arange(len(known))
        if self.target in names:
            alone = Learner(self.target, kinds=self.kinds, root=self.root, series=self.series)
            blank = np.flatnonzero(alone._typed(table)[self.target].empty)
        if not len(blank):
            return blank
        with one_thread():
            parts = list(self._features(known.take(blank), progress))
            features = replace(parts[0], values=np.concatenate([part.values for part in parts]))
            whole = self.state_.blend.panel.projection.whole
            examples = replace(self.state_.examples, features=whole(self.state_.examples.features))
            said = self.state_.blend.predict(features)
            return blank[worth_labelling(said, whole(features), examples, count)]

    def report(
        self, path: Path | str, table: Any = None, *, progress: Progress = lambda step, share: None
    ) -> Path:
        """Write one HTML file that says how good the answers are, how sure, by what, and what to do next.

        With the table that was learnt from, labels that look wrong come with their rows.
        """
        from handful.report.report import report_html
        from handful.table.write import write_aside

        write_aside(Path(path), report_html(self, table, progress=progress).encode())
        return Path(path)

    def save(self, path: Path | str) -> Path:
        """Write a `.handful` file; it holds what was learnt, which may include rows of the context."""
        from handful.persist import write_state

        return write_state(Path(path), self.learnt_)

    @staticmethod
    def load(
        path: Path | str,
        *,
        root: Path | str | None = None,
        writer: str | None = None,
        artist: str | None = None,
    ) -> Learner:
        """A learner from a `.handful` file; raises ModelFileError where it is not one.

        `root` is the folder that paths to files are relative to in the tables that it is asked about. `writer` and
        `artist` are needed where the learner of a text or picture had another one than that of `handful get`.
        """
        from handful.persist import read_state

        learnt: State | Made = read_state(Path(path), (State, Writing, Drawing))
        learner = Learner(
            learnt.target.name,
            kinds=learnt.kinds,
            group=learnt.group,
            root=root,
            series=learnt.series,
            writer=writer,
            artist=artist,
        )
        learner._state = learnt
        return learner

    @property
    def target_kind_(self) -> Kind:
        return self.learnt_.target.kind

    @property
    def classes_(self) -> tuple[str, ...]:
        """The classes, in the order of the distribution's columns; empty for a number or a date."""
        return self.learnt_.target.classes

    @property
    def notes_(self) -> tuple[str, ...]:
        """What was guessed and left out, one sentence each."""
        return self.learnt_.notes

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
        """The features of some rows after another."""
        return (features for _, features in self._blocks(table, progress, AT_ONCE))

    def _blocks(self, table: Any, progress: Progress, at_once: int) -> Iterator[tuple[Table, Features]]:
        """Some rows after another and their features, so that memory does not grow with their number."""
        known = self._known(table)
        for start in range(0, max(1, len(known)), at_once):
            rows = np.arange(start, min(start + at_once, len(known)))
            block = embed(known.take(rows), progress=progress)
            yield block, self.state_.encoder.encode(block)

    def _known(self, table: Any) -> Table:
        """The columns that were learnt from, of the kinds that they had then."""
        from handful.table.adapt import names_of, table_from_frame
        from handful.table.kinds import as_kind
        from handful.table.members import names_with_series

        learnt, series = self.learnt_, self.learnt_.series
        if not isinstance(table, Table):
            there = set(names_with_series(names_of(table), series))
            kinds = {name: kind for name, kind in learnt.kinds.items() if name in there}
            forms = {name: form for name, form in learnt.forms.items() if name in there}
            table = table_from_frame(table, kinds=kinds, forms=forms, series=series, root=self.root)
        table = with_words(table, learnt.kinds)
        if missing := [name for name in learnt.kinds if name not in table]:
            listed = ", ".join(repr(name) for name in missing[:5]) + (", ..." if len(missing) > 5 else "")
            count = "a column" if len(missing) == 1 else f"{len(missing)} columns"
            raise ColumnError(
                f"the table lacks {count} that {self.target!r} was learnt from: {listed}",
                hint="add what is missing; a column may be blank, and the order does not matter",
            )
        return Table(tuple(as_kind(table[name], kind) for name, kind in learnt.kinds.items()), len(table))

    def _open_writer(self) -> Writer:
        if self.writer is None or isinstance(self.writer, str):
            return shared_writer(self.writer)
        return self.writer

    def _open_artist(self) -> Artist:
        if self.artist is None or isinstance(self.artist, str):
            from handful.draw.open import shared_artist

            return shared_artist(self.artist)
        return self.artist


def check_rate(sure: float) -> None:
    """Raises UserError for a rate of being right that is none."""
    if not 0 < sure < 1:
        raise UserError(f"{sure:g} is no rate at which to be right", hint="between 0 and 1, such as 0.9")


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
