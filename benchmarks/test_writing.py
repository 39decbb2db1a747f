"""Laws of the text tasks, their figures, the rules that handful is held against, and the tables of results."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import markers
from benchmarks.results_file import append, keys, provenance
from benchmarks.tables import DATA
from benchmarks.writing import summary
from benchmarks.writing.judged.recipes import RECIPES as JUDGED_RECIPES
from benchmarks.writing.methods import Method, copy_nearest, most_common
from benchmarks.writing.recipes import RECIPES
from benchmarks.writing.run import COLUMNS, KEY, run_task
from benchmarks.writing.score import Written, character_f1, scores
from benchmarks.writing.tasks import (
    DEVELOPMENT,
    JUDGED,
    ROWS,
    SHIPPED,
    SHOWN,
    TARGET,
    Task,
    listed,
    load,
    made,
    present,
    task_file,
    tasks,
)

needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"no data at {DATA}")
HERE = [line["name"] for line in listed() if present(line)]


def one(name: str) -> Task:
    return load(next(line for line in listed() if line["name"] == name))


def small(target: tuple[str, ...] = ("a",) * SHOWN + ("b",) * 20) -> Task:
    rows = tuple({"word": f"word {row}"} for row in range(len(target)))
    return Task("small", DEVELOPMENT, "program", "made", ("word",), rows, target)


@pytest.mark.parametrize("name", HERE)
def test_a_task_has_8_examples_and_20_other_rows_no_two_alike_and_no_blank_target(name: str) -> None:
    task = one(name)
    assert len(task.rows) == len(task.target) == ROWS == SHOWN + 20
    assert len({tuple(sorted(row.items())) for row in task.rows}) == ROWS
    assert all(text.strip() == text != "" for text in task.target)
    assert all(row and set(row) <= set(task.inputs) for row in task.rows)
    assert TARGET not in task.inputs


@pytest.mark.parametrize("name", HERE)
def test_a_task_is_not_won_by_one_answer_for_all_nor_by_copying_the_input(name: str) -> None:
    task = one(name)
    assert Counter(task.target).most_common(1)[0][1] <= 4
    copied = sum(text in row.values() for row, text in zip(task.rows, task.target, strict=True))
    assert copied <= ROWS / 2 + 1


def test_the_halves_are_apart_of_one_size_and_of_a_like_mix() -> None:
    by_half = {half: [line for line in listed() if line["half"] == half] for half in (DEVELOPMENT, JUDGED)}
    names = [line["name"] for line in listed()]
    assert len(set(names)) == len(names) == 30
    mixes = [
        Counter((line["needs"], line["source"] == "made") for line in lines) for lines in by_half.values()
    ]
    assert mixes[0] == mixes[1]
    assert sum(line["source"] != "made" for line in listed()) >= 15


def test_every_listed_task_has_its_file_or_its_recipe_and_no_file_or_recipe_is_left_over() -> None:
    files = {
        path.stem
        for half in (DEVELOPMENT, JUDGED)
        for path in task_file({"half": half, "name": "x"}).parent.glob("*.csv")
    }
    shipped = {line["name"] for line in listed() if line["source"] in SHIPPED}
    assert files - {"tasks"} == shipped
    assert {line["name"] for line in listed()} - shipped <= {**RECIPES, **JUDGED_RECIPES}.keys()
    assert not RECIPES.keys() & JUDGED_RECIPES.keys()


@needs_data
@pytest.mark.parametrize("half", [DEVELOPMENT, JUDGED])
def test_the_files_made_from_real_cells_are_what_their_recipes_make(half: str) -> None:
    recipes = RECIPES if half == DEVELOPMENT else JUDGED_RECIPES
    for task in tasks(half):
        if task.name in recipes:
            rows = made(task.name)
            assert [row[TARGET] for row in rows] == list(task.target)
            assert [{name: row[name] for name in task.inputs if row[name]} for row in rows] == list(task.rows)


def test_cells_that_are_right_score_one_and_blank_ones_are_never_right() -> None:
    right = scores(["a", "b"], [Written("a", "a", 0.9), Written("b", "b", 0.8)])
    assert (right["exact"], right["character_f1"], right["blank"], right["exact_surest_half"]) == (1, 1, 0, 1)
    assert math.isnan(right["wrong_left_blank"])
    blank = scores(["a", "b"], [Written(None, "a", 0.2), Written(None, "x", 0.1)])
    assert (blank["exact"], blank["character_f1"], blank["blank"]) == (0, 0, 1)
    assert (blank["wrong"], blank["wrong_left_blank"]) == (1, 1)


def test_the_surest_half_is_that_of_the_highest_confidence_wherever_it_stands() -> None:
    written = [Written("x", "x", 0.1), Written("b", "b", 0.9), Written("x", "x", 0.2), Written("d", "d", 0.8)]
    assert scores(["a", "b", "c", "d"], written)["exact_surest_half"] == 1
    assert scores(["a", "b", "c", "d"], written)["exact"] == 0.5


def test_only_wrong_cells_count_as_wrong_ones_left_blank() -> None:
    written = [
        Written(None, "a", 0.1),
        Written(None, "x", 0.1),
        Written("y", "y", 0.9),
        Written("d", "d", 0.9),
    ]
    found = scores(["a", "b", "c", "d"], written)
    assert (found["wrong"], found["wrong_left_blank"]) == (2, 0.5)


def test_character_f1_counts_common_characters_as_often_as_both_have_them() -> None:
    assert character_f1("abc", "abc") == 1
    assert character_f1("abc", "xyz") == 0
    assert character_f1("aab", "ab") == pytest.approx(4 / 5)
    assert character_f1("Abc", "abc") == pytest.approx(4 / 6)


def test_copying_takes_the_text_of_the_most_similar_example() -> None:
    words = ["apple", "banana", "cherry", "damson", "elder", "fig", "grape", "hazel", "bananas", "figs"]
    task = Task(
        "fruit", DEVELOPMENT, "program", "made", ("word",), tuple({"word": word} for word in words),
        tuple(word.upper() for word in words),
    )  # fmt: skip
    assert [cell.text for cell in copy_nearest(task)] == ["BANANA", "FIG"]
    assert all(0 < cell.sure < 1 for cell in copy_nearest(task))


def test_the_most_common_text_is_that_of_the_examples_not_of_the_rows_that_are_judged() -> None:
    assert {cell.text for cell in most_common(small())} == {"a"}


def test_a_method_that_fails_has_left_every_cell_blank_and_the_row_says_why() -> None:
    def fail(task: Task) -> list[Written]:
        raise ValueError("no such thing")

    row = run_task(Method("broken", "1", fail), small())
    assert (row["exact"], row["blank"], row["error"]) == (0, 1, "ValueError: no such thing")
    assert row["wrong_left_blank"] == 0


def test_rows_of_results_are_found_again_and_make_a_table_with_the_tasks_that_are_lost(
    tmp_path: Path,
) -> None:
    rows = [
        {**run_task(Method("handful", "1", lambda task: [Written(None, None, 0.0)] * 20), small()), **provenance()},
        {**run_task(Method("copy_nearest", "1", lambda task: [Written("b", "b", 1.0)] * 20), small()), **provenance()},
    ]  # fmt: skip
    append(tmp_path / "writing.csv", rows, COLUMNS)
    assert ("small", "handful", "1", "0") in keys(tmp_path / "writing.csv", KEY)
    text = summary.everything(summary.read(tmp_path / "writing.csv"))
    assert "- small: exact 0.00, copy nearest 1.00" in text
    assert "| small | program | made | 0% | 0.00 | 100% |" in text


def test_what_stands_between_the_markers_is_made_anew_and_nothing_else() -> None:
    document = "before\n<!-- a:begin -->\nold\n<!-- a:end -->\nafter\n"
    assert markers.filled(document, {"a": lambda: r"new \1" + "\n", "b": lambda: 1 / 0}) == document.replace(  # type: ignore[arg-type,return-value]
        "old", r"new \1"
    )
