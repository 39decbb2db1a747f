"""Operations that are asked for in words of their own: fill, plot, blanks, describe, a figure, a number of rows."""

from __future__ import annotations

from handful.chat.evidence import (
    NONE,
    Found,
    column_named,
    counts_something,
    first_column,
    grouped_by,
    has_figure,
    how_named,
    loose_dimension,
)
from handful.chat.operation import AGGREGATES, Filter, Operation
from handful.chat.reading import Reading
from handful.chat.words import stem
from handful.table.column import Kind

__all__ = [
    "blank_cells",
    "describing",
    "different_values",
    "explaining",
    "figure_of_column",
    "filling",
    "number_of",
    "one_cell",
    "plotting",
    "rows_shown",
]


def explaining(r: Reading) -> Found:
    if not r.asked.has("explain"):
        return None
    target = first_column(r, lambda name: True)
    filled = (
        r.asked.has("fill")
        or r.asked.row >= 0
        or r.has_stem("value", "answer", "say", "said", "put", "wrote")
    )
    if not filled and len(r.words) > 1:
        return NONE, 0.0
    return Operation("explain", target or "", row=r.asked.row), 0.9 if target else 0.6


def filling(r: Reading) -> Found:
    if not r.asked.has("fill"):
        return None
    target = first_column(r, lambda name: True)
    if target is None:
        blank = [name for name in r.linker.sheet.names if r.linker.sheet.frame[name].null_count()]
        return (Operation("fill", blank[0]), 0.6) if len(blank) == 1 and r.asked.has("blanks") else None
    return Operation("fill", target), 0.95


def plotting(r: Reading) -> Found:
    """A histogram of a measured column, bars of a category, or two columns against each other."""
    if not r.asked.has("plot"):
        return None
    sheet = r.linker.sheet
    named = [column_named(r, each) for each in (*r.targets, *r.asked.by) if column_named(r, each)]
    named = list(dict.fromkeys(named))
    measured = [name for name in named if name in sheet.measured]
    words = [name for name in named if name not in sheet.measured and name in sheet.groupable]
    filters = r.filters
    if r.has_stem("bar", "barchart") and len(named) == 1 and named[0] in sheet.groupable:
        return Operation("plot", by=named[0], how="bars", filters=filters), 0.92
    if len(measured) >= 2 and not r.has_stem("histogram"):
        against = r.has_stem("against", "versus", "vs")
        x, y = (measured[1], measured[0]) if against else (measured[0], measured[1])
        return Operation("plot", x, by=y, how="scatter", filters=filters), 0.95
    if measured and words:
        return Operation("plot", measured[0], by=words[0], how="bars", filters=filters), 0.85
    if measured:
        by = next((column_named(r, each) for each in r.asked.by if column_named(r, each) != measured[0]), "")
        if by:
            return Operation("plot", measured[0], by=by, how="bars", filters=filters), 0.85
        return Operation("plot", measured[0], how="histogram", filters=filters), 0.95
    if words:
        return Operation("plot", by=words[0], how="bars", filters=filters), 0.9
    return None


def blank_cells(r: Reading) -> Found:
    """Blank cells counted, or the rows that have them shown."""
    lacking = _lacking(r)
    if not r.asked.has("blanks") and lacking is None:
        return None
    target = lacking or first_column(r, lambda name: True)
    shown = r.asked.has("show") and r.asked.many < 0 and not r.has_stem("values", "cells")
    if shown and target:
        blank = Filter(target, "blank")
        return Operation("show", filters=(*r.filters, blank), count=r.asked.number), 0.85
    if target is None and (r.links.columns or r.filters):
        return None
    return Operation("blanks", target or "", filters=r.filters), 0.92 if target else 0.85


def _lacking(r: Reading) -> str | None:
    """The column after "no" or "without" in "have no sex", "rows without an age"."""
    for each in r.targets:
        at = each.places[0] - 1
        while at >= 0 and r.words[at].stem in (
            "a",
            "an",
            "any",
            "the",
            "given",
            stem("known"),
            stem("recorded"),
        ):
            at -= 1
        word = r.words[at].stem if at >= 0 else ""
        if word in ("no", "without", stem("lacking"), stem("lack")) and each.column not in r.linker.sheet.yes:
            r.used.add(at)
            return column_named(r, each)
    return None


def describing(r: Reading) -> Found:
    stems = {word.stem for word in r.words}
    columns = {stem("columns"), stem("variables"), stem("fields"), stem("attributes"), stem("features")}
    if stems & columns and not r.targets and not r.filters and not r.asked.by and not r.asked.end:
        return Operation("describe"), 0.92
    about = stems & {
        stem("table"),
        stem("data"),
        stem("dataset"),
        stem("file"),
        stem("spreadsheet"),
        stem("sheet"),
    }
    if about and not r.targets and not r.filters and r.asked.many < 0 and not how_named(r) and not r.asked.by:
        asks = {
            "what",
            "what's",
            stem("describe"),
            stem("about"),
            stem("tell"),
            stem("summarise"),
            stem("summarize"),
            stem("overview"),
            stem("summary"),
            stem("look"),
            stem("contain"),
            stem("explain"),
        }
        return (Operation("describe"), 0.85) if stems & asks or r.asked.has("describe") else None
    figures = [name for name in AGGREGATES if r.asked.has(name)]
    told = (
        r.asked.has("describe")
        or ("about" in stems and stem("tell") in stems)
        or {stem("minimum"), stem("maximum")} <= stems
    )
    told = told or {stem("mean"), stem("median")} <= stems or {stem("lowest"), stem("highest")} <= stems
    target = first_column(r, lambda name: True)
    if told and target and not r.asked.by:
        return Operation("describe", target, filters=r.filters), 0.85
    if r.asked.has("describe") and not r.targets and not figures and not r.links.columns:
        return Operation("describe", filters=r.filters), 0.8
    return None


def different_values(r: Reading) -> Found:
    """Different values of a column: asked for so, or "how many species are there"."""
    sheet = r.linker.sheet
    target = first_column(r, lambda name: sheet.kind(name) not in (Kind.IMAGE, Kind.SOUND, Kind.SERIES))
    if target is None or r.asked.by:
        return None
    clearly = {p for p in r.asked.cues.get("distinct", set())}
    if clearly or (
        r.has_stem("values") and sheet.kind(target) is Kind.CATEGORY and not how_named(r) and r.asked.many < 0
    ):
        return Operation("distinct", target, filters=r.filters), 0.92
    mention = next(each for each in r.targets if column_named(r, each) == target)
    said = {r.words[place].stem for place in mention.places}
    if target not in sheet.groupable or (mention.part and r.linker.cores[target][-1] not in said):
        return None
    after_many = r.asked.many >= 0 and mention.places[0] - r.asked.many == 1
    plain = not how_named(r) and r.asked.end is None
    if after_many and plain and sheet.kind(target) is Kind.CATEGORY and not r.filters:
        return Operation("distinct", target), 0.85
    listed = (
        (r.asked.which == mention or r.asked.has("show")) and plain and not r.filters and len(r.targets) == 1
    )
    plural = r.words[mention.places[-1]].text.lower().endswith("s")
    if listed and plural and sheet.kind(target) is Kind.CATEGORY:
        return Operation("distinct", target), 0.8
    what = r.words[0].stem in ("what", "which") and plain and len(r.targets) == 1 and plural and not r.filters
    return (Operation("distinct", target), 0.75) if what and sheet.kind(target) is Kind.CATEGORY else None


def figure_of_column(r: Reading) -> Found:
    """A figure of one column, or for each value of another."""
    how = how_named(r)
    if how is None:
        return None
    target = first_column(r, lambda name: has_figure(r, name, how), skip=r.asked.which)
    if target is None and how in ("mean", "median") and (dimension := loose_dimension(r)):
        target = dimension
    if target is None:
        return None
    by = grouped_by(r, target)
    if by:
        return Operation("group", target, by=by, how=how, filters=r.filters), 0.92
    return Operation(how, target, filters=r.filters), 0.95


def number_of(r: Reading) -> Found:
    """How many rows; or, of a column that counts something itself, its sum."""
    if r.asked.many < 0 or r.has_stem("much"):
        return None
    sheet = r.linker.sheet
    counted = [each for each in r.targets if 0 <= each.places[0] - r.asked.many <= 2 and not each.others]
    name = column_named(r, counted[0]) if counted else None
    if name and counts_something(r, name) and not counted[0].part:
        by = grouped_by(r, name)
        if by:
            return Operation("group", name, by=by, how="sum", filters=r.filters), 0.85
        return Operation("sum", name, filters=r.filters), 0.88
    by = grouped_by(r, "")
    loose = [
        each for each in r.targets if each.column not in sheet.yes and each not in counted and not each.part
    ]
    sure = 0.92 if not loose else 0.5
    if by:
        return Operation("group", by=by, how="count", filters=r.filters), sure
    return Operation("count", filters=r.filters), sure


def one_cell(r: Reading) -> Found:
    """One column of the rows under the filters: "what is the fare of ...", or a group without a word for the figure."""
    nouns = [each for each in r.targets if r.linker.sheet.kind(each.column) is Kind.TEXT]
    if r.asked.by and nouns == r.targets and not r.asked.has("show") and not r.asked.has("top"):
        by = grouped_by(r, "")
        if (
            by
            and r.asked.has("group")
            and (r.links.rows or r.filters or nouns or r.has_stem("rows", "count"))
        ):
            return Operation("group", by=by, how="count", filters=r.filters), 0.75
        return None
    target = first_column(r, lambda name: True)
    if target and r.asked.by and grouped_by(r, target) and target in r.linker.sheet.measured:
        return Operation("group", target, by=grouped_by(r, target), how="mean", filters=r.filters), 0.66
    if target and r.filters and len(r.targets) == 1 and r.linker.sheet.under(r.filters).height == 1:
        return Operation("show", target, filters=r.filters), 0.85
    return None


def rows_shown(r: Reading) -> Found:
    """The rows under the filters, or some rows."""
    asks = (
        r.asked.has("show") or r.has_stem("which", "who", "what", "those", "everyone") or bool(r.links.rows)
    )
    loose = [
        each
        for each in r.targets
        if not each.part and each != r.asked.which and each.column not in r.linker.sheet.yes
    ]
    if how_named(r) or r.asked.many >= 0 or r.asked.end is not None or r.asked.by:
        return None
    if r.filters and asks:
        return Operation("show", filters=r.filters, count=r.asked.number), 0.88 if len(loose) < 2 else 0.6
    if r.asked.row >= 0 and asks:
        return Operation("show", row=r.asked.row), 0.85
    generic = (
        r.has_stem("rows", "records", "entries", "table", "data", "examples", "everything") or r.links.rows
    )
    if r.asked.has("show") and not r.targets and (r.asked.number or generic):
        return Operation("show", count=r.asked.number), 0.85
    return None
