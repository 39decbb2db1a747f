"""A table with blanks, filled: which columns, one learner each, and the answers put back beside what was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from handful.answer.answer import Answers
from handful.answer.score import DAY, Score
from handful.draw.artist import Artist
from handful.draw.drawing import Drawing
from handful.draw.saving import folder_for, refuse_folder, save_pictures
from handful.encode.embed import embed
from handful.encode.words import with_words
from handful.errors import MissingError, TargetError, UserError
from handful.learner import Learner, Made, check_rate
from handful.reserved import SUFFIXES, as_given, refuse_clash
from handful.table.column import Column, Form, Kind
from handful.table.form import write_value
from handful.table.kinds import target_kind
from handful.table.table import Table
from handful.write.writer import Writer

if TYPE_CHECKING:
    from narwhals.stable.v2.typing import IntoDataFrameT
else:
    IntoDataFrameT = Any

__all__ = ["Asked", "FilledTarget", "Filling", "answer_frame", "fill", "fill_frame"]

FEW_VALUES = 20

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for beside the answers; see `fill`."""

    sure: float | None = None
    per_class: bool = False
    why: bool = False

    def __post_init__(self) -> None:
        if self.sure is not None:
            check_rate(self.sure)
        if self.per_class and self.sure is None:
            raise UserError("a rate for each class needs a rate", hint="add --sure 0.9 (in Python sure=0.9)")

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What the columns are called that are added for it."""
        return (("set",) if self.sure is not None else ()) + (("why",) if self.why else ())


NOTHING = Asked()


@dataclass(frozen=True, slots=True)
class FilledTarget:
    """One column that was filled: how many cells, how well, and by whom."""

    name: str
    kind: Kind
    given: int
    filled: int
    """Blanks that have a value now, also those of which it is unsure."""
    unsure: int
    score: Score
    answers: Answers
    learner: Learner
    notes: tuple[str, ...]
    folder: Path | None = None
    """Where the pictures lie that were drawn; None where there are none."""
    files: tuple[str | None, ...] = ()
    """What the cells say of them, None where one stays blank."""

    @property
    def doubt(self) -> str:
        """How many cells it is unsure of, in a clause: of texts and pictures these stay blank."""
        if not self.unsure:
            return ""
        is_made = isinstance(self.learner.learnt_, Made)
        return f", {self.unsure} left blank as unsure" if is_made else f", {self.unsure} of them unsure"


@dataclass(frozen=True, slots=True)
class Filling:
    """The filled frame, what was filled, and the columns with blanks that were left as they are, with the reason."""

    frame: Any
    targets: tuple[FilledTarget, ...]
    left: dict[str, str]
    notes: tuple[str, ...]


def fill(
    table: IntoDataFrameT,
    *,
    target: str | Sequence[str] | None = None,
    kinds: Mapping[str, str] | None = None,
    group: str | None = None,
    root: Path | str | None = None,
    series: Mapping[str, Sequence[str]] | None = None,
    sure: float | None = None,
    per_class: bool = False,
    why: bool = False,
    writer: str | Writer | None = None,
    artist: str | Artist | None = None,
    drawn: Path | str | None = None,
) -> IntoDataFrameT:
    """The same kind of frame with its blanks filled, and beside each filled column how sure each cell is.

    Directly after a filled column NAME stand `NAME sure` (the probability of a category, text or picture) or `NAME low`
    and `NAME high` (a 90% interval of a number or date), and `NAME status`: "given", "filled", "unsure" (the value is
    the best guess, but do not build on it; of a text or picture the cell stays blank) or "failed". Rows, columns, order
    and index stay, and the frame passed in is not changed.

    >>> import polars as pl, handful
    >>> table = pl.DataFrame({"size": [1, 2, 3, 7, 8, 9, 2, 8], "kind": ["s", "s", "s", "l", "l", "l", None, None]})
    >>> handful.fill(table)["kind"].to_list()
    ['s', 's', 's', 'l', 'l', 'l', 's', 'l']

    `target`: the columns to fill; without it every column with blanks whose kind can be filled. `kinds` overrides the
    kind of a column, `group` names a column whose rows are judged together, `root` is the folder that paths to
    pictures, sounds and series are relative to (without it the working directory), `series` names columns that
    together are one series: `{"pulse": ["t0", "t1", "t2"]}`.

    `sure=0.9` adds `NAME set`, the classes of which one is right at that rate, or makes `NAME low` and `NAME high` such
    an interval, blank where there is no end; with `per_class` this holds for the rows of each class. `why=True` adds
    `NAME why`: the columns that decided each answer, and the labelled rows, counted from 1. `writer` is a GGUF file or
    the address of a server that writes text where no program does; without it, that of `handful get writer`. `artist`
    is a folder of weights or the address of a server that draws pictures; without it, that of `handful get artist`.
    Drawn pictures are written into the folder `drawn` below `root`, by default `NAME drawn`, where no file is replaced.
    Raises UserError with a hint where the table does not allow what is asked.
    """
    names = (target,) if isinstance(target, str) else tuple(target or ())
    asked = Asked(sure, per_class, why)
    filled: IntoDataFrameT = fill_frame(
        table,
        targets=names,
        kinds=kinds,
        group=group,
        root=root,
        series=series,
        asked=asked,
        writer=writer,
        artist=artist,
        drawn=None if drawn is None else Path(drawn),
    ).frame
    return filled


def fill_frame(
    frame: Any,
    *,
    targets: Sequence[str] = (),
    kinds: Mapping[str, str] | None = None,
    group: str | None = None,
    root: Path | str | None = None,
    series: Mapping[str, Sequence[str]] | None = None,
    asked: Asked = NOTHING,
    writer: str | Writer | None = None,
    artist: str | Artist | None = None,
    drawn: Path | None = None,
    progress: Progress = lambda step, share: None,
) -> Filling:
    """What `fill` gives, with the learners, their scores and what was left out; `writer` and `artist` may be open ones.

    Pictures are written when all columns have been filled, and not before.
    """
    from handful.table.adapt import table_from_frame

    progress("reading", 0.0)
    read = table_from_frame(frame, kinds=kinds, series=series, root=None if root is None else Path(root))
    typed = as_given(frame, read, targets, kinds)
    wanted, left = _wanted(typed, targets, group)
    _refuse_folder(typed, wanted, drawn, None if root is None else Path(root))
    typed = with_words(typed, progress=progress)
    read_as_features, filled = _read_as_features(typed, wanted, group), []
    for place, name in enumerate(wanted):
        share = lambda step, part, place=place, name=name: progress(  # noqa: E731  (a name per target)
            f"{step} {name!r}", (place + part) / len(wanted)
        )
        try:
            learner = Learner(
                name, kinds=kinds, group=group, root=root, series=series, writer=writer, artist=artist
            )
            silent = _blank_with(typed, name, group)
            if not learner.fit_made(typed.without(*silent), share):
                typed = embed(typed, read_as_features, needed=True, progress=progress)
                learner.fit_blend(typed.without(*silent), share)
        except (TargetError, MissingError) as error:
            if targets:
                raise
            left[name] = (
                f"{error.message} ({error.hint})" if isinstance(error, MissingError) else error.message
            )
            continue
        filled.append(_fill_one(typed, learner, asked, share))
    filled = [_with_pictures(done, typed, drawn) for done in filled]
    for done in filled:
        frame = _put(frame, typed, done)
    return Filling(frame, tuple(filled), left, typed.notes)


def _blank_with(typed: Table, target: str, group: str | None) -> list[str]:
    """The columns that are blank wherever the target is: what they tell of the labelled rows helps no other."""
    queries = typed[target].empty
    others = [column for column in typed if column.name not in (target, group)]
    return [column.name for column in others if queries.any() and column.blank[queries].all()]


def _wanted(typed: Table, targets: Sequence[str], group: str | None) -> tuple[list[str], dict[str, str]]:
    """The columns to fill, and those with blanks that are left, with the reason."""
    if targets:
        return list(dict.fromkeys(typed[name].name for name in targets)), {}
    wanted, left = [], {}
    for column in typed:
        blanks = int(column.empty.sum())
        if not blanks or column.name == group:
            continue
        if blanks == len(column):
            left[column.name] = "no cell of it is filled"
        elif (alone := _mostly_alone(column)) and target_kind(typed, column.name)[0] is not Kind.TEXT:
            left[column.name] = f"{alone}; --target fills it all the same"
        else:
            refuse_clash(column.name, typed)
            wanted.append(column.name)
    return wanted, left


def _read_as_features(typed: Table, wanted: Sequence[str], group: str | None) -> list[str]:
    """The columns that help to fill another one: all but the group, and but the target where there is one only."""
    alone = set(wanted) if len(wanted) == 1 else set()
    return [name for name in typed.names if wanted and name not in alone and name != group]


def _mostly_alone(column: Column) -> str:
    """Why a column of words is not filled unasked: most of its cells hold a name or a code of their own."""
    if column.kind not in (Kind.CATEGORY, Kind.TEXT):
        return ""
    counts = Counter(column.values[~column.blank].tolist())
    alone = sum(count == 1 for count in counts.values())
    if len(counts) <= FEW_VALUES or alone * 2 <= len(counts):
        return ""
    return f"{alone} of its {len(counts)} different values occur once"


def _fill_one(typed: Table, learner: Learner, asked: Asked, progress: Progress) -> FilledTarget:
    empty = typed[learner.target].empty
    refuse_clash(learner.target, typed, asked.suffixes)
    sure = None if isinstance(learner.learnt_, Made) else asked.sure  # of what is made there are no sets
    answers = learner.predict(
        typed.take(empty), sure=sure, per_class=asked.per_class, why=asked.why, progress=progress
    )
    covers = () if answers.cover is None else (answers.cover.guarantee,)
    if sure != asked.sure:
        made = "drawn" if isinstance(learner.learnt_, Drawing) else "written"
        covers = (
            f"there are no sets for what is {made}: '{learner.target} sure' says how sure each cell is",
        )
    return FilledTarget(
        name=learner.target,
        kind=learner.target_kind_,
        given=int(np.sum(~empty)),
        filled=len(answers) - _count_blank(answers),
        unsure=int(np.sum(answers.status == "unsure")),
        score=learner.evaluate(),
        answers=answers,
        learner=learner,
        notes=(*covers, *(note for note in learner.notes_ if note not in typed.notes)),
    )


def _count_blank(answers: Answers) -> int:
    """How many cells stay blank: what is written or drawn is left out where it would be a guess."""
    return sum(value is None or value != value for value in answers.values.tolist())


def answer_frame(
    frame: Any,
    learner: Learner,
    *,
    asked: Asked = NOTHING,
    drawn: Path | None = None,
    progress: Progress = lambda step, share: None,
) -> Filling:
    """The frame with the learner's answers: in the blanks of its target, or in a new last column where it has none.

    Drawn pictures are written into the folder `drawn`, as by `fill`.
    """
    import narwhals.stable.v2 as nw

    from handful.table.adapt import table_from_frame
    from handful.table.members import names_with_series

    wrapped, name, kind = nw.from_native(frame, eager_only=True), learner.target, learner.target_kind_
    if name not in wrapped.columns:
        is_text = not kind.is_measured or all(dtype == nw.String for dtype in wrapped.schema.values())
        dtype = nw.String() if is_text else nw.Datetime("us") if kind is Kind.DATE else nw.Float64()
        wrapped = wrapped.with_columns(nw.lit(None, dtype=dtype).alias(name))
    learnt = learner.learnt_
    known = {**learnt.kinds, name: kind.value}
    kinds = {
        column: known[column]
        for column in names_with_series(wrapped.columns, learnt.series)
        if column in known
    }
    native = wrapped.to_native()
    forms = {column: form for column, form in learnt.forms.items() if column in kinds}
    if not kind.is_measured:  # a number or date is read, and will be written, as this table writes it
        forms[name] = learnt.target.form
    typed = table_from_frame(native, kinds=kinds, forms=forms, series=learnt.series, root=learner.root)
    typed = as_given(native, typed, (name,), kinds)
    typed = with_words(typed, learnt.kinds, progress=progress)
    _refuse_folder(typed, [name], drawn, learner.root)
    read = [] if isinstance(learnt, Made) else [column for column in learnt.kinds if column in typed]
    # one row may have a broken file; where none of many can be read, the folder is the wrong one
    typed = embed(typed, read, needed=len(typed) > 1, progress=progress)
    done = _with_pictures(_fill_one(typed, learner, asked, progress), typed, drawn)
    return Filling(_put(native, typed, done), (done,), {}, typed.notes)


def _refuse_folder(typed: Table, names: Sequence[str], folder: Path | None, root: Path | None) -> None:
    """Raises TableError, before anything is drawn, where the pictures of one of the columns could not be saved."""
    for name in names:
        if typed[name].kind is Kind.IMAGE:
            refuse_folder(folder or folder_for(name, root), root)


def _with_pictures(done: FilledTarget, typed: Table, folder: Path | None) -> FilledTarget:
    """The target with its pictures in files, which are written now."""
    if done.answers.drawn is None:
        return done
    places, root = np.flatnonzero(typed[done.name].empty).tolist(), done.learner.root
    pairs = zip(places, done.answers.values, strict=True)
    pictures = {row: picture for row, picture in pairs if picture is not None}
    folder = folder or folder_for(done.name, root)
    files = save_pictures(pictures, folder, done.name, root)
    return replace(done, folder=folder if files else None, files=tuple(map(files.get, places)))


def _put(frame: Any, typed: Table, done: FilledTarget) -> Any:
    """The frame with the answers in the blanks, in the column's own form, and what is known about them beside."""
    from handful.table.adapt import put_answers

    empty = typed[done.name].empty
    places = np.flatnonzero(empty)
    holds_text, form = _holds_text(frame, done.name), _form_in(typed, done)
    given = typed[done.name].values[~typed[done.name].blank]
    whole_days = done.kind is Kind.DATE and not (given.astype(np.float64) % DAY).any()

    def written(values: NDArray[Any]) -> list[Any]:
        if done.kind is Kind.DATE and not holds_text and whole_days:
            values = values.astype("datetime64[D]").astype("datetime64[s]")
        if not done.kind.is_measured or not holds_text:
            return list(values.tolist())
        numbers = np.where(
            np.isnan(values), np.nan, values.astype(np.float64)
        )  # NaT as a number is the year 1
        column = Column(done.name, done.kind, numbers, form=form)
        return [None if value != value else write_value(value, column) for value in numbers.tolist()]

    def over_all_rows(cells: list[Any], otherwise: str | None) -> list[Any]:
        found = dict(zip(places.tolist(), cells, strict=True))
        return [found.get(row, otherwise) for row in range(len(typed))]

    beside: dict[str, list[Any]] = {}
    for name, values in done.answers.beside().items():
        if name == f"{done.name} status":
            beside[name] = over_all_rows(values.tolist(), "given")
        elif name == f"{done.name} sure":
            beside[name] = over_all_rows(_shares(values, typed), None)
        elif values.dtype == object:
            beside[name] = over_all_rows(values.tolist(), None)
        else:
            known = ~np.isnan(values)
            ends = dict(zip(np.flatnonzero(known).tolist(), written(values[known]), strict=True))
            beside[name] = over_all_rows([ends.get(row) for row in range(len(values))], None)
    stale = {f"{done.name} {suffix}" for suffix in SUFFIXES} - set(typed.names)
    cells = written(done.answers.values) if done.answers.drawn is None else list(done.files)
    return put_answers(frame, done.name, cells, empty, beside, stale)


def _form_in(typed: Table, done: FilledTarget) -> Form:
    """How the table writes the target; where it has no cell of it, as the learner saw it written."""
    if not typed[done.name].blank.all():
        return typed[done.name].form
    comma = any(column.form.decimal == "," for column in typed)
    return replace(done.learner.learnt_.target.form, decimal="," if comma else ".")


def _shares(values: NDArray[np.float64], typed: Table) -> list[Any]:
    """Probabilities to four digits; as text with a comma where the table writes its numbers so."""
    if any(column.form.decimal == "," for column in typed):
        return [f"{value:.4f}".replace(".", ",") for value in values.tolist()]
    return list(np.round(values, 4).tolist())


def _holds_text(frame: Any, name: str) -> bool:
    """Whether the frame keeps the column as text, as a CSV file does, rather than as numbers or dates."""
    import narwhals.stable.v2 as nw

    dtype = nw.from_native(frame, eager_only=True)[name].dtype
    return not (dtype.is_numeric() or dtype.is_temporal())
