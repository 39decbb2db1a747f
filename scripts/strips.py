"""A strip of small pictures with a line of words under each: photos, sounds as waves, series as lines."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import soundfile
from PIL import Image, ImageDraw, ImageFont

__all__ = ["chart", "photo", "strip", "waveform"]

SIDE, GAP, WORDS = 104, 8, 22
"""Pixels of a picture's side, between pictures, and of a line of words."""
QUIET = 0.02
"""Of full scale: silence is not blown up."""
INK, BAD, PAPER = (40, 44, 90), (176, 32, 32), (255, 255, 255)


def photo(cell: str) -> Image.Image:
    """The picture in a file."""
    return Image.open(cell).convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def waveform(cell: str) -> Image.Image:
    """How far a sound swings, column by column; its loudest moment reaches the edges, unless it is faint."""
    samples, _ = soundfile.read(cell)
    pieces = np.array_split(samples, SIDE)
    loudest = max(float(np.abs(samples).max()), QUIET)
    image, draw = _blank()
    for x, piece in enumerate(pieces):
        low, high = (SIDE / 2 * (1 - 0.9 * end / loudest) for end in (piece.max(), piece.min()))
        draw.line((x, low, x, max(high, low + 1)), fill=INK)
    return image


def chart(cell: str) -> Image.Image:
    """A list of numbers as a line, between 0 and 60 here as in its neighbours."""
    values = json.loads(cell)
    across = np.linspace(4, SIDE - 5, len(values))
    image, draw = _blank()
    draw.line(
        [(x, SIDE * (1 - value / 60)) for x, value in zip(across, values, strict=True)], fill=INK, width=2
    )
    return image


def strip(tiles: Sequence[tuple[Image.Image, str, str]]) -> Image.Image:
    """The pictures side by side, each over its answer, and in red below what it is where that is wrong."""
    font = ImageFont.load_default(15)
    lines = 2 if any(wrong for _, _, wrong in tiles) else 1
    whole = Image.new("RGB", (len(tiles) * (SIDE + GAP) + GAP, SIDE + 2 * GAP + lines * WORDS), PAPER)
    draw = ImageDraw.Draw(whole)
    for place, (picture, answer, wrong) in enumerate(tiles):
        left = GAP + place * (SIDE + GAP)
        whole.paste(picture, (left, GAP))
        for line, (words, colour) in enumerate(((answer, INK), (wrong, BAD))):
            draw.text(
                (left + SIDE / 2, SIDE + 2 * GAP + line * WORDS), words, fill=colour, font=font, anchor="ma"
            )
    return whole.quantize(256, Image.Quantize.MAXCOVERAGE)


def _blank() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (SIDE, SIDE), (238, 240, 246))
    return image, ImageDraw.Draw(image)
