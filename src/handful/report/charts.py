"""One figure for each thing that is better seen than read; matplotlib draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np

from handful.answer.score import DAY, Score
from handful.report import figures
from handful.report.drawing import AMBER, BLUE, INK, LINE, SOFT, axes_of, drawing, short, svg_of
from handful.report.facts import Answered, Calibration, Facts, Growth, Outcome, Worth
from handful.table.column import Kind

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes
    from matplotlib.ticker import FuncFormatter, MaxNLocator

__all__ = ["COLUMNS_SHOWN", "charts_of"]

DOTS_SHOWN = 800
"""More add bytes, and no sight."""
COLUMNS_SHOWN = 15
LEAST_SHARE = 0.005
"""Of the blend: an expert with less of a say is not drawn."""
TALL, FLAT, ROW = 260, 92, 25

Write = Callable[[float], str]


def charts_of(facts: Facts) -> dict[str, Markup]:
    """The figures by name, each where there is something to draw."""
    kind, is_category = facts.kind, facts.kind is Kind.CATEGORY
    write = figures.error_in(kind)
    drawn = {}
    with drawing():
        if facts.score.rows:
            drawn["score"] = score(facts.score, write)
        if facts.calibration:
            drawn["calibration"] = calibration(facts.calibration, is_category)
        if facts.answered:
            drawn["answered"] = answered(facts.answered, facts.score, write)
        if facts.outcomes and not is_category:
            drawn["outcomes"] = outcomes(facts.outcomes, kind)
        if facts.columns.worth:
            drawn["columns"] = columns(facts.columns.worth)
        if facts.growth.expected:
            drawn["growth"] = growth(facts.growth, facts.score.metric, write)
        drawn["experts"] = experts(facts.score.weights)
    return drawn


def score(score: Score, write: Write) -> Markup:
    """The score with its interval on a line, and what is reached without any column."""
    figure, axes = axes_of(FLAT)
    ends = [value for value in (score.value, score.high, score.baseline) if np.isfinite(value)]
    top = 1.0 if score.metric == "accuracy" else 1.1 * max(*ends, 1e-12)
    low, high = np.clip([score.low, score.high], 0, top)
    axes.barh(0, top, height=0.34, color=LINE)
    axes.barh(0, high - low, left=low, height=0.62, color=BLUE, alpha=0.4)
    axes.plot([score.value], [0], "o", color=BLUE, markersize=13, zorder=3)
    axes.vlines(score.baseline, -0.6, 0.6, color=AMBER, linewidth=2.5, zorder=2)
    said = f"ignoring all columns {write(score.baseline)}"
    axes.text(score.value, 0.72, write(score.value), color=INK, weight="bold", ha=_beside(score.value / top))
    axes.text(
        score.baseline, -0.72, said, color=AMBER, va="top", ha=_beside(score.baseline / top, around=0.4)
    )
    axes.set(xlim=(0, top), ylim=(-1.5, 1.5))
    axes.axis("off")
    about = (
        f"{score.metric} {write(score.value)}, 90% interval {write(score.low)} to {write(score.high)}, {said}"
    )
    return svg_of(figure, "score", about)


def calibration(found: Calibration, is_category: bool) -> Markup:
    """How right against how sure."""
    figure, axes = axes_of(TALL)
    _even(axes, 0, 1)
    sure, right = (np.array([getattr(each, name) for each in found.bins]) for name in ("sure", "right"))
    reach = [[each.right - each.low for each in found.bins], [each.high - each.right for each in found.bins]]
    axes.errorbar(sure, right, np.maximum(reach, 0), fmt="o", color=BLUE, markersize=7, elinewidth=1.5)
    axes.set(xlim=(-0.02, 1.03), ylim=(-0.02, 1.03))
    axes.set_xlabel("how sure" if is_category else "the interval's level")
    axes.set_ylabel("share that was right" if is_category else "share of truths inside")
    _ticks(axes, figures.share, figures.share)
    said = ", ".join(f"{each.sure:.0%}: {each.right:.0%}" for each in found.bins)
    return svg_of(figure, "calibration", f"How sure, and the share that was right: {said}")


def answered(points: tuple[Answered, ...], score: Score, write: Write) -> Markup:
    """The score where only the surest are answered."""
    figure, axes = axes_of(TALL)
    share, scores = (np.array([getattr(each, name) for each in points]) for name in ("share", "score"))
    axes.axhline(score.baseline, color=AMBER, linewidth=1.5, linestyle=(0, (4, 3)))
    axes.plot(share, scores, color=BLUE, linewidth=2.5)
    is_share = score.metric == "accuracy"
    lowest = min(scores.min(), score.baseline)
    bottom = max(0.0, lowest - 0.1) if is_share else 0.0
    top = 1.02 if is_share else 1.15 * max(scores.max(), score.baseline, 1e-12)
    axes.set(xlim=(0, 1.03), ylim=(bottom, top))
    axes.set_xlabel("share of rows answered, the surest first")
    axes.set_ylabel(score.metric)
    _ticks(axes, figures.share, write)
    about = f"Of the surest {share[0]:.0%} of rows {write(scores[0])}, of all {write(scores[-1])}"
    return svg_of(figure, "answered", f"{score.metric} against the share of rows answered. {about}")


def outcomes(rows: tuple[Outcome, ...], kind: Kind) -> Markup:
    """Truth against answers on one scale."""
    figure, axes = axes_of(TALL)
    some = np.linspace(0, len(rows) - 1, min(len(rows), DOTS_SHOWN)).astype(int)
    truth, said = (np.array([float(getattr(rows[i], name)) for i in some]) for name in ("truth", "predicted"))
    low, high = float(min(truth.min(), said.min())), float(max(truth.max(), said.max()))
    margin = 0.04 * (high - low) or 1.0
    _even(axes, low - margin, high + margin)
    axes.plot(truth, said, "o", color=BLUE, markersize=6, alpha=0.55, markeredgewidth=0)
    axes.set(xlim=(low - margin, high + margin), ylim=(low - margin, high + margin))
    axes.set(xlabel="truth", ylabel="answer")
    is_date = kind is Kind.DATE
    write = (lambda days: figures.day(days * DAY)) if is_date else figures.number
    _ticks(axes, write, write, most=3 if is_date else 5)
    about = f"Answers against the truth, {len(some)} rows; on the dashed line an answer is exactly right"
    return svg_of(figure, "outcomes", about)


def columns(found: tuple[Worth, ...]) -> Markup:
    """How much each column matters, with intervals, the most first."""
    shown = found[:COLUMNS_SHOWN]
    figure, axes = axes_of(44 + ROW * len(shown))
    drop, low, high = (np.array([getattr(each, name) for each in shown]) for name in ("drop", "low", "high"))
    places = np.arange(len(shown))
    axes.barh(places, np.maximum(drop, 0), height=0.55, color=BLUE, alpha=0.45)
    sure = np.isfinite(low) & np.isfinite(high)
    axes.hlines(places[sure], low[sure], high[sure], color=INK, linewidth=1.5)
    axes.plot(drop, places, "o", color=BLUE, markersize=6)
    axes.axvline(0, color=SOFT, linewidth=1)
    axes.set_yticks(places, [short(each.column) for each in shown], color=INK)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlabel("loss added when shuffled")
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(_round_numbers(4))
    about = ", ".join(f"{short(each.column)} {each.drop:.3g}" for each in shown)
    return svg_of(figure, "columns", f"Columns by how much more is lost without them: {about}")


def growth(found: Growth, metric: str, write: Write) -> Markup:
    """The score against labelled rows, measured and expected."""
    from matplotlib.ticker import FixedLocator, NullLocator

    figure, axes = axes_of(TALL)
    rows, best, low, high = np.array(found.expected).T
    sizes, measured = np.array(found.measured).T
    axes.fill_between(rows, low, high, color=BLUE, alpha=0.18, linewidth=0)
    axes.plot(rows, best, color=BLUE, linewidth=2)
    axes.plot(sizes, measured, "o", color=INK, markersize=6)
    axes.axvline(found.labelled, color=SOFT, linewidth=1, linestyle=(0, (4, 3)))
    axes.set_xscale("log")
    ticks = found.labelled * 2.0 ** np.arange(-3, 4)
    axes.xaxis.set_major_locator(FixedLocator([tick for tick in ticks if rows[0] <= tick <= rows[-1]]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set(xlabel="labelled rows; the dashed line is now", ylabel=metric)
    if metric == "accuracy":
        axes.set_ylim(max(0.0, float(min(low.min(), measured.min())) - 0.05), 1.02)
    else:
        axes.set_ylim(0, 1.08 * float(max(high.max(), measured.max())))
    _ticks(axes, None, write)
    axes.xaxis.set_major_formatter(_written(lambda value: f"{value:,.0f}"))
    about = ", ".join(f"{size:.0f} rows {write(value)}" for size, value in found.measured)
    return svg_of(figure, "growth", f"{metric} against labelled rows: {about}. {found.sentence}")


def experts(shares: dict[str, float]) -> Markup:
    """The learners that have a say, the weightiest first."""
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    shown = [(name, share) for name, share in ordered if share >= LEAST_SHARE]
    figure, axes = axes_of(16 + ROW * len(shown))
    places = np.arange(len(shown))
    axes.barh(places, 1, height=0.5, color=LINE)
    axes.barh(places, [share for _, share in shown], height=0.5, color=BLUE)
    for place, (_, share) in enumerate(shown):
        axes.text(1.03, place, f"{share:.0%}", va="center", color=INK)
    axes.set_yticks(places, [name for name, _ in shown], color=INK)
    axes.set(xlim=(0, 1.15), ylim=(len(shown) - 0.4, -0.6))
    axes.tick_params(length=0)
    axes.xaxis.set_visible(False)
    axes.spines[:].set_visible(False)
    said = ", ".join(f"{name} {share:.0%}" for name, share in shown)
    return svg_of(figure, "experts", f"Weights in the blend: {said}")


def _beside(place: float, around: float = 0.15) -> Literal["left", "center", "right"]:
    """How a text is set that must not leave the figure."""
    return "left" if place < around else "right" if place > 1 - around else "center"


def _even(axes: Axes, low: float, high: float) -> None:
    axes.plot([low, high], [low, high], color=SOFT, linewidth=1, linestyle=(0, (4, 3)))


def _ticks(axes: Axes, x: Write | None, y: Write | None, most: int = 5) -> None:
    for axis, write in ((axes.xaxis, x), (axes.yaxis, y)):
        if write is not None:
            axis.set_major_locator(_round_numbers(most))
            axis.set_major_formatter(_written(write))


def _round_numbers(most: int) -> MaxNLocator:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(most, steps=[1, 2, 2.5, 5, 10])


def _written(write: Write) -> FuncFormatter:
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda value, place: write(value))
