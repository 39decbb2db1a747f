"""The facts of a learner, gathered from what it keeps of the rows that it learnt from."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from handful.experts.examples import Examples
from handful.experts.expert import Expert
from handful.report import figures, judged
from handful.report.cells import cells_of
from handful.report.facts import Columns, Coverage, Doubt, Doubts, Facts, Growth, Worth
from handful.report.figures import value_in
from handful.report.models import models_of
from handful.target import FittedTarget

if TYPE_CHECKING:
    from handful.learner import Learner, State
    from handful.receipt import Receipt
    from handful.table.table import Table
    from handful.trust.doubts import Doubts as Found

__all__ = ["study"]

Progress = Callable[[str, float], None]

BUDGET = 15.0
"""Seconds of processor after which no further part is begun; a busy machine does not make the report another."""
LOOKED_AT = 500
"""Labelled rows from which columns are weighed and sets are made: more cost time, and change little of what is said."""
UNJUDGED = "Not told: no labelled row can be held out."
DOUBTS_SHOWN = 12
CURVE_AHEAD = 8
"""The curve is drawn up to so many times the rows."""


def study(
    learner: Learner,
    table: Any = None,
    *,
    receipt: Receipt | None = None,
    progress: Progress = lambda step, share: None,
) -> Facts:
    """What is known of a fitted learner; with the table that it was learnt from, doubtful rows come with their cells.

    A part that would take too long looks at fewer rows and says so. Of 500 rows of 20 columns, 200 of them labelled, it
    takes 4 seconds of processor, as much again as learning from them.
    """
    from handful import __version__

    state, clock = learner.state_, _Clock(progress)
    examples, target, kept = state.examples, state.target, state.examples.judged()
    said, labels = kept.held_out.astype(np.float64), kept.labels.values
    rows = judged.outcomes(said, labels, target)
    experts = learner._experts() if rows else ()
    growth = _growth(experts, examples, state.labelled, target, clock)
    columns = _columns(state, experts, clock)
    covered = judged.covered(said, labels, target) if rows else ()
    facts = Facts(
        version=__version__,
        target=learner.target,
        kind=target.kind,
        score=state.score,
        outcomes=rows,
        calibration=judged.calibration(rows, said, labels, len(target.classes)),
        answered=judged.answered_share(rows),
        coverage=Coverage(covered, _guarantee(experts, examples, clock)) if rows else None,
        confusion=judged.confusion(rows) if rows and target.classes else None,
        columns=columns,
        doubts=_doubts(examples, target, None if table is None else learner._typed(table), columns),
        growth=growth,
        notes=learner.notes_,
        models=models_of(state),
        receipt={} if receipt is None else receipt.to_dict(),
        receipt_line="" if receipt is None else receipt.line(),
    )
    progress("studying", 1.0)
    return facts


class _Clock:
    """How far the study is, and whether there is time for another part."""

    PARTS = 3

    def __init__(self, progress: Progress) -> None:
        self._began, self._part, self._progress = time.process_time(), -1, progress

    def begin(self) -> str:
        """Why the next part is left out; "" where there is time for it."""
        self._part += 1
        seconds = time.process_time() - self._began
        return (
            ""
            if seconds < BUDGET
            else f"Left out: the report had taken {seconds:.0f} seconds of processor already."
        )

    def tell(self, share: float) -> None:
        """Some share of the part is done."""
        self._progress("studying", (self._part + share) / self.PARTS)


def _growth(
    experts: tuple[Expert, ...], examples: Examples, labelled: int, target: FittedTarget, clock: _Clock
) -> Growth:
    from handful.trust.curve import fit_curve

    why = clock.begin() if experts else UNJUDGED
    curve = None if why else fit_curve(experts, examples, clock.tell, rows=labelled)
    if curve is None:
        return Growth(labelled, (), (), "", why or UNJUDGED)
    unit = target.scale / judged.unit_of(target)
    trend = curve.error
    lines = [trend.measured, trend.best, trend.low, trend.high]
    measured, best, low, high = (1 - line if target.classes else line * unit for line in lines)
    if target.classes:
        low, high = high, low
    drawn = trend.rows <= CURVE_AHEAD * curve.rows
    expected = np.column_stack([trend.rows, best, low, high])[drawn]
    return Growth(
        labelled=curve.rows,
        measured=tuple(map(tuple, np.column_stack([trend.sizes, measured]).tolist())),
        expected=tuple(map(tuple, expected.tolist())),
        sentence=curve.sentence(unit, figures.UNITS.get(target.kind, "")),
    )


def _columns(state: State, experts: tuple[Expert, ...], clock: _Clock) -> Columns:
    from handful.trust.importance import importance

    kinds, target = dict(state.encoder.kinds), state.target
    why = clock.begin() if experts else UNJUDGED
    if why:
        return Columns(kinds, state.left_out, (), why)
    some, said = _some(state.examples, LOOKED_AT)
    unit = 1.0 if target.classes else target.scale / judged.unit_of(target)
    worth = tuple(
        Worth(each.column, each.drop * unit, each.low * unit, each.high * unit)
        for each in importance(experts, some, clock.tell)
    )
    return Columns(kinds, state.left_out, worth, said)


def _guarantee(experts: tuple[Expert, ...], examples: Examples, clock: _Clock) -> str:
    from handful.trust.coverage import fit_coverage

    if clock.begin():
        return ""
    some, said = _some(examples, LOOKED_AT)
    promise = fit_coverage(experts, some, clock.tell).guarantee(0.9).text
    return f"{promise} {said}".strip()


def _doubts(examples: Examples, target: FittedTarget, table: Table | None, columns: Columns) -> Doubts | None:
    """None where no label can be judged, or all are the same."""
    from handful.trust.doubts import find_doubts

    if not (examples.folds >= 0).any() or len(target.classes) == 1:
        return None
    found = find_doubts(examples)
    labels, better = _written(found, target)
    known = target.presented(found.labels).tolist()
    order = (*(each.column for each in columns.worth), *columns.kinds)
    shown = []
    for place, row in enumerate(found.rows[:DOUBTS_SHOWN].tolist()):
        is_there = table is not None and _holds(table, target.name, row, known[place])
        cells = cells_of(table, row, order) if table is not None and is_there else ()
        shown.append(Doubt(row, labels[place], better[place], float(found.wrong[place]), cells))
    return Doubts(tuple(shown), len(found), found.expected, found.judged)


def _holds(table: Table, name: str, row: int, label: str | float) -> bool:
    """Whether this is the table that was learnt from, as far as this row tells."""
    if row >= len(table) or name not in table:
        return False
    cell = table[name].values[row]
    if isinstance(cell, str) or isinstance(label, str):
        return str(cell) == str(label)
    return bool(np.isclose(cell, label))


def _written(found: Found, target: FittedTarget) -> tuple[list[str], list[str]]:
    write = str if target.classes else value_in(target.kind)
    labels, better = (target.presented(values).tolist() for values in (found.labels, found.better))
    return [write(value) for value in labels], [write(value) for value in better]


def _some(examples: Examples, most: int) -> tuple[Examples, str]:
    """At most so many of them, spread evenly over all, and what is to be said of that."""
    if len(examples) <= most:
        return examples, ""
    return examples.some(most), f"Worked out on {most:,} of the {len(examples):,} labelled rows."
