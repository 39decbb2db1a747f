"""A picture of pixels becomes one of shapes: an SVG that stays sharp at any size."""

from __future__ import annotations

import re
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from handful.draw.artist import Pixels
from handful.draw.pictures import as_image, png_of
from handful.errors import MissingError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["needed_tracer", "traced"]

SIDE = 256
"""A smaller picture is enlarged first, by whole times, to at most this: so its edges become curves and not steps."""
COLOURS = 16
"""Told apart. Without it the soft pixels of an edge become bands of their own, and what is near in colour is lost."""
FRAME = 2
"""Transparent pixels around the picture: the tracer takes it for a cut-out where some lie on its border."""
SETTINGS = {
    "color_precision": 8,  # the colours have been chosen before
    "layer_difference": 0,
    "filter_speckle": 6,  # pixels of a side, enlarged: what is smaller than 1.5 pixels of a drawing goes
    "length_threshold": 8.0,  # fewer points by a quarter than with the default 4, and no worse to look at
    "path_precision": 1,  # decimals
}


def needed_tracer() -> ModuleType:
    """The tracer (VTracer, MIT). Raises MissingError where it is not installed."""
    try:
        return import_module("vtracer")
    except ImportError as error:
        raise MissingError(
            "a traced SVG needs the package vtracer", hint="pip install 'handful[draw]', or leave --svg out"
        ) from error


def traced(picture: Pixels) -> str:
    """An SVG of flat shapes with a transparent background; one of 64 pixels a side takes some 30 kB.

    What is more than half transparent is left out, the rest is opaque. Raises MissingError without the tracer.
    """
    from PIL.Image import Resampling

    tracer = needed_tracer()
    high, wide = picture.shape[:2]
    times = max(1, SIDE // max(high, wide))
    large = as_image(picture).resize((wide * times, high * times), Resampling.BICUBIC)
    made = tracer.convert_raw_image_to_svg(png_of(_framed(large)), img_format="png", **SETTINGS)
    shapes = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", made, flags=re.DOTALL)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}">'
        f'<g transform="scale({1 / times:g}) translate(-{FRAME} -{FRAME})">{shapes}</g></svg>\n'
    )


def _framed(picture: Image) -> Image:
    """The picture in a few colours, each pixel opaque or not there, with nothing around it."""
    from PIL import Image, ImageOps

    opaque = picture.getchannel("A").point(lambda alpha: 255 * (alpha >= 128))
    inside = np.asarray(picture)[np.asarray(opaque) > 0][None, :, :3]
    framed = Image.new("RGBA", picture.size)
    if inside.size:
        colours = Image.fromarray(inside).quantize(COLOURS, kmeans=4)
        flat = picture.convert("RGB").quantize(palette=colours, dither=Image.Dither.NONE)
        framed.paste(flat.convert("RGB"), mask=opaque)
    return ImageOps.expand(framed, FRAME)
