import re

from hypothesis import given
from hypothesis import strategies as st

from handful.speech.transcript import Transcript, plain_text, rows, subtitles
from handful.speech.whisper import Segment

TALK = Transcript(
    "talk.wav", 70.0, (Segment(0.5, 2.25, "Hello there.", 0.9), Segment(3601.0, 3602.0, "Good bye.", 0.6))
)
TIME = re.compile(r"(\d\d):(\d\d):(\d\d),(\d{3})")

segments = st.builds(
    Segment,
    st.floats(0, 40_000),
    st.floats(0, 40_000),
    st.text(min_size=1, max_size=20),
    st.floats(0, 1),
)


def seconds(found):
    hours, minutes, rest, thousandths = map(int, found)
    return 3600 * hours + 60 * minutes + rest + thousandths / 1000


def test_the_plain_text_has_a_line_for_each_segment():
    assert plain_text([TALK]) == "Hello there.\nGood bye.\n"


def test_of_several_recordings_each_comes_after_its_name():
    other = Transcript("other.wav", 1.0, (Segment(0, 1, "Yes.", 1.0),))
    assert plain_text([TALK, other]) == "talk.wav\nHello there.\nGood bye.\n\nother.wav\nYes.\n"


def test_subtitles_are_numbered_and_timed():
    assert subtitles(TALK) == (
        "1\n00:00:00,500 --> 00:00:02,250\nHello there.\n\n2\n01:00:01,000 --> 01:00:02,000\nGood bye.\n"
    )


@given(st.lists(segments, max_size=6))
def test_the_times_of_subtitles_never_go_back(found):
    times = [seconds(time) for time in TIME.findall(subtitles(Transcript("x", 1.0, tuple(found))))]
    assert len(times) == 2 * len(found)
    assert times == sorted(times)


@given(st.lists(segments, min_size=1, max_size=6))
def test_no_text_can_begin_a_subtitle_of_its_own(found):
    written = subtitles(Transcript("x", 1.0, tuple(found)))
    assert len(written.split("\n")) == 4 * len(found)


def test_rows_have_the_file_the_times_the_text_and_the_confidence():
    assert rows([TALK])[0] == {
        "file": "talk.wav", "start": 0.5, "end": 2.25, "text": "Hello there.", "confidence": 0.9,
    }  # fmt: skip


def test_nothing_said_is_no_text_and_no_confidence():
    silent = Transcript("quiet.wav", 3.0, ())
    assert (silent.text, silent.confidence) == ("", 0.0)
    assert (plain_text([silent]), subtitles(silent)) == ("", "")
    (row,) = rows([silent])
    assert row == {"file": "quiet.wav", "start": 0.0, "end": 3.0, "text": "", "confidence": 0.0}


def test_the_confidence_of_a_recording_lies_between_those_of_its_segments():
    assert 0.6 < TALK.confidence < 0.9
