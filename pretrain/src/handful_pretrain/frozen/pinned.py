"""Content that others published, known by its SHA-256."""

from __future__ import annotations

import hashlib

__all__ = ["Foreign", "pinned"]


class Foreign(ValueError):
    """The content is not the one whose hash stands in the code."""


def pinned(content: bytes, sha256: str, name: str) -> bytes:
    """The content itself. Raises Foreign where its SHA-256 is another."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Foreign(f"{name} is not the one with the SHA-256 {sha256}: its SHA-256 differs")
    return content
