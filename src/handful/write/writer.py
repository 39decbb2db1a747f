"""What every writer can do: continue a prompt, and answer in a talk; the rest of handful knows no more of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = ["MOST_TOKENS", "Completion", "Message", "Role", "Writer"]

MOST_TOKENS = 512  # of one completion, whatever is asked for: a text without an end still ends

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Completion:
    """What a writer wrote: `text` without the stop, how sure it was, and how many tokens it took."""

    text: str
    confidence: float  # the probability of its least likely token, 0..1; 0 where it was cut off
    tokens: int


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a talk."""

    role: Role
    text: str


class Writer(Protocol):
    """A language model, here or at an address; `name` is for people, `identity` says which weights wrote."""

    @property
    def name(self) -> str: ...

    @property
    def identity(self) -> str: ...

    def complete(
        self, prompt: str, *, grammar: str = "", at_most: int = 64, stop: Sequence[str] = ("\n",)
    ) -> Completion:
        """The text that follows the prompt, up to `stop` or `at_most` tokens, within the GBNF `grammar`."""
        ...

    def chat(self, messages: Sequence[Message], *, grammar: str = "", at_most: int = 256) -> Completion:
        """The assistant's next turn."""
        ...

    def close(self) -> None:
        """Gives back the memory; a second call changes nothing."""
        ...
