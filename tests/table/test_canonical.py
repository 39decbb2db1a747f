"""The order of rows, columns and categories depends on content alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handful.table.canonical import canonical_order, row_identity
from handful.table.column import Column, Kind
from handful.table.table import Table


def table(seed: int, rows: int = 20) -> Table:
    rng = np.random.default_rng(seed)
    number = rng.normal(size=rows)
    number[0] = np.nan
    words = np.array([*rng.choice(["red", "green", "blue"], rows), None], dtype=object)[:-1]
    twin = np.array([*rng.choice(["red", "green", "blue"], rows), None], dtype=object)[:-1]
    return Table(
        (
            Column("a", Kind.NUMBER, number),
            Column("b", Kind.CATEGORY, words),
            Column("c", Kind.CATEGORY, twin),
            Column("d", Kind.NUMBER, np.round(rng.normal(size=rows))),
        ),
        rows,
    )


def content(arranged: Table) -> list[tuple[object, ...]]:
    """The rows as they stand, categories by the order in which they come up."""
    shown: list[list[object]] = []
    for column in arranged:
        if column.kind is Kind.CATEGORY:
            seen: dict[object, int] = {}
            shown.append([seen.setdefault(value, len(seen)) for value in column.values])
        else:
            shown.append([None if np.isnan(value) else float(value) for value in column.values])
    return list(zip(*shown, strict=True))


@given(st.integers(0, 10_000))
def test_shuffled_rows_columns_and_names_arrange_to_the_same_table(seed):
    before = table(seed)
    rng = np.random.default_rng(seed + 1)
    shuffled = before.take(rng.permutation(len(before)))
    other = {"red": "z", "green": "y", "blue": "x"}
    columns = [
        Column(f"new {place}", column.kind, np.array([other.get(v, v) for v in column.values], dtype=object))
        if column.kind is Kind.CATEGORY
        else Column(f"new {place}", column.kind, column.values)
        for place, column in enumerate(shuffled)
    ]
    after = Table(tuple(columns[place] for place in rng.permutation(4)), len(before))
    assert content(canonical_order(before).arranged(before)) == content(
        canonical_order(after).arranged(after)
    )


def test_a_number_in_another_unit_keeps_its_place():
    before = table(0)
    columns = tuple(
        Column(c.name, c.kind, c.values * 2.54 + 3) if c.kind is Kind.NUMBER else c for c in before
    )
    after = Table(columns, len(before))
    assert canonical_order(before).rows.tolist() == canonical_order(after).rows.tolist()


def test_rows_are_identical_when_every_cell_is_and_only_then():
    twice = table(1).take(np.array([0, 1, 2, 1, 0]))
    assert row_identity(twice)[[0, 1]].tolist() == row_identity(twice)[[4, 3]].tolist()
    assert len(set(row_identity(twice).tolist())) == 3


def test_one_distinct_word_a_row_in_two_columns_is_not_taken_for_identical():
    words = np.array([*"abcdef", None], dtype=object)[:-1]
    both = Table((Column("x", Kind.CATEGORY, words), Column("y", Kind.CATEGORY, words[::-1])), 6)
    assert len(set(row_identity(both).tolist())) == 6
