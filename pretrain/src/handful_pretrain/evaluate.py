"""How good a checkpoint is on held-out synthetic tables: `python -m handful_pretrain.evaluate CHECKPOINT`.

The tables come from a seed that training never uses. By size of context: log loss and AUC of category targets, CRPS
of number targets (in spreads of the context), beside the prior's (class shares; the context's own quantiles).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from handful.distribution import LEVELS
from handful_pretrain import checkpoint
from handful_pretrain.loss import Answer, answered, losses
from handful_pretrain.model import Model, context_of, draw_slots
from handful_pretrain.prior import mix
from handful_pretrain.prior.tables import Tables

__all__ = ["Scores", "areas", "heldout", "prior_answer", "scores"]

CONTEXTS = (8, 16, 32, 64, 128, 256)
COLUMNS = (2, 4, 8, 16)
QUERIES = 64
SEED = 7_777_777


def heldout(each: int = 42, contexts: tuple[int, ...] = CONTEXTS, device: str = "cpu") -> Iterator[Tables]:
    """Batches of held-out tables, `each` for every size of context and number of columns."""
    for context in contexts:
        for columns in COLUMNS:
            yield mix.draw(
                SEED + 1000 * context + columns, each, mix.Shape(context, QUERIES, columns), device
            )


def prior_answer(tables: Tables) -> Answer:
    """What one would say without looking at the columns."""
    y = tables.y[:, : tables.context]
    is_number = tables.classes == 0
    most = max(1, int(tables.classes.max()))
    labels = (y.long()[..., None] == torch.arange(most, device=y.device)).float() * ~is_number[:, None, None]
    counts = labels.sum(1, keepdim=True)
    present = (counts > 0).float()
    shares = (counts + present) / (counts + present).sum(-1, keepdim=True).clamp_min(1)
    center = y.mean(1, keepdim=True)[..., None]
    spread = (y[..., None] - center).square().mean(1, keepdim=True).sqrt().clamp_min(1e-6)
    level = torch.as_tensor(LEVELS, dtype=y.dtype, device=y.device)
    quantiles = ((y[..., None] - center) / spread)[..., 0].quantile(level, dim=1).T[:, None]
    queries = tables.y.shape[1] - tables.context
    return Answer(shares.expand(-1, queries, -1), quantiles.expand(-1, queries, -1), center, spread)


def areas(probabilities: Tensor, y: Tensor) -> float:
    """The mean over classes of the area under the curve, one against the rest; NaN where only one class occurs."""
    found = []
    for k in range(probabilities.shape[1]):
        own = y == k
        ours, theirs = int(own.sum()), int((~own).sum())
        if ours and theirs:
            score = probabilities[:, k].double()
            _, place, count = torch.unique(score, return_inverse=True, return_counts=True)
            middle = count.cumsum(0) - (count - 1) / 2
            found.append(float((middle[place][own].sum() - ours * (ours + 1) / 2) / (ours * theirs)))
    return float(np.mean(found)) if found else float("nan")


@dataclass(frozen=True, slots=True)
class Scores:
    """One line for each table."""

    context: NDArray[np.int64]
    classes: NDArray[np.int64]
    loss: NDArray[np.float64]
    area: NDArray[np.float64]

    def summary(self, context: int) -> tuple[float, float, float]:
        """Mean log loss, AUC and CRPS of the tables with this context (0 = all)."""
        here = (self.context == context) | (context == 0)
        category = here & (self.classes > 0)
        area = np.nanmean(self.area[category]) if category.any() else np.nan
        return self._mean(category), float(area), self._mean(here & (self.classes == 0))

    def _mean(self, which: NDArray[np.bool_]) -> float:
        return float(self.loss[which].mean()) if which.any() else float("nan")


@torch.no_grad()
def scores(answers: list[Answer], batches: list[Tables]) -> Scores:
    """Judge the answers to these tables."""
    context, classes, loss, area = [], [], [], []
    for answer, tables in zip(answers, batches, strict=True):
        loss += losses(answer, tables).tolist()
        classes += tables.classes.tolist()
        context += [tables.context] * len(tables)
        for i, k in enumerate(tables.classes.tolist()):
            y = tables.y[i, tables.context :]
            area.append(areas(answer.probabilities[i, :, :k], y) if k else float("nan"))
    return Scores(np.array(context), np.array(classes), np.array(loss), np.array(area))


@torch.no_grad()
def answers(model: Model, batches: list[Tables]) -> list[Answer]:
    """What the model says."""
    found = []
    for tables in batches:
        context = context_of(tables, draw_slots(int(tables.classes.max()), 0))
        queries = context.shown_queries(tables.x[:, tables.context :], torch)
        found.append(answered(model(context, queries), context, queries))
    return found


def lines(named: dict[str, Scores]) -> Iterator[str]:
    """A table for people."""
    yield "context  " + "  ".join(f"{name:>10} {'log loss':>8} {'AUC':>6} {'CRPS':>6}" for name in named)
    contexts = sorted({int(n) for s in named.values() for n in s.context})
    for context in [*contexts, 0]:
        cells = (s.summary(context) for s in named.values())
        row = "  ".join(f"{'':>10} {log:8.4f} {area:6.4f} {crps:6.4f}" for log, area, crps in cells)
        yield f"{context or 'all':>7}  " + row


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="a checkpoint, or the folder of a run")
    parser.add_argument("--each", type=int, default=42, help="tables for each of 24 shapes")
    parser.add_argument("--last", action="store_true", help="the last weights instead of their mean")
    arguments = parser.parse_args()
    path = checkpoint.latest(arguments.checkpoint) or arguments.checkpoint
    model = checkpoint.load_model(path, mean=not arguments.last)
    batches = list(heldout(arguments.each))
    named = {"model": answers(model, batches), "prior": [prior_answer(tables) for tables in batches]}
    print(path.name, checkpoint.read_config(path)[1])
    for line in lines({name: scores(found, batches) for name, found in named.items()}):
        print(line)


if __name__ == "__main__":
    main()
