"""The prompt for one row: labelled rows first, always in the same order, then the row itself, its end left open.

The same beginning for all rows is what makes writing quick: the library keeps what it has read, and reads only the
row that is new. The order is by content, so that the order of the user's rows changes nothing; the forms in which a
row can be put are few, and which of them are asked is decided in ensemble.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence

from handful.write.row import Row
from handful.write.shown import LEAST, MOST_COLUMNS, MOST_NAME, cut_row, shown

__all__ = ["FORMS", "MOST_BYTES", "MOST_EXAMPLES", "Example", "chosen", "in_order", "prompt"]

MOST_BYTES = 3_600
"""Of a prompt: no script has more tokens than bytes, so with what is written it fits into 4,096 tokens."""
MOST_EXAMPLES = 24
"""Of the labelled rows so many are shown."""
FEWEST_EXAMPLES = 6
"""Long rows are cut rather than shown in smaller number."""
MARKS = 12
"""Bytes of the marks and line ends of an example."""

Example = tuple[Row, str]
Form = Callable[[Row, str | None], str]


def prompt(form: str, examples: Sequence[Example], row: Row) -> str:
    """The examples as they come, then the row, in the form of that name."""
    written = FORMS[form]
    room = _room(len(examples))
    short = [(given, _short(given, out, room)) for given, out in examples]
    lines = [written(cut_row(given, _cells(given, room, out)), out) for given, out in short]
    return "".join(lines) + written(cut_row(row, _cells(row, room, "")), None)


def in_order(examples: Sequence[Example], salt: int = 0) -> list[int]:
    """The examples' indices in an order that depends on what they say; another `salt`, another order."""
    return sorted(range(len(examples)), key=lambda i: _digest(examples[i], salt))


def chosen(examples: Sequence[Example]) -> list[int]:
    """Indices, in order, of the examples that are shown: a fixed sample where there are more than have room."""
    longest = max((_bytes(*example) for example in examples), default=1)
    fitting = max(FEWEST_EXAMPLES, min(MOST_EXAMPLES, MOST_BYTES // longest - 1))
    return in_order(examples)[:fitting]


def _arrow(row: Row, out: str | None) -> str:
    """`Japan -> Tokyo`; with names where there are several columns."""
    cells = list(row.values()) if len(row) == 1 else [f"{name}: {cell}" for name, cell in row.items()]
    return ", ".join(cells) + " ->" + ("" if out is None else f" {out}\n")


def _named(row: Row, out: str | None) -> str:
    """One line for each column, `country: Japan`, and one for what is written."""
    lines = [f"{name}: {cell}\n" for name, cell in row.items()]
    return "".join(lines) + "answer:" + ("" if out is None else f" {out}\n\n")


FORMS: dict[str, Form] = {"arrow": _arrow, "named": _named}


def _room(examples: int) -> int:
    """Bytes for each row."""
    return MOST_BYTES // (examples + 1)


def _cells(row: Row, room: int, out: str) -> int:
    """Bytes for the row's cells together, beside the names, the marks, and what is written."""
    return max(0, room - _names(row) - len(out.encode()) - MARKS)


def _short(row: Row, out: str, room: int) -> str:
    """What is written, cut to half of the room, or to less where many columns need theirs."""
    most = min(room // 2, room - _names(row) - LEAST * min(len(row), MOST_COLUMNS) - MARKS)
    return shown(out).encode()[: max(0, most)].decode(errors="ignore")


def _names(row: Row) -> int:
    return sum(min(MOST_NAME, len(shown(name).encode())) + 4 for name in list(row)[:MOST_COLUMNS])


def _bytes(row: Row, out: str) -> int:
    return (
        sum(len(shown(text).encode()) + 4 for pair in row.items() for text in pair) + len(out.encode()) + 12
    )


def _digest(example: Example, salt: int) -> bytes:
    row, out = example
    return hashlib.sha256(json.dumps([salt, sorted(row.items()), out]).encode()).digest()
