"""`handful evaluate`: how good the answers would be, without filling anything."""

from __future__ import annotations

import click

from handful.cli.console import Session
from handful.cli.options import group_option, kind_option, session_options, target_option

__all__ = ["evaluate"]


@click.command()
@click.argument("file")
@target_option
@kind_option
@group_option
@session_options
@click.pass_obj
def evaluate(session: Session, file: str, target: str, kinds: dict[str, str], group: str | None) -> None:
    """Say how good the answers would be.

    Each filled row is answered by a learner that has not seen it; beside the score stands the one that you would
    get without looking at any column.
    """
    from handful.cli.learn import learn

    learnt = learn(session, file, target, kinds, group)
    learnt.say(session)
    if session.json:
        session.hand_out({"input": file, **learnt.to_dict()})
    else:
        session.say_receipt()
