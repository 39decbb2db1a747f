"""The tasks by kind: where their rows lie, which may be shown, which are judged.

What handful was developed on is never judged here: the split that a set comes with, one half by the checksum of the
content, or whole alphabets and speakers stay out.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import tables
from benchmarks.kinds.series_file import read_series
from benchmarks.tables import DATA

KINDS = ("text", "image", "sound", "series", "mixed")
SHOWN, JUDGED, EITHER = "shown", "judged", "either"
DRAWS = 10


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to learn. `sizes`: rows shown of each class, or of all together where `kind` is series or mixed.

    `ways`: so many classes are chosen anew for each draw; 0 stands for all. `most_judged`: rows of a draw.
    """

    name: str
    kind: str
    sizes: tuple[int, ...]
    load: Callable[[], Pool]
    draws: int = DRAWS
    most_judged: int = 500
    ways: int = 0


@dataclass(frozen=True, slots=True)
class Pool:
    """The rows of a task: `roles` says which may be shown or judged; `classes` is empty where a number is asked for.

    Picture and sound cells are paths within `root`; a series is a list. `text` names the columns that peers
    are told to be text.
    """

    frame: pd.DataFrame
    labels: pd.Series
    roles: NDArray[np.str_]
    root: Path | None = None
    groups: NDArray[np.str_] | None = None
    classes: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    loaded: tables.Loaded | None = None

    @property
    def target_kind(self) -> str:
        return "category" if self.classes else "number"


def second_half(contents: Sequence[bytes]) -> NDArray[np.bool_]:
    """Which contents have an odd CRC-32: the half that is judged where a set has no split of its own."""
    return np.array([zlib.crc32(content) & 1 == 1 for content in contents])


def _classes(labels: pd.Series) -> tuple[str, ...]:
    return tuple(sorted(labels.unique()))


def _texts(name: str, shown: str, judged: str) -> Callable[[], Pool]:
    """A set of texts with a `split` column, or halves of one without."""

    def load() -> Pool:
        rows = pd.read_csv(DATA / name / "data.csv")
        if shown == EITHER:
            rows = rows[second_half([text.encode() for text in rows["text"]])].reset_index(drop=True)
            roles = np.full(len(rows), EITHER)
        else:
            rows = rows[rows["split"].isin((shown, judged))].reset_index(drop=True)
            roles = np.where(rows["split"] == shown, SHOWN, JUDGED)
        labels = rows["label"].astype(str)
        return Pool(rows[["text"]], labels, roles, classes=_classes(labels), text=("text",))

    return load


def _files(name: str, where: Callable[[pd.DataFrame, Path], NDArray[np.bool_]]) -> Callable[[], Pool]:
    """Pictures or sounds of the rows that `where` keeps; every row may be shown or judged."""

    def load() -> Pool:
        root = DATA / name
        rows = pd.read_csv(root / "data.csv")
        rows = rows[where(rows, root)].reset_index(drop=True)
        labels = rows["label"].astype(str)
        return Pool(rows[["file"]], labels, np.full(len(rows), EITHER), root, None, _classes(labels))

    return load


def _speakers(judged: tuple[str, ...]) -> Callable[[], Pool]:
    """Spoken digits by all speakers, of whom some are judged, each while only the others are shown."""

    def load() -> Pool:
        rows = pd.read_csv(DATA / "fsdd" / "data.csv")
        labels, groups = rows["label"].astype(str), rows["speaker"].to_numpy(dtype=str)
        roles = np.where(np.isin(groups, judged), EITHER, SHOWN)
        return Pool(rows[["file"]], labels, roles, DATA / "fsdd", groups, _classes(labels))

    return load


def _everything(rows: pd.DataFrame, root: Path) -> NDArray[np.bool_]:
    return np.ones(len(rows), dtype=np.bool_)


def _half(rows: pd.DataFrame, root: Path) -> NDArray[np.bool_]:
    return second_half([(root / path).read_bytes() for path in rows["file"]])


def _one(column: str, *values: str) -> Callable[[pd.DataFrame, Path], NDArray[np.bool_]]:
    return lambda rows, root: rows[column].isin(values).to_numpy()


def _series(name: str) -> Callable[[], Pool]:
    """The official TRAIN file to be shown, TEST to be judged."""

    def load() -> Pool:
        shown, judged = (
            read_series(DATA / "series" / name / f"{name}_{part}.ts") for part in ("TRAIN", "TEST")
        )
        frame = pd.concat([shown.frame, judged.frame], ignore_index=True)
        roles = np.repeat([SHOWN, JUDGED], [len(shown.labels), len(judged.labels)])
        labels = pd.Series([*shown.labels, *judged.labels])
        if shown.is_number:
            return Pool(frame, labels.astype(float), roles)
        return Pool(frame, labels, roles, classes=_classes(labels))

    return load


def _mixed(name: str, *, halved: bool) -> Callable[[], Pool]:
    """A table of the main benchmark, with the same columns left out; its second half where `halved`."""

    def load() -> Pool:
        (spec,) = tables.named(name)
        loaded = tables.load(spec)
        keep = _judged_lines(spec) if halved else np.ones(len(loaded.labels), dtype=np.bool_)
        frame, labels = (part[keep].reset_index(drop=True) for part in (loaded.features, loaded.labels))
        classes = _classes(labels) if spec.kind == "category" else ()
        part = tables.Loaded(spec, frame, labels, None, classes, loaded.text)
        return Pool(frame, labels, np.full(len(labels), EITHER), None, None, classes, loaded.text, part)

    return load


def _judged_lines(spec: tables.Spec) -> NDArray[np.bool_]:
    """The second half by the row's cells, joined by commas, among the rows whose target is known."""
    path = DATA / spec.path
    with path.open(newline="", encoding="utf-8") as file:
        lines = [",".join(cells).encode() for cells in list(csv.reader(file))[1:] if cells]
    return second_half(lines)[pd.read_csv(path)[spec.target].notna().to_numpy()]


SERIES_ROWS = {
    "ArrowHead": 36, "BasicMotions": 40, "CardanoSentiment": 74, "GunPoint": 50, "ItalyPowerDemand": 67, "Coffee": 28,
    "OliveOil": 30, "Plane": 105, "SyntheticControl": 300, "Chinatown": 20, "Tecator": 172,
}  # fmt: skip
FEW = (5, 8, 10, 64)
EVERY = (1, 4, 8, 16)
JUDGED_ALPHABETS = ("Greek", "Korean", "Latin")  # the last by name
JUDGED_SPEAKERS = ("nicolas", "theo", "yweweler")  # the last by name

TASKS: tuple[Task, ...] = (
    Task("banking77", "text", (5, 10), _texts("banking77", "train", "test"), most_judged=1000),
    Task("snips7", "text", FEW, _texts("snips7", "train", "validate")),
    Task("trec6", "text", FEW, _texts("trec6", "train", "test")),
    Task("sms_spam", "text", FEW, _texts("sms_spam", EITHER, EITHER)),
    Task("tweet_sentiment", "text", FEW, _texts("tweet_sentiment", "val", "test")),
    Task("sign_digits", "image", (1, 4, 8), _files("sign_digits", _half)),
    Task("flowers5", "image", EVERY, _files("flowers5", _half)),
    Task("magnetic_tile", "image", EVERY, _files("magnetic_tile", _everything)),
    Task("azure_tree", "image", (1, 4), _files("azure_tiny", _one("task", "tree"))),
    Task("azure_tool", "image", EVERY, _files("azure_tiny", _one("task", "tool"))),
    *(
        Task(f"omniglot_{name.lower()}", "image", EVERY, _files("omniglot_small1", _one("alphabet", name)))
        for name in JUDGED_ALPHABETS
    ),
    Task("fsdd_5_way", "sound", (1,), _speakers(JUDGED_SPEAKERS), ways=5),
    Task("fsdd", "sound", (10,), _speakers(JUDGED_SPEAKERS)),
    Task("speech_music_silence", "sound", (1, 4, 8), _files("speech_music_silence", _half)),
    Task("baby_cry", "sound", (4,), _files("baby_cry", _everything)),
    *(
        Task(name, "series", (rows,), _series(name), draws=1, most_judged=10_000)
        for name, rows in SERIES_ROWS.items()
    ),
    *(
        Task(name, "mixed", (64, 256, 1024), _mixed(name, halved=name in ("coffee_quality", "movies")))
        for name in ("coffee_quality", "wine_poland", "employee_salaries", "titanic", "movies", "bechdel")
    ),
)  # fmt: skip


def named(names: str) -> tuple[Task, ...]:
    """The tasks for `all`, a kind, or names separated by commas."""
    if names == "all":
        return TASKS
    asked = names.split(",")
    unknown = set(asked) - {task.name for task in TASKS} - set(KINDS)
    if unknown:
        raise SystemExit(
            f"no task {', '.join(sorted(unknown))}; there are {', '.join(task.name for task in TASKS)}"
        )
    return tuple(task for task in TASKS if task.name in asked or task.kind in asked)
