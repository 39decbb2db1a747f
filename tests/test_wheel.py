"""The wheel has what it needs and nothing else, and does the main job without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_has_its_data_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "py.typed",
        "examples/penguins.csv",
        "examples/LICENSE.txt",
        "report/report.html.jinja",
        "model/weights/card.json",
    ):
        assert f"handful/{needed}" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"handful"}
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_is_small(wheel):
    assert wheel.stat().st_size < 12 * 10**6


def test_the_wheel_runs_the_demo_away_from_the_checkout(wheel, tmp_path):
    unpacked = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(unpacked)
    away = tmp_path / "away"
    away.mkdir()
    code = (
        "import sys, handful; from pathlib import Path; from handful.cli.main import run; "
        f"assert Path(handful.__file__).is_relative_to({str(unpacked)!r}); sys.exit(run(['demo']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=away,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in away.rglob("*.*")} == {"penguins.csv", "penguins.filled.csv", "report.html"}
