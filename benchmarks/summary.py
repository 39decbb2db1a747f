"""Tables of Markdown from the CSV files of results, on the screen or between the markers of a document.

Means are taken over those (table, seed) which all methods completed, so that all are judged on the same rows.
Markers: `<!-- benchmark -->` (short), `<!-- benchmark all -->`, `<!-- benchmark curve -->`, each up to `<!-- end -->`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from benchmarks.results_file import RESULTS
from benchmarks.score import CATEGORY_METRICS, HIGHER_IS_BETTER, NUMBER_METRICS

OURS = "handful"
ALONE = "handful:in-context model"
"""The expert that stands beside the whole and the peers; the others stand among themselves."""
ANY = "the best of all peers in each run"
WORDS = {
    "auc": "AUC (higher is better)",
    "log_loss": "log loss",
    "accuracy": "accuracy (higher is better)",
    "brier": "Brier score",
    "ece": "expected calibration error",
    "rmse": "RMSE / standard deviation",
    "crps": "CRPS / standard deviation",
    "coverage": "share of the truth inside the 90% interval (0.90 is right)",
    "width": "width of the 90% interval / standard deviation",
}
METRICS = {"category": CATEGORY_METRICS, "number": NUMBER_METRICS}
MAIN = {"category": "log_loss", "number": "crps"}
SHORT = {"category": ("log_loss", "auc"), "number": ("crps", "rmse")}
NEITHER = frozenset({"coverage", "width"})  # the lowest is not the best


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", nargs="*", type=Path, help="default: peers.csv and handful.csv")
    parser.add_argument("--methods", help="names separated by commas; default: all that have rows")
    parser.add_argument(
        "--write", nargs="+", type=Path, metavar="FILE", help="fill the markers in these files"
    )
    asked = parser.parse_args()
    rows = read(asked.results or [RESULTS / "peers.csv", RESULTS / "handful.csv"])
    if asked.methods:
        rows = rows[rows["method"].str.split(":").str[0].isin(asked.methods.split(","))]
    if not asked.write:
        sys.stdout.write(everything(rows))
    for path in asked.write or ():
        path.write_text(filled(path.read_text(encoding="utf-8"), rows), encoding="utf-8")


def read(paths: list[Path]) -> pd.DataFrame:
    """The rows of the files that are there, of each method its latest version only."""
    found = [pd.read_csv(path, dtype={"error": str}) for path in paths if path.exists()]
    if not found:
        raise SystemExit(f"no results in {', '.join(map(str, paths))}; `make bench` makes them")
    rows = pd.concat(found, ignore_index=True)
    latest = rows.groupby("method")["version"].transform("last")
    return rows[rows["version"] == latest]


def filled(document: str, rows: pd.DataFrame) -> str:
    """The document with every marked part made anew."""
    parts: dict[str, Callable[[], str]] = {
        "benchmark": lambda: short(rows),
        "benchmark all": lambda: everything(rows),
        "benchmark curve": curve,
    }
    for name, make in parts.items():
        marked = re.compile(f"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if marked.search(document):
            text = make()
            document = marked.sub(lambda match, text=text: match[1] + text + match[2], document)  # type: ignore[misc]
    return document


def short(rows: pd.DataFrame) -> str:
    """The two main metrics for each kind of target, and where handful loses."""
    judged, shown = common(_whole(rows)), common(_whole(rows, ALONE))
    blocks = [_of_kind(shown, kind, SHORT[kind]) for kind in METRICS]
    return "\n".join([*blocks, behind(judged), _provenance(rows)])


def everything(rows: pd.DataFrame) -> str:
    """All metrics, ranks, wins, cost, failures, and the blend beside its own experts."""
    judged, shown = common(_whole(rows)), common(_whole(rows, ALONE))
    parts = [_of_kind(shown, kind, METRICS[kind]) for kind in METRICS]
    parts += [
        _standing(judged),
        _cost(judged),
        _time_in_all(rows),
        _own_experts(rows),
        _failures(rows),
        behind(judged),
    ]
    return "\n".join([*(part for part in parts if part), _provenance(rows)])


def common(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of those (table, n, seed) which all methods that ran at this n completed."""
    sound = rows[rows["error"].isna()]
    methods = rows.groupby(["kind", "n"])["method"].transform("nunique").loc[sound.index]
    completed = sound.groupby(["table", "n", "seed"])["method"].transform("nunique")
    return sound[completed == methods]


def means(judged: pd.DataFrame, metric: str) -> pd.DataFrame:
    """(method, n) the mean of a metric."""
    return judged[judged[metric].notna()].pivot_table(
        index="method", columns="n", values=metric, aggfunc="mean"
    )


def ranks(judged: pd.DataFrame, metric: str) -> pd.DataFrame:
    """(method, n) the mean rank among the methods, 1 the best."""
    scored = judged[judged[metric].notna()]
    place = scored.groupby(["table", "n", "seed"])[metric].rank(ascending=metric not in HIGHER_IS_BETTER)
    return scored.assign(place=place).pivot_table(index="method", columns="n", values="place", aggfunc="mean")


def wins(judged: pd.DataFrame, metric: str) -> pd.DataFrame:
    """(method, n) how often handful is better than the method, a tie counting half."""
    scored = judged[judged[metric].notna()]
    wide = scored.pivot_table(index=["table", "n", "seed"], columns="method", values=metric)
    peers = wide.drop(columns=OURS)
    wide[ANY] = peers.max(axis=1) if metric in HIGHER_IS_BETTER else peers.min(axis=1)
    lead = wide.rsub(wide[OURS], axis=0) * (1 if metric in HIGHER_IS_BETTER else -1)
    share = (lead > 0) + (lead == 0) * 0.5
    return share.drop(columns=OURS).groupby("n").mean().T


def behind(judged: pd.DataFrame) -> str:
    """One line for each n and metric at which a single peer has a better mean than handful."""
    if OURS not in set(judged["method"]):
        return ""
    lines = [
        _behind_line(kind, metric, n, mean.dropna())
        for kind, metrics in METRICS.items()
        for metric in metrics
        if metric not in NEITHER
        for n, mean in means(judged[judged["kind"] == kind], metric).items()
    ]
    found = "\n".join(line for line in lines if line) or "Nowhere here."
    return f"**Where handful is behind the best single peer**\n\n{found}\n"


def _behind_line(kind: str, metric: str, n: object, mean: pd.Series) -> str:
    """Empty where handful is ahead, or alone."""
    if OURS not in mean.index or len(mean) < 2:
        return ""
    sign = 1 if metric in HIGHER_IS_BETTER else -1
    best = (mean.drop(OURS) * sign).idxmax()
    if sign * (mean[OURS] - mean[best]) >= 0:
        return ""
    word, peer = WORDS[metric].split(" (")[0], best.replace("_", " ")
    return f"- {word} of a {kind}, n = {n}: {mean[OURS]:.3f}, {peer} {mean[best]:.3f}"


def _whole(rows: pd.DataFrame, *also: str) -> pd.DataFrame:
    return rows[~rows["method"].str.contains(":") | rows["method"].isin(also)]


def _of_kind(judged: pd.DataFrame, kind: str, metrics: tuple[str, ...]) -> str:
    of_kind = judged[judged["kind"] == kind]
    if of_kind.empty:
        return ""
    runs = of_kind.drop_duplicates(["table", "n", "seed"]).groupby("n").size()
    tables = of_kind.groupby("n")["table"].nunique()
    head = "; ".join(f"n = {n}: {tables[n]} tables, {runs[n]} runs" for n in runs.index)
    parts = [f"**The target is a {kind}** ({head})\n"]
    parts += [_markdown(means(of_kind, metric), WORDS[metric], best=_best(metric)) for metric in metrics]
    return "\n".join(parts)


def _standing(judged: pd.DataFrame) -> str:
    parts = []
    for kind, metric in MAIN.items():
        of_kind = judged[judged["kind"] == kind]
        parts.append(_markdown(ranks(of_kind, metric), f"mean rank by {WORDS[metric]}", best="min", digits=2))
        if OURS in set(of_kind["method"]):
            title = f"share of runs in which handful has the better {WORDS[metric]}"
            parts.append(_markdown(wins(of_kind, metric), title, best="", digits=2))
    return "**Ranks and wins**\n\n" + "\n".join(parts)


def _cost(judged: pd.DataFrame) -> str:
    units = {
        "seconds": "median wall seconds, fit and answers",
        "cpu_seconds": "median CPU seconds",
        "peak_mb": "median peak memory, MB",
    }
    tables = []
    for column, words in units.items():
        middle = judged.pivot_table(index="method", columns="n", values=column, aggfunc="median")
        tables.append(_markdown(middle, words, best="", digits=0 if column == "peak_mb" else 2))
    return "**Cost**\n\n" + "\n".join(tables)


def _time_in_all(rows: pd.DataFrame) -> str:
    """What all runs took together, for those who think of running them again."""
    whole = _whole(rows)
    spent = whole.groupby("method")["seconds"].agg(["size", "sum"]).sort_values("sum")
    lines = ["| all runs together | runs | minutes |", "|---|---:|---:|"]
    lines += [
        f"| {name.replace('_', ' ')} | {row['size']:.0f} | {row['sum'] / 60:.0f} |"
        for name, row in spent.iterrows()
    ]
    return "\n".join(lines) + "\n"


def _own_experts(rows: pd.DataFrame) -> str:
    """handful among its own experts; at each n those that took part in at least half of its runs."""
    own = rows[rows["method"].str.split(":").str[0] == OURS]
    if own["method"].nunique() < 2:
        return ""
    runs = own.groupby(["kind", "n", "method"])["table"].transform("size")
    most = runs.groupby([own["kind"], own["n"]]).transform("max")
    judged = common(own[(runs >= most / 2) | own["error"].notna()])
    parts = []
    for kind, metric in MAIN.items():
        of_kind = judged[judged["kind"] == kind]
        parts.append(_markdown(means(of_kind, metric), f"{WORDS[metric]}, {kind}", best="min"))
        parts.append(_markdown(ranks(of_kind, metric), f"mean rank by {WORDS[metric]}", best="min", digits=2))
    return "**The blend beside its own experts**\n\n" + "\n".join(parts)


def _failures(rows: pd.DataFrame) -> str:
    failed = rows[rows["error"].notna()]
    counts = failed.groupby(["method", "n"]).size()
    lines = [f"- {method}, n = {n}: {count}" for (method, n), count in counts.items()]
    return "**Runs that failed**\n\n" + "\n".join(lines) + "\n" if lines else ""


def _provenance(rows: pd.DataFrame) -> str:
    whole = _whole(rows)
    version = whole.groupby("method")["version"].last()
    versions = ", ".join(f"{name.replace('_', ' ')} ({version[name]})" for name in version.index)
    machines = ", ".join(sorted(whole["machine"].unique()))
    commits = ", ".join(sorted(whole["commit"].unique()))
    dates = f"{whole['date'].min()} to {whole['date'].max()}"
    return f"{versions}. Commits {commits}; {machines}, one thread for each method; {dates}.\n"


def _best(metric: str) -> str:
    if metric in NEITHER:
        return ""
    return "max" if metric in HIGHER_IS_BETTER else "min"


def _markdown(frame: pd.DataFrame, title: str, *, best: str, digits: int = 3) -> str:
    """A table: handful first, then the methods from the best to the worst at the largest n; the best cells bold."""
    ordered = frame.sort_values(list(frame.columns)[::-1], ascending=best != "max")
    ordered = ordered.loc[sorted(ordered.index, key=lambda name: name != OURS)]
    winner = ordered.agg(best) if best else None
    lines = [
        f"| {title} | " + " | ".join(f"n = {n}" for n in ordered.columns) + " |",
        "|---|" + "---:|" * len(ordered.columns),
    ]
    for name, values in ordered.iterrows():
        cells = [
            "" if pd.isna(value)
            else f"**{value:.{digits}f}**" if winner is not None and f"{value:.{digits}f}" == f"{winner[n]:.{digits}f}"
            else f"{value:.{digits}f}"
            for n, value in values.items()
        ]  # fmt: skip
        lines.append(f"| {str(name).replace('_', ' ')} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def curve() -> str:
    """Cost against rows, from `curve.csv`."""
    path = RESULTS / "curve.csv"
    if not path.exists():
        return "No figures yet; `make curve` makes them.\n"
    rows = pd.read_csv(path).drop_duplicates(["kind", "rows"], keep="last")
    shown = rows[rows["error"].isna()].sort_values(["kind", "rows"])
    lines = [
        "| target | labelled rows | fit, s | 1,000 answers, s | CPU, s | peak memory, MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.kind} | {row.rows:,} | {row.fit_seconds:.1f} | {row.predict_seconds:.1f} "
        f"| {row.cpu_seconds:.1f} | {row.peak_mb:.0f} |"
        for row in shown.itertuples()
    ]
    last = shown.iloc[-1]
    return (
        "\n".join(lines)
        + f"\n\n{last['version']}, commit {last['commit']}; {last['machine']}; {last['date']}.\n"
    )


if __name__ == "__main__":
    main()
