"""Parts of a document between markers: `<!-- NAME:begin -->` to `<!-- NAME:end -->`, made anew from results."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

__all__ = ["fill", "filled"]

Parts = Mapping[str, Callable[[], str]]


def fill(path: Path, parts: Parts) -> None:
    """Write the parts that the file has markers for."""
    path.write_text(filled(path.read_text(encoding="utf-8"), parts), encoding="utf-8")


def filled(document: str, parts: Parts) -> str:
    """The document with every marked part made anew; what is not marked stays, and costs nothing."""
    for name, make in parts.items():
        marked = re.compile(
            f"(<!-- {re.escape(name)}:begin -->\n).*?(<!-- {re.escape(name)}:end -->)", re.DOTALL
        )
        found = marked.search(document)
        if found:
            document = document[: found.start()] + found[1] + make() + found[2] + document[found.end() :]
    return document
