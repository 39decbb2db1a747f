"""Pictures in and out: an example's file becomes pixels with alpha, and what was drawn becomes a picture or a file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from handful.draw.artist import PIXELS, Pixels
from handful.encode.frozen.picture import read_with_alpha
from handful.errors import CellError
from handful.table.column import Column
from handful.table.media import content_of, folder_of

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["as_image", "fitted", "png_of", "read_example"]

CLEAR = 25
"""Alpha up to which nobody sees a pixel."""


def read_example(column: Column, cell: str) -> Pixels:
    """(PIXELS, PIXELS, 4) of the file that a cell of the column names.

    Raises CellError with the reason, also where all of it is clear.
    """
    pixels = fitted(read_with_alpha(content_of(folder_of(column), cell)))
    if not (pixels[..., 3] > CLEAR).any():
        raise CellError("nothing to see in it")
    return pixels


def fitted(picture: Image) -> Pixels:
    """(PIXELS, PIXELS, 4) the whole picture (RGBA) in the middle of a square, which is clear beside it.

    Pillow multiplies colours by alpha while it resizes, so that what is clear has no say in the colours.
    """
    from PIL import Image

    width, height = picture.size
    share = PIXELS / max(width, height)
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small = picture.resize(size, Image.Resampling.HAMMING)
    square = Image.new("RGBA", (PIXELS, PIXELS))
    square.paste(small, ((PIXELS - size[0]) // 2, (PIXELS - size[1]) // 2))
    pixels = np.array(square)
    pixels[pixels[..., 3] == 0] = 0  # a colour that nobody sees says nothing
    return pixels


def as_image(pixels: Pixels) -> Image:
    """A Pillow picture in RGBA."""
    from PIL import Image

    return Image.fromarray(pixels)


def png_of(image: Image) -> bytes:
    """The content of a PNG file; the same picture gives the same bytes."""
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()
