"""A cell of a series is read whichever way it is written, and a broken one says what is wrong with it."""

import contextlib
import io
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.errors import CellError
from handful.table.series import MOST_CHANNELS, MOST_VALUES, read_series, series_cells


def npy(array, **options):
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


NUMBERS = st.floats(-1e9, 1e9, allow_nan=False)
ONE = [
    "[1, 2.5, 3]",
    "1;2.5;3",
    "1;2,5;3",
    "(1, 2.5, 3)",
    "1 2.5 3",
    "[1. 2.5\n 3.]",
    " 1|2.5|3 ",
    "1,2.5,3,",
]
TWO = [
    "[[1, 2, 3], [4, 5, 6]]",
    "[(1, 2, 3), (4, 5, 6)]",
    "[[1 2 3]\n [4 5 6]]",
    "[[1, 4], [2, 5], [3, 6]]",
    "a,b\n1,4\n2,5\n3,6\n",
    "when;a;b\r\n1 May;1,0;4\r\n2 May;2;5\r\n3 May;3;6",
]


@pytest.mark.parametrize("cell", [*ONE, "1\n2.5\n3", "x\n1\n2.5\n3\n"])
def test_one_channel_is_read_as_people_write_it(cell):
    assert read_series(cell).tolist() == read_series(cell.encode()).tolist() == [[1, 2.5, 3]]


@pytest.mark.parametrize("cell", TWO)
def test_two_channels_are_read_as_people_write_them(cell):
    assert read_series(cell).tolist() == read_series(cell.encode()).tolist() == [[1, 2, 3], [4, 5, 6]]


@given(st.lists(NUMBERS, min_size=1, max_size=9))
def test_a_list_that_python_wrote_is_read_exactly(numbers):
    assert read_series(str(numbers)).tolist() == [numbers]


@pytest.mark.parametrize("dtype", ["f4", "f8", "i2", "u1", ">f4", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_file_is_read_whichever_way_round(dtype, order):
    array = np.array([[1, 0, 1], [1, 1, 0]], dtype=dtype, order=order)
    assert (
        read_series(npy(array)).tolist() == read_series(npy(array.T)).tolist() == array.astype(float).tolist()
    )
    assert read_series(npy(array[0])).tolist() == [[1, 0, 1]]


@pytest.mark.parametrize("blank", ["", "nan", "NaN", "null", "None", "NA", "inf", "-Infinity", "1e200"])
def test_a_value_that_is_blank_or_too_large_is_missing_and_keeps_its_place(blank):
    found = read_series(f"[1, {blank}, 3]")[0]
    assert found[[0, 2]].tolist() == [1, 3]
    assert math.isnan(found[1])


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "empty"),
        ("[]", "no number"),
        ("[nan, null]", "no number"),
        ("[1, a]", "'a' is not a number"),
        ("[1, 2, ..., 9]", r"'\.\.\.' is not a number"),
        ("[1, 2", "cut off"),
        ("[[1, 2], [3]]", "channels of unequal length"),
        ("[[1, 2], 3]", "mixed"),
        ("[[[1], [2]]]", "not a number"),
        ("a,b\n1,2\n3", "lines of unequal length"),
        ("a,b\n1,2\n3,x", "'x' is not a number"),
        ("a\nb", "no number"),
        (b"\x89PNG\r\n\x1a\n\x00\xff", "no number|not a number"),
        (npy(np.array([{"a": 1}, None]), allow_pickle=True), "not an .npy file of numbers"),
        (npy(np.array(["a"])), "not an .npy file of numbers"),
        (npy(np.zeros((2, 2, 2))), "one or two dimensions"),
        (npy(np.zeros((0, 2))), "one or two dimensions"),
        (npy(np.zeros(9))[:-1], "cut off"),
        (b"\x93NUMPY", "not a readable .npy file"),
        (npy(np.zeros(9)).replace(b"(9,)", b"(9e"), "not a readable .npy file"),
    ],
)
def test_a_cell_that_cannot_be_used_says_why(cell, reason):
    with pytest.raises(CellError, match=reason):
        read_series(cell or "")


def test_an_array_file_that_claims_to_be_endless_reserves_nothing():
    claim = npy(np.zeros(9)).replace(b"(9,), }" + b" " * 12, b"(9000000000000,), }")
    assert claim != npy(np.zeros(9))
    with pytest.raises(CellError, match="cut off"):
        read_series(claim)


@pytest.mark.parametrize(
    "cell", ["1," * (MOST_VALUES + 1), " " * 32 * MOST_VALUES + "1", b"\n" * 32 * MOST_VALUES + b"1"]
)
def test_an_endless_series_is_refused(cell):
    with pytest.raises(CellError, match="more than 2,000,000 values"):
        read_series(cell or "")


@pytest.mark.parametrize(
    "cell",
    ["10 " * 4_000_000, "[" + "[10]" * 4_000_000 + "]", "10\n" * 4_100_000, ("a," * 999 + "1\n") * 4_100],
)
def test_an_endless_series_is_refused_before_it_is_taken_apart(cell):
    tracemalloc.start()
    try:
        with pytest.raises(CellError, match=r"more than [24],000,000 (values|cells)"):
            read_series(cell or "")
        assert tracemalloc.get_traced_memory()[1] < 800e6
    finally:
        tracemalloc.stop()


def test_spaces_between_lists_do_not_hold_anybody_up():
    with pytest.raises(CellError, match="not a number"):
        read_series("[[1]" + " " * 300_000 + "x, [2]]")


def test_more_channels_than_anybody_measures_are_refused():
    assert len(read_series(npy(np.zeros((MOST_CHANNELS, 300))))) == MOST_CHANNELS
    with pytest.raises(CellError, match="more than 256 channels"):
        read_series(npy(np.zeros((MOST_CHANNELS + 1, 300))))


@given(st.binary(max_size=60) | st.binary(max_size=60).map(lambda tail: b"\x93NUMPY\x01\x00" + tail))
def test_whatever_the_bytes_are_there_is_a_series_or_a_reason(content):
    with contextlib.suppress(CellError):
        series = read_series(content)
        assert series.ndim == 2
        assert np.isfinite(series).any()


def test_columns_become_one_series_whose_end_is_where_its_blanks_begin():
    rows: list[list[str | float | None]]
    rows = [[1.0, 2.0, 3.0], ["1,5", None, "3"], [None, 2, float("nan")], [None, "NA", ""], [4, None, None]]
    cells = series_cells(rows)
    assert cells == ["[1.0, 2.0, 3.0]", "[1.5, nan, 3]", "[nan, 2.0]", None, "[4.0]"]
    np.testing.assert_array_equal(read_series(cells[1] or ""), [[1.5, np.nan, 3]])


def test_a_word_among_the_columns_of_a_series_is_named_when_it_is_read():
    (cell,) = series_cells([[1.0, "broken", 3.0]])
    with pytest.raises(CellError, match="'broken' is not a number"):
        read_series(cell or "")


@given(st.lists(NUMBERS, min_size=1, max_size=9))
def test_joining_loses_nothing(numbers):
    assert read_series(series_cells([numbers])[0] or "").tolist() == [numbers]
