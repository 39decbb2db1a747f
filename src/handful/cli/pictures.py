"""Which pictures `handful draw` is asked for, and the files that they become."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from handful.errors import UserError
from handful.table.filenames import safe_name

__all__ = ["Asked", "checked", "pictures_of"]

LONGEST = 2_000
"""Characters of a text."""
MOST = 1_000
"""Pictures of one command."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One picture that is asked for, and where it goes."""

    words: str
    seed: int
    place: Path


def checked(texts: Sequence[str], count: int) -> tuple[str, ...]:
    """Each text once. Raises UserError where one cannot be drawn from, or there is too much to draw."""
    for text in texts:
        if len(text) > LONGEST:
            raise UserError(
                f"a text has {len(text):,} characters, and at most {LONGEST:,} are read: {text[:40]!r}...",
                hint="say in a few words what the picture shows",
            )
        if "\0" in text or any(0xD800 <= ord(letter) < 0xE000 for letter in text):
            raise UserError(f"{text[:40]!r} is no text", hint="it holds bytes that stand for no letter")
        if not any(letter.isalnum() for letter in text):
            raise UserError(f"{text[:40]!r} has no words to draw from", hint='handful draw "a red kettle"')
    once = tuple(dict.fromkeys(texts))
    if len(once) * count > MOST:
        raise UserError(
            f"{len(once) * count:,} pictures are asked for, and at most {MOST:,} are drawn at once",
            hint="ask for fewer, or run the command several times",
        )
    return once


def pictures_of(
    texts: Sequence[str], count: int, seed: int, output: str | None, one_sheet: bool = False
) -> list[Asked]:
    """The pictures asked for, text by text; of a sheet all have the same place.

    Raises UserError where the output is no name for pictures.
    """
    each = [(text, seed + i) for text in texts for i in range(count)]
    folder, ending = Path(output or ""), ".png"
    if output and not folder.is_dir():
        if folder.suffix.lower() != ".png":
            raise UserError(
                f"{output!r} is no name for a picture", hint="end it in .png, or name a folder that exists"
            )
        folder, ending, stems = folder.parent, folder.suffix, [folder.stem] * (1 if one_sheet else len(each))
    else:
        stems = [f"{_stem(texts[0])}-sheet"] if one_sheet else [_stem(text) for text, _ in each]
    places = [folder / f"{name}{ending}" for name in _numbered(stems)]
    return [Asked(text, seed, places[0 if one_sheet else i]) for i, (text, seed) in enumerate(each)]


def _stem(text: str) -> str:
    """The words as a file's name that every system allows: "A red kettle!" is "a-red-kettle".

    Letters that a system may take for one another become one; some are capitals only once NFKC has made them plain.
    """
    small = unicodedata.normalize("NFKC", text).casefold()
    words = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", small)).strip("-")
    return safe_name(words).rstrip("-")


def _numbered(stems: Sequence[str]) -> list[str]:
    """The names, with a number behind each that stands for several; no two are alike."""
    times = Counter(stems)
    used = {stem for stem in stems if times[stem] == 1}
    names = []
    for stem in stems:
        name, number = stem, 0
        while times[stem] > 1 and (name in used or not number):
            number += 1
            name = f"{stem}-{number}"
        used.add(name)
        names.append(name)
    return names
