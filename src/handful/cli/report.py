"""`handful report`: one HTML file that says how good, how sure, and what to do next."""

from __future__ import annotations

from pathlib import Path

import click

from handful.cli.console import Terminal
from handful.cli.options import (
    beside,
    check_folder,
    force_option,
    group_option,
    kind_option,
    output_option,
    series_option,
    terminal_options,
)
from handful.errors import UserError

__all__ = ["report"]


@click.command()
@click.argument("source", metavar="MODEL|FILE")
@click.option("--target", metavar="NAME", help="Column to learn, where a table and not a model is given.")
@kind_option
@series_option
@group_option
@output_option("Where the report goes. [default: STEM.report.html beside MODEL or FILE]")
@force_option
@terminal_options
@click.pass_obj
def report(
    terminal: Terminal,
    source: str,
    target: str | None,
    kinds: dict[str, str],
    series: dict[str, str],
    group: str | None,
    output: str | None,
    force: bool,
) -> None:
    """Write one HTML file: how good, how sure, what decides, what to do next.

    About a model, or about the column --target of a file; then doubtful labels are shown with their rows."""
    is_model = Path(source).suffix == ".handful"
    if is_model and (target is not None or kinds or series or group is not None):
        raise UserError(
            f"{source!r} is a model, which has its target, kinds, series and group already",
            hint="leave --target, --kind, --series and --group out",
        )
    if not is_model and target is None:
        raise UserError("a report on a table needs to know which column is meant", hint="add --target NAME")
    if output == "-":
        raise UserError("the report is a page to open, not text for a terminal", hint="name a file with -o")
    place = Path(output) if output else beside(source, ".report.html")
    check_folder(place)

    from handful.cli.learn import Learnt, learn
    from handful.learner import Learner
    from handful.report.report import page_of
    from handful.report.study import study
    from handful.table.write import refuse_existing, write_aside

    refuse_existing(place, force=force)
    learnt = (
        Learnt(Learner.load(source))
        if target is None
        else learn(terminal, source, target, kinds, series, group)
    )
    with terminal.progress() as progress:
        facts = study(learnt.learner, learnt.frame, receipt=terminal.receipt, progress=progress)
    write_aside(place, page_of(facts).encode())
    learnt.say(terminal)
    if terminal.json:
        terminal.hand_out(
            {"input": source, "output": str(place), **learnt.to_dict(), "facts": facts.to_dict()}
        )
    else:
        terminal.say_end(place)
