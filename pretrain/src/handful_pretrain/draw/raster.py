"""An icon of an Iconify set as pixels."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PIXELS", "premultiplied", "rasterised", "shrunk"]

PIXELS = 64
"""Of a side."""

Pixels = NDArray[np.uint8]
Shares = NDArray[np.float32]


def rasterised(icon: Mapping[str, Any], whole: Mapping[str, Any], pixels: int = PIXELS) -> Pixels:
    """(y, x, 4) of an icon: red, green, blue, alpha, with its proportions kept and nothing beside it.

    What the icon does not say of its box, the whole set says. Colours of wholly clear pixels are 0.
    """
    import resvg_py
    from PIL import Image

    left, top, width, height = (
        float(icon.get(key, whole.get(key, default)))
        for key, default in (("left", 0), ("top", 0), ("width", 16), ("height", 16))
    )
    side = max(width, height)
    box = f"{left - (side - width) / 2:g} {top - (side - height) / 2:g} {side:g} {side:g}"
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{pixels}" height="{pixels}" viewBox="{box}">{icon["body"]}</svg>'
    )
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=pixels, height=pixels))
    found = np.array(Image.open(io.BytesIO(png)).convert("RGBA"))
    found[found[..., 3] == 0] = 0
    return found


def premultiplied(pixels: Pixels) -> Shares:
    """(..., 4) in 0..1 with the colours times alpha: what is clear has no colour that could bleed."""
    share: Shares = pixels.astype(np.float32) / np.float32(255)
    share[..., :3] *= share[..., 3:]
    return share


def shrunk(share: Shares, pixels: int) -> Shares:
    """(picture, y, x, 4) the mean over squares, of pictures that are a whole number of times as large."""
    count, side = share.shape[:2]
    times = side // pixels
    return np.asarray(
        share.reshape(count, pixels, times, pixels, times, 4).mean(axis=(2, 4)), dtype=np.float32
    )
