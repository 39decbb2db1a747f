"""The target: a number, or classes cut from the target's faces; then imbalance, wrong labels, heavy tails.

Classes: 2 in 55% of tables, 3 to 10 in 35%, 11 to 60 in 10% (fewer where the context is too small); cut by
the order of one face (60%; 20% of those with more than 4) or by the nearest of K centres among all faces;
half the tables are imbalanced (weights of classes lognormal, spread up to 1.5; with two classes the rarer has
LogU(.03, .5)); labels wrong in up to 20% of rows in a quarter of the tables. Numbers: 20% skewed, 10%
rounded, 5% with outliers.
"""

from __future__ import annotations

import torch
from torch import Tensor

from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import FACES, Draft, ranks, standard

__all__ = ["class_counts", "classified", "finish", "numbers", "vary"]

MOST_CLASSES = 60


def class_counts(dice: Dice, b: int, context: int) -> Tensor:
    """(b,) how many classes each table gets: up to 10 with at least one row of context for each, more with two."""
    form = dice.uniform(b)
    few, many = dice.integer(b, high=8) + 3, dice.log_integer(b, low=11, high=MOST_CLASSES)
    many = many.clamp_max(max(2, context // 2))
    return torch.where(form < 0.55, 2, torch.where(form < 0.9, few, many)).clamp_max(max(2, context))


def _weights(dice: Dice, count: Tensor, most: int) -> Tensor:
    """(b, class) shares that sum to one."""
    b = len(count)
    uneven = dice.uniform(b, 1, high=1.5) * dice.chance(0.5, b, 1)
    weight = (uneven * dice.normal(b, most)).exp()
    rare = dice.log_uniform(b, low=0.03, high=0.5)
    weight[:, 0] = torch.where(
        (count == 2) & (uneven[:, 0] > 0), weight[:, 1] * rare / (1 - rare), weight[:, 0]
    )
    weight = weight * (torch.arange(most, device=count.device) < count[:, None])
    return weight / weight.sum(1, keepdim=True)


def classified(dice: Dice, target: Tensor, count: Tensor) -> Tensor:
    """(b, row) class codes, `count` (b,) classes in each table, in random order."""
    b, rows, faces = target.shape
    most = min(MOST_CLASSES, int(count.max()))
    weight = _weights(dice, count, most)
    place = ranks(target[..., 0])
    ordered = (place[..., None] > weight.cumsum(1)[:, None, :-1]).sum(-1)
    at = target.gather(1, dice.integer(b, most, 1, high=rows).expand(-1, -1, faces))
    distance = (target[:, :, None] - at[:, None]).square().sum(-1)
    distance = distance - weight.clamp_min(1e-9).log()[:, None]
    near = distance.masked_fill(
        (torch.arange(most, device=target.device) >= count[:, None])[:, None], torch.inf
    )
    along_one = dice.uniform(b, 1) < torch.where(count[:, None] > 4, 0.2, 0.6)
    codes = torch.where(along_one, ordered, near.argmin(-1))
    codes = torch.minimum(codes, count[:, None] - 1)
    wrong = dice.uniform(b, 1, high=0.2) * dice.chance(0.25, b, 1)
    swapped = codes.gather(1, dice.permutation(b, rows))
    codes = torch.where(dice.uniform(b, rows) < wrong, swapped, codes)
    order = dice.uniform(b, most).masked_fill(torch.arange(most, device=target.device) >= count[:, None], 2.0)
    return order.argsort(1).argsort(1).gather(1, codes)


def numbers(dice: Dice, target: Tensor) -> Tensor:
    """(b, row) numbers as targets are: mostly as they were made."""
    y = standard(target[..., 0])
    b, rows = y.shape
    bend = dice.uniform(b, 1, low=0.3, high=1.3)
    y = torch.where(dice.chance(0.2, b, 1), (bend * y.clamp(-5, 5)).exp(), y)
    steps = dice.log_uniform(b, 1, low=1.0, high=10.0)
    y = torch.where(dice.chance(0.1, b, 1), (y * steps).round() / steps, y)
    wild = dice.chance(0.05, b, 1) & dice.chance(0.03, b, rows)
    return y + torch.where(wild, 5 * dice.normal(b, rows), 0.0)


def vary(dice: Dice, y: Tensor, classes: Tensor, context: int) -> Tensor:
    """y, in whose context at least two values occur.

    Where all of the context is alike, one of its rows and the first row that differs change places; where nothing
    differs at all, y is drawn anew: a coin, or normal numbers.
    """
    b, rows = y.shape
    differs = (y - y[:, :1]).abs() > 1e-6
    coin = torch.where(classes[:, None] > 0, dice.integer(b, rows, high=2).float(), dice.normal(b, rows))
    coin[:, 0], coin[:, 1] = 0.0, 1.0
    y = torch.where(differs.any(1, keepdim=True), y, coin)
    differs = (y - y[:, :1]).abs() > 1e-6
    other = differs.float().argmax(1, keepdim=True)
    alike = ~differs[:, :context].any(1, keepdim=True)
    place = torch.where(alike, dice.integer(b, 1, high=context - 1) + 1, other)
    here, there = y.gather(1, place), y.gather(1, other)
    return y.scatter(1, place, there).scatter(1, other, here)


def finish(dice: Dice, draft: Draft, number: Tensor, context: int) -> tuple[Tensor, Tensor]:
    """(b, row) the target, and (b,) its classes, 0 where `number`."""
    assert draft.target.shape[-1] == FACES
    b = len(draft.x)
    count = class_counts(dice, b, context)
    codes = classified(dice, standard(draft.target), count)
    if draft.labels is not None:
        own = draft.labels.amax(1) + 1
        fits = (own >= 2) & (own <= max(2, context // 2))
        codes = torch.where(fits[:, None], draft.labels, codes)
        count = torch.where(fits, own, count)
    classes = torch.where(number, 0, count)
    y = torch.where(number[:, None], numbers(dice, draft.target), codes.float())
    return y, classes
