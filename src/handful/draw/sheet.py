"""Many pictures on one: a contact sheet, with a line of words above each row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from handful.draw.artist import Pixels
from handful.draw.pictures import as_image
from handful.plain import one_line

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

__all__ = ["ACROSS", "CELL", "sheet"]

CELL = 128
"""Pixels of a picture's side on the sheet: twice what our artist draws."""
ACROSS = 8
"""Pictures that stand side by side; a row of more goes on below."""
GAP, LINE = 8, 22
SQUARE = 8
"""Pixels of a side of the squares that show through where a picture is transparent."""
LIGHT, DARK, INK = 255, 236, (70, 70, 70)
LONGEST = 300
"""Characters of a label that are measured: more than any sheet is wide."""


def sheet(rows: Sequence[Sequence[Pixels]], labels: Sequence[str]) -> Image:
    """An RGB picture of all rows, each under its label, on white; squares show where a picture is transparent."""
    from PIL import Image, ImageDraw

    lines = [_broken(row) for row in rows]
    across = max((len(line) for row in lines for line in row), default=1)
    width = GAP + across * (CELL + GAP)
    height = GAP + sum(LINE + len(row) * (CELL + GAP) for row in lines)
    page = Image.new("RGB", (width, height), "white")
    pen, font, top = ImageDraw.Draw(page), _font(), GAP
    for row, label in zip(lines, labels, strict=True):
        pen.text((GAP, top), _cut(label, font, width - 2 * GAP), fill=INK, font=font)
        top += LINE
        for line in row:
            for place, picture in enumerate(line):
                page.paste(_cell(picture), (GAP + place * (CELL + GAP), top))
            top += CELL + GAP
    return page


def _broken(row: Sequence[Pixels]) -> list[Sequence[Pixels]]:
    """The row in lines that are no longer than the sheet is wide; one without pictures has its label alone."""
    return [row[start : start + ACROSS] for start in range(0, len(row), ACROSS)]


def _cell(picture: Pixels) -> Image:
    """CELL by CELL: the picture on squares, as large as it fits."""
    from PIL import Image
    from PIL.Image import Resampling

    y, x = np.indices((CELL, CELL)) // SQUARE
    cell = Image.fromarray(np.where((y + x) % 2, DARK, LIGHT).astype(np.uint8)).convert("RGB")
    high, wide = picture.shape[:2]
    share = CELL / max(high, wide)
    size = (max(1, round(wide * share)), max(1, round(high * share)))
    seen = as_image(picture).resize(size, Resampling.BICUBIC)
    cell.paste(seen, ((CELL - size[0]) // 2, (CELL - size[1]) // 2), mask=seen)
    return cell


def _font() -> FreeTypeFont:
    """DejaVu Sans, which matplotlib brings: Latin, Greek, Cyrillic, and the same on every system."""
    import matplotlib
    from PIL import ImageFont

    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"), 14)


def _cut(label: str, font: FreeTypeFont, width: int) -> str:
    """The label as far as there is room."""
    label = one_line(label)
    cut = label[:LONGEST]
    while cut and font.getlength(cut + "…" * (cut != label)) > width:
        cut = cut[:-1]
    return cut + "…" * (cut != label)
