"""Hypothesis draws small tables of every kind, as the polars or pandas frames that users bring."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
from hypothesis import strategies as st

__all__ = ["KINDS", "cells", "column_names", "frames", "pandas_frames", "text_frames"]

_NAMES = (
    "age",
    "Age ",
    "weight (kg)",
    "größe",
    "年齢",
    "a,b",
    'say "hi"',
    "=1+1",
    "<b>x</b>",
    "🐧",
    "x\ty",
    "1",
    "NaN",
)
_WORDS = (
    "red",
    "blue",
    "green",
    "teal",
    "Ärger",
    "日本",
    "a b",
    "x,y",
    'q"q',
    "'",
    "=SUM(A1)",
    "true",
    "e",
    "naïve",
)
_NUMBERS = st.one_of(
    st.integers(-20, 20).map(float),
    st.floats(-1e6, 1e6).map(lambda value: round(value, 3)),
    st.sampled_from([0.0, -0.0, 1e308, -1e308, 1e-300, 5e-324, float("inf"), float("-inf")]),
)
_DATES = st.dates()
_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60)

KINDS: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "number": (pl.Float64, _NUMBERS),
    "whole": (pl.Int64, st.integers(-3, 40)),
    "category": (pl.String, st.sampled_from(_WORDS)),
    "bool": (pl.Boolean, st.booleans()),
    "date": (pl.Date, _DATES),
    "text": (pl.String, _TEXTS),
}


@st.composite
def cells(draw: Callable[..., Any], kind: str, rows: int) -> list[Any]:
    """A column's cells of a kind: now and then all blank or constant, else with some blanks."""
    value = KINDS[kind][1]
    match draw(st.sampled_from(["blank", "constant", "full", "some blank", "some blank"])):
        case "blank":
            return [None] * rows
        case "constant":
            return [draw(value)] * rows
        case "full":
            return draw(st.lists(value, min_size=rows, max_size=rows))
    return draw(st.lists(st.none() | value, min_size=rows, max_size=rows))


def column_names(count: int) -> st.SearchStrategy[list[str]]:
    """That many names, all different: plain, odd and foreign ones."""
    name = st.sampled_from(_NAMES) | st.text(
        st.characters(codec="utf-8", exclude_characters="\0\r\n"), min_size=1, max_size=8
    )
    return st.lists(name.filter(lambda n: bool(n.strip())), min_size=count, max_size=count, unique=True)


@st.composite
def frames(
    draw: Callable[..., Any],
    *,
    min_rows: int = 0,
    max_rows: int = 20,
    min_columns: int = 1,
    max_columns: int = 5,
) -> pl.DataFrame:
    """A polars frame with typed columns of every kind."""
    rows = draw(st.integers(min_rows, max_rows))
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=min_columns, max_size=max_columns))
    names = draw(column_names(len(kinds)))
    columns = [
        pl.Series(n, draw(cells(kind, rows)), dtype=KINDS[kind][0])
        for n, kind in zip(names, kinds, strict=True)
    ]
    return pl.DataFrame(columns)


def pandas_frames(**limits: int) -> st.SearchStrategy[Any]:
    """The same as a pandas frame, with an index that is not 0, 1, 2 ..."""

    def to_pandas(frame: pl.DataFrame) -> Any:
        import pandas as pd

        index = pd.Index([f"row {i}" for i in range(frame.height)][::-1], name="who")
        return pd.DataFrame({s.name: pd.Series(s.to_list(), index=index) for s in frame}, index=index)

    return frames(**limits).map(to_pandas)


def text_frames(**limits: int) -> st.SearchStrategy[pl.DataFrame]:
    """The same as it comes from a CSV file: every cell a text, None where blank."""
    return frames(**limits).map(
        lambda frame: frame.select(pl.all().cast(pl.String)).select(
            pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in frame.columns
        )
    )
