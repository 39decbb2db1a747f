"""The filter keeps what can be learnt, and chooses without looking at the queries."""

import torch

from handful_pretrain.prior import learnable, mix
from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import Tables


def planted(noise: float) -> Tables:
    x = Dice(0).normal(20, 120, 3)
    y = x[..., 0] + noise * Dice(1).normal(20, 120)
    return Tables(x, torch.zeros(20, 3, dtype=torch.bool), y, torch.zeros(20, dtype=torch.long), 60)


def test_a_plain_line_counts_as_learnable_and_noise_does_not() -> None:
    assert learnable.explained(Dice(2), planted(0.1), 60).min() > 0.5
    assert learnable.explained(Dice(2), planted(1000.0), 60).median() < mix.LEARNABLE


def test_the_queries_have_no_say() -> None:
    tables = planted(0.5)
    y = (tables.y > 0).float()
    other = y.clone()
    other[:, 60:90] = 0
    two = torch.full((20,), 2)
    found = [
        learnable.explained(Dice(2), Tables(tables.x, tables.is_category, target, two, 60), 90)
        for target in (y, other)
    ]
    assert torch.equal(found[0], found[1])


def test_more_tables_are_learnable_with_the_filter_than_without() -> None:
    shape = mix.Shape(32, 64, 4)
    drawn = mix.draw(0, 64, shape)
    kept = (learnable.explained(Dice(1), drawn, 32) > mix.LEARNABLE).float().mean()
    raw = [mix.drawn_from(name, Dice(0), 16, shape) for name in mix.INGREDIENTS]
    without = torch.cat([learnable.explained(Dice(1), t, 32) for t in raw]) > mix.LEARNABLE
    assert kept > without.float().mean() + 0.05
