"""Whether the reasons that are given did decide: how far an answer moves when they are taken away and all is refitted.

`python -m benchmarks.trust.reasons --tables dev --out FILE`, then `--summary` for the table. For some test rows of each
table, five labelled rows are left out: those that are said to have decided, the nearest, or as many of the same classes
drawn at random; and one column: the one with the largest share, or others. The weights of the blend stay.
A move is in probability of the answered class, or of the mean in spreads of the labels. What is there for the same
version is not run again.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks import ours
from benchmarks.arguments import numbers
from benchmarks.results_file import RESULTS, append, keys, provenance, read
from benchmarks.tables import Loaded, Spec, load, named, split

if TYPE_CHECKING:
    from handful.experts.blend import Blend
    from handful.experts.examples import Examples
    from handful.experts.expert import Expert
    from handful.features import Features

KEY = ("table", "n", "seed", "version")
COLUMNS = (
    "table", "kind", "n", "seed", "method", "version", "queries", "moved", "seconds",
    "commit", "machine", "date",
)  # fmt: skip
QUERIES = 4
LEFT_OUT = 5
"""Rows that are left out together."""
OTHERS = 2
"""Times that rows are drawn at random for each query; and so many columns, for all queries."""

Places = NDArray[np.intp]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=named, default=named("tuning"))
    parser.add_argument("--n", type=numbers, default=(64,))
    parser.add_argument("--seeds", type=numbers, default=(0,))
    parser.add_argument("--out", type=Path, default=RESULTS / "reasons.csv")
    parser.add_argument("--summary", action="store_true", help="print what the file says")
    asked = parser.parse_args()
    if asked.summary:
        sys.stdout.write(summary(asked.out))
        return
    version = ours.method(ours.NAME).version
    done = keys(asked.out, KEY)
    for spec in asked.tables:
        for n in asked.n:
            for seed in asked.seeds:
                if (spec.name, str(n), str(seed), version) not in done:
                    known = {"table": spec.name, "kind": spec.kind, "n": n, "seed": seed, "version": version}
                    found = [{**known, **row, **provenance()} for row in measured(spec, n, seed)]
                    append(asked.out, found, COLUMNS)
                    sys.stderr.write(f"{spec.name} {n} {seed}\n")


def measured(spec: Spec, n: int, seed: int) -> Iterator[dict[str, object]]:
    """One row for each thing that is left out; none where the table is too small."""
    table = load(spec)
    asked = learnt(table, n, seed)
    if asked is None:
        return
    from handful.learning import one_thread

    with one_thread():
        for method, moved in asked.moves(np.random.default_rng([n, seed])):
            start = time.perf_counter()
            found = moved()
            seconds = time.perf_counter() - start
            yield {"method": method, "queries": QUERIES, "moved": found, "seconds": seconds}


@dataclass(frozen=True, slots=True)
class Asked:
    """A learner's blend, and the rows that it is asked about."""

    experts: tuple[Expert, ...]
    blend: Blend
    features: Features
    examples: Examples

    def moves(self, rng: np.random.Generator) -> Iterator[tuple[str, Callable[[], float]]]:
        """What is left out, and how far that moves the answers on average."""
        from handful.trust.reasons import column_shares, rows_that_decided

        places, _ = rows_that_decided(self.blend, self.features, self.examples, LEFT_OUT)
        yield "rows that decided", lambda: self.without_rows(places)
        yield "nearest rows", lambda: self.without_rows(self.nearest())
        drawn = [self.like(places, rng) for _ in range(OTHERS)]
        yield "random rows", lambda: float(np.mean([self.without_rows(rows) for rows in drawn]))
        shares = column_shares(self.blend, self.features, self.examples)
        if len(shares.columns) > 1:
            top = np.abs(shares.moved).argmax(axis=1)
            some = rng.permutation(len(shares.columns))[:OTHERS]
            yield "column that decided", lambda: self.without_columns(top[:, None])
            yield "random column", lambda: self.without_columns(np.tile(some, (QUERIES, 1)))

    def nearest(self) -> Places:
        """(query, row) by distance among the scaled features."""
        from handful.experts.design import fit_design

        narrow = self.blend.panel.projection.narrow
        rows = narrow(self.examples.features)
        design = fit_design(rows)
        apart = design.matrix(narrow(self.features))[:, None] - design.matrix(rows)
        return np.argsort(np.square(apart).sum(axis=2), axis=1, kind="stable")[:, :LEFT_OUT]

    def like(self, places: Places, rng: np.random.Generator) -> Places:
        """(query, row) any rows, as many of each class."""
        labels = self.examples.labels
        classes = labels.values if labels.classes else np.zeros(len(labels))
        chosen = np.empty_like(places)
        for query, rows in enumerate(places):
            for code in np.unique(classes[rows]):
                own = classes[rows] == code
                chosen[query, own] = rng.permutation(np.flatnonzero(classes == code))[: own.sum()]
        return chosen

    def without_rows(self, places: Places) -> float:
        every = np.arange(len(self.examples))
        return float(
            np.mean([self.moved(row, np.setdiff1d(every, out), None) for row, out in enumerate(places)])
        )

    def without_columns(self, columns: Places) -> float:
        """(query, column) each column by itself."""
        from handful.trust.reasons import columns_of

        _, member = columns_of(self.features)
        every = np.arange(len(self.examples))
        found = [
            self.moved(row, every, np.flatnonzero(~member[one]))
            for row, out in enumerate(columns)
            for one in out
        ]
        return float(np.mean(found))

    def moved(self, query: int, rows: Places, places: Places | None) -> float:
        """How far the answer to one query is from that of the same experts fitted on these rows and features."""
        from handful.distribution import mean
        from handful.experts.blend import Blend
        from handful.experts.panel import fit_panel

        asked, known = self.features.take(np.array([query])), self.examples.take(rows)
        before = self.blend.predict(asked)
        features = known.features
        if places is not None:
            asked, features = some_of(asked, places), some_of(features, places)
        panel = fit_panel(self.experts, features, known.labels)
        after = Blend(self.blend.names, panel, self.blend.weighting, self.blend.classes).predict(asked)
        if self.blend.classes:
            return float(np.abs(after - before)[0, before.argmax()])
        return float(np.abs(mean(after) - mean(before))[0] / self.examples.labels.values.std())


def some_of(features: Features, places: Places) -> Features:
    """Some features, whose embeddings are numbered without a gap."""
    chosen = features.only(places)
    _, numbers = np.unique(np.append(chosen.embedding, -1), return_inverse=True)
    return replace(chosen, embedding=numbers[:-1] - 1)


def learnt(table: Loaded, n: int, seed: int) -> Asked | None:
    """A learner of `n` rows without the expert that reads class names, and the first test rows."""
    drawn = split(table, n, seed)
    if drawn is None:
        return None
    from handful.experts.blend import Blend, Weighting
    from handful.experts.experts import experts_for
    from handful.experts.panel import fit_panel
    from handful.learner import Learner
    from handful.learning import one_thread

    labelled = table.features.iloc[drawn.labelled].assign(**{ours.TARGET: table.labels.iloc[drawn.labelled]})
    learner = Learner(ours.TARGET, kinds={ours.TARGET: table.spec.kind}).fit(labelled)
    blend, examples = learner.state_.blend, learner.state_.examples
    experts = experts_for(examples.features, examples.labels)
    names = tuple(expert.name for expert in experts)
    if "in-context model" not in names:
        return None
    weights = blend.weighting.weights[[blend.names.index(name) for name in names]]
    weighting = Weighting(weights / weights.sum(), blend.weighting.temperature)
    features = next(learner._features(table.features.iloc[drawn.test[:QUERIES]]))
    with one_thread():
        panel = fit_panel(experts, examples.features, examples.labels)
    return Asked(experts, Blend(names, panel, weighting, blend.classes), features, examples)


def summary(path: Path) -> str:
    """A Markdown table: the mean move by kind of target and context."""
    rows = read(path)
    methods = list(dict.fromkeys(row["method"] for row in rows))
    lines = [f"| target | n | tables | {' | '.join(methods)} |", "|---" * (3 + len(methods)) + "|"]
    for kind, n in sorted({(row["kind"], int(row["n"])) for row in rows}):
        own = [row for row in rows if (row["kind"], row["n"]) == (kind, str(n))]
        means = [
            np.mean([float(row["moved"]) for row in own if row["method"] == method]) for method in methods
        ]
        tables = len({row["table"] for row in own})
        lines.append(f"| {kind} | {n} | {tables} | {' | '.join(f'{mean:.3f}' for mean in means)} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
