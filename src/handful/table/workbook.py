"""Excel workbooks: the first sheet as a frame, and a frame as the only sheet."""

from __future__ import annotations

import io
import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, BinaryIO

from handful.errors import TableError

if TYPE_CHECKING:
    import polars as pl

__all__ = ["check_workbook", "first_sheet", "workbook_bytes"]

_MOST_BYTES = 2 << 30  # that all members of a workbook unpack to
_RATIO = 200  # a workbook that unpacks to more than this times its size is a bomb
_SMALL = 50 << 20  # that little does no harm at any ratio
_MOST_CELLS = 50_000_000  # from the first to the last of a sheet, filled or not: they are laid out densely
_CHUNK = 1 << 20
_TAG = (
    re.compile(  # <row r="3"> or <c r="B3">, with any prefix and either quote; without r it is the next one
        rb"<(?:[^\s<>/:]+:)?(row|c)(?=[\s/>])(?:[^<]*?\sr\s*=\s*[\"']([A-Za-z]*)(\d*)[\"'])?"
    )
)
_MOST_ROWS, _MOST_COLUMNS, _MOST_TEXT = 1_048_576, 16_384, 32_767  # Excel's own limits


@dataclass(slots=True)
class _Extent:
    """How many rows and columns a sheet spans, by the tags seen so far."""

    rows: int = 1
    columns: int = 1
    row: int = 0
    column: int = 0

    def see(self, text: bytes) -> None:
        for tag, letters, digits in _TAG.findall(text):
            if tag == b"row":
                self.row, self.column = int(digits or self.row + 1), 0
            else:
                self.column = _column_number(letters) if letters else self.column + 1
            self.rows = max(self.rows, self.row, int(digits or 0))
            self.columns = max(self.columns, self.column)


def check_workbook(source: BinaryIO, name: str) -> int:
    """The number of sheets in a workbook that is safe to open.

    The members are unpacked for this, since the sizes that the archive states may lie. Raises `TableError` where
    the workbook is damaged, or would unpack to far more than a workbook does.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            members = archive.infolist()
        packed = sum(member.compress_size for member in members)
        limit = min(_MOST_BYTES, max(_SMALL, _RATIO * packed))
        unpacked = 0
        for member in members:
            extent = _Extent()
            rest = b""
            for chunk in _unpack(source, member):
                unpacked += len(chunk)
                if unpacked > limit:
                    raise _bomb(name, f"{packed:,} bytes unpack to more than {limit:,}")
                text = rest + chunk
                end = max(text.rfind(b"<"), 0)
                rest = text[end:]
                if len(rest) > _CHUNK:
                    if _TAG.match(rest):
                        raise _bomb(name, f"a cell has more than {_CHUNK:,} bytes")
                    rest = b""
                extent.see(text[:end])
                if extent.columns * extent.rows > _MOST_CELLS:
                    raise _bomb(name, f"a sheet has a cell in row {extent.rows:,}, column {extent.columns:,}")
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError) as error:
        if isinstance(error, TableError):
            raise
        raise TableError(f"{name} is damaged: {error}", hint="save it again as .xlsx or .csv") from error
    return sum(member.filename.startswith("xl/worksheets/sheet") for member in members)


def first_sheet(source: BinaryIO) -> tuple[list[str], pl.DataFrame]:
    """The column names of the first sheet as they stand, "" for none, and the rows under them.

    Raises `ValueError` where the workbook cannot be read.
    """
    import fastexcel

    logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of every column without a cell
    source.seek(0)
    try:
        workbook = fastexcel.read_excel(source.read())
        # the names are read apart: the reader would rename what occurs twice
        top = workbook.load_sheet(0, header_row=None, n_rows=1, dtypes="string").to_polars()
        rows = workbook.load_sheet(0).to_polars()
    except fastexcel.FastExcelError as error:
        raise ValueError(str(error)) from error
    names = [name or "" for name in top.row(0)] if top.height else []
    if rows.width != len(names):
        raise ValueError("its first line and its rows are not of one width")
    return names, rows.with_columns(_as_meant(column) for column in rows.iter_columns())


def _as_meant(column: pl.Series) -> pl.Series:
    """Whole numbers and days, which a workbook stores as fractions and moments."""
    import polars as pl

    if column.dtype == pl.Float64 and bool(
        (column.is_null() | ((column % 1 == 0) & (column.abs() < 2**53))).all()
    ):
        return column.cast(pl.Int64)
    if column.dtype == pl.Datetime and bool((column.is_null() | (column.dt.time() == time(0))).all()):
        return column.cast(pl.Date)
    return column


def workbook_bytes(frame: pl.DataFrame, header: Sequence[str]) -> bytes:
    """The frame as a workbook under those names; texts stay texts, also those that look like a formula or a link.

    Raises `TableError` where the frame is larger than a sheet can be.
    """
    import polars as pl
    import xlsxwriter

    too_long = any(
        (s.str.len_chars() > _MOST_TEXT).any() for s in frame.iter_columns() if s.dtype == pl.String
    )
    if frame.height >= _MOST_ROWS or frame.width > _MOST_COLUMNS or too_long:
        raise TableError(
            "the table is larger than an Excel sheet can be", hint="write it as .csv or .parquet"
        )
    buffer = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "nan_inf_to_errors": True, **plain}) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = workbook.add_worksheet()
        for i, (name, column) in enumerate(zip(header, frame.iter_columns(), strict=True)):
            form = {pl.Date: day, pl.Datetime: moment}.get(column.dtype.base_type())
            if getattr(column.dtype, "time_zone", None):
                column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            sheet.write_string(0, i, name)
            sheet.write_column(1, i, column.to_list(), form)
    return buffer.getvalue()


def _unpack(source: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member holds, piece by piece, whatever size the archive states for it."""
    source.seek(member.header_offset + 26)
    source.seek(sum(struct.unpack("<HH", source.read(4))), io.SEEK_CUR)  # past the name and the extra field
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotImplementedError(f"{member.filename!r} is packed in a way that workbooks do not use")
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if member.compress_type == zipfile.ZIP_DEFLATED else None
    left = member.compress_size
    while left > 0 and (packed := source.read(min(_CHUNK, left))):
        left -= len(packed)
        if inflate is None:
            yield packed
            continue
        while packed:
            yield inflate.decompress(packed, _CHUNK)
            packed = inflate.unconsumed_tail


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _bomb(name: str, what: str) -> TableError:
    return TableError(f"{name} is not opened: {what}", hint="if you trust it, save it again as .csv")
