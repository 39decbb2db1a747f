"""What a cell of the column may look like, inferred from the given ones, and written down as a GBNF grammar.

A grammar binds what the writer may say, token by token, so that a cell is one line, of a sane length, and of the
form that the given cells share. Every grammar has an end that can be reached, and accepts every given cell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from handful.write.row import Row
from handful.write.shown import shown

__all__ = ["Shape", "grammar_of", "is_of_shape", "most_characters", "quoted", "shape_of"]

ENOUGH = 4
"""Given cells from which on what they share is taken for a rule."""
MOST_CHOICES = 12
"""Different values of a closed list, each given twice on average."""
MOST_RUNS = 9
"""Runs of a shared pattern, as in 2012-06-07, which has five: a sentence has no pattern."""
MOST_WORDS = 120
"""Of a cell that is copied from: of more, any text is allowed."""
MOST_COUNTED = 400
"""Characters up to which a length is bound by the grammar; the library unrolls repetitions."""
MARGIN = 8
"""Characters that a cell may have beyond one and a half times the longest given."""

_RUN = re.compile(r"[A-Z]+|[a-z]+|[0-9]+|.", re.DOTALL)
_WORD = re.compile(r"\w+|[^\w\s]")
_JOINING = " '-"
"""Stand between letters, whether or not the few given cells show it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the given cells of a column have in common; saved as it stands."""

    longest: int
    """Characters of the longest given cell."""
    characters: str
    """The characters allowed, as the inside of a class in a regular expression."""
    pattern: str
    """A regular expression that all given cells match and that says more than their characters; "" = none."""
    choices: tuple[str, ...]
    """The closed list that the cells come from; () = none."""
    copied_from: str
    """The column whose cell always contains the cell, at the edges of words; "" = none."""
    repeats: bool
    """Whether a given cell says what another cell of its row says."""


def shape_of(rows: Sequence[Row], outputs: Sequence[str]) -> Shape:
    """The shape shared by the given cells, each of which it allows."""
    outputs = [shown(output) for output in outputs]
    enough = len(outputs) >= ENOUGH
    return Shape(
        longest=max(map(len, outputs), default=0),
        characters=_characters(outputs) if enough else r"^\n",
        pattern=_pattern(outputs) if enough else "",
        choices=_choices(outputs),
        copied_from=_copied_from(rows, outputs) if enough else "",
        repeats=not enough or any(_repeats(row, output) for row, output in zip(rows, outputs, strict=True)),
    )


def most_characters(shape: Shape) -> int:
    """How long a cell may get."""
    return shape.longest + shape.longest // 2 + MARGIN


def grammar_of(shape: Shape, row: Row) -> str:
    """The GBNF grammar of a row's cell: a space, the cell, a line end."""
    cell = shown(row.get(shape.copied_from, ""))
    words = _words(cell) if shape.copied_from else []
    if words:
        return _copying(words)
    if shape.choices:
        body = " | ".join(quoted(choice) for choice in shape.choices)
    elif shape.pattern:
        body = _translated(shape.pattern)
    else:
        most = most_characters(shape)
        body = f"[{_class(shape.characters)}]" + (f"{{1,{most}}}" if most <= MOST_COUNTED else "+")
    return f'root ::= " " ({body}) "\\n"\n'


def is_of_shape(shape: Shape, row: Row, text: str) -> bool:
    """Whether the grammar of the row's cell accepts the text: the check where a writer knows no grammars.

    And what no grammar says: where no given cell repeats another of its row, as a model does that knows no better,
    this one does not either.
    """
    if not shape.repeats and _repeats(row, text):
        return False
    words = _words(shown(row.get(shape.copied_from, ""))) if shape.copied_from else []
    if words:
        return text in _copies(words)
    if shape.choices:
        return text in shape.choices
    most = most_characters(shape)
    pattern = shape.pattern or f"[{shape.characters}]" + (f"{{1,{most}}}" if most <= MOST_COUNTED else "+")
    return re.fullmatch(pattern, text) is not None


def _repeats(row: Row, text: str) -> bool:
    return any(text.casefold() == shown(cell).casefold() for cell in row.values())


def _characters(outputs: Sequence[str]) -> str:
    """The kinds of characters seen, each kind whole; other marks one by one."""
    seen = set("".join(outputs))
    kinds = [("A-Z", str.isupper), ("a-z", str.islower), ("0-9", str.isdigit)]
    found = [kind for kind, holds in kinds if any(c.isascii() and holds(c) for c in seen)]
    if any(not c.isascii() for c in seen):
        found.append("\u0080-\U0010ffff")
    marks = {c for c in seen if c.isascii() and not c.isalnum()}
    if any(c.isalpha() for c in seen):
        marks |= set(_JOINING)
    return "".join(found) + "".join(re.escape(mark) for mark in sorted(marks)) or r"^\n"


def _pattern(outputs: Sequence[str]) -> str:
    """The runs that all cells share, as a regular expression; "" where they share none, or letters and spaces only."""
    cut = [_RUN.findall(output) for output in outputs]
    if len({tuple(map(_kind, runs)) for runs in cut}) != 1 or not 0 < len(cut[0]) <= MOST_RUNS:
        return ""
    columns = list(zip(*cut, strict=True))
    kinds = [_kind(runs[0]) for runs in columns]
    code = kinds == ["A-Z"] and len({len(run) for run in columns[0]}) == 1
    if not code and "0-9" not in kinds:
        return ""
    return "".join(_run(kind, runs) for kind, runs in zip(kinds, columns, strict=True))


def _kind(run: str) -> str:
    for kind in ("A-Z", "a-z", "0-9"):
        if re.match(f"[{kind}]", run):
            return kind
    return re.escape(run)


def _run(kind: str, runs: Sequence[str]) -> str:
    """One run: as it stands where it is a mark or always the same letters, else so many of its kind."""
    if not runs[0].isalnum() or not runs[0].isascii():
        return kind
    if kind != "0-9" and len(set(runs)) == 1:
        return re.escape(runs[0])
    lengths = [len(run) for run in runs]
    if len(set(lengths)) == 1:
        return f"[{kind}]{{{lengths[0]}}}"
    return f"[{kind}]{{1,{max(lengths) + max(lengths) // 2 + 1}}}"


def _choices(outputs: Sequence[str]) -> tuple[str, ...]:
    values = tuple(sorted(set(outputs)))
    return values if 2 * len(values) <= len(outputs) and len(values) <= MOST_CHOICES else ()


def _copied_from(rows: Sequence[Row], outputs: Sequence[str]) -> str:
    """The first column whose cells contain all outputs; not where all say the same."""
    if len(set(outputs)) == 1 or not rows:
        return ""
    for name in rows[0]:
        cells = [_words(shown(row.get(name, ""))) for row in rows]
        if all(output in _copies(words) for output, words in zip(outputs, cells, strict=True)):
            return name
    return ""


def _words(cell: str) -> list[tuple[str, str]]:
    """Each word or mark of the cell with the space before it; [] where there are none or too many."""
    found, end = [], 0
    for word in _WORD.finditer(cell):
        found.append((cell[end : word.start()], word.group()))
        end = word.end()
    return found if len(found) <= MOST_WORDS else []


def _copies(words: Sequence[tuple[str, str]]) -> set[str]:
    """Every run of words of the cell."""
    return {
        words[start][1] + "".join(space + word for space, word in words[start + 1 : end])
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }


def _copying(words: Sequence[tuple[str, str]]) -> str:
    """The grammar of every run of words: from each word on one may go on to the next, or end."""
    lines = [f'root ::= " " ({" | ".join(f"from{i}" for i in range(len(words)))}) "\\n"']
    for i, (space, word) in enumerate(words):
        onwards = f" next{i + 1}?" if i + 1 < len(words) else ""
        lines.append(f"from{i} ::= {quoted(word)}{onwards}")
        if i:
            lines.append(f"next{i} ::= {quoted(space + word)}{onwards}")
    return "\n".join(lines) + "\n"


def _translated(pattern: str) -> str:
    """A pattern of ours, of classes with counts and escaped marks, as GBNF."""
    parts = re.findall(r"\[[^\]]+\](?:\{[0-9,]+\})?|\\.|.", pattern, re.DOTALL)
    bodies: list[str] = []
    for is_class, group in groupby(parts, key=lambda part: part.startswith("[")):
        texts = list(group)
        bodies += texts if is_class else [quoted("".join(text.removeprefix("\\") for text in texts))]
    return " ".join(bodies)


def _class(characters: str) -> str:
    """The inside of a regular expression's class as that of a GBNF class."""
    if characters == r"^\n":
        return characters
    parts = re.findall(r"\\.|.-.|.", characters, re.DOTALL)
    ranges = [part.split("-") if len(part) == 3 else [part.removeprefix("\\")] for part in parts]
    return "".join("-".join(map(_escaped, ends)) for ends in ranges)


def quoted(text: str) -> str:
    """The text as a literal of a GBNF grammar, which can neither end nor begin a rule."""
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(character: str) -> str:
    """A character that means itself, whatever it is: all but ASCII letters and digits by their number."""
    code = ord(character)
    if character.isascii() and character.isalnum():
        return character
    return f"\\x{code:02X}" if code < 0x80 else f"\\U{code:08X}"
