"""Small tables that the tests of the main path share."""

from __future__ import annotations

import numpy as np
import polars as pl


def flowers(rows: int = 48, *, blanks: int = 12, seed: int = 0) -> pl.DataFrame:
    """Numbers, a category and a date that tell a category and a number; the last rows' targets are blank."""
    rng = np.random.default_rng(seed)
    length, colour = rng.normal(5, 1, rows), rng.choice(["red", "green", "blue"], rows)
    day = np.datetime64("2024-01-01", "us") + rng.integers(0, 700, rows) * np.timedelta64(1, "D")
    kind = np.where(length + (colour == "red") > 5.4, "iris", "tulip").astype(object)
    weight = np.round(2 * length + 3 * (colour == "blue") + rng.normal(0, 0.1, rows), 2).astype(object)
    kind[rows - blanks :] = None
    weight[rows - blanks :] = None
    columns = {
        "length": length,
        "colour": colour,
        "day": day,
        "kind": kind.tolist(),
        "weight": weight.tolist(),
    }
    frame = pl.DataFrame(columns)
    return frame.with_columns(
        pl.when(pl.int_range(rows) == 2).then(None).otherwise(pl.col("length")).alias("length")
    )
