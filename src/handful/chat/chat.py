"""A talk about one table: each question becomes one operation, computed by polars, and templates say what came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handful.chat.charts import chart_lines, picture
from handful.chat.choosing import choose
from handful.chat.compute import Result, compute
from handful.chat.followups import follow_up
from handful.chat.links import Linker
from handful.chat.meaning import Meaning
from handful.chat.operation import Operation, in_words
from handful.chat.reading import read
from handful.chat.replies import CANNOT, suggested, text_of
from handful.chat.rewording import reworded
from handful.chat.sheet import Sheet
from handful.chat.tools import can_use_tools, said_freely, written
from handful.chat.understanding import Understood, understand
from handful.errors import HandfulError, TargetError
from handful.plain import one_line, plain
from handful.table.column import Kind

if TYPE_CHECKING:
    from handful.filling import FilledTarget
    from handful.write.writer import Writer

__all__ = ["SURE", "Chat", "Reply"]

SURE = 0.55
"""The confidence below which a question is refused."""
NOT_COMPUTED = "not computed from the table"
SUGGESTED = 3
"""Suggestions beside the first refusal of a talk."""
LONGEST_QUESTION = 600
"""Characters; a longer one is refused."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one question."""

    operation: str
    columns: tuple[str, ...] = ()
    """The columns that the operation is about, without those of its filters."""
    figure: float | str | None = None
    groups: dict[str, float] | None = None
    rows: tuple[int, ...] = ()
    """Places in the table, from 0."""
    text: str = ""
    understood: str = ""
    """The operation in words: what was computed, whatever was asked."""
    confidence: float = 0.0
    suggestions: tuple[str, ...] = ()
    """What can be asked, where the question could not be answered."""
    picture: str = ""
    """A plot as an SVG file."""


class Chat:
    """A talk about `frame`, a pandas, polars or pyarrow frame, which stays as it is.

    >>> import polars as pl
    >>> from handful.chat.chat import Chat
    >>> chat = Chat(pl.DataFrame({"shop": ["north", "south", "north"], "price": [2.0, 3.0, 7.0]}))
    >>> print(chat.ask("what is the mean price in north?").text)
    mean of price where shop = north: 4.5 (n = 2)

    `writer` is a language model (`handful.write.open.open_writer`): it chooses between operations where the words leave
    it open, and computes nothing. `kinds` and `root` are those of `handful.fill`, `rows` says what the rows are, as
    the name of a file does ("penguins"): then a question may call them so.
    """

    def __init__(
        self,
        frame: Any,
        *,
        writer: Writer | None = None,
        kinds: Mapping[str, str] | None = None,
        root: Path | str | None = None,
        rows: str = "",
    ) -> None:
        from handful.table.adapt import table_from_frame

        self.frame, self.writer = frame, writer
        self._how: dict[str, Any] = {"kinds": kinds, "root": root}
        self.sheet = Sheet(table_from_frame(frame, **self._how))
        self.linker = Linker(self.sheet, Meaning(), rows)
        self.last: Operation | None = None
        self._has_refused = False
        self._filled: dict[str, FilledTarget] = {}

    @property
    def last_filled(self) -> str:
        """The column that was filled last; "" where none was."""
        return next(reversed(self._filled), "")

    @property
    def suggestions(self) -> tuple[str, ...]:
        """Questions that can be asked of this table."""
        return suggested(self.sheet)

    def ask(self, question: str) -> Reply:
        """The reply; "none" where the question cannot be told to be one about the table. Raises nothing."""
        if len(question) > LONGEST_QUESTION:
            return self._refused(f"A question has at most {LONGEST_QUESTION} characters.")
        try:
            understood = self._understand(question)
        except HandfulError as error:  # of a writer at an address that answers no more
            return self._refused(error.message)
        if understood.operation.name == "none" or understood.confidence < SURE:
            free = self._freely(question)
            return free or self._refused(_why_not(understood))
        try:
            reply = self._answer(understood.operation)
        except HandfulError as error:
            words = in_words(understood.operation)
            hint = f"\n{error.hint}" if error.hint else ""
            return Reply(
                "none", text=one_line(error.message) + hint, understood=words, suggestions=self.suggestions
            )
        self.last = understood.operation
        return replace(reply, confidence=round(understood.confidence, 4))

    def _understand(self, question: str) -> Understood:
        """By the words that ask for something; else by the nearest phrasing; else by a writer that can use tools."""
        question = reworded(question, self.linker.names)
        found = follow_up(question, self.last, self.linker) or understand(question, self.linker)
        if found.confidence >= SURE:
            return found
        if not (found.open or found.unsure):
            phrased = choose(read(question, self.linker, cues_name=False), self.writer)
            if phrased is not None and phrased.confidence >= SURE:
                return phrased
        if self.writer is not None and can_use_tools(self.writer):
            return written(question, self.sheet, self.writer) or found
        return found

    def _freely(self, question: str) -> Reply | None:
        """What a writer that can use tools says to a question that is none about the table, marked as such."""
        if self.writer is None or not can_use_tools(self.writer):
            return None
        said = said_freely(question, self.sheet, self.writer)
        if not said:
            return None
        words = in_words(Operation("none"))
        return Reply(
            "none", text=f"({NOT_COMPUTED}) {plain(said)}", understood=words, suggestions=self.suggestions
        )

    def _refused(self, why: str) -> Reply:
        known = "\n".join(f"  {each}" for each in self.suggestions[-SUGGESTED:])
        text = one_line(why) + (f"\nYou can ask, for instance:\n{known}" if not self._has_refused else "")
        self._has_refused = True
        words = in_words(Operation("none"))
        return Reply("none", text=text, understood=words, suggestions=self.suggestions)

    def _answer(self, operation: Operation) -> Reply:
        if operation.name in ("fill", "explain"):
            from handful.chat.filled import explained, filled

            make = filled if operation.name == "fill" else explained
            return make(self, operation)
        if operation.name == "plot":
            lines = chart_lines(self.sheet, operation)
            drawn = picture(self.sheet, operation) if lines else ""
            return self._reply(operation, Result(), "\n".join(lines) or "no cell is given", drawn)
        result = compute(self.sheet, operation)
        return self._reply(operation, result, text_of(self.sheet, operation, result))

    def _reply(self, operation: Operation, result: Result, text: str, drawn: str = "") -> Reply:
        columns = tuple(dict.fromkeys(name for name in (operation.column, operation.by) if name))
        return Reply(
            operation.name,
            columns,
            result.figure,
            result.groups,
            result.rows,
            text,
            in_words(operation),
            picture=drawn,
        )

    def fill(self, column: str, *, why: bool = False) -> FilledTarget:
        """The column filled, once in a talk, with what decided each answer if asked. Raises UserError."""
        if self.sheet.kind(column) is Kind.IMAGE:
            raise TargetError(
                f"{column!r} holds pictures, and a talk writes no files",
                hint="`handful fill` draws those that are blank",
            )
        done = self._filled.get(column)
        if done is None or (why and done.answers.why is None):
            from handful.filling import Asked, fill_frame

            filling = fill_frame(self.frame, targets=(column,), asked=Asked(why=why), **self._how)
            done = self._filled[column] = filling.targets[0]
        return done


def _why_not(understood: Understood) -> str:
    """The reason for a refusal, with the user's own words."""
    if understood.unsure:
        return f"Which column do you mean: {', '.join(understood.unsure[:5])}?"
    if understood.open:
        words = ", ".join(repr(word) for word in understood.open[:4])
        return f"{CANNOT} I do not know what {words} means here."
    return f"{CANNOT} I know the words, but not what to compute of them: name one figure and its column."
