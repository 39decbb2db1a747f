"""The in-context model: labelled rows and queries in, the queries' distributions out, in one pass.

A table is a grid of cells (b batch, r row, c column, d width) with one more column, the readout, that sums up its
row. Each block lets the cells of a row look at one another, then the cells of a column, then thinks about each alone.
Down a column everybody looks at the context only: a query's answer does not depend on the other queries, and what
the context is to them (keys and values of each block) can be kept: `encode` once, `answer` as often as wanted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

from handful_pretrain import cells
from handful_pretrain.attention import attend, normed
from handful_pretrain.cells import Slots, Standing
from handful_pretrain.config import ModelConfig
from handful_pretrain.prior.tables import Tables

__all__ = ["Answer", "Context", "Model"]

LEVELS = 99
OFFSETS = (0, 1, 3)
"""A cell also sees its neighbours one and three columns on: that breaks the symmetry between columns."""
FLOOR = 1e-5
"""Mass that is spread evenly over the classes, so that none is impossible."""
START = 0.3
"""How much a block adds at first. With queries and keys equal at first (down the columns, and in the decoder), the
untrained model is a kernel smoother: it looks at what is alike, and learns from there (figures in LOG.md)."""

Cached = tuple[Tensor, Tensor]


@dataclass(frozen=True, slots=True)
class Context:
    """All that `answer` needs to know of a context."""

    standing: Standing
    slots: Slots
    cached: list[Cached]
    """Keys and values of each block's look down the columns, (b * c * head, row, width of a head)."""
    keys: Tensor
    """(b, row, decoder width) the context's rows as the decoder finds them."""
    labels: Tensor
    """(b, row, class) one-hot; all 0 where the target is a number."""
    numbers: Tensor
    """(b, row) z-scored targets, 0 where the target is a category."""
    is_number: Tensor
    center: Tensor
    """(b, 1, 1) with `spread`: how to get from z-scores to numbers."""
    spread: Tensor


@dataclass(frozen=True, slots=True)
class Answer:
    """What may stand in the queries' cells."""

    probabilities: Tensor
    """(b, query, class); of use where the target is a category."""
    quantiles: Tensor
    """(b, query, level) z-scored, never falling; of use where the target is a number."""
    weights: Tensor
    """(b, query, context row) how much each labelled row decided."""
    center: Tensor
    spread: Tensor

    def numbers(self) -> Tensor:
        """The quantiles in the unit of the target."""
        return self.quantiles * self.spread + self.center


class Block(nn.Module):
    """Along the row, down the column, alone."""

    def __init__(self, config: ModelConfig, decay: float) -> None:
        super().__init__()
        d = config.width
        self.heads, self.decay = config.heads, decay
        self.along = nn.Parameter(torch.randn(3, d, d) / math.sqrt(d))
        self.along_out = nn.Parameter(START * torch.randn(d, d) / math.sqrt(d))
        self.down = nn.Parameter(torch.randn(3, d, d) / math.sqrt(d))
        self.down_out = nn.Parameter(START * torch.randn(d, d) / math.sqrt(d))
        self.sharper = nn.Parameter(torch.zeros(config.heads))
        with torch.no_grad():
            self.down[1] = self.down[0]
        self.up = nn.Parameter(torch.randn(config.mlp, d, d) / math.sqrt(d))
        self.back = nn.Parameter(START * torch.randn(config.mlp * d, d) / math.sqrt(config.mlp * d))

    def forward(
        self, x: Tensor, dtype: torch.dtype, known: int, cached: Cached | None
    ) -> tuple[Tensor, Cached]:
        """The cells after this block, and what it keeps of the first `known` rows for later queries."""
        x = torch.add(x, self._along(normed(x, dtype)), alpha=self.decay)
        seen, cached = self._down(normed(x, dtype), known, cached)
        x = torch.add(x, seen, alpha=self.decay)
        hidden = torch.nn.functional.gelu(normed(x, dtype) @ self._side_by_side(self.up, dtype))
        return torch.add(x, hidden @ self.back.to(dtype), alpha=self.decay), cached

    @staticmethod
    def _side_by_side(weight: Tensor, dtype: torch.dtype) -> Tensor:
        return weight.to(dtype).transpose(0, 1).reshape(weight.shape[1], -1)

    def _along(self, x: Tensor) -> Tensor:
        b, r, c, d = x.shape
        h, e = self.heads, d // self.heads
        mixed = (x @ self._side_by_side(self.along, x.dtype)).view(b * r, c, 3, h, e).permute(2, 0, 3, 1, 4)
        query, key, value = (part.reshape(b * r * h, c, e) for part in mixed)
        out = attend(query * e**-0.5, key, value)
        return out.view(b, r, h, c, e).transpose(2, 3).reshape(b, r, c, d) @ self.along_out.to(x.dtype)

    def _down(self, x: Tensor, known: int, cached: Cached | None) -> tuple[Tensor, Cached]:
        b, r, c, d = x.shape
        h, e = self.heads, d // self.heads
        weight = self._side_by_side(self.down, x.dtype)
        mixed = (x @ weight).view(b, r, c, 3, h, e).permute(3, 0, 2, 4, 1, 5)
        query = mixed[0].reshape(b * c * h, r, e)
        if cached is None:
            rows = mixed[1:, :, :, :, :known]
            cached = (rows[0].reshape(b * c * h, known, e), rows[1].reshape(b * c * h, known, e))
        scale = (1 + self.sharper * math.log(cached[0].shape[1] / 64)) * e**-0.5
        query = query * scale.to(x.dtype).repeat(b * c)[:, None, None]
        out = attend(query, *cached)
        out = out.view(b, c, h, r, e).permute(0, 3, 1, 2, 4).reshape(b, r, c, d)
        return out @ self.down_out.to(x.dtype), cached


class Model(nn.Module):
    """See the file."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        d = config.width
        self.compute = torch.float32
        self.cell = nn.Linear(len(OFFSETS) * (cells.FIELDS + config.code_width), d)
        self.label = nn.Linear(config.slot_width, d, bias=False)
        self.number = nn.Linear(2, d)
        self.asked = nn.Parameter(0.5 * torch.randn(2, d))
        self.readout = nn.Parameter(0.5 * torch.randn(d))
        self.thoughts = nn.Parameter(0.5 * torch.randn(config.thinking, d))
        self.blocks = nn.ModuleList(Block(config, config.decay**i) for i in range(config.layers))
        self.find = nn.Linear(d, d, bias=False)
        self.found = nn.Linear(d, d, bias=False)
        self.sharper = nn.Parameter(torch.zeros(config.decoder_heads))
        with torch.no_grad():
            self.found.weight.copy_(self.find.weight)
        self.shift = nn.Linear(d, 1)
        self.widths = nn.Linear(d, LEVELS - 1)
        nn.init.zeros_(self.shift.weight)
        nn.init.zeros_(self.widths.weight)
        nn.init.constant_(self.widths.bias, math.log(math.expm1(4.6 / LEVELS)))

    def forward(self, tables: Tables, slots: Slots) -> Answer:
        """The answers for all queries; as `answer(encode(...))`, in one pass through the blocks."""
        context = tables.context
        partial = self._context(tables, slots)
        x = torch.cat(
            [
                self._thinking(partial),
                self._rows(tables.x[:, :context], partial, self._told(partial)),
                self._rows(tables.x[:, context:], partial, self._asked(partial)),
            ],
            1,
        )
        known = self.config.thinking + context
        for block in self.blocks:
            x, _ = block(x, self.compute, known, None)
        rows = normed(x[:, self.config.thinking :, -1], torch.float32)
        return self._decoded(rows[:, context:], self.found(rows[:, :context]), partial)

    def encode(self, tables: Tables, slots: Slots) -> Context:
        """What later queries need of the first `context` rows; further rows are not looked at."""
        partial = self._context(tables, slots)
        told = self._told(partial)
        x = torch.cat([self._thinking(partial), self._rows(tables.x[:, : tables.context], partial, told)], 1)
        cached = []
        for block in self.blocks:
            x, kept = block(x, self.compute, x.shape[1], None)
            cached.append(kept)
        keys = self.found(normed(x[:, self.config.thinking :, -1], torch.float32))
        return self._with(partial, cached, keys)

    def answer(self, context: Context, x: Tensor) -> Answer:
        """The answers for these rows (b, query, column)."""
        grid = self._rows(x, context, self._asked(context))
        for block, cached in zip(self.blocks, context.cached, strict=True):
            grid, _ = block(grid, self.compute, 0, cached)
        return self._decoded(normed(grid[:, :, -1], torch.float32), context.keys, context)

    def _context(self, tables: Tables, slots: Slots) -> Context:
        y = tables.y[:, : tables.context]
        is_number = tables.classes == 0
        center = y.mean(1, keepdim=True)
        spread = (y - center).square().mean(1, keepdim=True).sqrt().clamp_min(1e-6)
        numbers = torch.where(is_number[:, None], (y - center) / spread, 0.0)
        code = torch.where(is_number[:, None], -1, y).long()
        labels = (code[..., None] == torch.arange(len(slots.labels), device=y.device)).float()
        at = cells.standing(tables.x[:, : tables.context], tables.is_category)
        none = torch.empty(0, device=y.device)
        return Context(at, slots, [], none, labels, numbers, is_number, center[..., None], spread[..., None])

    @staticmethod
    def _with(partial: Context, cached: list[Cached], keys: Tensor) -> Context:
        return Context(
            partial.standing,
            partial.slots,
            cached,
            keys,
            partial.labels,
            partial.numbers,
            partial.is_number,
            partial.center,
            partial.spread,
        )

    def _rows(self, x: Tensor, context: Context, target: Tensor) -> Tensor:
        """(b, r, c + 1, d) the cells of these rows, what is known of their target in each, the readout last."""
        b, rows, columns = x.shape
        seen = cells.fields(x, context.standing, context.slots)
        index = torch.arange(columns, device=x.device)
        grouped = torch.cat([seen[:, :, (index + offset) % columns] for offset in OFFSETS], -1)
        readout = self.readout.expand(b, rows, 1, -1)
        return torch.cat([self.cell(grouped), readout], 2) + target[:, :, None]

    def _thinking(self, context: Context) -> Tensor:
        b, _, columns = context.standing.mean.shape
        return self.thoughts[:, None].expand(b, -1, columns + 1, -1)

    def _told(self, context: Context) -> Tensor:
        """(b, context row, d) the targets."""
        z = context.numbers
        soft = torch.stack([3 * torch.tanh(z / 3), z.sign() * z.abs().log1p()], -1)
        label = self.label(context.labels @ context.slots.labels * math.sqrt(self.config.slot_width))
        return torch.where(context.is_number[:, None, None], self.number(soft), label)

    def _asked(self, context: Context) -> Tensor:
        """(b, 1, d) "a number is asked" or "a category is asked"."""
        return self.asked[context.is_number.long()][:, None]

    def _decoded(self, rows: Tensor, keys: Tensor, context: Context) -> Answer:
        b, queries, d = rows.shape
        h, n = self.config.decoder_heads, keys.shape[1]
        query = self.find(rows).view(b, queries, h, d // h).transpose(1, 2)
        key = keys.view(b, n, h, d // h).transpose(1, 2)
        scale = (1 + self.sharper * math.log(n / 64)) * (d // h) ** -0.5
        weights = torch.softmax(query @ key.mT * scale[:, None, None], -1).mean(1)
        probabilities = weights @ context.labels
        present = (context.labels.sum(1, keepdim=True) > 0).float()
        even = present / present.sum(-1, keepdim=True).clamp_min(1)
        probabilities = (1 - FLOOR) * probabilities + FLOOR * even
        location = weights @ context.numbers[..., None] + self.shift(rows)
        steps = torch.nn.functional.softplus(self.widths(rows)).cumsum(-1)
        middle = LEVELS // 2
        below = steps[..., middle - 1 : middle]
        start = torch.cat([-below, steps - below], -1)
        return Answer(probabilities, location + start, weights, context.center, context.spread)

    def draw_slots(self, classes: int, seed: int) -> Slots:
        """Random vectors for one pass."""
        generator = torch.Generator().manual_seed(seed)
        c = self.config
        device = cast(Tensor, self.readout).device
        return Slots.draw(c.code_width, c.slot_width, max(1, classes), generator, device)
