"""Drawn pictures become files beside the table: named by column and row, and never in another file's place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from handful.draw.pictures import png_of
from handful.errors import HandfulError, TableError
from handful.table.filenames import safe_name
from handful.table.media import is_under
from handful.table.write import write_aside

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["folder_for", "refuse_folder", "save_pictures"]

LONGEST = 40
"""Characters of a column's name that stand in a file's."""


def folder_for(column: str, root: Path | None) -> Path:
    """Where pictures go when no folder is named: beside those that the column holds already."""
    return (root or Path()) / f"{safe_name(column, LONGEST)} drawn"


def refuse_folder(folder: Path, root: Path | None) -> None:
    """Raises TableError where pictures cannot go into the folder, or no cell could name them from `root`."""
    if not is_under(os.path.realpath(root or Path()), os.path.realpath(folder)):
        raise TableError(
            f"the folder {str(folder)!r} does not lie in {str(root or Path.cwd())!r}, "
            "from where cells name their pictures",
            hint="name one below it",
        )
    there = next(each for each in (folder, *folder.absolute().parents) if os.path.lexists(each))
    if not there.is_dir():
        raise TableError(
            f"the folder {str(folder)!r} cannot be made: {str(there)!r} is a file",
            hint="move the file, or name another place",
        )
    if not os.access(there, os.W_OK | os.X_OK):
        raise TableError(
            f"the folder {str(folder)!r} cannot be written to: permission denied", hint="name another place"
        )


def save_pictures(
    pictures: Mapping[int, Image], folder: Path, column: str, root: Path | None
) -> dict[int, str]:
    """By row, what a cell says of its picture's file: the path from `root` (or the working directory), with slashes.

    A file is called COLUMN-row-N.png, counting rows from 1, or the next free name after it. Raises TableError where the
    folder cannot be made or written to, or leads out of `root`.
    """
    contents = {row: png_of(picture) for row, picture in pictures.items()}
    if contents:
        refuse_folder(folder, root)
        _make(folder)
    stem = safe_name(column, LONGEST)
    files = {row: _save(folder, f"{stem}-row-{row + 1}", content) for row, content in contents.items()}
    return {row: _relative(file, root) for row, file in files.items()}


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TableError(
            f"the folder {str(folder)!r} cannot be made: {error.strerror}",
            hint="name another, or make it first",
        ) from error


def _save(folder: Path, stem: str, content: bytes) -> Path:
    """The file, whole or not at all; its name was free."""
    file = _taken(folder, stem)
    try:
        write_aside(file, content)
    except HandfulError:
        file.unlink(missing_ok=True)
        raise
    return file


def _taken(folder: Path, stem: str) -> Path:
    """An empty file with the first free name, so that nobody else can take it meanwhile."""
    for number in count(1):
        file = folder / (f"{stem}-{number}.png" if number > 1 else f"{stem}.png")
        try:
            file.open("xb").close()
        except FileExistsError:
            continue
        except OSError as error:
            raise TableError(
                f"{str(file)!r} cannot be written: {error.strerror}", hint="check the folder"
            ) from error
        return file
    raise AssertionError  # the numbers do not end


def _relative(file: Path, root: Path | None) -> str:
    return Path(os.path.relpath(os.path.realpath(file), os.path.realpath(root or Path()))).as_posix()
