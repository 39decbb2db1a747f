"""`handful demo`: the main job on a real table, with the truth to compare with."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handful.cli.console import Terminal
from handful.cli.options import output_option, terminal_options
from handful.errors import TableError

if TYPE_CHECKING:
    from handful.filling import Filling

__all__ = ["demo"]

TARGET = "species"
GIVEN = range(8, 344, 17)
"""The 20 rows that keep their species: every 17th, so that no one has picked them."""

FOLDER = Path("handful-demo")
FILES = ("penguins.csv", "penguins.filled.csv", "report.html")

SHOWN = 8
"""Filled rows in the table that people see."""


@click.command()
@output_option("The folder for the demo's files. [default: handful-demo]")
@terminal_options
@click.pass_obj
def demo(terminal: Terminal, output: str | None) -> None:
    """Fill a real table and compare with the truth.

    Fills the species of 324 penguins from 20. Writes penguins.csv (with the blanks), penguins.filled.csv and
    report.html into one folder, and nothing elsewhere. In handful-demo it replaces its own files; in a folder that
    you name it replaces none.
    """
    from handful.cli.fill import say_filling, summary
    from handful.filling import fill_frame
    from handful.report.report import report_html
    from handful.table.read import read_file
    from handful.table.write import write_aside, write_file

    blanked, filled, report = _places(FOLDER if output is None else Path(output))
    table, truth = _blanked()
    write_aside(blanked, table)
    with terminal.progress() as progress:
        source = read_file(blanked)
        filling = fill_frame(source.frame, targets=(TARGET,), progress=progress)
        learner = filling.targets[0].learner
        page = report_html(learner, source.frame, receipt=terminal.receipt, progress=progress)
    write_file(filling.frame, filled, source.layout, force=True)
    write_aside(report, page.encode())

    judged = _against(truth, filling)
    say_filling(terminal, filling, source.notes)
    terminal.show("", *_sample(filling, truth), stderr=True)
    terminal.say(
        f"against the truth, which handful has not seen: {judged['right']} of {judged['answered']} right "
        f"({judged['accuracy']:.1%})"
    )
    terminal.say("")
    terminal.say(f"the same as: handful fill {blanked} --target {TARGET}")
    terminal.say(f"wrote {blanked}, {filled}")
    terminal.say(f"report: {report}")
    if terminal.json:
        places = {"input": str(blanked), "output": str(filled), "report": str(report)}
        terminal.hand_out({**places, **summary(filling, source.notes), "against_truth": judged})
    else:
        terminal.say_receipt()


def _places(folder: Path) -> tuple[Path, ...]:
    """Where the demo's files go; raises TableError where a file of the user's is in the way."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise TableError(
            f"{str(folder)!r} cannot be the demo's folder: {error.strerror}",
            hint="name another folder with -o",
        ) from error
    places = tuple(folder / name for name in FILES)
    for place in places:
        if folder != FOLDER and place.exists():
            raise TableError(f"{str(place)!r} exists already", hint="name another folder with -o")
    return places


def _blanked() -> tuple[bytes, list[str]]:
    """The penguins with the species of all but the given rows blank, as CSV; the species as they are."""
    text = files("handful.examples").joinpath("penguins.csv").read_text(encoding="utf-8")
    head, *rows = csv.reader(text.splitlines())
    place = head.index(TARGET)
    truth = [row[place] for row in rows]
    for number, row in enumerate(rows):
        if number not in GIVEN:
            row[place] = ""
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([head, *rows])
    return table.getvalue().encode(), truth


def _against(truth: list[str], filling: Filling) -> dict[str, Any]:
    answers = filling.frame.get_column(TARGET).to_list()
    asked = [row for row in range(len(truth)) if row not in GIVEN]
    right = sum(answers[row] == truth[row] for row in asked)
    return {"answered": len(asked), "right": right, "accuracy": right / len(asked)}


def _sample(filling: Filling, truth: list[str]) -> tuple[list[str], list[list[str]]]:
    """Some of the filled rows, evenly spread, with the truth in the last column."""
    names = ["island", "bill_length_mm", "body_mass_g", TARGET, f"{TARGET} sure"]
    asked = [row for row in range(len(truth)) if row not in GIVEN]
    some = asked[len(asked) // (2 * SHOWN) :: len(asked) // SHOWN][:SHOWN]
    cells = [filling.frame.get_column(name).to_list() for name in names]
    return [*names, "truth"], [[*(_written(column[row]) for column in cells), truth[row]] for row in some]


def _written(cell: object) -> str:
    return "" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else str(cell)
