"""Random functions from several numbers to several numbers: what a node of a graph does with its parents.

Each takes (b, row, input) of spread about 1 and gives (b, row, output); every table has its own weights. Shares as
in the recipe: linear .25, small networks .25, oblivious trees .2, smooth (random Fourier features) .1, nearest
centre .1, product or maximum .1.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import standard

__all__ = ["FUNCTIONS", "activate", "apply", "oblivious"]

ACTIVATIONS: list[Callable[[Tensor], Tensor]] = [
    lambda x: x,
    torch.tanh,
    torch.relu,
    torch.sin,
    torch.abs,
    torch.square,
    lambda x: (x > 0).float(),
    lambda x: torch.exp(-x.square()),
    torch.nn.functional.softplus,
    lambda x: x.sign() * x.abs().log1p(),
    lambda x: x.sign() * x.abs().sqrt(),
    lambda x: torch.nn.functional.leaky_relu(x, 0.1),
]
ACTIVATION_WEIGHTS = [4, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1]


def activate(x: Tensor, dice: Dice) -> Tensor:
    """One random activation for all."""
    return dice.pick(ACTIVATIONS, ACTIVATION_WEIGHTS)(x)


def _weights(dice: Dice, b: int, inputs: int, outputs: int) -> Tensor:
    """(b, input, output) of which few inputs count much."""
    return dice.normal(b, inputs, outputs) * dice.importance(b, inputs)[..., None].sqrt()


def linear(u: Tensor, outputs: int, dice: Dice) -> Tensor:
    """A weighted sum."""
    return u @ _weights(dice, len(u), u.shape[-1], outputs)


def network(u: Tensor, outputs: int, dice: Dice) -> Tensor:
    """One or two hidden layers of width 2 to 64."""
    for _ in range(dice.pick([1, 2])):
        width = dice.log_integer_here(2, 64)
        gain = dice.log_uniform_here(0.5, 3.0)
        hidden = gain * (u @ _weights(dice, len(u), u.shape[-1], width)) + dice.normal(len(u), 1, width)
        u = standard(activate(hidden, dice))
    return linear(u, outputs, dice)


def oblivious(u: Tensor, outputs: int, dice: Dice, trees: int, depth: int) -> Tensor:
    """A forest whose trees ask the same question on a whole level; questions are columns at observed values."""
    b, rows, inputs = u.shape
    questions = trees * depth
    column = dice.sample(dice.importance(b, inputs), questions)
    asked = u.gather(2, column[:, None].expand(b, rows, questions))
    at = asked.gather(1, dice.integer(b, 1, questions, high=rows))
    place = torch.arange(depth, device=u.device)
    bits = (asked > at).view(b, rows, trees, depth).long()
    leaf = (bits << place).sum(-1) + (torch.arange(trees, device=u.device) << depth)
    values = dice.normal(b, trees << depth, outputs)
    chosen = values.gather(1, leaf.view(b, rows * trees, 1).expand(-1, -1, outputs))
    return chosen.view(b, rows, trees, outputs).sum(2)


def forest(u: Tensor, outputs: int, dice: Dice) -> Tensor:
    """1 to 32 oblivious trees of depth 1 to 6."""
    return oblivious(u, outputs, dice, dice.log_integer_here(1, 32), dice.host.randint(1, 6))


def smooth(u: Tensor, outputs: int, dice: Dice) -> Tensor:
    """A draw from a Gaussian process by 64 random Fourier features; from nearly linear to three waves per spread."""
    frequency = dice.log_uniform(len(u), 1, 1, low=0.3, high=3.0)
    waves = u @ (frequency * _weights(dice, len(u), u.shape[-1], 64)) + 6.2832 * dice.uniform(len(u), 1, 64)
    return waves.cos() @ dice.normal(len(u), 64, outputs) / 8


def nearest(u: Tensor, outputs: int, dice: Dice) -> Tensor:
    """The value of the nearest of 2 to 32 centres: groups."""
    centres = dice.log_integer_here(2, 32)
    b, rows, inputs = u.shape
    at = u.gather(1, dice.integer(b, centres, 1, high=rows).expand(-1, -1, inputs))
    distance = at.square().sum(-1)[:, None] - 2 * u @ at.mT
    which = distance.argmin(-1)
    return dice.normal(b, centres, outputs).gather(1, which[..., None].expand(-1, -1, outputs))


def pair(u: Tensor, outputs: int, dice: Dice) -> Tensor:
    """The product, or the larger, of two weighted sums."""
    one, other = linear(u, outputs, dice), linear(u, outputs, dice)
    return one * other if dice.host.random() < 0.5 else torch.maximum(one, other)


FUNCTIONS: list[tuple[float, Callable[[Tensor, int, Dice], Tensor]]] = [
    (0.25, linear),
    (0.25, network),
    (0.2, forest),
    (0.1, smooth),
    (0.1, nearest),
    (0.1, pair),
]


def apply(u: Tensor, outputs: int, dice: Dice) -> Tensor:
    """One random function for all tables of the chunk, with weights of their own; spread 1."""
    function = dice.pick([f for _, f in FUNCTIONS], [w for w, _ in FUNCTIONS])
    return standard(function(u, outputs, dice))
