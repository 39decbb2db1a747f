"""A column of texts that are said in a column of sounds, heard by a tiny Whisper that says "hello there"."""

import numpy as np
import pytest

from handful.encode import words
from handful.speech.agreement import habits_of
from handful.speech.whisper import Whisper
from handful.table.column import Column, Kind, texts
from handful.table.table import Table
from handful.write import dictation
from handful.write.dictation import AUDIBLE, Dictation, find_dictation
from tests.tiny_whisper import RATE, tiny_whisper, voice, wav

pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")


@pytest.fixture
def calls(tmp_path, tmp_path_factory, monkeypatch):
    """Two voices and a silence."""
    tiny = Whisper(tiny_whisper(tmp_path_factory.mktemp("tiny")))
    monkeypatch.setenv("HANDFUL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(words, "whisper", lambda: tiny)
    monkeypatch.setattr(dictation, "can_hear", lambda: True)
    for name, sound in {"a.wav": voice(2), "b.wav": voice(2, 1), "quiet.wav": np.zeros(RATE)}.items():
        (tmp_path / name).write_bytes(wav(sound))
    return Column("call", Kind.SOUND, texts(["a.wav", "b.wav", "quiet.wav"]), root=tmp_path)


def test_the_rows_of_which_every_word_was_heard_are_counted_whatever_their_marks(calls):
    given = Column("said", Kind.TEXT, texts(["Hello, there!", "hello here"]))
    found = find_dictation(Table((calls.take(np.arange(2)),), 2), given)
    assert found is not None
    assert (found[0].heard, found[0].right) == (0.75, 0.5)


@pytest.mark.parametrize(("heard", "unsure"), [(1.0, False), (AUDIBLE / 2, True)])
def test_what_is_not_audible_is_unsure_and_silence_always(calls, heard, unsure):
    written, sure, doubted = Dictation("call", habits_of(["hello there"]), heard, heard).answers(calls)
    assert written == ["hello there", "hello there", None]
    assert doubted.tolist() == [unsure, unsure, True]
    assert sure[2] == 0
