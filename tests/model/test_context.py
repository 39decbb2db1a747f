"""Laws of what the model is shown: labelled rows and queries, before any weight of the model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.model.context import CELL, GUESSES, SLOT_WIDTH, TOLD, VALUE, Shown, fit_context
from tests.model.contexts import IS_NUMBER, awkward, context, planted, slots, table, targets

SEEDS = st.integers(0, 2**32 - 1)


def assert_same(one: Shown, other: Shown, atol: float = 1e-7) -> None:
    np.testing.assert_allclose(one.cells, other.cells, atol=atol)
    np.testing.assert_allclose(one.guesses, other.guesses, atol=atol)
    np.testing.assert_allclose(one.guessed, other.guessed, atol=atol)


def rows_of(shown: Shown, which: np.ndarray | slice) -> Shown:
    return Shown(shown.cells[:, which], shown.guesses[:, which], shown.guessed[:, which])


@given(SEEDS)
def test_a_query_is_shown_the_same_whatever_queries_stand_beside_it(seed):
    labelled, (asked, _) = context(seed), table(seed + 1, rows=7)
    together = labelled.shown_queries(asked, np)
    assert_same(labelled.shown_queries(asked[:, 3:5], np), rows_of(together, slice(3, 5)))


@given(SEEDS)
def test_permuting_the_labelled_rows_moves_them_and_changes_no_query(seed):
    labelled, (asked, _) = context(seed), table(seed + 1, rows=7)
    order = np.random.default_rng(seed).permutation(20)
    moved = fit_context(
        labelled.x[:, order], labelled.is_category, targets(seed)[:, order], IS_NUMBER, labelled.slots, np
    )
    assert_same(rows_of(labelled.shown(np), order), moved.shown(np))
    assert_same(labelled.shown_queries(asked, np), moved.shown_queries(asked, np))
    np.testing.assert_allclose(labelled.told(np)[:, order], moved.told(np), atol=1e-9)


@given(SEEDS)
def test_tables_of_a_batch_do_not_see_one_another(seed):
    both, (asked, _) = context(seed), table(seed + 1, rows=7)
    for i in range(2):
        alone = fit_context(
            both.x[[i]], both.is_category[[i]], targets(seed)[[i]], IS_NUMBER[[i]], both.slots, np
        )
        shown, other = alone.shown_queries(asked[[i]], np), both.shown_queries(asked, np)
        assert_same(shown, Shown(other.cells[[i]], other.guesses[[i]], other.guessed[[i]]))


@given(SEEDS, st.floats(1e-9, 1e9), st.floats(-100, 100))
def test_the_unit_and_the_origin_of_a_number_to_find_change_nothing_but_how_to_get_back(seed, unit, origin):
    labelled = context(seed)
    y = targets(seed)
    y[1] = unit * (y[1] + origin)
    moved = fit_context(labelled.x, labelled.is_category, y, IS_NUMBER, labelled.slots, np)
    assert_same(labelled.shown(np), moved.shown(np), atol=1e-6)
    np.testing.assert_allclose(labelled.told(np), moved.told(np), atol=1e-6)
    np.testing.assert_allclose((moved.center + moved.spread * moved.values)[1, :, 0], y[1], rtol=1e-9)


def test_renaming_the_classes_renames_what_is_guessed():
    labelled, name = context(0), np.array([2, 0, 1])
    y = targets(0)
    y[0] = name[y[0].astype(int)]
    renamed = fit_context(labelled.x, labelled.is_category, y, IS_NUMBER, labelled.slots, np)
    found, other = labelled.shown(np), renamed.shown(np)
    np.testing.assert_allclose(found.cells[0], other.cells[0], atol=1e-9)
    np.testing.assert_allclose(found.guessed[0], other.guessed[0][..., name], atol=1e-9)


def test_a_class_is_told_as_its_vector_and_a_number_in_two_scales():
    labelled = context(0)
    category, number = labelled.told(np)[..., :VALUE]
    code = targets(0)[0].astype(int)
    np.testing.assert_allclose(category[:, :SLOT_WIDTH], np.sqrt(SLOT_WIDTH) * labelled.slots.labels[code])
    np.testing.assert_array_equal(category[:, SLOT_WIDTH:], 0)
    z = (targets(0)[1] - targets(0)[1].mean()) / targets(0)[1].std()
    np.testing.assert_array_equal(number[:, :SLOT_WIDTH], 0)
    scales = [3 * np.tanh(z / 3), np.sign(z) * np.log1p(np.abs(z)), np.ones(20)]
    np.testing.assert_allclose(number[:, SLOT_WIDTH:], np.stack(scales, axis=1))


def test_what_is_to_be_found_is_told_as_nothing_but_whether_it_is_a_number():
    category, number = context(0).asked(np)[..., :VALUE]
    np.testing.assert_array_equal(category, 0)
    np.testing.assert_array_equal(number, np.eye(VALUE)[[-1]])


def test_every_row_is_told_how_large_the_context_is_and_how_good_the_guesses_are():
    labelled = context(0)
    told, asked = labelled.told(np)[..., VALUE:], labelled.asked(np)[..., VALUE:]
    assert told.shape[-1] == TOLD - VALUE
    np.testing.assert_array_equal(told, np.broadcast_to(asked, told.shape))
    np.testing.assert_allclose(asked[0, 0, :2], [np.log(20 / 64) / 2, np.log(5 / 8) / 2])
    np.testing.assert_array_equal(asked[:, 0, 2:], labelled.guesser.explained)


def test_a_cell_says_how_much_its_column_counts():
    labelled = context(0)
    found = labelled.shown(np).cells[..., -1]
    expected = np.sqrt(labelled.guesser.weight)[:, None] - 1
    np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape))


def test_a_labelled_row_asked_again_is_seen_as_the_same_cells():
    labelled = context(0)
    np.testing.assert_array_equal(labelled.shown_queries(labelled.x, np).cells, labelled.shown(np).cells)


@pytest.mark.parametrize("classes", [1, 2, 11, 300])
def test_any_number_of_classes_has_vectors_of_one_width(classes):
    x, is_category = table(0)
    shown = fit_context(x, is_category, targets(0, classes=classes), IS_NUMBER, slots(classes), np).shown(np)
    assert shown.cells.shape == (2, 20, 5, CELL)
    assert shown.guesses.shape == (2, 20, GUESSES, VALUE)
    assert shown.guessed.shape == (2, 20, GUESSES, classes)


@pytest.mark.parametrize("name", awkward())
@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_what_is_shown_is_finite_and_of_the_type_of_the_table(name, classes, kind):
    x, y = awkward()[name]
    labelled = planted(x.astype(kind), y, classes=classes)
    asked = labelled.shown_queries(np.nan_to_num(labelled.x[:, ::-1], nan=3.0), np)
    for shown in (labelled.shown(np), asked):
        for part in (shown.cells, shown.guesses, shown.guessed):
            assert np.isfinite(part).all()
            assert part.dtype == kind
    assert labelled.told(np).dtype == labelled.asked(np).dtype == kind
    assert np.isfinite(labelled.told(np)).all()


def test_nothing_that_was_passed_is_changed():
    x, is_category = table(0)
    y, before = targets(0), (x.copy(), is_category.copy(), targets(0))
    labelled = fit_context(x, is_category, y, IS_NUMBER, slots(3), np)
    labelled.shown_queries(x, np)
    for one, other in zip((x, is_category, y), before, strict=True):
        np.testing.assert_array_equal(one, other)
