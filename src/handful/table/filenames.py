"""Names for files that every system allows, made from what a user called a thing."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["LONGEST", "safe_name"]

LONGEST = 60
"""Characters, of up to four bytes: a name has at most 255."""

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # names that Windows keeps for itself


def safe_name(text: str, longest: int = LONGEST) -> str:
    """The text as the name of a file or folder, at most so many characters and one more."""
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", text))[:longest].strip(" .")
    return f"{plain}_" if not plain or _DEVICES.fullmatch(plain) else plain
