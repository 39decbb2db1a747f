import json
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from handful.encode.frozen.recording import read_recording
from handful.errors import MissingError, UserError
from handful.speech.silence import LONGEST, RATE
from handful.speech.whisper import WIDTH, Whisper, can_hear, missing
from tests.tiny_whisper import tiny_whisper, voice

pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")


@pytest.fixture
def spoken():
    """(sample,) of a text that a synthetic voice reads out."""
    espeak = shutil.which("espeak-ng")
    if espeak is None:
        pytest.skip("needs the program espeak-ng")
    return lambda text: read_recording(
        subprocess.run([espeak, "-s", "150", "--stdout", text], capture_output=True, check=True).stdout
    )


def test_what_is_said_comes_with_times_and_confidence(tiny):
    (segment,) = tiny.transcribe(voice(3))
    assert segment.text == "hello there"
    assert (segment.start, segment.end) == (0.0, 1.0)
    assert 0.9 < segment.confidence <= 1


def test_silence_and_nothing_are_no_text(tiny):
    assert tiny.transcribe(np.zeros(5 * RATE, np.float32)) == ()
    assert tiny.transcribe(np.zeros(0, np.float32)) == ()


def test_times_count_from_the_beginning_of_the_recording_and_never_go_back(tiny):
    parts = [voice(8), np.zeros(20 * RATE, np.float32), voice(20, 1), np.zeros(RATE, np.float32), voice(3, 2)]
    found = tiny.transcribe(np.concatenate(parts))
    times = [time for segment in found for time in (segment.start, segment.end)]
    assert len(found) >= 2
    assert times == sorted(times)
    assert found[-1].start > 25


def test_who_waits_is_told_how_far_it_is(tiny):
    told: list[float] = []
    samples = np.concatenate([voice(3), np.zeros(40 * RATE, np.float32)])
    tiny.transcribe(samples, told.append)
    assert told == sorted(told)
    assert told[-1] == len(samples) / RATE
    assert max(np.diff([0, *told])) <= LONGEST / RATE


def test_a_vector_is_a_direction_and_the_same_again(tiny):
    vector = tiny.vector(voice(1))
    assert vector.shape == (WIDTH,)
    assert vector.dtype == np.float32
    assert np.isclose(np.linalg.norm(vector), 1, atol=1e-5)
    assert np.array_equal(vector, tiny.vector(voice(1)))


@pytest.mark.parametrize("samples", [0, 1, 159, 160, 47_999, 48_000, LONGEST, LONGEST + 1])
def test_a_sound_of_any_length_has_a_finite_vector(tiny, samples):
    sound = np.resize(voice(2), samples).astype(np.float32)
    assert np.isfinite(tiny.vector(sound)).all()


def test_silence_that_only_fills_up_counts_not(tiny):
    """Half a second of voice is not the same as half a second of it in three seconds of silence."""
    short = voice(0.5)
    longer = np.concatenate([short, np.zeros(int(2.5 * RATE), np.float32)])
    assert tiny.vector(short) @ tiny.vector(longer) < 0.999


def test_the_identity_is_that_of_the_weights(tiny, tiny_folder, tmp_path):
    shutil.copytree(tiny_folder, tmp_path / "copy")
    assert Whisper(tmp_path / "copy").identity == tiny.identity
    assert Whisper(tiny_whisper(tmp_path / "other", "good bye now")).identity != tiny.identity


@pytest.mark.parametrize("lacking", ["model.bin", "config.json", "tokenizer.json"])
def test_a_folder_that_lacks_a_file_is_refused_rather_than_completed_from_the_network(
    tiny_folder, tmp_path, lacking
):
    folder = tmp_path / "half"
    shutil.copytree(tiny_folder, folder)
    (folder / lacking).unlink()
    with pytest.raises(UserError, match=lacking) as caught:
        Whisper(folder)
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no weights", bytes(1000)])
def test_weights_that_are_none_are_refused(tiny_folder, tmp_path, content):
    folder = tmp_path / "wrong"
    shutil.copytree(tiny_folder, folder)
    (folder / "model.bin").write_bytes(content)
    with pytest.raises(UserError, match="no Whisper that can be used"):
        Whisper(folder)


def test_a_folder_that_is_not_there_is_said_so(tiny, tmp_path):
    with pytest.raises(UserError, match="nowhere"):
        Whisper(tmp_path / "nowhere")


def test_without_the_weights_the_command_that_fetches_them_is_named(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path))
    assert not can_hear()
    assert "handful get speech" in missing()
    with pytest.raises(MissingError) as caught:
        Whisper()
    assert "handful get speech" in caught.value.hint


def test_nothing_asks_the_network(tiny_folder):
    """Loading, hearing and embedding in a process in which every connection and every look-up of a name fails."""
    program = """
        import json, sys
        asked = []
        def watch(event, arguments):
            if event in ("socket.connect", "socket.getaddrinfo", "socket.bind", "urllib.Request"):
                asked.append(event)
                raise OSError("no network")
        sys.addaudithook(watch)
        from pathlib import Path
        from handful.speech.whisper import Whisper
        from tests.tiny_whisper import voice
        whisper = Whisper(Path(sys.argv[1]))
        said = [segment.text for segment in whisper.transcribe(voice(2))]
        whisper.vector(voice(1))
        print(json.dumps({"said": said, "asked": asked}))
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tiny_folder)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(ended.stdout) == {"said": ["hello there"], "asked": []}


@pytest.mark.weights("speech")
def test_the_real_network_hears_a_sentence_and_believes_it(spoken):
    (segment,) = Whisper().transcribe(spoken("The train to the city leaves at noon."))
    assert segment.text == "The train to the city leaves at noon."
    assert segment.confidence > 0.4


@pytest.mark.weights("speech")
def test_what_is_really_said_again_and_again_is_no_loop(spoken):
    advertisement = (
        "The meeting was moved to noon. Bring the report. After lunch we will drive to the airport. "
    )
    found = Whisper().transcribe(spoken(advertisement * 6))
    assert sum(segment.text.count("report") for segment in found) >= 4
    assert all(segment.confidence > 0.3 for segment in found)


@pytest.mark.weights("speech")
def test_the_real_network_tells_voice_from_silence_and_has_the_width_that_is_stated():
    whisper = Whisper()
    assert whisper.transcribe(np.zeros(RATE, np.float32)) == ()
    assert whisper.vector(voice(1)).shape == (WIDTH,)
