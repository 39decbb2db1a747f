"""Learning curves carried on: does the band at twice the rows hold the score that is measured there?

handful is fitted on n labelled rows and its curve asked about 2n and 4n. Then it is fitted on as many rows, drawn anew,
and judged on test rows.

python -m benchmarks.trust.curve --out benchmarks/results/trust_curve.csv ; python -m benchmarks.trust.curve --summary
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from benchmarks import arguments, ours, tables
from benchmarks.results_file import RESULTS, append, keys, provenance
from handful.experts.experts import experts_for
from handful.learner import Learner
from handful.trust.curve import fit_curve

TIMES = (2, 4)
COLUMNS = (
    "table", "kind", "n", "seed", "method", "version", "times", "now", "best", "low", "high", "measured", "covered",
    "seconds", "commit", "machine", "date",
)  # fmt: skip


def main() -> None:
    asked = _arguments()
    if asked.summary:
        sys.stdout.write(summary(asked.out))
        return
    version, from_where = ours.version(), provenance()
    for seed in range(asked.seeds):
        for spec in tables.named(asked.tables):
            same = {
                "table": spec.name,
                "kind": spec.kind,
                "seed": seed,
                "method": "handful",
                "version": version,
            }
            done = keys(asked.out)
            sizes = [n for n in asked.n if (spec.name, str(n), str(seed), "handful", version) not in done]
            for row in run(tables.load(spec), sizes, seed):
                append(asked.out, [{**same, **row, **from_where}], COLUMNS)
                sys.stderr.write(f"{spec.name} seed={seed} {row}\n")


def run(table: tables.Loaded, sizes: list[int], seed: int) -> Iterator[dict[str, object]]:
    """A row for each size and each multiple of it that the table has the rows for."""

    @cache
    def fitted(n: int) -> tuple[Learner, float] | None:
        split = tables.split(table, n, seed)
        return None if split is None else _fitted(table, split)

    for n in sizes:
        here = fitted(n)
        if here is None or fitted(2 * n) is None:
            continue
        learner, now = here
        examples, scale = learner.state_.examples, learner.state_.target.scale
        start = time.perf_counter()
        curve = fit_curve(experts_for(examples.features, examples.labels), examples)
        seconds = time.perf_counter() - start
        for times in TIMES if curve else ():
            there = fitted(times * n)
            if curve is None or there is None:
                continue
            best, low, high = (
                score * (1 if curve.is_category else scale) for score in curve.score_at(times * n)
            )
            yield {"n": n, "times": times, "now": now, "best": best, "low": low, "high": high,
                   "measured": there[1], "covered": int(low <= there[1] <= high), "seconds": seconds}  # fmt: skip


def _fitted(table: tables.Loaded, split: tables.Split) -> tuple[Learner, float]:
    """A learner, and its accuracy or mean absolute error on the test rows."""
    frame, kind = table.features, table.spec.kind
    labelled = frame.iloc[split.labelled].reset_index(drop=True)
    labels = table.labels.to_numpy()
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learner = Learner(ours.TARGET, kinds={ours.TARGET: kind})
        learner.fit(labelled.assign(**{ours.TARGET: labels[split.labelled]}))
        said = learner.predict(frame.iloc[split.test].reset_index(drop=True)).values
    truth = labels[split.test]
    if kind == "category":
        return learner, float(np.mean(said.astype(str) == truth.astype(str)))
    return learner, float(np.mean(np.abs(said.astype(float) - truth.astype(float))))


def summary(path: Path) -> str:
    """How often the band held what was measured, and how wide it was beside the score or the error."""
    rows = pd.read_csv(path)
    unit = np.where(rows["kind"] == "category", 1.0, rows["now"])
    rows = rows.assign(width=(rows["high"] - rows["low"]) / unit)
    lines = [
        "| target | rows | times | (table, seed) | covered | width | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for (kind, n, times), part in rows.groupby(["kind", "n", "times"]):
        lines.append(_line(f"{kind} | {n} | {times}", part))
    lines += [_line(f"all | | {times}", part) for times, part in rows.groupby("times")]
    return "\n".join(lines) + "\n\nWidth: of the accuracy, or of the error as a share of that at n rows.\n"


def _line(head: str, part: pd.DataFrame) -> str:
    covered, width, seconds = part[["covered", "width", "seconds"]].mean()
    return f"| {head} | {len(part)} | {covered:.3f} | {width:.2f} | {seconds:.1f} |"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", default="dev", help="dev, tuning, quick, or names separated by commas")
    parser.add_argument("--n", type=arguments.numbers, default=(16, 32, 64, 128), help="labelled rows")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS / "trust_curve.csv")
    parser.add_argument("--summary", action="store_true", help="print a table of Markdown from what is there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
