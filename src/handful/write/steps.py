"""A step: from one text to another, or to None where it cannot be taken. The closed list of all steps."""

from __future__ import annotations

from functools import lru_cache

from handful.write import changing, cutting, moments, quantities
from handful.write.step import Builder, Function, Step

__all__ = ["BUILDERS", "Function", "Step", "function_of"]

BUILDERS: dict[str, Builder] = {
    **cutting.BUILDERS,
    **changing.BUILDERS,
    **quantities.BUILDERS,
    **moments.BUILDERS,
}


@lru_cache(maxsize=65_536)
def function_of(step: Step) -> Function:
    """The function that a step names. Raises ValueError where there is no such step."""
    if step.name not in BUILDERS:
        raise ValueError(f"no step is called {step.name!r}")
    return BUILDERS[step.name](step)
