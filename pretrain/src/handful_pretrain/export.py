"""Export: `python -m handful_pretrain.export CHECKPOINT OUT` turns a checkpoint into the folder that handful ships.

OUT gets two graphs without weights (graphs.py), the mean weights once, in float16, for both, and the card. Nothing
is left there whose outputs differ from PyTorch's by more than `TOLERANCE`.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import shutil
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch

from handful.model.card import ANSWER, CARD, ENCODE, FILES, WEIGHTS, Card
from handful.model.heads import Outputs
from handful.model.session import Session
from handful_pretrain import checkpoint
from handful_pretrain.checkpoint import Progress
from handful_pretrain.config import Config
from handful_pretrain.graphs import answer_graph, encode_graph
from handful_pretrain.model import Model, context_of, draw_slots
from handful_pretrain.prior import mix

__all__ = ["TOLERANCE", "Unfaithful", "difference", "export", "write"]

TOLERANCE = 1e-4
"""How far an output may be from PyTorch's."""
SHAPES = ((1, 4, 1, 1), (2, 37, 2, 20), (3, 37, 9, 20), (1, 256, 9, 1), (1, 256, 30, 20), (3, 4, 30, 1))
"""(b, context, column, query) for which outputs are compared."""

LICENCE = "Apache-2.0"
TRAINED_ON = "synthetic tables only, drawn by the prior of handful_pretrain; no real table was seen"
LIMITS = (
    "made for few labelled rows; the recipe says with how many rows and columns it was trained",
    "sees how a value stands among the others of its column, never what it means",
    "its probabilities are calibrated on synthetic tables alone",
)


class Unfaithful(RuntimeError):
    """The graphs do not give what PyTorch gives."""


def export(path: Path, out: Path, name: str = "", figures: dict[str, Any] | None = None) -> float:
    """Write the mean weights of a checkpoint; the largest difference from PyTorch comes back."""
    config, progress = checkpoint.read_config(path)
    return write(checkpoint.load_model(path), config, progress, out, name or config.size, figures or {})


def write(
    model: Model, config: Config, progress: Progress, out: Path, name: str, figures: dict[str, Any]
) -> float:
    """Write a model, aside first; the largest difference comes back.

    Raises Unfaithful, and leaves what was at `out`, where it is more than `TOLERANCE`.
    """
    aside = out.with_name(f".{out.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        uses = _write_graphs(model, aside)
        card = _card(aside, uses, name, config, progress, figures)
        (aside / CARD).write_text(card.to_json(), encoding="utf-8")
        most = difference(model, aside)
        if not most <= TOLERANCE:
            raise Unfaithful(
                f"the outputs differ from PyTorch's by {most:.2g}; {TOLERANCE:g} is the most allowed"
            )
        if out.exists():
            shutil.rmtree(out)
        aside.rename(out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return most


def difference(model: Model, folder: Path) -> float:
    """The largest difference between the outputs of an exported folder and of the model, rounded as the folder is."""
    exported, rounded = Session(folder), _rounded(model)
    found = [_difference(rounded, exported, seed, *shape) for seed, shape in enumerate(SHAPES)]
    return float(np.max(found))  # not Python's max, which loses a NaN


@torch.no_grad()
def _difference(
    model: Model, exported: Session, seed: int, b: int, context: int, columns: int, queries: int
) -> float:
    tables = mix.draw(seed, b, mix.Shape(context, queries, columns))
    given = context_of(tables, draw_slots(int(tables.classes.max()), seed))
    own, asking = given.shown(torch), given.shown_queries(tables.x[:, context:], torch)
    theirs = model(given, asking)
    cache = exported.encode(own.cells.numpy(), own.guesses.numpy(), given.told(torch).numpy())
    ours = exported.answer(cache, asking.cells.numpy(), asking.guesses.numpy(), given.asked(torch).numpy())
    pairs = ((getattr(theirs, part.name).numpy(), getattr(ours, part.name)) for part in fields(Outputs))
    return float(np.max([np.abs(one - other).max() for one, other in pairs]))


def _rounded(model: Model) -> Model:
    rounded = copy.deepcopy(model).float().eval()
    rounded.compute = torch.float32
    with torch.no_grad():
        for p in rounded.parameters():
            p.copy_(p.half().float())
    return rounded


def _write_graphs(model: Model, folder: Path) -> dict[str, list[str]]:
    """Write graphs and weights; the names of the weights that each graph uses come back."""
    from onnx import checker

    graphs = {ENCODE: encode_graph(model), ANSWER: answer_graph(model)}
    weights = {name: array for graph in graphs.values() for name, array in graph.weights.items()}
    with (folder / WEIGHTS).open("wb") as file:
        np.savez(file, allow_pickle=False, **weights)
    for name, graph in graphs.items():
        (folder / name).write_bytes(graph.proto(WEIGHTS).SerializeToString(deterministic=True))
        checker.check_model(str(folder / name))
    return {name: list(graph.weights) for name, graph in graphs.items()}


def _card(
    folder: Path,
    uses: dict[str, list[str]],
    name: str,
    config: Config,
    progress: Progress,
    figures: dict[str, Any],
) -> Card:
    contents = {each: (folder / each).read_bytes() for each in FILES}
    hours = round(progress.seconds / 3600, 2)
    run = {"steps": progress.step, "tables_seen": progress.tables, "hours": hours}
    return Card(
        name=name,
        sizes=asdict(config.model),
        recipe={**json.loads(config.to_json()), **run},
        figures=figures,
        licence=LICENCE,
        trained_on=TRAINED_ON,
        limits=LIMITS,
        uses=uses,
        sha256={each: hashlib.sha256(content).hexdigest() for each, content in contents.items()},
        bytes={each: len(content) for each, content in contents.items()},
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--name", default="", help="name on the card; else the size")
    parser.add_argument("--figures", type=Path, help="JSON file of what was measured, for the card")
    arguments = parser.parse_args()
    figures = json.loads(arguments.figures.read_text()) if arguments.figures else {}
    most = export(arguments.checkpoint, arguments.out, arguments.name, figures)
    size = sum(path.stat().st_size for path in arguments.out.iterdir())
    print(f"{arguments.out}: {size / 1e6:.2f} MB, at most {most:.1e} from PyTorch")


if __name__ == "__main__":
    main()
