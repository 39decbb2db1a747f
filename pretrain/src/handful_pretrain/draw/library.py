"""The library that comes with the artist: the pictures that were learned from, and what each shows, as two files.

Pictures of other splits stay out: what an artist is tested with, it may not have at hand.
"""

from __future__ import annotations

import io
import json

from handful_pretrain.draw.data import Pictures
from handful_pretrain.draw.raster import PIXELS

__all__ = ["HOUSE", "INDEX", "PICTURES", "labels", "packed"]

PICTURES, INDEX = "pictures.webps", "library.json"
HOUSE = "noto"
"""The style that is drawn in where there is nothing else to go by: the largest set."""


def labels(pictures: Pictures) -> list[str]:
    """What the pictures of the library show, each once, in the order in which it first does."""
    return list(dict.fromkeys(pictures.entries[number].label for number in pictures.of("train")))


def packed(pictures: Pictures) -> dict[str, bytes]:
    """Name and content of the two files: lossless WebP files one after the other, and what is said of each.

    `style` and `label` are places in `styles` and `labels`, `sizes` are bytes. The same pictures give the same bytes,
    with the same Pillow.
    """
    from PIL import Image

    entries = [pictures.entries[number] for number in pictures.of("train")]
    styles = {style: place for place, style in enumerate(sorted({entry.style for entry in entries}))}
    places = {label: place for place, label in enumerate(labels(pictures))}
    files = []
    for number in pictures.of("train"):
        file = io.BytesIO()
        # more effort makes 1% less of it in thirty times the time
        Image.fromarray(pictures.pixels[number]).save(
            file, "WEBP", lossless=True, quality=60, method=4, exact=True
        )
        files.append(file.getvalue())
    about = {
        "pixels": PIXELS,
        "sizes": [len(file) for file in files],
        "styles": list(styles),
        "labels": list(places),
        "style": [styles[entry.style] for entry in entries],
        "label": [places[entry.label] for entry in entries],
        "house": HOUSE,
    }
    return {PICTURES: b"".join(files), INDEX: json.dumps(about).encode()}
