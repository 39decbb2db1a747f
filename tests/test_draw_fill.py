"""A target of pictures, end to end: what is drawn, after which rows, what stays blank, and where the files go."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

import handful
from handful.chat.chat import Chat
from handful.cli.main import run
from handful.draw.artist import PIXELS, Drawn, Example, Pixels
from handful.draw.caption import captions, style_among, worded
from handful.draw.drawing import Drawing, learn_to_draw
from handful.draw.pictures import fitted, png_of
from handful.draw.saving import save_pictures
from handful.errors import MissingError, TargetError, UserError
from handful.filling import Asked, answer_frame, fill_frame
from handful.learner import Learner
from handful.table.adapt import table_from_frame
from handful.table.column import Kind
from handful.table.inspect import inspect_table
from handful.table.media import content_of
from tests.tiny_artist import tiny_artist

COLOURS = {
    "red": (220, 30, 30), "green": (30, 170, 60), "blue": (40, 70, 220), "yellow": (240, 220, 40),
    "purple": (140, 40, 160), "orange": (250, 140, 20), "black": (10, 10, 10), "pink": (250, 150, 200),
}  # fmt: skip


class Painter:
    """Paints the colour that the words name, as a square of the size that most examples have."""

    name = "the painter"

    def __init__(self, identity: str = "painter 1") -> None:
        self.identity = identity
        self.asked: list[tuple[list[str], list[str]]] = []

    def draw(
        self,
        words: Sequence[str],
        examples: Sequence[Example] = (),
        *,
        seeds: Sequence[int] | None = None,
        progress: Callable[[float], None] = lambda share: None,
    ) -> list[Drawn]:
        self.asked.append((list(words), [each.words for each in examples]))
        sides = sorted(int((each.picture[..., 3] > 0).any(axis=0).sum()) for each in examples)
        progress(1.0)
        return [self._drawn(text, examples, sides[len(sides) // 2] if sides else PIXELS) for text in words]

    def _drawn(self, text: str, examples: Sequence[Example], side: int) -> Drawn:
        named = [colour for colour in COLOURS if colour in text.split()]
        if not named:
            return Drawn(square((128, 128, 128), side), 0.1, f"'{text}' names no colour")
        alike = tuple(place for place, each in enumerate(examples) if named[0] in each.words.split())
        near = examples[alike[0]].words if alike else "nothing"
        others = tuple(place for place in range(len(examples)) if place not in alike)
        return Drawn(square(COLOURS[named[0]], side), 0.9, "", near, 0.25, alike, others)

    def close(self) -> None:
        pass


def square(colour: tuple[int, int, int], side: int) -> Pixels:
    """A square of a colour in the middle of a clear picture."""
    picture = np.zeros((PIXELS, PIXELS, 4), dtype=np.uint8)
    start = (PIXELS - side) // 2
    picture[start : start + side, start : start + side] = (*colour, 255)
    return picture


@pytest.fixture
def table(tmp_path: Path) -> pl.DataFrame:
    """Six squares with their files, a seventh row to draw, and one in which no colour is named."""
    (tmp_path / "art").mkdir()
    known = list(COLOURS)[:6]
    for name in known:
        Image.fromarray(square(COLOURS[name], 40)).save(tmp_path / "art" / f"{name}.png")
    return pl.DataFrame(
        {
            "caption": [*(f"a {name} thing" for name in known), "a black thing", "a thing"],
            "weight": [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5],
            "picture": [*(f"art/{name}.png" for name in known), None, None],
        }
    )


def filled(table: pl.DataFrame, root: Path, **asked: Any) -> pl.DataFrame:
    return handful.fill(table, target="picture", root=root, artist=Painter(), **asked)


def drawing(table: pl.DataFrame, root: Path) -> Drawing:
    """What is learnt of the pictures."""
    learnt = Learner("picture", root=root, artist=Painter()).fit(table).learnt_
    assert isinstance(learnt, Drawing)
    return learnt


def pixels(path: Path) -> Pixels:
    return np.asarray(Image.open(path).convert("RGBA"))


def test_a_blank_picture_is_drawn_as_the_words_say_in_the_size_of_the_others(table, tmp_path):
    done = filled(table, tmp_path)
    assert done["picture"].to_list() == [*table["picture"][:6], "picture drawn/picture-row-7.png", None]
    assert done["picture status"].to_list() == ["given"] * 6 + ["filled", "unsure"]
    assert done["picture sure"].to_list() == [None] * 6 + [0.9, 0.1]
    np.testing.assert_array_equal(pixels(tmp_path / done["picture"][6]), square(COLOURS["black"], 40))
    assert [each.name for each in (tmp_path / "picture drawn").iterdir()] == ["picture-row-7.png"]


def test_pictures_are_drawn_unasked_where_there_is_an_artist(table, tmp_path):
    done = fill_frame(table, root=tmp_path, artist=Painter())
    assert [target.name for target in done.targets] == ["picture"]
    assert done.targets[0].doubt == ", 1 left blank as unsure"
    assert (done.targets[0].kind, done.targets[0].filled, done.targets[0].unsure) == (Kind.IMAGE, 1, 1)


def test_without_an_artist_the_other_columns_are_filled_all_the_same(table, tmp_path):
    loud = [caption.upper() for caption in table["caption"]]
    done = fill_frame(table.with_columns(loud=pl.Series([*loud[:7], None])), root=tmp_path)
    assert [target.name for target in done.targets] == ["loud"]
    assert done.frame["loud"].to_list() == loud
    assert "handful get artist" in done.left["picture"]
    with pytest.raises(MissingError, match="picture") as missing:
        fill_frame(table, targets=["picture"], root=tmp_path)
    assert "handful get artist" in missing.value.hint


def test_no_file_is_ever_replaced(table, tmp_path):
    folder = tmp_path / "picture drawn"
    folder.mkdir()
    (folder / "picture-row-7.png").write_text("mine")
    first, second = filled(table, tmp_path), filled(table, tmp_path)
    assert (folder / "picture-row-7.png").read_text() == "mine"
    assert first["picture"][6] == "picture drawn/picture-row-7-2.png"
    assert second["picture"][6] == "picture drawn/picture-row-7-3.png"
    assert len(list(folder.iterdir())) == 3


def test_a_filled_table_filled_again_draws_after_the_given_pictures_alone(table, tmp_path):
    first = filled(table, tmp_path)
    artist = Painter()
    again = fill_frame(first, targets=["picture"], root=tmp_path, artist=artist)
    assert again.targets[0].given == 6
    assert all("a black thing" not in examples for _, examples in artist.asked)
    assert again.frame["picture"][6] == "picture drawn/picture-row-7-2.png"


def test_the_order_of_the_rows_changes_no_picture_and_no_score(table, tmp_path):
    first, turned = (drawing(frame, tmp_path) for frame in (table, table.reverse()))
    np.testing.assert_array_equal(first.pictures, turned.pictures)
    assert (first.words.tolist(), first.score) == (turned.words.tolist(), turned.score)
    assert turned.rows.tolist() == [len(table) - 1 - row for row in first.rows.tolist()]


def test_a_saved_learner_draws_the_same(table, tmp_path):
    learner = Learner("picture", root=tmp_path, artist=Painter()).fit(table)
    again = Learner.load(learner.save(tmp_path / "m.handful"))
    again.artist = Painter()
    ours, theirs = learner.predict(table), again.predict(table.select("caption"))
    assert [each is None for each in ours.values] == [each is None for each in theirs.values]
    assert all(a == b for a, b in zip(ours.best, theirs.best, strict=True))
    assert again.evaluate() == learner.evaluate()


def test_another_artist_than_the_one_that_was_judged_is_refused(table, tmp_path):
    learner = Learner("picture", root=tmp_path, artist=Painter()).fit(table)
    learner.artist = Painter("painter 2")
    with pytest.raises(UserError, match="painter 1"):
        learner.predict(table)


def test_an_answer_says_after_which_rows_it_was_drawn_and_what_it_looks_like(table, tmp_path):
    table = table.with_columns(caption=pl.Series([*table["caption"][:6], "a blue house", "a thing"]))
    learner = Learner("picture", root=tmp_path, artist=Painter()).fit(table)
    answers = learner.predict(table.tail(2), why=True)
    sure, unsure = answers
    assert sure.rows[0] == 2
    assert sorted(sure.rows) == [0, 1, 2, 3, 4, 5]
    assert sure.drawn is not None
    assert (sure.drawn.nearest, sure.drawn.distance) == ("a blue thing", 0.25)
    assert answers.beside()["picture why"][0].startswith("after rows 3, ")
    assert answers.beside()["picture why"][0].endswith("; most like a blue thing, 0.25 away")
    assert (unsure.value, unsure.status, unsure.reason) == (None, "unsure", "'a thing' names no colour")
    assert answers.best[1].size == (PIXELS, PIXELS)
    assert answers.beside()["picture why"][1] == "'a thing' names no colour"
    assert answers.to_frame().height == 2


def test_held_out_rows_are_drawn_without_themselves_and_without_their_group(table, tmp_path):
    grouped = table.with_columns(by=pl.Series(["x", "x", "y", "y", "z", "z", None, None]))
    for group, left in ((None, 5), ("by", 4)):
        artist = Painter()
        learner = Learner("picture", root=tmp_path, artist=artist, group=group).fit(grouped)
        assert len(artist.asked) == 6
        for words, examples in artist.asked:
            assert words[0] not in examples
            assert len(examples) == left
    assert learner.learnt_.kinds == {"caption": "text"}


def test_pictures_that_are_equal_or_have_equal_words_are_held_out_together(table, tmp_path):
    Image.fromarray(square(COLOURS["red"], 40)).save(tmp_path / "art" / "same.png")
    Image.fromarray(square(COLOURS["pink"], 40)).save(tmp_path / "art" / "other.png")
    more = pl.DataFrame(
        {
            "caption": ["scarlet", "Scarlet", "a blue thing"],
            "weight": [1.0, 2.0, 3.0],
            "picture": ["art/same.png", "art/other.png", "art/blue.png"],
        }
    )
    artist = Painter()
    learner = Learner("picture", root=tmp_path, artist=artist).fit(pl.concat([table.head(6), more]))
    assert len(artist.asked) == 9
    chain = {"a red thing", "scarlet", "Scarlet"}
    for words, examples in artist.asked:
        assert words[0] not in examples
        assert len(examples) == (6 if words[0] in chain else 7 if words[0] == "a blue thing" else 8)
        assert words[0] not in chain or chain.isdisjoint(examples)
    alike = pl.concat([table.head(1)] * 5)
    verdict = Learner("picture", root=tmp_path, artist=Painter()).fit(alike).evaluate().verdict
    assert verdict == "Not judged: all pictures have the same words or content."
    assert learner.evaluate().rows == 9


def test_what_is_painted_right_beats_copying_another_colour(table, tmp_path):
    score = Learner("picture", root=tmp_path, artist=Painter()).fit(table).evaluate()
    assert score.rows == 6
    assert score.loss == pytest.approx(0, abs=1e-6)
    assert score.baseline_loss > 0.01
    assert score.better
    assert "in 6 of 6 rows" in score.verdict


def test_with_three_pictures_nothing_is_judged_and_one_is_enough_to_draw(table, tmp_path):
    few = pl.concat([table.head(1), table.tail(2)])
    learner = Learner("picture", root=tmp_path, artist=Painter()).fit(few)
    assert learner.evaluate().verdict == "Not judged: 1 picture is known, and it takes 4."
    assert learner.predict(few.tail(2)).status.tolist() == ["filled", "unsure"]


def test_a_broken_picture_is_no_example_and_is_named(table, tmp_path):
    (tmp_path / "art" / "red.png").write_bytes(b"no picture")
    learnt = drawing(table, tmp_path)
    assert learnt.labelled == 5
    assert any("red.png" in note and "1 cell" in note for note in learnt.notes)
    for path in (tmp_path / "art").iterdir():
        path.write_bytes(b"no picture")
    with pytest.raises(TargetError, match="none of the 6 pictures"):
        Learner("picture", root=tmp_path, artist=Painter()).fit(table)


def test_a_picture_in_which_nothing_can_be_seen_is_no_example(table, tmp_path):
    faint = square(COLOURS["red"], 40)
    faint[..., 3] = np.minimum(faint[..., 3], 25)
    Image.fromarray(faint).save(tmp_path / "art" / "red.png")
    learnt = drawing(table, tmp_path)
    assert learnt.labelled == 5
    assert any("nothing to see in it" in note and "red.png" in note for note in learnt.notes)
    faint[20, 20, 3] = 26
    Image.fromarray(faint).save(tmp_path / "art" / "red.png")
    assert drawing(table, tmp_path).labelled == 6


def test_without_words_beside_it_there_is_nothing_to_draw_from(table, tmp_path):
    with pytest.raises(TargetError, match="no words to draw from beside 'picture'"):
        filled(table.drop("caption"), tmp_path)
    left = fill_frame(table.drop("caption"), root=tmp_path, artist=Painter()).left
    assert "no words" in left["picture"]


def test_a_column_without_any_picture_is_refused_with_the_command_that_needs_none(table, tmp_path):
    blank = table.with_columns(picture=pl.lit(None, dtype=pl.String))
    with pytest.raises(TargetError, match="0 of 8") as refused:
        filled(blank, tmp_path, kinds={"picture": "image"})
    assert "handful draw" in refused.value.hint


def test_a_row_without_words_stays_blank_with_the_reason(table, tmp_path):
    learner = Learner("picture", root=tmp_path, artist=Painter()).fit(table)
    answer = learner.predict(pl.DataFrame({"caption": [None, "a red thing"]}))[0]
    assert (answer.value, answer.reason) == (None, "the row has no words to draw from")


def test_rows_are_drawn_after_pictures_of_their_own_style(table, tmp_path):
    for name in list(COLOURS)[:6:2]:
        Image.fromarray(square(COLOURS[name], 20)).save(tmp_path / "art" / f"{name}.png")
    styled = table.with_columns(style=pl.Series(["small", "large"] * 3 + ["small", "large"]))
    styled = styled.with_columns(caption=pl.Series([*table["caption"][:6], "black", "pink"]))
    done = filled(styled, tmp_path)
    for row, side in ((6, 20), (7, 40)):
        picture = pixels(tmp_path / done["picture"][row])
        assert (picture[..., 3] > 0).any(axis=0).sum() == side
    learnt = drawing(styled, tmp_path)
    assert (learnt.style, learnt.columns) == ("style", ("caption",))


def test_a_row_that_asks_for_no_style_is_drawn_after_all_pictures(table, tmp_path):
    styles = pl.Series(["small", "small", "large", "large", None, "large", None, "small"])
    artist = Painter()
    learner = Learner("picture", root=tmp_path, artist=artist).fit(table.with_columns(style=styles))
    artist.asked.clear()
    learner.predict(pl.DataFrame({"caption": ["pink", "pink"], "style": [None, "small"]}))
    assert [len(examples) for _, examples in artist.asked] == [6, 2]


def test_names_of_columns_that_no_system_allows_make_files_all_the_same(table, tmp_path):
    for name in ("my/../icon:s", "CON", "x" * 300, "é" * 80):
        done = handful.fill(table.rename({"picture": name}), target=name, root=tmp_path, artist=Painter())
        path = tmp_path / done[name][6]
        assert path.is_file()
        assert path.parent.parent == tmp_path
        assert len(path.name.encode()) <= 255
        assert not set(path.name) & set('<>:"\\|?*')


def test_a_cell_is_relative_to_where_the_other_cells_are(table, tmp_path):
    done = filled(table, tmp_path / "art" / "..", drawn=tmp_path / "elsewhere" / "deep")
    assert done["picture"][6] == "elsewhere/deep/picture-row-7.png"
    again = table_from_frame(done.select("caption", "picture"), root=tmp_path)
    assert again["picture"].kind is Kind.IMAGE


def test_a_folder_that_cannot_be_made_is_said(table, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(UserError, match="taken"):
        filled(table, tmp_path, drawn=tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "a file"


def test_a_folder_that_cells_cannot_name_is_refused_before_anything_is_drawn(table, tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "way").symlink_to(tmp_path)
    for out in (tmp_path / "beside", tmp_path / "deep" / ".." / "x", tmp_path / "deep" / "way" / "x"):
        artist = Painter()
        with pytest.raises(UserError, match="does not lie in"):
            fill_frame(table, targets=["picture"], root=tmp_path / "deep", artist=artist, drawn=out)
        learner = Learner("picture", root=tmp_path, artist=artist).fit(table)
        learner.root = tmp_path / "deep"
        artist.asked.clear()
        with pytest.raises(UserError, match="does not lie in"):
            answer_frame(pl.DataFrame({"caption": ["a pink hat"]}), learner, drawn=out)
        assert not artist.asked
    assert sorted(each.name for each in tmp_path.iterdir()) == ["art", "deep"]
    (tmp_path / "link").symlink_to(tmp_path / "art" / "..", target_is_directory=True)
    done = filled(table, tmp_path / "link", drawn=tmp_path / "new")
    assert done["picture"][6] == "new/picture-row-7.png"


def test_a_picture_keeps_what_is_clear_and_a_photo_stays_solid():
    wide = Image.new("RGBA", (200, 100), (0, 0, 0, 0))
    wide.paste((255, 0, 0, 255), (50, 0, 150, 100))
    made = fitted(wide)
    assert made.shape == (PIXELS, PIXELS, 4)
    assert not made[:16].any()
    assert not made[48:].any()
    solid = made[made[..., 3] > 0]
    assert (solid[:, 0] > 250).all()  # nothing of the clear black has come into the red
    assert (fitted(Image.new("RGBA", (31, 31), (9, 9, 9, 255)))[..., 3] == 255).all()


def test_predict_draws_into_a_column_that_the_table_does_not_have(table, tmp_path):
    learner = Learner("picture", root=tmp_path, artist=Painter()).fit(table)
    done = answer_frame(pl.DataFrame({"caption": ["a pink hat", "hat"]}), learner, drawn=tmp_path / "new")
    assert done.frame["picture"].to_list() == ["new/picture-row-1.png", None]
    assert done.frame["picture status"].to_list() == ["filled", "unsure"]


def test_there_are_no_sets_for_pictures(table, tmp_path):
    done = fill_frame(table, root=tmp_path, artist=Painter(), asked=Asked(sure=0.9, why=True))
    assert any("what is drawn" in note for note in done.targets[0].notes)
    assert "picture set" not in done.frame.columns
    with pytest.raises(TargetError, match="is drawn"):
        Learner("picture", root=tmp_path, artist=Painter()).fit(table).predict(table, sure=0.9)


def test_columns_that_say_nothing_are_no_words(table):
    several = table.with_columns(
        code=pl.Series([f"A{row}-{row * 7919}" for row in range(8)]),
        always=pl.lit("emoji"),
        file=pl.Series([f"scans/page {row}.tif" for row in range(8)]),
        mood=pl.Series(["calm", "wild"] * 4),
    )
    typed = table_from_frame(several)
    columns = worded(typed, [name for name in typed.names if name != "picture"])
    assert columns == ("caption", "mood")
    assert captions(typed, columns)[1] == "a green thing, wild"
    assert worded(table_from_frame(several.select("code")), ["code"]) == ("code",)


@pytest.mark.parametrize(
    ("cell", "is_words"),
    [
        ("version 2.10", True), ("and/or", True), ("dog/cat", True), ("a node.js logo", True), ("the end.", True),
        ("scans\\page", True), ("scans/old/page", False), ("C:\\scans\\page", False), ("page one.TIFF ", False),
        ("a.svg", False), ("song.mp3", False), ("paper.docx", False), ("https://a.org", False),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_suffix_or_by_the_folders_before_it(cell, is_words):
    typed = table_from_frame(
        pl.DataFrame({"cell": [cell, cell], "caption": ["a dog", "a cat"]}), kinds={"cell": "text"}
    )
    assert ("cell" in worded(typed, ["cell", "caption"])) == is_words


def test_a_style_is_a_column_that_is_called_so_and_stands_beside_words(table):
    typed = table_from_frame(
        table.with_columns(
            emoji_set=pl.Series(["noto", "twemoji"] * 4), colour=pl.Series(["warm", "cold"] * 4)
        )
    )
    assert style_among(typed, ["caption", "emoji_set"]) == "emoji_set"
    assert style_among(typed, ["emoji_set"]) == ""
    assert style_among(typed, ["caption", "colour"]) == ""
    assert style_among(typed.take(np.arange(3)), ["caption", "emoji_set"]) == ""


def test_files_of_the_same_name_in_one_folder_each_get_their_own(tmp_path):
    picture = {0: Image.fromarray(square(COLOURS["red"], 9))}
    names = [save_pictures(picture, tmp_path, column, tmp_path)[0] for column in ("a/b", "a_b", "a:b")]
    assert names == ["a_b-row-1.png", "a_b-row-1-2.png", "a_b-row-1-3.png"]


def test_a_target_that_holds_no_pictures_is_not_drawn(table, tmp_path):
    typed = table_from_frame(table, root=tmp_path)
    assert learn_to_draw(typed, "weight", group=None, open_artist=Painter) is None
    as_classes = table_from_frame(table, kinds={"picture": "category"}, root=tmp_path)
    assert learn_to_draw(as_classes, "picture", group=None, open_artist=Painter) is None


def test_a_talk_writes_no_files(table, tmp_path):
    with pytest.raises(TargetError, match="writes no files"):
        Chat(table, root=tmp_path).fill("picture")
    assert [each.name for each in tmp_path.iterdir()] == ["art"]


def test_words_that_say_what_a_picture_shows_do_not_give_it_away(table, tmp_path):
    twice = pl.concat([table.head(6)] * 3)
    seen = inspect_table(table_from_frame(twice, root=tmp_path), "picture")
    assert not any("gives 'picture' away" in warning for warning in seen.warnings)


class RedSquares(BaseHTTPRequestHandler):
    """Draws a red square, whatever it is asked for."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        drawn = base64.b64encode(png_of(Image.fromarray(square(COLOURS["red"], 30)))).decode()
        body = json.dumps({"data": [{"b64_json": drawn}]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: Any) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), RedSquares)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def mugs(table: pl.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The table as a file in the working directory."""
    monkeypatch.chdir(tmp_path)
    table.write_csv(tmp_path / "mugs.csv")
    return tmp_path


def test_the_command_draws_into_a_folder_beside_the_filled_table(mugs, address, capsys):
    assert run(["fill", "mugs.csv", "--artist", address, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    target = said["targets"][0]
    assert (target["filled"], target["folder"]) == (2, "mugs.filled.pictures")
    done = pl.read_csv(mugs / said["output"])
    assert done["picture"][6] == "mugs.filled.pictures/picture-row-7.png"
    np.testing.assert_array_equal(pixels(mugs / done["picture"][7]), square(COLOURS["red"], 30))


def test_pictures_stay_below_the_inputs_folder_when_the_table_goes_elsewhere(mugs, address, capsys):
    (mugs / "in").mkdir()
    (mugs / "out").mkdir()
    (mugs / "art").rename(mugs / "in" / "art")
    (mugs / "mugs.csv").rename(mugs / "in" / "mugs.csv")
    assert run(["fill", "in/mugs.csv", "-o", "out/mugs.csv", "--artist", address]) == 0
    assert "drawn pictures are in 'in/mugs.pictures'" in capsys.readouterr().err
    cells = pl.read_csv(mugs / "out" / "mugs.csv")["picture"]
    assert cells[7] == "mugs.pictures/picture-row-8.png"
    assert all(content_of(mugs / "in", cell) for cell in cells)
    assert run(["fill", "in/mugs.csv", "--artist", address]) == 0
    assert "drawn pictures are in" not in capsys.readouterr().err
    (mugs / "in" / "new.csv").write_text("caption\na pink hat\n")
    assert run(["fit", "in/mugs.csv", "--target", "picture", "--artist", address, "-o", "m.handful"]) == 0
    assert run(["predict", "m.handful", "in/new.csv", "-o", "new.csv", "--artist", address, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert any("drawn pictures are in 'in/new.pictures'" in note for note in said["notes"])
    assert content_of(mugs / "in", pl.read_csv(mugs / "new.csv")["picture"][0])


def test_a_file_in_the_place_of_the_pictures_is_said_before_the_artist_is_asked(mugs, capsys):
    (mugs / "mugs.filled.pictures").write_text("a file")
    assert run(["fill", "mugs.csv", "--artist", "no artist", "--target", "picture"]) == 2
    assert "'mugs.filled.pictures' cannot be made" in capsys.readouterr().err
    assert not (mugs / "mugs.filled.csv").exists()
    (mugs / "numbers.csv").write_text("a,b\n" + "".join(f"{i}.5,{i}\n" for i in range(20)) + "3.5,\n")
    (mugs / "numbers.filled.pictures").write_text("a file")
    assert run(["fill", "numbers.csv"]) == 0  # no picture is drawn, so none is in the way


def test_a_table_that_is_printed_has_its_pictures_in_the_working_directory(mugs, address, capfdbinary):
    assert run(["fill", "mugs.csv", "--artist", address, "-o", "-"]) == 0
    done = pl.read_csv(capfdbinary.readouterr().out)
    assert done["picture"][7] == "mugs.pictures/picture-row-8.png"
    assert (mugs / done["picture"][7]).is_file()


def test_the_commands_fit_and_predict_draw_as_fill_does(mugs, address, capsys):
    assert run(["fit", "mugs.csv", "--target", "picture", "--artist", address, "-o", "m.handful"]) == 0
    (mugs / "new.csv").write_text("caption\na pink hat\n")
    assert run(["predict", "m.handful", "new.csv", "--artist", address, "--why"]) == 0
    done = pl.read_csv(mugs / "new.filled.csv")
    assert done["picture"].to_list() == ["new.filled.pictures/picture-row-1.png"]
    assert (mugs / done["picture"][0]).is_file()
    assert run(["evaluate", "mugs.csv", "--target", "picture", "--artist", address]) == 0
    assert "copying" in capsys.readouterr().err


def test_a_table_that_cannot_be_drawn_leaves_no_file_behind(mugs, address, capsys):
    before = sorted(mugs.iterdir())
    (mugs / "mugs.csv").write_text((mugs / "mugs.csv").read_text().replace("caption", "picture why"))
    assert run(["fill", "mugs.csv", "--artist", address, "--target", "picture", "--why"]) == 2
    assert sorted(mugs.iterdir()) == before


def test_our_own_kind_of_artist_draws_a_saved_column_as_it_did(table, tmp_path):
    artist = str(tiny_artist(tmp_path / "tiny"))
    learner = Learner("picture", root=tmp_path, artist=artist).fit(table)
    again = Learner.load(learner.save(tmp_path / "m.handful"), artist=artist)
    ours, turned = learner.predict(table.tail(2), why=True), again.predict(table.tail(2).reverse(), why=True)
    assert all(a == b for a, b in zip(ours.best, turned.best[::-1], strict=True))
    assert set(ours[0].rows) <= set(range(6))
    assert ours[0].rows == turned[1].rows
    assert ours.drawn is not None
    assert ours.drawn[0].nearest


@pytest.mark.weights("artist")
def test_our_own_artist_draws_in_the_style_of_the_column(table, tmp_path):
    done = fill_frame(table, root=tmp_path, asked=Asked(why=True))
    assert done.targets[0].score.rows == 6
    for cell, why in zip(done.frame["picture"][6:], done.frame["picture why"][6:], strict=True):
        if cell is not None:
            assert pixels(tmp_path / cell).shape == (PIXELS, PIXELS, 4)
            assert "most like" in why
