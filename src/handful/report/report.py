"""The report of one learner: how good, how sure, by what, from which columns."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from handful.plain import plain
from handful.report import charts, figures

if TYPE_CHECKING:
    from handful.learner import Learner
    from handful.receipt import Receipt

__all__ = ["report_html"]


def report_html(learner: Learner, *, receipt: Receipt | None = None) -> str:
    """One HTML file that says how good the learner is; it loads nothing, runs nothing, and prints well.

    Every name and cell in it is the user's: it is escaped, and what turns the direction of writing is taken out. The
    page's own policy forbids scripts on top.
    """
    from jinja2 import Environment, StrictUndefined

    kind, score = learner.target_kind_, learner.evaluate()
    source = files("handful.report").joinpath("report.html.jinja").read_text(encoding="utf-8")
    page = Environment(
        autoescape=True, finalize=plain, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return page.from_string(source).render(
        target=learner.target,
        kind=kind,
        kinds=learner.state_.encoder.kinds,
        left_out=learner.state_.left_out,
        notes=learner.notes_,
        score=score,
        figure=figures.error_in(kind),
        loss=figures.error_in(kind) if kind.is_measured else figures.number,
        gauge=charts.gauge(score),
        scatter=charts.scatter(score, figures.value_in(kind)) if score.rows and kind.is_measured else None,
        confusion=charts.confusion(score) if score.rows and not kind.is_measured else None,
        bins=() if kind.is_measured else charts.bins(score),
        weights=charts.bars(score.weights),
        receipt=receipt,
    )
