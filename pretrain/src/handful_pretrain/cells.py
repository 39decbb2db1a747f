"""What the model sees of a cell: how its value stands among the context's, never the value itself.

A number is its soft-clipped z-score and its mid-rank; a category is a random vector for its code and how often the
code occurs; a blank is a flag. All statistics come from the context, so a query changes nothing for other queries.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from handful_pretrain.prior.tables import Tables

__all__ = ["CODES", "FIELDS", "Slots", "Standing", "fields", "standing"]

CODES = 509
"""Random code vectors; a column starts at a place of its own among them. More codes than that are folded."""
STRIDE = 67

FIELDS = 5
"""Numbers of a cell beside its code vector."""


@dataclass(frozen=True, slots=True)
class Slots:
    """The random vectors of one pass: they mean nothing but "the same" and "another"."""

    codes: Tensor
    """(code, code width)"""
    labels: Tensor
    """(class, slot width)"""

    @classmethod
    def draw(
        cls, code_width: int, slot_width: int, classes: int, generator: torch.Generator, device: torch.device
    ) -> Slots:
        """New ones, of length 1."""

        def unit(count: int, width: int) -> Tensor:
            raw = torch.randn(count, width, generator=generator, device=generator.device).to(device)
            return raw / raw.square().sum(-1, keepdim=True).sqrt()

        return cls(unit(CODES, code_width), unit(classes, slot_width))


@dataclass(frozen=True, slots=True)
class Standing:
    """What the context says about each column; (b, 1, column) unless named."""

    mean: Tensor
    spread: Tensor
    ordered: Tensor
    """(b, column, context row) the values in order, blanks last as infinity."""
    given: Tensor
    """(b, column, 1) how many are not blank."""
    counts: Tensor
    """(b, column, code) how often each code occurs."""
    is_category: Tensor


def _code(x: Tensor) -> Tensor:
    start = torch.arange(x.shape[-1], device=x.device) * STRIDE
    return (torch.nan_to_num(x).long() + start) % CODES


def standing(x: Tensor, is_category: Tensor) -> Standing:
    """Of the context's values (b, row, column)."""
    known = ~x.isnan()
    count = known.sum(1, keepdim=True).clamp_min(1)
    filled = torch.nan_to_num(x)
    mean = filled.sum(1, keepdim=True) / count
    centred = torch.where(known, x - mean, 0.0)
    spread = (centred.square().sum(1, keepdim=True) / count).sqrt()
    ordered = torch.where(known, x, torch.inf).mT.contiguous().sort(-1).values
    b, _, columns = x.shape
    counts = torch.zeros(b, columns, CODES, device=x.device)
    counts.scatter_add_(2, _code(x).mT, known.mT.float())
    return Standing(
        mean, spread.clamp_min(1e-6), ordered, known.mT.sum(-1, keepdim=True), counts, is_category[:, None]
    )


def fields(x: Tensor, at: Standing, slots: Slots) -> Tensor:
    """(b, row, column, FIELDS + code width) what is seen of each cell."""
    known = ~x.isnan()
    filled = torch.nan_to_num(x)
    z = (filled - at.mean) / at.spread
    z = 5 * torch.tanh(z / 5)
    column = filled.mT.contiguous()
    below = torch.searchsorted(at.ordered, column)
    upto = torch.minimum(torch.searchsorted(at.ordered, column, right=True), at.given)
    rank = ((below + upto) / at.given.clamp_min(1)).mT - 1
    code = _code(x)
    often = at.counts.gather(2, code.mT).mT.log1p()
    number, category = known & ~at.is_category, known & at.is_category
    numbers = torch.stack(
        [
            torch.where(number, z, 0.0),
            torch.where(number, rank * math.sqrt(3), 0.0),
            (~known).float(),
            at.is_category.expand_as(known).float(),
            torch.where(category, often - 1, 0.0),
        ],
        -1,
    )
    vectors = slots.codes[code] * category[..., None] * math.sqrt(slots.codes.shape[1])
    return torch.cat([numbers, vectors], -1)


def split(tables: Tables) -> tuple[Tensor, Tensor]:
    """The context's rows and the queries' rows."""
    return tables.x[:, : tables.context], tables.x[:, tables.context :]
