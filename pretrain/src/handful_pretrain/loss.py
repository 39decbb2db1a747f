"""How wrong the answers are: log loss of classes, CRPS of numbers; a mean over queries for each table."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from handful.distribution import LEVELS
from handful.model.context import Context, Shown
from handful.model.heads import Outputs, probabilities, quantiles
from handful_pretrain.prior.tables import Tables

__all__ = ["Answer", "answered", "losses"]

FARTHEST = 8.0
"""Targets count as no further than so many spreads from the context's mean: one outlier must not steer a step."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What may stand in the queries' cells."""

    probabilities: Tensor
    """(b, query, class); of use where the target is a category."""
    quantiles: Tensor
    """(b, query, level) z-scores; of use where the target is a number."""
    center: Tensor
    """(b, 1, 1) with `spread`: how to get from z-scores to numbers."""
    spread: Tensor


def answered(outputs: Outputs, context: Context, queries: Shown) -> Answer:
    """The model's outputs as answers."""
    return Answer(
        probabilities(outputs, context, queries.guessed, torch),
        quantiles(outputs, context, queries.guessed),
        context.center,
        context.spread,
    )


def losses(answer: Answer, tables: Tables) -> Tensor:
    """(b,) each table's log loss, over the queries whose class the context has, or CRPS in spreads of the context."""
    y = tables.y[:, tables.context :]
    return torch.where(tables.classes > 0, _log_loss(answer, tables, y), _crps(answer, y))


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
