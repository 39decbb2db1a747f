"""`handful fit`: the filled rows of a file become a model that can be kept."""

from __future__ import annotations

from pathlib import Path

import click

from handful.cli.console import Terminal
from handful.cli.options import (
    artist_option,
    check_folder,
    force_option,
    group_option,
    kind_option,
    output_option,
    series_option,
    target_option,
    terminal_options,
    writer_option,
)
from handful.errors import UserError

__all__ = ["fit"]


@click.command()
@click.argument("file")
@target_option
@kind_option
@series_option
@group_option
@writer_option
@artist_option
@output_option("Where the model goes; its name ends in .handful.", required=True)
@force_option
@terminal_options
@click.pass_obj
def fit(
    terminal: Terminal,
    file: str,
    target: str,
    kinds: dict[str, str],
    series: dict[str, str],
    group: str | None,
    writer: str | None,
    artist: str | None,
    output: str,
    force: bool,
) -> None:
    """Learn a column of FILE, and save what was learnt.

    Learns the column --target from the rows where it is filled. The model may hold rows it learnt from: pass it on
    only to people who may see them.
    """
    place = Path(output)
    if place.suffix != ".handful":
        raise UserError(
            f"a model's name ends in .handful, and {output!r} does not",
            hint=f"-o {place.with_suffix('.handful')}",
        )

    check_folder(place)

    from handful.cli.learn import learn
    from handful.table.write import refuse_existing

    refuse_existing(place, force=force)
    learnt = learn(terminal, file, target, kinds, series, group, writer, artist)
    learnt.learner.save(place)
    learnt.say(terminal)
    if terminal.json:
        terminal.hand_out({"input": file, "output": output, **learnt.to_dict()})
    else:
        terminal.say_end(place)
