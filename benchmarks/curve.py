"""Cost against rows: handful on synthetic tables of 100 to 100,000 labelled rows x 10 mixed columns.

Each size runs in a fresh process, imports included, on all cores, and answers 1,000 further rows. One row per size
and kind is appended to results/curve.csv; what is there for the same version is not run again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import ours
from benchmarks.measure import cpu_seconds, peak_mb
from benchmarks.results_file import RESULTS, ROOT, append, provenance, read

SIZES = (100, 1_000, 10_000, 100_000)
QUERIES = 1_000
MOST_SECONDS = 3600
COLUMNS = (
    "rows", "kind", "version", "fit_seconds", "predict_seconds", "cpu_seconds", "peak_mb",
    "error", "commit", "machine", "date",
)  # fmt: skip
WORDS = np.array(["red", "old", "round", "heavy", "late", "cheap", "broken", "foreign", "loud", "empty"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=lambda words: [int(word) for word in words.split(",")], default=SIZES)
    parser.add_argument("--out", type=Path, default=RESULTS / "curve.csv")
    parser.add_argument("--one", nargs=2, metavar=("ROWS", "KIND"), help="what each fresh process is asked")
    asked = parser.parse_args()
    if asked.one:
        sys.stdout.write(json.dumps(measured(int(asked.one[0]), asked.one[1])))
        return
    version = ours.method(ours.NAME).version
    done = {(row["rows"], row["kind"], row["version"]) for row in read(asked.out)}
    for rows in asked.sizes:
        for kind in ("category", "number"):
            if (str(rows), kind, version) in done:
                continue
            cost = in_fresh_process(rows, kind)
            append(
                asked.out, [{"rows": rows, "kind": kind, "version": version, **cost, **provenance()}], COLUMNS
            )
            sys.stderr.write(f"{rows} rows, {kind}: {cost}\n")


def in_fresh_process(rows: int, kind: str) -> dict[str, object]:
    """What a new Python process measured of itself, or its error."""
    command = [sys.executable, "-m", "benchmarks.curve", "--one", str(rows), kind]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return {"error": f"stopped after {MOST_SECONDS} seconds"}
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1][:200]}
    cost: dict[str, object] = json.loads(done.stdout)
    return cost


def measured(rows: int, kind: str) -> dict[str, float]:
    """Seconds and memory of a fit on `rows` labelled rows and of 1,000 answers.

    The seconds hold handful's imports, not the making of the table; the peak memory holds the table and pandas.
    """
    table = synthetic(rows + QUERIES, kind)
    sys.path.insert(0, str(ROOT / "src"))
    start, cpu = time.perf_counter(), cpu_seconds()
    from handful.learner import Learner

    learner = Learner("target", kinds={"target": kind}).fit(table.head(rows))
    fitted = time.perf_counter()
    learner.predict(table.tail(QUERIES))
    return {
        "fit_seconds": fitted - start,
        "predict_seconds": time.perf_counter() - fitted,
        "cpu_seconds": cpu_seconds() - cpu,
        "peak_mb": peak_mb(),
    }


def synthetic(rows: int, kind: str, seed: int = 0) -> pd.DataFrame:
    """Five numbers (one half blank), three categories, a date and a text; the target leans on five of them."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({f"number {i}": rng.normal(size=rows) for i in range(5)})
    table["colour"] = rng.choice(["red", "green", "blue"], rows)
    table["place"] = rng.choice([f"place {i}" for i in range(20)], rows)
    table["flag"] = rng.choice(["yes", "no"], rows)
    table["day"] = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1000, rows), unit="D")
    table["note"] = [" ".join(words) for words in rng.choice(WORDS, (rows, 6))]
    signal = (
        table["number 0"]
        + table["number 1"] * table["number 2"]
        + (table["colour"] == "red") * 1.5
        + table["note"].str.contains("broken") * 1.0
        + rng.normal(scale=0.5, size=rows)
    )
    table.loc[rng.random(rows) < 0.5, "number 4"] = np.nan
    thirds = pd.cut(signal, [-np.inf, 0, 1.5, np.inf], labels=["low", "middle", "high"]).astype(str)
    table["target"] = signal if kind == "number" else thirds
    return table


if __name__ == "__main__":
    main()
