"""How many threads a busy machine can really give: measured, because one too many is ten times slower."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

from handful.cores import usable_cores

__all__ = ["free_threads"]

_BLOCK = bytes(4_000_000)  # hashed in 2 to 10 ms, without Python's lock
_SLOWER = 1.3  # threads that share a core take twice as long; a quiet machine wavers by a tenth
_MOST = 8  # reading a prompt gains little beyond: the weights come from memory


def free_threads() -> int:
    """The most threads, one fewer than the cores and at least 1, that run side by side at full speed now.

    The library's threads wait for each other after every layer. With another process on one of two cores,
    two threads wrote 1 to 8 tokens a second where one wrote 43 to 58.
    """
    threads = min(usable_cores() - 1, _MOST)
    if threads <= 1:
        return 1
    alone = min(_seconds(1) for _ in range(3))
    while threads > 1 and _seconds(threads) > _SLOWER * alone:
        threads -= 1
    return threads


def _seconds(threads: int) -> float:
    """How long `threads` equal pieces of work take at the same time."""
    with ThreadPoolExecutor(threads) as pool:
        start = time.perf_counter()
        list(pool.map(hashlib.sha256, [_BLOCK] * threads))
        return time.perf_counter() - start
