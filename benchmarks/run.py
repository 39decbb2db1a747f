"""Run methods on tables and append one row per (table, n, seed, method) to a CSV; rows already there are skipped.

python -m benchmarks.run --tables dev --methods linear,random_forest --out benchmarks/results/peers.csv
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import arguments, peers, score, summary, tables
from benchmarks.measure import FORK, in_child
from benchmarks.results_file import RESULTS, append, keys, provenance

SIZES = (8, 32, 128, 512)
QUICK_SIZES = (16, 128)
QUICK_SEEDS = 2


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to run: a table with n labelled rows, drawn with a seed."""

    spec: tables.Spec
    n: int
    seed: int


def main() -> None:
    asked = _arguments()
    specs = tables.named(asked.tables)
    if not tables.DATA.exists():
        raise SystemExit(f"the tables are not there: {tables.DATA}")
    # seeds outermost: a run that is cut short has seen every table
    jobs = [Job(spec, n, seed) for seed in range(asked.seeds) for spec in specs for n in asked.n]
    for name in asked.methods:
        worker = FORK.Process(target=run_method, args=(name, jobs, asked.out or _file(asked, name)))
        worker.start()
        worker.join()
        if worker.exitcode:
            _say(f"{name}: stopped, exit code {worker.exitcode}")
    if asked.quick:
        sys.stdout.write(summary.everything(summary.read([asked.out or _file(asked, "")])))


def _file(asked: argparse.Namespace, method: str) -> Path:
    if asked.quick or asked.tables == "tuning":
        return RESULTS / f"{asked.tables}.csv"
    return RESULTS / ("handful.csv" if method == "handful" else "peers.csv")


def run_method(name: str, jobs: Sequence[Job], out: Path) -> None:
    """Run one method on all jobs; a failure is a row with an error, and the next job follows."""
    method = peers.method(name)
    done = keys(out)
    todo = [job for job in jobs if _key(job, method) not in done]
    from_where = provenance()
    load = cache(tables.load)
    start, runner = time.perf_counter(), os.getppid()
    for position, job in enumerate(todo, 1):
        if os.getppid() != runner:  # somebody stopped the run
            return
        rows = run_job(method, load(job.spec), job)
        append(out, [{**row, **from_where} for row in rows])
        _progress(name, position, len(todo), start, job, rows)


def run_job(method: peers.Method, table: tables.Loaded, job: Job) -> list[dict[str, object]]:
    """The rows of one job: none when the table is too small, one per method that the fit gave otherwise."""
    split = tables.split(table, job.n, job.seed)
    if split is None:
        return []
    predictions, cost, error = in_child(lambda: _fit_predict(method, table, split))
    same = {
        "table": job.spec.name, "kind": job.spec.kind, "n": job.n, "seed": job.seed,
        "version": method.version, "test_rows": len(split.test), **cost,
    }  # fmt: skip
    if error:
        return [{**same, "method": method.name, "error": error}]
    return [{**same, "method": name, **_scores(table, split, prediction)} for name, prediction in predictions]


def _fit_predict(
    method: peers.Method, table: tables.Loaded, split: tables.Split
) -> Iterator[tuple[str, score.Prediction]]:
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield from method.fit_predict(
            table.features.iloc[split.labelled].reset_index(drop=True),
            table.labels.iloc[split.labelled].reset_index(drop=True),
            table.features.iloc[split.test].reset_index(drop=True),
            table.spec.kind,
            table.classes,
            table.text,
        )


def _scores(table: tables.Loaded, split: tables.Split, prediction: score.Prediction) -> dict[str, float]:
    truth = table.labels.to_numpy()[split.test]
    expected = (len(truth), len(table.classes) or len(score.LEVELS))
    if prediction.distribution.shape != expected or not np.isfinite(prediction.distribution).all():
        return {"error": f"a distribution of shape {prediction.distribution.shape}, or not finite"}  # type: ignore[dict-item]
    if table.spec.kind == "category":
        return score.category(np.searchsorted(np.array(table.classes), truth.astype(str)), prediction)
    return score.number(truth, prediction)


def _key(job: Job, method: peers.Method) -> tuple[str, ...]:
    return (job.spec.name, str(job.n), str(job.seed), method.name, method.version)


def _progress(
    name: str, position: int, jobs: int, start: float, job: Job, rows: Sequence[Mapping[str, object]]
) -> None:
    left = (time.perf_counter() - start) / position * (jobs - position)
    result = next((f"error: {row['error']}" for row in rows if row.get("error")), "" if rows else "too small")
    _say(
        f"{name} {position}/{jobs}, {left / 60:.1f} min left: {job.spec.name} n={job.n} seed={job.seed} {result}"
    )


def _say(line: str) -> None:
    sys.stderr.write(line.rstrip() + "\n")
    sys.stderr.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", default="dev", help="dev, tuning, quick, or names separated by commas")
    parser.add_argument("--methods", type=_methods, help="names separated by commas; default: all")
    parser.add_argument("--n", type=arguments.numbers, help="labelled rows; default: 8,32,128,512")
    parser.add_argument("--seeds", type=int, help="how many; default: 5")
    parser.add_argument("--out", type=Path, help="default: in benchmarks/results, by what is run")
    parser.add_argument("--quick", action="store_true", help="6 tables, n = 16 and 128, 2 seeds, no CatBoost")
    asked = parser.parse_args()
    if asked.quick:
        asked.tables = "quick"
    asked.n = asked.n or (QUICK_SIZES if asked.quick else SIZES)
    asked.seeds = asked.seeds or (QUICK_SEEDS if asked.quick else 5)
    everything = [name for name in peers.MODULES if not (asked.quick and name == "catboost")]
    asked.methods = asked.methods or everything
    return asked


def _methods(names: str) -> list[str]:
    return arguments.methods_named(names, peers.MODULES, peers.PEERS)


if __name__ == "__main__":
    main()
