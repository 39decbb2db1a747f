"""What fit, evaluate and report share: a learner from a file, and its score for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from handful.cli.console import Terminal
from handful.cli.options import reading
from handful.learner import Learner
from handful.table.folder import read_source

__all__ = ["Learnt", "learn"]


@dataclass(frozen=True, slots=True)
class Learnt:
    """A learner, and what was guessed when its file was read."""

    learner: Learner
    reading: tuple[str, ...] = ()
    frame: Any = None
    """The table of the file, where it was learnt from just now."""

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self.reading, *self.learner.notes_)

    def say(self, terminal: Terminal) -> None:
        """The verdict, then the figures behind it, then what was guessed."""
        score = self.learner.evaluate()
        terminal.say(score.verdict, style="bold")
        if score.rows:
            terminal.say(f"judged on {score.rows} rows, each by a learner that had not seen it")
        for note in self.notes:
            terminal.say(note)

    def to_dict(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "target": self.learner.target,
            "kind": self.learner.target_kind_,
            "score": self.learner.evaluate().to_dict(),
            "notes": self.notes,
        }


def learn(
    terminal: Terminal,
    file: str,
    target: str,
    kinds: dict[str, str],
    series: dict[str, str],
    group: str | None,
    writer: str | None = None,
    artist: str | None = None,
) -> Learnt:
    """A learner of one column, fitted on the rows of the file where it is filled."""
    with terminal.progress() as progress:
        source = read_source(file, target)
        how = reading(source, kinds, series)
        learner = Learner(target, group=group, writer=writer, artist=artist, **how)
        return Learnt(learner.fit(source.frame, progress=progress), source.notes, source.frame)
