"""The commands and the code of the README and the docs run, in their order, in a folder with the files they name."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from handful.cli.main import run
from tests.every_kind import every_kind
from tests.patients import write_patients

ROOT = Path(__file__).parent.parent
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if page.exists()]
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(page: Path) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def write_beats(path: Path) -> None:
    """Write 20 series of 24 moments as columns t0 to t23; every fifth has no rhythm."""
    random = np.random.default_rng(0)
    even, rhythm = np.arange(20) % 2 == 0, np.where(np.arange(20) % 2 == 0, "even", "odd")
    swing = np.where(even, 1.0, 2.0)[:, None] * np.arange(24) + random.normal(0, 0.2, (20, 24))
    beats = pl.DataFrame(np.sin(swing).round(3), schema=[f"t{moment}" for moment in range(24)])
    known = pl.when(pl.int_range(20) % 5 > 0).then(pl.Series(rhythm))
    beats.with_columns(rhythm=known).write_csv(path)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name)
def test_what_a_page_says_to_type_works(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_patients(tmp_path / "patients.csv")
    write_patients(tmp_path / "new.csv", rows=10)
    every_kind(tmp_path).write_csv(tmp_path / "things.csv")
    write_beats(tmp_path / "beats.csv")
    for language, text in blocks(page):
        if language == "python":
            snippet = tmp_path / "snippet.py"
            snippet.write_text(text, encoding="utf-8")
            runpy.run_path(str(snippet))
            continue
        for line in text.splitlines():
            if not line.startswith("$ handful "):
                continue
            for output in tmp_path.glob("*.filled.*"):  # the next command may have the same default output
                output.unlink()
            assert run(shlex.split(line, comments=True)[2:]) == 0, line


def test_the_readme_opens_with_the_two_commands():
    opening = (ROOT / "README.md").read_text(encoding="utf-8").split("##")[0]
    assert opening.index("$ make demo") < opening.index("$ make test")


def test_every_command_is_in_the_reference():
    from handful.cli.main import handful

    reference = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    assert all(f"## handful {name}\n" in reference for name in handful.commands)
