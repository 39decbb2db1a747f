"""What an artist elsewhere is told: the words as they are, and no more of them than such artists read."""

from __future__ import annotations

from handful.errors import UserError

__all__ = ["MOST_WORDS", "prompt"]

MOST_WORDS = 4000
"""Characters: what the usual servers take. A text encoder of a pipeline reads the first three hundred."""
TOLD = 40


def prompt(words: str) -> str:
    """The words to draw. Raises UserError where there are none, or far too many."""
    if not words.strip():
        raise UserError("there are no words to draw", hint="say what the picture shows")
    if len(words) > MOST_WORDS:
        raise UserError(
            f"{words[:TOLD]!r}... has {len(words):,} characters, too many to draw",
            hint=f"at most {MOST_WORDS:,}",
        )
    return words
