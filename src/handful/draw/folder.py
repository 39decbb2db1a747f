"""A folder of pictures becomes examples: each picture with the words of its file's name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from handful.draw.artist import Example
from handful.draw.pictures import fitted
from handful.encode.frozen.picture import read_with_alpha
from handful.errors import CellError, UserError
from handful.table.column import Kind
from handful.table.media import PATTERNS, content_of

__all__ = ["MOST", "Liked", "examples_in", "words_of"]

MOST = 200
"""Pictures that are read: more show little more of a style."""

_IS_PICTURE = re.compile(PATTERNS[Kind.IMAGE].replace("[^:]*", ".*"), re.DOTALL)
_HINT = "pictures are PNG, JPEG, WebP, GIF or BMP files"


@dataclass(frozen=True, slots=True)
class Liked:
    """The examples, and what there is to say about the files that are none."""

    examples: list[Example]
    notes: tuple[str, ...] = ()


def examples_in(place: Path) -> Liked:
    """The pictures of a folder and its sub-folders, by name, or that of one file; of very many, MOST spread over all.

    Hidden files are left out, links that lead out of the folder are not followed. Raises UserError where there is
    nothing at the place, or no picture that can be read.
    """
    if not place.exists():
        raise UserError(f"{str(place)!r} does not exist", hint="name a folder of pictures, or a picture")
    root, names = (place, list(_names(place))) if place.is_dir() else (place.parent, [place.name])
    if not names:
        raise UserError(f"{str(place)!r} is a folder without pictures", hint=_HINT)
    kept = [names[i * len(names) // MOST] for i in range(MOST)] if len(names) > MOST else names
    examples, wrong = [], {}
    for name in kept:
        try:
            pixels = fitted(read_with_alpha(content_of(root, name)))
        except CellError as error:
            wrong[name] = error.message
        else:
            examples.append(Example(words_of(name), pixels))
    if not examples:
        raise UserError(f"{str(place)!r} holds no picture that can be read: {_first(wrong)}", hint=_HINT)
    return Liked(examples, tuple(_notes(place, len(names), len(kept), wrong)))


def words_of(name: str) -> str:
    """What a file's name says: "red-kettle_2.png" is "red kettle 2"; "" where it is a mere number."""
    words = re.sub(r"[-_\s]+", " ", Path(name).stem).strip()
    return words if any(letter.isalpha() for letter in words) else ""


def _names(folder: Path) -> Iterator[str]:
    """Of the pictures in the folder, relative to it."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if _IS_PICTURE.match(path.name) and not any(part.startswith(".") for part in name.parts):
            yield str(name)


def _notes(place: Path, found: int, looked: int, wrong: dict[str, str]) -> Iterator[str]:
    if looked < found:
        yield f"{looked} of the {found:,} pictures in {str(place)!r} are looked at"
    if wrong:
        yield f"{len(wrong)} of {looked} pictures in {str(place)!r} cannot be read: {_first(wrong)}"


def _first(wrong: dict[str, str]) -> str:
    """The first of them with its reason, for the others are most often like it."""
    name, reason = next(iter(wrong.items()))
    return f"{name}: {reason}" + (", ..." if len(wrong) > 1 else "")
