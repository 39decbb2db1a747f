"""Ingredient: the models of the statistics book, with an effective dimension that so few rows can carry.

It stands for the small tables of science: linear 35%, additive smooth 20%, clusters 20%, groups with effects of their
own (patients, shops, species) 25%. Ranges: 1 to rows/6 columns that count, signal to noise .2 to 20, categories of
2 to 128 values by Zipf's law with shrunk effects, 2 to 12 clusters.
"""

from __future__ import annotations

import torch
from torch import Tensor

from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import FACES, Draft, standard
from handful_pretrain.prior.trees import correlated

__all__ = ["draw"]


def _active(dice: Dice, b: int, rows: int, columns: int) -> Tensor:
    """(b, column, 1) 1 for the few columns that count."""
    most = max(1, min(columns, rows // 6))
    count = dice.log_integer(b, 1, low=1, high=most)
    return (dice.permutation(b, columns) < count).float()[..., None]


def _noisy(dice: Dice, signal: Tensor) -> Tensor:
    b, rows, faces = signal.shape
    noise = dice.log_uniform(b, 1, 1, low=0.05, high=1.6)
    return standard(signal) + noise * dice.normal(b, rows, faces)


def _linear(dice: Dice, b: int, rows: int, columns: int) -> Draft:
    x = correlated(dice, b, rows, columns)
    weight = dice.normal(b, columns, FACES) * _active(dice, b, rows, columns)
    return Draft(x, _noisy(dice, x @ weight), torch.zeros(b, columns, dtype=torch.bool, device=x.device))


def _additive(dice: Dice, b: int, rows: int, columns: int) -> Draft:
    x = correlated(dice, b, rows, columns)
    frequency = dice.log_uniform(b, 1, columns, low=0.4, high=2.5)
    phase = dice.uniform(b, 1, columns, high=6.2832)
    bent = torch.sin(frequency * x + phase) + dice.uniform(b, 1, columns) * x
    weight = dice.normal(b, columns, FACES) * _active(dice, b, rows, columns)
    return Draft(x, _noisy(dice, bent @ weight), torch.zeros(b, columns, dtype=torch.bool, device=x.device))


def _clusters(dice: Dice, b: int, rows: int, columns: int) -> Draft:
    most = dice.log_integer_here(2, 12)
    share = torch.softmax(dice.normal(b, most) * dice.log_uniform(b, 1, low=0.1, high=1.5), -1)
    cluster = dice.sample(share, rows)
    centre = dice.normal(b, most, columns) * _active(dice, b, rows, columns).mT
    apart = dice.log_uniform(b, 1, 1, low=0.4, high=4.0)
    spread = dice.log_uniform(b, most, columns, low=0.5, high=2.0)
    which = cluster[..., None].expand(b, rows, columns)
    x = apart * centre.gather(1, which) + spread.gather(1, which) * dice.normal(b, rows, columns)
    if dice.host.random() < 0.5:
        x = x @ (torch.eye(columns, device=x.device) + 0.5 * dice.normal(b, columns, columns))
    classes = dice.host.randint(2, most)
    label_of = dice.permutation(b, most) % classes
    value = dice.normal(b, most, FACES).gather(1, cluster[..., None].expand(b, rows, FACES))
    labels = label_of.gather(1, cluster)
    none = torch.zeros(b, columns, dtype=torch.bool, device=x.device)
    return Draft(standard(x), _noisy(dice, value), none, labels)


def _effects(dice: Dice, b: int, rows: int, columns: int) -> Draft:
    x = correlated(dice, b, rows, columns)
    most = min(128, max(2, rows // 2))
    count = dice.log_integer(b, columns, low=2, high=most)
    zipf = dice.uniform(b, columns, 1, high=1.3)
    place = torch.arange(most, device=x.device)
    weight = (place + 1.0).pow(-zipf) * (place < count[..., None])
    codes = dice.sample(weight.view(b * columns, most), rows).view(b, columns, rows).mT
    effect = dice.normal(b, columns, most, FACES)
    which = (codes.mT)[..., None].expand(-1, -1, -1, FACES)
    effects = effect.gather(2, which).transpose(1, 2)
    is_category = dice.chance(0.6, b, columns)
    is_category[:, 0] = True
    weight_of = _active(dice, b, rows, columns)[:, None] * dice.normal(b, 1, columns, 1)
    part = torch.where(is_category[:, None, :, None], effects, x[..., None])
    x = torch.where(is_category[:, None], codes.float(), x)
    return Draft(x, _noisy(dice, (weight_of * part).sum(2)), is_category)


def draw(dice: Dice, b: int, rows: int, columns: int) -> Draft:
    """Tables of this shape."""
    form = dice.pick([_linear, _additive, _clusters, _effects], [35, 20, 20, 25])
    return form(dice, b, rows, columns)
