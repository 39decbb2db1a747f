"""What happens to columns on their way into a table: categories, steps, tails, noise, near-duplicates.

Ranges: the share of category columns is clip(U(-.5, 1.2)), their cardinality 2 to 30, by cutting at random places or
by a noisy vote; in 25% of tables numbers are rounded to 3 to 30 steps, in 25% some have heavy tails, in 30% up to 60%
of the columns are pure noise (rows shuffled, so the marginal stays), in 10% one column nearly repeats another.
"""

from __future__ import annotations

import torch
from torch import Tensor

from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import Draft, ranks, standard

__all__ = ["as_categories", "dress"]


def as_categories(dice: Dice, x: Tensor) -> Tensor:
    """(b, row, column) codes 0 .. cardinality - 1 made of numbers."""
    b, rows, columns = x.shape
    most = min(30, max(2, rows // 4))
    count = dice.log_integer(b, 1, columns, low=2, high=most)
    if dice.host.random() < 0.7:
        evenness = dice.log_uniform(b, 1, columns, 1, low=0.1, high=1.5)
        weight = (evenness * dice.normal(b, 1, columns, most)).exp()
        weight = weight * (torch.arange(most, device=x.device) < count[..., None])
        bounds = (weight / weight.sum(-1, keepdim=True)).cumsum(-1)
        codes = (ranks(x)[..., None] > bounds[..., :-1]).sum(-1)
        codes = torch.minimum(codes, count - 1)
    else:
        most = min(most, 8)
        count = count.clamp_max(most)
        vote = x[..., None] * dice.normal(b, 1, columns, most) + 0.5 * dice.normal(b, 1, columns, most)
        vote = (
            dice.log_uniform_here(1.0, 5.0) * vote
            - dice.uniform(*vote.shape).clamp_min(1e-9).log().neg().log()
        )
        vote = vote.masked_fill(torch.arange(most, device=x.device) >= count[..., None], -torch.inf)
        codes = vote.argmax(-1)
    return codes.float()


def _shuffled(dice: Dice, x: Tensor) -> Tensor:
    b, rows, columns = x.shape
    return x.gather(1, dice.permutation(b, columns, rows).mT)


def dress(dice: Dice, draft: Draft) -> Draft:
    """The draft with its columns as real tables have them."""
    x, given = draft.x, draft.is_category
    b, rows, columns = x.shape
    share = dice.uniform(b, 1, low=-0.5, high=1.2).clamp(0, 1)
    chosen = (dice.uniform(b, columns) < share) & ~given
    number = ~(chosen | given)[:, None]
    steps = dice.log_integer(b, 1, columns, low=3, high=30)
    stepped = dice.chance(0.25, b, 1, 1) & dice.chance(0.5, b, 1, columns)
    x = torch.where(stepped & number, (standard(x) * steps / 4).round(), x)
    tailed = dice.chance(0.25, b, 1, 1) & dice.chance(0.4, b, 1, columns)
    bend = dice.uniform(b, 1, columns, low=0.5, high=2.0)
    z = standard(x).clamp(-6, 6)
    tail = torch.where(dice.chance(0.5, b, 1, columns), (bend * z).exp(), (bend * z).sinh())
    x = torch.where(tailed & number, tail, x)
    x = torch.where(chosen[:, None], as_categories(dice, x), x)
    is_category = given | chosen
    if columns > 1:
        near = dice.chance(0.1, b, 1, 1) & (torch.arange(columns, device=x.device) == 0)
        near = near & ~is_category[:, None] & ~is_category[:, None, 1:2]
        copied = x[..., 1:2] + dice.log_uniform_here(0.001, 0.1) * x[..., 1:2].std(
            1, keepdim=True
        ) * dice.normal(b, rows, 1)
        x = torch.where(near, copied, x)
        noise_share = dice.uniform(b, 1, high=0.6) * dice.chance(0.3, b, 1)
        noise = (dice.uniform(b, columns) < noise_share)[:, None]
        x = torch.where(noise, _shuffled(dice, x), x)
    order = dice.permutation(b, columns)
    x = x.gather(2, order[:, None].expand(b, rows, columns))
    return Draft(x, draft.target, is_category.gather(1, order), draft.labels)
