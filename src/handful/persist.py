"""Save and load a learner without pickle: a zip of one JSON tree and of plain arrays, each with its SHA-256.

The tree holds frozen dataclasses from the closed list `CLASSES` by name; nothing else is ever built, so a hostile
file can at worst be a wrong model. What a member claims (count, size, ratio, type, shape) is checked before it is read.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
import zlib
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, ClassVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from handful.answer.score import Score
from handful.encode.category import CategoryEncoder
from handful.encode.date import DateEncoder, DifferenceEncoder
from handful.encode.features import ColumnEncoder, TableEncoder
from handful.encode.image import ImageEncoder
from handful.encode.number import NumberEncoder
from handful.encode.series import SeriesEncoder
from handful.encode.sound import HeardEncoder, SoundEncoder
from handful.encode.text import TextEncoder
from handful.errors import ModelFileError
from handful.experts.blend import Blend, Weighting
from handful.experts.design import Design
from handful.experts.discriminant import FittedDiscriminant
from handful.experts.examples import Examples
from handful.experts.in_context import FittedInContext
from handful.experts.linear import FittedKernel, FittedLinear, Head
from handful.experts.names import FittedNames
from handful.experts.panel import Panel
from handful.experts.prior import FittedPrior
from handful.experts.projection import Lens, Projection
from handful.experts.trees import FittedBoosting, FittedTrees, Forest, TreeInput
from handful.experts.warp import Warp
from handful.features import Features, Labels
from handful.speech.agreement import Habits
from handful.table.column import Form, Kind, texts
from handful.table.write import write_aside
from handful.target import FittedTarget
from handful.trust.novelty import Neighbours, Novelty, Seen
from handful.write.dictation import Dictation
from handful.write.fit import Kept, WriterFit
from handful.write.pieces import Piece
from handful.write.program import Program, Programs
from handful.write.step import Step
from handful.write.threshold import Trust

__all__ = ["CLASSES", "FORMAT", "read_state", "write_state"]

FORMAT = 1
MANIFEST = "handful.json"

DAMAGE = (
    AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, RecursionError, RuntimeError,
    TypeError, ValueError, zlib.error,
)  # fmt: skip
"""What reading a changed zip, JSON tree or array can end in."""

MOST_MEMBERS = 4_096
MOST_BYTES = 2**31
MOST_RATIO = 200
UNSUSPICIOUS = 32 * 2**20
"""Up to this size a file may be packed as tightly as it likes: the labels of a constant target are."""

CLASSES: dict[str, type] = {
    each.__name__: each
    for each in (
        Blend, CategoryEncoder, ColumnEncoder, DateEncoder, Design, Dictation, DifferenceEncoder, Examples,
        Features, FittedBoosting, FittedDiscriminant, FittedInContext, FittedKernel, FittedLinear,
        FittedNames, FittedPrior, FittedTarget, FittedTrees, Forest, Form, Habits, Head, HeardEncoder,
        ImageEncoder, Kept, Labels, Lens, Neighbours, Novelty, NumberEncoder, Panel, Piece, Program,
        Programs, Projection, Score, Seen, SeriesEncoder, SoundEncoder, Step, TableEncoder, TextEncoder,
        TreeInput, Trust, Warp, Weighting, WriterFit,
    )
}  # fmt: skip


def write_state(path: Path, state: Any) -> Path:
    """Write the dataclass `state` to `path`, aside first and then renamed; only its owner may read the file."""
    arrays: list[bytes] = []
    tree = _packed(state, _classes_with(type(state)), arrays)
    manifest = {
        "format": FORMAT,
        "state": tree,
        "sha256": [hashlib.sha256(array).hexdigest() for array in arrays],
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bundle:
        _write_member(bundle, MANIFEST, json.dumps(manifest, allow_nan=False).encode())
        for number, array in enumerate(arrays):
            _write_member(bundle, f"{number}.npy", array)
    write_aside(path, stream.getvalue(), mode=0o600)
    return path


def read_state(path: Path, kinds: tuple[type, ...]) -> Any:
    """The dataclass, of one of the `kinds`, that a `.handful` file holds.

    Raises ModelFileError where the file is no such file, is damaged, or comes from a later version.
    """
    try:
        with zipfile.ZipFile(path) as bundle:
            manifest, arrays = _read_members(path, bundle)
        state = _unpacked(manifest["state"], _classes_with(*kinds), arrays)
    except ModelFileError:
        raise
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise ModelFileError(f"{path} cannot be read: {error.strerror}", hint="check the path") from error
    except zipfile.BadZipFile as error:
        if path.read_bytes()[:2] == b"PK":
            raise _damaged(path, str(error)) from error
        raise ModelFileError(
            f"{path} is no .handful file", hint="give a file that `handful fit` has written"
        ) from error
    except DAMAGE as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error
    if not isinstance(state, kinds):
        raise _damaged(path, f"it holds a {type(state).__name__}")
    return state


def _classes_with(*kinds: type) -> dict[str, type]:
    """The closed list, and the classes of the whole, which stand in a layer above this one."""
    return {**CLASSES, **{kind.__name__: kind for kind in kinds}}


def _damaged(path: Path, what: str) -> ModelFileError:
    return ModelFileError(f"{path} is damaged ({what})", hint="fit and save the learner again")


def _write_member(bundle: zipfile.ZipFile, name: str, content: bytes) -> None:
    """A member with a fixed date, so that the same learner gives the same bytes."""
    member = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    bundle.writestr(member, content)


def _read_members(path: Path, bundle: zipfile.ZipFile) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    members = bundle.infolist()
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MOST_MEMBERS or size > MOST_BYTES or size > max(UNSUSPICIOUS, MOST_RATIO * packed):
        raise _damaged(path, f"{len(members)} members of {size} bytes packed into {packed}")
    if MANIFEST not in bundle.namelist():
        raise ModelFileError(f"{path} is no .handful file", hint="give a file that `handful fit` has written")
    manifest = json.loads(bundle.read(MANIFEST))
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise _damaged(path, "its manifest has no format")
    if manifest["format"] > FORMAT:
        raise ModelFileError(
            f"{path} has format {manifest['format']}; this version reads up to {FORMAT}",
            hint="upgrade handful",
        )
    arrays = []
    for number, digest in enumerate(manifest["sha256"]):
        content = bundle.read(f"{number}.npy")
        if hashlib.sha256(content).hexdigest() != digest:
            raise _damaged(path, f"array {number} does not have the hash it should have")
        arrays.append(_array(path, content))
    return manifest, arrays


def _array(path: Path, content: bytes) -> NDArray[Any]:
    """An array of numbers, after its header has been compared with the number of bytes that follow."""
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise _damaged(path, "an array of another version")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.kind not in "fiub" or math.prod(shape) * dtype.itemsize != len(content) - stream.tell():
        raise _damaged(path, f"an array of type {dtype} and shape {shape} in {len(content)} bytes")
    stream.seek(0)
    return np.asarray(np.load(stream, allow_pickle=False))


def _packed(value: Any, classes: dict[str, type], arrays: list[bytes]) -> Any:
    """JSON for a value; an array becomes its number in `arrays`."""
    if isinstance(value, Kind):
        return {"kind": value.value}
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, tuple):
        return {"tuple": [_packed(each, classes, arrays) for each in value]}
    if isinstance(value, dict):
        return {"dict": {str(key): _packed(each, classes, arrays) for key, each in value.items()}}
    if isinstance(value, np.ndarray) and value.dtype == object:
        return {"texts": [str(each) for each in value]}
    if isinstance(value, np.ndarray):
        stream = io.BytesIO()
        np.lib.format.write_array(stream, np.ascontiguousarray(value), version=(1, 0), allow_pickle=False)
        arrays.append(stream.getvalue())
        return {"array": len(arrays) - 1}
    if is_dataclass(value) and classes.get(type(value).__name__) is type(value):
        packed = {field.name: _packed(getattr(value, field.name), classes, arrays) for field in fields(value)}
        return {"class": type(value).__name__, "fields": packed}
    raise TypeError(f"a {type(value).__name__} cannot be saved")


def _unpacked(tree: Any, classes: dict[str, type], arrays: list[NDArray[Any]]) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "class" in tree:
        kind = classes[tree["class"]]
        parts = {name: _unpacked(each, classes, arrays) for name, each in tree["fields"].items()}
        for name, hint in get_type_hints(kind).items():
            if get_origin(hint) is not ClassVar and not _fits(parts[name], hint):
                raise TypeError(f"{kind.__name__}.{name} is a {type(parts[name]).__name__}")
        return kind(**parts)
    ((mark, content),) = tree.items()
    if mark == "array":
        return arrays[content]
    if mark == "tuple":
        return tuple(_unpacked(each, classes, arrays) for each in content)
    if mark == "dict":
        return {key: _unpacked(each, classes, arrays) for key, each in content.items()}
    if mark == "texts":
        return texts(content)
    if mark == "float":
        return float(content)
    if mark == "kind":
        return Kind(content)
    raise ValueError(f"unknown mark {mark!r}")


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is what a field of this type may hold; of a protocol, any of the listed classes."""
    origin, inner = get_origin(hint) or hint, get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(_fits(value, each) for each in inner)
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(each, inner[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(each, inner[1]) for each in value.values())
    if origin is float:
        return isinstance(value, float | int) and not isinstance(value, bool)
    if getattr(origin, "_is_protocol", False):
        return is_dataclass(value)
    return isinstance(value, origin) and not (origin is int and isinstance(value, bool))
