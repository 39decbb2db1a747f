"""The pictures that come with the weights: what each shows, in which style, and itself when it is asked for."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from handful.draw.artist import PIXELS, Pixels
from handful.errors import ModelFileError
from handful.weights.registry import WEIGHTS

__all__ = ["Library", "read_library"]

INDEX, PICTURES = "library.json", "pictures.webps"
HINT = f"install the artist again: {WEIGHTS['artist'].by_hand}"


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """Known pictures by their numbers. Nothing is decoded before it is asked for."""

    labels: tuple[str, ...]
    meanings: NDArray[np.float32]
    """(label, coordinate) of length one"""
    styles: tuple[str, ...]
    label: NDArray[np.intp]
    """(picture,) place of what it shows among the labels"""
    style: NDArray[np.intp]
    """(picture,) place of its style"""
    house: int
    """The style that is drawn in where there is nothing else to go by."""
    file: Path
    starts: NDArray[np.int64]
    """(picture + 1,) bytes: picture i lies from starts[i] to starts[i + 1]"""

    def pictures(self, numbers: Sequence[int]) -> list[Pixels]:
        """The pictures with these numbers. Raises ModelFileError where one cannot be read."""
        try:
            with self.file.open("rb") as file:
                return [_decoded(self._bytes(file, number)) for number in numbers]
        except (OSError, ValueError) as error:
            raise ModelFileError(f"{self.file} cannot be used ({error})", hint=HINT) from error

    def name(self, number: int) -> str:
        """What it shows and its style: "teapot (noto)"."""
        return f"{self.labels[self.label[number]]} ({self.styles[self.style[number]]})"

    def of_style(self, style: int) -> list[int]:
        """The numbers of all pictures of a style."""
        return [int(number) for number in np.flatnonzero(self.style == style)]

    def _bytes(self, file: io.BufferedReader, number: int) -> bytes:
        file.seek(self.starts[number])
        return file.read(self.starts[number + 1] - self.starts[number])


def read_library(folder: Path, meanings: NDArray[np.generic]) -> Library:
    """The library in a folder of weights, with the meanings (label, coordinate) of its labels, of any length.

    Raises ModelFileError where it is not whole.
    """
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        starts = np.cumsum([0, *index["sizes"]])
        if (folder / PICTURES).stat().st_size != starts[-1] or index["pixels"] != PIXELS:
            raise ValueError(f"{PICTURES} is not what {INDEX} says")
        return Library(
            tuple(index["labels"]),
            _of_length_one(meanings),
            tuple(index["styles"]),
            np.array(index["label"], dtype=np.intp),
            np.array(index["style"], dtype=np.intp),
            index["styles"].index(index["house"]),
            folder / PICTURES,
            starts,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelFileError(f"the pictures in {folder} cannot be used ({error!r})", hint=HINT) from error


def _of_length_one(rows: NDArray[np.generic]) -> NDArray[np.float32]:
    whole = rows.astype(np.float32)
    return np.asarray(whole / np.maximum(np.linalg.norm(whole, axis=1, keepdims=True), 1e-12))


def _decoded(content: bytes) -> Pixels:
    from PIL import Image

    with Image.open(io.BytesIO(content), formats=["WEBP"]) as image:
        return np.asarray(image.convert("RGBA"))
