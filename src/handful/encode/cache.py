"""Vectors that outlive a run: kept in the user's cache folder under a hash of what they were made of.

One SQLite file, readable by its owner alone: tens of thousands of small entries, several processes at once, no pickle.
No text, file or path is kept, but for what is said in recordings that were transcribed. Whatever goes wrong with the
cache costs time and nothing else: an entry that does not match its checksum is made again, a damaged file is begun
anew, and where nothing can be written nothing is kept.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["CAP", "CacheFacts", "VectorCache", "cache_facts", "cache_folder", "clear_cache", "vector_key"]

FILE = "vectors-1.sqlite"
"""The number is that of the layout below: two versions of handful can use one folder."""

CAP = 10**9
"""Bytes that the file may have; a tenth of them is freed at a time, those used longest ago first."""

PATIENCE = 5.0
"""Seconds to wait for another process that writes; after that this run goes on without the cache."""

FRESH = 3600
"""Seconds within which a second use is not written down again: a warm run is to read only."""

LAYOUT = """
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, used INTEGER NOT NULL, crc INTEGER, vector BLOB);
CREATE INDEX IF NOT EXISTS by_use ON vectors (used);
"""

DAMAGE = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_IOERR_SHORT_READ,
)
"""Codes of a file that is torn, foreign, or has other columns; the rest (full, locked, read-only) leave it be."""

Vector = NDArray[np.float32]
Row = tuple[bytes, int, int, bytes]
"""Key, last use in seconds since 1970, checksum of key and content, vector in little-endian float32 or UTF-8."""

Result = TypeVar("Result")


def vector_key(identity: str, content: bytes) -> bytes:
    """(32 bytes) what a vector is kept under: the hash of the content, and of the encoder that made it."""
    return hashlib.sha256(hashlib.sha256(content).digest() + identity.encode()).digest()


def cache_folder() -> Path | None:
    """Where vectors are kept; None = nowhere. HANDFUL_CACHE names another folder, or is `off`."""
    from platformdirs import user_cache_dir

    asked = os.environ.get("HANDFUL_CACHE", "")
    if asked.lower() == "off":
        return None
    if not asked:
        folder = Path(user_cache_dir("handful", appauthor=False))
        return folder if folder.is_absolute() else None  # no home, no cache, rather than a folder named ~
    try:
        return Path(asked).expanduser().absolute()
    except RuntimeError:  # the home of nobody
        return None


class VectorCache:
    """Vectors by key. Nothing it does raises: what cannot be read is absent, and what cannot be written is not kept."""

    def __init__(self, folder: Path | None, *, cap: int = CAP) -> None:
        self.folder = folder
        self.cap = cap
        self.problem = "" if folder else "it is switched off"
        """Why nothing is kept from here on; empty while all is well."""
        self._open: sqlite3.Connection | None = None

    def read(self, keys: Sequence[bytes], width: int) -> dict[bytes, Vector]:
        """Those of the keys' vectors that are kept and whole, bit for bit as written; 10,000 keys at most at a time."""
        return {
            key: np.frombuffer(vector, dtype="<f4").astype(np.float32)
            for key, vector in self._read(keys).items()
            if len(vector) == 4 * width
        }

    def read_texts(self, keys: Sequence[bytes]) -> dict[bytes, str]:
        """Those of the keys' texts that are kept and whole; as `read`."""
        return {key: text.decode("utf-8", "replace") for key, text in self._read(keys).items()}

    def _read(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        nothing: list[Row] = []
        found = self._guarded(lambda database: _select(database, keys), nothing)
        now = int(time.time())
        if any(used < now - FRESH for _, used, _, _ in found):
            self._guarded(lambda database: _touch(database, [key for key, *_ in found], now), None)
        return {
            key: content
            for key, _, crc, content in found
            if isinstance(content, bytes) and crc == zlib.crc32(key + content)
        }

    def write(self, vectors: Mapping[bytes, Vector]) -> None:
        """Keep these, in one transaction; those used longest ago give way."""
        self._write({key: vector.astype("<f4").tobytes() for key, vector in vectors.items()})

    def write_texts(self, found: Mapping[bytes, str]) -> None:
        """Keep these texts; as `write`."""
        self._write({key: text.encode("utf-8", "replace") for key, text in found.items()})

    def _write(self, blobs: Mapping[bytes, bytes]) -> None:
        now = int(time.time())
        rows = [(key, now, zlib.crc32(key + blob), blob) for key, blob in blobs.items()]
        if rows:
            self._guarded(lambda database: _insert(database, rows, self.cap), None)

    def count(self) -> int:
        """Vectors that are kept."""
        return self._guarded(
            lambda database: int(database.execute("SELECT count(*) FROM vectors").fetchone()[0]), 0
        )

    def empty(self) -> None:
        """Forget all of them, and give the space back; other processes may go on using the file."""
        self._guarded(lambda database: database.executescript("DELETE FROM vectors; VACUUM;"), None)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _guarded(self, work: Callable[[sqlite3.Connection], Result], otherwise: Result) -> Result:
        """What the work gives; where the file is damaged, on a new one. After any other failure nothing is kept."""
        for _ in range(2):
            if self.problem or self.folder is None:
                break
            try:
                self._open = self._open or _opened(self.folder)
                return work(self._open)
            except sqlite3.Error as error:
                self.close()
                self._recover(self.folder, error)
            except OSError as error:
                self.problem = error.strerror or str(error)
        return otherwise

    def _recover(self, folder: Path, error: sqlite3.Error) -> None:
        code = getattr(error, "sqlite_errorcode", None)
        try:
            if code is None or not {code, code & 0xFF} & set(DAMAGE):
                raise error
            _remove(folder)
        except (sqlite3.Error, OSError) as unsolved:
            self.problem = str(unsolved)


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """What the cache holds."""

    folder: Path | None
    entries: int
    bytes: int
    problem: str
    """Why nothing is kept; empty where all is well."""


def cache_facts() -> CacheFacts:
    """What the cache holds now; the folder is made where it is absent, so that a problem shows."""
    cache = VectorCache(cache_folder())
    entries = cache.count()
    cache.close()
    size = sum(path.stat().st_size for path in _files(cache.folder))
    return CacheFacts(cache.folder, entries, size, cache.problem)


def clear_cache() -> None:
    """Remove all that is kept, also by other versions. Raises OSError where that cannot be done."""
    cache = VectorCache(cache_folder())
    cache.empty()
    cache.close()
    for path in _files(cache.folder):
        if cache.problem or not path.name.startswith(FILE):
            path.unlink(missing_ok=True)


def _files(folder: Path | None) -> list[Path]:
    """The cache's own files in the folder: those of any version, and their journals."""
    return sorted(folder.glob("vectors-*.sqlite*")) if folder and os.access(folder, os.R_OK) else []


def _opened(folder: Path) -> sqlite3.Connection:
    """A connection to the folder's file, both made where they are absent, and open to nobody else.

    Raises OSError where the folder is another user's, who could have put any vector there.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "geteuid") and folder.stat().st_uid != os.geteuid():
        raise PermissionError(None, "the folder belongs to another user")
    path = folder / FILE
    no_link = getattr(os, "O_NOFOLLOW", 0)
    # SQLite's journal gets the mode of this file.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | no_link, 0o600))
    path.chmod(0o600)
    database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        database.execute("PRAGMA synchronous = OFF")  # a cache that a power cut spoils is begun anew
        database.executescript(LAYOUT)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _remove(folder: Path) -> None:
    for path in folder.glob(f"{FILE}*"):
        path.unlink(missing_ok=True)


def _select(database: sqlite3.Connection, keys: Sequence[bytes]) -> list[Row]:
    marks = ",".join("?" * len(keys))
    return database.execute(
        f"SELECT key, used, crc, vector FROM vectors WHERE key IN ({marks})", keys
    ).fetchall()


def _touch(database: sqlite3.Connection, keys: Sequence[bytes], now: int) -> None:
    marks = ",".join("?" * len(keys))
    database.execute(f"UPDATE vectors SET used = ? WHERE key IN ({marks})", (now, *keys))


def _insert(database: sqlite3.Connection, rows: list[Row], cap: int) -> None:
    with database:
        database.execute("BEGIN IMMEDIATE")
        # Pages are never quite full, and the keys stand twice.
        room = sum(2 * len(vector) + 200 for *_, vector in rows)
        if _bytes_used(database) + room > cap:
            _forget(database, 0.9 * cap - room)
        database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)


def _forget(database: sqlite3.Connection, most: float) -> None:
    """Delete those used longest ago, of one age the first written, until at most so many bytes are in use."""
    while _bytes_used(database) > most:
        oldest = "SELECT rowid FROM vectors ORDER BY used, rowid LIMIT 100"
        if not database.execute(f"DELETE FROM vectors WHERE rowid IN ({oldest})").rowcount:
            break


def _bytes_used(database: sqlite3.Connection) -> int:
    """Bytes of the file's pages that hold something; freed pages are used again before the file grows."""
    pages, free, size = (
        int(database.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "freelist_count", "page_size")
    )
    return (pages - free) * size
