"""A table that has numbers, categories, dates, texts, pictures, sounds and series at once, end to end."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import handful
from handful import Learner
from handful.filling import answer_frame, fill_frame
from tests.every_kind import every_kind

ROWS, BLANKS = 24, 6
THINGS = ["kettle" if row % 2 else "lamp" for row in range(ROWS)]
KINDS = {
    "weight": "number",
    "shop": "category",
    "sold": "date",
    "complaint": "text",
    "photo": "image",
    "recording": "sound",
    "power": "series",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("every_kind")


@pytest.fixture(scope="module")
def frame(folder) -> pl.DataFrame:
    return every_kind(folder, ROWS, BLANKS)


@pytest.fixture(scope="module")
def learner(frame, folder) -> Learner:
    return Learner("thing", root=folder).fit(frame)


@pytest.fixture(scope="module")
def answers(frame, learner) -> np.ndarray:
    """(row, class)"""
    return shares(learner, frame)


def shares(learner: Learner, frame: pl.DataFrame) -> np.ndarray:
    return learner.predict(frame).distribution.values


def blanked(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """The frame with its target known, and the first cells of another column to be filled."""
    first = pl.int_range(ROWS) < BLANKS
    return frame.with_columns(
        pl.when(first).then(None).otherwise(pl.col(name)).alias(name), thing=pl.Series(THINGS)
    )


def test_every_blank_is_filled_right_with_nothing_declared(frame, folder, learner):
    filled = handful.fill(frame, root=folder)
    assert filled["thing"].to_list() == THINGS
    assert filled["thing status"].to_list() == ["filled"] * BLANKS + ["given"] * (ROWS - BLANKS)
    assert filled.drop("thing", "thing sure", "thing status").equals(frame.drop("thing"))
    assert learner.state_.encoder.kinds == KINDS
    assert learner.state_.left_out == ()


def test_a_number_is_filled_with_every_other_kind_beside_it(frame, folder):
    filled = handful.fill(blanked(frame, "weight"), root=folder)
    for row in range(BLANKS):
        value, low, high = (float(filled[name][row]) for name in ("weight", "weight low", "weight high"))
        assert value == pytest.approx(3 if THINGS[row] == "kettle" else 1, abs=0.7)
        assert low < value < high


def test_a_date_is_filled_with_every_other_kind_beside_it(frame, folder):
    days = [f"2026-{'01' if thing == 'kettle' else '09'}-{1 + row:02d}" for row, thing in enumerate(THINGS)]
    filled = handful.fill(blanked(frame.with_columns(sold=pl.Series(days)), "sold"), root=folder)
    for row in range(BLANKS):
        month = "01" if THINGS[row] == "kettle" else "09"
        assert filled["sold"][row].startswith(f"2026-{month}-")
        assert filled["sold low"][row] < filled["sold"][row] < filled["sold high"][row]


def test_a_row_alone_is_answered_as_among_others(frame, learner, answers):
    """To the last bits: a matrix product of one row adds its terms in another order."""
    alone = np.vstack([shares(learner, frame[row]) for row in range(ROWS)])
    np.testing.assert_allclose(alone, answers, rtol=0, atol=1e-12)


def test_the_same_files_under_other_names_get_the_same_answers_to_the_bit(frame, folder, learner, answers):
    (folder / "more").mkdir(exist_ok=True)
    renamed = frame
    for column in ("photo", "recording"):
        names = [
            f"more/{977 * (row + 1) % 1009}{Path(cell).suffix}" for row, cell in enumerate(frame[column])
        ]
        for old, new in zip(frame[column], names, strict=True):
            shutil.copy(folder / old, folder / new)
        renamed = renamed.with_columns(pl.Series(column, names))
    np.testing.assert_array_equal(shares(learner, renamed), answers)
    np.testing.assert_array_equal(shares(Learner("thing", root=folder).fit(renamed), frame), answers)


def test_the_order_of_rows_and_columns_changes_no_answer(frame, folder, answers):
    rows = np.random.default_rng(0).permutation(ROWS)
    turned = frame[rows.tolist()].select(frame.columns[::-1])
    np.testing.assert_array_equal(shares(Learner("thing", root=folder).fit(turned), turned), answers[rows])


def test_a_learner_that_was_saved_gives_the_same_answers_to_the_bit(
    frame, folder, learner, answers, tmp_path
):
    loaded = Learner.load(learner.save(tmp_path / "thing.handful"), root=folder)
    np.testing.assert_array_equal(shares(loaded, frame), answers)


def test_columns_that_are_named_as_one_series_say_what_a_column_of_lists_says(frame, folder, answers):
    cells = [ast.literal_eval(cell) for cell in frame["power"]]
    names = [f"t{moment}" for moment in range(len(cells[0]))]
    wide = frame.drop("power").hstack(pl.DataFrame(cells, schema=names, orient="row"))
    fitted = Learner("thing", root=folder, series={"power": names}).fit(wide)
    assert fitted.state_.encoder.kinds == KINDS
    np.testing.assert_array_equal(shares(fitted, wide), answers)


def test_where_the_text_alone_tells_shuffling_it_loses_accuracy(frame):
    told = frame.select("shop", "sold", "complaint").with_columns(thing=pl.Series(THINGS))
    shuffled = told.with_columns(told["complaint"].shuffle(seed=0))
    assert Learner("thing").fit(told).evaluate().value > 0.9
    assert Learner("thing").fit(shuffled).evaluate().value < 0.75  # a half by luck


@pytest.mark.parametrize("column", ["complaint", "photo", "recording", "power"])
def test_a_cell_that_tells_the_other_class_lowers_its_class(frame, learner, answers, column):
    """Each kind is used: row 7 is a kettle, and gets one cell of the lamp before it."""
    place = learner.classes_.index("kettle")
    other = pl.when(pl.int_range(ROWS) == 7).then(pl.col(column).shift(1)).otherwise(pl.col(column))
    assert shares(learner, frame.with_columns(other))[7, place] < answers[7, place]


BROKEN = {"photo": b"\x89PNG\r\n\x1a\ncut off", "recording": b"RIFF\x00\x00\x00\x00WAVEfmt "}


@pytest.mark.parametrize("column", list(BROKEN))
def test_a_broken_file_in_a_query_is_a_blank_cell_answered_and_noted(frame, folder, learner, column):
    (folder / "broken").write_bytes(BROKEN[column])
    name = "broken" + Path(frame[column][0]).suffix
    shutil.move(folder / "broken", folder / name)
    asked = frame.head(2)
    broken, blank = (asked.with_columns(pl.Series(column, [cell, asked[column][1]])) for cell in (name, None))
    np.testing.assert_array_equal(shares(learner, broken), shares(learner, blank))
    done = answer_frame(broken, learner)
    assert done.frame["thing"].to_list() == THINGS[:2]
    assert done.frame[column].to_list() == [name, asked[column][1]]
    (note,) = [note for note in done.notes if "cannot be used" in note]
    assert note.startswith("1 of 2 ")
    assert repr(column) in note
    assert repr(name) in note


def test_broken_files_in_the_context_are_counted_and_named_and_their_rows_still_used(frame, folder):
    told = frame
    for column, content in BROKEN.items():
        name = "bad" + Path(frame[column][0]).suffix
        (folder / name).write_bytes(content)
        told = told.with_columns(pl.Series(column, [*frame[column][:-2], name, "absent" + Path(name).suffix]))
    done = fill_frame(told, root=folder)
    assert done.frame["thing"].to_list() == THINGS
    for column, plural in (("photo", "pictures"), ("recording", "sounds")):
        (note,) = [note for note in done.notes if note.startswith(f"2 of {ROWS} {plural} in {column!r}")]
        assert "'bad." in note
        assert "'absent." in note
        assert "no such file" in note


ALONE = """
import sys
def refuse(event, args):
    if event.startswith("socket."):
        raise PermissionError(event)
sys.addaudithook(refuse)
import polars
from handful import Learner
table = polars.read_csv("table.csv", infer_schema=False)
made = Learner("thing").fit(table).predict(table).distribution.values
open("answers", "wb").write(made.tobytes())
import socket
try:
    socket.create_connection(("127.0.0.1", 9))
except PermissionError:
    print("refused")
"""


def test_nothing_reaches_the_network_and_a_process_without_a_cache_gives_the_same_answers(
    frame, folder, answers
):
    frame.write_csv(folder / "table.csv")
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=folder,
        env={**os.environ, "HANDFUL_CACHE": "off"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "refused\n"
    assert (folder / "answers").read_bytes() == answers.tobytes()
