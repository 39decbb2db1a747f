"""A larger writer uses the operations as tools: it writes one as JSON, bound by a grammar of the table's columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from handful.chat.operation import AGGREGATES, COMPARISONS, OPERATIONS, Filter, Operation
from handful.chat.sheet import Sheet
from handful.chat.understanding import Understood
from handful.plain import one_line
from handful.table.column import Kind
from handful.table.dates import read_dates
from handful.write.grammar import quoted

if TYPE_CHECKING:
    from handful.write.writer import Writer

__all__ = ["can_use_tools", "grammar_of", "operation_of", "said_freely", "written"]

SURE = 0.6
"""How sure an operation is that a writer wrote, and that fits the table."""
SHOWN = 12
"""Values of a column that a writer is told of."""
LEAST = 0.05
"""Probability of the least likely token below which what a writer wrote is not used."""

ASKED = """\
You turn a question about a table into one operation, written as JSON, and nothing else.
"name" is one of: {operations}. "how" is the figure of a group (count, {figures}) or the form of a plot (histogram,
bars, scatter). "by" is the column to group by, or the second column. "filters" is a list of
[column, comparison, value]. If the question cannot be answered by one operation on this table, the name is "none".
Example: "the mean size of red things for each shop" is
{{"name":"group","column":"size","by":"shop","how":"mean","filters":[["colour","=","red"]],"count":0,"descending":true}}
The columns:
{columns}"""

LARGE = 300_000_000
"""Bytes of a GGUF file from which its writer is examined: the one of 135 million weights (98 MB) passes in no form."""
EXAM = (
    ("how many lamps are blue?", "count", "", "", ("colour", "blue")),
    ("what do lamps cost on average for each shop?", "group", "price", "shop", None),
    ("which three lamps are the most expensive?", "top", "price", "", None),
    ("who will win the election?", "none", "", "", None),
)
"""Questions about a table of lamps with the operation, its columns and its filter: who fails one uses no tools."""


def can_use_tools(writer: Writer) -> bool:
    """Whether the writer is large enough to try, and passes `EXAM`, which is held once for each."""
    path = getattr(writer, "path", None)
    if path is not None and path.stat().st_size < LARGE:
        return False
    if writer.identity not in _PASSED:
        _PASSED[writer.identity] = _passes(writer)
    return _PASSED[writer.identity]


_PASSED: dict[str, bool] = {}


def _passes(writer: Writer) -> bool:
    import polars as pl

    from handful.table.adapt import table_from_frame

    colours, shops = ["blue", "red"] * 6, ["north", "north", "south"] * 4
    lamps = pl.DataFrame(
        {"colour": colours, "shop": shops, "price": [float(price * 3 % 17) for price in range(12)]}
    )
    sheet = Sheet(table_from_frame(lamps))
    return all(_is_right(sheet, writer, *each) for each in EXAM)


def _is_right(
    sheet: Sheet, writer: Writer, question: str, name: str, column: str, by: str, of: tuple[str, str] | None
) -> bool:
    found = written(question, sheet, writer)
    operation = Operation("none") if found is None else found.operation
    filters = [(each.column, each.value) for each in operation.filters]
    return (operation.name, operation.column, operation.by) == (name, column, by) and filters == (
        [of] if of else []
    )


def written(question: str, sheet: Sheet, writer: Writer) -> Understood | None:
    """The operation that the writer writes for the question; None where it fits the table in no way."""
    from handful.errors import HandfulError
    from handful.write.writer import Message

    figures = ", ".join(AGGREGATES)
    system = ASKED.format(operations=", ".join(OPERATIONS), figures=figures, columns=_columns(sheet))
    messages = (Message("system", system), Message("user", one_line(question)))
    try:
        completion = writer.chat(messages, grammar=grammar_of(sheet), at_most=256)
    except HandfulError:
        return None
    operation = operation_of(completion.text, sheet)
    if operation is None or completion.confidence < LEAST:
        return None
    return Understood(operation, SURE if operation.name != "none" else 0.0)


def said_freely(question: str, sheet: Sheet, writer: Writer) -> str:
    """A few sentences of the writer's own, without any access to the table's cells; empty where it cannot."""
    from handful.errors import HandfulError
    from handful.write.writer import Message

    system = "Answer in at most three sentences. You cannot see the table's cells: state no figure of it."
    try:
        return writer.chat(
            (Message("system", system), Message("user", one_line(question))), at_most=128
        ).text.strip()
    except HandfulError:
        return ""


def _columns(sheet: Sheet) -> str:
    lines = []
    for name in sheet.names:
        values = ", ".join(json.dumps(one_line(value)) for value in sheet.values.get(name, ())[:SHOWN])
        lines.append(f"{json.dumps(one_line(name))} ({sheet.kind(name)})" + (f": {values}" if values else ""))
    return "\n".join(lines)


def grammar_of(sheet: Sheet) -> str:
    """The GBNF grammar of every operation on the sheet; names of columns are quoted literals, values any string."""

    def one_of(texts: tuple[str, ...]) -> str:
        return " | ".join(quoted(json.dumps(text)) for text in texts)

    fields = ("name", "column", "by", "how", "filters", "count", "descending")
    parts = [f"{quoted(json.dumps(field) + ':')} {field}" for field in fields]
    hows = ("", "count", *AGGREGATES, "histogram", "bars", "scatter")
    return "\n".join(
        (
            f'root ::= "{{" {(" " + quoted(",") + " ").join(parts)} "}}"',
            f"name ::= {one_of(OPERATIONS)}",
            f"column ::= {one_of(('', *sheet.names))}",
            "by ::= column",
            f"how ::= {one_of(hows)}",
            'filters ::= "[]" | "[" filter ("," filter)? ("," filter)? "]"',
            f'filter ::= "[" named "," ({one_of(COMPARISONS)}) "," (string | number) "]"',
            f"named ::= {one_of(sheet.names)}",
            r'string ::= "\"" [^"\\\x00-\x1f]{0,60} "\""',
            'number ::= "-"? [0-9]{1,12} ("." [0-9]{1,6})?',
            "count ::= [0-9]{1,3}",
            'descending ::= "true" | "false"',
        )
    )


def operation_of(text: str, sheet: Sheet) -> Operation | None:
    """The operation that the JSON says, checked against the table: an address need not keep to a grammar."""
    try:
        said = json.loads(text)
        return _checked(said, sheet) if isinstance(said, dict) else None
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _checked(said: Mapping[str, Any], sheet: Sheet) -> Operation | None:
    name, how, count = said["name"], said.get("how", ""), said.get("count", 0)
    column, by = said.get("column", ""), said.get("by", "")
    known = {"", *sheet.names}
    filters = tuple(_filter(each, sheet) for each in said.get("filters", ()))
    if (
        name not in OPERATIONS
        or column not in known
        or by not in known
        or any(each is None for each in filters)
    ):
        return None
    operation = Operation(
        name,
        column,
        by,
        how,
        tuple(each for each in filters if each),
        max(0, int(count)),
        bool(said.get("descending", True)),
    )
    if name == "share":
        operation = replace(operation, part=operation.filters, filters=())
    return operation if _fits(operation, sheet) else None


def _fits(operation: Operation, sheet: Sheet) -> bool:
    """Whether the operation has the columns that it needs, of the right kinds."""
    column, by, how = operation.column, operation.by, operation.how
    numbers, measured = sheet.named(Kind.NUMBER), sheet.measured
    match operation.name:
        case "minimum" | "maximum" | "top":
            return column in measured
        case name if name in AGGREGATES:
            return column in numbers
        case "group":
            return bool(by) and (how == "count" or (how in AGGREGATES and column in numbers))
        case "correlate":
            return column in measured and by in measured and column != by
        case "plot":
            forms = {
                "histogram": column in measured,
                "bars": bool(by) and (not column or column in numbers),
                "scatter": column in measured and by in measured and column != by,
            }
            return forms.get(how, False)
        case "distinct" | "fill" | "explain":
            return bool(column)
        case "share":
            return bool(operation.part)
        case "share":
            return bool(operation.filters)
    return True


def _filter(said: Any, sheet: Sheet) -> Filter | None:
    """One filter; None where its column has no such value."""
    column, comparison, value = said
    if column not in sheet.names or comparison not in COMPARISONS:
        return None
    if comparison in ("blank", "filled"):
        return Filter(column, comparison)
    if sheet.kind(column) is Kind.NUMBER:
        return Filter(column, comparison, float(value)) if comparison != "contains" else None
    if sheet.kind(column) is Kind.DATE:
        return _moment(column, comparison, str(value))
    values = {each.casefold(): each for each in sheet.values.get(column, ())}
    if comparison in ("=", "!="):
        exact = values.get(str(value).casefold())
        return None if exact is None else Filter(column, comparison, exact)
    return Filter(column, comparison, str(value)) if comparison == "contains" else None


def _moment(column: str, comparison: str, value: str) -> Filter | None:
    import polars as pl

    dates = read_dates(pl.Series([value]), on_request=True)
    if dates is None or not dates.readable[0] or comparison == "contains":
        return None
    return Filter(column, comparison, float(dates.values[0]), value)
