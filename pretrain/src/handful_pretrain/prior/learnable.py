"""Whether a table can be learnt at all: a cheap test that sets aside the tables in which columns say nothing.

Kernel ridge regression on at most 256 rows of context, judged on rows that nobody sees afterwards; loose on purpose,
since a model must also know what little help looks like.
"""

from __future__ import annotations

import torch
from torch import Tensor

from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import Tables, standard

__all__ = ["explained"]

ROWS = 256
CODE_WIDTH = 3


def _points(dice: Dice, tables: Tables) -> Tensor:
    """(b, row, coordinate): numbers scaled, each code at a random place."""
    x = torch.nan_to_num(tables.x)
    place = dice.normal(128, CODE_WIDTH)[x.long().clamp(0, 127)]
    b, rows, columns = x.shape
    number = standard(x).clamp(-4, 4)[..., None] * torch.eye(1, CODE_WIDTH, device=x.device)[0]
    cell = torch.where(tables.is_category[:, None, :, None], 0.7 * place, number)
    return cell.reshape(b, rows, columns * CODE_WIDTH)


def explained(dice: Dice, tables: Tables, judges: int) -> Tensor:
    """(b,) how much of the variance of rows from `judges` on (over classes: of indicators) the context explains."""
    points = _points(dice, tables)
    kinds = torch.arange(8, device=points.device)
    indicator = (tables.y[..., None].remainder(8) == kinds).float()
    number = ranked(tables.y)[..., None] * (kinds == 0)
    y = torch.where((tables.classes > 0)[:, None, None], indicator, number)
    n = min(ROWS, tables.context)
    scale = 1.5 * tables.x.shape[2]
    near = torch.exp(-torch.cdist(points[:, :n], points[:, :n]).square() / scale)
    cross = torch.exp(-torch.cdist(points[:, judges:], points[:, :n]).square() / scale)
    mean = y[:, :n].mean(1, keepdim=True)
    system = near + 0.3 * torch.eye(n, device=points.device)
    guess = mean + cross @ torch.linalg.solve(system, y[:, :n] - mean)
    truth = y[:, judges:]
    left: Tensor = (truth - guess).square().sum((1, 2))
    total: Tensor = (truth - mean).square().sum((1, 2))
    return 1 - left / total.clamp_min(1e-6)


def ranked(y: Tensor) -> Tensor:
    """Numbers as ranks, so that outliers decide nothing."""
    return y.argsort(1).argsort(1) / y.shape[1]
