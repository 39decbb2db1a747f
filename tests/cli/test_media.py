"""Folders, files named in cells, and columns that are one series, from the command line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from handful.cli.copies import safe_names

COLOURS = {"red": (200, 30, 30), "blue": (30, 30, 200)}


def picture(path: Path, colour: tuple[int, int, int], seed: int) -> Path:
    """A picture of one colour, with noise of its own."""
    pixels = np.random.default_rng(seed).normal(colour, 20, size=(24, 24, 3)).clip(0, 255)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Six pictures each of red and blue, and two of each to be answered, one of them deeper."""
    folder = tmp_path / "photos"
    for place, (name, colour) in enumerate(COLOURS.items()):
        for seed in range(6):
            picture(folder / name / f"{seed}.png", colour, 10 * place + seed)
        picture(folder / f"{name} one.png", colour, 100 + place)
        picture(folder / "unlabelled" / "deep" / f"{name} two.png", colour, 200 + place)
    return folder


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_is_filled_into_a_table_beside_it_that_can_be_filled_again(handful, photos):
    before = content(photos)
    ended = handful("fill", "photos/", "--target", "colour")
    assert ended.code == 0, ended.err
    filled = photos.with_name("photos.filled.csv").read_text()
    rows = rows_of(filled)
    assert list(rows[0]) == ["file", "colour", "colour sure", "colour status"]
    assert [row["file"] for row in rows] == sorted(f"photos/{name}" for name in before)
    for row in rows:
        assert row["colour"] in row["file"]
        assert (row["colour status"] == "given") == (row["colour"] in row["file"].split("/"))
    assert content(photos) == before
    again = handful("fill", "photos.filled.csv", "--target", "colour", "-o", "-")
    assert again.code == 0, again.err
    assert again.out == filled


def test_a_folder_that_is_not_there_is_said_with_what_is(handful, photos):
    ended = handful("fill", "fotos/", "--target", "colour")
    assert ended.code == 2
    assert "'fotos' cannot be opened: No such file" in ended.err
    assert "did you mean 'photos'?" in ended.err


def test_the_names_of_files_change_no_answer(handful, photos):
    def sure() -> list[str]:
        ended = handful("fill", "photos", "-o", "-")
        assert ended.code == 0, ended.err
        return sorted(row["label sure"] for row in rows_of(ended.out))

    before = sure()
    for number, path in enumerate(sorted(photos.rglob("*.png"))):
        path.rename(path.with_name(f"{977 * (number + 1) % 1009}.png"))
    assert sure() == before


def test_copies_are_sorted_by_their_label_and_listed(handful, photos):
    for name in ("red one.png", "blue one.png"):  # two files of one name, from two folders
        (photos / "unlabelled" / name).write_bytes((photos / name).read_bytes())
    (photos / "broken.png").write_bytes(b"no picture")
    before = content(photos)
    ended = handful("fill", "photos", "--target", "colour", "--copy", "sorted", "--json")
    assert ended.code == 0, ended.err
    sorted_ = photos.with_name("sorted")
    manifest = rows_of((sorted_ / "manifest.csv").read_text())
    assert list(manifest[0]) == ["file", "copied to", "label", "sure", "status"]
    assert len(manifest) == 7
    copies = content(sorted_)
    copies.pop("manifest.csv")
    assert {row["copied to"]: before[row["file"].partition("/")[2]] for row in manifest} == copies
    for row in manifest:
        assert row["copied to"].startswith("unsure/" if row["status"] != "filled" else row["label"] + "/")
    assert any(name.startswith("unsure/broken") for name in copies)
    assert ended.object["copies"] == {"folder": "sorted", "copied": 7, "failed": 0}
    assert content(photos) == before


@pytest.mark.parametrize(
    ("make", "arguments", "said"),
    [
        ("sorted/mine.txt", ["photos", "--copy", "sorted"], "'sorted' is not empty"),
        ("sorted", ["photos", "--copy", "sorted"], "'sorted' is a file"),
        ("x", ["photos", "--copy", "photos/sorted"], "lies in 'photos'"),
        ("x", ["photos", "--copy", "photos/../photos/a"], "does not exist|lies in"),
        ("x", ["photos", "--copy", "absent/sorted"], "'absent' does not exist"),
        ("x", ["t.csv", "--copy", "sorted"], "sorted by the values of one column"),
    ],
)
def test_copies_replace_nothing_and_become_no_labels(handful, photos, make, arguments, said):
    place = photos.parent / make
    place.parent.mkdir(exist_ok=True)
    place.write_text("mine")
    (photos.parent / "t.csv").write_text("file,y\nphotos/red one.png,a\n")
    before = content(photos.parent)
    ended = handful("fill", *arguments)
    assert ended.code == 2
    assert any(part in ended.err for part in said.split("|"))
    assert "\n\nhint: " in ended.err
    assert content(photos.parent) == before


def test_files_are_copied_from_a_table_that_has_a_series_as_well(handful, photos):
    lines = [f"photos/{name}/{seed}.png,{seed},{seed + 1},{name}" for name in COLOURS for seed in range(6)]
    lines += [f"photos/{name} one.png,1,2," for name in COLOURS]
    photos.with_name("table.csv").write_text("\n".join(["picture,t0,t1,colour", *lines]) + "\n")
    series = ("--series", "pulse=t0..t1", "--kind", "pulse=series")
    ended = handful("fill", "table.csv", "--target", "colour", *series, "--copy", "sorted")
    assert ended.code == 0, ended.err
    assert "copied 2 files" in ended.err


def test_names_of_folders_are_safe_everywhere_and_never_the_same():
    labels = {"a/b", "a\\b", "a:b", "..", ".", "", " ", "CON", "con.txt", "x" * 300, "x" * 301, "Cat", "cat", "unsure",
              "Unsure", "a\0b", "ä", "a\u0308", "ends.", "\u65e5" * 200}  # fmt: skip
    names = safe_names(labels, taken=("unsure", "manifest.csv"))
    assert set(names) == labels
    assert len({name.casefold() for name in names.values()}) == len(labels)
    for name in names.values():
        assert name.casefold() not in ("unsure", "manifest.csv", "con", "con.txt", "..", ".", "")
        assert not set(name) & set('<>:"/\\|?*\0')
        assert len(name.encode()) <= 255
        assert name == name.strip(" .") or name.endswith(")")
    assert safe_names({"rose", "daisy 2"}) == {"rose": "rose", "daisy 2": "daisy 2"}


def test_a_model_of_a_folder_answers_another_folder_and_a_table(handful, photos, tmp_path):
    fitted = handful("fit", "photos", "--target", "colour", "-o", "colour.handful")
    assert fitted.code == 0, fitted.err
    picture(tmp_path / "new" / "a.png", COLOURS["red"], 300)
    picture(tmp_path / "new" / "b.png", COLOURS["blue"], 301)
    ended = handful("predict", "colour.handful", "new")
    assert ended.code == 0, ended.err
    answered = rows_of((tmp_path / "new.filled.csv").read_text())
    assert [row["colour"] for row in answered] == ["red", "blue"]
    (tmp_path / "new" / "t.csv").write_text("file\na.png\nb.png\n")
    table = handful("predict", "colour.handful", "new/t.csv", "-o", "-")
    assert table.code == 0, table.err
    assert [row["colour sure"] for row in rows_of(table.out)] == [row["colour sure"] for row in answered]


def test_paths_are_relative_to_the_table_and_lead_nowhere_else(handful, photos, tmp_path):
    names = [f"{colour}/{seed}.png" for colour in COLOURS for seed in range(6)]
    lines = ["photo,colour", *(f"{name},{name.partition('/')[0]}" for name in names), "red one.png,"]
    (photos / "t.csv").write_text("\n".join([*lines, "../secret.png,", "absent.png,"]) + "\n")
    picture(tmp_path / "secret.png", COLOURS["red"], 1)
    ended = handful("fill", "photos/t.csv", "-o", "-")
    assert ended.code == 0, ended.err
    assert rows_of(ended.out)[12]["colour"] == "red"
    assert [row["colour status"] for row in rows_of(ended.out)[13:]] == ["unsure", "unsure"]


def test_inspect_shows_what_a_folder_is_and_which_files_are_missing(handful, photos):
    seen = handful("inspect", "photos", "--json").object
    assert [(column["name"], column["kind"]) for column in seen["columns"]] == [
        ("file", "image"),
        ("label", "category"),
    ]
    (photos / "t.csv").write_text("photo\nred one.png\nabsent.png\n")
    notes = handful("inspect", "photos/t.csv", "--json").object["notes"]
    assert "1 of 2 files in 'photo' cannot be used: no such file ('absent.png')" in notes


def test_a_long_series_is_shown_by_its_beginning(handful, tmp_path):
    cells = "\n".join(f'"[{", ".join(str(row * step) for step in range(500))}]"' for row in range(1, 4))
    (tmp_path / "t.csv").write_text(f"pulse\n{cells}\n")
    (column,) = handful("inspect", "t.csv", "--json").object["columns"]
    assert column["kind"] == "series"
    assert len(column["example"]) <= 60


@pytest.fixture
def pulses(tmp_path: Path) -> Path:
    """Thirty rows of a wave in twelve columns, slow or fast, and six of them without the answer."""
    rng = np.random.default_rng(0)
    lines = ["who," + ",".join(f"t{step}" for step in range(12)) + ",beat"]
    for row in range(30):
        wave = np.sin(np.arange(12) * (0.5 if row % 2 else 2.0) + rng.uniform(0, 6)) + rng.normal(0, 0.1, 12)
        label = "" if row >= 24 else ["fast", "slow"][row % 2]
        lines.append(f"p{row}," + ",".join(f"{value:.3f}" for value in wave) + f",{label}")
    path = tmp_path / "pulses.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_columns_that_are_one_series_are_filled_by_and_stay_in_the_table(handful, pulses):
    ended = handful("fill", pulses, "--series", "pulse=t0..t11", "--target", "beat", "-o", "-")
    assert ended.code == 0, ended.err
    assert "12 columns, 't0' to 't11', are the series 'pulse'" in ended.err
    before, after = rows_of(pulses.read_text()), rows_of(ended.out)
    assert list(after[0]) == [*before[0], "beat sure", "beat status"]
    assert all(
        new[name] == cell
        for old, new in zip(before, after, strict=True)
        for name, cell in old.items()
        if cell
    )
    assert [row["beat"] for row in after[24:]] == ["fast", "slow"] * 3


def test_a_model_remembers_which_columns_are_one_series(handful, pulses):
    fitted = handful("fit", pulses, "--series", "pulse=t0..t11", "--target", "beat", "-o", "beat.handful")
    assert fitted.code == 0, fitted.err
    predicted = handful("predict", "beat.handful", pulses, "-o", "-")
    assert predicted.code == 0, predicted.err
    assert [row["beat"] for row in rows_of(predicted.out)[24:]] == ["fast", "slow"] * 3
    bare = pulses.with_name("bare.csv")
    bare.write_text(
        "\n".join(line.rpartition(",")[0].rpartition(",")[0] for line in pulses.read_text().splitlines())
    )
    lacking = handful("predict", "beat.handful", bare)
    assert lacking.code == 2
    assert "'t11'" in lacking.err or "'pulse'" in lacking.err


def test_inspect_shows_columns_that_are_one_series_as_one(handful, pulses):
    seen = handful("inspect", pulses, "--series", "pulse=t0..t11", "--json").object
    assert [column["name"] for column in seen["columns"]] == ["who", "pulse", "beat"]
    assert seen["columns"][1]["kind"] == "series"


@pytest.mark.parametrize(
    "series", ["pulse", "=t0..t11", "pulse=", "pulse=t0..t99", "who=t0..t11", "pulse=t0"]
)
def test_a_series_that_cannot_be_is_one_message_with_a_hint(handful, pulses, series):
    ended = handful("inspect", pulses, "--series", series)
    assert ended.code == 2
    assert ended.err.startswith("handful: ")
    assert "\n\nhint: " in ended.err
