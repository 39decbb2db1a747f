"""What fit, evaluate and report share: a learner from a file, and its score for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handful.cli.console import Session
from handful.learner import Learner
from handful.report import figures
from handful.table.read import read_file

__all__ = ["Learnt", "learn"]


@dataclass(frozen=True, slots=True)
class Learnt:
    """A learner, and what was guessed when its file was read."""

    learner: Learner
    reading: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.reading, *self.learner.notes_)

    def say(self, session: Session) -> None:
        """The verdict, then the figures behind it, then what was guessed."""
        score = self.learner.evaluate()
        session.say(score.verdict, style="bold")
        if score.rows:
            figure = figures.error_in(self.learner.target_kind_)
            session.say(
                f"{score.metric} {figure(score.value)} (90% interval {figure(score.low)} to {figure(score.high)}), "
                f"without looking at any column {figure(score.baseline)}; {score.rows} rows judged"
            )
        for note in (*score.notes, *self.notes):
            session.say(note)

    def to_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "target": self.learner.target,
            "kind": self.learner.target_kind_,
            "score": self.learner.evaluate().to_dict(),
            "notes": self.notes,
        }


def learn(session: Session, file: str, target: str, kinds: dict[str, str], group: str | None) -> Learnt:
    """A learner of one column, fitted on the rows of the file where it is filled."""
    with session.progress() as progress:
        source = read_file(file)
        return Learnt(
            Learner(target, kinds=kinds, group=group).fit(source.frame, progress=progress), source.notes
        )
