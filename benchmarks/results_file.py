"""The CSV files of results: one row per (table, n, seed, method, version), appended as soon as it is known."""

from __future__ import annotations

import csv
import datetime
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.score import METRICS

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).resolve().parent / "results"
KEY = ("table", "n", "seed", "method", "version")
COLUMNS = (
    "table", "kind", "n", "seed", "method", "version", "test_rows", *METRICS,
    "seconds", "cpu_seconds", "peak_mb", "error", "commit", "machine", "date",
)  # fmt: skip

Row = Mapping[str, object]


def append(path: Path, rows: Iterable[Row], columns: tuple[str, ...] = COLUMNS) -> None:
    """Write the rows at the end of the file, with a header when it is new, and let go of it at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        if new:
            writer.writeheader()
        writer.writerows({name: _cell(row.get(name)) for name in columns} for row in rows)


def read(path: Path) -> list[dict[str, str]]:
    """All rows of the file; none when there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def keys(path: Path, parts: tuple[str, ...] = KEY) -> set[tuple[str, ...]]:
    """The keys of the rows that are there and need not be run again."""
    return {tuple(row[name] for name in parts) for row in read(path)}


def provenance() -> dict[str, str]:
    """What every row says of where it came from: commit, machine, date."""
    return {"commit": commit(), "machine": machine(), "date": datetime.date.today().isoformat()}


def commit() -> str:
    """The short commit, with a plus sign when tracked files have changed since; `none` before the first commit."""
    head = _git("rev-parse", "--short=10", "HEAD")
    return f"{head}{'+' if _git('status', '--porcelain', '--untracked-files=no') else ''}" if head else "none"


def machine() -> str:
    """Processor and the number of cores that this process may use."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else value
