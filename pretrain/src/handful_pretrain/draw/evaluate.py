"""How good an artist draws: `python -m handful_pretrain.draw.evaluate FOLDER --data DIR [--out FILE.csv]`.

FOLDER holds the weights as `handful get artist` installs them. Every figure stands beside what copying gets; pictures
are of 64 pixels a side. Errors of pixels are not among them: a blurred mean wins those.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from handful.draw.artist import Drawn
from handful.draw.local import LocalArtist
from handful.draw.references import spread
from handful_pretrain.draw import augment
from handful_pretrain.draw.batches import Batches
from handful_pretrain.draw.config import SIZES
from handful_pretrain.draw.data import read
from handful_pretrain.draw.judge import HOUSE, Judge, tensor
from handful_pretrain.draw.sheet import save_rows
from handful_pretrain.draw.sight import Ridge, alone, away, seen, strokes
from handful_pretrain.draw.texts import COLOURS, NUMBERS

__all__ = ["Told", "asks", "captions", "cells", "memorised", "speed", "styles"]

PROBED = 2500
"""Pictures that the probe of words learns from."""
PER_STYLE = 450
"""Pictures of each style for the probe of styles: two thirds to learn from, the rest to try it on."""
CANDIDATES, NEAREST = 300, 10
"""Captions that a drawing is to be told among, and how many may come before it: chance is .033."""
NEAR_HUE = 35.0
"""Degrees by which the commonest hue may be off."""
ACROSS = 20
"""Pictures in a row of a sheet."""
ONE_IN_THREE = 1 / 3
FEW = (1, 3, 5, 20)
"""Examples from which a held-out style is drawn."""


def cells(judge: Judge, count: int, picture: Path | None = None) -> None:
    """Captions known from other styles; `picture`: a PNG of them, the true ones above the drawn ones."""
    measure = "cell: 1 - cosine to the true picture"
    numbers = spread(judge.held("cell"), count)
    true, drawn = judge.sight(numbers), _noted(judge, "held-out cells", judge.again(numbers))
    judge.note(measure, "drawn", away(seen(drawn), true, judge.middle))
    others = [judge.same_caption(number) for number in numbers]
    each = [away(judge.sight(of), true[[i] * len(of)], judge.middle) for i, of in enumerate(others)]
    judge.note(
        measure, "same caption, random other style", [random.Random(i).choice(a) for i, a in enumerate(each)]
    )
    judge.note(measure, "same caption, best other style", [a.min() for a in each])
    near = judge.sight([judge.nearest(number) for number in numbers])
    judge.note(measure, "nearest caption, same style", away(near, true, judge.middle))
    judge.note(measure, "another cell of this list", away(true[::-1], true, judge.middle))
    if picture:
        pairs = zip(judge.all[numbers].split(ACROSS), drawn.split(ACROSS), strict=True)
        save_rows([row for pair in pairs for row in pair], picture)
    judge.note("corners clear where the true ones are", "drawn", _clear(drawn, judge.all[numbers]))
    memorised(judge, "held-out cells, drawn", drawn)
    memorised(judge, "held-out cells, true", judge.all[numbers])


class Told:
    """A probe that saw neither these captions nor the style drawn in, and other captions to tell each from."""

    def __init__(self, judge: Judge, numbers: Sequence[int]) -> None:
        teachers = spread([i for i in judge.learned if judge.entry(i).style != HOUSE], PROBED)
        taught = [judge.entry(i).label for i in teachers]
        self.probe = Ridge(judge.sight(teachers), judge.meaning(taught))
        others = [*numbers, *spread(judge.learned, 2 * CANDIDATES)]
        labels = dict.fromkeys(judge.entry(i).label for i in others)
        self.candidates = list(labels)[: max(CANDIDATES, len(numbers))]
        self.meaning = judge.meaning(self.candidates) - self.probe.level

    def right(
        self, eyes: NDArray[np.float32], labels: Sequence[str], nearest: int = NEAREST
    ) -> NDArray[np.bool_]:
        """Whether each picture's label is among so many that fit it best."""
        wanted = np.array([self.candidates.index(label) for label in labels])
        marks = (self.probe(eyes) - self.probe.level) @ self.meaning.T
        before = (marks > np.take_along_axis(marks, wanted[:, None], 1)).sum(1)
        return np.asarray(before < nearest)


def captions(judge: Judge, count: int) -> None:
    """Captions that no style shows in training, read by a probe that saw neither them nor the style drawn in."""
    held = [i for i in judge.held("caption") if judge.entry(i).style == HOUSE]
    numbers = spread(held, count)
    told, labels = Told(judge, numbers), [judge.entry(i).label for i in numbers]
    drawn = _noted(judge, "held-out captions", judge.again(numbers))
    near = judge.sight([judge.nearest(number) for number in numbers])
    for of, eyes in (("drawn", seen(drawn)), ("true", judge.sight(numbers)), ("nearest caption", near)):
        judge.note(f"held-out captions: R@10 of {len(told.candidates)}", of, told.right(eyes, labels))
    memorised(judge, "held-out captions, drawn", drawn)


def styles(judge: Judge, count: int) -> None:
    """A style that was never learned from, drawn from a few of its pictures: which style does a probe see?"""
    entries = judge.pictures.entries
    names = list(dict.fromkeys(entry.style for entry in entries))
    sides = np.array([names.index(entry.style) for entry in entries])
    usable = np.array([entry.split in ("train", "style") for entry in entries])
    chosen = [spread(np.flatnonzero(usable & (sides == i)).tolist(), PER_STYLE) for i in range(len(names))]
    teachers = [number for of in chosen for place, number in enumerate(of) if place % 3]
    pupils = [number for of in chosen for number in of[::3]]
    probe = Ridge(strokes(judge.all[teachers]), np.eye(len(names))[sides[teachers]])
    measure = f"style as seen by a probe, of {len(names)}"
    told = probe(strokes(judge.all[pupils])).argmax(1) == sides[pupils]
    judge.note(measure, "true, all styles", told)
    held = judge.pictures.of("style")
    judge.note(measure, "true, held out", told[np.isin(pupils, held)])
    known = {entries[i].label for i in judge.learned}
    wanted = spread([i for i in judge.held("style") if entries[i].label in known], count)
    for shown in FEW:
        drawn = _tensor(judge.again(wanted, shown))
        judge.note(
            measure, f"drawn, held out, from {shown}", probe(strokes(drawn)).argmax(1) == sides[wanted]
        )


def asks(judge: Judge, count: int) -> None:
    """Colours and counts that no text of training asks for: a copy gets them by luck alone."""
    single = [i for i in judge.learned if judge.entry(i).style == HOUSE and " " not in judge.entry(i).label]
    coloured = spread([i for i in single if judge.batches.hues[i] is not None], count)
    right, lucky = [], []
    for colour, hue in COLOURS.items():
        fresh = [i for i in coloured if colour not in judge.batches.texts.coloured[judge.entry(i).label]]
        drawn = _tensor(judge.asked([f"{colour} {judge.entry(i).label}" for i in fresh]))
        right += [_near(picture, hue) for picture in drawn]
        lucky += [_near(judge.all[i], hue) for i in fresh]
    judge.note("asked colour is the commonest", "drawn", right)
    judge.note("asked colour is the commonest", "the picture without the colour", lucky)
    whole = spread([i for i in single if alone(judge.all[i]) == 1], 2 * count)
    for number, word in {1: "", **NUMBERS}.items():
        drawn = _tensor(judge.asked([f"{word} {judge.entry(i).label}".strip() for i in whole]))
        judge.note("asked count is seen", f"drawn, {number}", [alone(picture) == number for picture in drawn])


def memorised(judge: Judge, of: str, drawn: Tensor) -> None:
    """Share of pictures three times as near to one training picture as to any that looks different."""
    groups = np.array([judge.entry(i).twin for i in judge.learned])
    ratios = []
    for row in torch.cdist(drawn.flatten(1), judge.all[judge.learned].flatten(1)).numpy():
        first = int(row.argmin())
        ratios.append(row[first] / row[groups != groups[first]].min())
    judge.note("memorised share", of, np.array(ratios) < ONE_IN_THREE)


def speed(judge: Judge) -> None:
    """Seconds a picture, one at a time."""
    number, seconds = judge.pictures.of("cell")[0], []
    for _ in range(4):
        began = time.perf_counter()
        judge.again([number])
        seconds.append(time.perf_counter() - began)
    judge.note("seconds a picture", "all that fill does for a cell", seconds[1:])


def _noted(judge: Judge, of: str, drawn: Sequence[Drawn]) -> Tensor:
    """The pictures, after noting how many would stay blank."""
    judge.note("share left blank as unsure", of, np.array([bool(each.doubt) for each in drawn]))
    return _tensor(drawn)


def _tensor(drawn: Sequence[Drawn]) -> Tensor:
    return tensor(np.stack([each.picture for each in drawn]))


def _near(picture: Tensor, hue: float) -> bool:
    found = augment.main_hue((picture + 1) / 2)
    return found is not None and abs((found - hue + 180) % 360 - 180) <= NEAR_HUE


def _clear(drawn: Tensor, true: Tensor) -> NDArray[np.bool_]:
    """Whether all four corners are clear, for those whose true corners are."""
    last = drawn.shape[-1] - 1
    ours, theirs = ((each[:, 3, ::last, ::last].amax((1, 2)) < -0.8).numpy() for each in (drawn, true))
    return np.asarray(ours[theirs])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, help="CSV file of the figures")
    parser.add_argument("--sheet", type=Path, help="PNG of the held-out cells, true and drawn")
    parser.add_argument("--count", type=int, default=100, help="pictures for each figure")
    parser.add_argument("--tuning", action="store_true", help="on the half that things are chosen on")
    arguments = parser.parse_args()
    pictures, keep = read(arguments.data), arguments.data
    judge = Judge(
        LocalArtist(arguments.folder),
        Batches(pictures, SIZES["small"], keep),
        pictures,
        keep,
        tuning=arguments.tuning,
    )
    cells(judge, arguments.count, arguments.sheet)
    captions(judge, arguments.count)
    styles(judge, arguments.count)
    asks(judge, max(4, arguments.count // 5))
    speed(judge)
    judge.sight.keep()
    if arguments.out:
        with arguments.out.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(asdict(judge.figures[0])))
            writer.writeheader()
            writer.writerows(map(asdict, judge.figures))


if __name__ == "__main__":
    main()
