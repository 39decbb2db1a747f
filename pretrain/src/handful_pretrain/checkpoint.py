"""A checkpoint is a folder: config.json, and the state in parts of less than 10 MiB, written aside and renamed.

It takes about 4.1 bytes a weight, so that one can be tracked: weights in float16, the optimiser's moments and the
distance of the mean weights from the weights in a byte with a scale for each tensor. These three are averages of noise
far larger than the rounding (LOG.md has the figures). So that going on after a checkpoint is the same as resuming from
it, `save` rounds the running state in the same way.

`python -m handful_pretrain.checkpoint FOLDER` slims the newest one there to its mean weights, in a byte each. A run
that goes on from it begins its moments at zero and warms its rate up again.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, dtype

from handful_pretrain.config import Config
from handful_pretrain.model import Model
from handful_pretrain.optimizer import Optimizer

__all__ = ["Progress", "latest", "load_model", "resume", "save", "slim"]

PART = 9 * 2**20
"""Bytes of a part: a tracked file has less than 10 MiB."""
KEPT = 2
"""Checkpoints of a run that stay; older ones are removed."""
TYPES = {
    "weight": torch.float16,
    "mean": torch.float8_e4m3fn,
    "momentum": torch.float8_e4m3fn,
    "exp_avg": torch.float8_e4m3fn,
    "exp_avg_sq": torch.float8_e5m2,
    "step": torch.float32,
}
"""What each entry is kept as. Squares span too many powers of two for e4m3, and one rounded to 0 makes a large step."""

Kept = tuple[Tensor, float | Tensor]
"""Rounded values, and what to multiply them by."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    step: int = 0
    tables: int = 0
    seconds: float = 0.0
    slimmed: int = 0
    """The step from which the optimiser's moments have gathered: where a checkpoint was slimmed, else 0."""


def save(folder: Path, config: Config, model: Model, optimizer: Optimizer, progress: Progress) -> Path:
    """The path of the new checkpoint in this folder."""
    state = _state(model, optimizer)
    _restore(state, model, optimizer)
    final = folder / f"step-{progress.step:07d}"
    _write(final, config, progress, state)
    for old in sorted(folder.glob("step-*"))[:-KEPT]:
        shutil.rmtree(old)
    return final


def slim(checkpoint: Path) -> None:
    """Leave of a checkpoint its mean weights alone, with a byte for each entry of a matrix."""
    config, progress = read_config(checkpoint)
    weights = load_model(checkpoint).named_parameters()
    state = {f"weight/{name}": _rounded_rows(weight.detach()) for name, weight in weights}
    _write(checkpoint, config, replace(progress, slimmed=progress.step), state)


def _write(final: Path, config: Config, progress: Progress, state: dict[str, Kept]) -> None:
    aside = final.with_name(f".{final.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for number, part in enumerate(_parts(state)):
        torch.save(part, aside / f"part-{number}.pt")
    about = {"config": json.loads(config.to_json()), "progress": asdict(progress)}
    (aside / "config.json").write_text(json.dumps(about, indent=2))
    if final.exists():
        shutil.rmtree(final)
    aside.rename(final)


def latest(folder: Path) -> Path | None:
    """The newest checkpoint in a folder."""
    return max(folder.glob("step-*"), default=None)


def read_config(checkpoint: Path) -> tuple[Config, Progress]:
    """What a checkpoint says of itself."""
    about = json.loads((checkpoint / "config.json").read_text())
    return Config.from_json(json.dumps(about["config"])), Progress(**about["progress"])


def resume(checkpoint: Path, model: Model, optimizer: Optimizer) -> Progress:
    """Put a checkpoint's state into a model and its optimiser."""
    _restore(_read(checkpoint), model, optimizer)
    return read_config(checkpoint)[1]


def load_model(checkpoint: Path, mean: bool = True) -> Model:
    """The model with its mean weights (or the last ones), ready to answer."""
    config, _ = read_config(checkpoint)
    model = Model(config.model)
    optimizer = Optimizer(model, config.train)
    resume(checkpoint, model, optimizer)
    if mean:
        with torch.no_grad():
            for p, average in zip(optimizer.parameters, optimizer.mean, strict=True):
                p.copy_(average)
    return model.eval()


def _state(model: Model, optimizer: Optimizer) -> dict[str, Kept]:
    names = {id(p): name for name, p in model.named_parameters()}
    state = {f"weight/{name}": p.detach() for name, p in model.named_parameters()}
    for p, average in zip(optimizer.parameters, optimizer.mean, strict=True):
        state[f"mean/{names[id(p)]}"] = average - p.detach()
    for kind in (optimizer.muon, optimizer.adam):
        for owner, entries in kind.state.items():
            state.update({f"{entry}/{names[id(owner)]}": value for entry, value in entries.items()})
    return {key: _rounded(value.cpu(), TYPES[key.split("/")[0]]) for key, value in state.items()}


def _rounded(value: Tensor, kind: dtype) -> Kept:
    """The values as this type holds them; bytes use the type's whole range."""
    if kind.itemsize > 1:
        return value.to(kind, copy=True), 1.0
    scale = float(value.abs().max()) / (torch.finfo(kind).max / 2) or 1.0
    return (value / scale).to(kind), scale


def _rounded_rows(weight: Tensor) -> Kept:
    """Whole numbers up to 127 with a scale for each row of a matrix: .8% off in norm, as far as three steps move it."""
    if weight.ndim < 2:
        return _rounded(weight, TYPES["weight"])
    scale = weight.abs().amax(-1, keepdim=True).clamp_min(1e-12) / 127
    return (weight / scale).round().to(torch.int8), scale


def _exact(kept: Kept) -> Tensor:
    value, scale = kept
    return value.float() * scale


@torch.no_grad()
def _restore(kept: dict[str, Kept], model: Model, optimizer: Optimizer) -> None:
    state = {key: _exact(value) for key, value in kept.items()}
    by_name = dict(model.named_parameters())
    names = {id(p): name for name, p in by_name.items()}
    for name, parameter in by_name.items():
        parameter.copy_(state[f"weight/{name}"])
    for p, average in zip(optimizer.parameters, optimizer.mean, strict=True):
        distance = state.get(f"mean/{names[id(p)]}", torch.zeros(()))  # none where slimmed
        average.copy_(p + distance.to(p.device))
    owner: dict[str, Any] = {}
    for kind in (optimizer.muon, optimizer.adam):
        for group in kind.param_groups:
            owner.update({names[id(p)]: kind.state for p in group["params"]})
    for key, value in state.items():
        entry, name = key.split("/", 1)
        if entry not in ("weight", "mean"):
            parameter = by_name[name]
            owner[name][parameter][entry] = value if entry == "step" else value.to(parameter.device)


def _parts(state: dict[str, Kept]) -> list[dict[str, Kept]]:
    parts: list[dict[str, Kept]] = [{}]
    size = 0
    for key, (value, scale) in state.items():
        bytes_ = value.nbytes + (scale.nbytes if isinstance(scale, Tensor) else 0)
        if size + bytes_ > PART:
            parts.append({})
            size = 0
        parts[-1][key] = value, scale
        size += bytes_
    return parts


def _read(checkpoint: Path) -> dict[str, Kept]:
    state: dict[str, Kept] = {}
    for part in sorted(checkpoint.glob("part-*.pt")):
        state.update(torch.load(part, weights_only=True, map_location="cpu"))
    return state


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Leave of a checkpoint its mean weights alone, a byte each.")
    parser.add_argument("checkpoint", type=Path, help="a checkpoint, or the folder of a run")
    path = parser.parse_args().checkpoint
    slim(latest(path) or path)


if __name__ == "__main__":
    main()
