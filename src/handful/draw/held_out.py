"""How near drawn pictures come to the true ones: some rows drawn without themselves, beside a copied picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from handful.answer.score import JudgedPictures, Score, no_score, score_pictures
from handful.draw.artist import Artist, Pixels
from handful.draw.asked import meaning
from handful.draw.canvas import canvas
from handful.draw.known import Known, draw_rows, within
from handful.draw.sight import cosines, seen

__all__ = ["judge"]

FEWEST = 4
"""Pictures below which those held out say nothing."""
MOST = 12
"""Pictures that are held out: each is drawn once more."""

Progress = Callable[[float], None]


def judge(
    artist: Artist,
    known: Known,
    groups: NDArray[np.intp] | None = None,
    progress: Progress = lambda share: None,
) -> Score:
    """The score of some pictures, each drawn after those of other groups alone; `known` stands in a fixed order.

    Without groups, pictures that are equal or have equal words are held out together: one would give away the other.
    Beside it: how near one would come by copying, of the others, the picture whose words are most alike.
    """
    units = _alike(known) if groups is None else groups
    if len(known) < FEWEST:
        count = "1 picture is" if len(known) == 1 else f"{len(known)} pictures are"
        return no_score({}, f"{count} known, and it takes {FEWEST}")
    if len(np.unique(units)) < 2:
        same = "have the same words or content" if groups is None else "belong to one group"
        return no_score({}, f"all pictures {same}")
    judged = _spread(units)[:MOST]
    pairs = []
    for done, row in enumerate(judged):
        others = known.take(np.flatnonzero(units != units[row]))
        words, share = known.examples[row].words, within(progress, done, 1, len(judged))
        drawn = draw_rows(artist, others, [words], [known.styles[row]], share)[0].picture
        pairs.append((drawn, _most_alike(words, others)))
    truth = _looks([known.examples[row].picture for row in judged])
    ours, copied = (1 - np.diag(cosines(_looks(pictures), truth)) for pictures in zip(*pairs, strict=True))
    return score_pictures(JudgedPictures(ours, copied, units[judged]))


def _alike(known: Known) -> NDArray[np.intp]:
    """(example,) the same number where a chain of equal words or equal pictures leads from one to the other."""
    units, first = np.arange(len(known)), dict[str | bytes, int]()
    for place, each in enumerate(known.examples):
        for key in (each.words.casefold(), each.picture.tobytes()):
            units[units == units[place]] = units[first.setdefault(key, place)]
    return units


def _spread(units: NDArray[np.intp]) -> list[int]:
    """All places: the first of each unit, then the second of each, and so on."""
    seen_before: Counter[int] = Counter()
    turns = []
    for unit in units.tolist():
        turns.append(seen_before[unit])
        seen_before[unit] += 1
    return sorted(range(len(units)), key=turns.__getitem__)


def _most_alike(words: str, others: Known) -> Pixels:
    """The picture that a careful copier would take: of those whose words mean the same, the first."""
    alike = np.stack([meaning(each.words) for each in others.examples]) @ meaning(words)
    return others.examples[int(np.round(alike, 4).argmax())].picture


def _looks(pictures: Sequence[Pixels]) -> NDArray[np.float32]:
    """(picture, coordinate) what each shows, whatever its size."""
    return np.concatenate([seen(canvas([picture])) for picture in pictures])
