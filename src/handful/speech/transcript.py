"""What was heard, written: as plain text, as subtitles (SRT), as the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from handful.plain import one_line
from handful.speech.whisper import Segment

__all__ = ["Transcript", "TranscriptRow", "plain_text", "rows", "subtitles"]


@dataclass(frozen=True, slots=True)
class Transcript:
    """What is said in one recording."""

    file: str
    seconds: float
    """Of sound."""
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """All that is said, on one line; empty where nothing is."""
        return " ".join(one_line(segment.text) for segment in self.segments)

    @property
    def confidence(self) -> float:
        """The mean of the segments' confidences, weighed by their letters; 0 where nothing is said."""
        letters = [len(segment.text) for segment in self.segments]
        if not letters:
            return 0.0
        return float(np.average([segment.confidence for segment in self.segments], weights=letters))


class TranscriptRow(TypedDict):
    """A segment as a row."""

    file: str
    start: float
    end: float
    text: str
    confidence: float


def plain_text(transcripts: Sequence[Transcript]) -> str:
    """A line for each segment; of several recordings, each after a line with its name."""
    parts = ["".join(f"{one_line(segment.text)}\n" for segment in each.segments) for each in transcripts]
    if len(transcripts) == 1:
        return parts[0]
    return "\n".join(f"{one_line(each.file)}\n{part}" for each, part in zip(transcripts, parts, strict=True))


def subtitles(transcript: Transcript) -> str:
    """SRT: numbered, each from a time to a time, one after the other."""
    blocks, latest = [], 0
    for number, segment in enumerate(transcript.segments, start=1):
        start = max(latest, round(segment.start * 1000))
        latest = max(start, round(segment.end * 1000))
        blocks.append(f"{number}\n{_time(start)} --> {_time(latest)}\n{one_line(segment.text)}\n")
    return "\n".join(blocks)


def rows(transcripts: Sequence[Transcript]) -> list[TranscriptRow]:
    """A row for each segment: file, start and end in seconds, text, confidence; one of silence if nothing is said."""
    return [
        TranscriptRow(
            file=each.file,
            start=round(segment.start, 2),
            end=round(segment.end, 2),
            text=one_line(segment.text),
            confidence=round(segment.confidence, 4),
        )
        for each in transcripts
        for segment in each.segments or (Segment(0.0, each.seconds, "", 0.0),)
    ]


def _time(milliseconds: int) -> str:
    """12 as "00:00:00,012"."""
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02},{rest:03}"
