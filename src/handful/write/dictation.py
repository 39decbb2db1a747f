"""A target that is what is said in a column of sounds: blank transcripts are written by listening."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from handful.encode.words import words_of
from handful.speech.agreement import Habits, habits_of, words_as_target
from handful.speech.whisper import can_hear
from handful.table.column import Column, Kind
from handful.table.table import Table

__all__ = ["Dictation", "find_dictation"]

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Dictation:
    """Listening to one column of sounds, and writing as the target is written."""

    sound: str
    habits: Habits
    heard: float
    """Share of the words in the texts given that were heard rightly."""

    def answers(self, sounds: Column) -> tuple[list[str | None], NDArray[np.float64]]:
        """What is said in each row, None where nothing is, and the share of its words that should be right."""
        said = words_of(sounds)
        texts = [None if text is None else self.habits.written(text) for text in said.texts]
        return texts, said.confidences * self.heard


def find_dictation(context: Table, target: Column) -> tuple[Dictation, list[str | None]] | None:
    """The sounds in which the target's texts are said, with what was heard of each row; None where there are none.

    `target` has a text in every row of the context. Nothing is learnt from the texts but how they are written.
    """
    if not can_hear():
        return None
    given = [str(text) for text in target.values]
    for sounds in (column for column in context if column.kind is Kind.SOUND):
        words = words_of(sounds)
        said = words_as_target(words.texts, words.confidences.tolist(), given)
        if said is not None:
            return Dictation(sounds.name, habits_of(given), 1 - said.errors), list(said.texts)
    return None
