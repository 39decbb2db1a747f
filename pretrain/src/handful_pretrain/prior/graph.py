"""Ingredient: a causal graph. Columns are what is seen of its nodes, and any node may be the target.

It stands for tables whose columns cause one another: the target may lie before, between or behind them. Ranges:
2 to 24 nodes, each 1 to 8 numbers wide, 1 to 4 parents by popularity (a few hubs) or by age (chains), node noise
.003 to .6 of the spread. The order of functions is shared by a chunk, parents and weights are each table's own.
"""

from __future__ import annotations

import torch
from torch import Tensor

from handful_pretrain.prior import functions
from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import FACES, Draft, standard

__all__ = ["draw", "roots"]

NEAR = 0.4
"""How far ahead parents and children of the target are when columns are chosen among uniform scores."""


def roots(dice: Dice, *shape: int) -> Tensor:
    """Numbers that nothing causes: normal, uniform, heavy-tailed or in groups."""
    form = dice.pick(["normal", "uniform", "heavy", "groups"], [4, 3, 1, 2])
    if form == "uniform":
        return dice.uniform(*shape, low=-1.7, high=1.7)
    if form == "heavy":
        return dice.normal(*shape) * (0.7 * dice.normal(*shape)).exp()
    if form == "groups":
        b, rows, *rest = shape
        group = dice.integer(b, rows, *([1] * len(rest)), high=dice.host.randint(2, 5))
        return standard(
            torch.sin(group * 2.4 * (1 + dice.normal(b, 1, *rest))) * 2 + 0.5 * dice.normal(*shape)
        )
    return dice.normal(*shape)


def draw(dice: Dice, b: int, rows: int, columns: int) -> Draft:
    """Tables of this shape."""
    nodes = dice.log_integer_here(2, 24)
    width = max(dice.log_integer_here(1, 8), -(-columns // (nodes - 1)))
    first = dice.host.randint(1, max(1, nodes // 3))
    state = torch.empty(b, nodes, rows, width, device=dice.device)
    for node in range(first):
        state[:, node] = standard(roots(dice, b, rows, width))
    popularity = torch.tan(1.5 * dice.uniform(b, nodes, low=-1.0)) if dice.host.random() < 0.6 else None
    linked = torch.zeros(b, nodes, nodes, device=dice.device)
    for node in range(first, nodes):
        parents = min(node, dice.log_integer_here(1, 4))
        score = dice.normal(b, node)
        score = score + (
            popularity[:, :node] if popularity is not None else 0.3 * torch.arange(node, device=dice.device)
        )
        which = score.topk(parents).indices
        linked[:, node].scatter_(1, which, 1.0)
        u = state[torch.arange(b, device=dice.device)[:, None], which]
        u = u.transpose(1, 2).reshape(b, rows, parents * width)
        value = standard(functions.activate(functions.apply(u, width, dice), dice))
        state[:, node] = standard(value + dice.log_uniform_here(0.003, 0.6) * dice.normal(b, rows, width))
    return _observe(dice, state, linked, columns)


def _observe(dice: Dice, state: Tensor, linked: Tensor, columns: int) -> Draft:
    """One node becomes the target, numbers of other nodes become the columns: neighbours rather than strangers."""
    b, nodes, rows, width = state.shape
    target = dice.integer(b, high=nodes)
    each = torch.arange(b, device=dice.device)
    near = linked[each, target] + linked[each, :, target]
    score = dice.uniform(b, nodes, width) + NEAR * near[..., None]
    own = torch.arange(nodes, device=dice.device) == target[:, None]
    score = score.masked_fill(own[..., None], -1.0).flatten(1)
    which = score.topk(columns).indices
    flat = state.permute(0, 2, 1, 3).reshape(b, rows, nodes * width)
    x = flat.gather(2, which[:, None].expand(b, rows, columns))
    y = state[each, target]
    faces = torch.arange(FACES, device=dice.device) % width
    return Draft(x, y[..., faces], torch.zeros(b, columns, dtype=torch.bool, device=dice.device))
