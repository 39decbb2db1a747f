"""What a step is: a name from a closed list, with texts and numbers that say how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Builder", "Function", "Step"]

Function = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a piece; `handful.write.steps.function_of` has what it does."""

    name: str
    texts: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


Builder = Callable[[Step], Function]
