"""The wheel has what it needs and nothing else, and does the main job without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tests.every_kind import every_kind

ROOT = Path(__file__).parent.parent
FROZEN = "encode/frozen/weights"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def run_away(unpacked: Path, away: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command run in `away` by the unpacked wheel, sockets refused and no vector kept."""
    code = (
        "import sys, handful; from pathlib import Path; from handful.cli.main import run\n"
        f"assert Path(handful.__file__).is_relative_to({str(unpacked)!r})\n"
        "def refuse(event, args):\n    assert not event.startswith('socket.'), event\n"
        f"sys.addaudithook(refuse); sys.exit(run({list(arguments)!r}))"
    )
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=away,
        env={**os.environ, "PYTHONPATH": str(unpacked), "HANDFUL_CACHE": "off"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_has_its_data_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "py.typed",
        "examples/penguins.csv",
        "examples/LICENSE.txt",
        "report/report.html.jinja",
        "report/style.html.jinja",
        "model/weights/card.json",
        *(f"{FROZEN}/{kind}.{end}" for kind in ("text", "image", "sound") for end in ("json", "onnx")),
        f"{FROZEN}/text.tokenizer.json",
    ):
        assert f"handful/{needed}" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {"handful"}
    assert not [name for name in names if "__pycache__" in name]


def test_the_wheel_has_every_weight_with_the_licence_notices(wheel):
    files = zipfile.ZipFile(wheel)
    ours = {
        path.name: path.read_bytes() for path in (ROOT / "src/handful" / FROZEN).iterdir() if path.is_file()
    }
    shipped = {Path(name).name: name for name in files.namelist() if name.startswith(f"handful/{FROZEN}/")}
    assert {name: files.read(place) for name, place in shipped.items()} == ours
    notices = {name for name in ours if name.startswith("NOTICE-")}
    assert notices >= {"NOTICE-text.txt", "NOTICE-image.txt"}
    for notice in notices:
        assert [name for name in files.namelist() if ".dist-info/licenses/" in name and name.endswith(notice)]


def test_the_wheel_is_small(wheel):
    assert wheel.stat().st_size < 45 * 10**6


def test_the_wheel_runs_the_demo_away_from_the_checkout(unpacked, tmp_path):
    done = run_away(unpacked, tmp_path, "demo")
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.rglob("*.*")} == {
        "penguins.csv",
        "penguins.filled.csv",
        "report.html",
    }


def test_the_wheel_fills_a_table_of_every_kind_away_from_the_checkout(unpacked, tmp_path):
    every_kind(tmp_path, 12, 2).write_csv(tmp_path / "things.csv")
    done = run_away(unpacked, tmp_path, "fill", "things.csv")
    assert done.returncode == 0, done.stderr
    filled = pl.read_csv(tmp_path / "things.filled.csv", infer_schema=False)
    assert filled["thing"].to_list() == ["lamp", "kettle"] * 6
    assert filled["thing status"].to_list()[:3] == ["filled", "filled", "given"]
