"""Learn to draw: `python -m handful_pretrain.draw.train --data DIR --out DIR --minutes 75 --size small`.

The same command goes on from the newest checkpoint in OUT until the run has had so many minutes in all (`--now`: so
many at once). The rate falls as a cosine over them. OUT/log.csv has a line a window, OUT/sheet-*.png held-out cells
beside the true pictures.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from handful.draw.references import spread
from handful_pretrain.draw import checkpoint, flow, sharpen
from handful_pretrain.draw.batches import Batch, Batches
from handful_pretrain.draw.checkpoint import Progress
from handful_pretrain.draw.config import SIZES, Config
from handful_pretrain.draw.data import Pictures, read
from handful_pretrain.draw.model import Artist, Style
from handful_pretrain.draw.sharpen import Sharpener
from handful_pretrain.draw.sheet import cells, sheet
from handful_pretrain.log import log_line

__all__ = ["Run", "train"]

WINDOW = 100
"""Steps that one line of the log sums up."""
SAVED, SHEETS = 4.0, 15.0
"""Minutes between checkpoints, and between sheets."""
ON_SHEET, HELD_OUT = 16, 64
"""Held-out cells that are drawn, and whose loss is logged."""
LEVELLED = 20
"""Batches whose references tell what all styles have in common."""
DECAY = 0.01
"""Of weights of more than one dimension, by AdamW."""


class Run:
    """A model on its way: state, and one step."""

    def __init__(
        self, config: Config, pictures: Pictures, device: torch.device | str = "cpu", keep: Path | None = None
    ) -> None:
        torch.manual_seed(config.train.seed)
        self.config = config
        self.device = torch.device(device)
        self.pictures = pictures
        self.batches = Batches(pictures, config, keep)
        self.model = self.network().to(self.device)
        if self.device.type == "cuda":  # convolutions in bfloat16 are made for it
            self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        level(self.model, self.batches)
        self.mean = self.network().to(self.device).requires_grad_(False)
        self.mean.load_state_dict(self.model.state_dict())
        weights = [p for p in self.model.parameters() if p.ndim > 1]
        others = [p for p in self.model.parameters() if p.ndim <= 1]
        groups = [{"params": weights, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=config.train.rate, betas=(0.9, 0.99))
        self.progress = Progress()
        self._coming: Iterator[Batch] | None = None

    def network(self) -> nn.Module:
        """What is trained."""
        return Artist(self.config.model)

    def loss(self, model: nn.Module, batch: Batch, generator: torch.Generator) -> Tensor:
        """How far off a network is on a batch."""
        return flow.loss(cast("Artist", model), batch, generator)

    def sheet(self, batch: Batch, path: Path) -> None:
        """A picture of what the mean weights do on a batch."""
        sheet(cast("Artist", self.mean), batch, path)

    def step(self, share: float) -> float:
        """One update, at this share of the run: its loss."""
        began = time.perf_counter()
        step, train = self.progress.step, self.config.train
        batch = self.next()
        generator = torch.Generator().manual_seed(train.seed * 1_000_003 + step)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            value = self.loss(self.model, batch, generator)
        found = self.learn(value, train.rate * _factor(share, train.last_rate))
        seconds = self.progress.seconds + time.perf_counter() - began
        self.progress = replace(
            self.progress, pictures=self.progress.pictures + len(batch.pictures), seconds=seconds
        )
        return found

    def next(self) -> Batch:
        """The batch of the step that is to be made, on the device; asked for once a step."""
        if self._coming is None:
            workers = max(1, (os.cpu_count() or 1) - 2) if self.device.type == "cuda" else 0
            self._coming = self.batches.coming(self.progress.step, workers)
        return next(self._coming).to(self.device)

    def learn(self, value: Tensor, rate: float) -> float:
        """Go down this loss at this rate, which grows to that in the first steps; the loss as a number."""
        train, step = self.config.train, self.progress.step
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), train.clip)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / train.warmup)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self._average(min(train.average, (step + 1) / (step + 10)))
        self.progress = replace(self.progress, step=step + 1)
        return float(value.detach())

    @torch.no_grad()
    def _average(self, kept: float) -> None:
        for mean, weight in zip(self.mean.parameters(), self.model.parameters(), strict=True):
            mean.lerp_(weight, 1 - kept)

    def save(self, folder: Path) -> Path:
        """Write a checkpoint."""
        return checkpoint.save(folder, self.config, self.model, self.mean, self.optimizer, self.progress)

    def resume(self, folder: Path) -> bool:
        """Go on from the newest checkpoint there, if there is one."""
        newest = checkpoint.latest(folder)
        if newest is not None:
            self.progress = checkpoint.restore(newest, self.model, self.mean, self.optimizer)
            self._coming = None
        return newest is not None

    def cells(self, count: int) -> Batch:
        """So many held-out cells."""
        held = self.pictures.of("cell")
        return cells(self.batches, self.pictures, spread(held, count)).to(self.device)

    @torch.no_grad()
    def held_out(self, batch: Batch) -> float:
        """The mean weights' loss on these pictures, always with the same noise."""
        return float(self.loss(self.mean, batch, torch.Generator().manual_seed(0)))


class Sharpening(Run):
    """A sharpener on its way."""

    def network(self) -> nn.Module:
        return Sharpener(self.config.model)

    def loss(self, model: nn.Module, batch: Batch, generator: torch.Generator) -> Tensor:
        return sharpen.loss(cast("Sharpener", model), batch, generator)

    def sheet(self, batch: Batch, path: Path) -> None:
        sharpen.sheet(cast("Sharpener", self.mean), batch, path)


@torch.no_grad()
def level(model: nn.Module, batches: Batches) -> None:
    """Fit what a network takes for granted of words and styles to those that it will learn from."""
    seen = torch.cat([batches[step].references.flatten(0, 1) for step in range(LEVELLED)])
    for part in model.modules():
        if isinstance(part, Style):
            part.tokens[0].fit(part.told(seen.to(part.anchors.device)))
        if isinstance(part, Artist):
            part.words[0].fit(torch.from_numpy(batches.states.states).float())


def _factor(share: float, last: float) -> float:
    """What is left of the rate."""
    return last + (1 - last) * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def train(run: Run, out: Path, minutes: float, now: float = math.inf) -> Path:
    """Until the run has had so many minutes, `now` of them at once; a checkpoint every few, and one at the end, whose
    path comes back."""
    out.mkdir(parents=True, exist_ok=True)
    run.resume(out)
    held, few = run.cells(HELD_OUT), run.cells(ON_SHEET)
    losses: list[float] = []
    saved = drawn = time.monotonic()
    began, seen = time.monotonic(), run.progress.pictures
    until = min(60 * minutes, run.progress.seconds + 60 * now)
    while run.progress.seconds < until:
        losses.append(run.step(run.progress.seconds / (60 * minutes)))
        if len(losses) == WINDOW:
            speed = (run.progress.pictures - seen) / (time.monotonic() - began)
            log_line(out / "log.csv", _line(run, losses, run.held_out(held), speed))
            losses, began, seen = [], time.monotonic(), run.progress.pictures
        if time.monotonic() - saved > 60 * SAVED:
            run.save(out)
            saved = time.monotonic()
        if time.monotonic() - drawn > 60 * SHEETS or run.progress.step == 5 * WINDOW:
            run.sheet(few, out / f"sheet-{run.progress.step:07d}.png")
            drawn = time.monotonic()
    run.sheet(few, out / f"sheet-{run.progress.step:07d}.png")
    return run.save(out)


def _line(run: Run, losses: list[float], held_out: float, speed: float) -> dict[str, float]:
    return {
        "step": run.progress.step,
        "pictures": run.progress.pictures,
        "seconds": round(run.progress.seconds, 1),
        "loss": round(sum(losses) / len(losses), 5),
        "held_out": round(held_out, 5),
        "pictures_per_second": round(speed, 1),
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="what `draw.data` has made")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--now", type=float, default=math.inf, help="minutes of them at once")
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--threads", type=int, default=0, help="threads on a CPU; 0 = torch's choice")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    newest = checkpoint.latest(arguments.out)
    config = checkpoint.read_config(newest)[0] if newest else SIZES[arguments.size]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    kind = Sharpening if config.size == "sharpener" else Run
    run = kind(config, read(arguments.data), device, arguments.data)
    print(train(run, arguments.out, arguments.minutes, arguments.now))


if __name__ == "__main__":
    main()
