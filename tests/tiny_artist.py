"""Weights of an artist that fit on a page: it draws the second of its guides, and leaves noise.

The graphs have the names, inputs and outputs of the real ones, and the same runtime runs them.
"""

from __future__ import annotations

import hashlib
import io
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from handful.draw.artist import PIXELS, Example, Pixels
from handful.draw.asked import meaning

Shapes = dict[str, list[Any]]
"""Of inputs, by name; a letter stands for any number"""

LABELS = ("apple", "dog", "house", "umbrella")
STYLES = ("round", "square", "pale")
COLOURS = dict(apple=(200, 30, 30), dog=(120, 80, 40), house=(60, 60, 200), umbrella=(90, 20, 140))


def picture(label: str, style: str) -> Pixels:
    """A disc or a box in the colour of what it shows; a pale one lets the ground through."""
    at = np.arange(PIXELS) - PIXELS / 2 + 0.5
    reach = 12 + 4 * LABELS.index(label)
    disc = at[:, None] ** 2 + at[None] ** 2 < reach**2
    box = (abs(at[:, None]) < reach) & (abs(at[None]) < reach)
    made = np.zeros((PIXELS, PIXELS, 4), np.uint8)
    made[box if style == "square" else disc] = (*COLOURS[label], 120 if style == "pale" else 255)
    return made


def examples(style: str = "square", labels: tuple[str, ...] = LABELS) -> list[Example]:
    return [Example(label, picture(label, style)) for label in labels]


def tiny_artist(folder: Path) -> Path:
    """The folder, with every file that installed weights have."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, graph in (("draw", _draw()), ("style", _style()), ("sharpen", _sharpen())):
        (folder / f"{name}.onnx").write_bytes(graph)
    np.savez(folder / "artist.npz", allow_pickle=False, **_arrays())
    shown = [(style, label) for style in STYLES for label in LABELS]
    contents = [_webp(picture(label, style)) for style, label in shown]
    (folder / "pictures.webps").write_bytes(b"".join(contents))
    index = {
        "pixels": PIXELS,
        "sizes": [len(content) for content in contents],
        "styles": STYLES,
        "labels": LABELS,
        "style": [STYLES.index(style) for style, _ in shown],
        "label": [LABELS.index(label) for _, label in shown],
        "house": "round",
    }
    (folder / "library.json").write_text(json.dumps(index), encoding="utf-8")
    hashes = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    (folder / "card.json").write_text(json.dumps({"name": "tiny", "sha256": hashes}), encoding="utf-8")
    return folder


def _arrays() -> dict[str, np.ndarray]:
    dice = np.random.default_rng(0)
    meanings = np.stack([meaning(label) for label in LABELS])
    return {
        "no_style": np.zeros((8, 192), np.float32),
        "meanings": np.round(meanings / np.abs(meanings).max() * 127).astype(np.int8),
        "probe_weights": dice.normal(size=(1280, 48)).astype(np.float16),
        "probe_basis": dice.normal(size=(48, 384)).astype(np.float16),
        "probe_level": meanings.mean(axis=0),
        "probe_middle": np.full(1280, 0.1, np.float32),
        "probe_spread": np.ones(1280, np.float32),
        "trust": np.array([1, 1, 0.1, 1], np.float32),
    }


def _webp(made: Pixels) -> bytes:
    whole = io.BytesIO()
    Image.fromarray(made).save(whole, "WEBP", lossless=True, exact=True)
    return whole.getvalue()


def _draw() -> bytes:
    """direction = (second guide, as far as it is near, + a little for each token - picture) / (1.2 - time)"""
    inputs: Shapes = {
        "pictures": ["b", 4, 32, 32],
        "time": ["b"],
        "words": ["b", 24, 384],
        "real": ["b", 24],
        "style": ["b", 8, 192],
        "guides": ["b", 3, 4, 32, 32],
        "near": ["b", 3],
    }
    steps = [
        ("Gather", ["guides", "one"], "guide", {"axis": 1}),
        ("Gather", ["near", "one"], "share", {"axis": 1}),
        ("Reshape", ["share", "scalars"], "shares", {}),
        ("Mul", ["guide", "shares"], "goal", {}),
        ("Cast", ["real"], "said", {"to": 1}),
        ("ReduceMean", ["said", "last"], "sayings", {"keepdims": 1}),
        ("Reshape", ["sayings", "scalars"], "spoken", {}),
        ("Mul", ["spoken", "little"], "added", {}),
        ("Add", ["goal", "added"], "wanted", {}),
        ("Sub", ["wanted", "pictures"], "way", {}),
        ("Sub", ["end", "time"], "left", {}),
        ("Reshape", ["left", "scalars"], "time left", {}),
        ("Div", ["way", "time left"], "direction", {}),
    ]
    return _graph(inputs, steps, "direction")


def _style() -> bytes:
    """The first numbers of the mean picture"""
    inputs: Shapes = {"pictures": ["g", "k", 4, 32, 32], "shown": ["g", "k"]}
    steps = [
        ("ReduceMean", ["pictures", "last"], "mean", {"keepdims": 0}),
        ("Reshape", ["mean", "flat"], "row", {}),
        ("Slice", ["row", "start", "width", "last"], "part", {}),
        ("Reshape", ["part", "tokens"], "style", {}),
    ]
    return _graph(inputs, steps, "style", mean_over=1)


def _sharpen() -> bytes:
    """Twice as large"""
    inputs: Shapes = {
        "pictures": ["b", 4, 32, 32],
        "guides": ["b", 3, 4, 64, 64],
        "near": ["b", 3],
        "references": ["g", "k", 4, 64, 64],
        "shown": ["g", "k"],
    }
    return _graph(inputs, [("Resize", ["pictures", "", "twice"], "sharp", {"mode": "nearest"})], "sharp")


def _graph(inputs: Shapes, steps: list[Any], result: str, mean_over: int = -1) -> bytes:
    onnx = import_module("onnx")
    helper, kinds = onnx.helper, onnx.TensorProto
    given = [
        helper.make_tensor_value_info(name, kinds.BOOL if name in ("real", "shown") else kinds.FLOAT, shape)
        for name, shape in inputs.items()
    ]
    constants = {
        "one": np.array(1),
        "little": np.array(2.0, np.float32),
        "end": np.array(1.2, np.float32),
        "last": np.array([mean_over]),
        "scalars": np.array([-1, 1, 1, 1]),
        "flat": np.array([0, -1]),
        "start": np.array([0]),
        "width": np.array([8 * 192]),
        "tokens": np.array([0, 8, 192]),
        "twice": np.array([1, 1, 2, 2], np.float32),
    }
    used = {name for _, names, _, _ in steps for name in names}
    kept = [onnx.numpy_helper.from_array(each, name) for name, each in constants.items() if name in used]
    nodes = [helper.make_node(kind, names, [out], **settings) for kind, names, out, settings in steps]
    made = helper.make_tensor_value_info(result, kinds.FLOAT, None)
    graph = helper.make_graph(nodes, "tiny", given, [made], kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(model.SerializeToString())
