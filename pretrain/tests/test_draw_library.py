"""Laws of the library: it holds what was learned from, as it was, and nothing that the artist is tested with."""

import base64
import hashlib
import io
import json
import runpy
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("resvg_py", reason="resvg-py makes pictures of drawings")
pytest.importorskip("PIL", reason="Pillow reads and writes pictures")

from PIL import Image

from handful_pretrain.draw.data import Entry, Pictures
from handful_pretrain.draw.library import INDEX, PICTURES, labels, packed
from handful_pretrain.draw.raster import PIXELS

ENTRIES = (
    Entry("noto", "kettle", "kettle", (), "objects", "train", 0),
    Entry("noto", "cup", "cup", (), "objects", "caption", 1),
    Entry("emojione", "apple", "apple", ("red",), "food", "train", 2),
    Entry("emojione", "kettle", "kettle", (), "objects", "train", 3),
    Entry("openmoji", "kettle", "kettle", (), "objects", "style", 4),
    Entry("noto", "apple", "apple", (), "food", "cell", 5),
    Entry("noto", "mug", "mug", (), "objects", "twin", 1),
)


@pytest.fixture
def pictures() -> Pictures:
    dice = np.random.default_rng(0)
    return Pictures(dice.integers(0, 256, (len(ENTRIES), PIXELS, PIXELS, 4), np.uint8), ENTRIES)


def index(pictures: Pictures) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(packed(pictures)[INDEX])
    return found


def test_nothing_that_was_held_out_is_in_it(pictures: Pictures):
    about = index(pictures)
    assert labels(pictures) == about["labels"] == ["kettle", "apple"]
    assert about["styles"] == ["emojione", "noto"]
    assert "cup" not in json.dumps(about)


def test_each_picture_is_where_the_index_says_and_what_it_was(pictures: Pictures):
    files, about, start = packed(pictures), index(pictures), 0
    assert about["pixels"] == PIXELS
    for place, number in enumerate(pictures.of("train")):
        size, entry = about["sizes"][place], pictures.entries[number]
        read = Image.open(io.BytesIO(files[PICTURES][start : start + size]))
        assert np.array_equal(np.asarray(read.convert("RGBA")), pictures.pixels[number])
        assert about["styles"][about["style"][place]] == entry.style
        assert about["labels"][about["label"][place]] == entry.label
        start += size
    assert start == len(files[PICTURES])


def test_the_house_style_is_one_of_the_styles(pictures: Pictures):
    about = index(pictures)
    assert about["house"] in about["styles"]


def test_the_same_pictures_give_the_same_bytes(pictures: Pictures):
    assert packed(pictures) == packed(pictures)


def test_the_wheel_is_the_same_whatever_the_day_and_its_record_holds(tmp_path: Path):
    script = runpy.run_path(str(Path(__file__).parents[2] / "scripts/artist_wheel.py"))
    members = {"handful_artist/b.bin": b"b" * 999, "handful_artist/a.json": b"{}"}
    for name, order in (("one.whl", members), ("other.whl", dict(reversed(members.items())))):
        script["write"](tmp_path / name, order)
    assert (tmp_path / "one.whl").read_bytes() == (tmp_path / "other.whl").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.whl") as wheel:
        record = next(name for name in wheel.namelist() if name.endswith(".dist-info/RECORD"))
        lines = [line.split(",") for line in wheel.read(record).decode().splitlines()]
        assert {path for path, *_ in lines} == set(wheel.namelist())
        for path, digest, size in lines:
            if path == record:
                continue
            found = base64.urlsafe_b64encode(hashlib.sha256(wheel.read(path)).digest()).decode().rstrip("=")
            assert (digest, int(size)) == (f"sha256={found}", len(wheel.read(path)))
            assert wheel.getinfo(path).date_time == (1980, 1, 1, 0, 0, 0)
