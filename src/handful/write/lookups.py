"""Whole outputs looked up: a table from what one column says to what is written, where all examples bear it out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from handful.write.bits import bits_of_constant, bits_of_steps
from handful.write.pieces import Piece
from handful.write.program import Program
from handful.write.row import Row
from handful.write.step import Step

__all__ = ["whole_look_ups"]

_KEYS: tuple[tuple[Step, ...], ...] = (
    (), (Step("lower"),), (Step("token", ("word",), (1, 1)),), (Step("token", ("word",), (-1, -1)),),
    (Step("slice", (), (0, 1)),), (Step("slice", (), (0, 2)),), (Step("slice", (), (0, 3)),),
    (Step("token", ("letters",), (1, 1)),), (Step("token", ("digits",), (1, 1)),), (Step("slice", (), (-1, 0)),),
)  # fmt: skip
"""What of a cell may be the key."""
_MOST_ENTRIES = 500


def whole_look_ups(rows: Sequence[Row], outputs: Sequence[str], names: Sequence[str]) -> list[Program]:
    """Look-ups that explain nearly all examples, nearly every key seen twice; at most 5 % may be exceptions."""
    found = []
    for name in names:
        for steps in _KEYS:
            piece = Piece(name, steps)
            table = _table([piece.run(row) for row in rows], outputs)
            if table is not None:
                bits = 1.0 + math.log2(len(names)) + 6.0 + bits_of_steps(steps)
                bits += sum(2.0 + bits_of_constant(text) for text in table.values())
                step = Step("look up", tuple(text for entry in sorted(table.items()) for text in entry))
                found.append(Program((Piece(name, (*steps, step)),), bits))
    return found


def _table(keys: Sequence[str | None], outputs: Sequence[str]) -> dict[str, str] | None:
    """The output that goes with each key seen twice; None where there is no such rule."""
    counts: dict[str, Counter[str]] = {}
    for key, output in zip(keys, outputs, strict=True):
        if key is not None:
            counts.setdefault(key, Counter())[output] += 1
    often = {key: count.most_common(1)[0] for key, count in counts.items() if count.total() > 1}
    explained = sum(count for _, count in often.values())
    if len(often) < 2 or len(often) > _MOST_ENTRIES or explained < 0.95 * len(outputs):
        return None
    table = {key: output for key, (output, _) in often.items()}
    return table if len(set(table.values())) > 1 else None
