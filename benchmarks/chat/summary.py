"""A table of Markdown from results/chat.csv, on the screen or between the markers of a document.

Markers: `<!-- chat:begin -->` to `<!-- chat:end -->`. python -m benchmarks.chat.summary --write benchmarks/README.md
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from benchmarks import markers
from benchmarks.chat.judge import REFUSED, RIGHT, WRONG
from benchmarks.chat.run import KEY, OUT

HEADS = {"questions": "40 questions", "paraphrases": "the same in other words"}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", nargs="?", type=Path, default=OUT)
    parser.add_argument(
        "--write", nargs="+", type=Path, metavar="FILE", help="fill the markers in these files"
    )
    asked = parser.parse_args()
    rows = read(asked.results)
    if not asked.write:
        sys.stdout.write(everything(rows))
    for path in asked.write or ():
        markers.fill(path, {"chat": lambda: everything(rows)})


def read(path: Path) -> pd.DataFrame:
    """The rows of the file, of each set and writer the latest version."""
    if not path.exists():
        raise SystemExit(f"no results in {path}; python -m benchmarks.chat.run makes them")
    rows = pd.read_csv(path, dtype=str, keep_default_na=False).drop_duplicates(list(KEY), keep="last")
    return rows[rows["version"] == rows.groupby(["set", "writer"])["version"].transform("last")]


def everything(rows: pd.DataFrame) -> str:
    """Right, wrong and refused of each set and writer; then what was not right."""
    lines = ["| asked | writer | right | wrong | refused | seconds each |", "|---|---|---:|---:|---:|---:|"]
    for (name, writer), found in rows.groupby(["set", "writer"], sort=False):
        share = found["outcome"].value_counts(normalize=True)
        figures = " | ".join(f"{share.get(each, 0.0):.0%}" for each in (RIGHT, WRONG, REFUSED))
        seconds = found["seconds"].astype(float).mean()
        lines.append(f"| {HEADS[name]} | {writer} | {figures} | {seconds:.2f} |")
    return "\n".join([*lines, "", *_not_right(rows), "", _provenance(rows)])


def _not_right(rows: pd.DataFrame) -> list[str]:
    """One line for each set and writer: the numbers of its questions, by what became of them."""
    lines = []
    for (name, writer), found in rows.groupby(["set", "writer"], sort=False):
        for kind in (WRONG, REFUSED):
            missed = found[found["outcome"] == kind]
            if len(missed):
                each = (f"{row.number} ({row.wanted})" for row in missed.itertuples(index=False))
                lines.append(f"- {HEADS[name]}, writer {writer}, {kind}: {', '.join(each)}")
    return lines


def _provenance(rows: pd.DataFrame) -> str:
    versions, commits, machines = (
        ", ".join(sorted(rows[column].unique())) for column in ("version", "commit", "machine")
    )
    return (
        f"Right: the operation and its figure. Refused: said what can be asked instead. handful {versions}. "
        f"Commits {commits}; {machines}; {rows['date'].min()} to {rows['date'].max()}.\n"
    )


if __name__ == "__main__":
    main()
