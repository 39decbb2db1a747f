"""The prior: draws a batch of tables from its ingredients, then gives every table the troubles of real ones.

draft (one ingredient) -> columns -> target -> only the learnable -> some made unlearnable -> blanks
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from handful_pretrain.prior import (
    blanks,
    classics,
    columns,
    embedding,
    graph,
    learnable,
    rules,
    target,
    trees,
)
from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import Draft, Tables

__all__ = ["INGREDIENTS", "Shape", "draw", "drawn_from"]

INGREDIENTS: dict[str, tuple[float, Callable[[Dice, int, int, int], Draft]]] = {
    "graph": (0.42, graph.draw),
    "trees": (0.26, trees.draw),
    "rules": (0.08, rules.draw),
    "classics": (0.12, classics.draw),
    "embedding": (0.12, embedding.draw),
}
"""Name -> (share of tables, how to draw a draft)."""

NUMBERS = 0.35
UNLEARNABLE = 0.05
SPARE = 3.0
"""So many times more drafts are drawn than tables asked for; those that seem unlearnable go first."""
JUDGES = 48
"""Rows that only say whether a table is learnable, then go: choosing by the queries would teach overconfidence."""
LEARNABLE = 0.4
"""How much of the variance the simple test has to explain for a draft to stay: uniform between 0 and this. So the
tables tell about as much as real ones do (figures in LOG.md): without a filter most of them tell nothing."""
EACH = 0.4
"""The share of category tables whose context has every class, where it has room."""
CHUNK = 16
"""Tables of one chunk share what Python decides, such as the order of functions in a graph."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What all tables of a batch have in common."""

    context: int
    queries: int
    columns: int

    @property
    def rows(self) -> int:
        """Context and queries together."""
        return self.context + self.queries


def drawn_from(name: str, dice: Dice, b: int, shape: Shape) -> Tables:
    """Tables of one ingredient, with everything but blanks."""
    draft = columns.dress(dice, INGREDIENTS[name][1](dice, b, shape.rows, shape.columns))
    number = dice.chance(NUMBERS, b)
    y, classes = target.finish(dice, draft, number, shape.context)
    y = target.vary(dice, y, classes, shape.context)
    return Tables(torch.nan_to_num(draft.x).clamp(-1e6, 1e6), draft.is_category, y, classes, shape.context)


def draw(seed: int, b: int, shape: Shape, device: torch.device | str = "cpu") -> Tables:
    """`b` tables of one shape; the same seed on the same device gives the same tables."""
    dice = Dice(seed, device)
    wanted = int(b * SPARE) + 1
    wide = Shape(shape.context, shape.queries + JUDGES, shape.columns)
    parts = []
    for name, count in _counts(dice, wanted).items():
        for start in range(0, count, CHUNK):
            parts.append(drawn_from(name, dice, min(CHUNK, count - start), wide))
    tables = _joined(parts)
    least = dice.uniform(len(tables), high=LEARNABLE)
    poor = learnable.explained(dice, tables, shape.rows) < least
    tables = tables.take(_chosen(dice, poor, tables.classes == 0, b)).first(shape.rows)
    tables = _one_of_each(dice, tables)
    y = torch.where(dice.chance(UNLEARNABLE, b, 1), _shuffled(dice, tables.y), tables.y)
    y = target.vary(dice, y, tables.classes, shape.context)
    return Tables(blanks.punch(dice, tables.x), tables.is_category, y, tables.classes, shape.context)


def _counts(dice: Dice, b: int) -> dict[str, int]:
    names = list(INGREDIENTS)
    drawn = dice.host.choices(names, [share for share, _ in INGREDIENTS.values()], k=b)
    return {name: drawn.count(name) for name in names}


def _chosen(dice: Dice, poor: Tensor, number: Tensor, b: int) -> Tensor:
    """(b,) which drafts stay: those not poor first, with the share of number targets as it was asked."""
    numbers = sum(dice.host.random() < NUMBERS for _ in range(b))
    score = poor + 0.5 * dice.uniform(len(poor))
    order = score.argsort()
    sorted_number = number[order]
    too_many = sorted_number & (sorted_number.cumsum(0) > numbers)
    too_many |= ~sorted_number & ((~sorted_number).cumsum(0) > b - numbers)
    return order[too_many.float().argsort(stable=True)[:b]]


def _one_of_each(dice: Dice, tables: Tables) -> Tables:
    """In some tables the context starts with one row of each class, as people label who know their classes."""
    y = tables.y
    earlier = (y[:, :, None] == y[:, None, :]).tril(-1).any(-1)
    chosen = (tables.classes > 0) & dice.chance(EACH, len(tables))
    order = (earlier & chosen[:, None]).float().argsort(dim=1, stable=True)
    x = tables.x.gather(1, order[..., None].expand(tables.x.shape))
    return Tables(x, tables.is_category, y.gather(1, order), tables.classes, tables.context)


def _joined(parts: Sequence[Tables]) -> Tables:
    def cat(name: str) -> Tensor:
        return torch.cat([getattr(part, name) for part in parts])

    return Tables(cat("x"), cat("is_category"), cat("y"), cat("classes"), parts[0].context)


def _shuffled(dice: Dice, y: Tensor) -> Tensor:
    return y.gather(1, dice.permutation(*y.shape))
