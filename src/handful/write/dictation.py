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

__all__ = ["AUDIBLE", "Dictation", "find_dictation"]

AUDIBLE = 0.4
"""A cell of which less is heard stays blank. Sentences that three synthetic voices read out: at 0.4
26 of the 27 heard without a slip are written, and 40 of 60 in all, with 10 of 100 words wrong (at 0.5 16, 18 and 2);
of 200 clips of foreign, reversed or mixed voices and of noise none is, where four of five words given were heard."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Dictation:
    """Listening to one column of sounds, and writing as the target is written."""

    sound: str
    habits: Habits
    heard: float
    """Share of the words in the texts given that were heard rightly."""
    right: float
    """Share of the texts given of which every word was: marks and capital letters do not count."""

    def answers(self, sounds: Column) -> tuple[list[str | None], NDArray[np.float64], NDArray[np.bool_]]:
        """What is said in each row, None where nothing is, the share of its words that should be right, and whether
        that is too small a share to write it."""
        said = words_of(sounds)
        texts = [None if text is None else self.habits.written(text) for text in said.texts]
        sure = said.confidences * self.heard
        return texts, sure, sure < AUDIBLE


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
            right = float(np.mean([bool(each) for each in said.right]))
            return Dictation(sounds.name, habits_of(given), 1 - said.errors, right), list(said.texts)
    return None
