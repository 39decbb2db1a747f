"""How wrong the answers are: log loss of classes, CRPS of numbers; a mean over queries for each table."""

from __future__ import annotations

import torch
from torch import Tensor

from handful.distribution import LEVELS
from handful_pretrain.model import Answer
from handful_pretrain.prior.tables import Tables

__all__ = ["loss", "losses"]

FARTHEST = 8.0
"""Targets count as no further than so many spreads from the context's mean: one outlier must not steer a step."""


def losses(answer: Answer, tables: Tables) -> Tensor:
    """(b,) each table's log loss, over the queries whose class the context has, or CRPS in spreads of the context."""
    y = tables.y[:, tables.context :]
    return torch.where(tables.classes > 0, _log_loss(answer, tables, y), _crps(answer, y))


def loss(answer: Answer, tables: Tables) -> Tensor:
    """The mean over tables."""
    return losses(answer, tables).mean()


def _log_loss(answer: Answer, tables: Tables, y: Tensor) -> Tensor:
    code = torch.where(tables.classes[:, None] > 0, y, 0).long()
    chosen = answer.probabilities.gather(2, code[..., None])[..., 0]
    context = tables.y[:, : tables.context]
    known = (context[:, None] == y[..., None]).any(-1).float()
    surprise = -chosen.clamp_min(1e-7).log() * known
    return surprise.sum(1) / known.sum(1).clamp_min(1)


def _crps(answer: Answer, y: Tensor) -> Tensor:
    z = ((y[..., None] - answer.center) / answer.spread).clamp(-FARTHEST, FARTHEST)
    above = z - answer.quantiles
    level = torch.as_tensor(LEVELS, dtype=above.dtype, device=above.device)
    return 2 * torch.maximum(level * above, (level - 1) * above).mean((1, 2))
