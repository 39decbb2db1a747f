"""Laws of the questions about tables, of their right answers, and of what counts as right."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.chat import summary
from benchmarks.chat.judge import REFUSED, RIGHT, WRONG, Wanted, outcome, wanted
from benchmarks.chat.questions import ASKED, OPERATIONS, QUESTIONS, TABLES, figure, table
from benchmarks.chat.run import COLUMNS, ask, questions
from benchmarks.results_file import append, provenance


@dataclass(frozen=True, slots=True)
class Said:
    """A reply, as the program would give it."""

    operation: str
    columns: tuple[str, ...] = ()
    figure: float | None = None
    groups: dict[str, float] | None = None
    rows: tuple[int, ...] = ()
    text: str = ""


def test_there_are_ten_questions_a_table_and_five_that_cannot_be_answered() -> None:
    assert Counter(asked.table for asked in ASKED) == dict.fromkeys(TABLES, 10)
    assert Counter(asked.operation for asked in ASKED)["none"] == 5
    assert {asked.operation for asked in ASKED} == set(OPERATIONS)


def test_every_question_has_a_paraphrase_in_other_words() -> None:
    for asked, other in zip(questions("questions"), questions("paraphrases"), strict=True):
        assert asked["number"] == other["number"]
        assert asked["question"].lower() != other["question"].lower()


def test_the_file_of_questions_is_what_polars_finds_in_the_tables() -> None:
    with QUESTIONS.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["question"] for line in lines] == [asked.question for asked in ASKED]
    for line, asked in zip(lines, ASKED, strict=True):
        assert json.loads(line["figure"]) == figure(asked)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_small_and_has_the_columns_that_are_asked_for(name: str) -> None:
    frame = table(name)
    assert frame.height <= 400
    for asked in ASKED:
        if asked.table == name:
            assert set(asked.columns) <= set(frame.columns)


def test_what_a_question_wants_is_right_and_another_figure_is_wrong() -> None:
    for line in questions("questions"):
        want = wanted(line)
        assert outcome(want, _reply(want)) == RIGHT, line
        if isinstance(want.figure, float):
            assert outcome(want, Said(want.operation, want.columns, want.figure + 1)) == WRONG


def _reply(want: Wanted) -> Said:
    if isinstance(want.figure, dict):
        return Said(want.operation, want.columns, groups=want.figure)
    if isinstance(want.figure, list):
        return Said(want.operation, want.columns, rows=tuple(row - 1 for row in want.figure))
    return Said(want.operation, want.columns, want.figure)


def test_to_say_that_it_cannot_be_answered_is_right_where_that_is_so_and_refused_elsewhere() -> None:
    assert outcome(Wanted("none", (), None), Said("none")) == RIGHT
    assert outcome(Wanted("count", (), 3.0), Said("none")) == REFUSED
    assert outcome(Wanted("none", (), None), Said("count", figure=3.0)) == WRONG


def test_a_count_of_blank_cells_may_be_called_a_count_but_a_mean_no_median() -> None:
    assert outcome(Wanted("blanks", ("sex",), 11.0), Said("count", figure=11.0)) == RIGHT
    assert outcome(Wanted("mean", ("sex",), 11.0), Said("median", figure=11.0)) == WRONG


def test_rows_may_come_in_any_order_but_not_those_of_an_order_and_none_may_be_missing() -> None:
    assert outcome(Wanted("show", (), [1, 2]), Said("show", rows=(1, 0))) == RIGHT
    assert outcome(Wanted("top", (), [1, 2]), Said("top", rows=(1, 0))) == WRONG
    assert outcome(Wanted("show", (), [1, 2]), Said("show", rows=(0,))) == WRONG


def test_groups_are_the_same_however_flags_are_written_but_not_with_one_missing() -> None:
    want = Wanted("group", ("bar",), {"1": 2.0, "0": 3.0})
    assert outcome(want, Said("group", groups={"yes": 2.0, "no": 3.0})) == RIGHT
    assert outcome(want, Said("group", groups={"1.0": 2.0, "0.0": 3.0})) == RIGHT
    assert outcome(want, Said("group", groups={"1": 2.0})) == WRONG


def test_a_plot_or_a_filling_is_right_with_the_columns_that_were_named_only() -> None:
    want = Wanted("plot", ("x", "y"), None)
    assert outcome(want, Said("plot", ("y", "x"))) == RIGHT
    assert outcome(want, Said("plot", ("x",))) == WRONG


def test_a_question_that_stops_the_program_is_answered_wrong_and_the_table_counts_it(tmp_path: Path) -> None:
    def stop(question: str) -> Said:
        raise ValueError(question)

    line = questions("questions")[1]
    failed, fine = ask(stop, line), ask(lambda question: Said("count", figure=344.0), line)  # type: ignore[arg-type,return-value]
    assert (failed["outcome"], fine["outcome"]) == (WRONG, RIGHT)
    shared = {"set": "questions", "writer": "none", "version": "1", **provenance()}
    append(tmp_path / "chat.csv", [{**fine, **shared}, {**failed, **shared, "number": "3"}], COLUMNS)
    text = summary.everything(summary.read(tmp_path / "chat.csv"))
    assert "| 40 questions | none | 50% | 50% | 0% |" in text
    assert "wrong: 3 (count)" in text
