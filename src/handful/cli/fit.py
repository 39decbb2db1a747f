"""`handful fit`: the filled rows of a file become a model that can be kept."""

from __future__ import annotations

from pathlib import Path

import click

from handful.cli.console import Session
from handful.cli.options import (
    force_option,
    group_option,
    kind_option,
    output_option,
    refuse_existing,
    session_options,
    target_option,
)
from handful.errors import UserError

__all__ = ["fit"]


@click.command()
@click.argument("file")
@target_option
@kind_option
@group_option
@output_option("Where the model goes; its name ends in .handful.", required=True)
@force_option
@session_options
@click.pass_obj
def fit(
    session: Session,
    file: str,
    target: str,
    kinds: dict[str, str],
    group: str | None,
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

    from handful.cli.learn import learn

    refuse_existing(place, force=force)
    learnt = learn(session, file, target, kinds, group)
    learnt.learner.save(place)
    learnt.say(session)
    if session.json:
        session.hand_out({"input": file, "output": output, **learnt.to_dict()})
    else:
        session.say_end(place)
