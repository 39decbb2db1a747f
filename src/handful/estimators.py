"""The scikit-learn contract over the learner: plain arrays or mixed frames in, labels and probabilities out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from handful.distribution import mean
from handful.errors import TargetError
from handful.learner import Learner
from handful.table.column import LARGEST, Column, Kind, texts
from handful.table.table import Table
from handful.target import FEWEST

__all__ = ["HandfulClassifier", "HandfulRegressor"]

TARGET = "target"


class _Handful(BaseEstimator):  # type: ignore[misc]
    """What the two estimators share: a frame or an array becomes a table, a learner is fitted on it."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags

    def _fit(self, table: Table, column: Column) -> None:
        names = {each.name for each in table}
        name = next(
            name for name in (TARGET, *(f"{TARGET}{i}" for i in range(len(names) + 1))) if name not in names
        )
        self.learner_ = Learner(name)
        self.learner_.fit_blend(Table((*table.columns, replace(column, name=name)), len(table)))

    def _raw(self, X: Any) -> NDArray[np.float64]:
        check_is_fitted(self)
        return self.learner_.predict(_table(self, X, reset=False)).distribution.values


class HandfulClassifier(ClassifierMixin, _Handful):  # type: ignore[misc]
    """A classifier for small tables that needs no tuning; see `Learner` for what it does.

    >>> from handful import HandfulClassifier
    >>> HandfulClassifier().fit([[1], [2], [3], [7], [8], [9]], ["s", "s", "s", "l", "l", "l"]).predict([[2], [8]])
    array(['s', 'l'], dtype='<U1')

    `X` may be an array of numbers with NaN for blanks, an array of objects, or a pandas, polars or pyarrow frame with
    numbers, categories, dates and text. There are no parameters.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from labelled rows; four at least."""
        table, y = _table_and_target(self, X, y)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        self._fit(table, Column(TARGET, Kind.CATEGORY, texts(str(code) for code in codes), given=True))
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """(row, class) calibrated probabilities, in the order of `classes_`."""
        raw = self._raw(X)
        ordered = np.zeros_like(raw)
        ordered[:, [int(name) for name in self.learner_.classes_]] = raw
        return ordered

    def predict(self, X: Any) -> NDArray[Any]:
        """(row,) the likeliest class of each row."""
        chosen = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[chosen])


class HandfulRegressor(RegressorMixin, _Handful):  # type: ignore[misc]
    """A regressor for small tables that needs no tuning; see `Learner` for what it does.

    >>> from handful import HandfulRegressor
    >>> HandfulRegressor().fit([[1], [2], [3], [4], [5], [6]], [2, 4, 6, 8, 10, 12]).predict([[3.5]]).round()
    array([7.])
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Learn from labelled rows; four at least."""
        table, y = _table_and_target(self, X, y, numeric=True)
        self._fit(table, Column(TARGET, Kind.NUMBER, y, given=True))
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """(row,) the mean of each row's distribution."""
        return mean(self._raw(X))

    def predict_quantiles(self, X: Any) -> NDArray[np.float64]:
        """(row, 99) the values at the levels 0.01 to 0.99."""
        return self._raw(X)


def _table_and_target(estimator: Any, X: Any, y: Any, *, numeric: bool = False) -> tuple[Table, NDArray[Any]]:
    if y is None:
        raise ValueError(f"{type(estimator).__name__} requires y to be passed, but the target y is None")
    table = _table(estimator, X, reset=True)
    if len(table) < FEWEST:  # in words that scikit-learn's checks look for
        raise TargetError(f"n_samples = {len(table)}; learning needs {FEWEST}", hint="label more rows")
    y = column_or_1d(y, warn=True)
    if len(y) != len(table):
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: {[len(table), len(y)]}"
        )
    if y.dtype.kind in "fc" and not np.isfinite(y).all():
        raise ValueError("Input y contains NaN or infinity")
    if numeric:
        y = y.astype(np.float64)
        if np.abs(y).max() > LARGEST:
            raise TargetError(
                f"y has {np.abs(y).max():g}; numbers up to {LARGEST:g} are learnt", hint="rescale y"
            )
    return table, y


def _table(estimator: Any, X: Any, *, reset: bool) -> Table:
    """A table from a frame as it is, or from an array of numbers or objects."""
    from narwhals.stable.v2.dependencies import is_into_dataframe

    from handful.table.adapt import table_from_frame

    encoder = None if reset else estimator.learner_.state_.encoder
    known: dict[str, Any] = {} if encoder is None else {"kinds": encoder.kinds, "forms": encoder.forms}
    if is_into_dataframe(X):
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        return table_from_frame(X, **known)
    values = validate_data(
        estimator, X, reset=reset, dtype=None, ensure_all_finite="allow-nan", ensure_min_features=1
    )
    names = getattr(estimator, "feature_names_in_", [f"x{place}" for place in range(values.shape[1])])
    if values.dtype.kind in "fiub":
        numbers = values.astype(np.float64)
        numbers = np.where(np.abs(numbers) > LARGEST, np.nan, numbers)
        columns = (Column(str(name), Kind.NUMBER, numbers[:, j]) for j, name in enumerate(names))
        return Table(tuple(columns), len(values))
    import polars

    frame = polars.DataFrame({str(name): _cells(values[:, j]) for j, name in enumerate(names)})
    return table_from_frame(frame, **known)


def _cells(values: NDArray[Any]) -> list[Any]:
    """Numbers where all filled cells are numbers, text otherwise."""
    filled = [value for value in values if not (value is None or value != value)]
    for value in filled:
        if not isinstance(value, str | int | float | np.number | np.bool_):
            raise TypeError(f"argument must be a string or a number, not {type(value).__name__!r}")
    if all(isinstance(value, int | float | np.number) for value in filled):
        return [None if value is None or value != value else float(value) for value in values]
    return [None if value is None or value != value else str(value) for value in values]
