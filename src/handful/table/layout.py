"""How a file is laid out: what has to be remembered to write a table back as it came."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from handful.errors import TableError

__all__ = ["Layout", "find_delimiter", "find_encoding", "format_of"]

_FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
}
_DELIMITERS = (",", ";", "\t", "|")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out; all but `format` matter to CSV and TSV only."""

    format: str = "csv"
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    bom: bool = False
    newline: str = "\n"
    unnamed: tuple[str, ...] = ()
    """Columns that have no name in the file, as we call them."""


def format_of(path: Path) -> str:
    """The format that the suffix of a file's name tells. Raises `TableError` where it tells none that we know."""
    suffix = path.suffix.lower()
    if suffix in _FORMATS or path.is_dir():  # of a folder something better can be said than of its suffix
        return _FORMATS.get(suffix, "csv")
    if suffix in (".gz", ".zip", ".bz2", ".xz", ".zst"):
        raise TableError(
            f"{path.name}: compressed files are neither read nor written",
            hint="unpack it first, or name a plain file such as .csv",
        )
    if suffix in (".xls", ".ods", ".xlsm", ".xlsb"):
        raise TableError(
            f"{path.name}: {suffix} files are neither read nor written", hint="save it as .xlsx or .csv"
        )
    raise TableError(
        f"{path.name}: the suffix {path.suffix!r} tells no format",
        hint=f"the formats are {', '.join(_FORMATS)}",
    )


def find_encoding(source: BinaryIO, name: str) -> tuple[str, bool]:
    """The encoding of a text file, and whether it starts with a byte order mark; reads all, keeps nothing.

    Raises `TableError` where the file is not text.
    """
    head = source.read(4096)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return _checked(source, name, [encoding]), True
    evens, odds = (
        head[0::2].count(0),
        head[1::2].count(0),
    )  # Latin letters in UTF-16 have every other byte zero
    if max(evens, odds) > 0.4 * len(head) / 2 and not min(evens, odds):
        return _checked(source, name, ["utf-16-le" if odds else "utf-16-be"]), False
    return _checked(source, name, ["utf-8", "cp1252", "latin-1"]), False


def _checked(source: BinaryIO, name: str, encodings: Sequence[str]) -> str:
    """The first of the encodings in which the whole file is text."""
    for encoding in encodings:
        source.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        line = 1
        try:
            while chunk := source.read(_CHUNK):
                text = decoder.decode(chunk)
                if "\0" in text:
                    line += text[: text.index("\0")].count("\n")
                    raise TableError(
                        f"{name}, line {line}: a NUL byte, which no text file has",
                        hint="is this a binary file, or one that was cut off while it was written?",
                    )
                line += text.count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise TableError(
        f"{name} starts like {encodings[0].upper()} text, but is not, from line {line} on",
        hint="save it as UTF-8",
    )


def find_delimiter(lines: Sequence[str], *, cut: bool, prefer: str) -> tuple[str, str]:
    """The delimiter and the quote under which the lines have most often as many cells as the header.

    `cut` says that the lines are only the beginning of the file; `prefer` wins where two do equally well.
    """
    quote = "'" if not any('"' in line for line in lines) and _single_quoted(lines) else '"'
    order = sorted(_DELIMITERS, key=lambda delimiter: delimiter != prefer)
    return max(order, key=lambda delimiter: _fit(lines, delimiter, quote, cut)), quote


def _fit(lines: Sequence[str], delimiter: str, quote: str, cut: bool) -> tuple[bool, float, int]:
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, quotechar=quote) if row]
    except csv.Error:
        return False, 0.0, 0
    rows = rows[:-1] if cut and len(rows) > 1 else rows  # the last may go on beyond the lines
    if not rows:
        return False, 0.0, 0
    width = len(rows[0])
    share = sum(len(row) == width for row in rows) / len(rows)
    return width > 1 and share >= 0.5, share, width


def _single_quoted(lines: Sequence[str]) -> bool:
    """Whether a cell is wrapped in single quotes because it has a delimiter inside."""
    d = "".join(_DELIMITERS)
    wrapped = re.compile(rf"(?:^|[{d}])'[^'{d}]*[{d}][^']*'(?:$|[{d}])")
    return any(wrapped.search(line.rstrip("\r\n")) for line in lines)
