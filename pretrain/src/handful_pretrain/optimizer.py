"""Muon for the hidden matrices, AdamW for everything else, and the running mean of the weights.

Muon (K. Jordan 2024): momentum, then the nearest orthogonal matrix by five Newton-Schulz steps, so that every
direction of a matrix learns at the same speed; scaled so that an entry moves about as far as under AdamW (.2 times the
root of the longer side).
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from handful_pretrain.config import TrainConfig
from handful_pretrain.model import Block, Model

__all__ = ["Muon", "Optimizer", "orthogonal"]


def orthogonal(matrix: Tensor, dtype: torch.dtype = torch.bfloat16) -> Tensor:
    """(..., row, column) nearly the closest matrices whose singular values are all 1."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x: Tensor = matrix.to(dtype)
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    x = x.mT if tall else x
    return x.to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """For matrices, or stacks of them (stack, row, column)."""

    def __init__(
        self, parameters: Iterable[nn.Parameter], rate: float, momentum: float = 0.95, decay: float = 0.01
    ):
        super().__init__(parameters, {"lr": rate, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update; matrices of one shape go through Newton-Schulz together."""
        for group in self.param_groups:
            by_shape: dict[tuple[int, ...], list[nn.Parameter]] = {}
            for p in group["params"]:
                by_shape.setdefault(tuple(p.shape[-2:]), []).append(p)
            for shape, parameters in by_shape.items():
                self._update(parameters, shape, group)

    def _update(
        self, parameters: list[nn.Parameter], shape: tuple[int, ...], group: dict[str, float]
    ) -> None:
        directions = []
        for p in parameters:
            gradient = p.grad if p.grad is not None else torch.zeros_like(p)
            momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
            momentum.lerp_(gradient, 1 - group["momentum"])
            directions.append(gradient.lerp(momentum, group["momentum"]).view(-1, *shape))
        moved = orthogonal(torch.cat(directions)) * (0.2 * max(shape) ** 0.5 * group["lr"])
        for p, move in zip(parameters, moved.split([d.shape[0] for d in directions]), strict=True):
            p.mul_(1 - group["lr"] * group["decay"]).sub_(move.view_as(p))


class Optimizer:
    """Both optimisers, the schedule's rate, and the mean of the weights."""

    def __init__(self, model: Model, config: TrainConfig) -> None:
        hidden = [p for m in model.modules() if isinstance(m, Block) for p in m.parameters() if p.ndim > 1]
        ids = {id(p) for p in hidden}
        rest = [p for p in model.parameters() if id(p) not in ids]
        self.config = config
        self.parameters = hidden + rest
        self.muon = Muon(hidden, config.muon_rate)
        self.adam = torch.optim.AdamW(rest, config.adam_rate, betas=(0.9, 0.98), weight_decay=0.01)
        self.mean = [p.detach().clone() for p in self.parameters]

    def step(self, step: int, factor: float = 1.0) -> float:
        """Move by the gradients and forget them; the gradient's length before it was clipped."""
        factor *= min(1.0, (step + 1) / self.config.warmup)
        length = float(nn.utils.clip_grad_norm_(self.parameters, self.config.clip))
        for optimizer, rate in ((self.muon, self.config.muon_rate), (self.adam, self.config.adam_rate)):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor
            if math.isfinite(length):  # one bad batch must not spoil the weights
                optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        keep = min(self.config.average, (step + 1) / (step + 10))
        torch._foreach_lerp_(self.mean, [p.detach() for p in self.parameters], 1 - keep)
        return length
