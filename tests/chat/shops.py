"""A small table to talk about: numbers with a unit, categories, a date, yes and no, and blanks."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

SHOPS, COLOURS = ["north", "south", "harbour"], ["red", "green"]


def lamps(rows: int = 60, **names: str) -> pl.DataFrame:
    """`rows` lamps; `names` renames columns."""
    weight = [100.0 + 7 * (row * 13 % 31) for row in range(rows)]
    columns = {
        "shop": [SHOPS[row % 3] for row in range(rows)],
        "colour": [COLOURS[row // 2 % 2] for row in range(rows)],
        "weight_g": [None if row % 20 == 7 else cell for row, cell in enumerate(weight)],
        "price": [round(2 * cell + row % 5, 2) for row, cell in enumerate(weight)],
        "sold": [row % 4 == 0 for row in range(rows)],
        "delivered": [date(2020, 1, 5) + timedelta(days=17 * row) for row in range(rows)],
    }
    return pl.DataFrame(columns).with_columns(pl.col("sold").cast(pl.Int64)).rename(names)
