"""A target of text, end to end: programs, what stays blank, what is said of it, and what is saved."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import handful
from handful.errors import MissingError, TargetError, UserError
from handful.filling import fill_frame
from handful.learner import Learner
from handful.table.adapt import table_from_frame
from handful.table.column import Kind
from handful.write.writer import Writer
from handful.write.writing import MOST, Writing, learn_to_write
from tests.tiny_whisper import voice, wav
from tests.write.tiny import tiny_gguf

FIRST = ["Ann", "Bob", "Cara", "Dan", "Eve", "Finn", "Gus", "Hal", "Ida", "Jon", "Kim", "Lou"]
LAST = ["Lee", "Ray", "Moss", "Poe", "Ash", "Stone", "Fox", "Wood", "Hill", "Lake", "Park", "Dale"]
JOINED = [f"{last}, {first}" for first, last in zip(FIRST, LAST, strict=True)]
NAMES = pl.DataFrame(
    {"first": FIRST, "last": LAST, "age": list(range(30, 42)), "full": [*JOINED[:8], *[None] * 4]}
)


def test_a_program_that_the_examples_show_fills_the_blanks() -> None:
    filled = handful.fill(NAMES, target="full")
    assert filled["full"].to_list() == JOINED
    assert filled["full status"].to_list() == ["given"] * 8 + ["filled"] * 4
    assert all(sure > 0.5 for sure in filled["full sure"].to_list()[8:])


def test_columns_of_text_are_filled_unasked_where_a_program_is_found() -> None:
    assert fill_frame(NAMES).frame["full"].to_list() == JOINED


def test_the_program_is_shown_and_judged_on_rows_held_out() -> None:
    learner = Learner("full").fit(NAMES)
    assert any("last" in note and "first" in note and "program" in note for note in learner.notes_)
    score = learner.evaluate()
    assert (score.metric, score.value, score.rows, score.better) == ("exact match", 1.0, 8, True)
    assert score.baseline == 0.0


def test_only_the_columns_of_the_program_are_needed_later() -> None:
    learner = Learner("full").fit(NAMES)
    assert learner.predict(pl.DataFrame({"last": ["Doe"], "first": ["Max"]})).values.tolist() == ["Doe, Max"]


def test_why_names_the_columns_of_the_program() -> None:
    answer = Learner("full").fit(NAMES).predict(NAMES.tail(1), why=True)[0]
    assert set(answer.columns) == {"first", "last"}


def test_a_saved_program_writes_the_same(tmp_path: Path) -> None:
    learner = Learner("full").fit(NAMES)
    path = learner.save(tmp_path / "full.handful")
    again = Learner.load(path)
    assert again.predict(NAMES).values.tolist() == learner.predict(NAMES).values.tolist() == JOINED
    assert again.target_kind_ is Kind.TEXT


def test_a_date_in_another_form_is_read_off_exactly() -> None:
    days = [f"{day:02}/{month:02}/2021" for day, month in zip(range(13, 25), range(1, 13), strict=True)]
    iso = [f"2021-{month:02}-{day:02}" for day, month in zip(range(13, 25), range(1, 13), strict=True)]
    table = pl.DataFrame({"day": days, "iso": [*iso[:8], *[None] * 4]})
    filled = handful.fill(table, target="iso")
    assert filled["iso"].to_list() == iso


def test_a_kind_that_you_named_is_never_written() -> None:
    letters = [cell[0] for cell in LAST]
    table = pl.DataFrame({"last": LAST, "letter": [*letters[:8], *[None] * 4]})
    learner = Learner("letter", kinds={"letter": "category"}).fit(table)
    assert not isinstance(learner.learnt_, Writing)


def test_two_classes_in_eight_rows_are_chosen_not_written() -> None:
    table = pl.DataFrame({"code": list("abcdefgh"), "answer": ["yes", "no"] * 4})
    assert not isinstance(Learner("answer").fit(table).learnt_, Writing)


def test_an_unsure_text_stays_blank_and_says_what_it_would_be() -> None:
    odd = pl.DataFrame({"first": ["Max"], "last": [None]}, schema={"first": pl.String, "last": pl.String})
    answers = Learner("full").fit(NAMES).predict(odd)
    assert answers.values.tolist() == [None]
    assert answers.status.tolist() == ["unsure"]
    assert answers.reasons[0]


def test_what_is_written_has_no_sets_and_no_curve() -> None:
    learner = Learner("full").fit(NAMES)
    with pytest.raises(TargetError, match="is written"):
        learner.predict(NAMES, sure=0.9)
    with pytest.raises(TargetError, match="is written"):
        learner.curve()
    assert handful.fill(NAMES, sure=0.9)["full"].to_list() == JOINED


def test_without_a_program_or_a_writer_the_error_names_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path))
    notes = ["red sky", "low tide", "wet sand", "high wind", "blue bird", "old boat", "cold rain", None]
    table = pl.DataFrame({"word": ["a b", "c d", "e f", "g h", "i j", "k l", "m n", "o p"], "note": notes})
    with pytest.raises(MissingError) as caught:
        handful.fill(table, target="note")
    assert "handful get writer" in caught.value.hint
    assert "handful get writer" in fill_frame(table).left["note"]


def test_a_writer_by_path_is_used_and_what_it_is_not_sure_of_stays_blank(tmp_path: Path) -> None:
    notes = ["red sky", "low tide", "wet sand", "high wind", "blue bird", "old boat", "cold rain", None]
    table = pl.DataFrame({"word": ["a b", "c d", "e f", "g h", "i j", "k l", "m n", "o p"], "note": notes})
    learner = Learner("note", writer=str(tiny_gguf(tmp_path))).fit(table)
    assert isinstance(learner.learnt_, Writing)
    assert learner.evaluate().value == 0.0  # its weights are random
    answers = learner.predict(table.tail(1))
    assert answers.values.tolist() == [None]
    assert answers.status.tolist() == ["unsure"]
    saved = Learner.load(learner.save(tmp_path / "note.handful"), writer=str(tmp_path / "tiny.gguf"))
    assert np.allclose(saved.predict(table.tail(1)).sure, answers.sure)


def test_text_with_nothing_beside_it_is_refused() -> None:
    table = pl.DataFrame({"note": ["red sky", "low tide", "wet sand", "high wind", "blue bird", None]})
    with pytest.raises(TargetError, match="no column beside it"):
        Learner("note").fit(table)


def test_what_a_program_writes_of_values_that_return_is_text_too() -> None:
    twice = pl.concat([NAMES.head(8), NAMES])
    filled = handful.fill(twice, target="full")
    assert filled["full"].to_list() == [*JOINED[:8], *JOINED]
    assert Learner("full").fit(twice).target_kind_ is Kind.TEXT


def test_a_number_or_date_that_cannot_be_read_is_unsure_and_blank() -> None:
    days = [f"2021-{month:02}-{month + 12}" for month in range(1, 9)]
    table = pl.DataFrame({"note": [f"on {day} sharp" for day in days], "day": days})
    learner = Learner("day").fit(table)
    assert learner.target_kind_ is Kind.DATE
    answers = learner.predict(pl.DataFrame({"note": ["on 2021-09-30 sharp", "on 99-99 sharp"]}))
    assert answers.status.tolist() == ["filled", "unsure"]
    assert np.isnat(answers.values).tolist() == [False, True]
    assert "date" in answers.reasons[1]


def test_rows_of_a_group_are_held_out_together() -> None:
    places = {
        "oak": "north gate",
        "elm": "old mill road",
        "ash": "harbour",
        "fir": "west end",
        "yew": "castle",
    }
    table = pl.DataFrame(
        {
            "who": [f"{house} {turn}" for house in places for turn in range(5)],
            "where": [place for place in places.values() for _ in range(5)],
            "house": [house for house in places for _ in range(5)],
        }
    )
    typed = table_from_frame(table, kinds={"where": "text"}).without("house")
    known = learn_to_write(typed, "where", group=None, open_writer=no_writer)
    assert known is not None
    assert known.score.value == 1.0  # looked up, by the first word
    grouped = table_from_frame(table, kinds={"where": "text"})
    with pytest.raises(AssertionError, match="no writer"):  # of a house that is held out nothing is known
        learn_to_write(grouped, "where", group="house", open_writer=no_writer)


def no_writer() -> Writer:
    raise AssertionError("no writer is needed")


def test_the_order_of_rows_and_columns_changes_no_program() -> None:
    first = Learner("full").fit(NAMES)
    other = Learner("full").fit(
        NAMES.sample(fraction=1, shuffle=True, seed=1).select("full", "age", "last", "first")
    )
    assert first.evaluate() == other.evaluate()
    assert (first.predict(NAMES).sure == other.predict(NAMES).sure).all()


def test_the_rows_that_are_named_are_those_of_the_table(tmp_path: Path) -> None:
    notes = ["red sky", "low tide", "wet sand", "high wind", "blue bird", "old boat", "cold rain"]
    words = ["apple", "brick", "cloud", "drum", "eagle", "flute", "grape"]
    table = pl.DataFrame({"word": ["zero", "one", *words], "note": [None, None, *notes]})
    learner = Learner("note", writer=str(tiny_gguf(tmp_path))).fit(table)
    for row in range(2, 9):
        assert learner.predict(table[row : row + 1], why=True)[0].rows[0] == row


def test_a_saved_learner_takes_no_other_writer_than_its_own(tmp_path: Path) -> None:
    notes = ["red sky", "low tide", "wet sand", "high wind", "blue bird", "old boat", "cold rain", None]
    table = pl.DataFrame({"word": ["a b", "c d", "e f", "g h", "i j", "k l", "m n", "o p"], "note": notes})
    learner = Learner("note", writer=str(tiny_gguf(tmp_path))).fit(table)
    other = str(tiny_gguf(tmp_path, seed=1, name="other.gguf"))
    loaded = Learner.load(learner.save(tmp_path / "note.handful"), writer=other)
    with pytest.raises(UserError, match="was learnt with the writer tiny") as caught:
        loaded.predict(table)
    assert "--writer" in caught.value.hint


def test_of_many_labelled_rows_a_sample_is_learnt_from() -> None:
    count = MOST + 500
    words = [f"{FIRST[row % 12]} {LAST[row * 7 % 12]} {row}" for row in range(count)]
    typed = table_from_frame(pl.DataFrame({"word": words, "upper": [word.upper() for word in words]}))
    written = learn_to_write(typed, "upper", group=None, open_writer=no_writer)
    assert written is not None
    assert (written.labelled, written.score.rows, written.score.value) == (count, MOST, 1.0)


def test_sentences_beside_sounds_ask_for_the_weights_that_hear(tmp_path: Path) -> None:
    said = ["turn the light on", "what time is it", "play some music now", "call my mother please", None]
    for place in range(5):
        (tmp_path / f"{place}.wav").write_bytes(wav(voice(0.5, place)))
    table = pl.DataFrame({"clip": [f"{place}.wav" for place in range(5)], "said": said})
    with pytest.raises(MissingError, match="listen") as caught:
        Learner("said", root=tmp_path).fit(table)
    assert "handful get speech" in caught.value.hint
