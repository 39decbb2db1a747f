"""What is asked for beside the answers: sets that cover, reasons, and what to label next."""

from __future__ import annotations

import polars as pl
import pytest

from tests.tables import flowers


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "flowers.csv"
    flowers(60, blanks=12).write_csv(path)
    return path


def test_sure_adds_sets_that_hold_the_value_and_says_what_is_promised(handful, table):
    ended = handful("fill", str(table), "--target", "kind", "--sure", "0.9")
    assert ended.code == 0, ended.err
    assert "The set holds the truth" in ended.err
    filled = pl.read_csv(table.parent / "flowers.filled.csv").filter(pl.col("kind status") != "given")
    for kind, classes in filled.select("kind", "kind set").iter_rows():
        assert kind in classes.split(" | ")


def test_sure_of_a_number_replaces_the_interval_and_leaves_an_end_blank_that_is_not_there(handful, table):
    assert handful("fill", str(table), "--target", "weight", "--sure", "0.8").code == 0
    place = table.parent / "flowers.filled.csv"
    filled = pl.read_csv(place).filter(pl.col("weight status") != "given")
    assert (filled["weight low"] <= filled["weight"]).all()
    assert (filled["weight"] <= filled["weight high"]).all()
    ended = handful("fill", str(table), "--target", "weight", "--sure", "0.999", "--force")
    assert "too few" in ended.err
    assert pl.read_csv(place)["weight low"].null_count() == len(pl.read_csv(place))


def test_a_rate_that_is_none_is_an_error_with_a_hint(handful, table):
    ended = handful("fill", str(table), "--target", "kind", "--sure", "90")
    assert ended.code == 2
    assert "between 0 and 1, such as 0.9" in ended.err


def test_why_names_columns_and_rows_that_are_there(handful, table):
    ended = handful("fill", str(table), "--target", "kind", "--why")
    assert ended.code == 0, ended.err
    given = pl.read_csv(table)
    filled = pl.read_csv(table.parent / "flowers.filled.csv").filter(pl.col("kind status") != "given")
    for why in filled["kind why"]:
        columns, _, rows = why.partition("; like rows ")
        assert set(columns.split(", ")) <= set(given.columns)
        assert all(given["kind"][int(row) - 1] is not None for row in rows.split(", "))


def test_a_table_filled_with_all_of_it_is_filled_again_as_if_it_were_not_there(handful, table):
    handful("fill", str(table), "--target", "kind", "--sure", "0.9", "--why")
    once = table.parent / "flowers.filled.csv"
    asked = ("--target", "kind", "--sure", "0.9", "--why")
    again = handful("fill", str(once), *asked, "-o", str(once.parent / "again.csv"))
    assert again.code == 0, again.err
    assert pl.read_csv(once.parent / "again.csv").equals(pl.read_csv(once))


def test_next_names_rows_that_are_blank(handful, table):
    ended = handful("next", str(table), "--target", "kind", "--count", "3", "--json")
    assert ended.code == 0, ended.err
    frame = pl.read_csv(table)
    assert len(ended.object["rows"]) == 3
    assert all(frame["kind"][row["row"] - 1] is None for row in ended.object["rows"])
    assert ended.object["more"]


def test_next_has_nothing_to_say_of_a_table_without_blanks(handful, tmp_path):
    path = tmp_path / "full.csv"
    flowers(40, blanks=0).write_csv(path)
    ended = handful("next", str(path), "--target", "kind")
    assert ended.code == 0, ended.err
    assert "nothing to label" in ended.err


def test_a_rate_for_each_class_needs_a_rate(handful, table):
    ended = handful("fill", str(table), "--target", "kind", "--per-class")
    assert ended.code == 2
    assert "add --sure 0.9" in ended.err


def test_a_column_of_the_users_own_is_no_clash_until_it_would_be_written(handful, tmp_path):
    path = tmp_path / "flowers.csv"
    flowers(40).with_columns(pl.lit("a").alias("kind set")).write_csv(path)
    assert handful("fill", str(path), "--target", "kind").code == 0
    ended = handful("fill", str(path), "--target", "kind", "--sure", "0.9", "--force")
    assert ended.code == 2
    assert "rename 'kind set'" in ended.err


@pytest.mark.parametrize("empty", [[], ["same"]], ids=["no column", "a constant"])
def test_what_no_column_tells_is_still_said(handful, tmp_path, empty):
    path = tmp_path / "alone.csv"
    kind = pl.Series("kind", [*"abab" * 5, None, None])
    pl.DataFrame({"kind": kind, **{name: ["x"] * 22 for name in empty}}).write_csv(path)
    for command in (("fill", "--sure", "0.5", "--why"), ("next",), ("report",)):
        ended = handful(command[0], str(path), "--target", "kind", *command[1:])
        assert ended.code == 0, ended.err
        assert ended.err.startswith("No better than guessing")


def test_what_was_asked_for_once_is_gone_when_it_is_not_asked_for_again(handful, table):
    handful("fill", str(table), "--target", "kind", "--sure", "0.9", "--why")
    once = table.parent / "flowers.filled.csv"
    assert handful("fill", str(once), "--target", "kind", "-o", str(table.parent / "plain.csv")).code == 0
    names = pl.read_csv(table.parent / "plain.csv").columns
    assert [name for name in names if name.startswith("kind ")] == ["kind sure", "kind status"]


def test_a_filled_date_of_a_column_of_days_is_a_day(handful, tmp_path):
    path = tmp_path / "flowers.parquet"
    flowers(40, blanks=0).with_columns(
        pl.when(pl.int_range(40) < 30).then(pl.col("day")).alias("day")
    ).write_parquet(path)
    assert handful("fill", str(path), "--target", "day").code == 0
    days = pl.read_parquet(tmp_path / "flowers.filled.parquet")["day"]
    assert (days == days.dt.truncate("1d")).all()
