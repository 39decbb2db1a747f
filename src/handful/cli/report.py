"""`handful report`: one HTML file that says how good and how sure."""

from __future__ import annotations

from pathlib import Path

import click

from handful.cli.console import Session
from handful.cli.options import (
    beside,
    force_option,
    group_option,
    kind_option,
    output_option,
    refuse_existing,
    session_options,
)
from handful.errors import UserError

__all__ = ["report"]


@click.command()
@click.argument("source", metavar="MODEL|FILE")
@click.option("--target", metavar="NAME", help="Column to learn, where a table and not a model is given.")
@kind_option
@group_option
@output_option("Where the report goes. [default: STEM.report.html beside MODEL or FILE]")
@force_option
@session_options
@click.pass_obj
def report(
    session: Session,
    source: str,
    target: str | None,
    kinds: dict[str, str],
    group: str | None,
    output: str | None,
    force: bool,
) -> None:
    """Write one HTML file: how good, how sure.

    About a model, or about the column --target of a file."""
    is_model = Path(source).suffix == ".handful"
    if is_model and target is not None:
        raise UserError(f"{source!r} is a model, which has its target already", hint="leave --target out")
    if not is_model and target is None:
        raise UserError("a report on a table needs to know which column is meant", hint="add --target NAME")
    place = Path(output) if output else beside(source, ".report.html")

    from handful.cli.learn import Learnt, learn
    from handful.learner import Learner
    from handful.report.report import report_html
    from handful.table.write import write_aside

    refuse_existing(place, force=force)
    learnt = Learnt(Learner.load(source)) if target is None else learn(session, source, target, kinds, group)
    page = report_html(learnt.learner, receipt=session.receipt)
    write_aside(place, page.encode())
    learnt.say(session)
    if session.json:
        session.hand_out({"input": source, "output": str(place), **learnt.to_dict()})
    else:
        session.say_end(place)
