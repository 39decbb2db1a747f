"""The thirty tasks: eight rows whose text is shown, twenty whose text is to be written.

Tasks of sets that may be handed on are CSV files here; the others are made from ../shared where it is there.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.tables import DATA
from benchmarks.writing.judged import recipes as judged_recipes
from benchmarks.writing.recipes import RECIPES

__all__ = [
    "DEVELOPMENT",
    "JUDGED",
    "SHIPPED",
    "SHOWN",
    "Task",
    "listed",
    "load",
    "made",
    "task_file",
    "tasks",
]

HERE = Path(__file__).resolve().parent
DEVELOPMENT, JUDGED = "development", "judged"
FOLDERS = {DEVELOPMENT: HERE / "tasks", JUDGED: HERE / "judged"}
SHOWN, ROWS = 8, 28
TARGET = "target"
SHIPPED = frozenset(
    {"made", "snips7", "penguins_raw", "banking77", "bechdel", "recent_grads", "candy", "coffee_quality"}
)


@dataclass(frozen=True, slots=True)
class Task:
    """A text column to be written. `rows` hold the filled inputs; the first eight of `target` are the examples.

    `needs` is "program" where string operations do, else "knowledge"; `source` is "made" or the set of the cells.
    """

    name: str
    half: str
    needs: str
    source: str
    inputs: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    target: tuple[str, ...]


def tasks(half: str) -> list[Task]:
    """The tasks of one half, in the order of the list; those whose set is not there are left out."""
    return [load(line) for line in listed() if line["half"] == half and present(line)]


def listed() -> list[dict[str, str]]:
    """The lines of both lists: name, half, needs, source, what."""
    return [*_lines(HERE / "tasks.csv"), *_lines(HERE / "judged" / "tasks.csv")]


def present(line: Mapping[str, str]) -> bool:
    """Whether the task's rows can be had here."""
    return line["source"] in SHIPPED or DATA.exists()


def load(line: Mapping[str, str]) -> Task:
    """The task of one line of the list."""
    rows = _lines(task_file(line)) if line["source"] in SHIPPED else made(line["name"])
    inputs = tuple(name for name in rows[0] if name != TARGET)
    filled = tuple({name: row[name] for name in inputs if row[name]} for row in rows)
    target = tuple(row[TARGET] for row in rows)
    return Task(line["name"], line["half"], line["needs"], line["source"], inputs, filled, target)


def task_file(line: Mapping[str, str]) -> Path:
    """Where the task's CSV file lies, or would."""
    return FOLDERS[line["half"]] / f"{line['name']}.csv"


def made(name: str) -> list[dict[str, str]]:
    """Twenty-eight rows drawn from the recipe's table, no two with the same inputs; always the same ones."""
    recipe = {**RECIPES, **judged_recipes.RECIPES}[name]
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for cells in _table(recipe.file):
        if set(recipe.inputs[:1]) <= cells.keys() and (text := recipe.target(cells)):
            row = {recipe.rename.get(column, column): cells.get(column, "") for column in recipe.inputs}
            found.setdefault(tuple(row.values()), {**row, TARGET: text})
    return random.Random(f"{name} {recipe.seed}").sample(list(found.values()), ROWS)


def _table(file: str) -> Iterator[dict[str, str]]:
    """The rows of a table of the shared data, without their blank cells."""
    path = DATA / file if file.endswith(".csv") else DATA / file / "data.csv"
    for row in _lines(path):
        yield {name: cell for name, cell in row.items() if cell not in ("", "NA")}


@cache
def _lines(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
