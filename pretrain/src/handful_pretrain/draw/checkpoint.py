"""A run on disk: one file with weights, their running mean and the optimiser's moments, written aside and renamed."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from handful_pretrain.checkpoint import latest
from handful_pretrain.draw.config import Config
from handful_pretrain.draw.model import Artist
from handful_pretrain.draw.sharpen import Sharpener

__all__ = ["Progress", "latest", "load", "read_config", "restore", "save"]

STATE, ABOUT = "state.pt", "config.json"
KEPT = 2
"""Checkpoints of a run that stay; older ones are removed."""

Network = TypeVar("Network", Artist, Sharpener)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    step: int = 0
    pictures: int = 0
    seconds: float = 0.0


def save(
    folder: Path,
    config: Config,
    model: nn.Module,
    mean: nn.Module,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
) -> Path:
    """The path of the new checkpoint in this folder."""
    final = folder / f"step-{progress.step:07d}"
    aside = folder / f".{final.name}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    state = {"model": model.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state, aside / STATE)
    about = {"config": json.loads(config.to_json()), "progress": asdict(progress)}
    (aside / ABOUT).write_text(json.dumps(about, indent=2))
    shutil.rmtree(final, ignore_errors=True)
    aside.rename(final)
    for old in sorted(folder.glob("step-*"))[:-KEPT]:
        shutil.rmtree(old)
    return final


def read_config(checkpoint: Path) -> tuple[Config, Progress]:
    """What a checkpoint says of itself."""
    about = json.loads((checkpoint / ABOUT).read_text())
    return Config.from_json(json.dumps(about["config"])), Progress(**about["progress"])


def restore(
    checkpoint: Path, model: nn.Module, mean: nn.Module, optimizer: torch.optim.Optimizer
) -> Progress:
    """Put a checkpoint's state into a model, its mean and its optimiser."""
    state = _read(checkpoint)
    model.load_state_dict(state["model"])
    mean.load_state_dict(state["mean"])
    optimizer.load_state_dict(deepcopy(state["optimizer"]))
    return read_config(checkpoint)[1]


def load(checkpoint: Path, network: type[Network]) -> tuple[Network, Config]:
    """The network with its mean weights, ready to draw, and its config."""
    config, _ = read_config(checkpoint)
    model = network(config.model)
    model.load_state_dict(_read(checkpoint)["mean"])
    return model.eval(), config


def _read(checkpoint: Path) -> dict[str, dict[str, Tensor]]:
    state: dict[str, dict[str, Tensor]]
    state = torch.load(checkpoint / STATE, weights_only=True, map_location="cpu")
    return state
