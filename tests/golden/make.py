"""How the golden files were made, with version 0.1.0. They are never made again: later versions must read them.

A new kind of content gets a new name in LEARNERS; a file that exists is left as it is.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from handful import Learner
from tests.tables import flowers

HERE = Path(__file__).parent
LEARNERS = {  # name: target, rows
    "category": ("kind", 60),
    "number": ("weight", 60),
    "date": ("day", 60),
    "boosted": ("kind", 230),
}

TEXTS = ("category", "number")
"""Those that read a text as well; its coordinates take most of the room."""


def with_text(frame: pl.DataFrame) -> pl.DataFrame:
    """A column of short texts beside the others."""
    texts = [
        f"bed {row % 5}, shelf {row % 3}, by the {('door', 'wall')[row % 2]}" for row in range(len(frame))
    ]
    return frame.with_columns(pl.Series("note", texts))


def main() -> None:
    queries = with_text(flowers(20, blanks=20, seed=1))
    queries.write_csv(HERE / "queries.csv")
    path = HERE / "answers.json"
    answers = json.loads(path.read_text()) if path.exists() else {}
    for name, (target, rows) in LEARNERS.items():
        file = HERE / f"{name}.handful"
        if file.exists():
            continue
        table = flowers(rows, blanks=0)
        learner = Learner(target, kinds={"note": "text"} if name in TEXTS else None)
        learner.fit(with_text(table) if name in TEXTS else table)
        learner.save(file)
        found = learner.predict(queries)
        answers[name] = {
            "values": found.values.tolist() if learner.classes_ else [],
            "distribution": [[round(float(value), 8) for value in row] for row in found.distribution.values],
        }
    path.write_text(json.dumps(answers))


if __name__ == "__main__":
    main()
