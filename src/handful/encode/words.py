"""What is said in a column of sounds: a column of texts beside it, which helps like any other.

Only where people say more than a word: 7 intents that a synthetic voice reads out, 1, 4 and 8 rows a class, are told
at .25, .48, .61 by how they sound, and at .54, .71, .80 with their words; but single digits of a speaker not heard, 1,
4 and 10 a class, at .83, .93, .98 by how they sound, and at .79, .93, .95 with their words.
A recording is transcribed once: what was heard is kept in the cache, under a hash of the sound and of the network.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from handful.encode.cache import VectorCache, cache_folder, vector_key
from handful.encode.frozen.recording import read_recording
from handful.errors import CellError
from handful.speech.transcript import Transcript
from handful.speech.whisper import Segment, Whisper, can_hear, missing, whisper
from handful.table.column import Column, Kind, texts
from handful.table.media import content_of, folder_of
from handful.table.table import Table

__all__ = ["Words", "speech_note", "with_words", "words_name", "words_of"]

SUFFIX = "words"
RECIPE = "transcript 2"
"""The number is counted up whenever the same weights are to give other texts."""
LEAST_WORDS = 2
"""That the middle one has of the recordings in which anything is said."""
SAMPLE = 32
"""Recordings that tell whether that is so; hearing one takes a third of a second, however short it is."""
AT_ONCE = 64
"""Recordings after which what was heard is kept."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Words:
    """What is said in each row's sound."""

    texts: tuple[str | None, ...]
    """(row,) None where the cell is blank or cannot be read, or nobody speaks."""
    confidences: NDArray[np.float64]
    """(row,) 0 to 1, as of `Transcript`; 0 where there is no text."""


def words_name(sound: str) -> str:
    """What the column of texts is called that belongs to a column of sounds."""
    return f"{sound} {SUFFIX}"


def with_words(
    table: Table,
    names: Collection[str] | None = None,
    *,
    progress: Progress = lambda doing, share: None,
) -> Table:
    """The table with a text column `NAME words` after each column of sounds in which people say more than a word.

    With `names`, those of a learner, the columns among them are added, and they are needed: raises MissingError where
    the weights of speech, or what runs them, are not installed; without, the table then stays as it is. A column of
    that name which is there already stays.
    """
    asked = [column for column in table if column.kind is Kind.SOUND and words_name(column.name) not in table]
    if names is not None:
        asked = [column for column in asked if words_name(column.name) in names]
    else:
        asked = [column for column in asked if can_hear() and _tells(column, progress)]
    if not asked:
        return table
    added = {column.name: _words_column(column, progress) for column in asked}
    columns = [each for column in table for each in (column, added.get(column.name)) if each is not None]
    return replace(table, columns=tuple(columns))


def words_of(column: Column, *, progress: Progress = lambda doing, share: None) -> Words:
    """What is said in each row of a column of sounds. Raises MissingError."""
    heard = _heard(column, whisper(), progress)
    rows = [None if cell is None else heard.get(cell) for cell in column.values]
    return Words(
        tuple(row.text or None if row else None for row in rows),
        np.array([row.confidence if row else 0.0 for row in rows], dtype=np.float64),
    )


def speech_note(table: Table) -> str:
    """What to install so that what is said in the table's sounds counts too; empty where nothing lacks."""
    names = [repr(column.name) for column in table if column.kind is Kind.SOUND]
    lacking = missing() if names else ""
    if not lacking:
        return ""
    return f"should people speak in {', '.join(names)}: with {lacking} what they say counts too"


def _words_column(column: Column, progress: Progress) -> Column:
    said = words_of(column, progress=progress).texts
    return Column(words_name(column.name), Kind.TEXT, texts(said), f"what is said in {column.name!r}")


def _tells(column: Column, progress: Progress) -> bool:
    """Whether people say more than a word in some of the column's sounds, drawn by their content."""
    drawn = sorted((key, cell) for cell, key, _ in _contents(column, _distinct(column), ""))[:SAMPLE]
    cells = [cell for _, cell in drawn]
    few = Column(column.name, column.kind, texts(cells), root=column.root)
    words = [
        len(text.split())
        for text in words_of(few, progress=lambda doing, _: progress(doing, 0.0)).texts
        if text
    ]
    return bool(words) and float(np.median(words)) >= LEAST_WORDS


def _heard(column: Column, network: Whisper, progress: Progress) -> dict[str, Transcript]:
    """By cell, for those that can be read, what is said; equal contents are heard once."""
    cache = VectorCache(cache_folder())
    heard: dict[str, Transcript] = {}
    known: dict[bytes, str] = {}
    fresh: dict[bytes, str] = {}
    cells = _distinct(column)
    try:
        for place, (cell, key, content) in enumerate(_contents(column, cells, network.identity)):
            said = known.get(key) or cache.read_texts([key]).get(key)
            if said is None:
                said = fresh[key] = _transcribed(network, content)
            if said:
                known[key] = said
                heard[cell] = _unpacked(cell, said)
            if len(fresh) >= AT_ONCE:
                cache.write_texts(fresh)
                fresh = {}
            progress(f"listening to {column.name!r}", (place + 1) / len(cells))
    finally:  # what was heard is kept even when interrupted
        cache.write_texts(fresh)
        cache.close()
    return heard


def _distinct(column: Column) -> list[str]:
    return list(dict.fromkeys(cell for cell in column.values if cell is not None))


def _contents(column: Column, cells: list[str], identity: str) -> Iterator[tuple[str, bytes, bytes]]:
    """(cell, key, content) of the cells whose files can be read; `embed` tells of the others."""
    for cell in cells:
        try:
            content = content_of(folder_of(column), cell)
        except CellError:
            continue
        yield cell, vector_key(f"{RECIPE} {identity}", content), content


def _transcribed(network: Whisper, content: bytes) -> str:
    """What is said as JSON: a list of start, end, text and confidence; empty where the sound cannot be read."""
    try:
        segments = network.transcribe(read_recording(content))
    except CellError:
        return ""
    return json.dumps([[each.start, each.end, each.text, each.confidence] for each in segments])


def _unpacked(cell: str, said: str) -> Transcript:
    return Transcript(cell, 0.0, tuple(Segment(*each) for each in json.loads(said)))
