"""The files that the cells of an image, sound or series column name: found under the column's folder, or refused."""

from __future__ import annotations

import ntpath
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from handful.errors import CellError
from handful.table.column import Column, Kind

__all__ = [
    "LINK",
    "MOST_BYTES",
    "PATTERNS",
    "content_of",
    "file_named",
    "file_note",
    "folder_of",
    "is_file",
    "is_under",
]

MOST_BYTES = 200 << 20
"""Of one file: an hour of music as FLAC; no photo has more."""

_PATH = r"(?i)^(\s*[a-z]:)?[^:]*\.({})\s*$"  # a file, not a link: nothing is ever fetched
PATTERNS = {
    Kind.IMAGE: _PATH.format("png|jpe?g|webp|gif|bmp"),
    Kind.SOUND: _PATH.format("wav|flac|ogg|mp3"),
    Kind.SERIES: _PATH.format("npy|csv"),
}
"""What a cell that names a file of each kind looks like."""

LINK = r"(?i)^\s*([a-z][a-z0-9+.-]+://|data:[^\s,]*[;,])"
"""What a cell looks like that names something to fetch or to decode: http://, s3://, data: and their like."""

_SERIES_FILE = re.compile(PATTERNS[Kind.SERIES])
_IS_LINK = re.compile(LINK)
_SHOWN = 3


def content_of(root: Path, cell: str, most: int = MOST_BYTES) -> bytes:
    """The bytes of the file that a cell names, relative to `root`.

    Raises CellError with the reason where it is a link, leads out of `root`, or is no ordinary, readable file of at
    most `most` bytes.
    """
    path = file_named(root, cell)
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except MemoryError:
        raise CellError("does not fit into memory") from None
    except OSError as error:
        raise CellError(f"cannot be read: {error.strerror}") from error
    if len(content) > most:
        raise CellError(f"more than {most >> 20} MiB" if most >> 20 else f"more than {most} bytes")
    if not content:
        raise CellError("an empty file")
    return content


def file_named(root: Path, cell: str) -> Path:
    """The ordinary file that a cell names, with no link left in its path; it lies under `root`, links followed.

    The cell is taken as it stands; only where there is no such file, without the spaces around it, and with Windows'
    separators as ours. Nothing is decoded. Raises CellError.
    """
    if _IS_LINK.match(cell):
        raise CellError("a link, not a file: nothing is fetched")
    bare = cell.strip()
    for name in dict.fromkeys((cell, bare, bare.replace("\\", "/"))):
        found = _ordinary(root, name)
        if found is not None:
            return found
    if ntpath.splitdrive(bare)[0]:  # a drive of another machine, where this one has no drives
        raise CellError("leads out of the folder")
    raise CellError("no such file")


def is_under(root: str, path: str, rules: ModuleType = os.path) -> bool:
    """Whether an absolute path is `root` or lies below it, once each `..` is worked out; `rules` are a system's.

    It compares whole parts of paths: `model_evil` does not lie under `model`, though it begins with it.
    """
    root, path = (rules.normcase(rules.normpath(each)) for each in (root, path))
    try:
        return bool(rules.commonpath([root, path]) == root)
    except ValueError:  # on another drive
        return False


def is_file(column: Column, cell: str) -> bool:
    """Whether a cell of the column names a file: pictures and sounds do, and series that are no lists."""
    if column.kind is Kind.SERIES:
        return _SERIES_FILE.match(cell) is not None
    return column.kind in (Kind.IMAGE, Kind.SOUND)


def folder_of(column: Column) -> Path:
    """The folder that paths in the column are relative to."""
    return column.root or Path()


def file_note(column: Column) -> str:
    """How many of the files that the column names cannot be used, and why, as a sentence; "" where all are there."""
    checked = list(_checked(column))
    wrong = [(cell, reason) for cell, reason in checked if reason]
    if not wrong:
        return ""
    reasons = Counter(reason for _, reason in wrong).most_common()
    listed = ", ".join(f"{count:,} {reason}" if len(reasons) > 1 else reason for reason, count in reasons)
    cells = ", ".join(_short(cell) for cell, _ in wrong[:_SHOWN]) + (" …" if len(wrong) > _SHOWN else "")
    return f"{len(wrong):,} of {len(checked):,} files in {column.name!r} cannot be used: {listed} ({cells})"


def _checked(column: Column) -> Iterator[tuple[str, str]]:
    """(cell, why its file cannot be used or "") of each cell; the files are not opened."""
    for cell in column.values[~column.blank]:
        if not is_file(column, cell):
            yield cell, ""
            continue
        try:
            file_named(folder_of(column), cell)
        except CellError as error:
            yield cell, error.message
        else:
            yield cell, ""


def _short(cell: str) -> str:
    return repr(cell if len(cell) <= 60 else cell[:59] + "…")


def _drive(path: str) -> str:
    return os.path.normcase(os.path.splitdrive(path)[0])


def _ordinary(root: Path, name: str) -> Path | None:
    """The ordinary file of that name, None where there is nothing. Raises CellError."""
    try:
        path = _resolved(root, name)
        mode = path.stat().st_mode if path else 0
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise CellError(f"cannot be read: {error.strerror}") from error
    except ValueError as error:  # a NUL, or half a character
        raise CellError("not the name of a file") from error
    if path is None:
        raise CellError("leads out of the folder")
    if stat.S_ISDIR(mode):
        raise CellError("a folder, not a file")
    if not stat.S_ISREG(mode):
        raise CellError("a pipe or a device, not a file")
    return path


def _resolved(root: Path, name: str) -> Path | None:
    """Where the name leads from the root, links followed; None where that is not under the root."""
    top = os.path.realpath(root)
    whole = os.path.join(top, name)  # noqa: PTH118  (os.path keeps what a path of Windows means)
    if _drive(whole) != _drive(top):
        return None  # before the system asks another machine for it
    path = os.path.realpath(whole)
    return Path(path) if is_under(top, path) else None
