"""An artist that the user brings: a folder with a pipeline of `diffusers`, run on this machine.

Both `diffusers` and what it runs on, gigabytes of it, are the user's own. Nothing is downloaded, no pickle is read, and
a folder that brings code of its own is refused: a pipeline is its weights, and what the library makes of them.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from handful.draw.artist import Drawn, Example
from handful.draw.prompt import prompt
from handful.errors import MissingError, UserError
from handful.weights.manifest import file_hash

__all__ = ["INDEX", "PipelineArtist"]

INDEX = "model_index.json"
"""The file that makes a folder a pipeline."""
WITHHELD = "what was drawn, the pipeline's own check withheld"


class PipelineArtist:
    """The pipeline in a folder, with the number of steps and the size that it has of its own.

    It is told the words alone, and draws in a style of its own. The same words and seed give the same picture.
    Raises MissingError without `diffusers`, UserError where the folder holds no pipeline that draws from words.
    """

    def __init__(self, folder: Path) -> None:
        library, self._torch = _module("diffusers"), _module("torch")
        self._folder = folder
        self._pipeline = _on_device(_loaded(library, folder), self._torch)
        self._pipeline.set_progress_bar_config(disable=True)
        self.name = folder.resolve().name

    @cached_property
    def identity(self) -> str:
        """SHA-256 of names and contents of the settings and weights, a gigabyte in a second."""
        whole = hashlib.sha256()
        for path in sorted(
            path for path in self._folder.rglob("*") if path.suffix in (".json", ".safetensors")
        ):
            whole.update(f"{path.relative_to(self._folder).as_posix()} {file_hash(path)}\n".encode())
        return whole.hexdigest()

    def draw(
        self,
        words: Sequence[str],
        examples: Sequence[Example] = (),
        *,
        seeds: Sequence[int] | None = None,
        progress: Callable[[float], None] = lambda share: None,
    ) -> list[Drawn]:
        """One drawing for each text, one after the other: a large model fills the memory with one."""
        asked = [prompt(text) for text in words]  # all are looked at before one is drawn
        drawn = []
        for text, seed in zip(asked, [0] * len(asked) if seeds is None else seeds, strict=True):
            drawn.append(self._drawn(text, seed))
            progress(len(drawn) / len(asked))
        return drawn

    def close(self) -> None:
        """Give back the memory; it cannot draw any more."""
        self._pipeline = None

    def _drawn(self, text: str, seed: int) -> Drawn:
        dice = self._torch.Generator("cpu").manual_seed(seed)  # the same on every device
        try:
            made = self._pipeline(prompt=text, generator=dice)
        except Exception as error:  # a pipeline raises what its parts happen to meet
            raise UserError(f"the pipeline {self.name!r} cannot draw {text!r}: {error}") from error
        picture = np.asarray(made.images[0].convert("RGBA"))
        withheld = any(getattr(made, "nsfw_content_detected", None) or ())
        return Drawn(picture, sure=0.0 if withheld else 1.0, doubt=WITHHELD if withheld else "")


def _module(name: str) -> Any:
    """A library of the user's. By its name: no part of handful depends on it. Raises MissingError."""
    try:
        return import_module(name)
    except ImportError as error:
        absent = isinstance(error, ModuleNotFoundError) and error.name == name
        why = "is not installed" if absent else f"cannot be loaded: {error}"
        raise MissingError(
            f"{name}, which runs pipelines, {why}", hint="pip install diffusers torch"
        ) from error


def _loaded(library: Any, folder: Path) -> Any:
    """The pipeline. Raises UserError where it is none that draws from words, or needs more than its own files."""
    _check(library, folder)
    for name in ("diffusers", "transformers"):  # the run's own progress is shown
        if find_spec(name):
            import_module(f"{name}.utils.logging").disable_progress_bar()
    try:
        pipeline = library.DiffusionPipeline.from_pretrained(
            folder, local_files_only=True, use_safetensors=True
        )
    except Exception as error:  # a damaged file raises what its reader happens to meet
        raise _unusable(folder, str(error).strip().split("\n")[0]) from error
    if "prompt" not in inspect.signature(pipeline.__call__).parameters:
        raise _unusable(folder, f"{type(pipeline).__name__} does not draw from words")
    return pipeline


def _check(library: Any, folder: Path) -> None:
    """Raises UserError where a folder brings code, or names a pipeline that is not the library's."""
    for path in folder.rglob("*.py"):
        raise _unusable(folder, f"it brings code of its own, {path.name}, which is never run")
    try:
        name = json.loads((folder / INDEX).read_text(encoding="utf-8"))["_class_name"]
        kind = getattr(library, name)
    except (OSError, ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise _unusable(
            folder, f"its {INDEX} names no pipeline of diffusers {library.__version__}"
        ) from error
    if getattr(kind, "_load_connected_pipes", False):
        raise _unusable(folder, f"{name} fetches other pipelines")


def _on_device(pipeline: Any, torch: Any) -> Any:
    if torch.cuda.is_available():
        return pipeline.to("cuda")
    return pipeline.to("mps") if torch.backends.mps.is_available() else pipeline


def _unusable(folder: Path, why: str) -> UserError:
    return UserError(
        f"{str(folder)!r} cannot be used as an artist: {why}",
        hint="give the folder of a diffusers pipeline that draws from words, saved with safetensors",
    )
