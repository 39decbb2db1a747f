"""The in-context model: labelled rows and queries in, the queries' distributions out, in one pass.

Two stages. In the first a table is a grid of cells (b batch, r row, c column, d width) with some more columns, the
readouts, that sum up their row: each block lets the cells of a row look at one another, then the cells of a column,
then thinks about each alone. In the second a row is one vector, made of its readouts, and rows look at rows. Down a
column everybody looks at the context only: a query's answer does not depend on the other queries, and what the
context is to them (keys and values of each block) can be kept: `encode` once, `answer` as often as wanted.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from handful.distribution import LEVELS
from handful.model.cells import CODES
from handful.model.context import (
    CELL,
    CODE_WIDTH,
    GUESSES,
    SLOT_WIDTH,
    TOLD,
    VALUE,
    Context,
    Shown,
    Slots,
    fit_context,
)
from handful.model.heads import Outputs
from handful_pretrain.attention import attend, normed
from handful_pretrain.config import ModelConfig
from handful_pretrain.prior.tables import Tables

__all__ = ["Encoded", "Model", "context_of", "draw_slots"]

OFFSETS = (0, 1, 3)
"""A cell also sees its neighbours one and three columns on: that breaks the symmetry between columns."""
START = 0.3
"""How much a block adds at first. With queries and keys equal at first (down the columns, and in the decoder), the
untrained model is a kernel smoother: it looks at what is alike, and learns from there (figures in LOG.md)."""

Cached = tuple[Tensor, Tensor]


class Encoded(NamedTuple):
    """What queries need of a context."""

    cached: list[Cached]
    """Keys and values of each block's look down the columns, (b * c * head, row, width of a head)."""
    keys: Tensor
    """(b, row, decoder width) the context's rows as the decoder finds them."""


class Block(nn.Module):
    """Along the row (in the first stage), down the column, alone."""

    def __init__(self, width: int, heads: int, mlp: int, decay: float, along: bool) -> None:
        super().__init__()
        d = width
        self.heads, self.decay, self.has_along = heads, decay, along
        if along:
            self.along = nn.Parameter(torch.randn(3, d, d) / math.sqrt(d))
            self.along_out = nn.Parameter(START * torch.randn(d, d) / math.sqrt(d))
        self.down = nn.Parameter(torch.randn(3, d, d) / math.sqrt(d))
        self.down_out = nn.Parameter(START * torch.randn(d, d) / math.sqrt(d))
        self.sharper = nn.Parameter(torch.zeros(heads))
        with torch.no_grad():
            self.down[1] = self.down[0]
        self.up = nn.Parameter(torch.randn(mlp, d, d) / math.sqrt(d))
        self.back = nn.Parameter(START * torch.randn(mlp * d, d) / math.sqrt(mlp * d))

    def forward(
        self, x: Tensor, dtype: torch.dtype, known: int, cached: Cached | None, kept: int | None = None
    ) -> tuple[Tensor, Cached]:
        """The last `kept` columns after this block (all), and what it keeps of the first `known` rows for queries."""
        if self.has_along:
            found = self._along(normed(x, dtype), kept or x.shape[2])
            x = torch.add(x[:, :, -found.shape[2] :], found, alpha=self.decay)
        seen, cached = self._down(normed(x, dtype), known, cached)
        x = torch.add(x, seen, alpha=self.decay)
        hidden = torch.nn.functional.gelu(normed(x, dtype) @ self._side_by_side(self.up, dtype))
        return torch.add(x, hidden @ self.back.to(dtype), alpha=self.decay), cached

    @staticmethod
    def _side_by_side(weight: Tensor, dtype: torch.dtype) -> Tensor:
        return weight.to(dtype).transpose(0, 1).reshape(weight.shape[1], -1)

    def _along(self, x: Tensor, kept: int) -> Tensor:
        """(b, r, kept, d) what the last `kept` cells of each row learn from all of its cells."""
        b, r, c, d = x.shape
        h, e = self.heads, d // self.heads
        query = (x[:, :, c - kept :] @ self.along[0].to(x.dtype)).view(b * r, kept, h, e).transpose(1, 2)
        both = x @ self._side_by_side(self.along[1:], x.dtype)
        key, value = both.view(b * r, c, 2, h, e).permute(2, 0, 3, 1, 4)
        query, key, value = (part.reshape(b * r * h, -1, e) for part in (query, key, value))
        out = attend(query * e**-0.5, key, value)
        return out.view(b, r, h, kept, e).transpose(2, 3).reshape(b, r, kept, d) @ self.along_out.to(x.dtype)

    def _down(self, x: Tensor, known: int, cached: Cached | None) -> tuple[Tensor, Cached]:
        b, r, c, d = x.shape
        h, e = self.heads, d // self.heads
        weight = self._side_by_side(self.down, x.dtype)
        mixed = (x @ weight).view(b, r, c, 3, h, e).permute(3, 0, 2, 4, 1, 5)
        query = mixed[0].reshape(b * c * h, r, e)
        if cached is None:
            rows = mixed[1:, :, :, :, :known]
            cached = (rows[0].reshape(b * c * h, known, e), rows[1].reshape(b * c * h, known, e))
        scale = (1 + self.sharper * _log_length(cached[0])) * e**-0.5
        query = query * scale.to(x.dtype).repeat(b * c)[:, None, None]
        out = attend(query, *cached)
        out = out.view(b, c, h, r, e).permute(0, 3, 1, 2, 4).reshape(b, r, c, d)
        return out @ self.down_out.to(x.dtype), cached


def _log_length(keys: Tensor) -> float:
    return math.log(keys.shape[1] / 64)


class Model(nn.Module):
    """See the file."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        d = config.width
        self.compute = torch.float32
        self.cell = nn.Linear(len(OFFSETS) * CELL, d)
        self.told = nn.Linear(TOLD, d)
        self.asked = nn.Parameter(0.5 * torch.randn(d))
        self.readouts = nn.Parameter(0.5 * torch.randn(config.readouts, d))
        self.guess = nn.Linear(GUESSES * VALUE, config.readouts * d, bias=False)
        self.thoughts = nn.Parameter(0.5 * torch.randn(config.thinking, d))
        self.grid = nn.ModuleList(
            Block(d, config.heads, config.mlp, config.decay**i, along=True) for i in range(config.layers)
        )
        row = config.row_width if config.row_layers else config.readouts * d
        self.rows = nn.ModuleList(
            Block(row, config.row_heads, config.mlp, config.decay**i, along=False)
            for i in range(config.row_layers)
        )
        if config.row_layers:
            self.join = nn.Linear(config.readouts * d, row)
            self.row_told = nn.Linear(TOLD, row)
            self.row_asked = nn.Parameter(0.5 * torch.randn(row))
            self.row_guess = nn.Linear(GUESSES * VALUE, row, bias=False)
        self.find = nn.Linear(row, row, bias=False)
        self.found = nn.Linear(row, row, bias=False)
        self.sharper = nn.Parameter(torch.zeros(config.decoder_heads))
        self.mix = nn.Linear(row, 1 + GUESSES)
        self.sharpness = nn.Linear(row, 1)
        self.shift = nn.Linear(row, 1)
        self.widths = nn.Linear(row, len(LEVELS) - 1)
        with torch.no_grad():
            self.found.weight.copy_(self.find.weight)
        for part in (self.mix, self.sharpness, self.shift, self.widths):
            nn.init.zeros_(part.weight)
        nn.init.zeros_(self.mix.bias)
        nn.init.zeros_(self.sharpness.bias)
        nn.init.constant_(self.widths.bias, math.log(math.expm1(4.6 / len(LEVELS))))

    def forward(self, context: Context, queries: Shown) -> Outputs:
        """The outputs for all queries; as `answer(encode(...))`, in one pass through the blocks."""
        shown, told = context.shown(torch), context.told(torch)
        own = shown.cells.shape[1]
        x = torch.cat(
            [
                self._thinking(shown.cells),
                self._cells(shown.cells, shown.guesses, self.told(told)),
                self._cells(queries.cells, queries.guesses, self._asked(context.asked(torch))),
            ],
            1,
        )
        known = self.config.thinking + own
        for block, kept in zip(self.grid, self._kept, strict=True):
            x, _ = block(x, self.compute, known, None, kept)
        x = self._summed_up(x)
        if self.rows:
            told2 = torch.cat(
                [
                    self._row(shown.guesses, self.row_told(told)),
                    self._row(queries.guesses, self._row_asked(context.asked(torch))),
                ],
                1,
            )
            x = self._joined(x, told2, self.config.thinking)
            for block in self.rows:
                x, _ = block(x, self.compute, known, None)
        rows = normed(x[:, self.config.thinking :, 0], torch.float32)
        return self._decoded(rows[:, own:], self.found(rows[:, :own]))

    def encode(self, cells: Tensor, guesses: Tensor, told: Tensor) -> Encoded:
        """What queries need of labelled rows."""
        thinking = self.config.thinking
        x = torch.cat([self._thinking(cells), self._cells(cells, guesses, self.told(told))], 1)
        cached = []
        for block, kept in zip(self.grid, self._kept, strict=True):
            x, keys_and_values = block(x, self.compute, x.shape[1], None, kept)
            cached.append(keys_and_values)
        x = self._summed_up(x)
        if self.rows:
            x = self._joined(x, self._row(guesses, self.row_told(told)), thinking)
            for block in self.rows:
                x, keys_and_values = block(x, self.compute, x.shape[1], None)
                cached.append(keys_and_values)
        return Encoded(cached, self.found(normed(x[:, thinking:, 0], torch.float32)))

    def answer(self, encoded: Encoded, cells: Tensor, guesses: Tensor, asked: Tensor) -> Outputs:
        """The outputs for these rows."""
        x = self._cells(cells, guesses, self._asked(asked))
        for block, cached, kept in zip(self.grid, encoded.cached, self._kept, strict=False):
            x, _ = block(x, self.compute, 0, cached, kept)
        x = self._summed_up(x)
        if self.rows:
            x = self._joined(x, self._row(guesses, self._row_asked(asked)), 0)
            for block, cached in zip(self.rows, encoded.cached[len(self.grid) :], strict=True):
                x, _ = block(x, self.compute, 0, cached)
        return self._decoded(normed(x[:, :, 0], torch.float32), encoded.keys)

    @property
    def _kept(self) -> list[int | None]:
        """How many columns each block of the grid has to work for: nothing but readouts is read after the last."""
        return [None] * (len(self.grid) - 1) + [self.config.readouts]

    def _cells(self, cells: Tensor, guesses: Tensor, target: Tensor) -> Tensor:
        """(b, r, c + readouts, d) the cells of these rows, what is known of their target in each, readouts last."""
        b, rows, columns, _ = cells.shape
        index = torch.arange(columns, device=cells.device)
        grouped = torch.cat([cells[:, :, (index + offset) % columns] for offset in OFFSETS], -1)
        readouts = self.readouts + self.guess(guesses.flatten(2)).view(b, rows, *self.readouts.shape)
        return torch.cat([self.cell(grouped), readouts], 2) + target[:, :, None]

    def _thinking(self, cells: Tensor) -> Tensor:
        """(b, thought, c + readouts, d)"""
        return self.thoughts[:, None].expand(cells.shape[0], -1, cells.shape[2] + self.config.readouts, -1)

    def _asked(self, asked: Tensor) -> Tensor:
        return torch.add(self.told(asked), self.asked)

    def _row_asked(self, asked: Tensor) -> Tensor:
        return torch.add(self.row_told(asked), self.row_asked)

    def _summed_up(self, x: Tensor) -> Tensor:
        """(b, r, 1, readouts * d) the rows' readouts side by side."""
        return x[:, :, -self.config.readouts :].flatten(2)[:, :, None]

    def _row(self, guesses: Tensor, target: Tensor) -> Tensor:
        """(b, r, row width) what a row is told beside its readouts."""
        return torch.add(self.row_guess(guesses.flatten(2)), target)

    def _joined(self, x: Tensor, told: Tensor, thinking: int) -> Tensor:
        """(b, r, 1, row width) the rows as the second stage starts with them; thoughts are told nothing."""
        told = torch.nn.functional.pad(told, (0, 0, thinking, 0))
        return torch.add(self.join(normed(x, torch.float32)), told[:, :, None])

    def _decoded(self, rows: Tensor, keys: Tensor) -> Outputs:
        b, queries, d = rows.shape
        h, n = self.config.decoder_heads, keys.shape[1]
        query = self.find(rows).view(b, queries, h, d // h).transpose(1, 2)
        key = keys.view(b, n, h, d // h).transpose(1, 2)
        scale = (1 + self.sharper * _log_length(keys)) * (d // h) ** -0.5
        weights = torch.softmax(query @ key.mT * scale[:, None, None], -1).mean(1)
        steps = torch.nn.functional.softplus(self.widths(rows)).cumsum(-1)
        middle = len(LEVELS) // 2
        below = steps[..., middle - 1 : middle]
        offsets = torch.cat([-below, steps - below], -1) + self.shift(rows)
        sharpness = torch.exp(2 * torch.tanh(self.sharpness(rows) / 2))
        return Outputs(weights, torch.softmax(self.mix(rows), -1), sharpness, offsets)


def draw_slots(classes: int, seed: int, device: torch.device | str = "cpu") -> Slots:
    """Random vectors of length 1 for one pass."""
    generator = torch.Generator().manual_seed(seed)

    def unit(count: int, width: int) -> Tensor:
        raw = torch.randn(count, width, generator=generator)
        return (raw / raw.square().sum(-1, keepdim=True).sqrt()).to(device)

    return Slots(unit(CODES, CODE_WIDTH), unit(max(1, classes), SLOT_WIDTH))


def context_of(tables: Tables, slots: Slots) -> Context:
    """The labelled rows of a batch of tables."""
    n = tables.context
    return fit_context(
        tables.x[:, :n], tables.is_category, tables.y[:, :n], tables.classes == 0, slots, torch
    )
