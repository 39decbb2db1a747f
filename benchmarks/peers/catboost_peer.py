"""CatBoost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import catboost
import pandas as pd

from benchmarks.peers.peer import Peer
from benchmarks.peers.prepare import native

QUIET = {"random_seed": 0, "thread_count": 1, "verbose": False, "allow_writing_files": False}


def prepare(
    train: pd.DataFrame, test: pd.DataFrame, text: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """As `native`, but with strings for categories, a blank being one of them: CatBoost refuses NaN there."""
    return tuple(frame.apply(_words) for frame in native(train, test, text))  # type: ignore[return-value]


def _words(column: pd.Series) -> pd.Series:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return column
    return column.astype(object).where(column.notna(), "blank")


def _categories(features: Any) -> list[str]:
    return [name for name, kind in features.dtypes.items() if pd.api.types.is_object_dtype(kind)]


def method(name: str) -> Peer:
    """Defaults, with its own treatment of categories."""
    return Peer(
        name,
        f"catboost {catboost.__version__}",
        prepare,
        classifier=lambda rows, features: catboost.CatBoostClassifier(
            cat_features=_categories(features), **QUIET
        ),
        regressor=lambda rows, features: catboost.CatBoostRegressor(
            cat_features=_categories(features), **QUIET
        ),
    )
