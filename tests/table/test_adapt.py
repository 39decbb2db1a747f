"""Frames of three libraries come in as the same table, and go back as they came with the blanks filled."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given

from handful.errors import ColumnError, UserError
from handful.table.adapt import names_of, put_answers, table_from_frame
from handful.table.column import texts
from handful.table.kinds import as_kind
from handful.table.series import read_series
from handful.table.table import Table
from tests.strategies import frames, pandas_frames

LAST = np.array([False, True])


def columns(frame: Any) -> dict[str, tuple[str, list[Any]]]:
    table = table_from_frame(frame)
    return {
        c.name: (
            c.kind,
            [None if blank else value for value, blank in zip(c.values.tolist(), c.blank, strict=True)],
        )
        for c in table
    }


@given(frames())
def test_polars_and_pyarrow_give_the_same_table(frame):
    assert columns(frame) == columns(frame.to_arrow())


@given(frames(min_rows=1))
def test_polars_and_pandas_give_the_same_table(frame):
    kept = frame.select(name for name in frame.columns if frame[name].dtype in (pl.Float64, pl.String))
    # a pandas column without a value has no kind of its own, and in arrow a text may look like a number
    assert columns(kept) == columns(kept.to_pandas())


@given(pandas_frames())
def test_putting_no_answers_changes_nothing(frame):
    before = frame.copy()
    for name in frame.columns:
        after = put_answers(frame, name, [], np.zeros(len(frame), bool), {})
        pd.testing.assert_frame_equal(after, before, check_exact=True)
    pd.testing.assert_frame_equal(frame, before, check_exact=True)


@given(pandas_frames(min_rows=1))
def test_answers_leave_index_order_and_the_other_cells_of_pandas_as_they_were(frame):
    before = frame.copy()
    name = frame.columns[0]
    blank = frame[name].isna().to_numpy()
    given = frame[name].dropna()
    answers = [str(given.iloc[0]) if len(given) else "1"] * int(blank.sum())
    after = put_answers(frame, name, answers, blank, {f"{name} sure": [0.5] * len(frame)})
    assert list(after.columns) == [name, f"{name} sure", *before.columns[1:]]
    pd.testing.assert_frame_equal(after[before.columns[1:]], before[before.columns[1:]], check_exact=True)
    pd.testing.assert_index_equal(after.index, before.index)
    assert after[name][~blank].tolist() == before[name][~blank].tolist()
    pd.testing.assert_frame_equal(frame, before, check_exact=True)


@given(frames(min_rows=1))
def test_answers_leave_the_other_cells_of_polars_and_pyarrow_as_they_were(frame):
    name = frame.columns[0]
    blank = frame[name].is_null().to_numpy()
    given = frame[name].drop_nulls()
    answers = [given.cast(pl.String)[0] if len(given) else "1"] * int(blank.sum())
    if not len(given) and frame[name].dtype in (pl.Date, pl.Boolean):
        answers = [None] * len(answers)
    for kind in (frame, frame.to_arrow()):
        after = put_answers(kind, name, answers, blank, {"=sure=": [0.5] * frame.height})
        assert type(after) is type(kind)
        plain = after if isinstance(after, pl.DataFrame) else pl.DataFrame(after)
        assert plain.columns == [name, "=sure=", *frame.columns[1:]]
        assert plain.select(frame.columns[1:]).equals(frame.select(frame.columns[1:]))
        assert plain[name].dtype == frame[name].dtype
        assert plain[name].filter(~blank).equals(frame[name].filter(~blank))


BERLIN = pl.Series([datetime(2020, 1, 1), None]).dt.replace_time_zone("Europe/Berlin")
POLARS = {
    "int": (pl.Series([1, None]), "3.6", 4),
    "int8": (pl.Series([1, None], dtype=pl.Int8), 3.2, 3),
    "float": (pl.Series([1.5, None]), "2.25", 2.25),
    "decimal": (pl.Series([Decimal("1.50"), None]), "2.5", Decimal("2.50")),
    "text": (pl.Series(["a", None]), "b", "b"),
    "text of a number": (pl.Series(["1", None]), 3.0, "3"),
    "categorical": (pl.Series(["a", None], dtype=pl.Categorical), "b", "b"),
    "enum": (pl.Series(["a", None], dtype=pl.Enum(["a"])), "b", "b"),
    "bool": (pl.Series([True, None]), "false", False),
    "date": (pl.Series([date(2020, 1, 1), None]), "2021-02-03", date(2021, 2, 3)),
    "datetime": (
        pl.Series([datetime(2020, 1, 1), None]),
        "2021-02-03 04:05:06",
        datetime(2021, 2, 3, 4, 5, 6),
    ),
    "zone": (BERLIN, 0.0, datetime(1970, 1, 1, tzinfo=UTC)),
    "duration": (pl.Series([timedelta(1), None]), 60.0, timedelta(minutes=1)),
}


@pytest.mark.parametrize("name", POLARS)
@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_an_answer_takes_the_dtype_of_its_column(name, library):
    cells, answer, expected = POLARS[name]
    frame: Any = pl.DataFrame({"x": cells})
    frame = frame.to_arrow() if library == "pyarrow" else frame
    after = put_answers(frame, "x", [answer], LAST, {})
    if library == "pyarrow":
        assert after.schema == frame.schema
        assert after["x"].to_pylist() == [cells[0], expected]
    else:
        assert after["x"].dtype.base_type() == cells.dtype.base_type()
        assert after["x"].to_list() == [cells[0], expected]


NOON = pd.Timestamp("2021-02-03 12:00")
PANDAS = {
    "float64": (pd.Series([1.5, None]), "2.25", 2.25),
    "float32": (pd.Series([1.5, None], dtype="float32"), 0.1, np.float32(0.1)),
    "Int64": (pd.Series([1, None], dtype="Int64"), "3.6", 4),
    "Float64": (pd.Series([1.5, None], dtype="Float64"), 2.5, 2.5),
    "int64": (pd.Series([1, 2]), 2.6, 3),
    "boolean": (pd.Series([True, None], dtype="boolean"), "false", False),
    "text": (pd.Series(["a", None]), "b", "b"),
    "string": (pd.Series(["a", None], dtype="string"), "b", "b"),
    "category": (pd.Series(["a", None], dtype="category"), "b", "b"),
    "category of numbers": (pd.Series(pd.Categorical([1, None], categories=[1, 2])), "2", 2),
    "datetime": (pd.Series([NOON, None]), "2021-02-03", NOON.normalize()),
    "zone": (pd.Series([NOON, None]).dt.tz_localize("Asia/Tokyo"), 0.0, pd.Timestamp(0, tz="UTC")),
    "timedelta": (pd.Series(pd.to_timedelta([1, None], unit="s")), 60.0, pd.Timedelta(minutes=1)),
    "period": (pd.Series(pd.period_range("2020", "2021", freq="Y")), "2022", pd.Period("2022", freq="Y")),
    "objects: bool": (pd.Series([True, None], dtype=object), "false", False),
    "objects: int": (pd.Series([1, None], dtype=object), "2", 2),
    "objects: float": (pd.Series([1.5, None], dtype=object), "2", 2.0),
    "objects: Decimal": (pd.Series([Decimal("1.5"), None], dtype=object), "2.5", Decimal("2.5")),
    "objects: date": (pd.Series([date(2020, 1, 1), None], dtype=object), "2021-02-03", date(2021, 2, 3)),
    "objects: text": (pd.Series(["a", None], dtype=object), "b", "b"),
}


@pytest.mark.parametrize("name", PANDAS)
def test_an_answer_takes_the_dtype_of_its_pandas_column(name):
    cells, answer, expected = PANDAS[name]
    after = put_answers(pd.DataFrame({"x": cells}), "x", [answer], LAST, {})["x"]
    assert after.iloc[1] == expected
    assert type(after.dtype) is type(cells.dtype)
    assert str(after.dtype) == str(cells.dtype)
    assert after.iloc[0] == cells.iloc[0]


@pytest.mark.parametrize("convert", [pl.DataFrame, pd.DataFrame, pa.table])
def test_columns_beside_stand_after_the_target_and_replace_those_of_their_name(convert):
    frame = convert({"x sure": [9.0, 9.0], "x": ["a", None], "y": [1, 2]})
    beside: dict[str, list[Any]] = {"x sure": [None, 0.5], "x status": ["given", "filled"]}
    after = put_answers(frame, "x", ["b"], LAST, beside)
    again = put_answers(after, "x", ["c"], LAST, beside)
    for put, letter in ((after, "b"), (again, "c")):
        plain = pl.DataFrame(put)
        assert plain.columns == ["x", "x sure", "x status", "y"]
        assert plain.rows() == [("a", None, "given", 1), (letter, 0.5, "filled", 2)]


@pytest.mark.parametrize("convert", [pl.DataFrame, pd.DataFrame, pa.table])
def test_a_column_beside_without_any_value_is_no_error(convert):
    after = put_answers(convert({"x": ["a", None]}), "x", [None], LAST, {"x sure": [None, None]})
    assert pl.DataFrame(after).rows() == [("a", None), (None, None)]


def test_objects_of_every_sort_are_read_as_people_write_them():
    stamp = pd.Timestamp("2021-02-03 04:05")
    frame = pd.DataFrame(
        {
            "numbers": [1, 2.5, Decimal("3.25"), np.int64(4), None],
            "bools": [True, np.False_, None, pd.NA, True],
            "mixed": [1, "a", None, pd.NaT, True],
            "dates": [stamp, None, pd.NaT, date(2021, 2, 4), stamp],
            "lists": [[1, 2.5], np.array([3.0]), None, (4, 5), [6, 7]],
        },
        dtype=object,
    )
    read = columns(frame)
    assert read["numbers"] == ("number", [1, 2.5, 3.25, 4, None])
    assert read["bools"] == ("category", ["true", "false", None, None, "true"])
    assert read["mixed"] == ("text", ["1", "a", None, None, "true"])
    assert read["dates"][0] == "date"
    assert read["dates"][1][3] == datetime(2021, 2, 4, tzinfo=UTC).timestamp()
    assert read["lists"][1][0] == "[1, 2.5]"


def test_names_that_are_no_strings_are_taken_as_text():
    frame = pd.DataFrame({0: ["a", None], date(2021, 2, 3): [1, 2]})
    assert table_from_frame(frame).names == ("0", "2021-02-03")
    after = put_answers(frame, "0", ["b"], LAST, {"0 sure": [None, 0.5]})
    assert list(after.columns) == [0, "0 sure", date(2021, 2, 3)]
    assert after[0].tolist() == ["a", "b"]


def test_names_that_occur_twice_are_refused():
    for frame in (
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1, 2]], columns=[1, "1"]),
        pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"]),
    ):
        with pytest.raises(ColumnError, match=r"more than one column has the name '[a1]'"):
            table_from_frame(frame)


@pytest.mark.parametrize(
    "thing", [np.zeros((2, 2)), [[1, 2]], {"a": [1]}, "t.csv", None, pl.LazyFrame(), pl.Series([1])]
)
def test_what_is_no_frame_is_refused_with_what_is_taken(thing):
    with pytest.raises(UserError, match=r"is not a table(.|\n)*pandas, polars or pyarrow"):
        table_from_frame(thing)


@pytest.mark.parametrize("large", [np.inf, -np.inf, 1e200])
def test_what_is_infinite_or_too_large_is_not_used_and_yet_no_empty_cell(large):
    column = table_from_frame(pd.DataFrame({"x": [1.0, large, np.nan]}))["x"]
    for each in (column, as_kind(column, "category")):
        assert each.blank.tolist() == [False, True, True]
        assert each.empty.tolist() == [False, False, True]
        assert each.take(np.array([1, 0])).empty.tolist() == [False, False]


def test_what_is_infinite_or_too_large_is_said():
    table = table_from_frame(pd.DataFrame({"x": [1.0, np.inf, -np.inf, np.nan]}))
    assert table.notes == ("2 infinite or too large values in 'x' kept, but not used",)
    assert table_from_frame(pd.DataFrame({"x": [1.0, np.nan]})).notes == ()


MOMENTS = [datetime(2021, 2, 3), datetime(2021, 2, 4, 5, 6)]
MEASURED = {
    "float": pl.Series([8.0, 8.5]),
    "date and time": pl.Series(MOMENTS),
    "duration": pl.Series([timedelta(seconds=8), timedelta(seconds=8.5)]),
    "whole": pl.Series([8, 9]),
    "date": pl.Series([date(2021, 2, 3), date(2021, 2, 4)]),
}


@pytest.mark.parametrize("name", MEASURED)
def test_a_category_made_of_a_number_or_date_is_written_the_same_in_every_batch(name):
    frame = pl.DataFrame({"x": MEASURED[name]})
    known = table_from_frame(frame, kinds={"x": "category"})["x"]
    for row in range(2):
        alone = table_from_frame(frame[[row]], kinds={"x": "category"}, forms={"x": known.form})["x"]
        assert alone.values.tolist() == [known.values[row]]


@pytest.mark.parametrize(
    ("known", "new"), [([8.0, 9.0], [8.5]), ([date(2021, 2, 3)], [MOMENTS[0].replace(hour=2)])]
)
def test_a_category_never_seen_is_not_rounded_to_one_that_was(known, new):
    before = table_from_frame(pl.DataFrame({"x": known}), kinds={"x": "category"})["x"]
    after = table_from_frame(pl.DataFrame({"x": new}), kinds={"x": "category"}, forms={"x": before.form})
    assert after["x"].values[0] not in before.values


def test_the_names_of_a_frame_are_those_of_its_table():
    frame = pd.DataFrame({1: [1], "b": [2]})
    assert names_of(frame) == list(table_from_frame(frame).names) == ["1", "b"]
    with pytest.raises(UserError, match="is not a table"):
        names_of([[1, 2]])


def test_a_table_finds_a_column_without_going_through_the_others():
    class Counted(tuple):
        walks = 0

        def __iter__(self):
            Counted.walks += 1
            return super().__iter__()

    table = table_from_frame(pl.DataFrame({f"x{i}": [i] for i in range(50)}))
    counted = Table(Counted(table.columns), 1)
    assert all(counted[name].name == name and name in counted for name in table.names)
    assert "y" not in counted
    assert Counted.walks == 1


def test_a_hint_lists_no_more_than_twenty_columns():
    table = table_from_frame(pl.DataFrame({f"x{i}": [i] for i in range(50)}))
    with pytest.raises(ColumnError) as caught:
        table["y"]
    assert caught.value.hint.endswith("'x18', 'x19' and 30 more")


def test_texts_of_one_letter_or_none_stay_python_strings():
    for cells in ([], ["a"], ["a", None], [None, None]):
        array = texts(cells)
        assert array.dtype == object
        assert array.tolist() == cells


def test_a_float_column_of_whole_numbers_stays_whole():
    column = table_from_frame(pd.DataFrame({"x": [1.0, 2.0, None]}))["x"]
    assert column.form.decimals == 0
    assert table_from_frame(pd.DataFrame({"x": [0.1, 0.25]}))["x"].form.decimals == 2
    assert table_from_frame(pd.DataFrame({"x": np.array([0.1, 0.25], "f4")}))["x"].form.decimals == 2


def test_a_target_that_is_absent_is_named():
    with pytest.raises(ColumnError, match="no column 'y'"):
        put_answers(pl.DataFrame({"x": [1]}), "y", [], np.array([False]), {})


def test_whole_numbers_too_large_for_a_float_are_read_as_near_as_can_be():
    frame = pl.DataFrame({"x": [2**60 + 1, None]})
    for kind in (frame, frame.to_arrow(), frame.to_pandas()):
        assert table_from_frame(kind)["x"].values[0] == 2.0**60


LISTS = [[1.0, 2.5], [3.0, None, 4.0], None]
SERIES = {
    "polars": pl.DataFrame({"x": LISTS}),
    "polars array": pl.DataFrame({"x": pl.Series([[1.0, 2.5], [3.0, 4.0]], dtype=pl.Array(pl.Float64, 2))}),
    "pandas lists": pd.DataFrame({"x": LISTS}),
    "pandas arrays": pd.DataFrame({"x": [np.array([1.0, 2.5]), np.array([3.0, np.nan, 4.0]), None]}),
    "pandas channels": pd.DataFrame({"x": [np.ones((2, 3)), np.zeros((2, 4))]}),
    "pandas integers": pd.DataFrame({"x": [np.array([1, 2]), np.array([3], dtype=np.int8)]}),
    "pyarrow": pa.table({"x": LISTS}),
}


@pytest.mark.parametrize("name", SERIES)
def test_lists_and_arrays_in_the_cells_are_series(name):
    column = table_from_frame(SERIES[name])["x"]
    assert column.kind == "series"
    lists = (
        pl.DataFrame(SERIES[name]).to_series().to_list() if "pandas" not in name else list(SERIES[name]["x"])
    )
    for cell, values in zip(column.values, lists, strict=True):
        if cell is None:
            assert values is None
            continue
        expected = np.atleast_2d(np.array(values, dtype=np.float64))
        np.testing.assert_array_equal(read_series(cell), expected)


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow"])
def test_pictures_in_the_cells_themselves_are_refused_with_what_to_do(library):
    cells = {"photo": [None, b"\x89PNG\r\n"], "key": [b"\x00\x01", b"\x02"]}
    frame = {"polars": pl.DataFrame, "pandas": pd.DataFrame, "pyarrow": pa.table}[library](cells)
    with pytest.raises(ColumnError, match=r"'photo' holds the bytes of pictures or sounds") as refused:
        table_from_frame(frame)
    assert "name the file" in refused.value.hint
