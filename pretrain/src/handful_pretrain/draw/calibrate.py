"""How sure a drawing is: `python -m handful_pretrain.draw.calibrate FOLDER --data DIR`.

Draws the held-out captions that are for choosing, captions that are known, and words that nobody can draw; fits the
logistic curve of `handful.draw.trust` on the signs of each, and writes it into FOLDER/artist.npz. Right is a drawing
whose caption is among the tenth that fits best, of 300, by a probe that saw neither it nor its style (of true pictures
of such captions 69% are); of words that nobody can draw, none.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from handful.draw.local import LocalArtist
from handful.draw.references import spread
from handful.draw.trust import Signs, row
from handful_pretrain.draw.batches import Batches
from handful_pretrain.draw.config import SIZES
from handful_pretrain.draw.data import read
from handful_pretrain.draw.evaluate import Told
from handful_pretrain.draw.export import CARD, KNOWN
from handful_pretrain.draw.judge import HOUSE, Judge

__all__ = ["UNDRAWABLE", "fitted"]

TENTH = 30
"""Captions, of 300."""
KNOWN_CAPTIONS = 60
"""That are drawn beside those held out."""
UNDRAWABLE = (
    *("customer churn rate", "quarterly revenue forecast", "terms and conditions", "payment overdue"),
    *("data migration plan", "the second derivative", "net present value", "regulatory compliance"),
    *("xyzzy", "qwrtp", "blorfin zat", "asdf jkl", "foo bar baz", "lorem ipsum dolor", "zzzzzz", "mxyzptlk"),
    *("because of that", "however", "if and only if", "to whom it may concern", "as soon as possible"),
    *("interest rate swap", "marginal cost", "stakeholder alignment", "sales pipeline", "gross margin"),
    *("synergy", "methodology", "epistemology", "hypothesis", "correlation", "the day before yesterday"),
    *("grammar", "subjunctive", "unemployment", "inflation", "jurisdiction", "amortisation", "deductible"),
)
"""Words of which no picture could be told from another."""


def fitted(signs: list[Signs], right: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(4,) the coefficients of `handful.draw.trust.sure`."""
    from sklearn.linear_model import LogisticRegression

    found = LogisticRegression(C=1.0).fit(np.stack([row(each)[1:] for each in signs]), right)
    return np.concatenate([found.intercept_, found.coef_[0]]).astype(np.float32)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    pictures, artist = read(arguments.data), LocalArtist(arguments.folder)
    judge = Judge(
        artist, Batches(pictures, SIZES["small"], arguments.data), pictures, arguments.data, tuning=True
    )
    held = [i for i in judge.held("caption") if judge.entry(i).style == HOUSE]
    known = [i for i in judge.learned if judge.entry(i).style == HOUSE]
    told = Told(judge, [*held, *(drawn := spread(known, KNOWN_CAPTIONS))])
    labels = [judge.entry(i).label for i in [*held, *drawn]]
    sketches = [artist.sketch(words) for words in [*labels, *UNDRAWABLE]]
    best = np.stack([sketch.looks[sketch.signs.best] for sketch in sketches])
    right = np.concatenate([told.right(best[: len(labels)], labels, TENTH), np.zeros(len(UNDRAWABLE), bool)])
    trust = fitted([sketch.signs for sketch in sketches], right)
    print(f"{len(right)} drawings, {right.mean():.0%} right; coefficients {trust.round(3).tolist()}")
    arrays = dict(np.load(arguments.folder / KNOWN)) | {"trust": trust}
    np.savez_compressed(arguments.folder / KNOWN, allow_pickle=False, **arrays)
    card = json.loads((arguments.folder / CARD).read_text())
    content = (arguments.folder / KNOWN).read_bytes()
    card["sha256"][KNOWN], card["bytes"][KNOWN] = hashlib.sha256(content).hexdigest(), len(content)
    (arguments.folder / CARD).write_text(json.dumps(card, indent=2))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
