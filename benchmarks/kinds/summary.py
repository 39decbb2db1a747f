"""Tables of Markdown from results/kinds.csv, on the screen or between the markers of a document.

Markers: `<!-- kinds:begin -->` to `<!-- kinds:end -->` for a table of each kind, `<!-- kinds all:begin -->` to
`<!-- kinds all:end -->` for every task. python -m benchmarks.kinds.summary --write benchmarks/README.md README.md
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from benchmarks import markers
from benchmarks.kinds import tasks
from benchmarks.kinds.methods import MODULES
from benchmarks.kinds.run import KEY, OUT
from benchmarks.score import HIGHER_IS_BETTER

OURS = "handful"
OFFICIAL = "official split"
WORDS = {
    "accuracy": "accuracy (higher is better)",
    "log_loss": "log loss",
    "rmse": "RMSE / standard deviation",
    "crps": "CRPS / standard deviation",
}
# These end in a ridge that names one class: there is no probability to judge.
NAMES_ONE = ("minirocket", "hydra_multirocket")
METRICS = ("accuracy", "log_loss", "rmse", "crps")
HEADS = {
    "text": "Text: rows shown of each class",
    "image": "Pictures: rows shown of each class",
    "sound": "Sounds: rows shown of each class",
    "series": "Series: the archives' own training files",
    "mixed": "Mixed tables: rows shown in all",
}


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
        path.write_text(filled(path.read_text(encoding="utf-8"), rows), encoding="utf-8")


def read(path: Path) -> pd.DataFrame:
    """The rows of the file, of each method and task its latest version; `size` is what a table's columns are named."""
    if not path.exists():
        raise SystemExit(f"no results in {path}; python -m benchmarks.kinds.run makes them")
    rows = pd.read_csv(path, dtype={"error": str}).drop_duplicates(list(KEY), keep="last")
    rows = rows[rows["version"] == rows.groupby(["method", "task"])["version"].transform("last")]
    rows.loc[rows["method"].isin(NAMES_ONE), "log_loss"] = float("nan")
    official = rows["kind"] == "series"
    return rows.assign(size=rows["n"].map("n = {:,}".format).mask(official, OFFICIAL))


def filled(document: str, rows: pd.DataFrame) -> str:
    """The document with every marked part made anew."""
    parts = {"kinds": lambda: short(rows), "kinds all": lambda: everything(rows)}
    return markers.filled(document, parts)


def short(rows: pd.DataFrame) -> str:
    """For each kind of column: the methods by size, means over the tasks."""
    parts = [*_blocks(rows, _over_tasks), _failures(rows), behind(rows), _provenance(rows)]
    return "\n".join(part for part in parts if part)


def everything(rows: pd.DataFrame) -> str:
    """The short tables, then every task, failures, and where handful is behind."""
    parts = [
        *_blocks(rows, _over_tasks),
        *_blocks(rows, _each_task),
        _failures(rows),
        behind(rows),
        _provenance(rows),
    ]
    return "\n".join(part for part in parts if part)


def _blocks(rows: pd.DataFrame, make: Callable[[pd.DataFrame, str], str]) -> list[str]:
    blocks = []
    for kind in tasks.KINDS:
        of_kind = rows[(rows["kind"] == kind) & rows["error"].isna()]
        shown = [metric for metric in METRICS if of_kind[metric].notna().any()]
        blocks += [f"**{HEADS[kind]}**\n"] if shown else []
        blocks += [make(of_kind[of_kind[metric].notna()], metric) for metric in shown]
    return blocks


def over_tasks(rows: pd.DataFrame, metric: str) -> pd.DataFrame:
    """(method, size) mean, spread and CPU seconds: means over the tasks in each draw, then over the draws.

    A method that has not run every task of a size has no figure there: it would be one of other tasks.
    """
    per_draw = rows.groupby(["method", "size", "seed"])
    found = per_draw.agg(value=(metric, "mean"), tasks=("task", "nunique"), seconds=("cpu_seconds", "median"))
    found = found[found["tasks"] == found.groupby("size")["tasks"].transform("max")]
    draws = found.groupby(["method", "size"])
    return draws.agg(
        mean=("value", "mean"),
        spread=("value", "std"),
        seconds=("seconds", "median"),
        draws=("value", "size"),
    )


def _answered(rows: pd.DataFrame) -> pd.DataFrame:
    """The tasks and sizes that handful has a figure for, all where it has none: its failures are listed beside."""
    ours = set(map(tuple, rows.loc[rows["method"] == OURS, ["task", "size"]].to_numpy()))
    pairs = zip(rows["task"], rows["size"], strict=True)
    return rows[[pair in ours for pair in pairs]] if ours else rows


def _over_tasks(rows: pd.DataFrame, metric: str) -> str:
    rows = _answered(rows)
    found = over_tasks(rows, metric)
    counts = rows.groupby("size")["task"].nunique()
    sizes = [size for size in _sizes(rows) if size in found.index.get_level_values("size")]
    names = {size: f"{size} ({counts[size]} {'task' if counts[size] == 1 else 'tasks'})" for size in sizes}
    cells = {(method, names[size]): row for (method, size), row in found.iterrows()}
    return _markdown(f"{WORDS[metric]}; CPU seconds", cells, list(names.values()), metric, seconds=True)


def _each_task(rows: pd.DataFrame, metric: str) -> str:
    """One line for each task and size, one column for each method."""
    methods = _methods(rows)
    lines = [
        f"| {WORDS[metric]} | " + " | ".join(map(_plain, methods)) + " |",
        "|---|" + "---:|" * len(methods),
    ]
    for task in [task.name for task in tasks.TASKS if task.name in set(rows["task"])]:
        of_task = rows[rows["task"] == task]
        for size in _sizes(of_task):
            found = of_task[of_task["size"] == size].groupby("method")[metric].agg(["mean", "std", "size"])
            best = _best(found["mean"], metric)
            most = found["size"].max()
            cells = [
                _figure(found.loc[method], "mean", "std", best, "size", most) if method in found.index else ""
                for method in methods
            ]
            where = "" if size == OFFICIAL else f", {size}"
            lines.append(f"| {_plain(task)}{where} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def behind(rows: pd.DataFrame) -> str:
    """One line for each task, size and metric at which a single peer has a better mean than handful."""
    sound = rows[rows["error"].isna()]
    if OURS not in set(sound["method"]):
        return ""
    lines = []
    for (task, size), of_task in sound.groupby(["task", "size"], sort=False):
        for metric in METRICS:
            mean = of_task[of_task[metric].notna()].groupby("method")[metric].mean()
            lines += _behind_line(f"{_plain(task)}, {size}", metric, mean)
    return (
        "**Where handful is behind the best single peer**\n\n" + ("\n".join(lines) or "Nowhere here.") + "\n"
    )


def _behind_line(where: str, metric: str, mean: pd.Series) -> list[str]:
    mean = mean.drop([name for name in mean.index if name.startswith(f"{OURS}:")])  # no peers
    if OURS not in mean.index or len(mean) < 2:
        return []
    sign = 1 if metric in HIGHER_IS_BETTER else -1
    best = (mean.drop(OURS) * sign).idxmax()
    if sign * (mean[OURS] - mean[best]) >= 0:
        return []
    return [f"- {where}: {WORDS[metric].split(' (')[0]} {mean[OURS]:.3f}, {_plain(best)} {mean[best]:.3f}"]


def _markdown(
    title: str, cells: dict[tuple[str, str], pd.Series], sizes: Sequence[str], metric: str, *, seconds: bool
) -> str:
    methods = _ordered({method for method, _ in cells})
    best = {
        size: _best(pd.Series({m: row["mean"] for (m, at), row in cells.items() if at == size}), metric)
        for size in sizes
    }
    most = {size: max(row["draws"] for (_, at), row in cells.items() if at == size) for size in sizes}
    lines = [f"| {title} | " + " | ".join(sizes) + " |", "|---|" + "---:|" * len(sizes)]
    for method in methods:
        words = []
        for size in sizes:
            row = cells.get((method, size))
            figure = "" if row is None else _figure(row, "mean", "spread", best[size], "draws", most[size])
            words.append(figure if row is None or not seconds else f"{figure}; {row['seconds']:.1f} s")
        lines.append(f"| {_plain(method)} | " + " | ".join(words) + " |")
    return "\n".join(lines) + "\n"


def _figure(row: pd.Series, mean: str, spread: str, best: str, draws: str, most: int) -> str:
    """`0.812 ± 0.013`, bold where it is the best; with the number of draws where others have more."""
    figure = f"{row[mean]:.3f}"
    figure = f"**{figure}**" if figure == best else figure
    if pd.notna(row[spread]):
        figure += f" ± {row[spread]:.3f}"
    count = f"{row[draws]:.0f} {'draw' if row[draws] == 1 else 'draws'}"
    return figure + (f" ({count})" if row[draws] < most else "")


def _best(means: pd.Series, metric: str) -> str:
    return f"{means.max() if metric in HIGHER_IS_BETTER else means.min():.3f}"


def _sizes(rows: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(rows.sort_values("n")["size"]))


def _methods(rows: pd.DataFrame) -> list[str]:
    return _ordered(set(rows["method"]))


def _ordered(methods: set[str]) -> list[str]:
    """handful first, then as the list of methods has them, the prior last."""
    listed = [*(name for name in MODULES if name not in (OURS, "prior")), "prior"]
    return [name for name in (OURS, *listed) if name in methods]


def _failures(rows: pd.DataFrame) -> str:
    failed = rows[rows["error"].notna()].groupby(["method", "task", "size"])["error"].agg(["size", "last"])
    lines = [
        f"- {_plain(m)}, {_plain(t)}, {s}: {row['size']} ({row['last']})"
        for (m, t, s), row in failed.iterrows()
    ]
    return "**Runs that failed**\n\n" + "\n".join(lines) + "\n" if lines else ""


def _provenance(rows: pd.DataFrame) -> str:
    version = rows.groupby("method")["version"].agg(lambda found: ", ".join(dict.fromkeys(map(str, found))))
    versions = ", ".join(f"{_plain(name)} ({version[name]})" for name in _methods(rows))
    machines, commits = (", ".join(sorted(rows[column].unique())) for column in ("machine", "commit"))
    return (
        f"Mean ± standard deviation over draws. CPU seconds: the median of fit and answers of a draw; the peers' "
        f"frozen encoders have run before, handful encodes what its cache does not hold. {versions}. "
        f"Commits {commits}; {machines}; {rows['date'].min()} to {rows['date'].max()}.\n"
    )


def _plain(name: str) -> str:
    return name.replace("_", " ")


if __name__ == "__main__":
    main()
