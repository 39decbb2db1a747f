"""Random labelled rows of every kind, as the model's tests need them: numbers, categories, blanks, ties."""

import numpy as np

from handful.model.cells import CODES
from handful.model.context import CODE_WIDTH, SLOT_WIDTH, Context, Slots, fit_context


def slots(classes: int, kind: str = "f8") -> Slots:
    random = np.random.default_rng(7)

    def unit(count: int, width: int) -> np.ndarray:
        raw = random.normal(size=(count, width))
        return (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(kind)

    return Slots(unit(CODES, CODE_WIDTH), unit(max(1, classes), SLOT_WIDTH))


def table(seed: int, rows: int = 20, columns: int = 5, blank: float = 0.15) -> tuple[np.ndarray, np.ndarray]:
    """Two tables of one shape (table, row, column), and which of their columns are categories."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(2, rows, columns)) * 10.0 ** random.integers(-2, 3, columns)
    x[:, :, -1] = np.round(x[:, :, -1] / np.abs(x[:, :, -1]).max(initial=1e-9), 1)  # ties
    is_category = random.random((2, columns)) < 0.4
    x = np.where(is_category[:, None], random.integers(0, 5, x.shape), x)
    return np.where(random.random(x.shape) < blank, np.nan, x), is_category


def targets(seed: int, rows: int = 20, classes: int = 3) -> np.ndarray:
    """(2, row) classes for the first table, numbers for the second."""
    random = np.random.default_rng([seed, 1])
    codes = np.concatenate([np.arange(classes), random.integers(0, classes, rows)])[:rows]
    return np.stack([codes.astype(float), 40 + 5 * random.normal(size=rows)])


IS_NUMBER = np.array([False, True])
"""What `targets` are."""


def context(seed: int, rows: int = 20, columns: int = 5, classes: int = 3) -> Context:
    """The context of two random tables, one with classes and one with numbers to find."""
    x, is_category = table(seed, rows, columns)
    return fit_context(x, is_category, targets(seed, rows, classes), IS_NUMBER, slots(classes), np)


def planted(
    x: np.ndarray, y: np.ndarray, *, is_category: list[bool] | None = None, classes: int = 0
) -> Context:
    """The context of one table (row, column) whose target is known to depend on some of its columns."""
    kinds = np.array([is_category or [False] * x.shape[1]])
    drawn = slots(classes, x.dtype.str)
    return fit_context(x[None], kinds, y[None].astype(x.dtype), np.array([classes == 0]), drawn, np)


def awkward() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Columns (row, column) that are hard on formulas, each with a target that has three classes at least once."""
    random = np.random.default_rng(5)
    x = random.normal(size=(12, 3))
    y = np.array([0.0] * 9 + [1.0, 2.0, 2.0])
    return {
        "one row of a class": (x, y),
        "a constant column": (np.c_[x, np.full(12, 0.1)], y),
        "constant columns alone": (np.full((12, 3), 7.0), y),
        "an all-blank column": (np.c_[x, np.full(12, np.nan)], y),
        "blanks alone": (np.full((12, 2), np.nan), y),
        "one column": (x[:, :1], y),
        "four rows": (x[8:], y[8:]),
        "the same row again and again": (np.repeat(x[:2], 6, axis=0), y),
        "a target that is constant": (x, np.zeros(12)),
        "more columns than rows": (random.normal(size=(12, 40)), y),
        "an outlier": (np.where(x == x.max(), 1e9, x), y),
    }
