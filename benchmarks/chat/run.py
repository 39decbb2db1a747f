"""Ask the forty questions, or their paraphrases: one row per (set, number, writer, version).

python -m benchmarks.chat.run --set questions --writer none
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from benchmarks import ours
from benchmarks.chat.judge import WRONG, outcome, wanted
from benchmarks.chat.questions import PARAPHRASES, QUESTIONS, table
from benchmarks.results_file import RESULTS, append, keys, provenance

if TYPE_CHECKING:
    from handful.chat.chat import Reply
    from handful.write.writer import Writer

OUT = RESULTS / "chat.csv"
KEY = ("set", "number", "writer", "version")
COLUMNS = (
    "set", "number", "table", "wanted", "operation", "outcome", "writer", "version", "seconds", "error",
    "commit", "machine", "date",
)  # fmt: skip
SETS = ("questions", "paraphrases")
NO_WRITER = "none"


def main() -> None:
    asked = _arguments()
    writer = _writer(asked.writer)
    try:
        run_set(asked.set, writer, asked.out)
    finally:
        if writer is not None:
            writer.close()


def run_set(name: str, writer: Writer | None, out: Path) -> None:
    """Ask what of the set is not in the file yet, each question in a talk of its own."""
    from handful.chat.chat import Chat

    done, from_where, version = keys(out, KEY), provenance(), ours.version()
    by = NO_WRITER if writer is None else writer.name
    for line in questions(name):
        if (name, line["number"], by, version) in done:
            continue
        chat = Chat(table(line["table"]), writer=writer)
        row = {"set": name, "writer": by, "version": version, **ask(chat.ask, line), **from_where}
        append(out, [row], COLUMNS)
        sys.stderr.write(f"{name} {line['number']}: {row['outcome']}\n")


def questions(name: str) -> list[dict[str, str]]:
    """The lines of questions.csv, for the paraphrases with their words."""
    with QUESTIONS.open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    if name == "questions":
        return lines
    with PARAPHRASES.open(newline="", encoding="utf-8") as file:
        words = {line["number"]: line["question"] for line in csv.DictReader(file)}
    return [{**line, "question": words[line["number"]]} for line in lines]


def ask(reply_to: Callable[[str], Reply], line: dict[str, str]) -> dict[str, object]:
    """One row; a question that stops the program is answered wrong, and the row says why."""
    want, start = wanted(line), time.perf_counter()
    row: dict[str, object] = {"number": line["number"], "table": line["table"], "wanted": want.operation}
    try:
        with threadpool_limits(1):
            reply = reply_to(line["question"])
    except Exception as problem:  # whatever it raises is a row, and the run goes on
        row |= {"outcome": WRONG, "error": f"{type(problem).__name__}: {problem}".splitlines()[0][:200]}
    else:
        row |= {"outcome": outcome(want, reply), "operation": reply.operation}
    return {**row, "seconds": time.perf_counter() - start}


def _writer(asked: str) -> Writer | None:
    if asked == NO_WRITER:
        return None
    from handful.write.open import open_writer

    return open_writer(None if asked == "installed" else asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", choices=SETS, default=SETS[0])
    parser.add_argument(
        "--writer", default=NO_WRITER, help="none, installed (`handful get writer`), a path, or an address"
    )
    parser.add_argument("--out", type=Path, default=OUT)
    return parser.parse_args()


if __name__ == "__main__":
    main()
