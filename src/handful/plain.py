"""Text that shows as it is: a name or a cell must not recolour, overwrite, reorder or forge what people read."""

from __future__ import annotations

import re

__all__ = ["one_line", "plain"]

# C0 and C1 controls other than newline and tab, the marks that turn the direction of writing, Unicode's line ends.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def plain(text: object) -> str:
    """The text without the characters that steer a terminal or turn the writing of a page."""
    return _STEERING.sub("", str(text))


def one_line(text: object) -> str:
    """The plain text on a single line."""
    return plain(text).replace("\n", " ").replace("\t", " ")
