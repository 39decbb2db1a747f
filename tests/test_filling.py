"""The public contract of `fill`."""

from datetime import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings

import handful
from handful.errors import ColumnError, MissingError, UserError
from handful.filling import answer_frame, fill_frame
from handful.table.blanks import MARKS
from tests.strategies import frames
from tests.tables import flowers


def test_blanks_are_filled_and_what_was_given_stays():
    frame = flowers()
    filled = handful.fill(frame)
    assert filled["kind"].null_count() == 0
    assert filled["weight"].null_count() == 0
    assert filled["kind"][:36].to_list() == frame["kind"][:36].to_list()
    assert filled.select("colour", "day").equals(frame.select("colour", "day"))


def test_how_sure_stands_directly_after_each_filled_column():
    filled = handful.fill(flowers(), target=["kind", "weight"])
    assert filled.columns == [
        "length", "colour", "day", "kind", "kind sure", "kind status", "weight", "weight low", "weight high",
        "weight status",
    ]  # fmt: skip
    blank = np.arange(48) >= 36
    assert filled["kind status"].to_list()[:36] == ["given"] * 36
    assert set(filled["kind status"].to_list()[36:]) <= {"filled", "unsure"}
    assert filled["kind sure"].is_null().to_numpy().tolist() == (~blank).tolist()
    inside = filled.filter(pl.col("weight status") != "given")
    assert (inside["weight low"] <= inside["weight"]).all()
    assert (inside["weight"] <= inside["weight high"]).all()


@pytest.mark.parametrize("make", [lambda f: f, lambda f: f.to_pandas(), lambda f: f.to_arrow()])
def test_the_same_kind_of_frame_comes_back(make):
    frame = make(flowers())
    filled = handful.fill(frame)
    assert type(filled) is type(frame)
    shown = filled["kind"].to_pylist() if isinstance(filled, pa.Table) else list(filled["kind"])
    assert shown == handful.fill(flowers())["kind"].to_list()


def test_a_pandas_index_stays_and_the_frame_passed_in_is_not_changed():
    frame = flowers().to_pandas().set_index(pd.Index([f"r{row}" for row in range(48)][::-1], name="id"))
    before = frame.copy(deep=True)
    filled = handful.fill(frame, target="kind")
    pd.testing.assert_frame_equal(frame, before)
    assert filled.index.equals(before.index)


def test_filling_a_filled_table_again_changes_nothing():
    once = handful.fill(flowers(), target="kind")
    again = handful.fill(once, target="kind")
    assert again.columns == once.columns
    assert again["kind"].equals(once["kind"])
    assert again["kind status"].equals(once["kind status"])
    np.testing.assert_allclose(again["kind sure"].drop_nulls(), once["kind sure"].drop_nulls(), atol=1e-9)


def test_kinds_are_guessed_from_given_cells_alone_when_a_filled_table_is_filled_again():
    """Filled cells repeat the given ones, so that codes of their own would look like a category."""
    code = [None if row % 3 else f"{row:02d}{'ab'[row % 2]}" for row in range(48)]
    table = flowers().with_columns(pl.Series("code", code))
    once = fill_frame(table, targets=("kind",), kinds={"code": "category"}).frame
    again = fill_frame(once, kinds={"code": "category"})
    assert again.frame["kind sure"].equals(once["kind sure"])
    assert any("earlier filling of 'kind'" in note for note in again.notes)


def test_a_learner_fitted_on_a_filled_table_learns_from_given_cells_alone():
    once = handful.fill(flowers(), target="kind")
    learner = handful.Learner("kind").fit(once)
    fresh = handful.Learner("kind").fit(flowers())
    assert learner.state_.encoder.names == fresh.state_.encoder.names
    assert learner.evaluate().rows == fresh.evaluate().rows == 36


def test_a_row_added_to_a_filled_table_is_answered():
    once = handful.fill(flowers(), target="kind")
    more = pl.concat(
        [once, once.tail(1).with_columns(pl.lit(None).alias(n) for n in ("kind", "kind sure", "kind status"))]
    )
    assert handful.fill(more, target="kind")["kind"].null_count() == 0


def test_a_status_column_of_the_users_own_is_not_taken_for_an_earlier_filling():
    """Trade orders: 'order status' holds two of handful's words, and nothing says how sure 'order' is."""
    orders = flowers().with_columns(
        pl.Series("order", np.arange(48) % 7), pl.Series("order status", ["filled", "failed"] * 24)
    )
    filling = fill_frame(orders, targets=("kind",))
    assert {"order", "order status"} <= set(filling.targets[0].learner.state_.encoder.names)


def test_a_column_of_codes_is_not_filled_unasked():
    code = [None if row % 3 == 0 else f"{row // 2}x" if row < 6 else f"{row}y" for row in range(48)]
    table = flowers().with_columns(pl.Series("code", code))
    assert "no program writes" in fill_frame(table).left["code"]
    assert fill_frame(table, targets=("code",), kinds={"code": "category"}).frame["code"].null_count() == 0


def test_new_rows_are_read_in_the_forms_that_were_learnt():
    """Month first in the learnt table; the new rows alone could be either."""
    day = [f"{month:02d}/{day:02d}/2024" for month in range(1, 13) for day in (5, 9, 20, 28)]
    label = ["early" if row < 24 else "late" for row in range(48)]
    learner = handful.Learner("half").fit(pl.DataFrame({"day": day, "half": label}))
    new = pl.DataFrame({"day": ["02/11/2024", "11/02/2024"]})
    filling = answer_frame(new, learner)
    assert filling.frame["half"].to_list() == ["early", "late"]
    assert not any("day first" in note for note in filling.notes)


def test_new_rows_are_answered_in_the_form_of_their_own_file():
    """Learnt with decimal points, asked in a file with decimal commas."""
    x = np.random.default_rng(0).uniform(0, 9, 40)
    learner = handful.Learner("y").fit(
        pl.DataFrame({"x": [f"{v:.2f}" for v in x], "y": [f"{2 * v:.1f}" for v in x]})
    )
    comma = pl.DataFrame({"x": [f"{v:.2f}".replace(".", ",") for v in x]})
    assert all("," in cell and "." not in cell for cell in answer_frame(comma, learner).frame["y"])


def test_each_target_is_learnt_from_given_cells_alone():
    both = handful.fill(flowers(), target=["weight", "kind"])
    alone = handful.fill(flowers(), target="kind")
    assert both["kind sure"].equals(alone["kind sure"])


@pytest.mark.parametrize("suffix", ["sure", "low", "high", "status"])
def test_a_clash_with_a_column_of_the_users_own_is_an_error(suffix):
    frame = flowers().with_columns(pl.lit("mine").alias(f"kind {suffix}"))
    with pytest.raises(ColumnError, match=f"'kind {suffix}'") as caught:
        handful.fill(frame, target="kind")
    assert "rename" in caught.value.hint


def test_a_column_that_cannot_be_filled_is_left_and_named():
    notes = [f"bed number {row} by the wall" if row % 2 else None for row in range(48)]
    filling = fill_frame(flowers().with_columns(pl.Series("note", notes), pl.Series("empty", [None] * 48)))
    assert set(filling.left) == {"note", "empty"}
    assert filling.frame["note"].to_list() == notes
    with pytest.raises(MissingError, match="note") as caught:
        handful.fill(flowers().with_columns(pl.Series("note", notes)), target="note")
    assert "handful get writer" in caught.value.hint


def test_whole_numbers_stay_whole_and_decimals_are_the_columns_own():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 100, 60)
    count = [None if row >= 50 else int(value * 7) for row, value in enumerate(x)]
    filled = handful.fill(pl.DataFrame({"x": x, "count": count}))
    assert filled["count"].dtype == pl.Int64
    as_text = pl.DataFrame(
        {"x": [f"{value:.1f}".replace(".", ",") for value in x],
         "price": [None if row >= 50 else f"{value * 3:.2f}".replace(".", ",") for row, value in enumerate(x)]}
    )  # fmt: skip
    prices = handful.fill(as_text)["price"].to_list()
    assert all(len(price.split(",")[1]) == 2 for price in prices)


def test_dates_are_filled_in_their_own_form():
    days = np.random.default_rng(0).integers(0, 300, 40)
    dates = [str(np.datetime64("2024-01-01") + int(day)) for day in days]
    dotted = [f"{date[8:]}.{date[5:7]}.{date[:4]}" for date in dates]
    frame = pl.DataFrame(
        {"days": days, "day": [None if row > 30 else date for row, date in enumerate(dotted)]}
    )
    filled = handful.fill(frame)
    assert all(len(day.split(".")) == 3 and len(day) == 10 for day in filled["day"])
    moments = [None if row > 30 else datetime.fromisoformat(date) for row, date in enumerate(dates)]
    typed = handful.fill(pl.DataFrame({"days": days, "day": moments}))
    assert {typed[name].dtype for name in ("day", "day low", "day high")} == {pl.Datetime("us")}
    assert typed["day"].null_count() == 0


def test_booleans_stay_booleans():
    x = np.linspace(-1, 1, 40)
    frame = pl.DataFrame(
        {"x": x, "up": [None if row % 4 == 0 else bool(value > 0) for row, value in enumerate(x)]}
    )
    filled = handful.fill(frame)
    assert filled["up"].dtype == pl.Boolean
    assert filled["up"].null_count() == 0


def test_a_table_without_blanks_comes_back_as_it_is():
    frame = pl.DataFrame({"x": [1, 2, 3], "y": ["a", "b", "c"]})
    filling = fill_frame(frame)
    assert filling.frame.equals(frame)
    assert not filling.targets


@pytest.mark.parametrize("thing", [np.zeros((3, 2)), [[1, 2]], "table.csv", None])
def test_what_is_no_frame_is_refused_with_what_is(thing):
    with pytest.raises(UserError) as caught:
        handful.fill(thing)
    assert caught.value.hint


def test_progress_goes_from_nothing_to_all():
    seen = []
    fill_frame(flowers(), progress=lambda step, share: seen.append((step, share)))
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1


@given(frames(min_rows=6, min_columns=2))
@settings(max_examples=40)
def test_any_table_is_filled_or_refused_and_no_given_cell_changes(frame):
    refused = None
    try:
        filling = fill_frame(frame)
    except UserError as error:
        refused = error
    if refused is not None:
        assert refused.hint
        return
    assert filling.frame.height == frame.height
    for name in frame.columns:
        before, after = frame[name], filling.frame[name]
        assert after.dtype == before.dtype
        given_cells = (
            before.is_not_null() & ~before.is_nan() if before.dtype.is_float() else before.is_not_null()
        )
        stayed = before.filter(given_cells).eq_missing(after.filter(given_cells))
        assert stayed.all() or _marked(before)


def _marked(column: pl.Series) -> bool:
    """Whether a cell of text says that there is no value, and so was a blank to fill."""
    return column.dtype == pl.String and bool(column.str.strip_chars().is_in(["", *MARKS]).any())


def test_a_column_that_is_blank_wherever_the_target_is_has_no_part_in_it():
    first, last = ["Ann", "Bob", "Cara", "Dan", "Eve", "Finn"], ["Lee", "Ray", "Moss", "Poe", "Ash", "Stone"]
    full = [f"{one} {other}" for one, other in zip(first, last, strict=True)]
    initials = [f"{one[0]}.{other[0]}." for one, other in zip(first, last, strict=True)]
    table = pl.DataFrame(
        {"first": first, "last": last, "full": [*full[:4], None, None], "short": [*initials[:4], None, None]}
    )
    filled = handful.fill(table, kinds={"full": "text", "short": "text"})
    assert filled["full"].to_list() == full
    assert filled["short"].to_list() == initials
