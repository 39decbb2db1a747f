"""A folder of pictures or sounds becomes a table: a row for each file, its sub-folder as the label."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from handful.errors import TableError
from handful.table.blanks import kept_marks, without_marks
from handful.table.column import Kind
from handful.table.layout import Layout
from handful.table.media import PATTERNS
from handful.table.read import File, read_file

__all__ = ["FILE", "LABEL", "UNLABELLED", "one_target", "read_folder", "read_source"]

FILE, LABEL = "file", "label"
"""The columns of the table; the second has the target's name where there is one."""

UNLABELLED = "unlabelled"
"""The sub-folder whose files have no label, as those directly in the folder have none."""

_KINDS = (Kind.IMAGE, Kind.SOUND)
_SUFFIXES = {kind: re.compile(PATTERNS[kind].replace("[^:]*", ".*"), re.DOTALL) for kind in _KINDS}


def read_source(path: Path | str, target: str | None = None) -> File:
    """The table in a file, or in a folder of pictures or sounds. Raises `TableError` as `read_file` does."""
    if str(path) != "-" and Path(path).is_dir():
        return read_folder(Path(path), LABEL if target is None else target)
    return read_file(path)


def one_target(path: Path | str, targets: Sequence[str]) -> str | None:
    """The target where one is named. Raises `TableError` where several are, and the table is a folder."""
    if len(targets) > 1 and Path(path).is_dir():
        raise TableError(
            f"{str(path)!r} is a folder, which has one label to fill, and {len(targets)} targets are named",
            hint=f"name one of {', '.join(repr(target) for target in targets)}",
        )
    return targets[0] if targets else None


def read_folder(folder: Path, target: str = LABEL) -> File:
    """The pictures or sounds of a folder as a table of `file` and the target, sorted by name.

    A sub-folder's name is the label of all files in it, however deep; those directly in the folder or in `unlabelled`
    have none. Paths are relative to the folder that holds this one, where the filled table goes, so that it can be
    read again. Raises `TableError` where there is nothing to read, or pictures stand beside sounds.
    """
    import polars as pl

    if target == FILE:
        raise TableError(
            f"{FILE!r} is the column of the files' names, which cannot be the target", hint="name the label"
        )
    found = _found(folder)
    kind = _one_kind(folder, found)
    whole = folder.resolve()
    files = sorted(found.files[kind])
    labels = [_label(file) for file in files]
    _refuse_marks(folder, {label for label in labels if label is not None})
    frame = pl.DataFrame(
        {FILE: [f"{whole.name}/{file}" for file in files], target: labels},
        schema={FILE: pl.String, target: pl.Categorical},  # a label is no number, whatever its name
    )
    is_plain = frame[FILE].str.contains(PATTERNS[kind]).all()  # a name with a colon could be a link
    return File(frame, Layout(), found.notes(), {} if is_plain else {FILE: kind.value}, whole.parent)


@dataclass(slots=True)
class _Found:
    """The files of a folder, as paths relative to it, and what was left out."""

    files: dict[Kind, list[str]] = field(default_factory=lambda: {kind: [] for kind in _KINDS})
    left: Counter[str] = field(default_factory=Counter)

    def notes(self) -> tuple[str, ...]:
        count = self.left.total()
        noun = "entry" if count == 1 else "entries"
        return (f"{count:,} {noun} of the folder left out: {self.listing()}",) if count else ()

    def listing(self) -> str:
        return ", ".join(f"{what} ({count:,})" for what, count in self.left.most_common())


def _found(folder: Path) -> _Found:
    """Every file below the folder that is not hidden; links to folders, and those that lead out, are not followed."""
    found, top = _Found(), Path(os.path.realpath(folder))
    for path in _walk(top, found):
        name = path.relative_to(top).as_posix()
        kind = next((kind for kind in _KINDS if _SUFFIXES[kind].match(path.name)), None)
        if kind is None:
            found.left[path.suffix.lower() or "files without a suffix"] += 1
        elif path.is_symlink() and not path.resolve().is_relative_to(top):
            found.left["links that lead out of the folder"] += 1
        elif not _is_text(name):
            found.left["names that are no text"] += 1
        elif not path.is_file():
            found.left["no ordinary files"] += 1
        else:
            found.files[kind].append(name)
    return found


def _walk(top: Path, found: _Found) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise TableError(
            f"{error.filename!r} cannot be read: {error.strerror}",
            hint="make it readable, or move it elsewhere",
        ) from error

    for place, folders, files in os.walk(top, onerror=refuse):
        hidden = [name for name in (*folders, *files) if name.startswith(".")]
        linked = [name for name in folders if Path(place, name).is_symlink() and name not in hidden]
        found.left.update({"hidden": len(hidden)} if hidden else {})
        found.left.update({"links to folders": len(linked)} if linked else {})
        folders[:] = [name for name in folders if name not in hidden and name not in linked]
        yield from (Path(place, name) for name in files if name not in hidden)


def _is_text(name: str) -> bool:
    """Whether the system gave a name that is text, and not bytes that stand for none."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _one_kind(folder: Path, found: _Found) -> Kind:
    """Whether the folder holds pictures or sounds."""
    kinds = [kind for kind in _KINDS if found.files[kind]]
    if len(kinds) > 1:
        counts = " and ".join(f"{kind.plural} ({len(found.files[kind]):,})" for kind in kinds)
        raise TableError(
            f"{str(folder)!r} holds {counts}; a folder is read as one or the other",
            hint="give each a folder of its own, or make a table with a column of paths for each",
        )
    if not kinds:
        left = f"; left out: {found.listing()}" if found.left else ""
        raise TableError(
            f"{str(folder)!r} is a folder without pictures or sounds{left}",
            hint="a folder holds a sub-folder of files for each label; of a table, name the file",
        )
    return kinds[0]


def _label(file: str) -> str | None:
    """The first folder of a file's path; None where there is none, or it says that there is no label."""
    first, slash, _ = file.partition("/")
    return first if slash and first != UNLABELLED else None


def _refuse_marks(folder: Path, labels: set[str]) -> None:
    """Raise where a sub-folder's name would be read as a mark for "no value"."""
    import polars as pl

    names = pl.Series(sorted(labels), dtype=pl.String)
    read, _ = without_marks(names, kept_marks(names))
    if read.null_count():
        raise TableError(
            f"{names.filter(read.is_null())[0]!r}, a sub-folder of {str(folder)!r}, stands for 'no value'",
            hint=f"rename it; files without a label belong into {UNLABELLED!r}",
        )
