"""Checkpoints as ONNX graphs: `python -m handful_pretrain.draw.export CHECKPOINT SHARPENER OUT --data DIR`.

OUT/draw.onnx gives the direction for one step, OUT/style.onnx the style tokens of a few pictures, OUT/sharpen.onnx a
picture of twice the side, OUT/artist.npz what goes with them (`known`), OUT/card.json what it all is. Weights are int8
with a scale for each output channel; the rest of the arithmetic is float32.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import warnings
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from handful.draw.references import spread
from handful_pretrain.draw import checkpoint
from handful_pretrain.draw.batches import Batches
from handful_pretrain.draw.checkpoint import Network
from handful_pretrain.draw.config import Config
from handful_pretrain.draw.data import read
from handful_pretrain.draw.model import CHANNELS, Artist
from handful_pretrain.draw.packages import SETS
from handful_pretrain.draw.sharpen import Sharpener
from handful_pretrain.draw.sight import Ridge, seen
from handful_pretrain.draw.texts import TOKENS, WIDTH

__all__ = [
    "DRAW",
    "KNOWN",
    "SHARPEN",
    "STYLE",
    "TOLERANCE",
    "Networks",
    "Unfaithful",
    "difference",
    "known",
    "read_networks",
    "rounded",
    "write",
]

DRAW, STYLE, SHARPEN, KNOWN, CARD = "draw.onnx", "style.onnx", "sharpen.onnx", "artist.npz", "card.json"
TOLERANCE = 1e-4
"""How far an output may be from that of PyTorch with the same rounded weights."""
OPSET = 17
LEAST = 1024
"""Weights of fewer numbers stay float32."""
RANK = 48
"""Directions in which a probe tells what a picture shows."""
PROBED = 4000
"""Pictures that it learns from."""
INPUTS = ("pictures", "time", "words", "real", "style", "guides", "near")
SHARPENED = ("pictures", "guides", "near", "references", "shown")

Array = NDArray[Any]


class Unfaithful(RuntimeError):
    """The graphs do not give what PyTorch gives."""


@dataclass(frozen=True, slots=True)
class Networks:
    """The two networks with int8 weights, and the configs that they were made by."""

    artist: Artist
    sharpener: Sharpener
    configs: tuple[Config, Config]


def read_networks(drawing: Path, sharpening: Path) -> Networks:
    """The mean weights of two checkpoints, rounded."""
    artist, config = checkpoint.load(drawing, Artist)
    sharpener, other = checkpoint.load(sharpening, Sharpener)
    return Networks(rounded(artist), rounded(sharpener), (config, other))


def write(networks: Networks, out: Path, known: dict[str, Array], card: dict[str, Any]) -> float:
    """Write the graphs and what goes with them, aside first; the largest difference from PyTorch comes back.

    Raises Unfaithful, and leaves what was at `out`, where it is more than `TOLERANCE`.
    """
    aside = out.with_name(f".{out.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        (aside / DRAW).write_bytes(_packed(_draw_graph(networks)))
        (aside / STYLE).write_bytes(_packed(_style_graph(networks)))
        (aside / SHARPEN).write_bytes(_packed(_sharpen_graph(networks)))
        np.savez_compressed(aside / KNOWN, allow_pickle=False, **known)
        (aside / CARD).write_text(json.dumps(card | _facts(aside, networks), indent=2))
        most = difference(networks, aside)
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
def rounded(model: Network) -> Network:
    """The model with its weights as int8 holds them."""
    found = deepcopy(model)
    for weight in found.parameters():
        if _is_packed(tuple(weight.shape)):
            whole, scale = _bytes(weight.numpy())
            weight.copy_(torch.from_numpy(whole.astype(np.float32) * _along(scale, whole.ndim)))
    return found.eval()


@torch.no_grad()
def difference(networks: Networks, folder: Path) -> float:
    """The largest difference between what the graphs in a folder and the networks give, for several numbers of
    pictures."""
    found = []
    for count, shown in ((1, 1), (2, 5)):
        drawing, references, sharpening = _given(networks, count, shown)
        pairs = (
            (STYLE, ("pictures", "shown"), references, networks.artist.style),
            (DRAW, INPUTS, drawing, networks.artist),
            (SHARPEN, SHARPENED, sharpening, networks.sharpener.whole),
        )
        for name, names, given, part in pairs:
            ours = _session(folder / name).run(
                None, {n: each.numpy() for n, each in zip(names, given, strict=True)}
            )
            found.append(np.abs(ours[0] - part(*given).numpy()).max())
    return float(np.max(found))


def _session(path: Path) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])


def _given(networks: Networks, count: int, shown: int) -> tuple[tuple[Tensor, ...], ...]:
    """Inputs of drawing, of style and of sharpening, at random."""
    dice = torch.Generator().manual_seed(count)
    small, large = (config.resolution for config in networks.configs)
    guides = networks.artist.config.guides

    def pictures(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=dice).clamp(-1, 1)

    references = _few(count, shown, networks.configs[0].reference_pixels)
    words = torch.randn(count, TOKENS, WIDTH, generator=dice)
    real = torch.arange(TOKENS)[None] < 5 * torch.arange(count)[:, None]
    near = torch.tensor([1.0, 0.4, 0.0][:guides] + [0.2] * (guides - 3)).repeat(count, 1)
    with torch.no_grad():
        style = networks.artist.style(*references)
    x = pictures(count, CHANNELS, small, small)
    time = torch.rand(count, generator=dice)
    drawing = (x, time, words, real, style, pictures(count, guides, CHANNELS, small, small), near)
    sharp = pictures(count, guides, CHANNELS, large, large)
    others = _few(count, shown, networks.configs[1].reference_pixels)
    half = pictures(count, CHANNELS, large // 2, large // 2)
    return drawing, references, (half, sharp, near, *others)


def _few(count: int, shown: int, pixels: int) -> tuple[Tensor, Tensor]:
    dice = torch.Generator().manual_seed(shown)
    pictures = torch.rand(count, shown, CHANNELS, pixels, pixels, generator=dice) * 2 - 1
    return pictures, torch.arange(shown).repeat(count, 1) < max(1, shown - 1)


def _draw_graph(networks: Networks) -> bytes:
    given, _, _ = _given(networks, 2, 5)
    return _exported(networks.artist, given, INPUTS, "direction", {name: {0: "b"} for name in INPUTS})


def _style_graph(networks: Networks) -> bytes:
    _, given, _ = _given(networks, 2, 5)
    axes = {name: {0: "g", 1: "k"} for name in ("pictures", "shown")}
    return _exported(networks.artist.style, given, ("pictures", "shown"), "style", axes)


def _sharpen_graph(networks: Networks) -> bytes:
    _, _, given = _given(networks, 2, 5)
    axes = {name: {0: "b"} for name in SHARPENED}
    axes["references"] = axes["shown"] = {0: "g", 1: "k"}  # g may be 1: one style for all
    return _exported(Whole(networks.sharpener), given, SHARPENED, "sharp", axes)


class Whole(nn.Module):
    """A sharpener that is given references rather than a style."""

    def __init__(self, sharpener: Sharpener) -> None:
        super().__init__()
        self.sharpener = sharpener

    def forward(self, *given: Tensor) -> Tensor:
        return self.sharpener.whole(*given)


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


def known(artist: Artist, batches: Batches, keep: Path | None = None) -> dict[str, Array]:
    """What the graphs need beside them: the tokens for no style, what each label means (each row times any number), and
    a probe that reads from what the picture network sees of a picture what it shows.

    `trust`, which turns signs of a good drawing into a probability, is for `calibrate` to fit.
    """
    rows = batches.meanings[[batches.texts.plain[label][0] for label in batches.labels]]
    numbers = spread([number for label in batches.labels for number in batches.shown[label]], PROBED)
    pictures = torch.cat([batches.pictures([number]) for number in numbers]) * 2 - 1
    of = {label: row for label, row in zip(batches.labels, rows, strict=True)}
    meant = np.stack([of[batches.entries[number].label] for number in numbers])
    probe = Ridge(_seen(pictures, keep), meant)
    left, sizes, right = np.linalg.svd(probe.weights, full_matrices=False)
    return {
        "no_style": artist.no_style.detach().numpy(),
        "meanings": np.round(rows / np.abs(rows).max(axis=1, keepdims=True) * 127).astype(np.int8),
        "probe_middle": probe.middle.astype(np.float32),
        "probe_spread": probe.spread.astype(np.float32),
        "probe_level": probe.level.astype(np.float32),
        "probe_weights": (left[:, :RANK] * sizes[:RANK]).astype(np.float16),
        "probe_basis": right[:RANK].astype(np.float16),
        "trust": np.zeros(4, np.float32),
    }


def _seen(pictures: Tensor, keep: Path | None) -> Array:
    """What the picture network sees of these, kept in a folder: a quarter of an hour's worth of cores in a minute."""
    path = keep / f"probe-{hashlib.sha256(pictures.numpy().tobytes()).hexdigest()[:12]}.npy" if keep else None
    if path and path.exists():
        return np.asarray(np.load(path))
    found = seen(pictures)
    if path:
        np.save(path, found)
    return found


def _facts(folder: Path, networks: Networks) -> dict[str, Any]:
    contents = {name: (folder / name).read_bytes() for name in (DRAW, STYLE, SHARPEN, KNOWN)}
    return {
        "licence": "Apache-2.0",
        "trained_on": {f"{package.name}@{package.version}": package.integrity for package in SETS},
        "credits": "CREDITS.md names who made the pictures",
        "limits": [
            "icons on a clear ground: no photographs, no scenes, no letters",
            "words far from the captions of emoji give a blend of neighbours",
        ],
        "words": {"tokens": TOKENS, "coordinates": WIDTH},
        "recipes": [json.loads(config.to_json()) for config in networks.configs],
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()},
        "bytes": {name: len(content) for name, content in contents.items()},
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("sharpener", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    networks = read_networks(arguments.checkpoint, arguments.sharpener)
    batches = Batches(read(arguments.data), networks.configs[0], arguments.data)
    progress = [checkpoint.read_config(path)[1] for path in (arguments.checkpoint, arguments.sharpener)]
    card = {"name": "handful artist", "progress": [asdict(each) for each in progress]}
    most = write(networks, arguments.out, known(networks.artist, batches, arguments.data), card)
    size = sum(path.stat().st_size for path in arguments.out.iterdir())
    print(f"{arguments.out}: {size / 1e6:.2f} MB, at most {most:.1e} from PyTorch")


if __name__ == "__main__":
    main()
