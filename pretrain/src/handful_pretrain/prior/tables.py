"""A batch of synthetic tables of one shape, and what an ingredient hands over before it becomes one."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

__all__ = ["FACES", "Draft", "Tables", "ranks", "standard"]

FACES = 4
"""A draft's target has so many faces; the first is the number, classes may be made of all of them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Columns and a target as an ingredient made them: all numbers, nothing blank yet."""

    x: Tensor
    """(b, row, column)"""
    target: Tensor
    """(b, row, face)"""
    is_category: Tensor
    """(b, column) columns that are codes already."""
    labels: Tensor | None = None
    """(b, row) classes where the ingredient has made them itself."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Tables of one shape; the first `context` rows are labelled, the others are the queries."""

    x: Tensor
    """(b, row, column) float, NaN = blank, codes 0, 1, 2 ... where `is_category`."""
    is_category: Tensor
    """(b, column) bool."""
    y: Tensor
    """(b, row) float: class codes, or numbers."""
    classes: Tensor
    """(b,) how many classes; 0 = the target is a number."""
    context: int

    def __len__(self) -> int:
        return len(self.x)

    def first(self, rows: int) -> Tables:
        """The same tables with fewer rows."""
        return Tables(self.x[:, :rows], self.is_category, self.y[:, :rows], self.classes, self.context)

    def take(self, which: slice | Tensor) -> Tables:
        """Some of the tables."""
        parts = {f.name: getattr(self, f.name)[which] for f in fields(self) if f.name != "context"}
        return Tables(**parts, context=self.context)


def standard(x: Tensor, dim: int = 1) -> Tensor:
    """The same with mean 0 and spread 1 along an axis; constants become 0."""
    x = torch.nan_to_num(x, nan=0.0, posinf=1e6, neginf=-1e6).clamp(-1e6, 1e6)
    centred = x - x.mean(dim, keepdim=True)
    return centred / centred.square().mean(dim, keepdim=True).sqrt().clamp_min(1e-6)


def ranks(x: Tensor, dim: int = 1) -> Tensor:
    """The place of each value along an axis, in (0, 1), ties in their order."""
    return (x.argsort(dim).argsort(dim) + 0.5) / x.shape[dim]
