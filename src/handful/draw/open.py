"""Which artist is meant: the fetched one, a folder, or an address; never an address by default."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from handful.draw.artist import Artist
from handful.draw.local import LocalArtist
from handful.errors import UserError
from handful.weights.place import needed

__all__ = ["open_artist", "shared_artist"]

OURS = ("card.json", "draw.onnx")
"""Files that tell weights of this project's own kind."""


def open_artist(asked: str | None = None) -> Artist:
    """The artist asked for: None for the fetched weights, a folder of such or of a pipeline, or an http(s) address.

    An address may end in `#` and a model's name: `http://localhost:8080#sdxl-turbo`. Raises `UserError` where
    the weights are not here or cannot be used.
    """
    if asked is None:
        return LocalArtist(needed("artist"))
    if asked.startswith(("http://", "https://")):
        from handful.draw.address import AddressArtist

        address, _, model = asked.partition("#")
        return AddressArtist(address, model)
    from handful.draw.pipeline import INDEX, PipelineArtist

    folder = Path(asked)
    if (folder / INDEX).is_file():
        return PipelineArtist(folder)
    if all((folder / name).is_file() for name in OURS):
        return LocalArtist(folder)
    raise UserError(
        f"{asked!r} is no artist",
        hint=f"give an http(s) address, the folder of a diffusers pipeline (with {INDEX}), "
        f"or a folder of weights (with {' and '.join(OURS)})",
    )


def shared_artist(asked: str | None = None) -> Artist:
    """The same, opened once in a process: it takes a second and some hundred MB. It ends with the process."""
    return _shared(asked or str(needed("artist")), os.getpid())


@cache
def _shared(asked: str, process: int) -> Artist:
    """That of a process: one that is forked has none of its parent's threads, and opens its own."""
    return open_artist(asked)
