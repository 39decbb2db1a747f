"""Planted mistakes among labels: how many of the rows that are doubted are wrong, beside cleanlab.

One label in twenty is given to another class at random, or is another row's number. handful is fitted on these labels;
its own doubts and those of cleanlab (`pip install cleanlab`) are drawn from the same out-of-fold answers.

python -m benchmarks.trust.doubts --out benchmarks/results/doubts.csv ; python -m benchmarks.trust.doubts --summary
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks import arguments, ours, tables
from benchmarks.results_file import RESULTS, append, keys, provenance
from handful.distribution import mean
from handful.experts.examples import Examples
from handful.learner import Learner
from handful.trust.doubts import chances_of_error, find_doubts

SHARE = 0.05
RECALL = 0.6
SEPARABLE = 0.97
METRICS = ("precision", "average_precision", "named", "named_precision", "named_recall", "f1", "expected")
COLUMNS = (
    "table", "kind", "n", "seed", "method", "version", "auc", "planted", *METRICS, "commit", "machine", "date",
)  # fmt: skip
WORDS = {
    "precision": f"precision at a recall of {RECALL}",
    "average_precision": "average precision",
    "named": "rows named",
    "named_precision": "of these wrong",
    "named_recall": "of the wrong named",
    "f1": "F1 of the rows named",
}

Array = NDArray[np.float64]


def main() -> None:
    asked = _arguments()
    if asked.summary:
        sys.stdout.write(summary(asked.out))
        return
    version, from_where = ours.version(), provenance()
    for seed in range(asked.seeds):
        for spec in tables.named(asked.tables):
            for n in asked.n:
                if (spec.name, str(n), str(seed), "handful", version) in keys(asked.out):
                    continue
                rows = list(run(tables.load(spec), n, seed))
                same = {"table": spec.name, "kind": spec.kind, "n": n, "seed": seed, "version": version}
                append(asked.out, [{**same, **row, **from_where} for row in rows], COLUMNS)
                sys.stderr.write(f"{spec.name} n={n} seed={seed}: {len(rows)} methods\n")


def run(table: tables.Loaded, n: int, seed: int) -> Iterator[dict[str, object]]:
    """What each method found of the mistakes planted; nothing where the table is too small."""
    split = tables.split(table, n, seed)
    if split is None:
        return
    rng = np.random.default_rng([n, seed])
    labels, planted = mistaken(table.labels.to_numpy()[split.labelled], table.spec.kind, rng)
    frame = table.features.iloc[split.labelled].reset_index(drop=True)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        learner = Learner(ours.TARGET, kinds={ours.TARGET: table.spec.kind}).fit(
            frame.assign(**{ours.TARGET: labels})
        )
        auc = _auc(learner, table, split.test)
    judged = learner.state_.examples.judged()
    wrong = np.isin(judged.rows, planted)
    doubts = find_doubts(learner.state_.examples)
    named, doubt = np.isin(judged.rows, doubts.rows), chances_of_error(judged)[0]
    found = {"handful": (doubt, named, doubts.expected), **_by_cleanlab(judged)}
    for method, (scores, chosen, expected) in found.items():
        yield {"method": method, "auc": auc, "planted": int(wrong.sum()), "expected": expected,
               **measured(scores, chosen, wrong)}  # fmt: skip


def mistaken(
    labels: NDArray[np.object_], kind: str, rng: np.random.Generator
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """The labels with mistakes among them, and the places of these."""
    places = rng.permutation(len(labels))[: max(1, round(SHARE * len(labels)))]
    given = labels.copy()
    choices = np.unique(labels) if kind == "category" else labels
    for place in places:
        given[place] = rng.choice(choices[choices != labels[place]])
    return given, places


def measured(scores: Array, chosen: NDArray[np.bool_], wrong: NDArray[np.bool_]) -> dict[str, float]:
    """Of a ranking: precision at the recall wanted, and average precision; of the rows chosen: precision and recall."""
    ranked = wrong[np.argsort(-scores, kind="stable")]
    hits = np.cumsum(ranked)
    depth = int(np.searchsorted(hits, np.ceil(RECALL * wrong.sum() - 1e-9))) + 1
    hit, named = int((chosen & wrong).sum()), int(chosen.sum())
    return {
        "precision": hits[depth - 1] / depth,
        "average_precision": float((hits / np.arange(1, len(hits) + 1))[ranked].mean()),
        "named": named,
        "named_precision": hit / named if named else float("nan"),
        "named_recall": hit / wrong.sum(),
        "f1": 2 * hit / (named + wrong.sum()),
    }


def _by_cleanlab(judged: Examples) -> dict[str, tuple[Array, NDArray[np.bool_], float]]:
    """Its rankings, and the rows that its filter names, on the same out-of-fold answers."""
    said, labels = judged.held_out.astype(np.float64), judged.labels.values
    if not judged.labels.classes:
        from cleanlab.regression.rank import get_label_quality_scores as of_numbers

        nobody = np.zeros(len(labels), dtype=np.bool_)
        return {
            f"cleanlab:{way}": (1 - of_numbers(labels, mean(said), method=way), nobody, float("nan"))
            for way in ("residual", "outre")
        }
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores as of_classes

    codes, said = labels.astype(np.intp), said / said.sum(axis=1, keepdims=True)
    named = find_label_issues(codes, said)
    return {
        f"cleanlab:{way}": (1 - of_classes(codes, said, method=way), named, float("nan"))
        for way in ("self_confidence", "normalized_margin", "confidence_weighted_entropy")
    }


def _auc(learner: Learner, table: tables.Loaded, test: NDArray[np.intp]) -> float:
    """The mean over the classes of the AUC on test rows, whose labels have no mistakes planted; NaN for a number."""
    from sklearn.metrics import roc_auc_score

    if table.spec.kind != "category":
        return float("nan")
    said = learner.predict(table.features.iloc[test].reset_index(drop=True)).distribution.values
    truth = table.labels.to_numpy()[test].astype(str)
    there = [(truth == name, said[:, place]) for place, name in enumerate(learner.classes_)]
    return float(np.mean([roc_auc_score(own, score) for own, score in there if 0 < own.sum() < len(own)]))


def summary(path: Path) -> str:
    """Means over the tables with a mean AUC above the bound (of numbers over all), each table counting the same."""
    rows = pd.read_csv(path)
    rows = rows.assign(auc=rows.groupby(["table", "n"])["auc"].transform("mean"))
    parts = []
    for kind, judged in rows[(rows["auc"] > SEPARABLE) | (rows["kind"] == "number")].groupby("kind"):
        each = judged.groupby(["method", "table"])[list(WORDS)].mean().groupby("method").mean()
        named = ", ".join(sorted(judged["table"].unique()))
        parts.append(f"**The target is a {kind}**: {named}\n\n{_markdown(each)}")
    return "\n".join(parts)


def _markdown(means: pd.DataFrame) -> str:
    lines = ["| | " + " | ".join(WORDS.values()) + " |", "|---|" + "---|" * len(WORDS)]
    lines += [
        f"| {method} | " + " | ".join("" if np.isnan(value) else f"{value:.3g}" for value in row) + " |"
        for method, row in zip(means.index, means.to_numpy(), strict=True)
    ]
    return "\n".join(lines) + "\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", default="dev", help="dev, tuning, quick, or names separated by commas")
    parser.add_argument("--n", type=arguments.numbers, default=(128, 256), help="labelled rows")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULTS / "doubts.csv")
    parser.add_argument("--summary", action="store_true", help="print a table of Markdown from what is there")
    return parser.parse_args()


if __name__ == "__main__":
    main()
