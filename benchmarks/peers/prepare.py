"""Columns as learners want them. Everything is fitted on the labelled rows alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

TEXT_NUMBERS = 20


def native(train: pd.DataFrame, test: pd.DataFrame, text: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Numbers as they are, categories as pandas categories, for learners that take both, blanks included.

    A date becomes days, month and weekday; a text becomes up to 20 numbers. A category that no labelled row has is
    blank. Columns without a single value in the labelled rows are left out; the others are renamed c0, c1 ...
    (text0 ... where they come from text), because LightGBM refuses some characters in names.
    """
    names = train.columns[train.notna().any()]
    parts = [_column(train[name], test[name], is_text=name in text) for name in names]
    rows, queries = (pd.concat(side, axis=1) for side in zip(*parts, strict=True))
    origin = [
        "text" if name in text else "c" for name, (here, _) in zip(names, parts, strict=True) for _ in here
    ]
    rows.columns = queries.columns = pd.Index([f"{word}{i}" for i, word in enumerate(origin)])
    return rows, queries


def _column(train: pd.Series, test: pd.Series, *, is_text: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    if is_text:
        return _text(train, test)
    if pd.api.types.is_datetime64_any_dtype(train):
        return _date(train), _date(test)
    if pd.api.types.is_numeric_dtype(train):
        return train.to_frame(), test.to_frame()
    known = pd.CategoricalDtype(sorted(train.dropna().unique()))
    return train.astype(known).to_frame(), test.where(test.isin(known.categories)).astype(known).to_frame()


def _date(column: pd.Series) -> pd.DataFrame:
    days = (column - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
    return pd.concat([days, column.dt.month.astype(float), column.dt.weekday.astype(float)], axis=1)


def _text(train: pd.Series, test: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    words = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5))  # what skrub's StringEncoder does
    here = words.fit_transform(train.fillna(""))
    few = TruncatedSVD(min(TEXT_NUMBERS, here.shape[0] - 1, here.shape[1]), random_state=0)
    numbers = few.fit_transform(here)
    # the column as a whole gets variance 1: to scale each number alone would blow up those that are rounding noise
    spread = float(np.sqrt(numbers.var(axis=0).sum()))
    scale = spread if spread > 1e-6 else 1.0  # all texts alike; TF-IDF rows have length 1
    queries = few.transform(words.transform(test.fillna("")))
    return pd.DataFrame(numbers / scale, index=train.index), pd.DataFrame(queries / scale, index=test.index)


def scaled(
    train: pd.DataFrame, test: pd.DataFrame, text: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Blanks imputed by the median, numbers standardised, categories one-hot: for linear models and neighbours.

    Blank categories are a category of their own.
    """
    rows, queries = native(train, test, text)
    both = ColumnTransformer(
        [
            ("text", "passthrough", [name for name in rows if name.startswith("text")]),
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), _numbers(rows)),
            ("categories", OneHotEncoder(handle_unknown="ignore", sparse_output=False), _categories(rows)),
        ]
    )
    return both.fit_transform(rows), both.transform(queries)


def ordinal(
    train: pd.DataFrame, test: pd.DataFrame, text: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Categories as codes, blanks as NaN: for forests, which take NaN but no category."""
    rows, queries = native(train, test, text)
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    both = ColumnTransformer([("categories", codes, _categories(rows))], remainder="passthrough")
    return both.fit_transform(rows), both.transform(queries)


def _categories(frame: pd.DataFrame) -> list[str]:
    return [str(name) for name, kind in frame.dtypes.items() if isinstance(kind, pd.CategoricalDtype)]


def _numbers(frame: pd.DataFrame) -> list[str]:
    text_or_category = [*_categories(frame), *(name for name in frame if name.startswith("text"))]
    return [name for name in frame if name not in text_or_category]
