"""The tables of what is said beside the answers, between the markers of a document.

python -m benchmarks.trust.summary --write benchmarks/README.md
Markers: `<!-- trust coverage -->` and the like, each up to `<!-- end -->`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.results_file import RESULTS, read
from benchmarks.trust import coverage, curve, doubts, noise, novelty, reasons

PARTS: dict[str, tuple[str, Callable[[Path], str]]] = {
    "coverage": ("coverage.csv", coverage.summary),
    "novelty": ("novelty.csv", novelty.summary),
    "noise": ("noise.csv", noise.summary),
    "doubts": ("doubts.csv", doubts.summary),
    "curve": ("trust_curve.csv", curve.summary),
    "reasons": ("reasons.csv", reasons.summary),
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="fill the markers in this file")
    asked = parser.parse_args()
    if not asked.write:
        sys.stdout.write("\n".join(f"{name}\n\n{table(name)}" for name in PARTS))
        return
    document = asked.write.read_text(encoding="utf-8")
    for name in PARTS:
        marked = re.compile(f"(<!-- trust {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        document = marked.sub(lambda found, name=name: found[1] + table(name) + found[2], document)  # type: ignore[misc]
    asked.write.write_text(document, encoding="utf-8")


def table(name: str) -> str:
    """The Markdown of one file of results, with where it came from."""
    file, summary = PARTS[name]
    path = RESULTS / file
    if not path.exists():
        return f"No figures yet; `python -m benchmarks.trust.{Path(file).stem.removeprefix('trust_')}` makes them.\n"
    rows = read(path)
    commits, dates = (", ".join(sorted({row[key] for row in rows})) for key in ("commit", "date"))
    return f"{summary(path)}\nCommits {commits}; {rows[0]['machine']}; {dates}.\n"


if __name__ == "__main__":
    main()
