"""`handful next`: would more labelled rows help, and which ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from handful.cli.console import Terminal
from handful.cli.options import (
    group_option,
    kind_option,
    reading,
    series_option,
    target_option,
    terminal_options,
)

if TYPE_CHECKING:
    from polars import DataFrame

__all__ = ["next_rows"]

SHOWN = 3
"""Columns of a row that are shown, so that it can be recognised."""
WIDEST = 40
"""Characters of a cell that are shown."""


@click.command("next")
@click.argument("file")
@target_option
@click.option("--count", type=click.IntRange(min=1), default=10, show_default=True, help="Rows to name.")
@kind_option
@series_option
@group_option
@terminal_options
@click.pass_obj
def next_rows(
    terminal: Terminal,
    file: str,
    target: str,
    count: int,
    kinds: dict[str, str],
    series: dict[str, str],
    group: str | None,
) -> None:
    """Say what more labels would bring, and which rows of FILE to label next.

    Among the rows where --target is blank, those from which most is to be learnt: unsure answers, unlike the labelled
    rows and unlike each other. Rows are counted from 1, below the header.
    """
    from handful.learner import Learner
    from handful.report.figures import UNITS
    from handful.report.judged import unit_of
    from handful.table.folder import read_source

    with terminal.progress() as progress:
        source = read_source(file, target)
        how = reading(source, kinds, series)
        learner = Learner(target, group=group, **how).fit(source.frame, progress=progress)
        curve = learner.curve(progress=progress)
        places = learner.next(source.frame, count, progress=progress).tolist()
    verdict = learner.evaluate().verdict
    learnt = learner.state_.target
    scale, unit = learnt.scale / unit_of(learnt), UNITS.get(learnt.kind, "")
    sentence = "" if curve is None else curve.sentence(scale, unit)
    rows = [_row(source.frame, target, place) for place in places]
    if terminal.json:
        terminal.hand_out(
            {"input": file, "target": target, "verdict": verdict, "more": sentence, "rows": rows}
        )
        return
    terminal.say(verdict, style="bold")
    if sentence:
        terminal.say(sentence)
    if not rows:
        terminal.say(f"{target!r} is blank in no row: there is nothing to label")
    else:
        names = list(rows[0]["cells"])
        lines = [[str(row["row"]), *(row["cells"][name] for name in names)] for row in rows]
        terminal.show("label these rows next", ["row", *names], lines)
    terminal.say_receipt()


def _row(frame: DataFrame, target: str, place: int) -> dict[str, Any]:
    """The row's number, and the beginning of its first cells."""
    shown = [name for name in frame.columns if name != target][:SHOWN]
    row = frame.row(place, named=True)
    cells = {name: "" if row[name] is None else str(row[name])[:WIDEST] for name in shown}
    return {"row": place + 1, "cells": cells}
