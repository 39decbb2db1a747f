"""What both runners read of their command lines."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence

__all__ = ["methods_named", "numbers"]


def methods_named(names: str, known: Collection[str], peers: Sequence[str]) -> list[str]:
    """The methods, separated by commas, or all `peers`. Raises ArgumentTypeError for one that is not known."""
    chosen = list(peers) if names == "peers" else names.split(",")
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise argparse.ArgumentTypeError(f"no method {', '.join(unknown)}; there are {', '.join(known)}")
    return chosen


def numbers(words: str) -> tuple[int, ...]:
    return tuple(int(word) for word in words.split(","))
