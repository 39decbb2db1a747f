"""`--copy DIR`: the files that were answered, copied into one sub-folder for each value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handful.cli.options import check_folder
from handful.errors import CellError, HandfulError, TableError, UserError
from handful.table.column import Kind
from handful.table.filenames import safe_name
from handful.table.layout import Layout
from handful.table.media import content_of, file_named
from handful.table.write import write_file

if TYPE_CHECKING:
    import polars as pl

    from handful.filling import Filling
    from handful.table.read import File

__all__ = ["Copies", "copy_files", "refuse_copies", "safe_names"]

UNSURE, MANIFEST = "unsure", "manifest.csv"

_COLUMNS = ["file", "copied to", "label", "sure", "status"]


@dataclass(frozen=True, slots=True)
class Copies:
    """Where the copies went, how many there are, and how many files could not be copied."""

    folder: Path
    copied: int
    failed: int

    def line(self) -> str:
        failed = f", {self.failed:,} could not be read" if self.failed else ""
        return f"copied {self.copied:,} files into {self.folder}{failed}; {MANIFEST} says which"

    def to_dict(self) -> dict[str, Any]:
        return {"folder": str(self.folder), "copied": self.copied, "failed": self.failed}


def refuse_copies(folder: Path, source: Path, targets: Sequence[str]) -> None:
    """Raises UserError, before any work is done, where copies cannot go to `folder`, or by what is not clear.

    They would replace what it holds; and in the folder that is read, its sub-folders would be labels the next time.
    """
    if folder.exists() and not folder.is_dir():
        raise TableError(f"{str(folder)!r} is a file, and the copies need a folder", hint="name another")
    if folder.is_dir() and any(folder.iterdir()):
        raise TableError(
            f"{str(folder)!r} is not empty, and nothing is replaced",
            hint="name a folder that is not there yet",
        )
    check_folder(folder)
    if source.is_dir() and folder.resolve().is_relative_to(source.resolve()):
        raise TableError(
            f"{str(folder)!r} lies in {str(source)!r}, where its sub-folders would be read as labels",
            hint="name a folder beside it",
        )
    if not source.is_dir() and len(targets) != 1:
        raise UserError("copies are sorted by the values of one column", hint="name it with --target")


def copy_files(
    file: File, filling: Filling, folder: Path, how: Mapping[str, Any], *, excel_safe: bool = False
) -> Copies:
    """Copies of the files in the rows that were answered, in a sub-folder for their value or in `unsure`, and a
    manifest of them. `how` the columns are read says which of them names the files.

    Raises UserError where the table has no column of files, or several, or nothing was filled.
    """
    import polars as pl

    if not filling.targets:
        raise UserError("no column was filled, so there is nothing to copy", hint="leave --copy out")
    rows = _answered(filling, _column_of_files(file.frame, how))
    places = safe_names({row["label"] for row in rows if row["status"] == "filled"}, taken=(UNSURE, MANIFEST))
    used: set[str] = set()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for row in rows:
            place = places[row["label"]] if row["status"] == "filled" else UNSURE
            row["copied to"] = _copy(file.root, row["file"], folder, place, used)
    except OSError as error:
        raise HandfulError(f"{error.filename!r} could not be written: {error.strerror}") from error
    write_file(pl.DataFrame(rows, schema=_COLUMNS), folder / MANIFEST, Layout(), excel_safe=excel_safe)
    done = sum(row["copied to"] is not None for row in rows)
    return Copies(folder, done, len(rows) - done)


def safe_names(labels: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """A folder's name for each label: one that every system allows, and no two alike but for upper and lower case."""
    used = {name.casefold() for name in taken}
    names: dict[str, str] = {}
    for label in sorted(labels):
        names[label] = _free(safe_name(label), "", used)
    return names


def _free(stem: str, suffix: str, used: set[str]) -> str:
    """The name, with a number behind it where it is taken; from now on it is."""
    name, number = stem + suffix, 1
    while name.casefold() in used:
        number += 1
        name = f"{stem} ({number}){suffix}"
    used.add(name.casefold())
    return name


def _column_of_files(frame: pl.DataFrame, how: Mapping[str, Any]) -> str:
    """The one column whose files are to be copied."""
    from handful.table.adapt import table_from_frame

    columns = [c.name for c in table_from_frame(frame, **how) if c.kind in (Kind.IMAGE, Kind.SOUND)]
    if len(columns) != 1:
        raise UserError(
            f"the table has {len(columns) or 'no'} columns of pictures or sounds, and --copy needs one",
            hint="leave --copy out",
        )
    return columns[0]


def _answered(filling: Filling, files: str) -> list[dict[str, Any]]:
    """One row of the manifest for each cell that names a file and was answered, without the place of its copy."""
    target = filling.targets[0].name
    frame = filling.frame
    sure = frame[f"{target} sure"] if f"{target} sure" in frame.columns else [None] * len(frame)
    cells = zip(frame[files], frame[target], sure, frame[f"{target} status"], strict=True)
    return [
        {"file": file, "copied to": None, "label": _written(label), "sure": _written(sure), "status": status}
        for file, label, sure, status in cells
        if status != "given" and file is not None
    ]


def _written(cell: object) -> str | None:
    return None if cell is None else str(cell)


def _copy(root: Path, cell: str, folder: Path, place: str, used: set[str]) -> str | None:
    """Where in the folder the file's copy is; None where it cannot be read."""
    try:
        source = file_named(root, cell)
        content = content_of(root, cell)
    except CellError:
        return None
    name = _free(f"{place}/{source.stem}", source.suffix, used)
    (folder / place).mkdir(exist_ok=True)
    with (folder / name).open("xb") as copy:
        copy.write(content)
    return name
