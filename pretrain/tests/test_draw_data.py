"""Laws of the pictures to learn from: the same packages give the same bytes, and nothing held out is learned from."""

import base64
import hashlib
import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("resvg_py", reason="resvg-py makes pictures of drawings")
pytest.importorskip("PIL", reason="Pillow reads and writes pictures")

from handful_pretrain.draw import data
from handful_pretrain.draw.captions import Captions, concept
from handful_pretrain.draw.packages import CAPTIONS, HELD_OUT, SETS, Package, credits
from handful_pretrain.draw.twins import twins

ICONS = {
    "kettle": '<circle cx="8" cy="8" r="7" fill="#d00"/>',
    "tea-pot": '<rect x="2" y="4" width="12" height="8" fill="#00d"/>',
    "flag-france": '<path d="M0 0h16v16H0z"/>',
    "thumbs-up-dark-skin-tone": '<path d="M0 0h16v16H0z"/>',
    "redkettle": '<path d="M0 0h16L8 16z" fill="#0a0"/>',
}
LABELS = ("kettle", "teapot", "thumbs up", "red apple")


def tarball(folder: Path, name: str, members: dict[str, Any]) -> Package:
    """A package as npm would give it."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as file:
        for member, value in members.items():
            packed = json.dumps(value).encode()
            info = tarfile.TarInfo(f"package/{member}")
            info.size = len(packed)
            file.addfile(info, io.BytesIO(packed))
    integrity = base64.b64encode(hashlib.sha512(content.getvalue()).digest()).decode()
    package = Package(name, "1.0.0", integrity)
    (folder / package.file).write_bytes(content.getvalue())
    return package


def pictures_package(folder: Path, name: str = "@sets/first", icons: dict[str, str] = ICONS) -> Package:
    about = {
        "author": {"name": "Somebody"},
        "license": {"spdx": "MIT"},
    }
    drawn = {key: {"body": body} for key, body in icons.items()}
    whole = {"icons": drawn, "width": 16, "height": 16, "aliases": {"teapot": {"parent": "tea-pot"}}}
    return tarball(
        folder, name, {"icons.json": whole, "chars.json": {}, "metadata.json": {}, "info.json": about}
    )


def captions_package(folder: Path) -> Package:
    entries = [
        {"label": label, "hexcode": f"1F{i:03}", "tags": ["hot", "drink"], "group": 7}
        for i, label in enumerate(LABELS)
    ]
    members = {"en/data.json": entries, "en/shortcodes/emojibase.json": {}, "meta/unicode-names.json": {}}
    return tarball(folder, "words", {**members, "meta/groups.json": {"groups": {"7": "objects"}}})


def built(folder: Path, tested: tuple[Package, ...] = ()) -> data.Pictures:
    return data.build(folder, [pictures_package(folder)], tested, captions_package(folder))


def test_a_package_of_three_pictures_gives_three_captioned_pictures(tmp_path: Path):
    pictures = built(tmp_path)
    assert [entry.label for entry in pictures.entries] == ["kettle", "teapot", "red kettle"]
    assert pictures.pixels.shape == (3, data.PIXELS, data.PIXELS, 4)
    middle = pictures.pixels[:, 32, 32]
    assert middle[0].tolist() == [221, 0, 0, 255]
    assert middle[1].tolist() == [0, 0, 221, 255]
    assert not pictures.pixels[:, 0, 31].any(axis=1)[:2].any()  # clear beside the drawing


def test_the_same_packages_give_the_same_bytes_and_what_is_written_is_read(tmp_path: Path):
    for name in ("one", "other"):
        data.write(built(tmp_path), tmp_path / name)
    for name in (data.PICTURES, data.INDEX):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
    assert data.read(tmp_path / "one").hash() == built(tmp_path).hash()


def test_a_package_that_is_not_the_pinned_one_is_refused(tmp_path: Path):
    package = pictures_package(tmp_path)
    (tmp_path / package.file).write_bytes(b"something else")
    with pytest.raises(ValueError, match="SHA-512 differs"):
        data.build(tmp_path, [package], (), captions_package(tmp_path))


def test_a_style_for_tests_is_never_learned_from(tmp_path: Path):
    other = pictures_package(tmp_path, "@sets/other", {"kettle": '<circle cx="8" cy="8" r="3"/>'})
    pictures = built(tmp_path, (other,))
    assert [entry.split for entry in pictures.entries if entry.style == "other"] == ["style"]
    assert not {"openmoji"} & {package.style for package in SETS}
    assert [package.style for package in HELD_OUT] == ["openmoji"]


def test_who_does_a_thing_does_not_make_it_another():
    assert concept("woman running") == concept("man running") == concept("person running") == "running"
    assert concept("person") == "person"


def test_a_name_without_spaces_is_read_by_its_words():
    entries = [{"label": label, "hexcode": str(i)} for i, label in enumerate(LABELS)]
    captions = Captions(entries, {}, {}, {})
    found = {name: captions.find(name) for name in ("teapot", "redapple", "kettleapple", "xyzzy")}
    labels = {name: caption.label if caption else None for name, caption in found.items()}
    assert labels == {
        "teapot": "teapot",
        "redapple": "red apple",
        "kettleapple": "kettle apple",
        "xyzzy": None,
    }


def test_pictures_that_look_the_same_are_twins():
    dice = np.random.default_rng(0)
    pixels = np.kron(dice.integers(0, 255, (3, 8, 8, 4)), np.ones((1, 8, 8, 1))).astype(np.uint8)
    pixels[..., 3] = 255
    pixels[2] = pixels[0]
    pixels[2, 0, 0] ^= 255  # one pixel of 4,096
    assert twins(pixels).tolist() == [0, 1, 0]


def test_what_looks_like_a_held_out_picture_is_not_learned_from():
    caption = data.Caption("kettle", (), "objects")
    held = next(word for word in map(str, range(1000)) if data._share(word) < data.CAPTIONS_OUT)
    pictures = [("first", replace(caption, label=held)), ("second", caption), ("second", caption)]
    assert data._splits(pictures, np.array([0, 0, 2], np.int32), set()) == ["caption", "twin", "train"]


def test_every_set_is_credited(tmp_path: Path):
    package = pictures_package(tmp_path)
    words = tarball(tmp_path, CAPTIONS.name, {"package.json": {"license": "MIT", "author": "Nobody"}})
    written = credits(tmp_path, [package], [], words)
    assert "`@sets/first` 1.0.0 | Somebody | MIT | training" in written
    assert f"`{CAPTIONS.name}` 1.0.0 | Nobody | MIT | captions and tags" in written
