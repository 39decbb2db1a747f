"""What share of which rows is asked for: a part, and the rows that it is a part of."""

from __future__ import annotations

from handful.chat.evidence import Found, column_to_group, grouped_by, highest
from handful.chat.lexicon import ASKING
from handful.chat.operation import Filter, Operation
from handful.chat.reading import Reading
from handful.chat.words import stems
from handful.table.column import Kind

__all__ = ["share_of"]

_AMONG = stems("among amongst within")
_VERBS = stems("is are was were have had has")
_RELATIVE = stems("who that which")


def share_of(r: Reading) -> Found:
    """The share of a part in its rows, or for each value of a column; nothing where it is not clear which is which."""
    if not r.asked.has("share") or not r.filters:
        return None
    which = r.asked.which if highest(r) is not None else None
    if which is not None or r.asked.by:
        by = (column_to_group(r, which) or "") if which is not None else grouped_by(r, "")
        others = [each for each in (*r.targets, *r.asked.by) if by not in (each.column, *each.others)]
        return None if others else _for_each(r, by)
    if r.targets:
        return None
    parted = _parted(r)
    if parted is None:
        return None
    part, base = parted
    return Operation("share", part=part, filters=base), 0.88


def _for_each(r: Reading, by: str) -> Found:
    """The share that a column says yes, for each value of another, or the value with the highest."""
    sheet, high = r.linker.sheet, highest(r)
    said = [each for each in r.filters if each.column in sheet.yes and sheet.kind(each.column) is Kind.NUMBER]
    if not by or len(said) != 1 or said[0].value != sheet.yes[said[0].column] or said[0].column == by:
        return None
    kept = tuple(each for each in r.filters if each != said[0])
    if any(each.column == by for each in kept):
        return None
    count = (r.asked.number or 1) if high is not None else 0
    way = high is not False
    return Operation(
        "group", said[0].column, by=by, how="mean", filters=kept, count=count, descending=way
    ), 0.88


def _parted(r: Reading) -> tuple[tuple[Filter, ...], tuple[Filter, ...]] | None:
    """(the part, the rows that it is a part of), each as filters; None where both are possible."""
    placed = sorted(r.conditions.placed, key=lambda each: each[0])
    if len(placed) == 1:
        return (placed[0][1],), ()
    cue = min(place for place in r.asked.cues["share"])
    start = placed[0][0]
    among = _first(r, _AMONG, 0)
    verb, relative = _first(r, _VERBS, max(cue, start)), _first(r, _RELATIVE, max(cue, start))
    rate = r.words[cue].stem in stems("rate ratio")
    if among >= 0:
        part = [each for each in placed if each[0] < among]
    elif rate:
        part = [each for each in placed if each[0] < cue]
    elif relative >= 0:
        part = [each for each in placed if each[0] > relative]
        if len(part) > 1 or relative < start:
            return None
    elif verb >= 0:
        part = [each for each in placed if each[0] > verb]
    else:
        part = placed[-1:] if placed[-1][1].column in r.linker.sheet.yes else []
    base = [each for each in placed if each not in part]
    same = {each.column for _, each in part} & {each.column for _, each in base}
    if not part or not base or same:
        return None
    return tuple(each for _, each in part), tuple(each for _, each in base)


def _first(r: Reading, among: frozenset[str], after: int) -> int:
    """The place of the first of these words after a place; -1 where there is none."""
    found = (word.place for word in r.words if word.stem in among and word.place > after)
    return next((place for place in found if r.words[place].stem not in ASKING["group"]), -1)
