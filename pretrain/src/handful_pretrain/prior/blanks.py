"""Blanks: at random, because of another column, or because of the value itself.

30% of tables have blanks; in those, 20 to 100% of the columns, each with a share LogU(.01, .5) of its cells.
"""

from __future__ import annotations

import torch
from torch import Tensor

from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import ranks

__all__ = ["blanked", "punch"]


def blanked(dice: Dice, x: Tensor, share: Tensor) -> Tensor:
    """x with exactly `share` (b, column) of each column's cells blank, up to rounding.

    Each table has one mechanism: a cell's score is pure noise (MCAR), noise and another column (MAR), or noise and
    its own value (MNAR); the highest scores go blank.
    """
    b, rows, columns = x.shape
    mechanism = dice.integer(b, 1, 1, high=3)
    other = torch.roll(x, 1, dims=2)
    cause = torch.where(mechanism == 1, ranks(other), ranks(x))
    cause = torch.where(dice.chance(0.5, b, 1, columns), cause, 1 - cause)
    strength = dice.uniform(b, 1, columns, low=0.3, high=2.0) * (mechanism > 0)
    score = dice.uniform(b, rows, columns) + strength * cause
    return torch.where(ranks(score) > 1 - share[:, None], torch.nan, x)


def punch(dice: Dice, x: Tensor, tables: float = 0.3) -> Tensor:
    """x with the prior's blanks."""
    b, _, columns = x.shape
    share = dice.log_uniform(b, columns, low=0.01, high=0.5)
    hit = dice.chance(tables, b, 1) & (dice.uniform(b, columns) < dice.uniform(b, 1, low=0.2, high=1.0))
    return blanked(dice, x, share * hit)
