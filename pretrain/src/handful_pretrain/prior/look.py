"""Draw a picture of the prior: `python -m handful_pretrain.prior.look OUT.png` (or without OUT: as text).

One row of panels for each ingredient; each panel is a table, its two most telling columns as axes, the target as
colour. With matplotlib a PNG; without it the same panels as characters.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.mix import INGREDIENTS, Shape, drawn_from
from handful_pretrain.prior.tables import Tables

__all__ = ["panel", "picture"]

SIGNS = "ox+*#%@&=~"


def _axes(tables: Tables, i: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(row, 2) ranks of the two columns that go best with the target, and (row,) the target."""
    x = np.nan_to_num(tables.x[i].double().cpu().numpy())
    y = tables.y[i].double().cpu().numpy()
    place = (x.argsort(0).argsort(0) + 0.5) / len(x)
    if tables.classes[i] > 0:
        means = np.stack([place[y == k].mean(0) for k in np.unique(y)])
        strength = means.std(0)
    else:
        strength = np.abs(np.corrcoef(np.c_[place, y.argsort().argsort()].T)[-1, :-1])
    best = np.argsort(-np.nan_to_num(strength))[:2]
    return place[:, best[[0, -1]]], y


def panel(tables: Tables, i: int, width: int = 32, height: int = 10) -> list[str]:
    """One table as lines of characters."""
    place, y = _axes(tables, i)
    level = y if tables.classes[i] > 0 else y.argsort().argsort() * 5 // len(y)
    canvas = [[" "] * width for _ in range(height)]
    for (a, b), k in zip(place, level, strict=True):
        canvas[int((1 - b) * (height - 1))][int(a * (width - 1))] = SIGNS[int(k) % len(SIGNS)]
    return ["".join(line) for line in canvas]


def picture(seed: int = 0, each: int = 4) -> str:
    """Tables of every ingredient as text."""
    lines = []
    for name in INGREDIENTS:
        tables = drawn_from(name, Dice(seed), each, Shape(200, 56, 6))
        kinds = [f"{int(k)} classes" if k else "number" for k in tables.classes]
        lines += [f"{name}: " + ", ".join(kinds)]
        lines += [" | ".join(row) for row in zip(*(panel(tables, i) for i in range(each)), strict=True)]
    return "\n".join(lines)


def save(path: Path, seed: int = 0, each: int = 6) -> None:
    """The same as a PNG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2 * each, 2 * len(INGREDIENTS)), layout="constrained")
    grid = figure.subplots(len(INGREDIENTS), each)
    for row, name in zip(grid, INGREDIENTS, strict=True):
        tables = drawn_from(name, Dice(seed), each, Shape(200, 56, 6))
        for i, axes in enumerate(row):
            place, y = _axes(tables, i)
            axes.scatter(*place.T, c=y, s=4, cmap="tab20" if tables.classes[i] else "viridis")
            axes.set(xticks=[], yticks=[], title=name if i == 0 else "")
    figure.savefig(path, dpi=100)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", nargs="?", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.out is None:
        print(picture(arguments.seed))
        return
    try:
        save(arguments.out, arguments.seed)
    except ImportError:
        sys.exit("A PNG needs matplotlib: pip install matplotlib; without a file name the picture is text.")


if __name__ == "__main__":
    main()
