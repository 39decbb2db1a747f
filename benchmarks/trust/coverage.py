"""Coverage and size of sets and intervals, beside split conformal logistic regression and MAPIE's jackknife+.

One CSV row per (table, n, draw, level, method); what is there is not run again. Rows are drawn at random, so that
labelled rows and the up to 200 that are judged are exchangeable. A row whose class no labelled row has counts as
covered, for every method, and its share stands beside: no method can name that class.

python -m benchmarks.trust.coverage --out benchmarks/results/coverage.csv
python -m benchmarks.trust.coverage --out benchmarks/results/coverage.csv --summary

MAPIE is no dependency: `pip install --no-deps mapie`; where it is absent its rows are left out, and said so.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import warnings
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks import arguments, ours, tables
from benchmarks.peers.prepare import scaled
from benchmarks.results_file import RESULTS, append, keys, provenance, read

# Of the benchmark's tables without groups and with 256 + 200 rows, the first six by name of each kind of target.
TABLES = (
    "attrition", "bechdel", "chile", "credit_data", "hhs_breaches", "movies",
    "biomass", "coffee_quality", "employee_salaries", "house_prices", "la_homes", "lego",
)  # fmt: skip
SIZES = (8, 16, 64, 256)
LEVELS = (0.8, 0.9, 0.95)
DRAWS = 50
TEST_ROWS = 200
KEY = ("table", "n", "draw", "level", "method", "version")
COLUMNS = (
    "table", "kind", "n", "draw", "level", "method", "version", "test_rows", "coverage", "unseen", "size",
    "unbounded", "guarantee", "promise", "seconds", "error", "commit", "machine", "date",
)  # fmt: skip

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Draw:
    """Labelled rows and rows to be judged, from one table at random."""

    table: tables.Loaded
    rows: pd.DataFrame
    labels: pd.Series
    test: pd.DataFrame
    truth: pd.Series

    @property
    def classes(self) -> NDArray[np.str_]:
        """Those that labelled rows have."""
        return np.unique(self.labels.to_numpy().astype(str))

    @property
    def codes(self) -> NDArray[np.intp]:
        """(test row,) the place of the truth among the classes, -1 where no labelled row has it."""
        places = {name: place for place, name in enumerate(self.classes)}
        return np.array([places.get(str(name), -1) for name in self.truth], dtype=np.intp)


def draw_of(table: tables.Loaded, n: int, seed: int) -> Draw:
    dice = np.random.default_rng([zlib.crc32(table.spec.name.encode()), n, seed])
    order = dice.permutation(len(table.labels))
    inside, outside = order[:n], order[n : n + TEST_ROWS]
    cut = [
        each.iloc[rows].reset_index(drop=True)
        for rows in (inside, outside)
        for each in (table.features, table.labels)
    ]
    return Draw(table, *cut)


def handful(draw: Draw) -> Iterator[dict[str, object]]:
    """What a learner that was fitted on the labelled rows promises, for each level."""
    from handful.experts.experts import experts_for
    from handful.learner import Learner
    from handful.trust.coverage import fit_coverage

    learner = Learner(ours.TARGET, kinds={ours.TARGET: draw.table.spec.kind})
    state = learner.fit(pd.concat([draw.rows.assign(**{ours.TARGET: draw.labels}), draw.test])).state_
    features = next(learner._features(draw.test))
    examples = state.examples
    start = time.perf_counter()
    coverage = fit_coverage(experts_for(examples.features, examples.labels), examples)
    seconds = time.perf_counter() - start
    for level in LEVELS:
        held = coverage.guarantee(level)
        same = {"level": level, "guarantee": held.level_held, "promise": held.kind, "seconds": seconds}
        if draw.table.classes:
            order = [learner.classes_.index(name) for name in draw.classes]
            yield {**same, **_sets(coverage.sets(features, level)[:, order], draw)}
        else:
            target = state.target
            low, high = (end * target.scale + target.center for end in coverage.intervals(features, level))
            yield {**same, **_intervals(low, high, draw)}


def logistic(draw: Draw) -> Iterator[dict[str, object]]:
    """Split conformal sets on logistic regression, with as many rows held out as handful holds out (below 64: half).

    As it is commonly done: sets of all classes with 1 - p up to the quantile, which may be empty.
    """
    from sklearn.linear_model import LogisticRegression

    from handful.answer.conformal import as_strange, spare
    from handful.trust.coverage import MANY, held_out_of

    n, start = len(draw.rows), time.perf_counter()
    count = held_out_of(n) if n >= MANY else n // 2
    names = draw.labels.to_numpy().astype(str)
    fit = draw.rows.iloc[count:].reset_index(drop=True)
    others = pd.concat([draw.rows.iloc[:count], draw.test], ignore_index=True)
    said = np.zeros((len(others), len(draw.classes)))
    learnt = np.unique(names[count:])
    places = np.searchsorted(draw.classes, learnt)
    if len(learnt) == 1:
        said[:, places] = 1
    else:
        x, queries = scaled(fit, others, draw.table.text)
        said[:, places] = LogisticRegression(max_iter=2000).fit(x, names[count:]).predict_proba(queries)
    own = np.searchsorted(draw.classes, names[:count])
    scores = 1 - said[:count][np.arange(count), own]
    seconds = time.perf_counter() - start
    for level in LEVELS:
        kept = as_strange(scores, (1 - said[count:]).ravel()) >= spare(level, count)
        same = {"level": level, "guarantee": level, "promise": "split", "seconds": seconds}
        yield {**same, **_sets(kept.reshape(-1, len(draw.classes)), draw)}


def mapie(draw: Draw) -> Iterator[dict[str, object]]:
    """MAPIE's jackknife+ as it comes: linear regression, each row left out once; what it refuses is unbounded."""
    from mapie.regression import CrossConformalRegressor

    start = time.perf_counter()
    x, queries = scaled(draw.rows, draw.test, draw.table.text)
    learner = CrossConformalRegressor(confidence_level=list(LEVELS), method="plus", cv=-1)
    learner.fit_conformalize(x, draw.labels.to_numpy(dtype=float))
    for level in LEVELS:
        learner._alphas = [1 - level]  # one fit for all levels, of which it refuses some
        try:
            ends = learner.predict_interval(queries)[1][:, :, 0]
        except ValueError:
            ends = np.full((len(queries), 2), [-np.inf, np.inf])
        same = {"level": level, "guarantee": 2 * level - 1, "promise": "jackknife+"}
        yield {**same, "seconds": time.perf_counter() - start, **_intervals(ends[:, 0], ends[:, 1], draw)}


def _sets(kept: NDArray[np.bool_], draw: Draw) -> dict[str, object]:
    codes = draw.codes
    held = kept[np.arange(len(codes)), codes] | (codes < 0)
    return {
        "coverage": float(held.mean()),
        "unseen": float(np.mean(codes < 0)),
        "size": float(kept.sum(axis=1).mean()),
        "unbounded": float(kept.all(axis=1).mean()),
    }


def _intervals(low: Array, high: Array, draw: Draw) -> dict[str, object]:
    """The mean width of those with ends, in standard deviations of the whole table's target."""
    truth, finite = draw.truth.to_numpy(dtype=float), np.isfinite(high - low)
    width = float(np.mean((high - low)[finite])) / float(draw.table.labels.std()) if finite.any() else None
    covered = float(np.mean((low <= truth) & (truth <= high)))
    return {"coverage": covered, "unseen": 0.0, "size": width, "unbounded": float(1 - finite.mean())}


METHODS = {"handful": handful, "logistic split": logistic, "mapie jackknife+": mapie}


def methods_for(kind: str) -> list[str]:
    return ["handful", "logistic split" if kind == "category" else "mapie jackknife+"]


def main() -> None:
    asked = _arguments()
    if asked.summary:
        sys.stdout.write(summary(asked.out))
        return
    versions = _versions()
    done, from_where, load = keys(asked.out, KEY), provenance(), cache(tables.load)
    specs = tables.named(asked.tables)
    jobs = [(seed, spec, n) for seed in range(asked.draws) for spec in specs for n in asked.n]
    for place, (seed, spec, n) in enumerate(jobs, 1):
        for name in methods_for(spec.kind):
            if name not in versions:
                continue
            key = {"table": spec.name, "kind": spec.kind, "n": n, "draw": seed, "method": name}
            key["version"] = versions[name]
            if all((*map(str, _key(key, level)),) in done for level in LEVELS):
                continue
            draw = draw_of(load(spec), n, seed)
            append(asked.out, [{**key, **row, **from_where} for row in _run(name, draw)], COLUMNS)
        sys.stderr.write(f"{place}/{len(jobs)}: {spec.name} n={n} draw={seed}\n")


def _key(key: Mapping[str, object], level: float) -> tuple[object, ...]:
    return tuple({**key, "level": level}[part] for part in KEY)


def _run(name: str, draw: Draw) -> list[dict[str, object]]:
    """The rows of one method, or one row for each level that says what went wrong."""
    try:
        with warnings.catch_warnings(), threadpool_limits(1):
            warnings.simplefilter("ignore")
            return [{"test_rows": len(draw.test), **row} for row in METHODS[name](draw)]
    except Exception as error:
        return [{"level": level, "error": f"{type(error).__name__}: {error}"[:200]} for level in LEVELS]


def _versions() -> dict[str, str]:
    """What each method is, of those that are installed."""
    import sklearn

    found = {
        "handful": ours.method("handful").version,
        "logistic split": f"scikit-learn {sklearn.__version__}",
    }
    try:
        import mapie as package
    except ImportError:
        sys.stderr.write("mapie is not installed: its rows are left out\n")
        return found
    return {**found, "mapie jackknife+": f"mapie {package.__version__}"}


def summary(path: Path) -> str:
    """A Markdown table for each kind of target: means over the runs that all methods completed."""
    frame = pd.DataFrame(read(path))
    frame = frame[frame["error"] == ""]
    numbers = ["n", "level", "coverage", "size", "unbounded", "guarantee"]
    frame[numbers] = frame[numbers].apply(pd.to_numeric)
    return "\n".join(_table(kind, part) for kind, part in frame.groupby("kind"))


def _table(kind: str, part: pd.DataFrame) -> str:
    size = "mean set" if kind == "category" else "mean width / sd"
    lines = [
        f"**The target is a {kind}** ({part['table'].nunique()} tables)\n",
        f"| n | level | method | runs | coverage | guaranteed | {size} | all classes or no ends |",
        "|---:|---:|---|---:|---:|---:|---:|---:|",
    ]
    for (n, level), runs in part.groupby(["n", "level"]):
        wide = runs.groupby(["table", "draw"])["method"].transform("nunique") == runs["method"].nunique()
        for method, found in runs[wide].groupby("method"):
            means = found[["coverage", "guarantee", "size", "unbounded"]].mean()
            size = "" if np.isnan(means["size"]) else f"{means['size']:.3f} ({found['size'].median():.3f})"
            lines.append(
                f"| {n} | {level:g} | {method} | {len(found)} | {means['coverage']:.3f} "
                f"| {means['guarantee']:.2f} | {size} | {means['unbounded']:.2f} |"
            )
    return "\n".join(lines) + "\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", default=",".join(TABLES), help="names separated by commas, or tuning")
    parser.add_argument(
        "--n", type=arguments.numbers, default=SIZES, help="labelled rows; default: 8,16,64,256"
    )
    parser.add_argument("--draws", type=int, default=DRAWS, help="how many; default: 50")
    parser.add_argument("--out", type=Path, default=RESULTS / "coverage.csv")
    parser.add_argument("--summary", action="store_true", help="print what the file says, and run nothing")
    return parser.parse_args()


if __name__ == "__main__":
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    main()
