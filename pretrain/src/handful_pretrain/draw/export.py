"""A checkpoint as ONNX graphs: `python -m handful_pretrain.draw.export CHECKPOINT OUT --data DIR`.

OUT/draw.onnx gives the direction for one step, OUT/style.onnx the style tokens of a few pictures, OUT/styles.npz the
tokens of the sets that were learned from and those that stand for no style, OUT/card.json what it all is. Weights are
int8 with a scale for each output channel; the rest of the arithmetic is float32.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import warnings
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from handful_pretrain.draw import checkpoint
from handful_pretrain.draw.augment import smaller
from handful_pretrain.draw.batches import REFERENCE_PIXELS
from handful_pretrain.draw.checkpoint import Progress
from handful_pretrain.draw.config import Config
from handful_pretrain.draw.data import Pictures, read
from handful_pretrain.draw.model import CHANNELS, Artist
from handful_pretrain.draw.packages import SETS
from handful_pretrain.draw.sheet import spread
from handful_pretrain.draw.texts import TOKENS, WIDTH

__all__ = ["DRAW", "STYLE", "STYLES", "TOLERANCE", "Unfaithful", "difference", "export", "rounded", "write"]

DRAW, STYLE, STYLES, CARD = "draw.onnx", "style.onnx", "styles.npz", "card.json"
TOLERANCE = 1e-4
"""How far an output may be from that of PyTorch with the same rounded weights."""
OPSET = 17
LEAST = 1024
"""Weights of fewer numbers stay float32."""
SHOWN = 20
"""Pictures of a set that its style tokens are made from."""
NO_STYLE = "none"
"""The name of the tokens that stand for no style."""
INPUTS = ("pictures", "time", "words", "real", "style")

Array = NDArray[Any]


class Unfaithful(RuntimeError):
    """The graphs do not give what PyTorch gives."""


def export(path: Path, out: Path, pictures: Pictures) -> float:
    """Write the mean weights of a checkpoint; the largest difference from PyTorch comes back."""
    model, config = checkpoint.load(path)
    return write(model, config, checkpoint.read_config(path)[1], out, pictures)


def write(model: Artist, config: Config, progress: Progress, out: Path, pictures: Pictures) -> float:
    """Write a model, aside first; the largest difference comes back.

    Raises Unfaithful, and leaves what was at `out`, where it is more than `TOLERANCE`.
    """
    model = rounded(model)
    aside = out.with_name(f".{out.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        (aside / DRAW).write_bytes(_packed(_draw_graph(model, config.resolution)))
        (aside / STYLE).write_bytes(_packed(_style_graph(model)))
        np.savez(aside / STYLES, allow_pickle=False, **_styles(model, pictures))
        (aside / CARD).write_text(json.dumps(_card(aside, config, progress), indent=2))
        most = difference(model, config.resolution, aside)
        if not most <= TOLERANCE:
            raise Unfaithful(
                f"the outputs differ from PyTorch's by {most:.2g}; {TOLERANCE:g} is the most allowed"
            )
        shutil.rmtree(out, ignore_errors=True)
        aside.rename(out)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return most


@torch.no_grad()
def rounded(model: Artist) -> Artist:
    """The model with its weights as int8 holds them."""
    found = Artist(model.config)
    found.load_state_dict(model.state_dict())
    for weight in found.parameters():
        if _is_packed(tuple(weight.shape)):
            whole, scale = _bytes(weight.numpy())
            weight.copy_(torch.from_numpy(whole.astype(np.float32) * _along(scale, whole.ndim)))
    return found.eval()


@torch.no_grad()
def difference(model: Artist, resolution: int, folder: Path) -> float:
    """The largest difference between what the graphs in a folder and a model give, for several numbers of pictures."""
    import onnxruntime

    sessions = [
        onnxruntime.InferenceSession((folder / name).read_bytes(), providers=["CPUExecutionProvider"])
        for name in (STYLE, DRAW)
    ]
    found = []
    for count, shown in ((1, 1), (2, 5)):
        pictures, mask = _few(count, shown)
        style = model.style(pictures, mask)
        ours = sessions[0].run(None, {"pictures": pictures.numpy(), "shown": mask.numpy()})[0]
        found.append(np.abs(ours - style.numpy()).max())
        given = _given(count, resolution, style)
        drawn = sessions[1].run(None, {name: each.numpy() for name, each in zip(INPUTS, given, strict=True)})[
            0
        ]
        found.append(np.abs(drawn - model(*given).numpy()).max())
    return float(np.max(found))


def _given(count: int, resolution: int, style: Tensor) -> tuple[Tensor, ...]:
    dice = torch.Generator().manual_seed(count)
    pictures = torch.randn(count, CHANNELS, resolution, resolution, generator=dice)
    words = torch.randn(count, TOKENS, WIDTH, generator=dice)
    real = torch.arange(TOKENS)[None] < 5 * torch.arange(count)[:, None]
    return pictures, torch.rand(count, generator=dice), words, real, style


def _few(count: int, shown: int) -> tuple[Tensor, Tensor]:
    dice = torch.Generator().manual_seed(shown)
    pictures = torch.rand(count, shown, CHANNELS, REFERENCE_PIXELS, REFERENCE_PIXELS, generator=dice) * 2 - 1
    return pictures, torch.arange(shown).repeat(count, 1) < max(1, shown - 1)


def _draw_graph(model: Artist, resolution: int) -> bytes:
    with torch.no_grad():
        style = model.style(*_few(2, 5))
    return _exported(
        model, _given(2, resolution, style), INPUTS, "direction", {name: {0: "b"} for name in INPUTS}
    )


def _style_graph(model: Artist) -> bytes:
    axes = {name: {0: "g", 1: "k"} for name in ("pictures", "shown")}
    return _exported(model.style, _few(2, 5), ("pictures", "shown"), "style", axes)


def _exported(
    part: nn.Module,
    given: tuple[Tensor, ...],
    names: tuple[str, ...],
    result: str,
    axes: dict[str, dict[int, str]],
) -> bytes:
    """The graph by the exporter that traces: the newer one needs a package more, and writes the same operators."""
    with warnings.catch_warnings(), TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")  # of checks of shapes inside PyTorch, and of the exporter's age
        torch.onnx.export(
            part.eval(),
            given,
            Path(folder) / DRAW,
            input_names=list(names),
            output_names=[result],
            dynamic_axes={**axes, result: {0: "b"}},
            opset_version=OPSET,
            dynamo=False,
        )
        return (Path(folder) / DRAW).read_bytes()


def _packed(content: bytes) -> bytes:
    """The graph with its weights as bytes, which onnxruntime makes numbers of once, when it loads them."""
    import onnx
    from onnx import helper, numpy_helper

    graph = onnx.load_from_string(content)
    nodes, kept = [], []
    turned = {node.input[1] for node in graph.graph.node if node.op_type == "MatMul"}
    for initializer in graph.graph.initializer:
        weight, name = numpy_helper.to_array(initializer), initializer.name
        if not _is_packed(weight.shape):
            kept.append(initializer)
            continue
        axis = 1 if name in turned else 0  # of output channels: such a product's matrix is written transposed
        whole, scale = _bytes(np.moveaxis(weight, axis, 0))
        parts = {"bytes": whole, "scale": _along(scale, whole.ndim)}
        for part, array in parts.items():
            turned_back = np.ascontiguousarray(np.moveaxis(array, 0, axis))
            kept.append(numpy_helper.from_array(turned_back, f"{name}.{part}"))
        # not DequantizeLinear: onnxruntime joins it with a product, rounds what it multiplies, and is off by .003
        nodes.append(
            helper.make_node("Cast", [f"{name}.bytes"], [f"{name}.whole"], to=onnx.TensorProto.FLOAT)
        )
        nodes.append(helper.make_node("Mul", [f"{name}.whole", f"{name}.scale"], [name]))
    del graph.graph.initializer[:]
    graph.graph.initializer.extend(kept)
    for node in reversed(nodes):  # a graph's nodes stand in the order in which they run
        graph.graph.node.insert(0, node)
    onnx.checker.check_model(graph)
    return bytes(graph.SerializeToString(deterministic=True))


def _is_packed(shape: tuple[int, ...]) -> bool:
    return len(shape) > 1 and int(np.prod(shape)) >= LEAST


def _bytes(weight: Array) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Whole numbers up to 127, and what to multiply those of each output channel (the first axis) by."""
    largest = np.abs(weight).reshape(len(weight), -1).max(axis=1)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.round(weight / _along(scale, weight.ndim)).astype(np.int8), scale


def _along(scale: Array, axes: int) -> Array:
    return scale.reshape(-1, *[1] * (axes - 1))


@torch.no_grad()
def _styles(model: Artist, pictures: Pictures) -> dict[str, NDArray[np.float32]]:
    """The tokens of each set, from pictures spread over it."""
    found = {NO_STYLE: model.no_style.numpy()}
    learned = pictures.of("train")
    for style in dict.fromkeys(pictures.entries[number].style for number in learned):
        of = [number for number in learned if pictures.entries[number].style == style]
        share = torch.from_numpy(pictures.pixels[spread(of, SHOWN)]).permute(0, 3, 1, 2).float() / 255
        share[:, :3] *= share[:, 3:]
        few = smaller(share, REFERENCE_PIXELS)[None] * 2 - 1
        found[style] = model.style(few, torch.ones(few.shape[:2], dtype=torch.bool))[0].numpy()
    return found


def _card(folder: Path, config: Config, progress: Progress) -> dict[str, Any]:
    contents = {name: (folder / name).read_bytes() for name in (DRAW, STYLE, STYLES)}
    return {
        "name": f"artist {config.size} {config.resolution}",
        "licence": "Apache-2.0",
        "trained_on": {f"{package.name}@{package.version}": package.integrity for package in SETS},
        "credits": "DRAW_CREDITS.md names who made the pictures",
        "limits": [
            "icons on a clear ground: no photographs, no scenes, no letters",
            "words far from the captions of emoji give a blend of neighbours",
        ],
        "words": {"tokens": TOKENS, "coordinates": WIDTH},
        "resolution": config.resolution,
        "reference_pixels": REFERENCE_PIXELS,
        "recipe": json.loads(config.to_json()),
        "progress": asdict(progress),
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        "bytes": {name: len(content) for name, content in contents.items()},
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    most = export(arguments.checkpoint, arguments.out, read(arguments.data))
    size = sum(path.stat().st_size for path in arguments.out.iterdir())
    print(f"{arguments.out}: {size / 1e6:.2f} MB, at most {most:.1e} from PyTorch")


if __name__ == "__main__":
    main()
