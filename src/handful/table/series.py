"""One cell of a series read: a list of numbers, a list for each channel, or the bytes of a CSV or .npy file."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from handful.errors import CellError
from handful.plain import plain
from handful.table.blanks import MARKS
from handful.table.column import LARGEST

__all__ = ["MOST_CHANNELS", "MOST_VALUES", "read_series", "series_cells"]

MOST_VALUES = 2_000_000
"""Of one cell, all channels together: two hours of an ECG at 250 a second; read in under a second."""
MOST_CHANNELS = 256
MOST_BYTES = 32 * MOST_VALUES
MOST_CELLS = 2 * MOST_VALUES
"""Of a CSV file, with those of its columns that are no numbers: each takes a hundred bytes until it is read."""

_NPY = b"\x93NUMPY"
_BLANK = {"", "none", "-", *(mark.lower() for mark in MARKS)}
_BETWEEN_CHANNELS = re.compile(r"[\])]\s*(?:[,;]\s*)?[\[(]")


def read_series(content: str | bytes) -> NDArray[np.float64]:
    """(channel, time) of one cell or file; NaN where a value is blank, infinite or beyond `LARGEST`.

    "[1, 2, 3]" and "1;2;3" are one channel, "[[1, 2, 3], [4, 5, 6]]" two, and so is a CSV file of two columns. Of a
    nested list or an array the shorter side is the channels, for both ways round are in use.

    Raises CellError where it cannot be read, where no value is left, or where it is longer than `MOST_VALUES`.
    """
    if len(content) > MOST_BYTES:
        raise CellError(f"more than {MOST_VALUES:,} values")
    if isinstance(content, bytes) and content.startswith(_NPY):
        series = _array(content)
    else:
        series = _text(content.decode("utf-8-sig", "replace") if isinstance(content, bytes) else content)
    if series.size > MOST_VALUES:
        raise CellError(f"more than {MOST_VALUES:,} values")
    if len(series) > MOST_CHANNELS:
        raise CellError(f"more than {MOST_CHANNELS} channels")
    series = np.where(np.abs(series) <= LARGEST, series, np.nan)
    if not np.isfinite(series).any():
        raise CellError("no number in it")
    return series


def series_cells(rows: Sequence[Sequence[str | float | None]]) -> list[str | None]:
    """One list of numbers as text for each row of cells t0, t1 ... tN; None where the whole row is blank.

    Blanks at the end of a row are where a shorter series has ended; the others are kept.
    """
    return [_joined([_item(cell) for cell in row]) for row in rows]


def _item(cell: str | float | None) -> str:
    """A cell as it stands in a list; "" where it is blank."""
    if cell is None or cell != cell:
        return ""
    text = cell.strip() if isinstance(cell, str) else repr(float(cell))
    return "" if text.lower() in _BLANK else text.replace(",", ".")


def _joined(items: list[str]) -> str | None:
    while items and not items[-1]:
        items.pop()
    return f"[{', '.join(item or 'nan' for item in items)}]" if items else None


def _array(content: bytes) -> NDArray[np.float64]:
    """The array of an .npy file of numbers.

    Its header is read on its own: numpy's reader would reserve whatever size a header claims.
    """
    stream = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        headers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
        shape, by_column, dtype = headers[version](stream)
    except Exception as error:  # numpy lets through whatever reading the header as Python raises
        raise CellError("not a readable .npy file") from error
    if dtype.kind not in "fiub" or dtype.itemsize > 8:
        raise CellError("not an .npy file of numbers")
    if len(shape) not in (1, 2) or 0 in shape:
        raise CellError("not an array of one or two dimensions")
    values = content[stream.tell() :]
    # Python's whole numbers: a claim of 2**63 rows does not wrap around
    if len(values) != int(dtype.itemsize) * int(shape[0]) * int(shape[-1] if len(shape) == 2 else 1):
        raise CellError("cut off")
    array = np.frombuffer(values, dtype).reshape(shape, order="F" if by_column else "C").astype(np.float64)
    return _upright(np.atleast_2d(array))


def _text(text: str) -> NDArray[np.float64]:
    text = text.strip()
    if not text:
        raise CellError("empty")
    if text[0] in "[(":
        return _lists(text)
    return _table(text) if "\n" in text else _numbers(_split(text))[None]


def _lists(text: str) -> NDArray[np.float64]:
    """A list, or a list of lists of one length."""
    if text[-1] not in "])":
        raise CellError("cut off")
    inner = text[1:-1].strip()
    if not inner.startswith(("[", "(")):
        return _numbers(_split(inner))[None]
    if inner[-1] not in "])":
        raise CellError("lists and numbers mixed")
    channels = _BETWEEN_CHANNELS.split(inner[1:-1], MOST_VALUES)
    return _upright(_stacked([_numbers(_split(each)) for each in _no_more(channels)]))


def _table(text: str) -> NDArray[np.float64]:
    """(column, line) of a CSV file; a header is skipped, and a column without a single number, such as one of dates."""
    lines = _lines(text)
    if len({len(line) for line in lines}) > 1:
        raise CellError("lines of unequal length")
    if not any(_is_number(item) for item in lines[0]):
        lines = lines[1:]
    columns = [column for column in zip(*lines, strict=True) if any(_is_number(item) for item in column)]
    return _stacked([_numbers(column) for column in columns])


def _lines(text: str) -> list[list[str]]:
    """The cells of each line that is not blank."""
    too_many = CellError(f"more than {MOST_CELLS:,} cells")
    if max(text.count("\n"), text.count("\r")) > MOST_CELLS:
        raise too_many
    lines, cells = [], 0
    for line in filter(str.strip, text.splitlines()):
        lines.append(_split(line))
        cells += len(lines[-1])
        if cells > MOST_CELLS:
            raise too_many
    return lines


def _stacked(channels: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    if not channels:
        raise CellError("no number in it")
    if len({len(channel) for channel in channels}) > 1:
        raise CellError("channels of unequal length")
    return np.stack(channels)


def _upright(series: NDArray[np.float64]) -> NDArray[np.float64]:
    """The shorter side first."""
    return np.ascontiguousarray(series.T) if series.shape[0] > series.shape[1] else series


def _split(text: str) -> list[str]:
    """The items between the separators; a comma beside another separator is a decimal sign: "1,5;2,5"."""
    for separator in ";\t|":
        if separator in text:
            bare = text.replace(",", ".").strip().removesuffix(separator)
            return _no_more(bare.split(separator, MOST_VALUES))
    if "," in text:
        return _no_more(text.strip().removesuffix(",").split(",", MOST_VALUES))
    return _no_more(text.split(maxsplit=MOST_VALUES)) or [""]


def _no_more(parts: list[str]) -> list[str]:
    """The parts, of which no more were split off than are wanted. Raises CellError where there are more."""
    if len(parts) > MOST_VALUES:
        raise CellError(f"more than {MOST_VALUES:,} values")
    return parts


def _numbers(items: Iterable[str]) -> NDArray[np.float64]:
    """The items as numbers, NaN where blank. Raises CellError with the first that is neither."""
    items = list(items)
    try:
        return np.array([float(item) for item in items])
    except ValueError:
        return np.array([_number(item) for item in items])


def _number(item: str) -> float:
    bare = item.strip()
    if bare.lower() in _BLANK:
        return np.nan
    try:
        return float(bare)
    except ValueError:
        raise CellError(f"'{plain(bare[:20])}' is not a number") from None


def _is_number(item: str) -> bool:
    try:
        return bool(np.isfinite(float(item)))
    except ValueError:
        return False
