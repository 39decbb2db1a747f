"""Run methods on the tasks of every kind, one row per (task, n, seed, method, version); rows already there are skipped.

python -m benchmarks.kinds.run --tasks text,image
python -m benchmarks.kinds.run --methods peers

The peers want libraries of their own, in an environment apart: pip install torch==2.13.0 aeon==1.6.0 skrub==0.11.0
catboost==1.2.10 setfit==1.2.0 efficientnet_lite_pytorch==0.1.0 onnxruntime tokenizers soundfile pillow.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import arguments, score
from benchmarks.kinds import methods
from benchmarks.kinds.draws import draw
from benchmarks.kinds.tasks import Pool, Task, named
from benchmarks.measure import FORK, in_child
from benchmarks.results_file import RESULTS, append, keys, provenance
from benchmarks.score import Prediction
from benchmarks.tables import DATA, Split

OUT = RESULTS / "kinds.csv"
KEY = ("task", "n", "seed", "method", "version")
COLUMNS = (
    "task", "kind", "n", "seed", "method", "version", "shown_rows", "judged_rows", *score.CATEGORY_METRICS,
    "rmse", "r2", "crps", "coverage", "width",
    "seconds", "cpu_seconds", "peak_mb", "error", "commit", "machine", "date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Job:
    """One draw of a task, for one method."""

    n: int
    seed: int


def main() -> None:
    asked = _arguments()
    if not DATA.exists():
        raise SystemExit(f"the data are not there: {DATA}")
    for name in asked.methods:
        worker = FORK.Process(target=run_method, args=(name, asked.tasks, asked.n, asked.seeds, asked.out))
        worker.start()
        worker.join()
        if worker.exitcode:
            sys.stderr.write(f"{name}: stopped, exit code {worker.exitcode}\n")


def run_method(name: str, tasks: Sequence[Task], sizes: Sequence[int], seeds: int, out: Path) -> None:
    """Run one method on the tasks that it is for."""
    method = methods.method(name)
    done = keys(out, KEY)
    for task in tasks:
        if task.kind not in methods.MODULES[name][1]:
            continue
        jobs = [
            Job(n, seed)
            for seed in range(min(seeds, task.draws))
            for n in sizes or task.sizes
            if n in task.sizes
        ]
        todo = [
            job for job in jobs if (task.name, str(job.n), str(job.seed), name, method.version) not in done
        ]
        if todo:
            _run_task(method, task, todo, out)


def _run_task(method: methods.Method, task: Task, jobs: Iterable[Job], out: Path) -> None:
    from_where, started, runner = provenance(), time.perf_counter(), os.getppid()
    pool = task.load()
    prepared = method.prepare(task, pool)
    for job in jobs:
        if os.getppid() != runner:  # somebody stopped the run
            return
        rows = list(run_job(method, task, pool, prepared, job))
        append(out, [{**row, **from_where} for row in rows], COLUMNS)
        failed = "".join(f" error: {row['error']}" for row in rows if row.get("error"))
        if failed or not rows:
            sys.stderr.write(
                f"{method.name} {task.name} n={job.n} seed={job.seed}:{failed or ' too small'}\n"
            )
    sys.stderr.write(f"{method.name} {task.name}: {time.perf_counter() - started:.0f} s\n")


def run_job(
    method: methods.Method, task: Task, pool: Pool, prepared: object, job: Job
) -> Iterator[dict[str, object]]:
    """One row; none where the task is too small for so many shown rows."""
    split = draw(task, pool, job.n, job.seed)
    if split is None:
        return
    labels = pool.labels.to_numpy()
    used = labels[np.concatenate([split.labelled, split.test])]
    classes = tuple(np.unique(used.astype(str)).tolist()) if pool.classes else ()
    predictions, cost, error = in_child(lambda: _answer(method, task, pool, prepared, split, classes))
    row: dict[str, object] = {
        "task": task.name, "kind": task.kind, "n": job.n, "seed": job.seed, "method": method.name,
        "version": method.version, "shown_rows": len(split.labelled), "judged_rows": len(split.test), **cost,
    }  # fmt: skip
    yield {**row, "error": error} if error else {**row, **scores(labels[split.test], predictions[0], classes)}


def _answer(
    method: methods.Method, task: Task, pool: Pool, prepared: object, split: Split, classes: tuple[str, ...]
) -> Iterator[Prediction]:
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        yield method.answer(task, pool, prepared, split, classes)


def scores(truth: np.ndarray, prediction: Prediction, classes: tuple[str, ...]) -> dict[str, object]:
    """As in the main benchmark, and R² of a number: 1 - the squared RMSE in standard deviations."""
    expected = (len(truth), len(classes) or len(score.LEVELS))
    if prediction.distribution.shape != expected or not np.isfinite(prediction.distribution).all():
        return {"error": f"a distribution of shape {prediction.distribution.shape}, or not finite"}
    if classes:
        return {**score.category(np.searchsorted(np.array(classes), truth.astype(str)), prediction)}
    found = score.number(truth.astype(float), prediction)
    return {**found, "r2": 1 - found["rmse"] ** 2}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=named, default="all", help="all, kinds or names, separated by commas")
    parser.add_argument(
        "--methods", type=_methods, default="handful", help="names, or `peers` for all but handful"
    )
    parser.add_argument("--n", type=arguments.numbers, default=(), help="sizes; default: all of the task")
    parser.add_argument("--seeds", type=int, default=10, help="draws at most; default: 10")
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args()


def _methods(names: str) -> list[str]:
    return arguments.methods_named(names, methods.MODULES, methods.PEERS)


if __name__ == "__main__":
    main()
