"""`handful transcribe`, with a tiny Whisper that says "hello there" of everybody who speaks."""

import csv
import io
import re

import numpy as np
import pytest

from tests.tiny_whisper import RATE, tiny_whisper, voice, wav

pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_whisper(tmp_path_factory.mktemp("with spaces") / "tiny whisper")


@pytest.fixture
def talks(tmp_path):
    """A folder of a talk at 44.1 kHz, a silence, and what is no recording."""
    folder = tmp_path / "my talks"
    (folder / "more").mkdir(parents=True)
    (folder / "a talk.wav").write_bytes(wav(voice(2)))
    (folder / "more" / "quiet.wav").write_bytes(wav(np.zeros(RATE)))
    (folder / "notes.txt").write_text("no sound")
    return folder


@pytest.fixture
def transcribe(handful, model):
    return lambda *arguments: handful("transcribe", "--model", model, *arguments)


def test_the_text_of_one_file_goes_to_stdout_and_the_rest_to_stderr(transcribe, talks):
    ended = transcribe(talks / "a talk.wav")
    assert ended.code == 0, ended.err
    assert ended.out == "hello there\n"
    assert re.search(r"^2 s of sound in [\d.]+ s: \d+ times real time$", ended.err, re.MULTILINE)
    assert "CPU s" in ended.err


def test_a_silent_file_gives_empty_text_and_is_named(transcribe, talks):
    ended = transcribe(talks / "more" / "quiet.wav")
    assert (ended.code, ended.out) == (0, ""), ended.err
    assert re.search("^nothing is said in .*quiet.wav$", ended.err, re.MULTILINE)


def test_a_folder_becomes_a_table_with_a_row_for_each_segment_and_each_silent_file(transcribe, talks):
    ended = transcribe("my talks")
    assert ended.code == 0, ended.err
    row, silent = csv.DictReader(io.StringIO(ended.out))
    assert silent["file"].endswith("quiet.wav")
    assert (silent["end"], silent["text"], silent["confidence"]) == ("1.0", "", "0.0")
    assert row["file"] == str(talks.relative_to(talks.parent) / "a talk.wav")
    assert (row["start"], row["end"], row["text"]) == ("0.0", "1.0", "hello there")
    assert 0.9 < float(row["confidence"]) <= 1


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("out.txt", b"hello there\n"),
        ("out.srt", b"1\n00:00:00,000 --> 00:00:01,000\nhello there\n"),
        ("out.csv", b"file,start,end,text,confidence\n"),
        ("out.tsv", b"file\tstart\tend\ttext\tconfidence\n"),
        ("out.jsonl", b'{"file":"my talks/a talk.wav"'),
        ("out.xlsx", b"PK"),
    ],
)
def test_the_suffix_tells_the_form(transcribe, talks, name, starts):
    ended = transcribe("my talks/a talk.wav", "-o", name)
    assert ended.code == 0, ended.err
    assert talks.with_name(name).read_bytes().startswith(starts)
    assert f"wrote {name}" in ended.err
    assert ended.out == ""


def test_subtitles_can_be_asked_for_on_stdout(transcribe, talks):
    assert transcribe("my talks/a talk.wav", "--srt").out.startswith("1\n00:00:00,000 --> ")


def test_a_broken_file_is_named_and_the_others_go_on(transcribe, talks):
    (talks / "broken.wav").write_bytes(b"RIFF no more")
    ended = transcribe("my talks", "absent.wav")
    assert ended.code == 2
    assert "hello there" in ended.out
    assert "broken.wav cannot be transcribed: broken or cut off" in ended.err
    assert "absent.wav cannot be transcribed: there is no such file" in ended.err


def test_where_no_file_can_be_read_there_is_no_output(transcribe, talks):
    ended = transcribe(talks / "notes.txt", "-o", "out.txt")
    assert ended.code == 2
    assert "notes.txt cannot be transcribed: not a sound file" in ended.err
    assert not talks.with_name("out.txt").exists()
    assert ended.err.count("cannot be transcribed") == 1


def test_a_file_that_is_not_there_is_said_to_be_absent_and_once(transcribe, talks):
    ended = transcribe("absent.wav")
    assert ended.code == 2
    assert ended.err.count("absent.wav cannot be transcribed: there is no such file") == 1
    assert "hint: check the name" in ended.err
    assert "FLAC" not in ended.err


def test_nothing_is_replaced_unasked(transcribe, talks):
    talks.with_name("out.txt").write_text("mine")
    ended = transcribe("my talks/a talk.wav", "-o", "out.txt")
    assert ended.code == 2
    assert "exists already" in ended.err
    assert talks.with_name("out.txt").read_text() == "mine"
    assert transcribe("my talks/a talk.wav", "-o", "out.txt", "--force").code == 0
    assert talks.with_name("out.txt").read_text() == "hello there\n"


def test_json_has_all_of_it(transcribe, talks):
    (talks / "broken.wav").write_bytes(b"RIFF no more")
    ended = transcribe("my talks", "--json")
    assert ended.code == 2
    told = ended.object
    assert [each["text"] for each in told["files"]] == ["hello there", ""]
    assert told["files"][0]["segments"][0]["end"] == 1.0
    assert list(told["failed"].values()) == ["broken or cut off"]
    assert told["seconds"] == pytest.approx(3, abs=0.01)
    assert told["times_real_time"] > 0
    assert told["receipt"]["seconds"] > 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["my talks", "--srt"], "subtitles are those of one recording"),
        (["my talks", "-o", "x.srt"], "subtitles are those of one recording"),
        (["my talks/a talk.wav", "--srt", "-o", "x.csv"], "no name for subtitles"),
        (["my talks/a talk.wav", "-o", "x.pdf"], "x.pdf: the suffix '.pdf' tells no format"),
        (["my talks/a talk.wav", "-o", "x.pdf"], ".srt (subtitles)"),
        (["my talks/a talk.wav", "-o", "absent/x.txt"], "'absent' does not exist"),
        (["my talks/a talk.wav", "-o", "-", "--json"], "cannot both go to stdout"),
        (["empty"], "a folder without recordings"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_meant_is_said_before_any_work(transcribe, talks, arguments, said):
    talks.with_name("empty").mkdir()
    ended = transcribe(*arguments)
    assert ended.code == 2
    assert said in ended.err


def test_a_recording_in_another_rate_and_form_says_the_same(transcribe, talks):
    import soundfile
    from scipy.signal import resample_poly

    soundfile.write(talks / "other.flac", resample_poly(voice(2), 441, 160), 44_100)
    soundfile.write(talks / "other.ogg", voice(2), RATE)
    for name in ("other.flac", "other.ogg"):
        assert transcribe(talks / name).out == "hello there\n"


def test_without_the_weights_the_command_that_fetches_them_is_named(handful, talks, monkeypatch):
    monkeypatch.setenv("HANDFUL_DATA", str(talks))
    ended = handful("transcribe", "my talks/a talk.wav")
    assert ended.code == 2
    assert "handful get speech" in ended.err


@pytest.mark.weights("speech")
def test_the_real_network_hears_nothing_in_silence(handful, talks):
    ended = handful("transcribe", "my talks/more/quiet.wav")
    assert (ended.code, ended.out) == (0, ""), ended.err
