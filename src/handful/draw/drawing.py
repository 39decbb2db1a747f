"""A target that is drawn: from the words of each row, in the style of the pictures that the column holds already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from handful.answer.answer import Answers, Why, answers_drawn
from handful.answer.score import Score
from handful.draw.artist import Artist, Drawn, Example, Pixels
from handful.draw.caption import captions, style_among, worded
from handful.draw.held_out import judge
from handful.draw.known import Known, draw_rows
from handful.draw.pictures import as_image, read_example
from handful.draw.references import content
from handful.errors import CellError, MissingError, TargetError, UserError
from handful.table.canonical import row_identity
from handful.table.column import Column, Form, Kind, texts
from handful.table.kinds import as_kind, target_kind
from handful.table.table import Table
from handful.target import FittedTarget, fit_target

__all__ = ["Drawing", "learn_to_draw"]

Progress = Callable[[float], None]
Open = Callable[[], Artist]

MOST = 500
"""Pictures that are learnt from, 16 KB each; of more, a sample by content."""
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that was learnt of a target that is drawn: frozen data, saved and loaded as it stands."""

    target: FittedTarget
    artist: str
    identity: str
    """Which weights it was judged with."""
    columns: tuple[str, ...]
    """Those whose cells are the words."""
    style: str
    """The column that says after which pictures a row is drawn; "" where it is after all."""
    kinds: dict[str, str]
    """The columns that it is drawn from, and their kinds."""
    forms: dict[str, Form]
    pictures: NDArray[np.uint8]
    """(example, y, x, 4) in an order that depends on what they show"""
    words: NDArray[np.object_]
    """(example,)"""
    styles: NDArray[np.object_]
    """(example,) "" where there is no column of styles"""
    rows: NDArray[np.intp]
    """(example,) its place in the table that was learnt from"""
    labelled: int
    """Rows with a picture that can be read; the examples may be some of them."""
    score: Score
    notes: tuple[str, ...]
    left_out: tuple[str, ...]
    group: str | None
    series: dict[str, tuple[str, ...]]

    def answers(
        self,
        table: Table,
        open_artist: Open,
        *,
        why: bool = False,
        progress: Progress = lambda share: None,
    ) -> Answers:
        """One picture for every row of a table that has the columns; the artist is opened for it."""
        words, styles = captions(table, self.columns), _styles(table, self.style)
        drawn = draw_rows(self._same(open_artist()), self._known(), words, styles, progress)
        drawn = [self._in_rows(each) for each in drawn]
        answers = answers_drawn(self.target.name, drawn, [as_image(each.picture) for each in drawn])
        return replace(answers, why=self._why(drawn)) if why else answers

    def _known(self) -> Known:
        pairs = zip(self.words.tolist(), self.pictures, strict=True)
        return Known(tuple(Example(*pair) for pair in pairs), tuple(self.styles.tolist()))

    def _same(self, artist: Artist) -> Artist:
        """The artist, if it is the one that was learnt with: of another nobody knows how well it draws this."""
        if artist.identity == self.identity:
            return artist
        raise UserError(
            f"{self.target.name!r} was learnt with the artist {self.artist}, and this one is {artist.name}: "
            f"{artist.identity} is not {self.identity}",
            hint="name the same one with --artist, or fit again with this one",
        )

    def _in_rows(self, drawn: Drawn) -> Drawn:
        """With the places of guides and references in the table that was learnt from."""
        guides, references = (
            tuple(self.rows[list(each)].tolist()) for each in (drawn.guides, drawn.references)
        )
        return replace(drawn, guides=guides, references=references)

    def _why(self, drawn: Sequence[Drawn]) -> Why:
        """The rows after which each was drawn, guides first, all alike in weight; a row that has fewer is padded."""
        shown = [list(dict.fromkeys((*each.guides, *each.references))) for each in drawn]
        width = max(map(len, shown), default=0)
        rows, pulls = np.zeros((len(shown), width), dtype=np.intp), np.zeros((len(shown), width))
        for place, each in enumerate(shown):
            rows[place, : len(each)] = each
            pulls[place, : len(each)] = 1 / max(1, len(each))
        return Why(rows, pulls, tuple(self.kinds), np.ones((len(shown), len(self.kinds))))


def learn_to_draw(
    typed: Table,
    target: str,
    *,
    group: str | None,
    open_artist: Open,
    progress: Progress = lambda share: None,
) -> Drawing | None:
    """What draws the blanks of the target; None where it holds no pictures.

    Raises TargetError where no picture can be read, or no words stand beside them; MissingError where no artist is
    installed.
    """
    if target_kind(typed, target)[0] is not Kind.IMAGE:
        return None
    column = as_kind(typed[target], Kind.IMAGE)
    filled = np.flatnonzero(~column.blank)
    given, context = column.take(filled), typed.take(filled)
    columns = worded(typed, [name for name in typed.names if name not in (target, group)])
    _refuse(typed, target, len(filled), columns)
    style = style_among(context, columns)
    columns = tuple(name for name in columns if name != style)
    artist = _opened(open_artist, target)
    examples, places, wrong = _examples(given, captions(context, columns))
    if not examples:
        raise TargetError(
            f"none of the {len(given)} pictures in {target!r} can be used as an example: {_listed(wrong)}",
            hint="paths are relative to the table's folder (in Python to root=)",
        )
    styles = [_styles(context, style)[place] for place in places]
    known = Known(tuple(examples), tuple(styles))
    groups = row_identity(Table((context[group],), len(context)))[places] if group else None
    used = (*columns, *filter(None, [style]))
    return Drawing(
        target=fit_target(given, {}),
        artist=artist.name,
        identity=artist.identity,
        columns=columns,
        style=style,
        kinds={name: typed[name].kind.value for name in used},
        forms={name: typed[name].form for name in used},
        pictures=np.stack([each.picture for each in examples]),
        words=texts(each.words for each in examples),
        styles=texts(styles),
        rows=filled[places],
        labelled=len(given) - len(wrong),
        score=judge(artist, known, groups, progress),
        notes=(*typed.notes, *_notes(target, artist, columns, style, len(known), wrong)),
        left_out=tuple(name for name in typed.names if name not in (*used, target, group)),
        group=group,
        series={},
    )


def _examples(given: Column, words: Sequence[str]) -> tuple[list[Example], list[int], list[tuple[str, str]]]:
    """Examples in the order of their content, their places, and the cells that give none, each with the reason.

    Of many, those are read that come first by a hash of words and cell, until there are enough.
    """
    found: list[tuple[Example, int]] = []
    wrong: list[tuple[str, str]] = []
    nothing = np.zeros((0, 0, 4), dtype=np.uint8)
    cells = [
        content(Example(f"{text}\0{cell}", nothing)) for text, cell in zip(words, given.values, strict=True)
    ]
    for place in sorted(range(len(cells)), key=cells.__getitem__):
        if len(found) == MOST:
            break
        try:
            found.append((Example(words[place], _picture(given, place, words)), place))
        except CellError as error:
            wrong.append((given.values[place], error.message))
    found.sort(key=lambda each: content(each[0]))
    return [example for example, _ in found], [place for _, place in found], wrong


def _picture(given: Column, place: int, words: Sequence[str]) -> Pixels:
    """The picture of a row. Raises CellError where it is no example."""
    if not words[place]:
        raise CellError("no words beside it")
    return read_example(given, given.values[place])


def _styles(table: Table, style: str) -> list[str]:
    """(row,) the style that each row asks for; "" where it says nothing."""
    return [cell or "" for cell in table[style].values] if style else [""] * len(table)


def _opened(open_artist: Open, target: str) -> Artist:
    try:
        return open_artist()
    except MissingError as error:
        raise MissingError(
            f"column {target!r} holds pictures, and {error.message}", hint=error.hint
        ) from error


def _refuse(typed: Table, target: str, filled: int, columns: Sequence[str]) -> None:
    """Raises TargetError where there is nothing to draw after, or from."""
    if not filled:
        raise TargetError(
            f"column {target!r} is filled in 0 of {len(typed)} rows; drawing needs 1 picture, for its style",
            hint="put one picture in; `handful draw` draws without any",
        )
    if not columns:
        raise TargetError(
            f"there are no words to draw from beside {target!r}",
            hint="add a column that says what each picture shows",
        )


def _notes(
    target: str,
    artist: Artist,
    columns: Sequence[str],
    style: str,
    examples: int,
    wrong: Sequence[tuple[str, str]],
) -> list[str]:
    """By whom it is drawn, from what and after what; and which cells were no examples."""
    listed = ", ".join(repr(name) for name in columns)
    after = "1 picture" if examples == 1 else f"{examples:,} pictures"
    whose = f", each row after those of its {style!r}" if style else ""
    said = [f"{target!r} is drawn by {artist.name} from {listed}, in the style of {after}{whose}"]
    if wrong:
        count = "1 cell is no example" if len(wrong) == 1 else f"{len(wrong):,} cells are no examples"
        said.append(f"{count} of {target!r}: {_listed(wrong)}")
    return said


def _listed(wrong: Sequence[tuple[str, str]]) -> str:
    """The reasons with how often each comes, and the first cells."""
    counts = Counter(reason for _, reason in wrong).most_common()
    reasons = ", ".join(f"{reason} ({count:,})" for reason, count in counts)
    cells = ", ".join(repr(cell) for cell, _ in wrong[:SHOWN]) + (" …" if len(wrong) > SHOWN else "")
    return f"{reasons}: {cells}"
