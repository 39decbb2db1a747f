"""`handful doctor`: what is installed, whether it is whole."""

from __future__ import annotations

import shutil

from handful.cli import doctor


def test_it_names_packages_weights_and_extras_and_says_that_all_is_well(handful):
    ended = handful("doctor")
    assert ended.code == 0, ended.err
    for word in (
        "numpy",
        "onnxruntime",
        "in-context model",
        "text encoder",
        "SHA-256",
        "extra energy",
        "cores",
    ):
        assert word in ended.out
    assert "all is well" in ended.err
    seen = handful("doctor", "--json").object
    assert seen["well"]
    assert {"what", "found", "well", "hint"} == seen["findings"][0].keys()


def test_damaged_weights_are_named_with_what_to_do(handful, tmp_path, monkeypatch):
    from handful.model import session

    shutil.copytree(session.SHIPPED, tmp_path / "weights")
    weights = tmp_path / "weights" / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    monkeypatch.setattr(session, "SHIPPED", tmp_path / "weights")
    ended = handful("doctor")
    assert ended.code == 1
    assert "not well: in-context model" in ended.err
    assert "pip install --force-reinstall handful" in ended.err


def test_what_is_not_installed_comes_with_the_command_that_installs_it(handful, monkeypatch):
    monkeypatch.setattr(doctor, "EXTRAS", {"flying": ("no_such_package", "wings")})
    ended = handful("doctor")
    assert ended.code == 0
    assert "for wings: pip install 'handful[flying]'" in ended.err
