import numpy as np
import pytest

from handful.encode import words
from handful.encode.words import speech_note, with_words, words_name, words_of
from handful.errors import MissingError
from handful.speech.whisper import Whisper, can_hear
from handful.table.column import Column, Kind, texts
from handful.table.table import Table
from tests.tiny_whisper import RATE, tiny_whisper, voice, wav

pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return Whisper(tiny_whisper(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def heard(tiny, monkeypatch):
    """The tiny network stands where the installed one does; the count of what it was asked to hear."""
    asked = []

    class Counting:
        identity = tiny.identity

        def transcribe(self, samples):
            asked.append(len(samples))
            return tiny.transcribe(samples)

    monkeypatch.setattr(words, "can_hear", lambda: True)
    monkeypatch.setattr(words, "whisper", Counting)
    return asked


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HANDFUL_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def table(tmp_path):
    """A voice, the same file again, silence, a broken file, one that is not there, and a blank."""
    (tmp_path / "voice.wav").write_bytes(wav(voice(1.5)))
    (tmp_path / "quiet.wav").write_bytes(wav(np.zeros(RATE)))
    (tmp_path / "broken.wav").write_bytes(b"RIFF no more")
    files = texts(["voice.wav", "voice.wav", "quiet.wav", "broken.wav", "absent.wav", None])
    sounds = Column("call", Kind.SOUND, files, root=tmp_path)
    return Table((sounds, Column("age", Kind.NUMBER, np.arange(6.0))), 6)


def test_what_is_said_stands_beside_the_sounds_as_texts(heard, table):
    found = with_words(table)
    assert found.names == ("call", "call words", "age")
    assert found["call words"].kind is Kind.TEXT
    assert found["call words"].values.tolist() == ["hello there", "hello there", None, None, None, None]


def test_confidence_is_told_where_something_is_said(heard, table):
    said = words_of(table["call"])
    assert said.confidences[0] == said.confidences[1] > 0.9
    assert not said.confidences[2:].any()


def test_a_recording_is_heard_once_also_in_another_run(heard, table):
    first = with_words(table)
    assert len(heard) == 2  # the voice, and the silence
    again = with_words(table)
    assert len(heard) == 2
    assert again["call words"].values.tolist() == first["call words"].values.tolist()


def test_the_name_of_a_file_and_its_neighbours_change_no_text(heard, table, tmp_path):
    (tmp_path / "voice.wav").rename(tmp_path / "other name.wav")
    alone = Column("call", Kind.SOUND, texts(["other name.wav"]), root=tmp_path)
    assert words_of(alone).texts == (words_of(table["call"]).texts[0] or "hello there",)


def test_a_column_of_the_users_own_of_that_name_stays(heard, table):
    own = Column(words_name("call"), Kind.NUMBER, np.arange(6.0))
    mine = Table((*table.columns, own), 6)
    assert with_words(mine) == mine
    assert not heard


def test_only_the_columns_that_were_learnt_from_are_added(heard, table):
    assert with_words(table, ("call", "age")).names == ("call", "age")
    assert with_words(table, ("call words",)).names == ("call", "call words", "age")


def test_without_the_weights_a_table_stays_as_it_is_unless_the_words_are_needed(table, tmp_path, monkeypatch):
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path))
    assert not can_hear()
    assert with_words(table) is table
    with pytest.raises(MissingError) as caught:
        with_words(table, ("call words",))
    assert "handful get speech" in caught.value.hint
    assert "handful get speech" in speech_note(table)
    assert "'call'" in speech_note(table)


def test_a_table_without_sounds_needs_nothing_and_hears_of_nothing(table, tmp_path, monkeypatch):
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path))
    silent = table.without("call")
    assert with_words(silent, ("call words",)) is silent
    assert speech_note(silent) == ""


def test_who_waits_is_told_how_far_it_is(heard, table):
    told = []
    with_words(table, progress=lambda doing, share: told.append((doing, share)))
    assert told[0][0] == "listening to 'call'"
    assert [share for _, share in told] == sorted(share for _, share in told)


def test_single_words_are_told_better_by_their_sound_and_add_no_column(table, tmp_path_factory, monkeypatch):
    curt = Whisper(tiny_whisper(tmp_path_factory.mktemp("curt"), "seven"))
    monkeypatch.setattr(words, "can_hear", lambda: True)
    monkeypatch.setattr(words, "whisper", lambda: curt)
    assert with_words(table) is table
    assert words_of(table["call"]).texts[0] == "seven"
    assert with_words(table, ("call words",))["call words"].values[0] == "seven"


def test_to_see_that_a_column_says_nothing_takes_a_few_sounds_whatever_their_order(
    heard, tmp_path, monkeypatch
):
    monkeypatch.setattr(words, "SAMPLE", 3)
    files = []
    for number in range(8):
        files.append(f"{number}.wav")
        (tmp_path / files[-1]).write_bytes(wav(np.full(400, number / 100)))
    for order in (files, files[::-1]):
        column = Column("call", Kind.SOUND, texts(order), root=tmp_path)
        table = Table((column,), len(order))
        assert with_words(table) is table
        assert len(heard) == 3  # the same three, which are known the second time
