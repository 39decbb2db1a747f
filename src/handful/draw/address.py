"""An artist at an address that the user gave: any server with `images/generations` of OpenAI's protocol.

The words of the rows go to that address, so it is never used without being asked for. They are all that is sent: the
protocol has no place for pictures to follow, so such an artist draws in a style of its own.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import numpy as np

from handful.draw.artist import PIXELS, Drawn, Example, Pixels
from handful.draw.prompt import prompt
from handful.encode.frozen.picture import read_with_alpha
from handful.errors import CellError, UserError
from handful.server import Refused, Role, Server, Silent

__all__ = ["KEY", "AddressArtist"]

KEY = "HANDFUL_ARTIST_KEY"
_ARTIST = Role(
    name="artist",
    key=KEY,
    seconds=600.0,  # a large model on a slow machine
    most_bytes=32_000_000,
    usual={11434: "is it running, and does the model draw? ollama serve"},
)
_PATH = "/v1/images/generations"
_FORM = {"n": 1, "size": "512x512", "response_format": "b64_json"}
"""Beside words and model: the smallest size that all draw well, and the picture itself in place of its address."""
_OF_THE_TEXT = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY)
_OF_ALL = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
LONGEST = 100
"""Characters of what went wrong that a doubt repeats."""


class AddressArtist:
    """The model of that name at an http(s) address; "" leaves it to the server which.

    Examples are not sent, seeds only where they are given, and a server may not heed them: the same words may be
    drawn differently the next time. A text that the server refuses is a clear picture with that doubt. Raises
    UserError where nobody answers, or what answers is no picture; not where some are drawn already, which are kept.
    """

    def __init__(self, url: str, model: str = "") -> None:
        self._server = Server(url, _ARTIST)
        self._model = model
        self.name = model or self._server.place
        self.identity = f"{self._server.place}#{model}"

    def draw(
        self,
        words: Sequence[str],
        examples: Sequence[Example] = (),
        *,
        seeds: Sequence[int] | None = None,
        progress: Callable[[float], None] = lambda share: None,
    ) -> list[Drawn]:
        """One drawing for each text, as large as the server makes them."""
        asked = [prompt(text) for text in words]  # all are looked at before one is sent
        sown = [{}] * len(asked) if seeds is None else [{"seed": int(seed)} for seed in seeds]
        left = list(zip(asked, sown, strict=True))
        drawn: list[Drawn] = []
        while left:
            text, seed = left.pop(0)
            try:
                drawn.append(Drawn(self._picture(text, seed), sure=1.0))
            except UserError as error:
                if not (_of_the_text(error) or any(each.sure for each in drawn)):
                    raise
                drawn.append(_undrawn(error))
                if _of_all(error):  # nobody is asked in vain once more for each row
                    drawn += [drawn[-1]] * len(left)
                    left.clear()
            progress(len(drawn) / len(asked))
        return drawn

    def close(self) -> None:
        """Nothing is held between two drawings."""

    def _picture(self, text: str, seed: Mapping[str, int]) -> Pixels:
        asked = {"prompt": text, **({"model": self._model} if self._model else {})}
        answer = self._answer(asked, {**_FORM, **seed})
        try:
            return np.asarray(read_with_alpha(self._content(answer["data"][0])))
        except (LookupError, TypeError, AttributeError) as error:
            raise UserError(f"the artist at {self._server.place} answers without a picture") from error
        except CellError as error:
            raise UserError(f"the artist at {self._server.place} sends no usable picture: {error}") from error

    def _answer(self, asked: Mapping[str, Any], form: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the server says. Some models refuse to be told a form or a seed, and draw without."""
        try:
            return self._server.ask(_PATH, {**asked, **form})
        except Refused as refused:
            if not _of_the_text(refused):
                raise
        return self._server.ask(_PATH, asked)

    def _content(self, told: Mapping[str, Any]) -> bytes:
        """The file: in the answer, or at an address on the same server. Raises LookupError where neither is told."""
        if not told.get("b64_json"):
            if not (isinstance(told["url"], str) and told["url"]):
                raise LookupError("url")
            return self._server.fetch(told["url"])
        try:
            return base64.b64decode(told["b64_json"], validate=True)
        except (binascii.Error, ValueError) as error:
            raise CellError("damaged") from error


def _of_the_text(error: UserError) -> bool:
    """Whether it says nothing of another text."""
    return isinstance(error, Refused) and error.status in _OF_THE_TEXT


def _of_all(error: UserError) -> bool:
    """Whether no other text would be drawn either."""
    return isinstance(error, Silent) or (isinstance(error, Refused) and error.status in _OF_ALL)


def _undrawn(error: UserError) -> Drawn:
    """A clear picture, with what went wrong as its doubt."""
    why = f"the artist refused: {error.said}" if isinstance(error, Refused) else error.message
    short = why if len(why) <= LONGEST else f"{why[: LONGEST - 1]}…"
    return Drawn(np.zeros((PIXELS, PIXELS, 4), np.uint8), sure=0.0, doubt=short)
