"""A file becomes a polars frame with the text of every cell as it stands, and the layout to write it back."""

from __future__ import annotations

import csv
import difflib
import io
import stat
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO, TypeVar

from handful.errors import TableError
from handful.table.layout import Layout, find_delimiter, find_encoding, format_of
from handful.table.workbook import check_workbook, first_sheet

if TYPE_CHECKING:
    import polars as pl

__all__ = ["File", "read_file"]

_Read = TypeVar("_Read")

MOST_BYTES = 2 << 30
MOST_LINE = 16 << 20  # characters of one line: 10,000 columns of 1,600
_SAMPLE = 200  # lines from which the delimiter is told
_CHUNK = 50_000  # rows held as Python strings at a time
_MAGIC = {
    b"PK\x03\x04": "a zip archive or Excel workbook",
    b"\x1f\x8b": "gzip-compressed",
    b"BZh": "bzip2-compressed",
    b"\x28\xb5\x2f\xfd": "zstd-compressed",
    b"PAR1": "a Parquet file",
    b"%PDF": "a PDF file",
    b"\xd0\xcf\x11\xe0": "an old or password-protected Office file",
    b"SQLite format 3": "an SQLite database",
    b"\x89PNG": "an image",
}
_OWN_MAGIC = {"parquet": b"PAR1", "xlsx": b"PK\x03\x04"}


@dataclass(frozen=True, slots=True)
class File:
    """What a file holds: the frame, its layout, and what was guessed while reading."""

    frame: pl.DataFrame
    layout: Layout
    notes: tuple[str, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    """The kinds that are known without looking at the cells."""
    root: Path = Path()
    """The folder that the paths in its cells are relative to."""


def read_file(path: Path | str) -> File:
    """The table in a CSV, TSV, Parquet, JSON lines or Excel file; "-" is CSV from standard input.

    Every cell of a CSV is text, so that writing it back changes nothing; the other formats keep their types.
    Raises `TableError` for whatever cannot be read whole: no row is ever left out.
    """
    if str(path) == "-":
        data = sys.stdin.buffer.read(MOST_BYTES + 1)
        _refuse_size("standard input", len(data))
        return _read_csv(io.BytesIO(data), "standard input", "csv")
    path = Path(path)
    name = path.name
    if not path.suffix and not path.exists():  # perhaps the name of a folder, mistyped
        _check_file(path)
    format = format_of(path)
    _check_file(path)
    try:
        with path.open("rb") as source:
            _check_magic(source, name, format)
            return replace(_READERS[format](source, name, format), root=path.parent)
    except OSError as error:
        raise TableError(f"{name} cannot be read: {error.strerror or error}") from error
    except MemoryError:
        raise TableError(
            f"{name} does not fit into memory", hint="give a part of its rows or columns"
        ) from None


def _check_file(path: Path) -> None:
    """Raise where there is no ordinary file: a device or a pipe could give data without end."""
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        close = difflib.get_close_matches(path.name, _names_beside(path), n=1)
        hint = f"did you mean {close[0]!r}?" if close else "check the name and the folder"
        reason = getattr(error, "strerror", None) or str(error)
        raise TableError(f"{str(path)!r} cannot be opened: {reason}", hint=hint) from error
    if stat.S_ISDIR(facts.st_mode):
        raise TableError(f"{str(path)!r} is a folder, not a file", hint="name the table's file in it")
    if not stat.S_ISREG(facts.st_mode):
        raise TableError(
            f"{str(path)!r} is a pipe or a device, not a file",
            hint="pass '-' to read CSV from standard input",
        )
    if not facts.st_size:
        raise TableError(f"{path.name} is empty", hint="a table needs a line with the column names, and rows")
    _refuse_size(path.name, facts.st_size)


def _names_beside(path: Path) -> list[str]:
    try:
        return [other.name for other in path.parent.iterdir()]
    except (OSError, ValueError):
        return []


def _refuse_size(name: str, size: int) -> None:
    if size > MOST_BYTES:
        raise TableError(
            f"{name} has more than {MOST_BYTES >> 30} GiB", hint="give a part of its rows, or of its columns"
        )


def _check_magic(source: BinaryIO, name: str, format: str) -> None:
    head = source.read(16)
    source.seek(0)
    own = _OWN_MAGIC.get(format)
    if own and head.startswith(own):
        return
    found = next((what for magic, what in _MAGIC.items() if head.startswith(magic)), None)
    if found or own:
        raise TableError(
            f"{name} is {found or 'not ' + format}, whatever its suffix says",
            hint="give it the suffix of its format, or save it again as CSV",
        )


# CSV and TSV


def _read_csv(source: BinaryIO, name: str, format: str) -> File:
    encoding, bom = find_encoding(source, name)
    source.seek(0)
    text = io.TextIOWrapper(source, encoding=encoding, newline="")
    prefer = "\t" if format == "tsv" else ","
    lines = list(_first(_lines(text, bom, name)))
    if not any(line.strip() for line in lines):
        raise TableError(f"{name} is empty", hint="a table needs a line with the column names, and rows")
    delimiter, quote = find_delimiter(lines, cut=len(lines) == _SAMPLE, prefer=prefer)
    newline = next((end for end in ("\r\n", "\n", "\r") if lines[0].endswith(end)), "\n")
    text.seek(0)
    rows = _rows(_lines(text, bom, name), delimiter, quote, name)
    header = next(row for _, row in rows if row)
    names = _named(header, name)
    frame, skipped = _frame(names, rows, name)
    text.detach()
    unnamed = tuple(new for new, old in zip(names, header, strict=True) if new != old)
    layout = Layout(format, delimiter, quote, encoding, bom, newline, unnamed)
    return File(frame, layout, _csv_notes(layout, prefer, header, skipped))


def _lines(text: TextIO, bom: bool, name: str) -> Iterator[str]:
    """The lines of a text, none longer than the cap."""
    number = 0
    while line := text.readline(MOST_LINE + 1):
        number += 1
        if len(line) > MOST_LINE:
            raise TableError(
                f"{name}, line {number} has more than {MOST_LINE:,} characters",
                hint="is this a table in lines?",
            )
        yield line.removeprefix("\ufeff") if bom and number == 1 else line


def _first(lines: Iterator[str]) -> Iterator[str]:
    for _ in range(_SAMPLE):
        line = next(lines, None)
        if line is None:
            return
        yield line


def _rows(text: Iterator[str], delimiter: str, quote: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it starts; an empty line is []."""
    reader = csv.reader(text, delimiter=delimiter, quotechar=quote, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _broken(str(error), line, reader.line_num, name) from error
        yield line, row


def _broken(reason: str, start: int, end: int, name: str) -> TableError:
    if "unexpected end" in reason or "field larger" in reason:
        what = (
            "a quote that is opened and not closed" if start != end else "a quote not closed, or a huge cell"
        )
        return TableError(
            f"{name}, line {start}: {what}", hint='close it, or write a quote in a cell twice: ""'
        )
    return TableError(
        f"{name}, line {end}: text after a closing quote",
        hint='wrap the whole cell in quotes, those inside twice: ""',
    )


def _named(header: Sequence[str], name: str) -> list[str]:
    """The column names, 'column 3' for one without. Raises where a name occurs twice."""
    names = [cell if cell.strip() else f"column {i}" for i, cell in enumerate(header, 1)]
    twice = [cell for cell, count in Counter(names).items() if count > 1]
    if twice:
        raise TableError(
            f"{name}: more than one column has the name {', '.join(repr(cell) for cell in twice[:5])}",
            hint="give each column a name of its own; the first line must be the names",
        )
    return names


def _frame(names: list[str], rows: Iterator[tuple[int, list[str]]], name: str) -> tuple[pl.DataFrame, int]:
    """The frame of text cells, None where empty, and the number of empty lines left out."""
    import polars as pl

    schema = dict.fromkeys(names, pl.String)
    parts: list[pl.DataFrame] = []
    held: list[list[str]] = []
    skipped = 0
    for line, row in rows:
        if not row and len(names) > 1:
            skipped += 1
            continue
        if len(row or [""]) != len(names):
            raise _ragged(len(row), len(names), line, name)
        held.append(row or [""])
        if len(held) == _CHUNK:
            parts.append(pl.DataFrame(list(zip(*held, strict=True)), schema=schema))
            held = []
    columns = list(zip(*held, strict=True)) if held else [()] * len(names)
    parts.append(pl.DataFrame(columns, schema=schema))
    frame = pl.concat(parts, rechunk=True)
    return frame.select(pl.when(pl.col(c) != "").then(pl.col(c)).alias(c) for c in names), skipped


def _ragged(cells: int, width: int, line: int, name: str) -> TableError:
    return TableError(
        f"{name}, line {line}: {cells} {'cell' if cells == 1 else 'cells'} where the header has {width}",
        hint="wrap a cell that has a delimiter inside in quotes, or add what is missing",
    )


def _csv_notes(layout: Layout, prefer: str, header: Sequence[str], skipped: int) -> tuple[str, ...]:
    notes = []
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
    if layout.delimiter != prefer and len(header) > 1:
        notes.append(f"delimiter: {names[layout.delimiter]}")
    if layout.quote != '"':
        notes.append("cells are wrapped in single quotes")
    if layout.encoding != "utf-8":
        notes.append(f"encoding: {layout.encoding}")
    notes += _unnamed_note(layout.unnamed)
    if skipped:
        notes.append(f"{skipped:,} empty {'line' if skipped == 1 else 'lines'} left out")
    numbers = [cell for cell in header if _is_number(cell)]
    if numbers and len(numbers) == len(header):
        notes.append(
            f"the first line was taken as column names, though it has only numbers: {numbers[0]!r} …"
        )
    return tuple(notes)


def _unnamed_note(unnamed: Sequence[str]) -> list[str]:
    called = ", ".join(repr(name) for name in unnamed)
    return [f"columns without a name are called {called}"] if unnamed else []


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


# Parquet, JSON lines, Excel


def _read_parquet(source: BinaryIO, name: str, format: str) -> File:
    import polars as pl

    frame = _parsed(lambda: pl.read_parquet(source), name, "Parquet")
    return File(frame, Layout(format))


def _read_jsonl(source: BinaryIO, name: str, format: str) -> File:
    import polars as pl

    _check_json(source, name)
    frame = _parsed(lambda: pl.read_ndjson(source, infer_schema_length=None), name, "JSON lines")
    return File(frame, Layout(format))


def _check_json(source: BinaryIO, name: str) -> None:
    """Raise with the line that is not a JSON object; polars would not say which."""
    import json

    number = 0
    while line := source.readline(MOST_LINE + 1):
        number += 1
        if len(line) > MOST_LINE:
            raise TableError(f"{name}, line {number} has more than {MOST_LINE:,} bytes")
        if not line.strip():
            continue
        try:
            is_object = isinstance(json.loads(line), dict)
        except (ValueError, RecursionError):
            is_object = False
        if not is_object:
            raise TableError(
                f"{name}, line {number} is not a JSON object",
                hint='each line is one row: {"age": 3, "kind": "cat"}',
            )
    source.seek(0)


def _read_xlsx(source: BinaryIO, name: str, format: str) -> File:
    import polars as pl

    sheets = check_workbook(source, name)
    header, frame = _parsed(lambda: first_sheet(source), name, "an Excel workbook")
    if not header:
        raise TableError(f"the first sheet of {name} is empty", hint="the table must be in the first sheet")
    names = _named(header, name)
    frame.columns = names
    filled = frame.select(~pl.all_horizontal(pl.all().is_null())).to_series().arg_true()
    rows = (filled.to_list()[-1] + 1) if len(filled) else 0  # empty rows at the end are only formatted
    unnamed = tuple(new for new, old in zip(names, header, strict=True) if new != old)
    notes = [f"the first of {sheets} sheets was read"] if sheets > 1 else []
    return File(frame.head(rows), Layout(format, unnamed=unnamed), (*notes, *_unnamed_note(unnamed)))


def _parsed(read: Callable[[], _Read], name: str, what: str) -> _Read:
    """What a parser makes of the file; its own complaint becomes the reason in a `TableError`."""
    import polars as pl

    try:
        return read()
    except (
        pl.exceptions.PolarsError,
        pl.exceptions.PanicException,
        ValueError,
        RuntimeError,
        KeyError,
    ) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise TableError(
            f"{name} cannot be read as {what}: {reason}", hint="is it damaged, or cut off?"
        ) from error


_READERS: dict[str, Callable[[BinaryIO, str, str], File]] = {
    "csv": _read_csv,
    "tsv": _read_csv,
    "parquet": _read_parquet,
    "jsonl": _read_jsonl,
    "xlsx": _read_xlsx,
}
