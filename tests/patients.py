"""A small table as a person might have it: 60 patients, some without diagnosis, some without a pressure."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

HEAD = ["age", "clinic", "ward", "pressure", "visit", "diagnosis"]


def write_patients(path: Path, rows: int = 60, *, blanks: bool = True) -> Path:
    """Write the patients as CSV; with `blanks`, every third has no diagnosis and every tenth no pressure."""
    rng = np.random.default_rng(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEAD)
        for row in range(rows):
            age = int(rng.integers(20, 80))
            pressure = f"{90 + 0.8 * age + rng.normal(0, 4):.1f}"
            diagnosis = "raised" if float(pressure) > 130 else "normal"
            if blanks:
                pressure, diagnosis = "" if row % 10 == 9 else pressure, "" if row % 3 == 0 else diagnosis
            visit = f"2024-{row % 12 + 1:02d}-{row % 28 + 1:02d}"
            writer.writerow([age, "ABCDEFGH"[row % 8], row % 4 + 1, pressure, visit, diagnosis])
    return path
