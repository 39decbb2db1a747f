"""How often noise is called noise: targets drawn without regard to any column, and the verdict on each.

Each table is the columns of one of the benchmark's tables beside a target of two to five classes, or a number, drawn
for it alone. The verdict is right where it says "no better than guessing".
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import tables
from benchmarks.results_file import RESULTS, ROOT, append, provenance, read

sys.path.insert(0, str(ROOT / "src"))

TABLES = 200
SIZES = (8, 16, 32, 64, 128, 256)
MOST_CLASSES = 5
COLUMNS = (
    "number", "table", "n", "classes", "better", "p_value", "seconds", "commit", "machine", "date"
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=int, default=TABLES)
    parser.add_argument("--out", type=Path, default=RESULTS / "noise.csv")
    parser.add_argument("--summary", action="store_true", help="print what the file says, run nothing")
    asked = parser.parse_args()
    if not asked.summary:
        done = {row["number"] for row in read(asked.out)}
        for number in range(asked.tables):
            if str(number) not in done:
                append(asked.out, [{**judged(number), **provenance()}], COLUMNS)
    sys.stdout.write(summary(asked.out))


def judged(number: int) -> dict[str, object]:
    """The verdict on one table of noise; `classes` is 0 for a number."""
    from handful.learner import Learner

    rng = np.random.default_rng([20, number])
    spec = tables.DEV[number % len(tables.DEV)]
    features = tables.load(spec).features
    n = min(int(rng.choice(SIZES)), len(features))
    frame = features.iloc[rng.choice(len(features), n, replace=False)].reset_index(drop=True)
    classes = int(rng.choice([0, *range(2, MOST_CLASSES + 1)]))
    start = time.perf_counter()
    learner = Learner("noise", kinds={"noise": "category" if classes else "number"})
    score = learner.fit(frame.assign(noise=noise(rng, n, classes))).evaluate()
    return {
        "number": number,
        "table": spec.name,
        "n": n,
        "classes": classes,
        "better": int(score.better),
        "p_value": score.p_value,
        "seconds": time.perf_counter() - start,
    }


def noise(rng: np.random.Generator, rows: int, classes: int) -> pd.Series:
    """Classes of uneven shares, or a number with a normal or a long tail; at least two values occur."""
    if not classes:
        values = rng.normal(size=rows)
        return pd.Series(np.exp(values) if rng.random() < 0.5 else values)
    drawn = rng.choice(classes, rows, p=rng.dirichlet(np.full(classes, 3.0)))
    drawn[:2] = 0, 1
    return pd.Series([f"class {code}" for code in rng.permutation(drawn)])


def summary(path: Path) -> str:
    """A Markdown table: how many tables of each size, how often the verdict is right, and the p-values' shares."""
    rows = pd.DataFrame(read(path))
    if rows.empty:
        return "nothing has been run\n"
    rows = rows.astype({"n": int, "classes": int, "better": int, "p_value": float})
    parts = {"all": rows, "category": rows[rows["classes"] > 0], "number": rows[rows["classes"] == 0]}
    parts |= {
        f"{low} to {high} rows": rows[rows["n"].between(low, high)] for low, high in ((8, 32), (33, 256))
    }
    lines = [
        "| tables | count | no better than guessing | p < .02 | p < .1 | p < .5 |",
        "|---|---|---|---|---|---|",
    ]
    for name, part in parts.items():
        shares = [1 - part["better"].mean(), *((part["p_value"] < most).mean() for most in (0.02, 0.1, 0.5))]
        lines.append(f"| {name} | {len(part)} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
