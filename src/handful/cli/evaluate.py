"""`handful evaluate`: how good the answers would be, without filling anything."""

from __future__ import annotations

import click

from handful.cli.console import Terminal
from handful.cli.options import (
    artist_option,
    group_option,
    kind_option,
    series_option,
    target_option,
    terminal_options,
    writer_option,
)

__all__ = ["evaluate"]


@click.command()
@click.argument("file")
@target_option
@kind_option
@series_option
@group_option
@writer_option
@artist_option
@terminal_options
@click.pass_obj
def evaluate(
    terminal: Terminal,
    file: str,
    target: str,
    kinds: dict[str, str],
    series: dict[str, str],
    group: str | None,
    writer: str | None,
    artist: str | None,
) -> None:
    """Say how good the answers would be.

    Each filled row is answered by a learner that has not seen its value; beside the score stands the one that you
    would get without looking at any column.
    """
    from handful.cli.learn import learn

    learnt = learn(terminal, file, target, kinds, series, group, writer, artist)
    learnt.say(terminal)
    if terminal.json:
        terminal.hand_out({"input": file, **learnt.to_dict()})
    else:
        terminal.say_receipt()
