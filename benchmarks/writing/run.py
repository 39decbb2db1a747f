"""Have the text tasks written: one row per (task, method, version, seed); rows already there are skipped.

python -m benchmarks.writing.run --half development --method handful,copy_nearest,most_common
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks import arguments
from benchmarks.measure import in_child
from benchmarks.results_file import RESULTS, append, keys, provenance
from benchmarks.writing.methods import METHODS, Method, method
from benchmarks.writing.score import METRICS, Written, cells, scores
from benchmarks.writing.tasks import DEVELOPMENT, JUDGED, SHOWN, Task, listed, present, tasks

OUT = RESULTS / "writing.csv"
KEY = ("task", "method", "version", "seed")
COLUMNS = (
    "task", "half", "needs", "source", "method", "version", "rows", *METRICS,
    "cells", "seconds", "error", "seed", "commit", "machine", "date",
)  # fmt: skip


def main() -> None:
    asked = _arguments()
    missing = [line["name"] for line in listed() if line["half"] == asked.half and not present(line)]
    if missing:
        sys.stderr.write(f"left out, for want of ../shared/data: {', '.join(missing)}\n")
    for name in asked.method:
        run_method(method(name), asked.half, asked.out)


def run_method(by: Method, half: str, out: Path) -> None:
    """Write the tasks of a half that are not in the file yet."""
    done, from_where = keys(out, KEY), provenance()
    for task in tasks(half):
        if (task.name, by.name, by.version, "0") not in done:
            row = run_task(by, task)
            append(out, [{**row, **from_where}], COLUMNS)
            failed = f" error: {row['error']}" if row["error"] else ""
            sys.stderr.write(f"{by.name} {task.name}: {row['exact']:.0%} exact{failed}\n")


def run_task(by: Method, task: Task) -> dict[str, object]:
    """One row. A method that fails has left every cell blank, for which it gets no credit, and the row says why."""
    judged = task.target[SHOWN:]
    found, cost, error = in_child(lambda: _write(by, task))
    written = found[0] if found else [Written(None, None, 0.0)] * len(judged)
    figures = scores(judged, written) | ({"wrong_left_blank": 0.0} if error else {})
    return {
        "task": task.name, "half": task.half, "needs": task.needs, "source": task.source, "method": by.name,
        "version": by.version, "rows": len(judged), **figures, "cells": cells(judged, written),
        "seconds": cost.get("seconds"), "error": error, "seed": 0,
    }  # fmt: skip


def _write(by: Method, task: Task) -> Iterator[list[Written]]:
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield by.write(task)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--half", choices=(DEVELOPMENT, JUDGED), default=DEVELOPMENT)
    parser.add_argument("--method", type=_methods, default=list(METHODS), help="names, separated by commas")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args()


def _methods(names: str) -> list[str]:
    return arguments.methods_named(names, METHODS, list(METHODS))


if __name__ == "__main__":
    main()
