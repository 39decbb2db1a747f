"""Whether rows unlike the labelled ones are seen: classes held out, and shifts planted in tables.

Classes: some classes of a text or picture set have no labelled row, and are asked about all the same. Shifts: rows of a
table are asked about as they are, and again with half of the numbers moved by three spreads, or half of the categories
set to one that never occurs. Beside our score stand the doubts (one less the largest probability) of the blend, and of
a logistic regression on the same features.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import tables
from benchmarks.kinds import tasks
from benchmarks.kinds.tasks import EITHER, JUDGED, SHOWN
from benchmarks.results_file import RESULTS, ROOT, append, keys, provenance, read

sys.path.insert(0, str(ROOT / "src"))

DRAWS = 10
HELD_OUT = {"banking77": 15, "sign_digits": 2}
ROWS_OF_A_CLASS = 10
LABELLED = (64, 256)
SPREADS = 3.0
MOST_JUDGED = 1000
KEY = ("task", "what", "n", "seed")
COLUMNS = (
    *KEY, "kind", "judged", "auroc", "auroc_blend", "auroc_logistic", "false_alarms", "seen",
    "query_microseconds", "commit", "machine", "date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draw:
    """Labelled rows, rows to ask about, and which of those are unlike the labelled ones."""

    labelled: pd.DataFrame
    labels: pd.Series
    asked: pd.DataFrame
    novel: NDArray[np.bool_]
    kind: str
    root: Path | None = None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", default=",".join(HELD_OUT), help="of " + ", ".join(HELD_OUT) + "; or none")
    parser.add_argument("--tables", default="dev", help="as in benchmarks.run; or none")
    parser.add_argument("--draws", type=int, default=DRAWS)
    parser.add_argument("--out", type=Path, default=RESULTS / "novelty.csv")
    parser.add_argument("--summary", action="store_true", help="print what the file says, run nothing")
    asked = parser.parse_args()
    if not asked.summary:
        run(asked)
    sys.stdout.write(summary(asked.out))


def run(asked: argparse.Namespace) -> None:
    """Every draw whose row is not in the file yet."""
    names = [] if asked.tasks == "none" else asked.tasks.split(",")
    specs = () if asked.tables == "none" else tables.named(asked.tables)
    cases = [(name, "classes", ROWS_OF_A_CLASS) for name in names]
    cases += [(spec.name, what, n) for spec in specs for what in ("numbers", "categories") for n in LABELLED]
    for task, what, n in cases:
        for seed in range(asked.draws):
            key = (task, what, str(n), str(seed))
            if key in keys(asked.out, KEY):
                continue
            drawn = classes_held_out(task, seed) if what == "classes" else shifted(task, what, n, seed)
            if drawn is None:
                break
            row = {**dict(zip(KEY, key, strict=True)), "kind": drawn.kind, **judged(drawn), **provenance()}
            append(asked.out, [row], COLUMNS)


def classes_held_out(name: str, seed: int) -> Draw:
    """Ten labelled rows of each class but those held out; rows to be judged of all."""
    (task,) = tasks.named(name)
    pool = task.load()
    rng = np.random.default_rng([zlib.crc32(name.encode()), seed])
    classes, labels = np.array(pool.classes), pool.labels.to_numpy(dtype=str)
    out = rng.permutation(classes)[: HELD_OUT[name]]
    may_show = np.isin(pool.roles, (SHOWN, EITHER))
    shown = np.concatenate(
        [
            rng.permutation(np.flatnonzero(may_show & (labels == c)))[:ROWS_OF_A_CLASS]
            for c in classes
            if c not in out
        ]
    )
    rest = np.setdiff1d(np.flatnonzero(np.isin(pool.roles, (JUDGED, EITHER))), shown)
    rest = np.sort(rng.permutation(rest)[:MOST_JUDGED])
    labelled, asked = (pool.frame.iloc[rows].reset_index(drop=True) for rows in (shown, rest))
    known = pool.labels.iloc[shown].reset_index(drop=True)
    return Draw(labelled, known, asked, np.isin(labels[rest], out), "category", pool.root)


def shifted(name: str, what: str, n: int, seed: int) -> Draw | None:
    """The rows of a table's split, and each again with a shift; None where there is nothing to shift."""
    (spec,) = tables.named(name)
    table = tables.load(spec)
    split = tables.split(table, n, seed)
    if split is None:
        return None
    labelled, clean = (
        table.features.iloc[rows].reset_index(drop=True) for rows in (split.labelled, split.test)
    )
    numbers = [name for name in labelled if labelled[name].dtype == float and labelled[name].nunique() > 2]
    plain = [name for name in labelled if labelled[name].dtype == "str" and name not in table.text]
    words = [name for name in plain if labelled[name].nunique() > 1]
    columns = numbers if what == "numbers" else words
    if not columns:
        return None
    rng = np.random.default_rng([zlib.crc32(spec.name.encode()), n, seed])
    planted = clean.copy()
    for column in rng.permutation(np.array(columns, dtype=object))[: max(1, len(columns) // 2)]:
        if what == "numbers":
            planted[column] += rng.choice([-SPREADS, SPREADS]) * labelled[column].std()
        else:
            planted[column] = "never seen"
    asked = pd.concat([clean, planted], ignore_index=True)
    labels = table.labels.iloc[split.labelled].reset_index(drop=True)
    return Draw(labelled, labels, asked, np.repeat([False, True], len(clean)), spec.kind)


def judged(draw: Draw) -> dict[str, object]:
    """How well each score tells novel rows, how many of either kind are flagged, and what it cost."""
    from sklearn.metrics import roc_auc_score

    from handful.features import Features
    from handful.learner import Learner
    from handful.learning import one_thread

    frame = draw.labelled.assign(**{"target of the table": draw.labels})
    kinds = {"target of the table": draw.kind}
    learner = Learner("target of the table", kinds=kinds, root=draw.root).fit(frame)
    blend = learner.state_.blend
    with one_thread():
        novelty = learner.state_.novelty
        parts: list[Features] = list(learner._features(draw.asked))
        answers = [blend.predict_each(part) for part in parts]
        blanks = [np.zeros(part.values.shape, dtype=np.bool_) for part in parts]
        asked = time.perf_counter()
        wholes = [blend.panel.projection.whole(part) for part in parts]
        scores = np.concatenate(
            [novelty.scores_of(*each) for each in zip(wholes, answers, blanks, strict=True)]
        )
        p_values = np.concatenate(
            [novelty.p_values(blend, *each) for each in zip(parts, answers, blanks, strict=True)]
        )
        done = time.perf_counter()
    flagged = novelty.flagged(p_values)
    found: dict[str, object] = {
        "judged": len(draw.novel),
        "auroc": float(roc_auc_score(draw.novel, scores)),
        "false_alarms": float(flagged[~draw.novel].mean()),
        "seen": float(flagged[draw.novel].mean()),
        "query_microseconds": (done - asked) / len(scores) * 1e6 / 2,
    }
    if draw.kind == "category":
        said = np.concatenate([blend.weighting.mix(answer, blend.classes) for answer in answers])
        found["auroc_blend"] = float(roc_auc_score(draw.novel, -said.max(axis=1)))
        doubts = -logistic(learner.state_, np.concatenate([part.values for part in wholes])).max(axis=1)
        found["auroc_logistic"] = float(roc_auc_score(draw.novel, doubts))
    return found


def logistic(state: Any, values: NDArray[np.float32]) -> NDArray[np.float64]:
    """(row, class) of a logistic regression on the labelled rows' features, laid out as our experts see them."""
    from dataclasses import replace

    from sklearn.linear_model import LogisticRegression

    from handful.experts.design import fit_design

    known = state.blend.panel.projection.whole(state.examples.features)
    design = fit_design(known)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(max_iter=500).fit(design.matrix(known), state.examples.labels.values)
    return np.asarray(model.predict_proba(design.matrix(replace(known, values=values))))


def summary(path: Path) -> str:
    """A Markdown table: means over draws for each set with classes held out, over tables for each shift."""
    rows = pd.DataFrame(read(path))
    if rows.empty:
        return "nothing has been run\n"
    figures = ["auroc", "auroc_blend", "auroc_logistic", "false_alarms", "seen"]
    rows[figures] = rows[figures].apply(pd.to_numeric)
    rows["set"] = np.where(rows["what"] == "classes", rows["task"], "tables, " + rows["what"] + " shifted")
    title = "| set | rows | draws | AUROC | largest probability | logistic regression | false alarms | seen |"
    lines = [title, "|" + "---|" * 8]
    for (name, n), part in rows.groupby(["set", "n"]):
        means = " | ".join(f"{value:.3f}" for value in part[figures].mean())
        lines.append(f"| {name} | {n} | {len(part)} | {means} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
