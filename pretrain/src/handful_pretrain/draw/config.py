"""Every choice of a run, resolved from one dial; saved as JSON inside each checkpoint."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["SIZES", "Config", "ModelConfig", "TrainConfig"]


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The shape of the model."""

    widths: tuple[int, ...] = (64, 96, 128)
    """Channels at half, a quarter and an eighth of the pixels."""
    blocks: int = 1
    """Of each level on the way down; one more on the way up."""
    heads: int = 4
    condition: int = 192
    """Coordinates of time, words and style together."""
    style_width: int = 96
    style_tokens: int = 8
    """What a few pictures are summed up in."""
    guides: int = 3
    """Pictures of the same thing, or of one near it, by which shapes go: one of the style, the others of any."""


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """How the weights move, and what a batch consists of."""

    rate: float = 1.5e-3
    last_rate: float = 0.05
    """What is left of it at the end."""
    warmup: int = 50
    clip: float = 1.0
    average: float = 0.999
    """What the running mean of the weights keeps at each step."""
    groups: int = 6
    """Of a batch; each has a style of its own, shown by up to `references` pictures."""
    each: int = 6
    """Pictures of a group."""
    references: int = 6
    given: float = 0.1
    """Share of pictures that are among their own guides: what is right already is to be kept."""
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Config:
    """All of it."""

    size: str
    resolution: int = 32
    reference_pixels: int = 32
    """Of a side of a reference picture."""
    model: ModelConfig = field(default_factory=ModelConfig)
    train: TrainConfig = field(default_factory=TrainConfig)

    def to_json(self) -> str:
        """As text."""
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Config:
        """From what `to_json` gave."""
        raw: dict[str, Any] = json.loads(text)
        model = {**raw["model"], "widths": tuple(raw["model"]["widths"])}
        train = TrainConfig(**raw["train"])
        return cls(
            raw["size"], raw["resolution"], raw["reference_pixels"], model=ModelConfig(**model), train=train
        )


SIZES = {
    "tiny": Config(
        "tiny",
        16,
        model=ModelConfig(widths=(16, 32), blocks=1, heads=2, condition=32, style_width=16, style_tokens=2),
        train=TrainConfig(rate=3e-3, warmup=5, average=0.9, groups=2, each=5, references=2),
    ),
    "small": Config("small"),
    "base": Config(
        "base",
        model=ModelConfig(widths=(64, 128, 256), blocks=2, condition=256, style_width=128),
        train=TrainConfig(rate=3e-4, warmup=1000, average=0.9995, groups=32, each=16),
    ),
    "sharpener": Config(
        "sharpener",
        64,
        64,
        model=ModelConfig(widths=(48, 80), blocks=1, condition=96, style_width=64, style_tokens=4),
        train=TrainConfig(rate=2e-3, given=0.4),
    ),
}
