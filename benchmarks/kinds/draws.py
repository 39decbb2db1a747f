"""Which rows of a task are shown and which are judged, by the seed: the same for every method."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from benchmarks import tables
from benchmarks.kinds.tasks import EITHER, JUDGED, SHOWN, Pool, Task
from benchmarks.tables import Split

LEAST_JUDGED = 4  # rows of each class that must be left over


def draw(task: Task, pool: Pool, n: int, seed: int) -> Split | None:
    """Row positions for one size and seed; None where too few rows are left to judge."""
    if pool.loaded is not None:
        return tables.split(pool.loaded, n, seed)
    rng = np.random.default_rng([zlib.crc32(task.name.encode()), n, seed])
    if task.kind == "series":
        return Split(np.flatnonzero(pool.roles == SHOWN), np.flatnonzero(pool.roles == JUDGED))
    may_show, may_judge = _sides(pool, seed)
    of_class = _of_classes(task, pool, rng)
    shown = [rng.permutation(rows[may_show[rows]])[:n] for rows in of_class]
    may_judge[np.concatenate(shown)] = False
    left = [rows[may_judge[rows]] for rows in of_class]
    if min(map(len, shown)) < n or min(map(len, left)) < LEAST_JUDGED:
        return None
    judged = rng.permutation(np.concatenate(left))[: task.most_judged]
    return Split(rng.permutation(np.concatenate(shown)), np.sort(judged))


def _sides(pool: Pool, seed: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Rows that may be shown and those that may be judged; each group is judged in turn, unseen until then."""
    if pool.groups is None:
        return np.isin(pool.roles, (SHOWN, EITHER)), np.isin(pool.roles, (JUDGED, EITHER))
    names = np.unique(pool.groups[pool.roles == EITHER])
    judged = pool.groups == names[seed % len(names)]
    return ~judged, judged


def _of_classes(task: Task, pool: Pool, rng: np.random.Generator) -> list[NDArray[np.intp]]:
    labels = pool.labels.to_numpy(dtype=str)
    names = np.array(pool.classes)
    chosen = rng.permutation(names)[: task.ways] if task.ways else names
    return [np.flatnonzero(labels == name) for name in np.sort(chosen)]
