"""What was found in a question: the columns and the values that its words speak of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from handful.chat.words import Word

__all__ = ["Links", "Mention", "is_taken", "places_of"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A column, or with `values` some values of it, and the places of the words that speak of it."""

    column: str
    places: tuple[int, ...]
    strength: float
    values: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Columns that the same words fit as well."""
    part: bool = False
    """Whether only a part of the name is there."""
    meant: bool = False
    """Whether the words are others of about the same meaning: they may as well be a value that the table has not."""


@dataclass(slots=True)
class Links:
    """What was found, and the words that speak of every row alike: "penguin" where each species is a penguin."""

    columns: list[Mention] = field(default_factory=list)
    values: list[Mention] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    doubted: set[int] = field(default_factory=set)
    """Words that are a value of several columns, none of which is named."""

    @property
    def places(self) -> set[int]:
        return (
            {place for each in (*self.columns, *self.values) for place in each.places}
            | self.rows
            | self.doubted
        )


def is_taken(run: Sequence[Word], links: Links) -> bool:
    taken = links.places
    return any(word.place in taken for word in run)


def places_of(run: Sequence[Word]) -> tuple[int, ...]:
    return tuple(word.place for word in run)
