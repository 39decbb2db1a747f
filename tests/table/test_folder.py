"""A folder of pictures or sounds is a table of files and labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from handful.errors import TableError
from handful.table.adapt import table_from_frame
from handful.table.folder import one_target, read_folder, read_source
from handful.table.media import content_of


@pytest.fixture
def photos(tmp_path: Path) -> Callable[..., Path]:
    def make(*names: str) -> Path:
        for name in names:
            path = tmp_path / "photos" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(name.encode())
        return tmp_path / "photos"

    return make


def rows(folder: Path, target: str = "label") -> list[tuple[str, str | None]]:
    return read_folder(folder, target).frame.rows()


def test_a_sub_folder_is_a_label_and_what_lies_in_none_is_to_be_answered(photos):
    folder = photos(
        "cat/b.png", "cat/a.JPG", "dog/deep/er/c.webp", "d.gif", "unlabelled/e.bmp", "unlabelled/x/f.png"
    )
    assert rows(folder) == [
        ("photos/cat/a.JPG", "cat"),
        ("photos/cat/b.png", "cat"),
        ("photos/d.gif", None),
        ("photos/dog/deep/er/c.webp", "dog"),
        ("photos/unlabelled/e.bmp", None),
        ("photos/unlabelled/x/f.png", None),
    ]


def test_the_second_column_has_the_name_of_the_target(photos):
    assert read_folder(photos("cat/a.png"), "kind").frame.columns == ["file", "kind"]
    assert read_source(photos("cat/a.png")).frame.columns == ["file", "label"]
    with pytest.raises(TableError, match="'file' is the column"):
        read_folder(photos("cat/a.png"), "file")


def test_every_path_is_found_from_where_the_filled_table_goes(photos):
    source = read_folder(photos("cat/a b.png", "cat/10:30.png", "c.png"))
    for cell in source.frame["file"]:
        assert content_of(source.root, cell).decode() == cell.removeprefix("photos/")


@pytest.mark.parametrize("place", [".", "../photos", "sub/..", "./"])
def test_the_folder_may_be_named_in_any_way(photos, monkeypatch, place):
    folder = photos("cat/a.png", "sub/b.png")
    monkeypatch.chdir(folder)
    assert [row[0] for row in rows(Path(place))] == ["photos/cat/a.png", "photos/sub/b.png"]


def test_the_kinds_are_media_and_category_whatever_the_names_look_like(photos):
    source = read_folder(photos("1/10:30.png", "2/b.png", "2/data:a.png"))
    table = table_from_frame(source.frame, kinds=source.kinds)
    assert [column.kind for column in table] == ["image", "category"]
    sounds = read_folder(
        photos("../sounds/a/b.wav", "../sounds/a/c.MP3", "../sounds/d.flac").parent / "sounds"
    )
    assert [column.kind for column in table_from_frame(sounds.frame)] == ["sound", "category"]


def test_what_is_no_picture_is_left_out_and_counted(photos):
    folder = photos("cat/a.png", "cat/.hidden.png", ".git/b.png", "notes.txt", "cat/Thumbs.db", "README")
    source = read_folder(folder)
    assert source.frame["file"].to_list() == ["photos/cat/a.png"]
    counts, _, listed = source.notes[0].partition(": ")
    assert counts == "5 entries of the folder left out"
    assert set(listed.split(", ")) == {"hidden (2)", "files without a suffix (1)", ".txt (1)", ".db (1)"}


def test_links_lead_neither_out_of_the_folder_nor_round_in_it(photos, tmp_path):
    folder = photos("cat/a.png")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "cat" / "out.png").symlink_to(tmp_path / "secret.png")
    (folder / "cat" / "same.png").symlink_to("a.png")
    (folder / "cat" / "gone.png").symlink_to("absent.png")
    (folder / "again").symlink_to(".")
    (folder / "away").symlink_to(tmp_path)
    source = read_folder(folder)
    assert source.frame["file"].to_list() == ["photos/cat/a.png", "photos/cat/same.png"]
    assert "links to folders (2)" in source.notes[0]
    assert "links that lead out of the folder (1)" in source.notes[0]


def test_the_table_does_not_depend_on_the_order_in_which_files_were_made(photos, tmp_path):
    names = ["cat/2.png", "cat/10.png", "b.png", "dog/1.png"]
    first = rows(photos(*names))
    for name in names:
        (tmp_path / "photos" / name).unlink()
    assert rows(photos(*reversed(names))) == first


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["cat/a.png", "cat/b.wav"], r"pictures \(1\) and sounds \(1\)"),
        (["notes.txt"], r"a folder without pictures or sounds; left out: .txt \(1\)"),
        ([".hidden/a.png"], r"a folder without pictures or sounds; left out: hidden \(1\)"),
        (["NA/a.png", "cat/b.png"], "'NA', a sub-folder of"),
    ],
)
def test_a_folder_that_is_no_table_is_refused_with_a_hint(photos, names, said):
    with pytest.raises(TableError, match=said) as refused:
        read_folder(photos(*names))
    assert refused.value.hint


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(TableError, match="a folder without pictures or sounds"):
        read_source(tmp_path)


def test_a_folder_that_is_not_there_is_said_with_what_is(photos):
    with pytest.raises(TableError, match=r"No such file(.|\n)*did you mean 'photos'"):
        read_source(photos("a.png").parent / "fotos")


def test_a_folder_has_one_target(tmp_path):
    assert one_target(tmp_path, ("kind",)) == "kind"
    assert one_target(tmp_path / "t.csv", ("a", "b")) == "a"
    with pytest.raises(TableError, match="one label to fill, and 2 targets"):
        one_target(tmp_path, ("a", "b"))


def test_the_paths_of_a_file_are_relative_to_its_folder(tmp_path):
    (tmp_path / "t.csv").write_text("x\n1\n")
    assert read_source(tmp_path / "t.csv").root == tmp_path
