"""The commands and the code of the README and the docs run, in their order, in a folder with the files they name.

A command with the comment `# after handful get NAME` runs where these weights are installed.
"""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from handful.cli.main import run
from handful.weights.registry import WEIGHTS
from tests.every_kind import every_kind
from tests.patients import write_patients
from tests.tiny_artist import LABELS, picture
from tests.tiny_whisper import voice, wav

ROOT = Path(__file__).parent.parent
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if page.exists()]
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```", re.DOTALL | re.MULTILINE)
NEEDS = re.compile(r"# after handful get (\w+)")
CONTACTS = """\
first,last,born,listed as
Ada,Lovelace,1815,"Lovelace, Ada"
Alan,Turing,1912,"Turing, Alan"
Grace,Hopper,1906,"Hopper, Grace"
Barbara,Liskov,1939,"Liskov, Barbara"
Ken,Thompson,1943,"Thompson, Ken"
Radia,Perlman,1951,"Perlman, Radia"
Donald,Knuth,1938,
Frances,Allen,1932,
Tim,Berners-Lee,1955,
"""
CAPITALS = """\
country,capital
France,Paris
Japan,Tokyo
Egypt,Cairo
Peru,Lima
Norway,Oslo
Kenya,Nairobi
Canada,Ottawa
Greece,Athens
Germany,
Italy,
Spain,
Burkina Faso,
"""


def blocks(page: Path) -> list[tuple[str, str]]:
    return [(found[1], found[2]) for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]


def commands(page: Path) -> list[tuple[str, str]]:
    """(command, the name of the weights that it needs, or "") of a page, in their order."""
    lines = [line for language, text in blocks(page) if language == "console" for line in text.splitlines()]
    asked = [line for line in lines if line.startswith("$ handful ")]
    return [(line, found[1] if (found := NEEDS.search(line)) else "") for line in asked]


def write_beats(path: Path) -> None:
    """Write 20 series of 24 moments as columns t0 to t23; every fifth has no rhythm."""
    random = np.random.default_rng(0)
    even, rhythm = np.arange(20) % 2 == 0, np.where(np.arange(20) % 2 == 0, "even", "odd")
    swing = np.where(even, 1.0, 2.0)[:, None] * np.arange(24) + random.normal(0, 0.2, (20, 24))
    beats = pl.DataFrame(np.sin(swing).round(3), schema=[f"t{moment}" for moment in range(24)])
    known = pl.when(pl.int_range(20) % 5 > 0).then(pl.Series(rhythm))
    beats.with_columns(rhythm=known).write_csv(path)


def write_icons(folder: Path) -> None:
    """Write a table of six things and pictures of four of them."""
    (folder / "icons").mkdir()
    for label in LABELS:
        Image.fromarray(picture(label, "square")).save(folder / "icons" / f"{label}.png")
    given = [(label, f"icons/{label}.png") for label in LABELS]
    rows = [*given, ("a red kettle", None), ("two cats", None)]
    pl.DataFrame(rows, schema=["shows", "icon"], orient="row").write_csv(folder / "icons.csv")


def write_files(folder: Path) -> None:
    """Write all files that the pages name."""
    write_patients(folder / "patients.csv")
    write_patients(folder / "new.csv", rows=10)
    every_kind(folder).write_csv(folder / "things.csv")
    write_beats(folder / "beats.csv")
    (folder / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    (folder / "capitals.csv").write_text(CAPITALS, encoding="utf-8")
    write_icons(folder)
    (folder / "memo.wav").write_bytes(wav(voice(4.0)))


def type_in(line: str) -> None:
    """Run the command as it stands; the one before it may have had the same default output."""
    for output in Path.cwd().glob("*.filled.*"):
        if output.is_file():
            output.unlink()
    assert run(shlex.split(line, comments=True)[2:]) == 0, line


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name)
def test_what_a_page_says_to_type_works(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    for language, text in blocks(page):
        if language == "python":
            snippet = tmp_path / "snippet.py"
            snippet.write_text(text, encoding="utf-8")
            runpy.run_path(str(snippet))
            continue
        for line in text.splitlines():
            if line.startswith("$ handful ") and not NEEDS.search(line):
                type_in(line)


AFTER_GET = [
    pytest.param(page, line, marks=pytest.mark.weights(name), id=f"{page.name}: {line[2:]}")
    for page in PAGES
    for line, name in commands(page)
    if name
]


@pytest.mark.parametrize(("page", "line"), AFTER_GET)
def test_what_a_page_says_to_type_after_handful_get_works(page, line, tmp_path, monkeypatch):
    needs = NEEDS.search(line)
    assert needs is not None
    pytest.importorskip(WEIGHTS[needs[1]].module)
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    type_in(line)


def test_the_readme_opens_with_the_two_commands():
    opening = (ROOT / "README.md").read_text(encoding="utf-8").split("##")[0]
    assert opening.index("$ make demo") < opening.index("$ make test")


def test_every_command_is_in_the_reference():
    from handful.cli.main import handful

    reference = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    assert all(f"## handful {name}\n" in reference for name in handful.commands)
