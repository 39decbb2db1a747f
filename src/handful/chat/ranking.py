"""Operations that compare: groups, the ends of a scale, and two columns that go together."""

from __future__ import annotations

from handful.chat.asked import is_commonness
from handful.chat.evidence import (
    Found,
    column_named,
    column_to_group,
    dimension,
    end_in_time,
    figure_asked,
    first_column,
    grouped_by,
    has_figure,
    highest,
    is_measured,
)
from handful.chat.lexicon import (
    DIMENSIONS,
    MEASURING,
)
from handful.chat.mentions import Mention
from handful.chat.operation import Operation
from handful.chat.reading import Reading
from handful.chat.words import stem, stems
from handful.table.column import Kind

__all__ = ["COMPARED", "best_group", "correlating", "end_of_scale", "rows_by", "set_against"]

COMPARED = stems("higher lower greater larger bigger smaller more less")


def correlating(r: Reading) -> Found:
    """Two measured columns and a word for how they go together, or two that grow with each other."""
    sheet = r.linker.sheet
    related = r.asked.has("correlate") or r.has_stem(
        "together", "affect", "influence", "increase", "decrease", "predictor", "rise"
    )
    related = related or (r.has_stem("grow") and len(r.targets) > 1) or _two_comparatives(r)
    if not related:
        return None
    names = list(dict.fromkeys(name for each in (*r.targets, *r.asked.by) if (name := column_named(r, each))))
    measured = [name for name in names if name in sheet.measured or name in sheet.yes]
    for word in r.words:
        if len(measured) < 2 and word.stem in DIMENSIONS and word.place not in r.links.places:
            column = dimension(r, DIMENSIONS[word.stem][0])
            if column and column not in measured:
                measured.insert(0, column)
    if len(measured) >= 2:
        return Operation("correlate", measured[0], by=measured[1], filters=r.filters), 0.92
    words = [name for name in names if name in sheet.groupable and name not in measured]
    if len(measured) == 1 and words:
        return Operation("group", measured[0], by=words[0], how="mean", filters=r.filters), 0.6
    return None


def _two_comparatives(r: Reading) -> bool:
    """ "do heavier penguins have longer flippers"."""
    free = [word for word in r.words if word.place not in r.conditions.places | r.links.places]
    sized = [word for word in free if word.stem in DIMENSIONS and word.text.lower().endswith("er")]
    return bool(sized) and len(sized) + sum(word.stem in COMPARED for word in free) >= 2


def set_against(r: Reading) -> Found:
    """A figure for each of several values set against each other: "with and without", "of cats and of dogs"."""
    how = figure_asked(r)
    target = first_column(r, lambda name: has_figure(r, name, how or "mean")) if how else None
    if how is None or (how != "count" and target is None):
        return None
    column = _contrasted(r)
    if column is None:
        return None
    kept = [each for each in r.filters if each.column != column]
    values = [each for each in r.filters if each.column == column and isinstance(each.value, tuple)]
    everything = r.linker.sheet.frame[column].drop_nulls().n_unique()
    kept += [each for each in values if len(each.value) < everything]  # type: ignore[arg-type]
    return Operation("group", target or "", by=column, how=how, filters=tuple(kept)), 0.88


def _contrasted(r: Reading) -> str | None:
    """The column whose values are set against each other; None where none are."""
    stems = [word.stem for word in r.words]
    both = any(
        {a, b} == {"with", "without"} and c in ("and", "or", "vs", stem("versus"))
        for a, c, b in zip(stems, stems[1:], stems[2:], strict=False)
    )
    said = [each for each in r.filters if each.column in r.linker.sheet.yes and each.comparison == "="]
    if both and said:
        return said[-1].column
    opposite = {each.column for each in said if sum(one.column == each.column for one in said) > 1}
    if opposite:
        return min(opposite)
    several = [each for each in r.filters if each.comparison == "=" and isinstance(each.value, tuple)]
    values = [each for each in r.links.values if several and each.column == several[0].column]
    if len(several) != 1 or len(values) < 2:
        return None
    low, high = values[0].places[-1], values[1].places[0]
    between = [word.stem for word in r.words[low + 1 : high]]
    stems_between = set(between)
    compared = "or" in stems_between and r.has_stem("higher", "lower", "more", "less", "bigger", "smaller")
    r.used |= {word.place for word in r.words if word.stem in COMPARED}
    compared = compared or r.has_stem(
        "compare", "versus", "vs", "difference", "differ", "respectively", "each", "compared", "than"
    )
    apart = "of" in between or "for" in between or stem("versus") in between or "vs" in between
    return several[0].column if compared or apart else None


def best_group(r: Reading) -> Found:
    """The value of a category that has the most: "which species is the heaviest", "the most common island"."""
    sheet = r.linker.sheet
    commonness = is_commonness(r.words, r.asked)
    which = r.asked.which
    by = column_to_group(r, which) if which is not None else None
    if commonness is not None:
        by = (
            by
            or (column_named(r, which) if which is not None else None)
            or first_column(r, lambda name: name in sheet.groupable)
            or next((column_named(r, each) for each in r.asked.by), None)
        )
        if by:
            return Operation(
                "group",
                by=by,
                how="count",
                filters=r.filters,
                count=r.asked.number or 1,
                descending=commonness,
            ), 0.88
    if by is None and (which := _after_dimension(r)) is not None:
        by = column_to_group(r, which)
    rows_after = r.asked.end is not None and bool(_after(r, r.asked.end[0]) & r.links.rows)
    if by is None and which is not None and rows_after and r.has_stem("most", "fewest"):
        by = column_named(r, which)
    if by is None or which is None:
        return None
    high = highest(r)
    if high is None and r.has_stem("more") and not r.filters:
        high = True
    if high is None:
        return None
    end = r.asked.end
    if rows_after and r.has_stem("most", "fewest"):
        r.used |= {word.place for word in r.words if word.stem in MEASURING}
        return Operation("group", by=by, how="count", filters=r.filters, count=1, descending=high), 0.85
    rest = [each for each in r.targets if each != which]
    target = next((name for each in rest if (name := column_named(r, each)) in sheet.measured), None)
    if target is None and end is not None and end[2]:
        target = dimension(r, end[2])
    how = next((each for each in ("mean", "median", "sum") if r.asked.has(each)), "")
    count = r.asked.number or 1
    if target is not None:
        sure = 0.92 if how else 0.7
        return Operation(
            "group", target, by=by, how=how or "mean", filters=r.filters, count=count, descending=high
        ), sure
    if end is not None and not end[2] and r.has_stem("most", "fewest", "least", "number"):
        return Operation("group", by=by, how="count", filters=r.filters, count=count, descending=high), 0.85
    return None


def _after(r: Reading, place: int) -> set[int]:
    return {word.place for word in r.words[place + 1 : place + 2]}


def _after_dimension(r: Reading) -> Mention | None:
    """The category directly after a superlative that measures something: "the most expensive region"."""
    if r.asked.end is None or not r.asked.end[2]:
        return None
    place, words = r.asked.end[0] + 1, r.words
    place += place < len(words) and words[place].stem in DIMENSIONS
    found = (each for each in r.targets if place in each.places and not is_measured(r, each))
    return next(found, None)


def rows_by(r: Reading) -> Found:
    """Rows by a measured column, the highest or lowest first."""
    sheet, high = r.linker.sheet, highest(r)
    ordered = bool(r.asked.cues.get("top"))
    row_asked = (r.words[0].stem in ("which", "who") and _measured_or_none(r)) or _asks_rows(r)
    row_asked = row_asked or (r.asked.which is not None and column_to_group(r, r.asked.which) is None)
    if high is None and not ordered:
        return None
    target = first_column(
        r,
        lambda name: name in sheet.measured,
        skip=r.asked.which if r.asked.which and not is_measured(r, r.asked.which) else None,
    )
    if r.asked.end is not None and r.asked.end[2]:
        target = dimension(r, r.asked.end[2]) or target
    if target is None and ordered:  # "top 5 by price" ranks by a column of few numbers, and groups by none
        target = next((each.column for each in r.asked.by if is_measured(r, each)), None)
    if target is None:
        return None
    high = end_in_time(r, target, high)
    if not (
        r.asked.number or row_asked or (ordered and (r.asked.by or r.has_stem("by", "order", "sort", "rank")))
    ):
        return None
    if high is None:
        high = r.has_stem("descending", "decreasing", "top")
    count = r.asked.number or (
        0 if ordered and r.has_stem("sort", "order", "rank", "sorted", "ordered") else 1
    )
    if (
        r.asked.which is not None
        and column_to_group(r, r.asked.which)
        and sheet.kind(r.asked.which.column) is Kind.CATEGORY
    ):
        return None
    return Operation(
        "top", target, filters=r.filters, count=count or (5 if r.has_stem("top") else 10), descending=high
    ), 0.9


def _measured_or_none(r: Reading) -> bool:
    """Whether "which" is followed by what the rows are, and by no column to group by."""
    return r.asked.which is None or column_to_group(r, r.asked.which) is None


def _asks_rows(r: Reading) -> bool:
    """Whether the row with the end is asked for, and not the end itself: "show the heaviest penguin"."""
    return bool(r.asked.end) and not _names_end(r) and r.words[0].stem != "how"


def _names_end(r: Reading) -> bool:
    """ "the highest price": the superlative stands before its column."""
    assert r.asked.end is not None
    place = r.asked.end[0]
    after = [word.place for word in r.words[place + 1 : place + 4]]
    first = r.words[0].stem in ("which", "who", "whose")
    named = [each for each in r.targets if each.column in r.linker.sheet.measured]
    return not first and any(at in each.places for each in named for at in after)


def end_of_scale(r: Reading) -> Found:
    """The lowest or highest value of a column."""
    high = highest(r)
    if high is None:
        return None
    sheet = r.linker.sheet
    target = first_column(r, lambda name: name in sheet.measured)
    if target is None and r.asked.end is not None and r.asked.end[2]:
        target = dimension(r, r.asked.end[2])
    if target is None:
        return None
    if r.has_stem("how") and r.has_stem("old") and r.linker.sheet.tells_time(target):
        return None  # how long ago it was, no operation tells
    how = "maximum" if end_in_time(r, target, high) else "minimum"
    by = grouped_by(r, target)
    if by:
        return Operation("group", target, by=by, how=how, filters=r.filters), 0.88
    return Operation(how, target, filters=r.filters), 0.92
