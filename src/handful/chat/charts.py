"""A column, or two, drawn: lines of text for a terminal, and an SVG picture."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from handful.chat.compute import figure_of
from handful.chat.operation import Operation, in_words, number_text
from handful.chat.sheet import Sheet
from handful.plain import one_line
from handful.table.column import Kind

if TYPE_CHECKING:
    import polars as pl

__all__ = ["chart_lines", "picture"]

BINS, BARS = 10, 20
"""Of a histogram, and at most of a bar chart."""
WIDTH, HEIGHT = 48, 14
"""Characters of the longest bar, lines of a scatter plot."""
DOTS = 2_000
"""Rows of a scatter plot that are drawn, evenly over the table."""


def chart_lines(sheet: Sheet, operation: Operation) -> tuple[str, ...]:
    """The chart as text; nothing where no cell is given."""
    rows = sheet.under(operation.filters)
    if operation.how == "scatter":
        return _scatter_lines(*_pairs(rows, operation))
    names, sizes = (
        _histogram(sheet, operation, rows) if operation.how == "histogram" else _bars(sheet, operation, rows)
    )
    if not names:
        return ()
    longest = max(max(sizes), 0.0) or 1.0
    width = max(len(name) for name in names)
    return tuple(
        f"{name:<{width}}  {'█' * round(WIDTH * max(size, 0.0) / longest)} {number_text(size)}"
        for name, size in zip(names, sizes, strict=True)
    )


def picture(sheet: Sheet, operation: Operation) -> str:
    """The chart as an SVG file; empty where no cell is given."""
    from handful.report.drawing import AMBER, BLUE, INK, LINE, SOFT, axes_of, drawing

    rows = sheet.under(operation.filters)
    with drawing():
        figure, axes = axes_of(240)
        if operation.how == "scatter":
            one, other = _pairs(rows, operation)
            axes.plot(one, other, "o", color=BLUE, alpha=0.5, markersize=4, markeredgewidth=0)
            axes.set(xlabel=_short(operation.column), ylabel=_short(operation.by))
            drawn = one.size > 0
        else:
            is_histogram = operation.how == "histogram"
            names, sizes = (_histogram if is_histogram else _bars)(sheet, operation, rows)
            places = np.arange(len(names))
            axes.barh(places, sizes, color=BLUE, height=0.8)
            axes.set_yticks(places, [_short(name) for name in names])
            axes.invert_yaxis()
            axes.set_xlabel(
                f"mean of {_short(operation.column)}" if operation.column and not is_histogram else "rows"
            )
            axes.set_ylabel(_short(operation.column if is_histogram else operation.by))
            drawn = bool(names)
        axes.set_title(in_words(operation), fontsize="small", wrap=True)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    drawing_text = file.getvalue()
    for colour, shown in (
        (INK, "#1b1f24"),
        (SOFT, "#57606a"),
        (LINE, "#8c959f"),
        (BLUE, "#0969da"),
        (AMBER, "#bf8700"),
    ):
        drawing_text = drawing_text.replace(colour, shown)
    return drawing_text if drawn else ""


def _short(name: str) -> str:
    from handful.report.drawing import short

    return short(name)


def _histogram(sheet: Sheet, operation: Operation, rows: pl.DataFrame) -> tuple[list[str], list[float]]:
    """Rows in each of ten stretches of one length; a number of few values has a bar for each."""
    cells = rows[operation.column].drop_nulls().to_numpy()
    if not cells.size:
        return [], []
    name = operation.column
    values, counts = np.unique(cells, return_counts=True)
    if values.size <= BINS:
        return [sheet.cell(name, value) for value in values], [float(count) for count in counts]
    counts, edges = np.histogram(cells, bins=BINS)
    write = _ends(sheet, name)
    names = [f"{write(low)} to {write(high)}" for low, high in pairwise(edges)]
    return names, [float(count) for count in counts]


def _ends(sheet: Sheet, name: str) -> Callable[[float], str]:
    if sheet.kind(name) is Kind.DATE:
        return lambda value: sheet.cell(name, value)
    return lambda value: number_text(float(f"{value:.4g}"))


def _bars(sheet: Sheet, operation: Operation, rows: pl.DataFrame) -> tuple[list[str], list[float]]:
    """For each value of a category its rows, or the mean of the column; the longest first."""
    import polars as pl

    kept = rows.filter(pl.col(operation.by).is_not_null())
    size = figure_of("mean", pl.col(operation.column)) if operation.column else pl.len()
    found = kept.group_by(operation.by, maintain_order=True).agg(size.cast(pl.Float64).alias(sheet.place))
    found = found.drop_nulls().sort(sheet.place, descending=True, maintain_order=True).head(BARS)
    names = [one_line(sheet.cell(operation.by, value))[:30] for value in found[operation.by].to_list()]
    return names, found[sheet.place].to_list()


def _pairs(rows: pl.DataFrame, operation: Operation) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    both = (
        rows.select(operation.column, operation.by).drop_nulls()
        if operation.column != operation.by
        else rows.head(0)
    )
    some = np.linspace(0, both.height - 1, min(both.height, DOTS)).astype(int)
    one, other = (
        (both[name].to_numpy()[some] for name in (operation.column, operation.by))
        if both.height
        else (np.zeros(0),) * 2
    )
    return one, other


def _scatter_lines(one: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[str, ...]:
    """A grid of characters; the more rows fall into a place, the darker it is."""
    if not one.size:
        return ()
    across = np.clip(_share(one) * WIDTH, 0, WIDTH - 1).astype(int)
    up = np.clip(_share(other) * HEIGHT, 0, HEIGHT - 1).astype(int)
    counts = np.zeros((HEIGHT, WIDTH), int)
    np.add.at(counts, (HEIGHT - 1 - up, across), 1)
    marks = np.array(list(" .:+#"))
    shade = np.minimum(np.ceil(np.log2(counts + 1)), 4).astype(int)
    lines = ["|" + "".join(marks[row]).rstrip() for row in shade]
    return (*lines, "+" + "-" * WIDTH)


def _share(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = float(cells.min()), float(cells.max())
    return np.asarray((cells - low) / (high - low) if high > low else np.full(cells.size, 0.5))
