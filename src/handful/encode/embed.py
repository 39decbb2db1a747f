"""Vectors for the columns that only a frozen encoder can read: texts, pictures, sounds, series."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from handful.encode.cache import VectorCache, cache_folder, vector_key
from handful.encode.frozen.frozen import FrozenEncoder
from handful.encode.frozen.image import image_encoder
from handful.encode.frozen.series import series_encoder
from handful.encode.frozen.sound import sound_encoder
from handful.encode.frozen.text import text_encoder
from handful.errors import CellError, ColumnError
from handful.plain import one_line
from handful.table.column import Column, Kind, texts
from handful.table.media import content_of, folder_of, is_file
from handful.table.table import Table

__all__ = ["FROZEN", "embed", "vectors_of"]

Progress = Callable[[str, float], None]
Vector = NDArray[np.float32]

THREADS = 2
"""Cells that are embedded at once: the two cores that handful is made for."""

AT_ONCE = 128
MOST_BYTES = 32_000_000
"""Cells, and bytes of files, that are held at a time; the cache is asked and written once for each such batch."""

NAMED = 3
"""Cells that a note names."""


FROZEN: dict[Kind, Callable[[], FrozenEncoder]] = {
    Kind.TEXT: text_encoder,
    Kind.IMAGE: image_encoder,
    Kind.SOUND: sound_encoder,
    Kind.SERIES: series_encoder,
}


def embed(
    table: Table,
    names: Sequence[str] | None = None,
    *,
    needed: bool = False,
    progress: Progress = lambda doing, share: None,
) -> Table:
    """The table with vectors in its columns of texts, pictures, sounds and series; only in those named, if any are.

    A cell that cannot be read becomes blank and unusable, and a note of the table counts and names such cells. A
    vector depends on the cell's content alone, and comes from the cache where it was made before.
    Raises ColumnError where the columns are `needed` and not one cell of one can be read.
    """
    asked = [
        column
        for column in (table if names is None else map(table.__getitem__, dict.fromkeys(names)))
        if column.kind in FROZEN and column.vectors is None
    ]
    cells = [len(_distinct(column)) for column in asked]
    cache, made, notes = VectorCache(cache_folder()), {}, list(table.notes)
    try:
        for place, column in enumerate(asked):
            pace = _Pace(column, sum(cells[:place]), sum(cells), progress)
            reading = _read(column, FROZEN[column.kind](), cache, pace)
            made[column.name] = reading.column(column)
            if needed and reading.reasons and not reading.vectors:
                raise reading.error(column)
            notes += reading.notes(column)
    finally:
        cache.close()
    return replace(table, columns=tuple(made.get(c.name, c) for c in table), notes=tuple(notes))


def vectors_of(column: Column) -> NDArray[np.float32]:
    """(row, coordinate) the vectors of a column that has been embedded."""
    assert column.vectors is not None, f"{column.name!r} has not been embedded"
    return column.vectors


@dataclass(slots=True)
class _Pace:
    """How far the reading of a column is, told ten times a second at most."""

    of: Column
    before: int
    whole: int
    progress: Progress
    read: int = 0
    began: float = field(default_factory=time.monotonic)
    told: float = -1.0

    def step(self, cells: int) -> None:
        self.read += cells
        now = time.monotonic()
        if now - self.told < 0.1 and self.before + self.read < self.whole:
            return
        self.told = now
        rate = self.read / max(now - self.began, 1e-3)
        digits = 1 if rate < 10 else 0
        what = f"reading {self.of.name!r} ({rate:,.{digits}f} {self.of.kind.plural}/s)"
        self.progress(what, (self.before + self.read) / max(self.whole, 1))


@dataclass(frozen=True, slots=True)
class _Reading:
    """What became of the different cells of a column: a vector each, or the reason why there is none."""

    width: int
    vectors: dict[str, Vector]
    reasons: dict[str, str]

    def take(self, cell: str, result: Vector | str) -> None:
        if isinstance(result, str):
            self.reasons[cell] = result
        else:
            self.vectors[cell] = result

    def column(self, column: Column) -> Column:
        """The column with its vectors, and without the cells that cannot be read."""
        blank = np.full(self.width, np.nan, np.float32)
        rows = [blank if cell is None else self.vectors.get(cell, blank) for cell in column.values]
        vectors = np.stack(rows) if rows else np.zeros((0, self.width), np.float32)
        if not self.reasons:
            return replace(column, vectors=vectors)
        failed = np.array([cell in self.reasons for cell in column.values], dtype=np.bool_)
        values = texts(None if bad else cell for cell, bad in zip(column.values, failed, strict=True))
        unusable = failed if column.unusable is None else failed | column.unusable
        return replace(column, values=values, unusable=unusable, vectors=vectors)

    def notes(self, column: Column) -> list[str]:
        """A sentence where some cells cannot be used."""
        if not self.reasons:
            return []
        failed = sum(cell in self.reasons for cell in column.values)
        count = f"{failed:,} of {int((~column.blank).sum()):,} {column.kind.plural} in {column.name!r}"
        named = [cell for cell in _distinct(column) if cell in self.reasons]
        cells = ", ".join(f"{_short(cell)} ({self.reasons[cell]})" for cell in named[:NAMED])
        more = ", ..." if len(named) > NAMED else ""
        return [f"{count} cannot be used and count{'s' * (failed == 1)} as blank: {cells}{more}"]

    def error(self, column: Column) -> ColumnError:
        cell = _distinct(column)[0]
        named = is_file(column, cell)
        where = f"; looked in {str(folder_of(column).absolute())!r}" if named else ""
        return ColumnError(
            f"none of the {column.kind.plural} in column {column.name!r} can be used: "
            f"{_short(cell)} ({self.reasons[cell]}){where}",
            hint=("paths are relative to the table's folder; " if named else "")
            + f"--kind {column.name}=text takes the column as text",
        )


def _read(column: Column, encoder: FrozenEncoder, cache: VectorCache, pace: _Pace) -> _Reading:
    """Every different cell read once, and every different content embedded once, in batches."""
    reading = _Reading(encoder.width, {}, {})
    known: dict[bytes, Vector | str] = {}
    with ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1)) as pool:
        for batch in _batches(column, encoder.identity, reading.reasons):
            contents = {key: content for _, key, content in batch if key not in known}
            known |= cache.read(list(contents), encoder.width)
            asked = {key: content for key, content in contents.items() if key not in known}
            pace.step(len(batch) - len(asked))
            known |= _embedded(pool, encoder, asked, cache, pace)
            for cell, key, _ in batch:
                reading.take(cell, known[key])
    pace.step(len(reading.vectors) + len(reading.reasons) - pace.read)
    return reading


def _embedded(
    pool: ThreadPoolExecutor,
    encoder: FrozenEncoder,
    contents: dict[bytes, bytes],
    cache: VectorCache,
    pace: _Pace,
) -> dict[bytes, Vector | str]:
    """A vector, or the reason why there is none, for each content; what is ready is kept even when interrupted."""
    waiting = {pool.submit(_one, encoder, content): key for key, content in contents.items()}
    made: dict[bytes, Vector | str] = {}
    try:
        for ready in as_completed(waiting):
            made[waiting[ready]] = ready.result()
            pace.step(1)
    finally:
        for each in waiting:
            each.cancel()
        cache.write({key: vector for key, vector in made.items() if not isinstance(vector, str)})
    return made


def _one(encoder: FrozenEncoder, content: bytes) -> Vector | str:
    try:
        return encoder.embed(content)
    except CellError as error:
        return error.message


def _batches(
    column: Column, identity: str, reasons: dict[str, str]
) -> Iterator[list[tuple[str, bytes, bytes]]]:
    """(cell, key, content) of the different cells, some at a time; cells that cannot be read go to `reasons`."""
    batch, size = [], 0
    for cell in _distinct(column):
        try:
            content = _content(column, cell)
        except CellError as error:
            reasons[cell] = error.message
            continue
        batch.append((cell, vector_key(identity, content), content))
        size += len(content)
        if len(batch) == AT_ONCE or size > MOST_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _distinct(column: Column) -> list[str]:
    """The different cells, in the order of the rows."""
    return list(dict.fromkeys(cell for cell in column.values if cell is not None))


def _content(column: Column, cell: str) -> bytes:
    """What the encoder is shown. Raises CellError where the file cannot be read."""
    if is_file(column, cell):
        return content_of(folder_of(column), cell)
    return cell.encode("utf-8", "surrogatepass")


def _short(cell: str) -> str:
    line = one_line(cell)
    return repr(line if len(line) <= 60 else f"{line[:57]}...")
