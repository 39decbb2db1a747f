"""What the model sees of a cell depends on how the value stands among the context's, and on nothing else."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from handful.model.cells import CODES, FIELDS, cells
from tests.model.contexts import slots, table

SEEDS = st.integers(0, 2**32 - 1)
CODE_VECTORS = slots(1).codes
BLANK, CATEGORY = 2, 3


def seen(context: np.ndarray, rows: np.ndarray, is_category: np.ndarray) -> np.ndarray:
    return cells(context, rows, is_category, CODE_VECTORS, np)


@given(SEEDS)
def test_a_row_is_seen_the_same_whatever_rows_stand_beside_it(seed):
    context, is_category = table(seed)
    rows, _ = table(seed + 1, rows=6)
    alone = seen(context, rows[:, 2:3], is_category)
    np.testing.assert_array_equal(alone, seen(context, rows, is_category)[:, 2:3])


@given(SEEDS)
def test_the_order_of_the_context_changes_nothing(seed):
    context, is_category = table(seed)
    rows, _ = table(seed + 1, rows=6)
    moved = np.random.default_rng(seed).permutation(context, axis=1)
    np.testing.assert_allclose(seen(context, rows, is_category), seen(moved, rows, is_category), atol=1e-9)


@given(SEEDS)
def test_a_blank_cell_is_flagged_and_says_nothing_else_than_its_column_s_kind(seed):
    context, is_category = table(seed)
    rows, _ = table(seed + 1, blank=0.5)
    found = seen(context, rows, is_category)
    np.testing.assert_array_equal(found[..., BLANK], np.isnan(rows))
    np.testing.assert_array_equal(found[..., CATEGORY], np.broadcast_to(is_category[:, None], rows.shape))
    rest = np.delete(found[np.isnan(rows)], [BLANK, CATEGORY], axis=1)
    np.testing.assert_array_equal(rest, 0)


@given(SEEDS)
def test_blank_cells_of_the_context_are_as_if_they_were_not_there(seed):
    context, is_category = table(seed, columns=1)
    rows, _ = table(seed + 1, rows=6, columns=1)
    kept = np.stack([context[i][~np.isnan(context[i])][:8, None] for i in range(2)])
    with_blanks = np.concatenate([kept, np.full((2, 5, 1), np.nan)], axis=1)
    np.testing.assert_allclose(seen(kept, rows, is_category), seen(with_blanks, rows, is_category), atol=1e-9)


@given(SEEDS, st.floats(1e-9, 1e9), st.floats(-1000, 1000))
def test_the_unit_and_the_origin_of_a_number_change_nothing(seed, unit, origin):
    context, is_category = table(seed)
    rows, _ = table(seed + 1)
    number = ~is_category[:, None]
    spread = np.nan_to_num(np.nanstd(context, axis=1, keepdims=True), nan=1.0)

    def moved(x: np.ndarray) -> np.ndarray:
        return np.where(number, unit * (x + origin * spread), x)

    before, after = seen(context, rows, is_category), seen(moved(context), moved(rows), is_category)
    fields = [
        0,
        BLANK,
        CATEGORY,
        *range(4, before.shape[-1]),
    ]  # rounding may make or break ties, which are ranks
    np.testing.assert_allclose(before[..., fields], after[..., fields], atol=1e-4)
    doubled = seen(np.where(number, 2 * context, context), np.where(number, 2 * rows, rows), is_category)
    np.testing.assert_allclose(before, doubled, atol=1e-9)


@given(SEEDS)
def test_renaming_the_codes_of_a_column_changes_code_vectors_alone(seed):
    context, _ = table(seed)
    is_category = np.ones((2, 5), bool)
    context = np.where(np.isnan(context), np.nan, np.abs(context).round() % 5)
    name = np.random.default_rng(seed).permutation(5)
    renamed = np.where(np.isnan(context), np.nan, name[np.nan_to_num(context).astype(int)])
    before, after = seen(context, context, is_category), seen(renamed, renamed, is_category)
    np.testing.assert_allclose(before[..., :FIELDS], after[..., :FIELDS])
    assert (before[..., FIELDS:] != after[..., FIELDS:])[renamed != context].any() or (name == range(5)).all()


def test_the_same_code_has_one_vector_in_a_column_and_another_in_another_column():
    rows = np.array([[[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]])
    vectors = seen(rows, rows, np.ones((1, 2), bool))[0, ..., FIELDS:]
    np.testing.assert_array_equal(vectors[0], vectors[2])
    assert not np.allclose(vectors[0, 0], vectors[1, 0])
    assert not np.allclose(vectors[0, 0], vectors[0, 1])


def test_more_codes_than_there_are_vectors_are_folded():
    rows = np.array([[[3.0], [3.0 + CODES], [3.0 + 40 * CODES]]])
    vectors = seen(rows, rows, np.ones((1, 1), bool))[0, :, 0, FIELDS:]
    np.testing.assert_array_equal(vectors, vectors[:1].repeat(3, axis=0))


def test_a_number_is_its_z_score_and_its_middle_rank():
    context = np.array([[[1.0], [2.0], [2.0], [7.0]]])
    found = seen(context, np.array([[[2.0], [9.0]]]), np.zeros((1, 1), bool))[0, :, 0]
    z = (np.array([2.0, 9.0]) - 3.0) / np.sqrt(5.5)
    np.testing.assert_allclose(found[:, 0], 5 * np.tanh(z / 5))
    np.testing.assert_allclose(found[:, 1], np.sqrt(3) * np.array([0.0, 1.0]))


def test_a_category_says_how_often_its_code_occurs():
    context = np.array([[[0.0], [0.0], [0.0], [1.0]]])
    found = seen(context, np.array([[[0.0], [1.0], [2.0]]]), np.ones((1, 1), bool))[0, :, 0, 4]
    np.testing.assert_allclose(found, np.log([4.0, 2.0, 1.0]) - 1)


def test_what_is_seen_is_of_the_type_of_the_table():
    context, is_category = table(0)
    single = cells(context.astype("f4"), context.astype("f4"), is_category, CODE_VECTORS.astype("f4"), np)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, seen(context, context, is_category), atol=1e-4)


def test_the_largest_and_the_smallest_numbers_are_seen_without_a_warning():
    x = np.array([1e100, -1e100, 1e-100, 0.0, 1e30])[None, :, None]
    assert np.isfinite(seen(x, x, np.zeros((1, 1), bool))).all()
    assert np.isfinite(seen(0 * x, x, np.zeros((1, 1), bool))).all()
