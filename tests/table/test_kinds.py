"""Which kind each column is taken for, and how it is read as another."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.errors import ColumnError
from handful.table.adapt import table_from_frame
from handful.table.column import LARGEST, Column, Form, Kind
from handful.table.form import decimals_of, write_number, write_value
from handful.table.kinds import as_kind, target_kind
from handful.table.table import Table
from tests.strategies import frames, text_frames


def column(*cells: str | None, kinds: dict[str, str] | None = None) -> Column:
    return table_from_frame(pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)}), kinds=kinds)["x"]


def notes(**cells: list[str]) -> str:
    return "\n".join(table_from_frame(pl.DataFrame(cells)).notes)


def seconds(*moment: int) -> float:
    return datetime(*moment, tzinfo=UTC).timestamp()  # type: ignore[arg-type, misc]


@given(text_frames())
def test_every_column_gets_a_kind_a_reason_and_its_rows(frame):
    table = table_from_frame(frame)
    assert table.names == tuple(frame.columns)
    for column in table:
        assert len(column) == table.rows == frame.height
        assert column.why
        assert not np.isinf(column.values).any() if column.kind.is_measured else column.values.dtype == object


@given(frames(), st.randoms())
def test_the_order_of_rows_changes_no_kind(frame, random):
    order = list(range(frame.height))
    random.shuffle(order)
    before, after = table_from_frame(frame), table_from_frame(frame[order])
    assert [c.kind for c in before] == [c.kind for c in after]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2", ""], "number"),
        (["1.5", "-2e3", "+4"], "number"),
        (["1,5", "2"], "number"),
        (["1,234.5", "2"], "number"),
        (["1.234,5", "2"], "number"),
        (["\u22125", "5"], "number"),
        (["12%", "13%"], "text"),
        (["$12", "$13"], "text"),
        (["007", "012", "007", "012"], "category"),
        (["1", "2", "1", "abc"], "category"),
        (["2021-03-05", "2021-03-06"], "date"),
        (["5.3.2021", "6.3.2021"], "date"),
        (["Mar 5, 2021", "April 6, 2021"], "date"),
        (["5-Mar-21", "6-Apr-21"], "date"),
        (["2021-03-05T10:00:00Z", "2021-03-05 12:00"], "date"),
        (["2021-13-05", "2021-03-06"], "text"),
        (["2021-02-30", "2021-03-06"], "text"),
        (["0000-05-05", "2021-03-06"], "text"),
        (["red", "blue", "red", "blue"], "category"),
        (["true", "false", "true"], "category"),
        (["red", "blue", "green", "teal"], "text"),
        (["a/b.png", "c.JPG"], "image"),
        (["https://example.org/b.png", "https://example.org/c.png"], "text"),
        (["b.wav", "c.mp3"], "sound"),
        (["b.wav", "c.png"], "text"),
        (["[1, 2, 3.5]", "[4,5,6]"], "series"),
        (["1 2 3 4 5 6 7 8 9", "1 2 3 4 5 6 7 8"], "series"),
        (["", None], "number"),
        (["a.PNG", None, "", "c.jpeg", "sub\\d.Gif", "C:\\e.webp"], "image"),
        (["data:image/png;base64,iVBO", "data:image/png;base64,Rw0K"], "text"),
        (["a.png", "https://example.org/b.png"], "text"),
        (["[1 2 3]", "[1. 2. 3.]"], "series"),
        (["[1]", "[1, 2]", "[]"], "series"),
        (["[1]", "[2]", "[3]"], "text"),
        (["[[1, 2, 3], [4, 5, 6]]", "[[1,2],[3,4]]"], "series"),
        (["((1; 2)\n (3; 4))", "(1, nan, null, NA, -inf)"], "series"),
        (["1,5;2;3;4;5;6;7;8,25", "1;2;3;4;5;6;7;8"], "series"),
        (["(5)", "(12)"], "text"),
        (["[1, 2]", "run/b.npy", "c.CSV", None], "series"),
        (["a.npy", "b.wav"], "text"),
        (["[1, 2]", "[3, x]"], "text"),
    ],
)
def test_a_column_is_of_the_kind_that_all_its_cells_agree_with(cells, kind):
    assert column(*cells).kind == kind


def test_names_that_hardly_repeat_are_text_and_cities_are_categories():
    assert column(*[f"name {i}" for i in range(100)]).kind == "text"
    assert column(*[f"city {i % 30}" for i in range(300)]).kind == "category"
    assert column(*["a long sentence about nothing in particular, really"] * 5, "another").kind == "text"


@pytest.mark.parametrize(
    ("cells", "values", "form"),
    [
        (["1,5", "2,25"], [1.5, 2.25], Form(2, ",")),
        (["1,234.5", "12"], [1234.5, 12], Form(1, ".")),
        (["1.234,5", "12"], [1234.5, 12], Form(1, ",")),
        (["1.234.567", "12"], [1234567, 12], Form(0, ",")),
        (["1,234,567", "12"], [1234567, 12], Form(0, ".")),
        (["1,234", "950"], [1234, 950], Form(0, ".")),
        (["0,234", "1,950"], [0.234, 1.95], Form(3, ",")),
        (["1.234", "2.500"], [1.234, 2.5], Form(3, ".")),
        (["1 234,5", "7"], [1234.5, 7], Form(1, ",")),
        (["1.50", "2"], [1.5, 2], Form(2, ".")),
        (["1e3", "2"], [1000, 2], Form(None, ".")),
    ],
)
def test_numbers_are_read_as_they_are_written(cells, values, form):
    read = column(*cells)
    assert read.values.tolist() == values
    assert read.form == form


def test_a_comma_that_could_be_either_sign_follows_the_other_columns():
    either = ["1,234", "2,345"]
    alone = table_from_frame(pl.DataFrame({"x": either}))
    beside = table_from_frame(pl.DataFrame({"x": either, "y": ["1,5", "2,75"]}))
    assert alone["x"].values.tolist() == [1234, 2345]
    assert beside["x"].values.tolist() == [1.234, 2.345]
    assert "'1,234' in 'x'" in notes(x=either)


@pytest.mark.parametrize(
    ("cell", "other", "moment", "date_format"),
    [
        ("2021-03-05", "2021-12-31", (2021, 3, 5), "%Y-%m-%d"),
        ("05/03/2021", "31/12/2021", (2021, 3, 5), "%d/%m/%Y"),
        ("03/05/2021", "12/31/2021", (2021, 3, 5), "%m/%d/%Y"),
        ("3/5/21", "12/31/99", (2021, 3, 5), "%-m/%-d/%y"),
        ("5.3.2021", "31.12.2021", (2021, 3, 5), "%-d.%-m.%Y"),
        ("March 5, 2021", "December 31, 2021", (2021, 3, 5), "%B %-d, %Y"),
        ("05-Mar-2021", "31-Dec-2021", (2021, 3, 5), "%d-%b-%Y"),
        ("2021-03-05 09:08:07", "2021-12-31 00:00:00", (2021, 3, 5, 9, 8, 7), "%Y-%m-%d %H:%M:%S"),
        ("3/5/2021 2:05 PM", "12/31/2021 12:00 AM", (2021, 3, 5, 14, 5), "%-m/%-d/%Y %-I:%M %p"),
        ("2021-03-05T10:00:00+02:00", "2021-03-05T10:00:00Z", (2021, 3, 5, 8), "%Y-%m-%dT%H:%M:%S"),
        ("9999-12-31", "2021-12-31", (9999, 12, 31), "%Y-%m-%d"),
        ("0001-01-01", "2021-12-31", (1, 1, 1), "%Y-%m-%d"),
        ("2021-03", "2021-12", (2021, 3, 1), "%Y-%m"),
    ],
)
def test_dates_are_read_as_they_are_written_and_written_as_they_were_read(cell, other, moment, date_format):
    read = column(cell, other)
    assert read.kind is Kind.DATE
    assert read.values[0] == seconds(*moment)
    assert read.form.date_format.startswith(date_format)
    if "+" not in cell:
        assert [write_value(float(value), read) for value in read.values] == [cell, other]


def test_day_and_month_that_cannot_be_told_apart_follow_the_other_columns_or_are_noted():
    assert column("03/04/2021", "05/06/2021").values[0] == seconds(2021, 4, 3)
    assert "day first or month first" in notes(x=["03/04/2021", "05/06/2021"])
    both = table_from_frame(
        pl.DataFrame({"x": ["03/04/2021", "05/06/2021"], "y": ["12/31/2021", "1/2/2021"]})
    )
    assert both["x"].values[0] == seconds(2021, 3, 4)
    assert both.notes == ()


def test_a_new_row_is_read_in_the_form_of_the_rows_before_it():
    old = table_from_frame(pl.DataFrame({"n": ["1,5", "2,25"], "d": ["03/04/2021", "12/31/2021"]}))
    new = pl.DataFrame({"n": ["1,234"], "d": ["05/06/2021"]})
    read = table_from_frame(new, kinds={c.name: c.kind for c in old}, forms={c.name: c.form for c in old})
    assert read["n"].values.tolist() == [1.234]
    assert read["d"].values.tolist() == [seconds(2021, 5, 6)]


def test_zero_dates_and_zones_are_said():
    said = notes(
        z=["0000-00-00", "2021-03-05"],
        t=["2021-03-05T10:00:00+02:00", "2021-03-05T10:00:00Z"],
        e=["9999-12-31", "2021-03-05"],
    )
    assert "1 zero dates in 'z' counted as blank" in said
    assert "zone in 't' read as UTC" in said
    assert "year 9999 in 'e'" in said
    assert column("0000-00-00", "2021-03-05").blank.tolist() == [True, False]


@pytest.mark.parametrize(("cell", "kind"), [("a.png", "image"), ("b.wav", "sound")])
def test_paths_are_paths_where_more_than_half_of_the_cells_are(cell, kind):
    """Read as words, `cat/1.png` would give the answer away."""
    odd = ["https://example.org/1.png", "c.heic", "none", "scan.tiff"]
    assert column(*[cell] * 5, *odd).kind == kind
    assert column(*[cell] * 4, *odd).kind == "category"


@pytest.mark.parametrize(("cell", "kind"), [("[1, 2]", "series"), ("a.npy", "series")])
def test_one_broken_cell_in_ten_leaves_the_kind_of_lists_and_files_and_is_named(cell, kind):
    broken = column(*[cell] * 9, "[1, 2")
    assert broken.kind == kind
    assert "but for '[1, 2'" in broken.why
    assert column(*[cell] * 8, "[1, 2", "[3").kind == "category"


def test_a_series_that_was_asked_for_may_have_broken_cells_but_not_only_such():
    assert column("[1, 2]", "[1, 2", None, kinds={"x": "series"}).kind is Kind.SERIES
    assert column("[1]", None, kinds={"x": "series"}).kind is Kind.SERIES
    with pytest.raises(ColumnError, match=r"'x' has 2 values that are not lists of numbers: 'a', '\[1, 2'"):
        column("a", "[1, 2", kinds={"x": "series"})


def test_links_stay_words_and_that_nothing_is_fetched_is_said():
    said = notes(
        x=["https://example.org/a.png", "https://example.org/b.png"], y=["data:image/png;base64,iV", "b"]
    )
    assert "links and data: URLs in 'x', 'y' are read as words: nothing is fetched or decoded" in said
    assert "links" not in notes(x=["see https://example.org", "b"], y=["data: none", "date: today"])


def test_media_keep_their_folder_and_other_columns_have_none(tmp_path):
    frame = pl.DataFrame({"p": ["a.png"], "s": ["b.wav"], "t": ["[1, 2]"], "w": ["word"], "n": [1]})
    table = table_from_frame(frame, root=tmp_path)
    assert [column.root for column in table] == [tmp_path, tmp_path, tmp_path, None, None]
    assert table_from_frame(frame)["p"].root == Path.cwd()
    assert as_kind(table["p"], "text").kind is Kind.TEXT


@pytest.mark.parametrize("mark", ["NA", "N/A", "NaN", "null", "None", "?", "-", " ", ""])
def test_the_usual_marks_are_blank(mark):
    read = column("1", mark, "2.5")
    assert read.kind is Kind.NUMBER
    assert read.blank.tolist() == [False, True, False]


def test_a_mark_that_was_counted_as_blank_is_said_once():
    assert notes(x=["1", "NA"], y=["NA", "a"], z=["", "b"]) == "2 cells 'NA' in 'x', 'y' counted as blank"


def test_none_among_words_and_minus_beside_plus_are_values():
    assert not column("Some", "None", "Some", "None").blank.any()
    assert not column("+", "-", "+", "-").blank.any()


@pytest.mark.parametrize(
    ("known", "mark", "value"),
    [
        (["+", "-", "+"], "-", "-"),
        (["+", None], "-", "-"),
        (["Some", "None"], "None", "None"),
        (["a", "b"], "-", None),
        (["1", "2"], "None", None),
    ],
)
def test_a_mark_is_read_in_new_rows_as_it_was_in_the_first(known, mark, value):
    before = column(*known)
    for batch in ([mark], [mark, "+"], [mark, "Some"]):
        frame = pl.DataFrame({"x": batch})
        after = table_from_frame(frame, kinds={"x": "text"}, forms={"x": before.form})
        assert after["x"].values[0] == value


def test_infinite_and_too_large_numbers_are_not_used_and_said():
    frame = pl.DataFrame({"x": ["inf", "1", "1e999"], "y": ["1", "2", "3"]})
    table = table_from_frame(frame)
    assert table["x"].blank.tolist() == [True, False, True]
    assert table["x"].empty.tolist() == [False, False, False]
    assert table.notes == ("2 infinite or too large values in 'x' kept, but not used",)


def test_a_kind_that_was_asked_for_is_taken_and_keeps_the_text():
    assert column("01234", "00501", kinds={"x": "category"}).values.tolist() == ["01234", "00501"]
    assert column("1.0", "2.50", kinds={"x": "text"}).values.tolist() == ["1.0", "2.50"]
    assert column("2020", "2021", kinds={"x": "date"}).values[0] == seconds(2020, 1, 1)
    assert column("20200131", "20210228", kinds={"x": "date"}).values[0] == seconds(2020, 1, 31)


def test_a_kind_that_the_cells_do_not_allow_is_refused_with_the_cells():
    with pytest.raises(ColumnError, match=r"'x' has 3 values that are not numbers: 'n\.a\.', '--', 'x'"):
        column("1", "n.a.", "--", "x", kinds={"x": "number"})
    with pytest.raises(ColumnError, match="'x' has 1 value that is not dates: 'soon'"):
        column("2021-01-01", "soon", kinds={"x": "date"})
    with pytest.raises(ColumnError, match=r"no kind 'numbr'(.|\n)*'number', 'category'"):
        column("1", kinds={"x": "numbr"})
    with pytest.raises(ColumnError, match=r"no column 'y'(.|\n)*the columns are 'x'"):
        column("1", kinds={"y": "number"})


def test_a_number_becomes_the_category_that_the_user_wrote():
    assert as_kind(column("1", "2", None), "category").values.tolist() == ["1", "2", None]
    assert as_kind(column("1.0", "2.0"), "category").values.tolist() == ["1.0", "2.0"]
    floats = table_from_frame(pl.DataFrame({"x": [1.0, 2.0, None]}))["x"]
    assert as_kind(floats, Kind.CATEGORY).values.tolist() == ["1", "2", None]
    assert as_kind(as_kind(floats, "category"), "number").values[:2].tolist() == [1.0, 2.0]


TARGETS = {
    "labels 1/2/3": (["1", "2", "3"] * 5, "category"),
    "0/1": (["0", "1"] * 5, "category"),
    "0.0/1.0": (["0.0", "1.0"] * 5, "category"),
    "ratings 1 to 5": (["1", "2", "3", "4", "5", "5", "4", "3"], "category"),
    "years": ([str(1980 + i) for i in range(40)] * 2, "number"),
    "a few years, repeated": (["2007", "2008", "2009"] * 4, "category"),
    "one row a class": (["1", "2", "3", "4", "5"], "number"),
    "half of the values repeated": (["1", "1", "2", "2", "3", "4"], "number"),
    "five distinct codes": (["A1", "B2", "C3", "D4", "E5"], "text"),
    "measurements": (["1.5", "2.5"] * 4, "number"),
    "words": (["red", "blue", "red"], "category"),
    "dates": (["2021-01-01", "2021-01-02"] * 3, "date"),
}


@pytest.mark.parametrize("name", TARGETS)
def test_the_kind_of_a_target_follows_the_rule(name):
    cells, kind = TARGETS[name]
    table = table_from_frame(pl.DataFrame({"y": [*cells, None], "x": ["1.5"] * (len(cells) + 1)}))
    found, why = target_kind(table, "y")
    assert found == kind
    assert why


def test_a_label_of_media_is_a_category_even_where_none_repeats():
    table = table_from_frame(pl.DataFrame({"file": ["a.png", "b.png"], "label": ["cat", "dog"]}))
    assert target_kind(table, "label")[0] is Kind.CATEGORY


def test_a_target_kind_that_was_asked_for_stays():
    table = table_from_frame(pl.DataFrame({"y": ["0", "1"] * 5}), kinds={"y": "number"})
    assert target_kind(table, "y") == (Kind.NUMBER, "as you said")
    assert target_kind(table.take(np.arange(5)), "y") == (Kind.NUMBER, "as you said")
    measured = table_from_frame(pl.DataFrame({"y": [0, 1] * 5}), kinds={"y": "number"})
    assert target_kind(measured, "y") == (Kind.NUMBER, "as you said")


def test_the_words_of_a_reason_decide_nothing():
    guessed = Column("y", Kind.NUMBER, np.array([0.0, 1.0] * 5), "as you said")
    asked = Column("y", Kind.NUMBER, np.array([0.0, 1.0] * 5), "for a reason", given=True)
    assert target_kind(Table((guessed,), 10), "y")[0] is Kind.CATEGORY
    assert target_kind(Table((asked,), 10), "y")[0] is Kind.NUMBER


def test_an_absent_target_is_named_with_what_exists():
    with pytest.raises(ColumnError, match="no column 'z'"):
        target_kind(Table((), 0), "z")


@given(st.floats(-LARGEST, LARGEST), st.none() | st.integers(0, 6))
def test_a_written_number_reads_back_within_its_decimals(value, decimals):
    form = Form(decimals, ",")
    text = write_number(value, form)
    read = table_from_frame(pl.DataFrame({"x": [text]}), forms={"x": form})["x"].values[0]
    assert "." not in text
    assert (
        abs(read - value) <= (0.5000001 * 10.0**-decimals if decimals is not None else 0) + abs(value) * 1e-15
    )


@given(st.lists(st.decimals(-1000, 1000, places=3), min_size=1))
def test_decimals_are_the_digits_that_the_numbers_need(values):
    needed = max(0, *(-int(value.normalize().as_tuple().exponent) for value in values))
    assert decimals_of(np.array([float(value) for value in values])) == needed


@given(
    st.floats(-6e10, 2e11),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%-m/%-d/%Y %H:%M", "%Y-%m-%d %H:%M:%S.%3f"]),
)
def test_a_written_date_reads_back_within_its_smallest_unit(value, date_format):
    dates = Column("x", Kind.DATE, np.array([value]), form=Form(date_format=date_format))
    text = write_value(value, dates)
    read = table_from_frame(pl.DataFrame({"x": [text]}), forms={"x": dates.form})["x"]
    step = 86400 if "%H" not in date_format else 60 if "%S" not in date_format else 1e-3
    assert read.kind is Kind.DATE
    assert abs(read.values[0] - value) <= step / 2 + 1e-3
