"""How a row becomes the words that its picture is drawn from, and which column names the style instead."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from handful.table.column import Column, Kind
from handful.table.media import LINK
from handful.table.table import Table

__all__ = ["captions", "style_among", "worded"]

ENOUGH = 4
"""Filled cells from which on a column that always says the same is known to say nothing."""
MOST_STYLES = 20
LEAST_IN_STYLE = 2
"""Example pictures of each value, without which it shows no style."""
SEPARATOR = ", "
MOST_CHARACTERS = 1_000
"""Of a row that are drawn from: our own artist reads some 22 tokens, others more; far too many they refuse."""
STYLE_WORDS = {
    "artist", "author", "brand", "collection", "designer", "drawer", "family", "font", "look", "maker",
    "pack", "set", "style", "theme", "typeface", "vendor",
}  # fmt: skip
"""In the name of a column whose values say how pictures are drawn rather than what they show.

The pictures do not tell: by strokes, outlines and alphas those of one emoji set are .88 to .94 times as far from one
another as from those of other sets; those of one group of things in a set (food, animals) .88 to .94 times, and those
of one colour .77 to .83 times.
"""

_WORD = re.compile(r"[a-z]+")
_LINK = re.compile(LINK)
_FILE = re.compile(
    r"(?i)^\s*\S*([/\\]\S*){2}\s*$"
    r"|\S\.(png|jpe?g|webp|gif|bmp|tiff?|svg|ico|hei[cf]|avif|psd|eps|wav|flac|ogg|opus|mp[34]|m4a|aac|aiff?|midi?"
    r"|mov|avi|mkv|webm|pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|txt|csv|tsv|json|xml|html?|zip|npy)\s*$"
)
"""A path with two separators ("and/or" has one), or a name with the suffix of a picture, a sound or a document."""


def worded(table: Table, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the columns that hold words, in the table's order; where there are several, those that say something.

    Left out are columns that say the same in every row, and those of codes, links and files.
    """
    words = [table[name] for name in names if table[name].kind in (Kind.CATEGORY, Kind.TEXT)]
    words = [column for column in words if not column.blank.all()]
    helpful = [column.name for column in words if not (_is_constant(column) or _holds_codes(column))]
    return tuple(helpful or [column.name for column in words][:1])


def style_among(context: Table, columns: Sequence[str]) -> str:
    """The column that says how the pictures are drawn, to be known by its name; "" where there is none.

    Each of its values must stand beside pictures, and another column must say what these show.
    """
    for name in columns if len(columns) > 1 else ():
        counts = Counter(value for value in context[name].values if value is not None)
        is_called_so = not STYLE_WORDS.isdisjoint(_WORD.findall(name.lower().replace("styles", "style")))
        if is_called_so and 2 <= len(counts) <= MOST_STYLES and min(counts.values()) >= LEAST_IN_STYLE:
            return name
    return ""


def captions(table: Table, columns: Sequence[str]) -> list[str]:
    """What each row says in these columns, one cell after the other; "" where all are blank."""
    rows = zip(*(table[name].values for name in columns), strict=True)
    return [_joined([cell for cell in row if cell is not None]) for row in rows]


def _joined(cells: Sequence[str]) -> str:
    return SEPARATOR.join(" ".join(cell.split()) for cell in cells)[:MOST_CHARACTERS]


def _is_constant(column: Column) -> bool:
    filled = column.values[~column.blank]
    return len(filled) >= ENOUGH and len(set(filled)) == 1


def _holds_codes(column: Column) -> bool:
    return bool(np.mean([_is_code(cell) for cell in column.values[~column.blank]]) > 0.5)


def _is_code(cell: str) -> bool:
    """Whether nobody could draw by it: a number, an identifier, a link, the name of a file."""
    letters = sum(character.isalpha() for character in cell)
    digits = sum(character.isdigit() for character in cell)
    return digits >= letters or bool(_LINK.match(cell) or _FILE.search(cell))
