"""Learners of mixed tables: skrub's pipeline, and CatBoost on the same columns."""

from __future__ import annotations

from typing import Any

import pandas as pd

from benchmarks.kinds.peer import Peer
from benchmarks.kinds.tasks import Pool, Task


def _as_it_is(task: Task, pool: Pool) -> pd.DataFrame:
    return pool.frame


def _skrub(kind: str, rows: pd.DataFrame, pool: Pool) -> Any:
    """Histogram boosting."""
    from skrub import tabular_pipeline

    return tabular_pipeline("classifier" if kind == "category" else "regressor")


def _catboost(kind: str, rows: pd.DataFrame, pool: Pool) -> Any:
    """skrub's columns: CatBoost's own texts fail on few rows by default (no word occurs often enough), and take six
    times as long where they are told to keep rare words, at 64 rows of titanic, for the same accuracy."""
    import catboost
    from skrub import tabular_pipeline

    make = catboost.CatBoostClassifier if kind == "category" else catboost.CatBoostRegressor
    return tabular_pipeline(make(random_seed=0, thread_count=1, verbose=False, allow_writing_files=False))


def method(name: str) -> Peer:
    """Defaults; dates, categories and texts become numbers as skrub does it, fitted on the rows shown."""
    import skrub

    if name == "skrub":
        return Peer(name, f"skrub {skrub.__version__}", _as_it_is, _skrub)
    import catboost

    return Peer(name, f"catboost {catboost.__version__}, skrub {skrub.__version__}", _as_it_is, _catboost)
