"""A cell that names a file gives the bytes of that file, and of none that lies elsewhere."""

from __future__ import annotations

import ntpath
import os
from pathlib import Path

import polars as pl
import pytest

from handful.errors import CellError
from handful.table.adapt import table_from_frame
from handful.table.column import Column, Kind, texts
from handful.table.media import content_of, file_note, is_file, is_under
from tests.paths import FOREIGN, HOSTILE


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that may be read, a secret beside it, and a folder whose name begins as its own does."""
    root = tmp_path / "model"
    (root / "sub").mkdir(parents=True)
    (root / "picture.png").write_bytes(b"picture")
    (root / "sub" / "inner.png").write_bytes(b"inner")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "model_evil").mkdir()
    (tmp_path / "model_evil" / "secret.png").write_bytes(b"secret")
    return root


def reason(root: Path, cell: str, **limits: int) -> str:
    with pytest.raises(CellError) as refused:
        content_of(root, cell, **limits)
    return refused.value.message


@pytest.mark.parametrize("end", ["x", ":", ".csv"])
def test_spaces_before_a_name_do_not_hold_anybody_up(end):
    column = Column("x", Kind.SERIES, texts([]))
    assert is_file(column, " " * 300_000 + end) == (end == ".csv")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_path_leads_out_of_the_folder(root, name):
    assert 0 < len(reason(root, HOSTILE[name])) < 60


OUT = {name: HOSTILE[name] for name in FOREIGN if "C:" not in HOSTILE[name]}


@pytest.mark.parametrize("name", OUT)
def test_a_path_that_leads_out_is_called_so(root, name):
    assert reason(root, OUT[name]) == "leads out of the folder"


@pytest.mark.parametrize("name", FOREIGN)
def test_no_path_leads_out_by_the_rules_of_windows(name):
    root = "C:\\data\\model"
    assert not is_under(root, ntpath.join(root, HOSTILE[name]), ntpath)


@pytest.mark.parametrize(
    ("path", "under"),
    [
        ("c:/DATA/Model/a.png", True),
        ("C:\\data\\model\\sub\\..\\a.png", True),
        ("C:\\data\\model_evil\\a.png", False),
        ("C:\\data\\model.\\..\\a.png", False),
        ("D:\\data\\model\\a.png", False),
    ],
)
def test_windows_compares_whole_names_without_case(path, under):
    assert is_under("C:\\data\\model", path, ntpath) == under


def test_a_file_in_the_folder_is_read_however_it_is_named(root, monkeypatch):
    for cell in (
        "picture.png",
        "./picture.png",
        " picture.png ",
        "sub/../picture.png",
        str(root / "picture.png"),
    ):
        assert content_of(root, cell) == b"picture"
    for cell in ("sub/inner.png", "sub\\inner.png", ".\\sub\\inner.png", "sub//inner.png"):
        assert content_of(root, cell) == b"inner"
    monkeypatch.chdir(root.parent)
    assert content_of(Path("model"), "picture.png") == b"picture"
    assert content_of(Path(), "model/picture.png") == b"picture"


@pytest.mark.parametrize(
    "name", ["a%20b.png", "%2e%2e.png", "a\\b.png", " a.png", "a b\n.png", "ä.png", "C:a.png"]
)
@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such names")
def test_a_name_is_taken_as_it_stands_where_such_a_file_exists(root, name):
    (root / name).write_bytes(b"odd")
    assert content_of(root, name) == b"odd"


def test_links_are_followed_within_the_folder_and_not_out_of_it(root):
    (root / "same.png").symlink_to("picture.png")
    (root / "out.png").symlink_to("../secret.png")
    (root / "away").symlink_to(root.parent)
    (root / "loop.png").symlink_to("loop.png")
    assert content_of(root, "same.png") == b"picture"
    assert reason(root, "out.png") == "leads out of the folder"
    assert reason(root, "away/secret.png") == "leads out of the folder"
    assert reason(root, "away/model_evil/secret.png") == "leads out of the folder"
    assert reason(root, "loop.png")
    (root.parent / "alias").symlink_to("model")
    assert content_of(root.parent / "alias", "picture.png") == b"picture"
    assert content_of(root, str(root.parent / "alias" / "picture.png")) == b"picture"


def test_what_is_no_readable_file_is_refused_with_its_reason(root):
    os.mkfifo(root / "pipe.png")
    (root / "empty.png").touch()
    (root / "large.png").write_bytes(b"x" * 100)
    assert reason(root, "absent.png") == "no such file"
    assert reason(root, "picture.png/x.png") == "no such file"
    assert reason(root, "sub") == "a folder, not a file"
    assert reason(root, "pipe.png") == "a pipe or a device, not a file"
    assert reason(root, "empty.png") == "an empty file"
    assert reason(root, "large.png", most=99) == "more than 99 bytes"
    assert content_of(root, "large.png", most=100)
    assert reason(root, "https://example.org/a.png") == "a link, not a file: nothing is fetched"
    assert reason(root, "../secret.png") == "leads out of the folder"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_file_that_may_not_be_read_is_refused(root):
    (root / "picture.png").chmod(0)
    assert "Permission denied" in reason(root, "picture.png")


def test_missing_files_are_counted_and_named(root):
    def note(*cells: str | None) -> str:
        return file_note(table_from_frame(pl.DataFrame({"photo": cells}), root=root)["photo"])

    assert note("picture.png", None, "sub/inner.png") == ""
    assert note("picture.png", "a.png") == "1 of 2 files in 'photo' cannot be used: no such file ('a.png')"
    assert "1 leads out of the folder" in note("a.png", "../secret.png", "picture.png")
    assert file_note(table_from_frame(pl.DataFrame({"x": ["a", "b"]}))["x"]) == ""
    assert file_note(table_from_frame(pl.DataFrame({"x": ["[1, 2]", "[3, 4]"]}))["x"]) == ""
    assert "2 of 2 files" in note("a.npy", "b.csv")
