"""Train: `python -m handful_pretrain.train --size small --minutes 60 --out DIR`; the same command goes on from DIR.

Batch number s is a function of the seed and s alone, so a resumed run sees what an uninterrupted one would have seen.
The rate is constant after its warm-up and runs can be chained; `--decay` goes from the newest checkpoint of DIR with
a falling rate and puts the result into DIR/decayed, while DIR itself stays as it is, for the next chain.
After a slimmed checkpoint the rate warms up once more; the log's `rate` shows it, and `slimmed` the step where.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from handful_pretrain import checkpoint
from handful_pretrain.checkpoint import Progress
from handful_pretrain.config import SIZES, Config, TableConfig
from handful_pretrain.log import log_line
from handful_pretrain.loss import answered, losses
from handful_pretrain.model import Model, context_of, draw_slots
from handful_pretrain.optimizer import Optimizer
from handful_pretrain.prior import mix
from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.tables import Tables

__all__ = ["Batches", "Run", "train"]

WINDOW = 50
"""Steps that one line of the log sums up."""
LAST_RATE = 0.05
"""What is left of the rate at the end of a decay."""


@dataclass(slots=True)
class Batches:
    """Batch number s, for any s; neighbours share a draw."""

    config: TableConfig
    seed: int
    device: torch.device
    _pool: int = -1
    _tables: Tables | None = None

    def __getitem__(self, step: int) -> Tables:
        pool, place = divmod(step, self.config.pool)
        shape, each = self._shape(pool)
        if pool != self._pool or self._tables is None:
            self._tables = mix.draw(self._seed(pool), each * self.config.pool, shape, self.device)
            self._pool = pool
        return self._tables.take(slice(place * each, (place + 1) * each))

    def _seed(self, pool: int) -> int:
        return random.Random(f"{self.seed} {pool}").getrandbits(62)

    def _shape(self, pool: int) -> tuple[mix.Shape, int]:
        dice = Dice(self._seed(pool) ^ 1)
        c = self.config
        shape = mix.Shape(dice.log_integer_here(*c.context), c.queries, dice.log_integer_here(*c.columns))
        each = c.cells // ((shape.rows + 16) * (shape.columns + 1))
        return shape, max(1, min(c.most, each))


class Run:
    """A model on its way: state, and one step."""

    def __init__(self, config: Config, device: torch.device | str, compute: torch.dtype) -> None:
        torch.manual_seed(config.train.seed)
        self.config = config
        self.device = torch.device(device)
        self.model = Model(config.model).to(self.device)
        self.model.compute = compute
        self.optimizer = Optimizer(self.model, config.train)
        self.batches = Batches(config.tables, config.train.seed, self.device)
        self.progress = Progress()

    def step(self, factor: float = 1.0) -> dict[str, float]:
        """One update on the next batch: loss of its category tables, of its number tables, length of the gradient."""
        began = time.perf_counter()
        step = self.progress.step
        tables = self.batches[step]
        drawn = time.perf_counter()
        slots = draw_slots(int(tables.classes.max()), step, self.device)
        context = context_of(tables, slots)
        queries = context.shown_queries(tables.x[:, tables.context :], torch)
        prepared = time.perf_counter()
        each = losses(answered(self.model(context, queries), context, queries), tables)
        each.mean().backward()  # type: ignore[no-untyped-call]
        length = self.optimizer.step(step, factor * self.warmth())
        number = tables.classes == 0
        ended = time.perf_counter()
        self.progress = replace(
            self.progress,
            step=step + 1,
            tables=self.progress.tables + len(tables),
            seconds=self.progress.seconds + ended - began,
        )
        return {
            "log_loss": float(each[~number].detach().sum()),
            "crps": float(each[number].detach().sum()),
            "numbers": float(number.sum()),
            "tables": float(len(tables)),
            "gradient": length,
            "drawing": drawn - began,
            "preparing": prepared - drawn,
            "seconds": ended - began,
        }

    def warmth(self) -> float:
        """The share of the rate for the next step of a run whose moments began at zero on its way."""
        since = self.progress.step - self.progress.slimmed
        return min(1.0, (since + 1) / self.config.train.warmup) if self.progress.slimmed else 1.0

    def save(self, folder: Path) -> Path:
        """Write a checkpoint."""
        return checkpoint.save(folder, self.config, self.model, self.optimizer, self.progress)

    def resume(self, folder: Path) -> bool:
        """Go on from the newest checkpoint there, if there is one."""
        newest = checkpoint.latest(folder)
        if newest is not None:
            self.progress = checkpoint.resume(newest, self.model, self.optimizer)
        return newest is not None


def _line(run: Run, window: list[dict[str, float]], rate: float) -> dict[str, float]:
    total = {key: sum(step[key] for step in window) for key in window[0]}
    return {
        "step": run.progress.step,
        "tables": run.progress.tables,
        "hours": round(run.progress.seconds / 3600, 4),
        "log_loss": round(total["log_loss"] / max(1, total["tables"] - total["numbers"]), 4),
        "crps": round(total["crps"] / max(1, total["numbers"]), 4),
        "gradient": round(total["gradient"] / len(window), 3),
        "rate": round(rate, 4),
        "tables_per_second": round(total["tables"] / total["seconds"], 1),
        "drawing": round(total["drawing"] / total["seconds"], 3),
        "preparing": round(total["preparing"] / total["seconds"], 3),
        "slimmed": run.progress.slimmed,
    }


def _windows(run: Run, minutes: float, decay: bool) -> Iterator[dict[str, float]]:
    """A line for each window of steps until the time is over."""
    end = time.monotonic() + 60 * minutes
    window: list[dict[str, float]] = []
    while (left := (end - time.monotonic()) / (60 * minutes)) > 0:
        factor = LAST_RATE + (1 - LAST_RATE) * left if decay else 1.0
        rate = factor * run.warmth()
        window.append(run.step(factor))
        if len(window) == WINDOW:
            yield _line(run, window, rate)
            window = []


def train(run: Run, out: Path, minutes: float, decay: bool = False, every: float = 3.0) -> Path:
    """Train for so many minutes; a checkpoint every so many, and one at the end, whose path comes back."""
    run.resume(out)
    out = out / "decayed" if decay else out
    out.mkdir(parents=True, exist_ok=True)
    saved = time.monotonic()
    for line in _windows(run, minutes, decay):
        log_line(out / "log.csv", line)
        if time.monotonic() - saved > 60 * every:
            run.save(out)
            saved = time.monotonic()
    return run.save(out)


def _overridden(config: Config, changes: list[str]) -> Config:
    """The config with PART.NAME=VALUE put in, as in train.muon_rate=1e-3."""
    for change in changes:
        name, value = change.split("=", 1)
        part, key = name.split(".")
        old = getattr(getattr(config, part), key)
        new = type(old)(value) if not isinstance(old, tuple) else tuple(int(v) for v in value.split(","))
        config = replace(config, **{part: replace(getattr(config, part), **{key: new})})
    return config


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--decay", action="store_true", help="let the rate fall, into OUT/decayed")
    parser.add_argument("--threads", type=int, default=0, help="threads on a CPU; 0 = torch's choice")
    parser.add_argument("--exact", action="store_true", help="products in float32, not bfloat16")
    parser.add_argument("--set", nargs="*", default=[], metavar="PART.NAME=VALUE", help="for experiments")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    newest = checkpoint.latest(arguments.out)
    config = checkpoint.read_config(newest)[0] if newest else SIZES[arguments.size]
    config = _overridden(config, arguments.set)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    run = Run(config, device, torch.float32 if arguments.exact else torch.bfloat16)
    print(train(run, arguments.out, arguments.minutes, arguments.decay))


if __name__ == "__main__":
    main()
