"""A picture's file becomes its pixels: the formats, orientations and colours that cameras and screens make."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from handful.errors import CellError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["MOST_PIXELS", "read_picture", "read_with_alpha"]

MOST_PIXELS = 50_000_000
"""A picture of more is refused by its header, before anything is unpacked. Reading this many takes 200 to 450 MB."""
ENOUGH = 448
"""Sides that a large JPEG is unpacked to at least: twice what the network sees, at an eighth of the time."""
FORMATS = "PNG, JPEG, WebP, GIF or BMP"
ORIENTATION = 0x0112


def read_picture(content: bytes) -> tuple[Image, tuple[int, int]]:
    """An upright RGB picture, transparent places white, and the (width, height) that its file has.

    Of one that moves, the first picture; a large JPEG comes smaller. Raises CellError with the reason.
    """
    return _read(content, _coloured)


def read_with_alpha(content: bytes) -> Image:
    """An upright RGBA picture, transparent places as they are; otherwise as `read_picture`."""
    return _read(content, _with_alpha)[0]


def _read(content: bytes, coloured: Callable[[Any], Any]) -> tuple[Image, tuple[int, int]]:
    """The upright picture in the colours wanted, and the (width, height) that its file has."""
    try:
        image = _opened(content)
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise CellError(f"more than {MOST_PIXELS // 1_000_000} million pixels")
        image.draft(None, (ENOUGH, ENOUGH))
        image.load()
        turn = _orientation(image.info.get("exif", b""))
        upright = _turned(coloured(image), turn)
    except CellError:
        raise
    except Exception as error:  # a broken file raises what its decoder happens to meet
        raise CellError("cut off" if "truncated" in str(error).lower() else "damaged") from error
    return upright, (height, width) if turn >= 5 else (width, height)


def _opened(content: bytes) -> Any:
    """The header, read by the format that the first bytes name.

    Not by `Image.open`, whose guard against large pictures is a setting of the whole process.
    """
    from PIL import BmpImagePlugin, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

    class Jpeg(JpegImagePlugin.JpegImageFile):
        """Without a look for its resolution, which warns of damaged EXIF data."""

        def _read_dpi_from_exif(self) -> None:
            pass

    by_start = (
        (b"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile),
        (b"\xff\xd8\xff", Jpeg),
        (b"GIF8", GifImagePlugin.GifImageFile),
        (b"BM", BmpImagePlugin.BmpImageFile),
    )
    file = io.BytesIO(content)
    for start, opened in by_start:
        if content.startswith(start):
            return opened(file)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WebPImagePlugin.WebPImageFile(file)
    raise CellError(f"no {FORMATS}" if content else "empty")


def _coloured(image: Any) -> Any:
    """In RGB: on white where it is transparent; the eight upper bits of sixteen."""
    if image.mode.startswith("I"):
        from PIL import Image

        deep = np.clip(np.asarray(image), 0, 65535).astype(np.uint16)
        return Image.fromarray((deep >> 8).astype(np.uint8)).convert("RGB")
    if not image.has_transparency_data:
        return image if image.mode == "RGB" else image.convert("RGB")
    from PIL import Image

    seen = image if image.mode == "RGBA" else image.convert("RGBA")
    white = Image.new("RGB", seen.size, "white")
    white.paste(seen, mask=seen.getchannel("A"))
    return white


def _with_alpha(image: Any) -> Any:
    """In RGBA: solid where the picture says nothing of alpha."""
    clear = image.has_transparency_data and not image.mode.startswith("I")
    return image.convert("RGBA") if clear else _coloured(image).convert("RGBA")


def _turned(image: Any, orientation: int) -> Any:
    """Upright, where the camera was held as EXIF's number from 1 to 8 says."""
    from PIL.Image import Transpose

    ways = (
        None,
        Transpose.FLIP_LEFT_RIGHT,
        Transpose.ROTATE_180,
        Transpose.FLIP_TOP_BOTTOM,
        Transpose.TRANSPOSE,
        Transpose.ROTATE_270,
        Transpose.TRANSVERSE,
        Transpose.ROTATE_90,
    )
    way = ways[orientation - 1]
    return image if way is None else image.transpose(way)


def _orientation(exif: bytes) -> int:
    """How the camera was held, 1 to 8, from the first directory of EXIF data; 1 where they do not say.

    Read here, since Pillow warns of damaged data, and warnings are a setting of the whole process.
    """
    body = exif.removeprefix(b"Exif\x00\x00")
    order = {b"II": "<", b"MM": ">"}.get(body[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f"{order}I", body, 4)
        (count,) = struct.unpack_from(f"{order}H", body, start)
        for i in range(count):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", body, start + 2 + 12 * i)
            if tag == ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
