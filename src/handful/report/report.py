"""The report of one learner as a page: how good, how sure, by what, from which columns, and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from handful.plain import plain
from handful.report import figures
from handful.report.charts import COLUMNS_SHOWN, charts_of
from handful.report.facts import Facts
from handful.report.study import study

if TYPE_CHECKING:
    from handful.learner import Learner
    from handful.receipt import Receipt

__all__ = ["page_of", "report_html"]

ACCURACIES = (0.8, 0.9, 0.95, 0.99)
"""Of each it is told how many rows can be answered."""
SHADES = 8
"""Steps of the confusion matrix's colour; the style has one class for each."""


def report_html(
    learner: Learner,
    table: Any = None,
    *,
    receipt: Receipt | None = None,
    progress: Callable[[str, float], None] = lambda step, share: None,
) -> str:
    """The page on a fitted learner; with the table that it was learnt from, doubtful rows come with their cells."""
    return page_of(study(learner, table, receipt=receipt, progress=progress))


def page_of(facts: Facts) -> str:
    """One HTML file that loads nothing, runs nothing, and prints well.

    Every name and cell in it is the user's: it is escaped, and what turns the direction of writing is taken out. The
    page's own policy forbids scripts on top.
    """
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    page = Environment(
        autoescape=True,
        finalize=_shown,
        loader=FunctionLoader(_source),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return page.get_template("report.html.jinja").render(
        facts=facts,
        charts=charts_of(facts),
        error=figures.error_in(facts.kind),
        loss=figures.error_in(facts.kind) if facts.kind.is_measured else figures.number,
        number=figures.number,
        share=figures.share,
        shade=_shade,
        accuracies=ACCURACIES,
        columns_shown=COLUMNS_SHOWN,
    )


def _source(name: str) -> str:
    return files("handful.report").joinpath(name).read_text(encoding="utf-8")


def _shown(value: Any) -> Any:
    """What is not markup of our own as plain text; half a character, which no file can hold, as a question mark."""
    from markupsafe import Markup

    if isinstance(value, Markup):
        return value
    return plain(value).encode("utf-8", "replace").decode()


def _shade(count: int, row: tuple[int, ...]) -> int:
    """How dark a cell of the confusion matrix is: by its share of the class's rows."""
    return -(-count * SHADES // max(1, sum(row)))
