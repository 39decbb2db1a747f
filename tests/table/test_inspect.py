"""What `inspect` says of a table: it finds what was planted, and is quiet about clean tables."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given

from handful.table.adapt import table_from_frame
from handful.table.inspect import inspect_table
from tests.strategies import frames


def clean(seed: int, rows: int = 60) -> dict[str, np.ndarray]:
    """A table with a category and a number as targets, which its columns tell something of, and not all."""
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, rows))
    region = np.array(["north", "south", "east"])[rng.integers(0, 3, rows)]
    return {
        "x": x.round(3),
        "z": z.round(1),
        "age": rng.integers(18, 90, rows),
        "region": region,
        "sick": np.where(2 * x + (region == "north") + rng.normal(size=rows) > 0, "yes", "no"),
        "cost": (10 * x + 5 * z + rng.normal(size=rows)).round(2),
    }


def leaks(cells: dict[str, np.ndarray], target: str) -> list[str]:
    warnings = inspect_table(table_from_frame(pl.DataFrame(cells)), target).warnings
    return [warning.split("'")[1] for warning in warnings if "away" in warning]


PLANTS = {
    "a copy": lambda y: y,
    "another code": lambda y: np.where(y == "yes", 1, 0),
    "words": lambda y: np.where(y == "yes", "treated", "sent home"),
    "a finer code": lambda y: np.array([f"{v}{i % 3}" for i, v in enumerate(y)]),
    "a copy with blanks": lambda y: np.array([None if i % 4 == 0 else v for i, v in enumerate(y)]),
}
NUMBER_PLANTS = {
    "a copy": lambda y: y,
    "another unit": lambda y: (y * 1.8 + 32).round(2),
    "its logarithm": lambda y: np.log(y - y.min() + 1).round(9),
    "upside down": lambda y: -y,
}


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize("seed", range(5))
def test_a_planted_leak_of_a_category_is_flagged(plant, seed):
    cells = clean(seed)
    assert leaks({**cells, "leak": PLANTS[plant](cells["sick"])}, "sick") == ["leak"]


@pytest.mark.parametrize("plant", NUMBER_PLANTS)
@pytest.mark.parametrize("seed", range(5))
def test_a_planted_leak_of_a_number_is_flagged(plant, seed):
    cells = clean(seed)
    assert leaks({**cells, "leak": NUMBER_PLANTS[plant](cells["cost"])}, "cost") == ["leak"]


@pytest.mark.parametrize("rows", [8, 30])
def test_clean_tables_are_not_flagged(rows):
    for target in ("sick", "cost"):
        assert sum(bool(leaks(clean(seed, rows), target)) for seed in range(100)) <= 5


def test_identifiers_constants_blanks_and_repeats_are_named():
    frame = pl.DataFrame(
        {
            "no": list(range(1, 11)),
            "code": [f"P{i * 7}" for i in range(10)],
            "same": ["a"] * 10,
            "empty": [None] * 10,
            "x": [1.5, 2.5] * 5,
            "again": ["1.5", "2.5"] * 5,
        }
    )
    warnings = inspect_table(table_from_frame(frame)).warnings
    assert warnings == (
        "'no' looks like an identifier: no value occurs twice",
        "'code' looks like an identifier: no value occurs twice",
        "'same' has the same value in every row: 'a'",
        "every cell of 'empty' is blank",
        "'again' is the same as 'x' in every row",
    )
    twice = inspect_table(table_from_frame(frame.select("same", "x", "again"))).warnings
    assert "8 rows repeat an earlier row in every cell" in twice


def test_the_facts_of_a_column_are_its_figures():
    frame = pl.DataFrame(
        {"n": ["1,50", "", "3"], "d": ["05.03.2021", "NA", "31.12.2020"], "c": ["b", "b", None]}
    )
    facts = inspect_table(table_from_frame(frame)).columns
    assert [(f.name, f.kind, f.blanks, f.distinct, f.example) for f in facts] == [
        ("n", "number", 1, 2, "1,50 to 3,00"),
        ("d", "date", 1, 2, "31.12.2020 to 05.03.2021"),
        ("c", "category", 1, 1, "b"),
    ]


def test_a_column_that_looks_like_a_group_is_suggested():
    rng = np.random.default_rng(0)
    patients = np.repeat([f"P{i:03d}" for i in range(20)], 3)
    cells = {
        **clean(0),
        "patient id": np.repeat(np.arange(100, 120), 3),
        "who": patients,
        "mixed": rng.permutation(patients),
    }
    assert inspect_table(table_from_frame(pl.DataFrame(cells))).groups == ("patient id", "who", "mixed")
    assert inspect_table(table_from_frame(pl.DataFrame(clean(1)))).groups == ()


@given(frames())
def test_every_table_can_be_inspected_for_every_target(frame):
    table = table_from_frame(frame)
    for name in (None, *table.names):
        facts = inspect_table(table, name).columns
        assert [f.name for f in facts] == list(table.names)
        assert all(0 <= f.distinct <= table.rows - f.blanks for f in facts)
