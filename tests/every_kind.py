"""A table with a column of every kind, with its files; all but the shop and the date tell the target."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import soundfile
from PIL import Image, ImageDraw

WORDS = {
    "kettle": ("the water boils too slowly", "it whistles when it is hot", "steam comes out of the spout"),
    "lamp": ("the light flickers at night", "the bulb is far too dim", "the shade throws no shadow"),
}


def every_kind(folder: Path, rows: int = 24, blanks: int = 6, seed: int = 0) -> pl.DataFrame:
    """A frame of text cells as a CSV file gives it, with blanks in its column `thing`; its files lie in `folder`."""
    random = np.random.default_rng(seed)
    things = ["kettle" if row % 2 else "lamp" for row in range(rows)]
    return pl.DataFrame(
        {
            "thing": [None if row < blanks else thing for row, thing in enumerate(things)],
            "weight": [f"{random.normal(3 if thing == 'kettle' else 1, 0.5):.2f}" for thing in things],
            "shop": [str(random.choice(["north", "south"])) for _ in things],
            "sold": [str(date(2026, 1, 5) + timedelta(int(day))) for day in random.integers(0, 200, rows)],
            "complaint": [f"{random.choice(WORDS[thing])}, order {row}" for row, thing in enumerate(things)],
            "photo": [_picture(folder, row, thing, random) for row, thing in enumerate(things)],
            "recording": [_sound(folder, row, thing, random) for row, thing in enumerate(things)],
            "power": [_series(thing, random) for thing in things],
        }
    )


def _picture(folder: Path, row: int, thing: str, random: np.random.Generator) -> str:
    picture = Image.new("RGB", (64, 48), tuple(random.integers(180, 255, 3).tolist()))
    draw = ImageDraw.Draw(picture)
    left = int(random.integers(4, 20))
    shape = draw.ellipse if thing == "kettle" else draw.rectangle
    shape((left, 8, left + 30, 40), fill=(170, 30, 30) if thing == "kettle" else (30, 30, 160))
    picture.save(folder / f"photo{row}.png")
    return f"photo{row}.png"


def _sound(folder: Path, row: int, thing: str, random: np.random.Generator) -> str:
    pitch = 900 if thing == "kettle" else 120
    wave = np.sin(2 * np.pi * pitch * np.arange(4_000) / 8_000) + 0.1 * random.normal(size=4_000)
    soundfile.write(folder / f"sound{row}.wav", 0.3 * wave, 8_000)
    return f"sound{row}.wav"


def _series(thing: str, random: np.random.Generator) -> str:
    wave = np.linspace(0, 2, 30) if thing == "kettle" else np.sin(np.arange(30))
    return str(np.round(wave + 0.2 * random.normal(size=30), 3).tolist())
