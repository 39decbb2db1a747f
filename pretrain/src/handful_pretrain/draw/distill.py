"""Fewer steps: `python -m handful_pretrain.draw.distill CHECKPOINT --data DIR --out DIR --minutes 20 --steps 4`.

A pupil learns to take one step where its teacher takes two (Salimans and Ho 2022), and the first teacher is guided
(Meng et al. 2023), so that the pupil needs neither guidance nor many steps: 16 guided steps are 32 passes, 4 are 4.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import torch
from torch import Tensor

from handful_pretrain.draw import checkpoint, flow
from handful_pretrain.draw.batches import Batch
from handful_pretrain.draw.data import read
from handful_pretrain.draw.model import Artist
from handful_pretrain.draw.train import Run

__all__ = ["distill", "lesson"]

RATE = 0.1
"""Of the rate of training, at the beginning of each halving; it falls to none."""
WINDOW = 100


def distill(
    run: Run, out: Path, minutes: float, *, begin: int = 16, end: int = 4, guidance: float = 2.0
) -> Path:
    """Halve the steps from `begin` to `end`; every halving has its share of the minutes. The checkpoint comes back."""
    teacher, steps = copy.deepcopy(run.mean).eval(), begin
    halvings = max(1, (begin // end).bit_length() - 1)
    while steps > end:
        steps //= 2
        run.model.load_state_dict(teacher.state_dict())
        run.mean.load_state_dict(teacher.state_dict())
        _halve(run, teacher, steps, guidance if 2 * steps == begin else 1.0, 60 * minutes / halvings)
        teacher = copy.deepcopy(run.mean).eval()
    return run.save(out)


def _halve(run: Run, teacher: Artist, steps: int, guidance: float, seconds: float) -> None:
    run.optimizer.state.clear()
    began, losses = time.monotonic(), []
    while (share := (time.monotonic() - began) / seconds) < 1:
        number = run.progress.step
        generator = torch.Generator().manual_seed(number)
        value = lesson(run.model, teacher, run.next(), steps, guidance, generator)
        losses.append(run.learn(value, RATE * run.config.train.rate * (1 - share)))
        if len(losses) == WINDOW:
            print(f"steps {steps}  share {share:.2f}  loss {sum(losses) / WINDOW:.5f}", flush=True)
            losses = []


def lesson(
    pupil: Artist, teacher: Artist, batch: Batch, steps: int, guidance: float, generator: torch.Generator
) -> Tensor:
    """Mean squared error of the pupil's step from what two of the teacher's steps come to."""
    pictures, noise = batch.pictures, flow.noise_for(batch, generator)
    time_ = (torch.randint(steps, (len(pictures),), generator=generator) / steps).to(pictures.device)
    share = time_[:, None, None, None]
    x = (1 - share) * noise + share * pictures
    half = 0.5 / steps
    with torch.no_grad():
        style = flow.style_of(teacher, batch)
        first = flow.direction(teacher, x, time_, batch, style, guidance)
        second = flow.direction(teacher, x + half * first, time_ + half, batch, style, guidance)
    said = flow.direction(pupil, x, time_, batch, flow.style_of(pupil, batch))
    error: Tensor = said.float() - (first + second) / 2
    return error.square().mean()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--steps", type=int, default=4, help="1, 2, 4 or 8")
    parser.add_argument("--guidance", type=float, default=2.0)
    parser.add_argument("--threads", type=int, default=0, help="threads on a CPU; 0 = torch's choice")
    arguments = parser.parse_args()
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    config, _ = checkpoint.read_config(arguments.checkpoint)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    run = Run(config, read(arguments.data), device, arguments.data)
    run.resume(arguments.checkpoint.parent)
    print(distill(run, arguments.out, arguments.minutes, end=arguments.steps, guidance=arguments.guidance))


if __name__ == "__main__":
    main()
