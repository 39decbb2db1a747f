"""Which writer is meant: the fetched one, a GGUF file, or an address; never an address by default."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from handful.weights.place import needed
from handful.weights.registry import WEIGHTS
from handful.write.local import LocalWriter
from handful.write.writer import Writer

__all__ = ["open_writer", "shared_writer"]


def open_writer(asked: str | None = None) -> Writer:
    """The writer asked for: None for the fetched weights, the path of a GGUF file, or an http(s) address.

    An address may end in `#` and a model's name: `http://localhost:11434#qwen3:0.6b`. Raises `UserError`
    where the weights are not here or cannot be used.
    """
    if asked is None:
        return LocalWriter(needed("writer") / WEIGHTS["writer"].kept[0])
    if asked.startswith(("http://", "https://")):
        from handful.write.address import AddressWriter

        address, _, model = asked.partition("#")
        return AddressWriter(address, model)
    return LocalWriter(Path(asked))


def shared_writer(asked: str | None = None) -> Writer:
    """The same, opened once in a process: it takes half a second and 300 MB. It ends with the process."""
    return _shared(asked or str(needed("writer") / WEIGHTS["writer"].kept[0]), os.getpid())


@cache
def _shared(asked: str, process: int) -> Writer:
    """That of a process: one that is forked has none of its parent's threads, and opens its own."""
    return open_writer(asked)
