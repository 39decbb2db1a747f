"""Ingredient: a block of columns as an encoder of text, images or sounds gives them.

It stands for features that are principal components of an embedding: many columns, falling spread, each telling a
little, the first ones mostly about something else. What is asked and 1 to 6 hidden nuisances go through a random
network; noise and rotation follow. Ranges: spread of component j falls as j^-(0 to 1.2), noise .1 to 2.
"""

from __future__ import annotations

import torch

from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import FACES, Draft, standard

__all__ = ["draw"]


def draw(dice: Dice, b: int, rows: int, columns: int) -> Draft:
    """Tables of this shape."""
    groups = dice.log_integer_here(2, 16)
    nuisances = dice.host.randint(1, 6)
    group = dice.integer(b, rows, high=groups)
    values = dice.normal(b, groups, FACES).gather(1, group[..., None].expand(b, rows, FACES))
    within = dice.log_uniform(b, 1, 1, low=0.1, high=1.0)
    meaning = standard(values + within * dice.normal(b, rows, FACES))
    cause = torch.cat([meaning, dice.log_uniform_here(0.5, 2.0) * dice.normal(b, rows, nuisances)], -1)
    width = max(columns, 16)
    hidden = torch.tanh(cause @ dice.normal(b, cause.shape[-1], width) * dice.log_uniform_here(0.2, 1.0))
    seen = standard(hidden @ dice.normal(b, width, columns))
    decay = torch.arange(1, columns + 1, device=dice.device) ** -dice.uniform(b, 1, 1, high=1.2)
    x = decay * (seen + dice.log_uniform(b, 1, 1, low=0.1, high=2.0) * dice.normal(b, rows, columns))
    labels = group if groups <= 10 or dice.host.random() < 0.3 else None
    none = torch.zeros(b, columns, dtype=torch.bool, device=dice.device)
    return Draft(x, meaning, none, labels)
