"""Ingredient: trees drawn directly, nothing fitted, over correlated columns.

It stands for tables with thresholds ("over 60 and smoking"), the home ground of boosted trees. Ranges: 1 to 64 trees,
depth 1 to 8 and not deeper than the rows carry, questions at observed values, few columns much asked; noise .03 to 1.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from handful_pretrain.prior import functions
from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.graph import roots
from handful_pretrain.prior.tables import FACES, Draft, standard

__all__ = ["correlated", "draw", "grown"]


def correlated(dice: Dice, b: int, rows: int, columns: int) -> Tensor:
    """(b, row, column) columns that share 1 to `columns` hidden causes, with bent marginals."""
    hidden = dice.log_integer_here(1, max(1, columns))
    loading = dice.normal(b, hidden, columns) * dice.chance(0.6, b, hidden, columns)
    own = dice.log_uniform(b, 1, columns, low=0.1, high=3.0)
    x = roots(dice, b, rows, hidden) @ loading / math.sqrt(hidden) + own * roots(dice, b, rows, columns)
    x = standard(x)
    return standard(functions.activate(x, dice)) if dice.host.random() < 0.2 else x


def grown(x: Tensor, dice: Dice, trees: int, depth: int) -> Tensor:
    """(b, row, face) the sum of full trees: each inner place has a question of its own."""
    b, rows, columns = x.shape
    inner = (1 << depth) - 1
    column = dice.sample(dice.importance(b, columns), trees * inner)
    row = dice.integer(b, trees * inner, high=rows)
    at = x.flatten(1).gather(1, row * columns + column)
    start = torch.arange(trees, device=x.device) * inner
    place = torch.zeros(b, rows, trees, dtype=torch.long, device=x.device)
    for _ in range(depth):
        question = (place + start).view(b, rows * trees)
        asked = column.gather(1, question).view(b, rows, trees)
        right = x.gather(2, asked) > at.gather(1, question).view(b, rows, trees)
        place = 2 * place + 1 + right
    leaf = (place - inner + (torch.arange(trees, device=x.device) << depth)).view(b, rows * trees, 1)
    values = dice.normal(b, trees << depth, FACES).gather(1, leaf.expand(-1, -1, FACES))
    return values.view(b, rows, trees, FACES).sum(2)


def draw(dice: Dice, b: int, rows: int, columns: int) -> Draft:
    """Tables of this shape."""
    x = correlated(dice, b, rows, columns)
    trees = dice.log_integer_here(1, 64)
    depth = min(dice.host.randint(1, 8), max(1, int(math.log2(rows)) - 2))
    if dice.host.random() < 0.5:
        y = grown(x, dice, trees, min(depth, 6))
    else:
        y = functions.oblivious(x, FACES, dice, trees, depth)
    y = standard(y) + dice.log_uniform(b, 1, 1, low=0.03, high=1.0) * dice.normal(b, rows, FACES)
    return Draft(x, y, torch.zeros(b, columns, dtype=torch.bool, device=x.device))
