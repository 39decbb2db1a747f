"""A tiny Whisper that says "hello there" of everybody who speaks, run by the real library."""

import pytest

from tests.tiny_whisper import tiny_whisper


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")
    return tiny_whisper(tmp_path_factory.mktemp("a folder with spaces") / "tiny whisper")


@pytest.fixture(scope="session")
def tiny(tiny_folder):
    from handful.speech.whisper import Whisper

    return Whisper(tiny_folder)
