"""A data frame becomes a `Table`, and answers go back into a frame of its kind; yours is never changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from handful.errors import ColumnError, UserError
from handful.table.blanks import kept_marks, without_marks
from handful.table.column import Column, Form, Kind, number_column
from handful.table.form import decimals_of, write_number
from handful.table.kinds import GIVEN, Guess, as_kind, column_from_text, guess_column, kind_named
from handful.table.members import as_members, with_series
from handful.table.table import Table, listing

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import polars as pl

__all__ = ["names_of", "put_answers", "table_from_frame"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEDIA = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"fLaC", b"OggS", b"ID3")
"""How files of pictures and sounds begin."""
_OPEN_END = 253370764800.0  # 9999-01-01: dates from here on often stand for "no end"


def table_from_frame(
    frame: Any,
    *,
    kinds: Mapping[str, str] | None = None,
    forms: Mapping[str, Form] | None = None,
    series: Mapping[str, Sequence[str]] | None = None,
    root: Path | str | None = None,
) -> Table:
    """The typed columns of a pandas, polars or pyarrow frame, with what was guessed as notes.

    `kinds` overrides the guesses. `forms` says how a column known from before is written, so that one new row is
    read as the rows before it were, whatever stands beside it. `series` names columns that together are one series,
    `root` the folder that paths to files are relative to, which without it is the working directory. A name that is
    no string is taken as its `str()`.

    Raises `UserError` for what is no frame, `ColumnError` for names that occur twice, for an unknown column
    or kind in `kinds`, and for cells that the kind asked for does not allow.
    """
    wrapped = _wrap(frame)
    names = _labels(frame)
    series = series or {}
    asked = {name: kind_named(kind) for name, kind in (kinds or {}).items()}
    asked, forms = as_members(asked, forms or {}, series, names)
    known = set(names)
    for name, kind in asked.items():
        if name not in known:
            raise ColumnError(f"there is no column {name!r} to take as {str(kind)!r}", hint=listing(names))
    kept: dict[str, tuple[str, ...]] = {}
    marks: dict[str, dict[str, int]] = {}
    guesses: dict[str, Guess] = {}
    texts: dict[str, pl.Series] = {}
    for name, cells in zip(names, _columns(wrapped), strict=True):
        form = forms.get(name)
        measured = _measured(name, cells, form)
        if measured is not None:
            guesses[name] = Guess(as_kind(measured, asked.get(name, measured.kind)))
            continue
        text = _text(name, cells)
        kept[name] = kept_marks(text) if form is None else form.kept
        text, marks[name] = without_marks(text, kept[name])
        texts[name] = text
        if name in asked:
            guesses[name] = column_from_text(name, text, asked[name], form)
        elif _is_category(cells):
            why = f"the frame says {cells.dtype}"
            guesses[name] = column_from_text(name, text, Kind.CATEGORY, form, why=why)
        else:
            guesses[name] = guess_column(name, text, form)
    guesses = _settle(guesses, texts)
    folder = Path.cwd() if root is None else Path(root).absolute()
    columns = tuple(
        _finished(guess.column, kept.get(name, ()), name in asked, folder) for name, guess in guesses.items()
    )
    return with_series(Table(columns, len(wrapped), _notes(guesses, marks, texts)), series, folder)


def names_of(frame: Any) -> list[str]:
    """The names of a frame's columns, as text. Raises as `table_from_frame` does."""
    _wrap(frame)
    return _labels(frame)


def put_answers(
    frame: Any,
    target: str,
    values: Sequence[object],
    rows: NDArray[np.bool_],
    beside: Mapping[str, Sequence[object]],
    stale: Collection[str] = (),
) -> Any:
    """The frame, of the same kind, with `values` in the target where `rows` is true, and `beside` after it; the columns
    `stale`, which an earlier filling has put there, are gone.

    `values` has one value for each true row: text (as `write_value` writes it), a number, or None, which
    leaves the cell as it is. The dtype of the target stays where it can: an int column takes rounded numbers,
    a category or enum is extended where it has to be. A column in `beside` is replaced wherever it stands.
    """
    wrapped = _wrap(frame)
    names = _labels(frame)
    if target not in names:
        raise ColumnError(f"there is no column {target!r}", hint=listing(names))
    label = wrapped.columns[names.index(target)]
    series = _columns(wrapped)[names.index(target)]
    dtype = series.dtype
    like = _example(series) if str(dtype) in ("Object", "Unknown") else None
    cells = {
        int(row): _cell(value, dtype, like)
        for row, value in zip(np.flatnonzero(rows), values, strict=True)
        if value is not None and value == value  # NaN is no answer either
    }
    dropped = [
        old for old, name in zip(wrapped.columns, names, strict=True) if name in beside or name in stale
    ]
    added = {name: _beside(column) for name, column in beside.items()}
    put = {"pandas": _put_pandas, "polars": _put_polars, "pyarrow": _put_arrow}[str(wrapped.implementation)]
    return put(frame, label, cells, dropped, added)


def _wrap(frame: Any) -> nw.DataFrame[Any]:
    """The frame behind the one interface of narwhals. Raises `UserError` for anything that is not a frame."""
    import narwhals.stable.v2 as nw
    from narwhals.exceptions import DuplicateError

    try:
        wrapped = nw.from_native(frame, eager_only=True)
    except DuplicateError:
        twice = [name for name, count in Counter(_labels(frame)).items() if count > 1]
        raise _duplicates(twice) from None
    except TypeError:
        wrapped = None
    if wrapped is None or str(wrapped.implementation) not in ("pandas", "polars", "pyarrow"):
        raise UserError(
            f"a {type(frame).__module__}.{type(frame).__name__} is not a table",
            hint="pass a pandas, polars or pyarrow data frame; pandas.DataFrame(array) makes one of an array",
        )
    if getattr(frame.columns, "nlevels", 1) > 1:
        raise ColumnError(
            "the column names have more than one level",
            hint="make one text of each, for instance df.columns = df.columns.map('_'.join)",
        )
    twice = [name for name, count in Counter(_labels(frame)).items() if count > 1]
    if twice:
        raise _duplicates(twice)
    return cast("nw.DataFrame[Any]", wrapped)


def _columns(wrapped: nw.DataFrame[Any]) -> list[nw.Series[Any]]:
    """The columns by place: a name that is no string cannot be looked up."""
    return cast("list[nw.Series[Any]]", list(wrapped.iter_columns()))


def _labels(frame: Any) -> list[str]:
    labels = frame.column_names if hasattr(frame, "column_names") else frame.columns
    return [str(label) for label in labels]


def _duplicates(names: Sequence[str]) -> ColumnError:
    listed = ", ".join(repr(name) for name in names)
    return ColumnError(
        f"more than one column has the name {listed}", hint="give each column a name of its own"
    )


# frame -> columns


def _measured(name: str, series: nw.Series[Any], form: Form | None) -> Column | None:
    """The column where the frame itself says that it holds numbers or dates; else None.

    Its form is the one given, for the cells of a few new rows do not show it.
    """
    import narwhals.stable.v2 as nw

    dtype = series.dtype
    if dtype.is_numeric():
        column = number_column(name, _floats(series), f"the frame says {dtype}", Form())
        precision = 1e-6 if dtype == nw.Float32 else 1e-14
        whole = dtype.is_integer()
        shown = Form(decimals=0 if whole else decimals_of(column.values, precision=precision))
    elif isinstance(dtype, nw.Duration):
        seconds = _floats(series.dt.total_microseconds()) / 1e6
        shown = Form(decimals=decimals_of(seconds))
        column = Column(name, Kind.NUMBER, seconds, "durations, in seconds")
    elif isinstance(dtype, (nw.Date, nw.Datetime)):
        seconds = _seconds(series)
        shown = Form(date_format=_date_format(seconds))
        column = Column(name, Kind.DATE, seconds, f"the frame says {dtype}")
    else:
        return None
    return replace(column, form=shown if form is None else form)


def _date_format(values: NDArray[np.float64]) -> str:
    """The shortest that writes every moment."""
    seen = values[~np.isnan(values)]
    if not (seen % 86400).any():
        return "%Y-%m-%d"
    return "%Y-%m-%d %H:%M:%S" + (".%6f" if (seen % 1).any() else "")


def _floats(series: nw.Series[Any]) -> NDArray[np.float64]:
    import narwhals.stable.v2 as nw

    blank = series.is_null().to_numpy().astype(np.bool_)
    if series.dtype.is_decimal():
        series = series.cast(nw.Float64)
    if blank.any():
        series = series.fill_null(0)
    return np.where(blank, np.nan, series.to_numpy().astype(np.float64))


def _seconds(series: nw.Series[Any]) -> NDArray[np.float64]:
    import narwhals.stable.v2 as nw

    moments = series.cast(nw.Datetime("us")) if isinstance(series.dtype, nw.Date) else series
    if getattr(moments.dtype, "time_zone", None):
        moments = moments.dt.convert_time_zone("UTC")
    return _floats(moments.dt.timestamp("us")) / 1e6


def _is_category(series: nw.Series[Any]) -> bool:
    """Whether the frame itself says that these are categories."""
    import narwhals.stable.v2 as nw

    return series.dtype in (nw.Boolean, nw.Categorical, nw.Enum)


def _text(name: str, series: nw.Series[Any]) -> pl.Series:
    """The cells as the user would write them. Raises `ColumnError` where they are pictures or sounds themselves."""
    import narwhals.stable.v2 as nw
    import polars as pl

    native = series.to_native()
    if isinstance(native, pl.Series) and series.dtype in (nw.String, nw.Categorical, nw.Enum):
        return native.cast(pl.String)
    blanks = series.is_null().to_list()
    given = [None if blank else cell for cell, blank in zip(series.to_list(), blanks, strict=True)]
    if any(isinstance(cell, (bytes, bytearray)) and cell.startswith(_MEDIA) for cell in given):
        raise ColumnError(
            f"{name!r} holds the bytes of pictures or sounds, not paths to them",
            hint="write each to a file, and name the file in the column",
        )
    cells = [None if cell is None else _written(cell) for cell in given]
    return pl.Series(str(series.name), cells, dtype=pl.String)


def _written(cell: Any) -> str:
    """One cell of a frame as text: true, not True; 1.5, not np.float64(1.5); lists in brackets."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, (bool, np.bool_)):
        return str(bool(cell)).lower()
    if isinstance(cell, (float, np.floating)):
        return repr(float(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (list, tuple, np.ndarray)) or type(cell).__module__.startswith("polars"):
        cell = cell.tolist() if isinstance(cell, np.ndarray) else list(cell)
        if all(type(part) is float for part in cell):
            return str(cell)  # what follows would write too, and slower
        return "[" + ", ".join("nan" if part is None else _written(part) for part in cell) + "]"
    return str(cell)


def _settle(guesses: dict[str, Guess], texts: Mapping[str, pl.Series]) -> dict[str, Guess]:
    """What one column leaves open, another of the same table may show: comma or point, day or month first."""
    sure = [guess.column for guess in guesses.values() if not guess.ambiguous]
    shown = {
        Kind.NUMBER: [c.form for c in sure if c.kind is Kind.NUMBER and c.form.decimal == ","],
        Kind.DATE: [c.form for c in sure if c.kind is Kind.DATE and "/" in c.form.date_format],
    }
    settled = dict(guesses)
    for name, guess in guesses.items():
        column = guess.column
        if guess.ambiguous and shown[column.kind]:
            settled[name] = column_from_text(
                name, texts[name], column.kind, shown[column.kind][0], why=column.why
            )
    return settled


def _finished(column: Column, kept: tuple[str, ...], asked: bool, root: Path) -> Column:
    """The column with what is known of it beside its cells."""
    is_media = column.kind in (Kind.IMAGE, Kind.SOUND, Kind.SERIES)
    column = replace(
        column, form=replace(column.form, kept=kept), given=asked, root=root if is_media else None
    )
    return replace(column, why=GIVEN) if asked else column


def _notes(
    guesses: Mapping[str, Guess], marks: Mapping[str, Mapping[str, int]], texts: Mapping[str, pl.Series]
) -> tuple[str, ...]:
    """What was guessed, one sentence each."""

    def listed(names: Sequence[str]) -> str:
        return ", ".join(repr(name) for name in names[:5]) + (
            f" and {len(names) - 5:,} more" if len(names) > 5 else ""
        )

    notes = []
    counted = sorted({mark for used in marks.values() for mark in used})
    for mark in counted:
        where = [name for name, used in marks.items() if mark in used]
        cells = sum(marks[name][mark] for name in where)
        notes.append(
            f"{cells:,} {'cell' if cells == 1 else 'cells'} {mark!r} in {listed(where)} counted as blank"
        )
    comma = [n for n, g in guesses.items() if g.column.kind is Kind.NUMBER and g.column.form.decimal == ","]
    if comma:
        notes.append(f"decimal comma in {listed(comma)}")
    links = [name for name, g in guesses.items() if g.links and g.links * 2 >= (~g.column.blank).sum()]
    if links:
        notes.append(
            f"links and data: URLs in {listed(links)} are read as words: nothing is fetched or decoded"
        )
    for name, guess in guesses.items():
        column = guess.column
        if guess.ambiguous and column.kind is Kind.NUMBER:
            cell = texts[name].filter(texts[name].str.contains(",", literal=True).fill_null(False))[0]
            notes.append(f"{cell!r} in {name!r} read as a thousands separator, not a decimal comma")
        if guess.ambiguous and column.kind is Kind.DATE:
            cell = texts[name].drop_nulls()[0]
            notes.append(
                f"day first or month first cannot be told in {name!r} ({cell!r}): day first was taken"
            )
        if guess.zones:
            notes.append(f"times with a zone in {name!r} read as UTC")
        if column.unusable is not None:
            count = int(column.unusable.sum())
            noun = "value" if count == 1 else "values"
            notes.append(f"{count:,} infinite or too large {noun} in {name!r} kept, but not used")
        if guess.zero_dates:
            notes.append(f"{guess.zero_dates:,} zero dates in {name!r} counted as blank")
        if column.kind is Kind.DATE and (column.values >= _OPEN_END).any():
            notes.append(
                f"dates in the year 9999 in {name!r} taken as they are, though they often mean 'no end'"
            )
    return tuple(notes)


# answers -> frame


def _example(series: nw.Series[Any]) -> Any:
    """A cell of an object column that is not blank: what the new cells should be like."""
    blanks = series.is_null().to_list()
    return next((cell for cell, blank in zip(series.to_list(), blanks, strict=True) if not blank), "")


def _cell(value: Any, dtype: Any, like: Any) -> Any:
    """One answer as the Python value that a column of that dtype takes."""
    import narwhals.stable.v2 as nw

    if dtype.is_integer() or (isinstance(like, (int, np.integer)) and not isinstance(like, bool)):
        return round(float(value))
    if dtype.is_decimal() or isinstance(like, Decimal):
        return Decimal(str(value))
    if dtype.is_float() or isinstance(like, (float, np.floating)):
        return float(value)
    if dtype == nw.Boolean or isinstance(like, (bool, np.bool_)):
        return str(value).lower() in ("true", "1", "1.0")
    if isinstance(dtype, nw.Duration):
        return timedelta(seconds=float(value))
    if isinstance(dtype, nw.Datetime) or isinstance(like, datetime):
        zone = getattr(dtype, "time_zone", None) or getattr(like, "tzinfo", None)
        return _moment(value) if zone else _moment(value).replace(tzinfo=None)
    if isinstance(dtype, nw.Date) or isinstance(like, date):
        return _moment(value).date()
    return write_number(float(value), Form()) if isinstance(value, (float, np.floating)) else str(value)


def _moment(value: Any) -> datetime:
    """The moment that is written as ISO text, given as one, or as seconds since 1970."""
    if isinstance(value, (str, datetime)):
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _EPOCH + timedelta(seconds=float(value))


def _beside(column: Sequence[object]) -> list[Any]:
    """The cells as Python values of one type, None = blank."""
    return [None if cell is None or cell != cell else cell for cell in column]


def _is_blank(cells: Sequence[Any]) -> bool:
    """Whether a frame cannot tell the column's type from its cells; it is made of floats then."""
    return all(cell is None for cell in cells)


def _put_pandas(
    frame: Any, label: Any, cells: Mapping[int, Any], dropped: Sequence[Any], added: Mapping[str, list[Any]]
) -> Any:
    import pandas as pd

    out = frame.copy()
    if cells:
        out[label] = _pandas_column(out[label].copy(), cells)
    out = out.drop(columns=list(dropped))
    at = list(out.columns).index(label) + 1
    for i, (name, column) in enumerate(added.items()):
        array = pd.Series(column, dtype="float64" if _is_blank(column) else None).array
        out.insert(at + i, name, array)
    return out


def _pandas_column(column: Any, cells: Mapping[int, Any]) -> Any:
    import pandas as pd

    rows, dtype = list(cells), column.dtype
    new: Any = list(cells.values())
    if isinstance(dtype, pd.CategoricalDtype):
        known = {_written(category): category for category in dtype.categories}
        new = [known.get(cell, cell) for cell in new]
        missing = [cell for cell in dict.fromkeys(new) if cell not in set(dtype.categories)]
        column = column.cat.add_categories(missing)
        new = pd.Categorical(new, dtype=column.dtype)
    elif isinstance(dtype, np.dtype):
        if dtype.kind in "iu":
            new = [min(max(cell, int(np.iinfo(dtype).min)), int(np.iinfo(dtype).max)) for cell in new]
        array = np.empty(len(new), dtype=dtype)
        array[:] = new
        new = array
    else:
        if isinstance(dtype, pd.DatetimeTZDtype):
            new = pd.Series(new).dt.tz_convert(dtype.tz)
        new = pd.array(new, dtype=dtype)
    column.iloc[rows] = new
    return column


def _put_polars(
    frame: pl.DataFrame,
    label: str,
    cells: Mapping[int, Any],
    dropped: Sequence[str],
    added: Mapping[str, list[Any]],
) -> pl.DataFrame:
    import polars as pl

    dtype = frame[label].dtype
    column = frame[label].cast(pl.String) if dtype in (pl.Categorical, pl.Enum) else frame[label]
    if isinstance(dtype, pl.Enum):
        known = dtype.categories.to_list()
        dtype = pl.Enum([*known, *(cell for cell in dict.fromkeys(cells.values()) if cell not in known)])
    zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
    plain = pl.Datetime("us", "UTC") if zone else column.dtype
    answers = pl.Series([cells.get(row) for row in range(len(column))], dtype=plain).cast(column.dtype)
    is_new = pl.Series([row in cells for row in range(len(column))], dtype=pl.Boolean)
    filled = pl.select(pl.when(is_new).then(answers).otherwise(column).cast(dtype).alias(label)).to_series()
    out = frame.with_columns(filled).drop(dropped)
    at = out.columns.index(label) + 1
    for i, (name, beside) in enumerate(added.items()):
        out.insert_column(at + i, pl.Series(name, beside, dtype=pl.Float64 if _is_blank(beside) else None))
    return out


def _put_arrow(
    frame: Any, label: str, cells: Mapping[int, Any], dropped: Sequence[str], added: Mapping[str, list[Any]]
) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    at = frame.column_names.index(label)
    field = frame.schema.field(at)
    is_dictionary = pa.types.is_dictionary(field.type)
    plain_type = field.type.value_type if is_dictionary else field.type
    old = frame.column(at).cast(plain_type)
    answers = [cells.get(row) for row in range(len(frame))]
    if pa.types.is_decimal(plain_type):
        step = Decimal(1).scaleb(-plain_type.scale)
        answers = [None if cell is None else cell.quantize(step) for cell in answers]
    is_new = pa.array([row in cells for row in range(len(frame))])
    filled = pc.if_else(is_new, pa.array(answers, type=plain_type), old)
    if is_dictionary:
        filled = filled.dictionary_encode().cast(field.type)
    out = frame.set_column(at, field.with_nullable(True), filled).drop_columns(list(dropped))
    at = out.column_names.index(label) + 1
    for i, (name, column) in enumerate(added.items()):
        out = out.add_column(at + i, name, pa.array(column, type=pa.float64() if _is_blank(column) else None))
    return out
