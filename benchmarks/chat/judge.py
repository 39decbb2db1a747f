"""Whether a reply is right, wrong, or refused where something was asked for."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["REFUSED", "RIGHT", "WRONG", "Given", "Wanted", "outcome", "wanted"]

RIGHT, WRONG, REFUSED = "right", "wrong", "refused"
# Two ways to one figure: how many cells are blank is a count under a filter, the first row of an order is rows shown.
ALIKE = (frozenset({"count", "blanks", "distinct"}), frozenset({"show", "top"}))
NAMES_OF_FLAGS = {"yes": "1", "true": "1", "no": "0", "false": "0"}

Figure = float | dict[str, float] | list[int] | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a right reply does, on which columns, and what it finds; rows are counted from 1."""

    operation: str
    columns: tuple[str, ...]
    figure: Figure


class Given(Protocol):
    """A reply of `handful.chat`; its rows are counted from 0."""

    operation: str
    columns: tuple[str, ...]
    figure: float | None
    groups: dict[str, float] | None
    rows: tuple[int, ...]


def wanted(line: Mapping[str, str]) -> Wanted:
    """What a line of questions.csv wants."""
    columns = tuple(line["columns"].split(", ")) if line["columns"] else ()
    return Wanted(line["operation"], columns, json.loads(line["figure"]))


def outcome(want: Wanted, reply: Given) -> str:
    """Right where operation and figure are as wanted; without a figure, operation and columns."""
    if reply.operation == "none":
        return RIGHT if want.operation == "none" else REFUSED
    same = reply.operation == want.operation
    alike = any({reply.operation, want.operation} <= family for family in ALIKE)
    if want.figure is None:
        return RIGHT if same and set(want.columns) == set(reply.columns if want.columns else ()) else WRONG
    return RIGHT if (same or alike) and _found(want, reply) else WRONG


def _found(want: Wanted, reply: Given) -> bool:
    if isinstance(want.figure, dict):
        return reply.groups is not None and _same_groups(want.figure, reply.groups)
    if isinstance(want.figure, list):
        return _same_rows(want.operation, want.figure, [row + 1 for row in reply.rows])
    return reply.figure is not None and want.figure is not None and _close(want.figure, reply.figure)


def _same_groups(want: Mapping[str, float], given: Mapping[str, float]) -> bool:
    found = {_plain(name): value for name, value in given.items()}
    return found.keys() == {_plain(name) for name in want} and all(
        _close(value, found[_plain(name)]) for name, value in want.items()
    )


def _plain(name: str) -> str:
    """A group's name however flags and whole numbers are written."""
    text = NAMES_OF_FLAGS.get(name.lower(), name)
    return text.removesuffix(".0")


def _same_rows(operation: str, want: Sequence[int], given: Sequence[int]) -> bool:
    return list(want) == list(given) if operation == "top" else set(want) == set(given)


def _close(want: float, given: float) -> bool:
    return math.isclose(want, given, rel_tol=1e-9, abs_tol=1e-9)
