"""Columns that are named as one series become one column, in fitting and in answering alike."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.errors import ColumnError
from handful.table.adapt import table_from_frame
from handful.table.column import Kind
from handful.table.members import members_named, names_with_series, series_named
from handful.table.series import read_series

NAMES = ["id", "t0", "t1", "t2", "y", "a..b", "c,d"]
FRAME = pl.DataFrame(
    {"id": ["p", "q"], "t0": ["1", "4"], "t1": ["2.5", ""], "t2": ["3", "6"], "y": ["u", "v"]}
)


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("t0..t2", ("t0", "t1", "t2")),
        ("t0,t2", ("t0", "t2")),
        ("t2,t0", ("t2", "t0")),
        ("id,t1..t2", ("id", "t1", "t2")),
        ("a..b", ("a..b",)),
        ("t0,a..b", ("t0", "a..b")),
        ("c,d", ("c,d",)),
    ],
)
def test_columns_are_named_by_their_ends_or_one_by_one(text, members):
    assert members_named(text, NAMES) == members


@pytest.mark.parametrize("text", ["t0..t9", "t9", "t0,,t1", "t2..t0", "..", "t0..", ""])
def test_a_name_that_is_not_there_is_said_with_what_is(text):
    with pytest.raises(ColumnError, match="hint: "):
        members_named(text, NAMES)


def test_the_members_become_one_series_where_the_first_of_them_stood():
    table = table_from_frame(FRAME, series={"pulse": ["t0", "t1", "t2"]})
    assert table.names == ("id", "pulse", "y")
    assert table["pulse"].kind is Kind.SERIES
    assert table["pulse"].values.tolist() == ["[1.0, 2.5, 3.0]", "[4.0, nan, 6.0]"]
    assert "3 columns, 't0' to 't2', are the series 'pulse'" in table.notes


def test_the_order_of_the_members_is_the_order_of_the_series_whatever_the_table_has():
    series = {"pulse": ["t0", "t1", "t2"]}
    turned = table_from_frame(FRAME.select("t2", "y", "t0", "t1", "id"), series=series)
    assert turned["pulse"].values.tolist() == table_from_frame(FRAME, series=series)["pulse"].values.tolist()


@given(st.lists(st.lists(st.none() | st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=1, max_size=5))
def test_every_number_stands_in_the_series_at_its_place(rows):
    frame = pl.DataFrame(rows, schema={name: pl.Float64 for name in "abc"}, orient="row")
    cells = table_from_frame(frame, series={"s": ["a", "b", "c"]})["s"].values
    for row, cell in zip(rows, cells, strict=True):
        if cell is None:
            assert row == [None] * 3
            continue
        values = np.array([np.nan if value is None else value for value in row])
        read = read_series(cell)[0]
        np.testing.assert_array_equal(read, values[: len(read)])
        assert np.isnan(values[len(read) :]).all()


def test_a_new_row_is_read_with_the_decimal_sign_of_the_rows_before_it():
    series = {"s": ["a", "b"]}
    fitted = table_from_frame(pl.DataFrame({"a": ["1,5", "2,25"], "b": ["3", "4,5"]}), series=series)["s"]
    new = pl.DataFrame({"a": ["1,234"], "b": ["2,345"]})
    again = table_from_frame(new, kinds={"s": "series"}, forms={"s": fitted.form}, series=series)
    assert again["s"].values.tolist() == ["[1.234, 2.345]"]


def test_a_table_that_has_the_series_itself_needs_no_members():
    table = table_from_frame(pl.DataFrame({"s": ["[1, 2]"]}), kinds={"s": "series"}, series={"s": ["a", "b"]})
    assert table["s"].values.tolist() == ["[1, 2]"]


def test_the_names_with_the_series_are_those_of_the_table():
    series = {"pulse": ["t0", "t1", "t2"], "other": ["u0", "u1"]}
    assert set(names_with_series(FRAME.columns, series)) == {"id", "pulse", "y"}
    assert names_with_series(["t0", "t1"], series) == ["t0", "t1"]


@pytest.mark.parametrize(
    ("series", "said"),
    [
        ({"s": ["t0", "t9"]}, "lacks 1 of its 2 columns: 't9'"),
        ({"s": ["t0"]}, "needs two columns or more"),
        ({"y": ["t0", "t1"]}, "the name of a column"),
        ({"s": ["t0", "t1"], "u": ["t1", "t2"]}, "lacks 1 of its 2 columns: 't1'"),
        ({"s": ["t0", "y"]}, "'y' has 2 values that are not numbers"),
    ],
)
def test_a_series_that_cannot_be_is_refused_with_a_hint(series, said):
    with pytest.raises(ColumnError, match=said) as refused:
        table_from_frame(FRAME, series=series)
    assert refused.value.hint


def test_a_series_may_take_the_name_of_its_first_column():
    assert table_from_frame(FRAME, series={"t0": ["t0", "t1", "t2"]}).names == ("id", "t0", "y")


def test_each_series_is_named_on_its_own():
    assert series_named({"a": "t0..t1", "b": "t2,id"}, NAMES) == {"a": ("t0", "t1"), "b": ("t2", "id")}
