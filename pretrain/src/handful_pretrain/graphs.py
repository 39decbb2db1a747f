"""The model as two ONNX graphs: labelled rows to what is kept of them, and that with queries to the outputs.

Written by hand, laid out for the run time: attention is one operator that never holds a table of scores, sums are part
of the products, and the last block of the grid works for the readouts alone, since nothing else of it is read.
`export` compares them with the model itself. Letters as there: b batch, r row, c column, d width; h heads of width e.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from handful.distribution import LEVELS
from handful.model.context import CELL, GUESSES, TOLD, VALUE
from handful_pretrain.model import OFFSETS, Block, Model

__all__ = ["Graph", "answer_graph", "encode_graph"]

OPSET, IR = 23, 11
ATTENTION = "MultiHeadAttention"
"""The one operator that is the run time's own (com.microsoft)."""
END = np.iinfo(np.int64).max

Shape = tuple[str | int, ...]


class Graph:
    """A graph on its way: calling it adds a node, whose output's name comes back."""

    def __init__(self) -> None:
        self.nodes: list[tuple[str, tuple[str, ...], str, dict[str, Any]]] = []
        self.constants: dict[str, np.ndarray[Any, Any]] = {}
        self.weights: dict[str, np.ndarray[Any, Any]] = {}
        self.inputs: dict[str, Shape] = {}
        self.outputs: dict[str, Shape] = {}

    def __call__(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        output = name or f"{kind} {len(self.nodes)}"
        self.nodes.append((kind, inputs, output, attributes))
        return output

    def given(self, name: str, *shape: str | int) -> str:
        """An input."""
        self.inputs[name] = shape
        return name

    def gives(self, name: str, *shape: str | int) -> str:
        """An output; the node that makes it is to have this name."""
        self.outputs[name] = shape
        return name

    def weight(self, name: str, value: Tensor) -> str:
        """A weight; it stands in the file that both graphs share."""
        self.weights[name] = value.detach().to(torch.float16).contiguous().numpy()
        return name

    def constant(self, value: float | list[int] | list[float]) -> str:
        """A constant that is part of the graph."""
        array = np.asarray(value)
        name = f"constant {len(self.constants)}"
        self.constants[name] = array.astype(np.float32 if array.dtype.kind == "f" else np.int64)
        return name

    def linear(self, x: str, name: str, part: nn.Linear) -> str:
        """What a linear layer gives."""
        out = self("MatMul", x, self.weight(f"{name}.weight", part.weight.T))
        return out if part.bias is None else self("Add", out, self.weight(f"{name}.bias", part.bias))

    def normed(self, x: str, width: int) -> str:
        """x with root mean square 1 along the last axis."""
        return self("RMSNormalization", x, self.constant([1.0] * width), axis=-1, epsilon=1e-6)

    def added(self, x: str, y: str, name: str, weight: Tensor, factor: float) -> str:
        """x + factor * y @ weight, in one product."""
        d, e = weight.shape
        y, flat = self("Reshape", y, self.constant([-1, d])), self("Reshape", x, self.constant([-1, e]))
        return self(
            "Reshape", self("Gemm", y, self.weight(name, weight), flat, alpha=factor), self("Shape", x)
        )

    def cut(self, x: str, axis: int, start: int, end: int = END) -> str:
        """A slice along an axis."""
        return self("Slice", x, self.constant([start]), self.constant([end]), self.constant([axis]))

    def size(self, x: str, axis: int) -> str:
        """How long x is along an axis, as a vector of one."""
        return self("Shape", x, start=axis, end=axis + 1)

    def sequences(self, x: str) -> str:
        """(b, m, n, d) as (b * m, n, d)"""
        return self("Reshape", x, self("Concat", self.constant([-1]), self("Shape", x, start=2), axis=0))

    def headed(self, x: str, heads: int, width: int) -> str:
        """(b, n, h * e) as (b, h, n, e)"""
        return self(
            "Transpose", self("Reshape", x, self.constant([0, 0, heads, width // heads])), perm=[0, 2, 1, 3]
        )

    def sharpened(self, finding: str, name: str, sharper: Tensor, width: int, length: str) -> str:
        """The weight that makes queries, so that the looks at more rows are sharper."""
        each = self.weight(name, sharper.repeat_interleave(width // len(sharper)))
        share = self("Div", self("Cast", length, to=1), self.constant(64.0))
        return self("Mul", finding, self("Add", self("Mul", each, self("Log", share)), self.constant(1.0)))

    def proto(self, weights_file: str) -> Any:
        """The graph in ONNX's form, with weights that are to be handed over."""
        from onnx import TensorProto, helper, numpy_helper

        def node(kind: str, inputs: tuple[str, ...], output: str, attributes: dict[str, Any]) -> Any:
            domain = "com.microsoft" if kind == ATTENTION else ""
            return helper.make_node(kind, inputs, [output], domain=domain, **attributes)

        def infos(shapes: dict[str, Shape]) -> list[Any]:
            return [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in shapes.items()]

        def elsewhere(name: str, shape: tuple[int, ...]) -> Any:
            tensor = TensorProto(name=name, dims=shape, data_type=TensorProto.FLOAT)
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value=weights_file)
            return tensor

        held = [numpy_helper.from_array(value, name) for name, value in self.constants.items()]
        held += [elsewhere(name, value.shape) for name, value in self.weights.items()]
        nodes = [node(*each) for each in self.nodes]
        graph = helper.make_graph(nodes, "handful", infos(self.inputs), infos(self.outputs), held)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR, producer_name="handful")


def encode_graph(model: Model) -> Graph:
    """Cells, first guesses and targets of labelled rows, to what queries need of them."""
    g, config = Graph(), model.config
    cells, guesses = _given(g)
    told = g.given("told", "b", "row", TOLD)
    x = _grid(g, model, cells, guesses, g.linear(told, "told", model.told))
    shape = g("Concat", g.size(x, 0), g.constant([config.thinking]), g("Shape", x, start=2), axis=0)
    thoughts = g("Expand", g.weight("thoughts", model.thoughts[:, None]), shape)
    x = _summed_up(g, model, g("Concat", thoughts, x, axis=1), encoding=True)
    if config.row_layers:
        own = _row(g, model, guesses, g.linear(told, "row_told", model.row_told))
        padded = g("Pad", own, g.constant([0, config.thinking, 0, 0, 0, 0]))
        x = _rows(g, model, x, padded, encoding=True)
    row, h = model.find.in_features, config.decoder_heads
    found = g.linear(_ready(g, g.cut(x, 1, config.thinking), row), "found", model.found)
    keys = g.gives("keys", "b", h, row // h, "row")
    g("Transpose", g.headed(found, h, row), perm=[0, 1, 3, 2], name=keys)
    return g


def answer_graph(model: Model) -> Graph:
    """What was kept, with cells and first guesses of queries, to the outputs."""
    g, config = Graph(), model.config
    cells, guesses = _given(g)
    asked = g.given("asked", "b", 1, TOLD)
    own = g("Add", g.linear(asked, "told", model.told), g.weight("asked.weight", model.asked))
    x = _summed_up(g, model, _grid(g, model, cells, guesses, own), encoding=False)
    if config.row_layers:
        own = g(
            "Add", g.linear(asked, "row_told", model.row_told), g.weight("row_asked.weight", model.row_asked)
        )
        x = _rows(g, model, x, _row(g, model, guesses, own), encoding=False)
    _decoded(g, model, _ready(g, x, model.find.in_features))
    return g


def _given(g: Graph) -> tuple[str, str]:
    return g.given("cells", "b", "row", "column", CELL), g.given("guesses", "b", "row", GUESSES, VALUE)


def _grid(g: Graph, model: Model, cells: str, guesses: str, target: str) -> str:
    """(b, r, c + readouts, d) the cells, and the readouts last."""
    columns = g.size(cells, 2)
    count = g("Squeeze", columns)
    index = g("Range", g.constant(0), count, g.constant(1))
    moved = [g("Mod", g("Add", index, g.constant(offset)), count) for offset in OFFSETS if offset]
    grouped = g("Concat", cells, *(g("Gather", cells, places, axis=2) for places in moved), axis=-1)
    guess = g("MatMul", _flat(g, guesses), g.weight("guess.weight", model.guess.weight.T))
    guess = g("Reshape", guess, g.constant([0, 0, *model.readouts.shape]))
    readouts = g("Add", guess, g.weight("readouts", model.readouts))
    x = g("Concat", g.linear(grouped, "cell", model.cell), readouts, axis=2)
    return g("Add", x, g("Unsqueeze", target, g.constant([2])))


def _summed_up(g: Graph, model: Model, x: str, encoding: bool) -> str:
    """(b, r, 1, readouts * d) through the blocks of the grid."""
    last = len(model.grid) - 1
    for i, block in enumerate(model.grid):
        assert isinstance(block, Block)
        x = _along(g, f"grid.{i}", block, x, model.config.readouts if i == last else 0)
        x = _alone(g, f"grid.{i}", block, _down(g, f"grid.{i}", block, x, encoding))
    return g("Reshape", x, g.constant([0, 0, 1, -1]))


def _row(g: Graph, model: Model, guesses: str, target: str) -> str:
    """(b, r, row width) what a row is told beside its readouts."""
    return g(
        "Add", g("MatMul", _flat(g, guesses), g.weight("row_guess.weight", model.row_guess.weight.T)), target
    )


def _rows(g: Graph, model: Model, x: str, told: str, encoding: bool) -> str:
    """(b, r, 1, row width) through the blocks of the second stage."""
    x = g.linear(g.normed(x, model.join.in_features), "join", model.join)
    x = g("Add", x, g("Unsqueeze", told, g.constant([2])))
    for i, block in enumerate(model.rows):
        assert isinstance(block, Block)
        x = _alone(g, f"rows.{i}", block, _down(g, f"rows.{i}", block, x, encoding))
    return x


def _along(g: Graph, name: str, block: Block, x: str, only: int) -> str:
    """The cells after they looked at one another along their row; where asked, the last few of them only."""
    seen = g.normed(x, block.along.shape[1])
    asking = seen
    if only:
        x, asking = g.cut(x, 2, -only), g.cut(seen, 2, -only)
    made = [
        g("MatMul", g.sequences(part), g.weight(f"{name}.along.{i}", block.along[i]))
        for i, part in enumerate((asking, seen, seen))
    ]
    out = g(ATTENTION, *made, num_heads=block.heads)
    return g.added(x, out, f"{name}.along_out", block.along_out, block.decay)


def _down(g: Graph, name: str, block: Block, x: str, encoding: bool) -> str:
    """The cells after they looked at those of the labelled rows in their column."""
    d, h = block.down.shape[1], block.heads
    turned = g("Transpose", g.normed(x, d), perm=[0, 2, 1, 3])
    seen = g.sequences(turned)
    kept = []
    for i, part in enumerate(("keys", "values"), start=1):
        kept.append(
            (g.gives if encoding else g.given)(f"{name} {part}", f"{name} sequences", "row + thoughts", d)
        )
        if encoding:
            g("MatMul", seen, g.weight(f"{name}.down.{i}", block.down[i]), name=kept[-1])
    finding = g.weight(f"{name}.down.0", block.down[0])
    finding = g.sharpened(finding, f"{name}.sharper", block.sharper, d, g.size(kept[0], 1))
    out = g(ATTENTION, g("MatMul", seen, finding), *kept, num_heads=h)
    out = g("Transpose", g("Reshape", out, g("Shape", turned)), perm=[0, 2, 1, 3])
    return g.added(x, out, f"{name}.down_out", block.down_out, block.decay)


def _alone(g: Graph, name: str, block: Block, x: str) -> str:
    d = block.up.shape[1]
    up = g.weight(f"{name}.up", block.up.transpose(0, 1).reshape(d, -1))
    hidden = g("Gelu", g("MatMul", g.normed(x, d), up))
    return g.added(x, hidden, f"{name}.back", block.back, block.decay)


def _ready(g: Graph, x: str, width: int) -> str:
    """(b, r, row width) the rows as the decoder takes them."""
    return g.normed(g("Squeeze", x, g.constant([2])), width)


def _decoded(g: Graph, model: Model, rows: str) -> None:
    """The outputs."""
    row, h = model.find.in_features, model.config.decoder_heads
    keys = g.given("keys", "b", h, row // h, "context")
    finding = g("Mul", g.weight("find.weight", model.find.weight.T), g.constant((row // h) ** -0.5))
    finding = g.sharpened(finding, "sharper", model.sharper, row, g.size(keys, 3))
    scores = g("MatMul", g.headed(g("MatMul", rows, finding), h, row), keys)
    weights = g.gives("weights", "b", "row", "context")
    g("ReduceMean", g("Softmax", scores, axis=-1), g.constant([1]), keepdims=0, name=weights)
    mix = g.gives("mix", "b", "row", 1 + GUESSES)
    g("Softmax", g.linear(rows, "mix", model.mix), axis=-1, name=mix)
    bounded = g("Tanh", g("Mul", g.linear(rows, "sharpness", model.sharpness), g.constant(0.5)))
    sharpness = g.gives("sharpness", "b", "row", 1)
    g("Exp", g("Mul", bounded, g.constant(2.0)), name=sharpness)
    steps = g("CumSum", g("Softplus", g.linear(rows, "widths", model.widths)), g.constant(2))
    below = g.cut(steps, 2, len(LEVELS) // 2 - 1, len(LEVELS) // 2)
    around = g("Concat", g("Neg", below), g("Sub", steps, below), axis=-1)
    offsets = g.gives("offsets", "b", "row", len(LEVELS))
    g("Add", around, g.linear(rows, "shift", model.shift), name=offsets)


def _flat(g: Graph, guesses: str) -> str:
    return g("Reshape", guesses, g.constant([0, 0, GUESSES * VALUE]))
