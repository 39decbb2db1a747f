"""`handful draw`, with a tiny artist that draws discs; what is asked for, where it goes, and what is said of it."""

import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handful.cli.pictures import checked, pictures_of
from handful.draw.artist import PIXELS
from handful.draw.folder import MOST, examples_in, words_of
from handful.draw.sheet import ACROSS, CELL, sheet
from handful.errors import UserError
from tests.tiny_artist import examples, picture, tiny_artist


@pytest.fixture(scope="module")
def artist(tmp_path_factory):
    pytest.importorskip("onnx", reason="makes the tiny graphs")
    return tiny_artist(tmp_path_factory.mktemp("artist"))


@pytest.fixture
def draw(handful, artist):
    return lambda *arguments: handful("draw", "--artist", artist, *arguments)


@pytest.fixture
def liked(tmp_path):
    """A folder of four pictures whose names say what they show."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for example in examples("round"):
        Image.fromarray(example.picture).save(folder / f"my-{example.words}.png")
    return folder


def files(folder):
    return sorted(path.name for path in Path(folder).iterdir() if path.is_file())


def test_words_become_a_picture_with_their_name(draw, tmp_path):
    ended = draw("A red apple!")
    assert ended.code == 0, ended.err
    assert files(tmp_path) == ["a-red-apple.png"]
    with Image.open(tmp_path / "a-red-apple.png") as made:
        assert (made.size, made.mode) == ((PIXELS, PIXELS), "RGBA")
    assert "a-red-apple.png: sure ." in ended.err
    assert " away" in ended.err


def test_the_same_seed_gives_the_same_bytes_and_picture_i_has_the_seed_plus_i(draw, tmp_path):
    assert draw("apple", "--n", 3, "--seed", 5).code == 0
    assert files(tmp_path) == ["apple-1.png", "apple-2.png", "apple-3.png"]
    assert draw("apple", "--seed", 7, "-o", "again.png").code == 0
    made = [(tmp_path / name).read_bytes() for name in ("apple-1.png", "apple-3.png", "again.png")]
    assert made[1] == made[2] != made[0]


def test_texts_each_get_their_pictures_in_a_folder_that_is_named(draw, tmp_path):
    (tmp_path / "out").mkdir()
    assert draw("dog", "house", "--n", 2, "-o", "out").code == 0
    assert files(tmp_path / "out") == ["dog-1.png", "dog-2.png", "house-1.png", "house-2.png"]


@pytest.mark.parametrize("arguments", [["apple"], ["apple", "-o", "apple.png"], ["apple", "dog"]])
def test_nothing_is_replaced_unasked_and_nothing_drawn_before_that_is_known(draw, tmp_path, arguments):
    (tmp_path / "apple.png").write_text("mine")
    ended = draw(*arguments, "--artist", "where no artist is")
    assert ended.code == 2
    assert "'apple.png' exists already" in ended.err
    assert files(tmp_path) == ["apple.png"]
    assert (tmp_path / "apple.png").read_text() == "mine"


def test_force_replaces_and_leaves_nothing_beside(draw, tmp_path):
    (tmp_path / "apple.png").write_text("mine")
    assert draw("apple", "--force").code == 0
    assert files(tmp_path) == ["apple.png"]
    assert (tmp_path / "apple.png").read_bytes().startswith(b"\x89PNG")


def test_json_says_all_of_each_picture(draw, liked):
    ended = draw("apple", "dog", "--like", "mine", "--seed", 3, "--json")
    assert ended.code == 0, ended.err
    told = ended.object
    assert [each["words"] for each in told["pictures"]] == ["apple", "dog"]
    for each in told["pictures"]:
        assert set(each) == {"words", "file", "seed", "sure", "doubt", "nearest", "distance"}
        assert 0 <= each["sure"] <= 1
        assert each["seed"] == 3
    assert (told["artist"], told["examples"], told["notes"], told["sheet"]) == ("tiny", 4, [], None)


def test_a_doubt_is_said_and_the_picture_drawn_all_the_same(draw, tmp_path):
    ended = draw("qwxyzzy vrblgh")
    assert ended.code == 0
    assert "qwxyzzy-vrblgh.png: unsure: " in ended.err
    assert files(tmp_path) == ["qwxyzzy-vrblgh.png"]


def test_what_is_liked_changes_what_is_drawn(draw, tmp_path, liked):
    assert draw("apple", "-o", "plain.png").code == 0
    assert draw("apple", "--like", "mine", "-o", "liked.png").code == 0
    assert (tmp_path / "plain.png").read_bytes() != (tmp_path / "liked.png").read_bytes()


def test_a_sheet_stands_for_all_pictures_with_the_references_on_top(draw, tmp_path, liked):
    assert draw("apple", "dog", "--n", 3, "--sheet", "--json", "-o", "plain.png").code == 0
    ended = draw("apple", "dog", "--n", 3, "--sheet", "--like", "mine", "--json")
    assert files(tmp_path) == ["apple-sheet.png", "plain.png"]
    assert ended.object["sheet"] == "apple-sheet.png"
    assert len(ended.object["pictures"]) == 6
    with Image.open(tmp_path / "apple-sheet.png") as whole, Image.open(tmp_path / "plain.png") as without:
        assert whole.height > without.height > 2 * CELL


def test_a_sheet_and_tracings_do_not_go_together(draw):
    ended = draw("apple", "--sheet", "--svg")
    assert ended.code == 2
    assert "--svg traces single pictures" in ended.err


def test_a_tracing_stands_beside_its_picture(draw, tmp_path):
    pytest.importorskip("vtracer", reason="the extra `draw` is not installed")
    ended = draw("apple", "--svg", "--json")
    assert ended.code == 0, ended.err
    assert files(tmp_path) == ["apple.png", "apple.svg"]
    assert ended.object["pictures"][0]["svg"] == "apple.svg"
    drawn = ElementTree.parse(tmp_path / "apple.svg").getroot()
    assert drawn.get("viewBox") == f"0 0 {PIXELS} {PIXELS}"
    assert draw("apple", "-o", "apple.png", "--svg", "--force").code == 0
    (tmp_path / "apple.png").unlink()
    assert "'apple.svg' exists already" in draw("apple", "--svg").err


def test_without_the_tracer_it_says_what_to_install_before_anything_is_drawn(draw, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "vtracer", None)
    ended = draw("apple", "--svg")
    assert ended.code == 2
    assert "pip install 'handful[draw]'" in ended.err
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "kind", ["clear", "white", "noise", "one pixel", "wide"], ids=lambda kind: kind.replace(" ", "-")
)
def test_any_picture_can_be_traced_and_a_clear_one_gives_no_shape(kind):
    pytest.importorskip("vtracer", reason="the extra `draw` is not installed")
    from handful.draw.trace import traced

    dice = np.random.default_rng(0)
    made = {
        "clear": np.zeros((64, 64, 4), np.uint8),
        "white": np.full((64, 64, 4), 255, np.uint8),
        "noise": dice.integers(0, 256, (64, 64, 4)).astype(np.uint8),
        "one pixel": np.full((1, 1, 4), 255, np.uint8),
        "wide": np.full((30, 300, 4), 200, np.uint8),
    }[kind]
    drawn = ElementTree.fromstring(traced(made))
    assert drawn.get("viewBox") == f"0 0 {made.shape[1]} {made.shape[0]}"
    assert (len(drawn[0]) == 0) == (kind == "clear")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([""], "no words to draw from"),
        (["   "], "no words to draw from"),
        (["🔥"], "no words to draw from"),
        (["--", "--"], "no words to draw from"),
        (["a" * 10_000], "a text has 10,000 characters, and at most 2,000"),
        (["a\0b"], "is no text"),
        (["a\udcffb"], "is no text"),
        (["apple", "--n", 0], "0 is not in the range"),
        (["apple", "--n", 65], "65 is not in the range"),
        (["apple", "--n", "1e9"], "'1e9' is not a valid integer"),
        (["apple", "--seed", -1], "-1 is not in the range"),
        (["apple", "-o", "apple.jpg"], "'apple.jpg' is no name for a picture"),
        (["apple", "-o", "-"], "'-' is no name for a picture"),
        (["apple", "-o", "absent/apple.png"], "'absent' does not exist"),
        (["apple", "--like", "absent"], "'absent' does not exist"),
        (["apple", "--like", "empty"], "a folder without pictures"),
        (["apple", "--like", "broken"], "no picture that can be read: cut.png: "),
        (["apple", "--like", "broken/cut.png"], "no picture that can be read: cut.png: "),
        (["apple", "--artist", "empty"], "'empty' is no artist"),
        ([], "Missing argument"),
    ],
    ids=repr,
)
def test_what_cannot_be_meant_is_said_and_nothing_written(draw, tmp_path, arguments, said):
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    ended = draw(*arguments)
    assert ended.code == 2
    assert said in ended.err
    assert files(tmp_path) == []


def test_too_many_pictures_are_refused():
    texts = [f"thing {i}" for i in range(16)]
    assert len(checked(texts, 62)) == 16
    with pytest.raises(UserError, match="1,024 pictures are asked for, and at most 1,000"):
        checked(texts, 64)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a red kettle", "a-red-kettle.png"),
        ("../../x", "x.png"),
        ("C:\\Windows\\con", "c-windows-con.png"),
        ("con", "con_.png"),
        ("COM1", "com1_.png"),
        ("-rf *", "rf.png"),
        ("Straße nach Łódź", "strasse-nach-łódź.png"),
        ("赤い やかん", "赤い-やかん.png"),
        ("x" * 500, "x" * 60 + ".png"),
    ],
)
def test_words_become_a_name_that_every_system_allows(text, name):
    (asked,) = pictures_of([text], 1, 0, None)
    assert asked.place == Path(name)


@given(
    st.lists(st.text(max_size=80).filter(lambda t: any(c.isalnum() for c in t)), max_size=6),
    st.integers(1, 5),
)
def test_no_two_pictures_share_a_file_and_all_lie_in_one_folder(texts, count):
    texts = list(dict.fromkeys(texts))
    places = [asked.place for asked in pictures_of(texts, count, 0, None)]
    assert len({str(place).casefold() for place in places}) == len(texts) * count
    assert all(place.parent == Path() and not place.name.startswith((".", "-")) for place in places)
    assert all(len(place.name.encode()) <= 255 for place in places)


def test_texts_that_give_the_same_name_are_numbered_past_names_that_are_taken():
    asked = pictures_of(["cat", "cat!", "cat 1"], 1, 0, None)
    assert [each.place.name for each in asked] == ["cat-2.png", "cat-3.png", "cat-1.png"]


def test_letters_that_a_system_takes_for_one_another_give_no_two_files():
    asked = pictures_of(["\N{BLACK-LETTER CAPITAL H}", "h", "H", "ﬀ", "FF"], 1, 0, None)
    assert [each.place.name for each in asked] == ["h-1.png", "h-2.png", "h-3.png", "ff-1.png", "ff-2.png"]


def test_a_text_that_stands_twice_is_drawn_once():
    assert checked(["cat", "dog", "cat"], 1) == ("cat", "dog")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("red-kettle.png", "red kettle"),
        ("red__kettle-2.png", "red kettle 2"),
        ("0001.png", ""),
        ("12-34_5.png", ""),
        ("sub/tea pot.webp", "tea pot"),
    ],
)
def test_a_files_name_says_what_it_shows_unless_it_is_a_number(name, words):
    assert words_of(name) == words


def test_a_folder_gives_its_pictures_by_name_and_counts_the_broken_ones(liked, tmp_path):
    (liked / "zebra.png").write_bytes(b"no picture")
    (liked / ".hidden.png").write_bytes(b"no picture")
    (liked / "notes.txt").write_text("no picture")
    (tmp_path / "outside.png").write_bytes((liked / "my-dog.png").read_bytes())
    (liked / "link.png").symlink_to(tmp_path / "outside.png")
    found = examples_in(liked)
    assert [example.words for example in found.examples] == ["my apple", "my dog", "my house", "my umbrella"]
    assert all(example.picture.shape == (PIXELS, PIXELS, 4) for example in found.examples)
    assert [note.split(": ")[0] for note in found.notes] == [
        f"2 of 6 pictures in {str(liked)!r} cannot be read"
    ]


def test_one_picture_is_an_example_as_well(liked):
    (example,) = examples_in(liked / "my-dog.png").examples
    assert example.words == "my dog"
    assert np.array_equal(example.picture, picture("dog", "round"))


def test_of_very_many_pictures_some_spread_over_all_are_looked_at(tmp_path):
    content = io.BytesIO()
    Image.new("RGBA", (4, 4), "red").save(content, "PNG")
    for i in range(2 * MOST):
        (tmp_path / f"{i:04}.png").write_bytes(content.getvalue())
    found = examples_in(tmp_path)
    assert len(found.examples) == MOST
    assert found.notes == (f"200 of the 400 pictures in {str(tmp_path)!r} are looked at",)


def test_a_sheet_breaks_long_rows_and_shows_squares_through_what_is_clear():
    clear, full = np.zeros((64, 64, 4), np.uint8), np.full((32, 16, 4), 255, np.uint8)
    full[..., 1:3] = 0
    made = sheet([[clear] * (ACROSS + 1), [full]], ["a long row", "word " * 1_000])
    pixels = np.asarray(made)
    assert pixels.shape[1] < (ACROSS + 1) * CELL
    assert 3 * CELL < pixels.shape[0] < 4 * CELL
    squares = pixels[30 : 30 + CELL, 8 : 8 + CELL]
    assert set(np.unique(squares)) == {236, 255}
    red = (pixels == (255, 0, 0)).all(axis=2)
    assert red.sum() == pytest.approx(CELL * CELL / 2, rel=0.05)


def test_a_sheet_of_nothing_is_a_sheet():
    assert sheet([], []).size[0] > 0


@pytest.mark.weights("artist")
def test_the_weights_that_are_fetched_draw(handful, tmp_path):
    ended = handful("draw", "a red apple", "--json")
    assert ended.code == 0, ended.err
    assert 0 < ended.object["pictures"][0]["sure"] <= 1
    assert np.asarray(Image.open(tmp_path / "a-red-apple.png"))[..., 3].any()
