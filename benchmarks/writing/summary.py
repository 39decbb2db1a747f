"""Tables of Markdown from results/writing.csv, on the screen or between the markers of a document.

Markers: `<!-- writing:begin -->` to `<!-- writing:end -->` for the means of both halves, `<!-- writing all:begin -->`
to `<!-- writing all:end -->` for every task too. python -m benchmarks.writing.summary --write benchmarks/README.md
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pandas as pd

from benchmarks import markers
from benchmarks.writing.methods import METHODS
from benchmarks.writing.run import KEY, OUT
from benchmarks.writing.score import surest_half
from benchmarks.writing.tasks import DEVELOPMENT, JUDGED

OURS = "handful"
HEADS = {DEVELOPMENT: "The half that handful was developed on", JUDGED: "The half that was only judged"}
MEANS = ("exact", "F1", "left blank", "exact, surest half", "wrong ones left blank", "seconds")


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
        markers.fill(path, {"writing": lambda: short(rows), "writing all": lambda: everything(rows)})


def read(path: Path) -> pd.DataFrame:
    """The rows of the file, of each method and task the latest version."""
    if not path.exists():
        raise SystemExit(f"no results in {path}; python -m benchmarks.writing.run makes them")
    rows = pd.read_csv(path, dtype={"error": str, "version": str}).drop_duplicates(list(KEY), keep="last")
    return rows[rows["version"] == rows.groupby(["method", "task"])["version"].transform("last")]


def short(rows: pd.DataFrame) -> str:
    """For each half the means over its tasks, by what they need, and where a simple rule did better."""
    parts = [_means(half, of_half) for half, of_half in _halves(rows)]
    return "\n".join([*parts, _provenance(rows)])


def everything(rows: pd.DataFrame) -> str:
    """The means, then every task, where handful is behind, and what failed."""
    parts = [part for half, of_half in _halves(rows) for part in (_means(half, of_half), _each_task(of_half))]
    return "\n".join(part for part in [*parts, behind(rows), _failures(rows), _provenance(rows)] if part)


def _halves(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(half, of_half) for half in HEADS if len(of_half := rows[rows["half"] == half])]


def _means(half: str, rows: pd.DataFrame) -> str:
    lines = [
        f"**{HEADS[half]}**\n",
        f"| tasks | method | {' | '.join(MEANS)} |",
        "|---|---|" + "---:|" * len(MEANS),
    ]
    for needs in ("program", "knowledge", "all"):
        of_needs = rows if needs == "all" else rows[rows["needs"] == needs]
        for name in _methods(rows):
            found = of_needs[of_needs["method"] == name]
            if len(found):
                lines.append(f"| {needs} ({len(found)}) | {_plain(name)} | {_figures(found)} |")
    return "\n".join(lines) + "\n"


def _figures(rows: pd.DataFrame) -> str:
    """Means over tasks; the surest half is that of all their cells, and the share of wrong cells left blank is over all
    wrong cells, as many tasks have none.
    """
    shares = [rows[metric].mean() for metric in ("exact", "character_f1", "blank")]
    surest = surest_half(rows["cells"])
    wrong = rows["wrong"].sum()
    left = (rows["wrong"] * rows["wrong_left_blank"].fillna(0)).sum() / wrong if wrong else float("nan")
    exact, f1, blank = shares
    return (
        f"{exact:.0%} | {f1:.2f} | {blank:.0%} | {surest:.0%} | {_share(left)} | {rows['seconds'].mean():.1f}"
    )


def _each_task(rows: pd.DataFrame) -> str:
    """One line for each task: handful's figures, and how many cells each other method has right."""
    others = [name for name in _methods(rows) if name != OURS]
    heads = ["task", "needs", "cells of", *MEANS, *(f"exact, {_plain(name)}" for name in others)]
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|" + "---:|" * (len(heads) - 3)]
    for task, of_task in rows.groupby("task", sort=False):
        by_name = of_task.set_index("method")
        ours = (
            _figures(of_task[of_task["method"] == OURS])
            if OURS in by_name.index
            else " | " * (len(MEANS) - 1)
        )
        theirs = [_share(by_name["exact"].get(name, float("nan"))) for name in others]
        first = of_task.iloc[0]
        lines.append(
            f"| {_plain(str(task))} | {first['needs']} | {first['source']} | {ours} | {' | '.join(theirs)} |"
        )
    return "\n".join(lines) + "\n"


def behind(rows: pd.DataFrame) -> str:
    """One line for each task in which a simple rule is exactly right more often, or has the higher character F1."""
    lines = []
    for task, of_task in rows.groupby("task", sort=False):
        by_name = of_task.set_index("method")
        for metric in ("exact", "character_f1") if OURS in by_name.index else ():
            best = by_name[metric].idxmax()
            if by_name[metric][best] > by_name[metric][OURS]:
                figures = f"{by_name[metric][OURS]:.2f}, {_plain(best)} {by_name[metric][best]:.2f}"
                lines.append(f"- {_plain(str(task))}: {_plain(metric)} {figures}")
    if OURS not in set(rows["method"]):
        return ""
    return "**Where handful is behind a simple rule**\n\n" + ("\n".join(lines) or "Nowhere here.") + "\n"


def _failures(rows: pd.DataFrame) -> str:
    failed = rows[rows["error"].notna()]
    lines = [
        f"- {_plain(row.method)}, {_plain(row.task)}: {row.error}" for row in failed.itertuples(index=False)
    ]
    return "**Runs that failed**, all their cells blank\n\n" + "\n".join(lines) + "\n" if lines else ""


def _provenance(rows: pd.DataFrame) -> str:
    ours = rows.loc[rows["method"] == OURS, "version"]
    version = f"handful {', '.join(dict.fromkeys(ours))}. " if len(ours) else ""
    machines, commits = (", ".join(sorted(rows[column].unique())) for column in ("machine", "commit"))
    return (
        f"8 examples, 20 cells a task; a cell left blank is not right. F1: of characters. Seconds: fit and answers, "
        f"loading the writer included. {version}Commits {commits}; {machines}; {rows['date'].min()} to "
        f"{rows['date'].max()}.\n"
    )


def _methods(rows: pd.DataFrame) -> list[str]:
    return [name for name in METHODS if name in set(rows["method"])]


def _share(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.0%}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


if __name__ == "__main__":
    main()
