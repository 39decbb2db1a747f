"""Cost of the in-context model alone: fit and first answers, and what later answers from the same context cost.

One row per shape is appended to results/model_cost.csv, the median of five fresh contexts in one warm process; what is
there for the same version is not run again.
"""

from __future__ import annotations

import sys
import time
from statistics import median

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import ours
from benchmarks.measure import cpu_seconds, peak_mb
from benchmarks.results_file import RESULTS, append, provenance, read

SHAPES = ((200, 300, 20), (1_000, 1_000, 50), (1_000, 10, 50))
COLUMNS = (
    "rows", "queries", "columns", "version", "seconds", "cpu_seconds", "again_seconds", "peak_mb",
    "commit", "machine", "date",
)  # fmt: skip
TIMES = 5


def main() -> None:
    version = ours.method(ours.NAME).version
    out = RESULTS / "model_cost.csv"
    done = {(row["rows"], row["queries"], row["columns"], row["version"]) for row in read(out)}
    for rows, queries, columns in SHAPES:
        if (str(rows), str(queries), str(columns), version) in done:
            continue
        cost = measured(rows, queries, columns)
        shape = {"rows": rows, "queries": queries, "columns": columns, "version": version}
        append(out, [{**shape, **cost, **provenance()}], COLUMNS)
        sys.stderr.write(f"{rows} rows, {queries} queries, {columns} columns: {cost}\n")


def measured(rows: int, queries: int, columns: int) -> dict[str, float]:
    """Seconds of fit and first answers, and of answers to other queries after it; a quarter of columns categories."""
    from handful.experts.in_context import InContext
    from handful.features import Features, Labels

    dice = np.random.default_rng(0)
    is_category = np.arange(columns) < columns // 4
    first, cpu, again = [], [], []
    for time_ in range(TIMES + 1):
        x = dice.normal(size=(rows + 2 * queries, columns)).astype(np.float32)
        x[:, is_category] = dice.integers(0, 8, size=(len(x), int(is_category.sum())))
        table = Features(x, is_category, tuple(map(str, range(columns))), np.full(columns, -1))
        labels = Labels((x[:rows, -1] > 0).astype(float), 2)
        began, began_cpu = time.perf_counter(), cpu_seconds()
        with threadpool_limits(limits=1):  # as Learner does
            fitted = InContext().fit(table.take(np.arange(rows)), labels)
            fitted.predict(table.take(np.arange(rows, rows + queries)))
            answered, answered_cpu = time.perf_counter(), cpu_seconds()
            fitted.predict(table.take(np.arange(rows + queries, rows + 2 * queries)))
        if time_:  # the first warms up
            first.append(answered - began)
            cpu.append(answered_cpu - began_cpu)
            again.append(time.perf_counter() - answered)
    return {
        "seconds": median(first),
        "cpu_seconds": median(cpu),
        "again_seconds": median(again),
        "peak_mb": peak_mb(),
    }


if __name__ == "__main__":
    main()
