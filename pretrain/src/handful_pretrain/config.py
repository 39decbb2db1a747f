"""Every choice of a run, resolved from one dial; saved as JSON inside each checkpoint."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["SIZES", "Config", "ModelConfig", "TableConfig", "TrainConfig"]


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The shape of the model."""

    width: int = 64
    """Of a cell, with so many `layers` and `heads`."""
    layers: int = 2
    heads: int = 2
    readouts: int = 4
    """Columns that sum up a row."""
    row_width: int = 192
    row_layers: int = 5
    row_heads: int = 6
    mlp: int = 3
    thinking: int = 16
    """Learned rows that stand beside the context."""
    decoder_heads: int = 4
    decay: float = 0.95
    """What block i adds counts decay^i."""


@dataclass(frozen=True, slots=True)
class TableConfig:
    """The shapes of the tables, log-uniform between their ends."""

    context: tuple[int, int] = (4, 256)
    columns: tuple[int, int] = (1, 24)
    queries: int = 32
    cells: int = 12_000
    """Cells of a batch; they set how many tables it has."""
    most: int = 32
    """Tables of a batch, at most."""
    pool: int = 4
    """Batches that are drawn at once: a larger draw costs less for each table."""


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How the weights move."""

    muon_rate: float = 3e-3
    adam_rate: float = 2e-3
    warmup: int = 100
    clip: float = 1.0
    average: float = 0.998
    """What the running mean of the weights keeps at each step."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Config:
    """All of it."""

    size: str
    model: ModelConfig = field(default_factory=ModelConfig)
    tables: TableConfig = field(default_factory=TableConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    def to_json(self) -> str:
        """As text."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Config:
        """From what `to_json` gave."""
        raw: dict[str, Any] = json.loads(text)
        tables: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in raw["tables"].items()}
        return cls(
            raw["size"], ModelConfig(**raw["model"]), TableConfig(**tables), TrainConfig(**raw["train"])
        )


SIZES = {
    "tiny": Config(
        "tiny",
        ModelConfig(
            width=32, readouts=2, row_width=64, row_layers=2, row_heads=2, thinking=8, decoder_heads=2
        ),
        TableConfig(context=(8, 64), columns=(1, 8), cells=4_000),
        TrainConfig(average=0.99, warmup=20),
    ),
    "small": Config("small"),
    "base": Config(
        "base",
        ModelConfig(width=96, layers=3, heads=3, row_width=256, row_layers=6, row_heads=8),
        TableConfig(context=(4, 1024), columns=(1, 60), queries=64, cells=250_000, most=64, pool=2),
        TrainConfig(muon_rate=1e-3, adam_rate=1e-3, warmup=500, average=0.999),
    ),
}
