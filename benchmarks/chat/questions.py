"""The forty questions with what a right reply does and finds; polars computes the figures.

python -m benchmarks.chat.questions writes questions.csv anew.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars import col

__all__ = ["ASKED", "OPERATIONS", "PARAPHRASES", "QUESTIONS", "TABLES", "Asked", "figure", "table"]

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
QUESTIONS = HERE / "questions.csv"
PARAPHRASES = HERE / "judged" / "paraphrases.csv"
TABLES = {
    "penguins": ROOT / "src" / "handful" / "examples" / "penguins.csv",
    **{name: HERE / "tables" / f"{name}.csv" for name in ("recent_grads", "candy", "bechdel")},
}
OPERATIONS = (
    "describe", "count", "mean", "sum", "median", "minimum", "maximum", "group", "show", "top", "distinct", "blanks",
    "correlate", "fill", "plot", "explain", "none",
)  # fmt: skip

Figure = float | dict[str, float] | list[int] | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its right reply. `columns` are those that the operation is about, without those of a filter.

    `find` gives the figure; where it gives nothing, the operation and the columns count.
    """

    table: str
    question: str
    operation: str
    columns: tuple[str, ...] = ()
    find: Callable[[pl.DataFrame], Figure] | None = None


def table(name: str) -> pl.DataFrame:
    """The table of that name; blank cells are null."""
    return pl.read_csv(TABLES[name])


def figure(asked: Asked) -> Figure:
    """What polars finds in the table."""
    return asked.find(table(asked.table)) if asked.find else None


def _count(*where: pl.Expr) -> Callable[[pl.DataFrame], Figure]:
    return lambda frame: float(frame.filter(*where).height)


def _of(expression: pl.Expr, *where: pl.Expr) -> Callable[[pl.DataFrame], Figure]:
    return lambda frame: float(frame.filter(*where).select(expression).item())


def _group(by: str, expression: pl.Expr) -> Callable[[pl.DataFrame], Figure]:
    return lambda frame: {
        str(value): float(found)
        for value, found in frame.group_by(by, maintain_order=True).agg(expression).iter_rows()
    }


def _rows(*where: pl.Expr) -> Callable[[pl.DataFrame], Figure]:
    """The numbers of the rows, counted from 1."""
    return lambda frame: (frame.with_row_index("row", 1).filter(*where))["row"].to_list()


def _top(column: str, rows: int, *, largest: bool = True) -> Callable[[pl.DataFrame], Figure]:
    def find(frame: pl.DataFrame) -> Figure:
        ordered = frame.with_row_index("row", 1).sort(column, descending=largest, nulls_last=True)
        return ordered["row"].head(rows).to_list()

    return find


ASKED = (
    Asked("penguins", "What columns does this table have?", "describe"),
    Asked("penguins", "How many penguins are there?", "count", (), _count()),
    Asked(
        "penguins",
        "How many Gentoo penguins have a body mass above 5000?",
        "count",
        (),
        _count(col("species") == "Gentoo", col("body_mass_g") > 5000),
    ),
    Asked(
        "penguins", "What is the avrage body mass?", "mean", ("body_mass_g",), _of(col("body_mass_g").mean())
    ),
    Asked(
        "penguins",
        "average flipper length for each species",
        "group",
        ("species", "flipper_length_mm"),
        _group("species", col("flipper_length_mm").mean()),
    ),
    Asked(
        "penguins",
        "Show me the female Adelie penguins on Biscoe",
        "show",
        (),
        _rows(col("sex") == "female", col("species") == "Adelie", col("island") == "Biscoe"),
    ),
    Asked(
        "penguins",
        "Which penguin has the longest bill?",
        "top",
        ("bill_length_mm",),
        _top("bill_length_mm", 1),
    ),
    Asked("penguins", "How many penguins have no sex?", "blanks", ("sex",), _of(col("sex").null_count())),
    Asked(
        "penguins",
        "Is flipper length related to body mass?",
        "correlate",
        ("flipper_length_mm", "body_mass_g"),
        _of(pl.corr("flipper_length_mm", "body_mass_g")),
    ),
    Asked("penguins", "Are penguins happy in zoos?", "none"),
    Asked(
        "recent_grads",
        "How many different major categories are there?",
        "distinct",
        ("Major_category",),
        _of(col("Major_category").n_unique()),
    ),
    Asked("recent_grads", "Which major has the highest median pay?", "top", ("Median",), _top("Median", 1)),
    Asked(
        "recent_grads",
        "How many majors are in Engineering?",
        "count",
        (),
        _count(col("Major_category") == "Engineering"),
    ),
    Asked(
        "recent_grads",
        "What is the mean unemployment rate of Business majors?",
        "mean",
        ("Unemployment_rate",),
        _of(col("Unemployment_rate").mean(), col("Major_category") == "Business"),
    ),
    Asked("recent_grads", "How many women are there in total?", "sum", ("Women",), _of(col("Women").sum())),
    Asked(
        "recent_grads",
        "number of majors in each category",
        "group",
        ("Major_category",),
        _group("Major_category", pl.len()),
    ),
    Asked(
        "recent_grads",
        "Show the majors with more than 200000 employed",
        "show",
        (),
        _rows(col("Employed") > 200_000),
    ),
    Asked(
        "recent_grads",
        "What is the lowest unemployment rate?",
        "minimum",
        ("Unemployment_rate",),
        _of(col("Unemployment_rate").min()),
    ),
    Asked("recent_grads", "Plot Median against ShareWomen", "plot", ("ShareWomen", "Median")),
    Asked("recent_grads", "Which major should I choose if I like animals?", "none"),
    Asked("candy", "How many candies have chocolate?", "count", (), _count(col("chocolate") == 1)),
    Asked(
        "candy", "What is the highest winpercent?", "maximum", ("winpercent",), _of(col("winpercent").max())
    ),
    Asked("candy", "Top 5 candies by winpercent", "top", ("winpercent",), _top("winpercent", 5)),
    Asked(
        "candy",
        "What is the mean sugarpercent of the fruity candies?",
        "mean",
        ("sugarpercent",),
        _of(col("sugarpercent").mean(), col("fruity") == 1),
    ),
    Asked("candy", "median pricepercent", "median", ("pricepercent",), _of(col("pricepercent").median())),
    Asked(
        "candy",
        "How many candies have both caramel and nougat?",
        "count",
        (),
        _count(col("caramel") == 1, col("nougat") == 1),
    ),
    Asked("candy", "Show all bars with nougat", "show", (), _rows(col("bar") == 1, col("nougat") == 1)),
    Asked(
        "candy",
        "What is the average winpercent with and without chocolate?",
        "group",
        ("chocolate", "winpercent"),
        _group("chocolate", col("winpercent").mean()),
    ),
    Asked("candy", "Draw a histogram of winpercent", "plot", ("winpercent",)),
    Asked("candy", "Which candy is the worst for my teeth?", "none"),
    Asked("bechdel", "What is in this table?", "describe"),
    Asked("bechdel", "How many movies pass the test?", "count", (), _count(col("binary") == "PASS")),
    Asked(
        "bechdel",
        "How many movies that fail had a budget over 100000000?",
        "count",
        (),
        _count(col("binary") == "FAIL", col("budget") > 100_000_000),
    ),
    Asked("bechdel", "Who directed the oldest movie?", "none"),
    Asked(
        "bechdel",
        "What is the average budget of movies that pass and of movies that fail?",
        "group",
        ("binary", "budget"),
        _group("binary", col("budget").mean()),
    ),
    Asked(
        "bechdel",
        "How many intgross values are missing?",
        "blanks",
        ("intgross",),
        _of(col("intgross").null_count()),
    ),
    Asked("bechdel", "Fill the blanks in domgross", "fill", ("domgross",)),
    Asked("bechdel", "Why did you fill domgross in row 12 like that?", "explain", ("domgross",)),
    Asked(
        "bechdel",
        "What are the diferent values of clean_test?",  # codespell:ignore diferent
        "distinct",
        ("clean_test",),
        _of(col("clean_test").n_unique()),
    ),
    Asked("bechdel", "Do you think this test is fair?", "none"),
)


def main() -> None:
    """Write questions.csv: number, table, question, operation, columns, figure (JSON)."""
    with QUESTIONS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("number", "table", "question", "operation", "columns", "figure"))
        for number, asked in enumerate(ASKED, 1):
            found = json.dumps(figure(asked))
            writer.writerow(
                (number, asked.table, asked.question, asked.operation, ", ".join(asked.columns), found)
            )


if __name__ == "__main__":
    main()
