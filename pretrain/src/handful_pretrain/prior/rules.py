"""Ingredient: rules of logic on 1 to 4 columns; the rest of the table is beside the point.

It stands for tables made by a procedure ("approved if A and not B"), where no column says anything alone. Forms:
parity 25% (two columns: XOR), lookup 30%, and/or 30%, product of numbers 15%; labels wrong in 0 to 15%.
"""

from __future__ import annotations

import torch
from torch import Tensor

from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import FACES, Draft, ranks, standard
from handful_pretrain.prior.trees import correlated

__all__ = ["draw"]


def _table(dice: Dice, b: int, drivers: int) -> Tensor:
    """(b, 2^drivers) what the rule says for each combination of the drivers."""
    form = dice.pick(["parity", "lookup", "junction"], [25, 30, 30])
    combination = torch.arange(1 << drivers, device=dice.device)
    bits = (combination[:, None] >> torch.arange(drivers, device=dice.device)) & 1
    if form == "parity":
        return (bits.sum(1) % 2).expand(b, -1)
    if form == "junction":
        flipped = bits ^ dice.integer(b, 1, drivers, high=2)
        said = flipped.amin(-1)
        return torch.where(dice.chance(0.5, b, 1), said, 1 - said)
    return dice.integer(b, 1 << drivers, high=dice.host.randint(2, 4))


def draw(dice: Dice, b: int, rows: int, columns: int) -> Draft:
    """Tables of this shape."""
    drivers = min(columns, dice.pick([1, 2, 3, 4], [1, 4, 3, 1]))
    x = correlated(dice, b, rows, columns)
    as_code = dice.chance(0.5, b, columns)
    driver = dice.permutation(b, columns)[:, :drivers]
    index = driver[:, None].expand(b, rows, drivers)
    bits = (ranks(x.gather(2, index)) > 0.5).long()
    noise = dice.uniform(b, 1, high=0.15)
    if dice.host.random() < 0.15:
        score = standard(x.gather(2, index).prod(2)) + 2 * noise * dice.normal(b, rows)
        labels = (score > score.median(1, keepdim=True).values).long()
    else:
        table = _table(dice, b, drivers)
        combination = (bits << torch.arange(drivers, device=dice.device)).sum(-1)
        labels = table.gather(1, combination)
        wrong = dice.uniform(b, rows) < noise
        labels = torch.where(wrong, labels.gather(1, dice.permutation(b, rows)), labels)
        score = labels + noise * dice.normal(b, rows)
    seen = torch.where(as_code[:, None], (ranks(x) > 0.5).float(), x)
    return Draft(seen, score[..., None].expand(-1, -1, FACES), as_code, labels)
