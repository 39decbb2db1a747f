"""A target that is written: by a program that the examples show, by listening, by the writer; or left blank."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.answer.answer import Answers, Why, answers_written
from handful.answer.score import JudgedTexts, Score, score_texts
from handful.errors import MissingError, TargetError, UserError
from handful.experts.folds import units_of
from handful.speech.whisper import missing
from handful.table.column import Column, Form, Kind, texts
from handful.table.kinds import as_kind, measured_in, target_kind
from handful.table.table import Table
from handful.target import FittedTarget, fit_target
from handful.write.dictation import Dictation, find_dictation
from handful.write.fit import WriterFit, learn_writing
from handful.write.program import Programs
from handful.write.prompt import in_order
from handful.write.row import READABLE, Row, cells_of, rows_of
from handful.write.search import find_programs
from handful.write.similar import most_similar
from handful.write.writer import Writer

__all__ = ["Writing", "learn_to_write"]

Progress = Callable[[float], None]
Open = Callable[[], Writer]
Author = Programs | Dictation | WriterFit

FOLDS = 8
"""In so many parts the labelled rows are held out to judge a program."""
RELIABLE = 0.6
"""Of the rows held out, what a program must have right: one that changes with every example is none."""
LIKELY = 0.5
"""A cell of which a program is less sure stays blank."""
SENTENCE = 3
"""Words on average from which on a cell is a sentence rather than a name."""
FEWEST = 4
"""Labelled rows that writing needs: two would be explained by anything."""
MOST = 2_000
"""Labelled rows that are looked at, of more a sample by content: 20,000 took 140 s, of which 2,000 say the same."""


@dataclass(frozen=True, slots=True)
class Writing:
    """All that was learnt of a target that is written: frozen data, saved and loaded as it stands."""

    target: FittedTarget
    by: Author
    kinds: dict[str, str]
    """The columns that it is written from, and their kinds."""
    forms: dict[str, Form]
    labelled: int
    score: Score
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    group: str | None
    series: dict[str, tuple[str, ...]]

    def answers(
        self, table: Table, open_writer: Open, *, why: bool = False, progress: Progress = lambda share: None
    ) -> Answers:
        """One answer for every row of a table that has the columns; the writer is opened where it is needed."""
        shown = np.zeros((len(table), 0), dtype=np.intp)
        match self.by:
            case Programs():
                written, sure = self.by.answers(rows_of(table, list(self.kinds)))
                unsure = sure < LIKELY
            case Dictation():
                written, sure, unsure = self.by.answers(table[self.by.sound])
            case WriterFit():
                rows = rows_of(table, list(self.kinds))
                writer = self._same(self.by, open_writer())
                written, sure, unsure, shown = self.by.answer(rows, writer, progress)
        best = self._read([text or "" for text in written])
        unread = np.isnan(best) if self.target.kind.is_measured else np.zeros(len(best), np.bool_)
        doubts = [self._doubt(*each) for each in zip(written, unsure.tolist(), unread.tolist(), strict=True)]
        answers = answers_written(self.target.name, self.target.kind, best, sure, texts(doubts))
        if not why:
            return answers
        columns = self.by.best.columns if isinstance(self.by, Programs) else tuple(self.kinds)
        pulls, shares = np.ones(shown.shape) / max(1, shown.shape[1]), np.ones((len(table), len(columns)))
        return replace(answers, why=Why(shown, pulls, columns, shares))

    def _same(self, by: WriterFit, writer: Writer) -> Writer:
        """The writer, if it is the one that was learnt with: of another nobody knows when it can be believed."""
        if writer.identity == by.identity:
            return writer
        raise UserError(
            f"{self.target.name!r} was learnt with the writer {by.writer}, and this one is {writer.name}: "
            f"{writer.identity} is not {by.identity}",
            hint="name the same one with --writer, or fit again with this one",
        )

    def _doubt(self, text: str | None, unsure: bool, unread: bool) -> str:
        """Why the cell stays blank; "" where it does not."""
        if text is None:
            return {
                Programs: "the program finds nothing to work on",
                Dictation: "nothing is said",
                WriterFit: "the writer had nothing to say",
            }[type(self.by)]
        if unread:
            return f"{text!r} is no {self.target.kind}"
        return f"{text!r} would be a guess" if unsure else ""

    def _read(self, written: list[str]) -> NDArray[Any]:
        """What was written as values of the target's kind; a number or date that cannot be read is NaN."""
        if not self.target.kind.is_measured:
            return texts(written)
        return measured_in(written, self.target.kind, self.target.form)


def learn_to_write(
    typed: Table,
    target: str,
    *,
    group: str | None,
    open_writer: Open,
    progress: Progress = lambda share: None,
) -> Writing | None:
    """What writes the blanks of the target; None where it is rather chosen, or measured, than written.

    The cheapest that is right: a program, else what is said in a sound, else the writer. Raises TargetError where the
    target is text and too few cells are filled, or nothing stands beside it to write from; MissingError where only the
    writer could write it, and is not installed.
    """
    kind, why = target_kind(typed, target)
    if kind not in READABLE or (typed[target].given and kind is not Kind.TEXT):
        return None
    # a class that a program writes is no class: another row may be given one that no labelled row has
    column = as_kind(typed[target], kind if kind.is_measured else Kind.TEXT)
    filled = np.flatnonzero(~column.blank)
    given = column.take(filled)
    names = [
        c.name
        for c in typed.take(filled)
        if c.kind in READABLE and c.name not in (target, group) and not c.blank.all()
    ]
    filled = _sample(typed, column, names, filled)
    context, column = typed.take(filled), column.take(filled)
    rows, outputs = rows_of(context, names), [cell or "" for cell in cells_of(column)]
    beside = Table(tuple(context[name] for name in names), len(context))
    units = units_of(beside, context[group] if group else None)[0].tolist()
    judged: tuple[int, ...] = tuple(range(len(rows)))
    if len(rows) >= FEWEST and (program := _program(rows, outputs, kind, beside, units)):
        by: Author = program[0]
        said, used, how = program[1], program[0].columns, "the program had"
    elif len(set(outputs)) == len(outputs) and (dictation := find_dictation(context, column)):
        by, said = dictation
        used, how = (by.sound,), "listening had"
    elif kind is not Kind.TEXT:
        _refuse_unheard(context, target, outputs)
        return None
    else:
        _refuse(context, target, why, names)
        names = sorted(names)  # the order of the columns is in what the writer reads
        rows = rows_of(context, names)
        try:
            writer = open_writer()
        except MissingError as error:
            lacking = f"column {target!r} holds text ({why}) that no program writes, and {error.message}"
            raise MissingError(lacking, hint=error.hint) from error
        by = learn_writing(rows, outputs, writer, progress, units=units)
        judged, said, used, how = by.judged, list(by.held_out), tuple(names), "the writer had"
        by = replace(by, examples=tuple(replace(kept, row=int(filled[kept.row])) for kept in by.examples))
    return Writing(
        target=fit_target(given, {}),
        by=by,
        kinds={name: typed[name].kind.value for name in used},
        forms={name: typed[name].form for name in used},
        labelled=len(given),
        score=_score(rows, outputs, judged, said, how),
        notes=(*typed.notes, f"{target!r} is written {_by_whom(by)}"),
        left_out=tuple(name for name in typed.names if name not in (*used, target, group)),
        group=group,
        series={},
    )


def _sample(typed: Table, column: Column, names: Sequence[str], filled: NDArray[np.intp]) -> NDArray[np.intp]:
    """The places of the rows that are learnt from: all of them up to `MOST`."""
    if len(filled) <= MOST:
        return filled
    rows, outputs = rows_of(typed.take(filled), names), cells_of(column.take(filled))
    order = in_order([(row, text or "") for row, text in zip(rows, outputs, strict=True)])
    return np.asarray(filled[np.sort(order[:MOST])], dtype=np.intp)


def _program(
    rows: Sequence[Row], outputs: Sequence[str], kind: Kind, beside: Table, units: Sequence[int]
) -> tuple[Programs, list[str | None]] | None:
    """The programs that explain the examples, with what they write of rows held out; None where none is reliable.

    What is no text is chosen or measured, not written, unless it stands in a column of words or in a date.
    """
    if kind is not Kind.TEXT and all(column.kind is Kind.NUMBER for column in beside):
        return None
    programs = find_programs(rows, outputs)
    if programs is None or (kind is not Kind.TEXT and (programs.best.looks_up or programs.best.copies)):
        return None
    said = _held_out(rows, outputs, units)
    right = np.mean([a == b for a, b in zip(said, outputs, strict=True)])
    return (programs, said) if right >= RELIABLE else None


def _held_out(rows: Sequence[Row], outputs: Sequence[str], units: Sequence[int]) -> list[str | None]:
    """What programs found in the other rows write of each row; rows of one unit are held out together."""
    written: list[str | None] = [None] * len(rows)
    ordered = in_order(list(zip(rows, outputs, strict=True)))  # by content: where a row stands says nothing
    place = {unit: place for place, unit in enumerate(dict.fromkeys(units[row] for row in ordered))}
    for fold in range(min(FOLDS, len(place))):
        own = [row for row in ordered if place[units[row]] % FOLDS == fold]
        others = [row for row in ordered if place[units[row]] % FOLDS != fold]
        programs = find_programs([rows[row] for row in others], [outputs[row] for row in others])
        if programs is not None:
            answers, sure = programs.answers([rows[row] for row in own])
            for row, text, likely in zip(own, answers, sure >= LIKELY, strict=True):
                written[row] = text if likely else None
    return written


def _score(
    rows: Sequence[Row],
    outputs: Sequence[str],
    judged: Sequence[int],
    said: Sequence[str | None],
    how: str,
) -> Score:
    """The score of what was said of the judged rows, beside what two simple rules take from the other rows."""
    ordered = in_order(
        list(zip(rows, outputs, strict=True))
    )  # of equally near rows always the same one is taken
    near = most_similar([rows[row] for row in ordered])
    nearest = {row: ordered[other] for row, other in zip(ordered, near.tolist(), strict=True)}
    counts = Counter(outputs)

    def commonest(own: str) -> str:
        return max(counts, key=lambda text: (counts[text] - (text == own), text))

    truth = [outputs[row] for row in judged]
    copied = [outputs[nearest[row]] for row in judged]
    return score_texts(JudgedTexts(truth, said, copied, [commonest(text) for text in truth]), how)


def _by_whom(by: Author) -> str:
    match by:
        case Programs():
            fits = f", which fits all but {by.exceptions} of the examples" if by.exceptions else ""
            return f"by a program: {by.best.text()}{fits}"
        case Dictation():
            heard = f"{by.heard:.0%} of the words given were heard there, all of them in {by.right:.0%} of the rows"
            return f"by listening to {by.sound!r}: {heard}"
        case WriterFit():
            return f"by {by.writer}, a language model, after {len(by.examples)} examples"


def _refuse(context: Table, target: str, why: str, names: Sequence[str]) -> None:
    """Raises TargetError where there is too little to write from."""
    if len(context) < FEWEST:
        raise TargetError(
            f"column {target!r} is filled in {len(context)} rows; writing needs {FEWEST}",
            hint=f"fill in {target!r} in {FEWEST - len(context)} more",
        )
    if not names:
        sounds = any(column.kind is Kind.SOUND for column in context)
        raise TargetError(
            f"column {target!r} holds text ({why}), and no column beside it says what to write",
            hint=f"if it is what is said in the sounds: {missing()}"
            if sounds and missing()
            else "add a column of words, numbers or dates; if its values are classes: --kind NAME=category",
        )


def _refuse_unheard(context: Table, target: str, outputs: Sequence[str]) -> None:
    """Raises MissingError where sentences of which none comes twice stand beside sounds that cannot be heard here.

    They are what is said there: as classes, each row would be given another row's sentence.
    """
    lacking = missing() if any(column.kind is Kind.SOUND for column in context) else ""
    words = np.mean([len(text.split()) for text in outputs]) if outputs else 0.0
    if lacking and words >= SENTENCE and len(set(outputs)) == len(outputs):
        raise MissingError(
            f"the cells of {target!r} read like what is said in the sounds, and nothing here can listen",
            hint=f"{lacking}; if they are classes: --kind {shlex.quote(f'{target}=category')}",
        )
