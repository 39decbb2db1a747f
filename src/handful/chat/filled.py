"""Blank cells filled in a talk, and why a cell was filled so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from handful.chat.operation import Operation, in_words
from handful.errors import TargetError
from handful.plain import one_line

if TYPE_CHECKING:
    from handful.chat.chat import Chat, Reply
    from handful.filling import FilledTarget

__all__ = ["explained", "filled"]

SHOWN = 10


def filled(chat: Chat, operation: Operation) -> Reply:
    """How many blank cells were filled, how good that is, and the first of them. Raises UserError as filling does."""
    from handful.chat.chat import Reply

    column = operation.column
    rows = _blank_rows(chat, column)
    if not rows:
        text = f"{in_words(operation)}: there are none"
        return Reply("fill", (column,), 0.0, text=one_line(text), understood=in_words(operation))
    done = chat.fill(column)
    lines = [f"{in_words(operation)}: {done.filled:,}{done.doubt}", done.score.verdict]
    lines += [f"  row {row + 1:,}: {_said(done, place)}" for place, row in enumerate(rows[:SHOWN])]
    if len(rows) > SHOWN:
        lines.append(f"  ... and {len(rows) - SHOWN:,} more")
    lines.append("The table itself stays as it is: `handful fill` writes a filled one.")
    text = "\n".join(one_line(line) for line in lines)
    return Reply("fill", (column,), float(done.filled), None, rows, text, in_words(operation))


def explained(chat: Chat, operation: Operation) -> Reply:
    """The columns and the labelled rows that decided the answer in a cell. Raises UserError where it was not blank."""
    from handful.chat.chat import Reply

    column = operation.column or chat.last_filled
    if not column:
        raise TargetError(
            "which column's answer is to be explained is not clear", hint="name the column and the row"
        )
    rows = _blank_rows(chat, column)
    row = operation.row if operation.row >= 0 else (rows[0] if rows else -1)
    words = in_words(Operation("explain", column, row=row))
    if row not in rows:
        there = (row,) if 0 <= row < chat.sheet.rows else ()
        return Reply(
            "explain", (column,), None, None, there, one_line(_not_blank(chat, column, row, words)), words
        )
    done = chat.fill(column, why=True)
    place = rows.index(row)
    why = done.answers.why
    said = why.text(place) if why is not None else ""
    lines = [
        f"{column} of row {row + 1:,}: {_said(done, place)}",
        f"  decided by {said or 'no column in particular'}",
    ]
    text = "\n".join(one_line(line) for line in lines)
    value = done.answers.values[place]
    figure: float | str | None = float(value) if isinstance(value, (float, np.floating)) else str(value)
    if _is_blank(value):
        figure = None
    return Reply("explain", (column,), figure, None, (row,), text, words)


def _not_blank(chat: Chat, column: str, row: int, words: str) -> str:
    """Why there is nothing to explain in that row."""
    if row < 0:
        return f"{column} has no blank cell"
    if row >= chat.sheet.rows:
        return f"{words}: there are {chat.sheet.rows:,} rows"
    held = chat.sheet.cell(column, chat.sheet.frame[column][row])
    return f"{words}: the cell was not blank, it holds {held!r}"


def _blank_rows(chat: Chat, column: str) -> tuple[int, ...]:
    return tuple(int(row) for row in np.flatnonzero(chat.sheet.table[column].empty))


def _said(done: FilledTarget, place: int) -> str:
    """The value and how sure it is."""
    answer = done.answers[place]
    if _is_blank(answer.value):
        return f"left blank, {answer.reason}"
    status = "" if answer.status == "filled" else f" ({answer.status})"
    low, high = done.answers.low, done.answers.high
    if low is None or high is None:
        return f"{answer.value}, sure {done.answers.sure[place]:.2f}{status}"
    return f"{_short(answer.value)}, {_short(low[place])} to {_short(high[place])}{status}"


def _is_blank(value: object) -> bool:
    """Whether nothing was written: None, or NaN or NaT, which are not equal to themselves."""
    return value is None or bool(value != value)


def _short(value: object) -> str:
    from handful.chat.operation import number_text

    return number_text(float(value)) if isinstance(value, (float, np.floating)) else str(value)
