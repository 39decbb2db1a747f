"""What fit, evaluate and report share: a learner from a file, and its score for people and for programs."""

from __future__ import annotations

from typing import Any

from handful.cli.console import Session
from handful.learner import Learner
from handful.report import figures
from handful.table.read import read_file

__all__ = ["learn", "say_score", "scored"]


def learn(session: Session, file: str, target: str, kinds: dict[str, str], group: str | None) -> Learner:
    """A learner of one column, fitted on the rows of the file where it is filled."""
    with session.progress() as progress:
        source = read_file(file)
        return Learner(target, kinds=kinds, group=group).fit(source.frame, progress=progress)


def say_score(session: Session, learner: Learner) -> None:
    """The verdict, then the figures behind it, then what was guessed."""
    score = learner.evaluate()
    session.say(score.verdict, style="bold")
    if score.rows:
        figure = figures.error_in(learner.target_kind_)
        session.say(
            f"{score.metric} {figure(score.value)} (90% interval {figure(score.low)} to {figure(score.high)}), "
            f"without looking at any column {figure(score.baseline)}; {score.rows} rows judged"
        )
    for note in (*score.notes, *learner.notes_):
        session.say(note)


def scored(learner: Learner) -> dict[str, Any]:
    """The learner as the JSON object has it."""
    return {
        "target": learner.target,
        "kind": learner.target_kind_,
        "score": learner.evaluate().to_dict(),
        "notes": learner.notes_,
    }
