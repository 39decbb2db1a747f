"""A frame becomes a file in the layout in which it came: written aside, then renamed, so never half there."""

from __future__ import annotations

import csv
import io
import os
import secrets
import stat
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from handful.errors import HandfulError, TableError
from handful.table.layout import Layout, format_of
from handful.table.workbook import workbook_bytes

if TYPE_CHECKING:
    import polars as pl

__all__ = ["refuse_existing", "write_aside", "write_file"]


def write_file(
    frame: pl.DataFrame, path: Path | str, layout: Layout, *, excel_safe: bool = False, force: bool = False
) -> None:
    """The frame as a file in the layout given, or the format that the path's suffix asks for; "-" is stdout.

    `excel_safe` puts an apostrophe before each text that a spreadsheet would run as a formula.
    Raises `TableError` where the file exists and `force` is not set, or the path cannot be written to.
    """
    if str(path) == "-":
        sys.stdout.buffer.write(_bytes(frame, layout, excel_safe))
        sys.stdout.buffer.flush()
        return
    path = Path(path)
    layout = _layout_for(path, layout)
    refuse_existing(path, force=force)
    write_aside(path, _bytes(frame, layout, excel_safe))


def refuse_existing(path: Path | str, *, force: bool) -> None:
    """Raises `TableError` where the output exists and may not be replaced; "-" is stdout, which never does."""
    if str(path) != "-" and Path(path).exists() and not force:
        raise TableError(
            f"{str(path)!r} exists already", hint="name another file, or add --force to replace it"
        )


def write_aside(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """A file with that content, whole or not at all.

    Without a `mode` it has that of the file it replaces, or that of any new file.
    Raises `TableError` where the path is not one to write to, `HandfulError` where the disk fails.
    """
    path = Path(os.path.realpath(path))  # a link stays a link, to a new file
    if path.exists() and not path.is_file():
        raise TableError(
            f"{str(path)!r} is not an ordinary file", hint="pass '-' to write to standard output"
        )
    aside = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        kept = stat.S_IMODE(path.stat().st_mode) if mode is None and path.exists() else None
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, kept or mode or 0o666)
        with os.fdopen(handle, "wb") as file:
            if kept is not None:
                aside.chmod(kept)  # the umask may have taken some of it
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except (FileNotFoundError, PermissionError, NotADirectoryError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TableError(f"{str(path)!r} cannot be written: {reason}", hint="check the folder") from error
    except OSError as error:
        raise HandfulError(f"{str(path)!r} could not be written: {error.strerror}") from error
    finally:
        aside.unlink(missing_ok=True)


def _layout_for(path: Path, layout: Layout) -> Layout:
    """The layout as it is, unless there is a suffix and it names another format."""
    format = format_of(path) if path.suffix else layout.format
    if format == layout.format:
        return layout
    if format in ("csv", "tsv") and layout.format in ("csv", "tsv"):
        return replace(layout, format=format, delimiter="\t" if format == "tsv" else ",")
    return Layout(format, delimiter="\t" if format == "tsv" else ",", unnamed=layout.unnamed)


def _bytes(frame: pl.DataFrame, layout: Layout, excel_safe: bool) -> bytes:
    frame = _safe(frame) if excel_safe else frame
    return _WRITERS[layout.format](frame, layout)


def _safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Texts (and names) that begin like a formula get an apostrophe; numbers stay as they are."""
    import polars as pl

    safe = []
    for column in frame.iter_columns():
        if column.dtype in (pl.String, pl.Categorical, pl.Enum):
            text = column.cast(pl.String)
            formula = text.str.contains(r"^[=+\-@\t\r]") & ~text.str.contains(
                r"^[+-]?[\d.,]+([eE][+-]?\d+)?%?$"
            )
            column = (
                pl.select(pl.when(formula).then("'" + text).otherwise(text)).to_series().alias(column.name)
            )
        safe.append(column.alias("'" + column.name) if column.name.startswith(tuple("=+-@\t\r")) else column)
    return pl.DataFrame(safe)


def _csv(frame: pl.DataFrame, layout: Layout) -> bytes:
    import polars as pl

    texts = [pl.col(s.name).cast(pl.String) for s in frame.iter_columns() if s.dtype == pl.Categorical]
    nested = [_as_text(s) for s in frame.iter_columns() if s.dtype.is_nested() or s.dtype == pl.Object]
    rows = frame.with_columns(*texts, *nested).write_csv(
        include_header=False,
        separator=layout.delimiter,
        quote_char=layout.quote,
        line_terminator=layout.newline,
    )
    try:
        return (("\ufeff" if layout.bom else "") + _header_line(frame.columns, layout) + rows).encode(
            layout.encoding
        )
    except UnicodeEncodeError as error:
        raise TableError(
            f"{error.object[error.start]!r} cannot be written in the file's encoding, {layout.encoding}",
            hint="save that file as UTF-8 first",
        ) from error


def _header(names: Sequence[str], layout: Layout) -> list[str]:
    """The column names, without those that we gave to columns that have none."""
    return ["" if name in layout.unnamed else name for name in names]


def _header_line(names: Sequence[str], layout: Layout) -> str:
    line = io.StringIO()
    writer = csv.writer(
        line, delimiter=layout.delimiter, quotechar=layout.quote, lineterminator=layout.newline
    )
    writer.writerow(_header(names, layout))
    return line.getvalue()


def _as_text(column: pl.Series) -> pl.Series:
    """Lists and records as JSON text, which every format can hold."""
    import json

    import polars as pl

    cells = [
        None if cell is None else json.dumps(cell, default=str, ensure_ascii=False)
        for cell in column.to_list()
    ]
    return pl.Series(column.name, cells, dtype=pl.String)


def _parquet(frame: pl.DataFrame, layout: Layout) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def _jsonl(frame: pl.DataFrame, layout: Layout) -> bytes:
    buffer = io.BytesIO()
    frame.write_ndjson(buffer)
    return buffer.getvalue()


def _xlsx(frame: pl.DataFrame, layout: Layout) -> bytes:
    import polars as pl

    texts = [
        pl.col(s.name).cast(pl.String) for s in frame.iter_columns() if s.dtype in (pl.Categorical, pl.Enum)
    ]
    nested = [_as_text(s) for s in frame.iter_columns() if s.dtype.is_nested()]
    return workbook_bytes(frame.with_columns(*texts, *nested), _header(frame.columns, layout))


_WRITERS: dict[str, Callable[[pl.DataFrame, Layout], bytes]] = {
    "csv": _csv,
    "tsv": _csv,
    "parquet": _parquet,
    "jsonl": _jsonl,
    "xlsx": _xlsx,
}
