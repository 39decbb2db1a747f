"""The card: what the files of a model are, by their hashes, and what is to be known of it.

A model is a folder: two graphs, the weights that both share, and `card.json`. Nothing of it is used before every
byte is known to be the one that the card names.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from handful.errors import ModelFileError

__all__ = ["ANSWER", "CARD", "ENCODE", "FILES", "FORMAT", "WEIGHTS", "Card", "read_card", "read_model"]

FORMAT = 1
CARD, ENCODE, ANSWER, WEIGHTS = "card.json", "encode.onnx", "answer.onnx", "weights.npz"
FILES = (ENCODE, ANSWER, WEIGHTS)
MOST_BYTES = 64 * 2**20
"""No file of a model is larger; it stands against filling the memory from a foreign card."""

HINT = "install handful again: `pip install --force-reinstall handful`"


@dataclass(frozen=True, slots=True)
class Card:
    """What is to be known of a model."""

    name: str
    sizes: dict[str, Any]
    """Width, layers and the like."""
    recipe: dict[str, Any]
    """How it was trained: the whole configuration, and how far it went."""
    figures: dict[str, Any]
    """How good it was measured to be."""
    licence: str
    trained_on: str
    limits: tuple[str, ...]
    uses: dict[str, list[str]]
    """The weights that each graph has to be handed, by their names."""
    sha256: dict[str, str]
    """Of each file."""
    bytes: dict[str, int]
    """Of each file."""

    @property
    def hash(self) -> str:
        """The SHA-256 of the weights."""
        return self.sha256[WEIGHTS]

    def to_json(self) -> str:
        """As text, sealed with a hash of its own."""
        about = {"format": FORMAT, **asdict(self)}
        return json.dumps({**about, "seal": _seal(about)}, indent=2) + "\n"


def read_card(folder: Path) -> Card:
    """The card of a model all of whose files are as it says.

    Raises ModelFileError where a file is missing, damaged or foreign, or comes from a later version.
    """
    return read_model(folder)[0]


def read_model(folder: Path) -> tuple[Card, dict[str, bytes]]:
    """The card, and the content of each file, checked; errors as in `read_card`."""
    card = _parsed(folder / CARD)
    return card, {name: _content(folder / name, card) for name in FILES}


def _seal(about: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def _parsed(path: Path) -> Card:
    raw = _read(path)
    try:
        about = json.loads(raw)
        seal, number = about.pop("seal"), about["format"]
        if number != FORMAT:
            raise ModelFileError(f"{path} has format {number}; this version reads {FORMAT}", hint=HINT)
        if seal != _seal(about):
            raise ModelFileError(f"{path} is damaged: its hash is not the one it names", hint=HINT)
        del about["format"]
        return Card(**{**about, "limits": tuple(about["limits"])})
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"{path} is no card of a model ({error})", hint=HINT) from error


def _content(path: Path, card: Card) -> bytes:
    content = _read(path)
    if len(content) != card.bytes.get(path.name):
        raise ModelFileError(
            f"{path} is damaged: {len(content)} bytes, by its card {card.bytes.get(path.name)}", hint=HINT
        )
    if hashlib.sha256(content).hexdigest() != card.sha256.get(path.name):
        raise ModelFileError(
            f"{path} is damaged: it does not have the SHA-256 that its card names", hint=HINT
        )
    return content


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror}", hint=HINT) from error
    if len(content) > MOST_BYTES:
        raise ModelFileError(f"{path} has more than {MOST_BYTES} bytes: no file of a model", hint=HINT)
    return content
