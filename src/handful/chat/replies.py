"""Results in words: templates alone speak, so that no figure is ever written by a language model."""

from __future__ import annotations

from collections.abc import Sequence

from handful.chat.compute import MOST_GROUPS, Result
from handful.chat.operation import AGGREGATES, Operation, in_words, number_text
from handful.chat.sheet import Sheet
from handful.plain import one_line
from handful.table.column import Kind

__all__ = ["CANNOT", "rows_shown", "suggested", "text_of"]

SHOWN = 10
"""Rows, and groups, that a reply shows."""
LONGEST_LINE = 110
LONGEST_CELL = 28
CANNOT = "I cannot answer that from this table."


def text_of(sheet: Sheet, operation: Operation, result: Result) -> str:
    """The reply's text: the operation, its figure, and rows where they matter."""
    lines = _lines(sheet, operation, result)
    left = result.left
    if left and operation.name in (*AGGREGATES, "top", "correlate", "share"):
        lines.append(f"{_counted(left, 'row')} left out: blank")
    elif left:
        lines.append(f"... and {left:,} more")
    return "\n".join(one_line(line) for line in lines)


def _lines(sheet: Sheet, operation: Operation, result: Result) -> list[str]:
    head = in_words(operation)
    match operation.name:
        case "count":
            return [
                f"{head}: {_whole(result)} of {result.counted:,}"
                if operation.filters
                else f"{head}: {_whole(result)}"
            ]
        case "share":
            share = "-" if result.figure is None else f"{float(result.figure):.1%}"
            return [f"{head}: {share} of {_counted(result.counted, 'row')}"]
        case "group" | "distinct":
            return _groups(operation, result, head)
        case "show" | "top":
            return _rows(sheet, operation, result, head)
        case "blanks":
            return _blanks(operation, result, head)
        case "correlate":
            return _correlation(result, head)
        case "describe":
            return [f"{head}: {_counted(result.counted, 'row' if not operation.column else 'cell')}"] + [
                f"  {name}: {said}" for name, said in result.parts.items()
            ]
        case _:
            return _figure(sheet, operation, result, head)


def _figure(sheet: Sheet, operation: Operation, result: Result, head: str) -> list[str]:
    if result.figure is None:
        return [f"{head}: {'too few cells are given' if result.counted else 'no cell is given'}"]
    value = result.figure if isinstance(result.figure, str) else number_text(result.figure)
    lines = [f"{head}: {value} (n = {result.counted:,})"]
    if result.rows:
        lines += rows_shown(sheet, result.rows[:3], _about(operation), len(result.rows))
    return lines


def _groups(operation: Operation, result: Result, head: str) -> list[str]:
    groups = result.groups or {}
    if operation.name == "distinct":
        first = f"{head}: {_whole(result)}"
    elif operation.count == 1 and groups:
        first = f"{head}: {result.figure}"
    else:
        first = f"{head} (n = {result.counted:,})"
    shown = list(groups.items())[:SHOWN]
    lines = [first, *(f"  {name}: {number_text(value)}" for name, value in shown)]
    if len(groups) > SHOWN:
        more = "at least " if len(groups) == MOST_GROUPS else ""
        lines.append(f"  ... and {more}{len(groups) - SHOWN:,} more")
    return lines if groups else [f"{head}: nothing is given"]


def _rows(sheet: Sheet, operation: Operation, result: Result, head: str) -> list[str]:
    if operation.name == "show" and operation.column and result.figure is not None and len(result.rows) == 1:
        value = result.figure if isinstance(result.figure, str) else number_text(result.figure)
        return [f"{head}: {value} (row {result.rows[0] + 1:,})"]
    number = f": {result.counted:,}" if operation.name == "show" and operation.row < 0 else ""
    row = f" {operation.row + 1:,}" if operation.row >= 0 else ""
    return [f"{head}{row}{number}", *rows_shown(sheet, result.rows, _about(operation), len(result.rows))]


def _blanks(operation: Operation, result: Result, head: str) -> list[str]:
    if operation.column:
        lines = [f"{head}: {_whole(result)} of {result.counted:,}"]
        if result.rows:
            places = ", ".join(f"{row + 1:,}" for row in result.rows[:SHOWN])
            lines.append(f"  rows {places}" + (" ..." if len(result.rows) > SHOWN else ""))
        return lines
    return [f"{head}: {_whole(result)} in all"] + [
        f"  {name}: {number_text(count)}" for name, count in (result.groups or {}).items()
    ]


def _correlation(result: Result, head: str) -> list[str]:
    if result.figure is None:
        return [f"{head}: too few rows, or a column that never changes"]
    value = float(result.figure)
    size = abs(value)
    how = "hardly any" if size < 0.1 else "weak" if size < 0.3 else "medium" if size < 0.6 else "strong"
    way = "" if size < 0.1 else ", rising together" if value > 0 else ", one falls as the other rises"
    return [f"{head}: {value:.3f} ({how}{way}; Pearson's, n = {result.counted:,})"]


def _about(operation: Operation) -> tuple[str, ...]:
    named = (operation.column, operation.by, *(each.column for each in operation.filters))
    return tuple(dict.fromkeys(name for name in named if name))


def rows_shown(sheet: Sheet, rows: Sequence[int], first: Sequence[str], total: int) -> list[str]:
    """The first rows as lines of cells, counted from 1; the columns in question, then as many as fit."""
    if not rows:
        return []
    import polars as pl

    text = [name for name in sheet.named(Kind.TEXT) if name not in first][:1]
    names = [*text, *first, *(name for name in sheet.names if name not in (*first, *text))]
    some = sheet.frame.select(pl.all().gather(list(rows[:SHOWN])))
    columns = [["row", *(f"{row + 1:,}" for row in rows[:SHOWN])]]
    for name in names:
        cells = [_cut(sheet.cell(name, value)) for value in some[name].to_list()]
        columns.append([_cut(name), *cells])
    kept: list[list[str]] = []
    used = 0
    for column in columns:
        used += max(len(cell) for cell in column) + 2
        if kept and used > LONGEST_LINE:
            break
        kept.append([cell.ljust(max(len(each) for each in column)) for cell in column])
    lines = [f"  {'  '.join(cells).rstrip()}" for cells in zip(*kept, strict=True)]
    return [*lines, f"  ... and {total - len(rows[:SHOWN]):,} more"] if total > len(rows[:SHOWN]) else lines


def _cut(cell: str) -> str:
    cell = one_line(cell)
    return cell if len(cell) <= LONGEST_CELL else f"{cell[: LONGEST_CELL - 1]}…"


def _whole(result: Result) -> str:
    return number_text(float(result.figure or 0))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _tells_nothing(sheet: Sheet, name: str) -> bool:
    """Whether a column of numbers is constant, or counts the rows."""
    cells = sheet.frame[name].drop_nulls().to_numpy()
    different = len(set(cells.tolist()))
    counts = different == sheet.rows and float(cells.max() - cells.min()) == sheet.rows - 1
    return different < 2 or counts


def suggested(sheet: Sheet) -> tuple[str, ...]:
    """Questions that can be asked of this very table, made of its own columns and values."""
    from handful.chat.names import label_of

    numbers = [name for name in sheet.named(Kind.NUMBER) if name not in sheet.yes]
    numbers = [name for name in numbers if not _tells_nothing(sheet, name)]
    words = [name for name in sheet.named(Kind.CATEGORY) if len(sheet.values.get(name, ())) > 1]
    found = ["what columns are there?", "how many rows are there?"]
    if numbers:
        found.append(f"what is the mean of {label_of(numbers[0])}?")
    if numbers and words:
        found.append(f"median {label_of(numbers[-1])} for each {label_of(words[0])}")
    if words:
        found.append(f"how many rows have {label_of(words[0])} '{_cut(sheet.values[words[0]][0])}'?")
    if len(numbers) > 1:
        found.append(f"is {label_of(numbers[0])} related to {label_of(numbers[1])}?")
        found.append(f"top 5 by {label_of(numbers[1])}")
    blank = [name for name in sheet.names if sheet.frame[name].null_count()]
    if blank:
        found.append(f"fill the blanks in {label_of(blank[0])}")
    return tuple(one_line(each) for each in found)
