"""One example of each kind of column, really filled: the README's table of them, and their pictures in docs/pictures.

Commands run as a person would type them, in a folder with the files they name, and the answers are compared with the
truth that was blanked. Rows are drawn once, with seed 0; nobody chose them. Needs the data sets beside the checkout:
signs are from the Sign Language Digits Dataset (Apache-2.0), sounds from pyAudioAnalysis (Apache-2.0), requests from
Snips (CC0), penguins from palmerpenguins (CC0); the charts are made up here.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from strips import chart, photo, strip, waveform

DATA = Path("../shared/data")
README, PICTURES = Path("README.md"), Path("docs/pictures")
SECTION = re.compile(r"(?<=<!-- every kind -->\n).*?(?=<!-- end -->)", re.DOTALL)
SHOWN = 8
"""Answers in a strip: the first of the blanks, which stand in no order."""
HEAD = "| kind | a cell | you type | what came back |\n|---|---|---|---|\n"


@dataclass(frozen=True, slots=True)
class Example:
    """A table with its truth, the command that fills it, and how a cell is drawn."""

    kind: str
    cell: str
    command: str
    truth: pl.DataFrame
    """Every row, nothing blank."""
    target: str
    given: np.ndarray[Any, np.dtype[np.bool_]]
    """(row,) whose target is left filled."""
    draw: Callable[[str], Any] | None = None
    column: str = ""
    """The column that is drawn."""


def main() -> None:
    lines, home = [], Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for example in examples(home / DATA, np.random.default_rng(0)):
            filled, facts = fill(example)
            lines.append(
                f"| {example.kind} | {example.cell} | `{example.command}` | {told(example, filled, facts)} |\n"
            )
            print(lines[-1], end="", flush=True)
            if example.draw:
                picture = strip(tiles(example, filled))
                (home / PICTURES).mkdir(exist_ok=True)
                picture.save(home / PICTURES / f"{example.kind}.png", optimize=True)
        os.chdir(home)
    note = f"Seconds on {os.cpu_count()} cores of a shared machine, nothing cached; {date.today()}."
    table = f"{HEAD}{''.join(lines)}\n{note}\n"
    # one match only: where the section is empty, what follows up to the next end would be a second one
    page = SECTION.sub(lambda _: table, README.read_text(encoding="utf-8"), count=1)
    README.write_text(page, encoding="utf-8")


def examples(data: Path, random: np.random.Generator) -> list[Example]:
    """All of them, their tables and files laid out in the working directory."""
    return [
        *penguins(data / "penguins_raw", random),
        requests(data / "snips7", random),
        signs(data / "sign_digits", random),
        sounds(data / "speech_music_silence", random),
        charts(random),
    ]


def penguins(source: Path, random: np.random.Generator) -> list[Example]:
    """One table of 344 penguins, each time with another column filled in 40 rows only."""
    table = pl.read_csv(source / "data.csv", null_values=["NA", ""])
    table = table.drop("Sample Number", "Individual ID")  # they count the penguins, species by species
    of_kind = {"number": "Body Mass (g)", "category": "Species", "date": "Date Egg"}
    made = []
    for kind, target in of_kind.items():
        rows = table.filter(pl.col(target).is_not_null()).sample(fraction=1, shuffle=True, seed=0)
        given = some(len(rows), 40, random)
        cell = f"`{rows[target][0]}`"
        made.append(
            Example(
                kind, cell, f"handful fill penguins.csv --target {shlex.quote(target)}", rows, target, given
            )
        )
    return made


def requests(source: Path, random: np.random.Generator) -> Example:
    table = pl.read_csv(source / "data.csv")
    shown = few_of_each(table.filter(pl.col("split") == "train"), "label", 4, random)
    asked = table.filter(pl.col("split") != "train").sample(100, shuffle=True, seed=0)
    rows = pl.concat([shown, asked]).select(request="text", wish="label")
    given = np.arange(len(rows)) < len(shown)
    return Example("text", f"`{asked['text'][0]}`", "handful fill requests.csv", rows, "wish", given)


def signs(source: Path, random: np.random.Generator) -> Example:
    """A folder: four photos of each digit lie in sub-folders, 100 others beside them."""
    rows, given = media(source, "signs", 4, random)
    for cell, digit, known in zip(rows["file"], rows["label"], given, strict=True):
        if known:
            Path("signs", str(digit)).mkdir(exist_ok=True)
            shutil.move(cell, Path("signs", str(digit), Path(cell).name))
    command = "handful fill signs/ --target digit"
    rows = rows.select("file", digit="label")
    return Example("image", f"`{rows['file'][-1]}`", command, rows, "digit", given, photo, "file")


def sounds(source: Path, random: np.random.Generator) -> Example:
    rows, given = media(source, "sounds", 4, random)
    rows = rows.select("file", heard="label")
    return Example(
        "sound", f"`{rows['file'][-1]}`", "handful fill sounds.csv", rows, "heard", given, waveform, "file"
    )


def charts(random: np.random.Generator) -> Example:
    """The six patterns of a control chart (Alcock & Manolopoulos 1999), noisier than theirs."""
    time = np.arange(60)
    shapes: Mapping[str, Callable[[], np.ndarray[Any, Any]]] = {
        "steady": lambda: 0.0 * time,
        "cyclic": lambda: random.uniform(4, 8) * np.sin(2 * np.pi * time / random.uniform(10, 15)),
        "rising": lambda: random.uniform(0.1, 0.3) * time,
        "falling": lambda: -random.uniform(0.1, 0.3) * time,
        "step up": lambda: random.uniform(4, 10) * (time >= random.integers(20, 40)),
        "step down": lambda: -random.uniform(4, 10) * (time >= random.integers(20, 40)),
    }
    names = random.permutation([name for name in shapes for _ in range(21)])
    cells = [str(np.round(30 + shapes[name]() + random.normal(0, 3, 60), 1).tolist()) for name in names]
    rows = pl.DataFrame({"trace": cells, "pattern": names.tolist()})
    given = rows.select(pl.int_range(pl.len()).over("pattern") < 4).to_series().to_numpy()
    command = "handful fill charts.csv"
    return Example("series", f"`{cells[0][:18]} ...]`", command, rows, "pattern", given, chart, "trace")


def media(
    source: Path, folder: str, each: int, random: np.random.Generator
) -> tuple[pl.DataFrame, np.ndarray[Any, np.dtype[np.bool_]]]:
    """A few files of each label and 100 others, copied into a folder under numbers that do not tell the label."""
    table = pl.read_csv(source / "data.csv", schema_overrides={"label": pl.String})
    shown = few_of_each(table, "label", each, random)
    asked = table.join(shown, on="file", how="anti").sample(100, shuffle=True, seed=0)
    rows = pl.concat([shown, asked])
    numbers = random.permutation(len(rows))
    cells = [f"{folder}/{n}{Path(file).suffix}" for n, file in zip(numbers, rows["file"], strict=True)]
    Path(folder).mkdir()
    for cell, file in zip(cells, rows["file"], strict=True):
        shutil.copy(source / file, cell)
    return rows.with_columns(file=pl.Series(cells)), np.arange(len(rows)) < len(shown)


def some(rows: int, count: int, random: np.random.Generator) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.isin(np.arange(rows), random.choice(rows, count, replace=False))


def few_of_each(table: pl.DataFrame, label: str, each: int, random: np.random.Generator) -> pl.DataFrame:
    mixed = table[random.permutation(len(table))]
    return mixed.filter(pl.int_range(pl.len()).over(label) < each)


def fill(example: Example) -> tuple[pl.DataFrame, dict[str, Any]]:
    """The filled rows whose target was blank, in the order of the truth, and what the command tells as JSON."""
    words = shlex.split(example.command)
    source = Path(words[2])
    if not source.is_dir():
        blank = pl.when(pl.Series(example.given)).then(pl.col(example.target))
        example.truth.with_columns(blank.alias(example.target)).write_csv(source)
    handful = Path(sys.executable).with_name("handful")
    run = subprocess.run(
        [handful, *words[1:], "--json", "--force"],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "HANDFUL_CACHE": "off"},
    )
    facts: dict[str, Any] = json.loads(run.stdout)
    filled = pl.read_csv(facts["output"], infer_schema=False)
    if source.is_dir():
        places = pl.DataFrame({"file": example.truth.filter(pl.Series(~example.given))["file"]})
        return places.join(filled, on="file", how="left", maintain_order="left"), facts
    return filled.filter(pl.Series(~example.given)), facts


def told(example: Example, filled: pl.DataFrame, facts: Mapping[str, Any]) -> str:
    """How many blanks were filled from how many rows, and how that compares with the truth."""
    truth = example.truth.filter(pl.Series(~example.given))[example.target].cast(pl.String)
    name = example.target
    start = f"{len(filled)} filled from {int(example.given.sum())}"
    end = f"; {facts['receipt']['seconds']:.0f} s" + ("" if example.draw else first(name, filled, truth))
    if f"{name} sure" in filled.columns:
        right, expected = (filled[name] == truth).sum(), filled[f"{name} sure"].cast(float).sum()
        return f"{start}: {right} right, {expected:.0f} expected{end}"
    low, high = (measured(filled[f"{name} {end}"]) for end in ("low", "high"))
    within = (low <= measured(truth)) & (measured(truth) <= high)
    error = float(np.mean(np.abs(measured(filled[name]) - measured(truth))))
    unit = "days" if example.kind == "date" else "g"
    known = measured(example.truth.filter(pl.Series(example.given))[name].cast(pl.String))
    alone = float(np.mean(np.abs(measured(truth) - np.median(known))))
    return (
        f"{start}: wrong by {error:.0f} {unit} on average ({alone:.0f} by the median alone), "
        f"{100 * within.mean():.0f}% in their 90% interval{end}"
    )


def first(name: str, filled: pl.DataFrame, truth: pl.Series) -> str:
    """The first answer in words, where no picture shows it."""
    row, sure, low, high = filled.row(0, named=True), f"{name} sure", f"{name} low", f"{name} high"
    how = f"sure {row[sure]}" if sure in row else f"{row[low]} to {row[high]}"
    return f". The first: {row[name]}, {how}; " + ("right" if row[name] == truth[0] else f"it is {truth[0]}")


def measured(cells: pl.Series) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Numbers as they are, dates in days."""
    if cells.str.contains(r"^\d{4}-").all():
        return cells.str.to_date().cast(pl.Int32).to_numpy().astype(float)
    return cells.cast(float).to_numpy()


def tiles(example: Example, filled: pl.DataFrame) -> list[tuple[Any, str, str]]:
    """(picture of the cell, the answer and how sure, what it really is where the answer is wrong)"""
    assert example.draw
    truth = example.truth.filter(pl.Series(~example.given))[example.target]
    rows = zip(
        filled[example.column], filled[example.target], filled[f"{example.target} sure"], truth, strict=True
    )
    return [
        (example.draw(cell), f"{answer}  {float(sure):.2f}", "" if answer == true else f"is {true}")
        for cell, answer, sure, true in list(rows)[:SHOWN]
    ]


if __name__ == "__main__":
    main()
