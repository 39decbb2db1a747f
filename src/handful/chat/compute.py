"""An operation computed on the sheet by polars: a figure, figures by group, or rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from handful.chat.operation import AGGREGATES, Operation
from handful.chat.sheet import Sheet, expression
from handful.table.column import Kind

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Result", "compute"]

MOST_GROUPS = 100
"""Groups, or different values, that a result holds at most."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an operation gave; what it has not is empty."""

    figure: float | str | None = None
    groups: dict[str, float] | None = None
    rows: tuple[int, ...] = ()
    counted: int = 0
    """The cells, or rows, that the figure was computed from."""
    left: int = 0
    """Blank cells that were left out, or groups beyond `MOST_GROUPS`."""
    parts: dict[str, str] = field(default_factory=dict)
    """A description's figures by name, as text."""


def compute(sheet: Sheet, operation: Operation) -> Result:
    """The operation's result; filling, explaining and drawing are made elsewhere."""
    rows = sheet.under(operation.filters)
    match operation.name:
        case "count":
            return Result(float(rows.height), counted=sheet.rows)
        case "share":
            return _share(operation, rows)
        case "group":
            return _group(sheet, operation, rows)
        case "show":
            return _show(sheet, operation, rows)
        case "top":
            return _top(sheet, operation, rows)
        case "distinct":
            return _distinct(sheet, operation, rows)
        case "blanks":
            return _blanks(sheet, operation, rows)
        case "correlate":
            return _correlate(operation, rows)
        case "describe":
            return _describe(sheet, operation, rows)
        case name if name in AGGREGATES:
            return _aggregate(sheet, operation, rows)
    return Result()


def _share(operation: Operation, rows: pl.DataFrame) -> Result:
    """The share of the part among the rows where its columns are given."""
    given = rows.drop_nulls([each.column for each in operation.part])
    part = given.filter(*[expression(each) for each in operation.part])
    left = rows.height - given.height
    return Result(part.height / given.height if given.height else None, counted=given.height, left=left)


def figure_of(how: str, column: pl.Expr) -> pl.Expr:
    """The expression of a figure over the cells that are not blank."""
    figures = {
        "mean": column.mean(),
        "median": column.median(),
        "sum": column.sum(),
        "minimum": column.min(),
        "maximum": column.max(),
        "deviation": column.std(),
    }
    return figures[how]


def _aggregate(sheet: Sheet, operation: Operation, rows: pl.DataFrame) -> Result:
    import polars as pl

    cells = rows[operation.column]
    counted = cells.len() - cells.null_count()
    if not counted:
        return Result(left=cells.null_count())
    value = rows.select(figure_of(operation.name, pl.col(operation.column))).item()
    figure: float | str | None = None if value is None else float(value)
    ends: tuple[int, ...] = ()
    if operation.name in ("minimum", "maximum"):
        ends = tuple(rows.filter(pl.col(operation.column) == value)[sheet.place].to_list())
    if sheet.kind(operation.column) is Kind.DATE and value is not None:
        figure = sheet.cell(operation.column, value)
    return Result(figure, rows=ends, counted=counted, left=cells.null_count())


def _group(sheet: Sheet, operation: Operation, rows: pl.DataFrame) -> Result:
    import polars as pl

    kept = rows.filter(pl.col(operation.by).is_not_null())
    figure = pl.len() if operation.how == "count" else figure_of(operation.how, pl.col(operation.column))
    found = kept.group_by(operation.by, maintain_order=True).agg(figure.cast(pl.Float64).alias(sheet.place))
    found = found.filter(pl.col(sheet.place).is_not_null())
    found = found.sort(sheet.place, descending=operation.descending, maintain_order=True)
    counted = kept.height if operation.how == "count" else kept[operation.column].drop_nulls().len()
    most = min(operation.count or MOST_GROUPS, MOST_GROUPS)
    shown = found.head(most)
    names = [sheet.cell(operation.by, value) for value in shown[operation.by].to_list()]
    groups = dict(zip(names, shown[sheet.place].to_list(), strict=True))
    best = names[0] if operation.count == 1 and names else None
    left = 0 if operation.count else found.height - shown.height
    return Result(best, groups, counted=counted, left=left)


def _show(sheet: Sheet, operation: Operation, rows: pl.DataFrame) -> Result:
    if operation.row >= 0:
        rows = rows.slice(operation.row, 1) if operation.row < rows.height else rows.head(0)
    found = tuple(rows[sheet.place].to_list())
    figure: float | str | None = float(len(found))
    if operation.column and len(found) == 1:
        value = rows[operation.column].item()
        is_number = sheet.kind(operation.column) is Kind.NUMBER and value is not None
        figure = float(value) if is_number else sheet.cell(operation.column, value) or None
    return Result(figure, rows=found[: operation.count] if operation.count else found, counted=len(found))


def _top(sheet: Sheet, operation: Operation, rows: pl.DataFrame) -> Result:
    """Rows of one value stay in the table's order; blank cells are in no ranking."""
    import polars as pl

    ranked = rows.filter(pl.col(operation.column).is_not_null())
    ranked = ranked.sort(operation.column, descending=operation.descending, maintain_order=True)
    found = ranked.head(operation.count) if operation.count else ranked
    value = found[operation.column][0] if found.height else None
    is_date = sheet.kind(operation.column) is Kind.DATE
    figure = None if value is None else sheet.cell(operation.column, value) if is_date else float(value)
    return Result(
        figure,
        rows=tuple(found[sheet.place].to_list()),
        counted=ranked.height,
        left=rows.height - ranked.height,
    )


def _distinct(sheet: Sheet, operation: Operation, rows: pl.DataFrame) -> Result:
    counted = rows[operation.column].drop_nulls().value_counts(sort=True)
    pairs = sorted(counted.rows(), key=lambda pair: (-pair[1], pair[0]))[:MOST_GROUPS]
    groups = {sheet.cell(operation.column, value): float(count) for value, count in pairs}
    return Result(
        float(counted.height), groups, counted=rows.height, left=max(counted.height - MOST_GROUPS, 0)
    )


def _blanks(sheet: Sheet, operation: Operation, rows: pl.DataFrame) -> Result:
    import polars as pl

    if operation.column:
        blank = rows.filter(pl.col(operation.column).is_null())
        return Result(float(blank.height), rows=tuple(blank[sheet.place].to_list()), counted=rows.height)
    counts = {name: float(rows[name].null_count()) for name in sheet.names}
    groups = {name: count for name, count in counts.items() if count}
    return Result(sum(groups.values()), groups, counted=rows.height * len(sheet.names))


def _correlate(operation: Operation, rows: pl.DataFrame) -> Result:
    """Pearson's, over the rows where both columns are given; nothing for fewer than three, or a constant."""
    import polars as pl

    one, other = (
        pl.col(operation.column).cast(pl.Float64, strict=False),
        pl.col(operation.by).cast(pl.Float64, strict=False),
    )
    both = rows.select(one.alias("one"), other.alias("other")).drop_nulls()
    if both.height < 3 or both["one"].n_unique() < 2 or both["other"].n_unique() < 2:
        return Result(counted=both.height, left=rows.height - both.height)
    value = float(both.select(pl.corr("one", "other")).item())
    return Result(value, counted=both.height, left=rows.height - both.height)


def _describe(sheet: Sheet, operation: Operation, rows: pl.DataFrame) -> Result:
    if not operation.column:
        parts = {column.name: _in_short(sheet, column.name, rows) for column in sheet.table}
        return Result(None, counted=rows.height, parts=parts)
    name = operation.column
    cells = rows[name].drop_nulls()
    parts = {
        "kind": str(sheet.kind(name)),
        "given": f"{cells.len():,}",
        "blank": f"{rows[name].null_count():,}",
    }
    if cells.len() and name in sheet.measured:
        parts |= _figures(sheet, name, cells)
    elif cells.len():
        parts |= _commonest(sheet, name, cells)
    return Result(None, counted=cells.len(), parts=parts)


def _figures(sheet: Sheet, name: str, cells: pl.Series) -> dict[str, str]:
    from handful.chat.operation import number_text

    is_date = sheet.kind(name) is Kind.DATE
    write: Any = (lambda value: sheet.cell(name, value)) if is_date else number_text
    quarters = [cells.quantile(level, "linear") for level in (0.25, 0.5, 0.75)]
    parts = {
        "minimum": write(cells.min()),
        "lower quarter below": write(quarters[0]),
        "median": write(quarters[1]),
        "upper quarter above": write(quarters[2]),
        "maximum": write(cells.max()),
    }
    deviation = cells.std()
    if not is_date:
        parts["mean"] = write(cells.mean())
        parts["standard deviation"] = write(deviation) if isinstance(deviation, float) else "-"
    return parts


def _commonest(sheet: Sheet, name: str, cells: pl.Series) -> dict[str, str]:
    counted = sorted(cells.value_counts().rows(), key=lambda pair: (-pair[1], pair[0]))
    common = ", ".join(f"{sheet.cell(name, value)} ({count:,})" for value, count in counted[:5])
    return {"different": f"{len(counted):,}", "most common": common}


def _in_short(sheet: Sheet, name: str, rows: pl.DataFrame) -> str:
    """A column in a few words: "number, 2,700 to 6,300, 2 blank"."""
    cells, kind = rows[name].drop_nulls(), sheet.kind(name)
    said = [str(kind)]
    if cells.len() and name in sheet.measured:
        said.append(f"{sheet.cell(name, cells.min())} to {sheet.cell(name, cells.max())}")
    elif cells.len():
        said.append(f"{cells.n_unique():,} different")
    blank = rows[name].null_count()
    return ", ".join([*said, f"{blank:,} blank"] if blank else said)
