"""The log of a run: one line of a CSV file for each window, said on the terminal too."""

from __future__ import annotations

import csv
from pathlib import Path

__all__ = ["log_line"]


def log_line(path: Path, line: dict[str, float]) -> None:
    """Add the line to the file, under a head where the file is new, and print it."""
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, list(line))
        if new:
            writer.writeheader()
        writer.writerow(line)
    print("  ".join(f"{key} {value:g}" for key, value in line.items()), flush=True)
