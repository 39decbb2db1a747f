"""What the outputs mean is a distribution, whatever the outputs are."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.model.context import fit_context
from handful.model.guesses import GUESSES
from handful.model.heads import FLOOR, Outputs, probabilities, quantiles
from tests.model.contexts import IS_NUMBER, context, slots, table, targets

SEEDS = st.integers(0, 2**32 - 1)
QUERIES, LEVELS = 6, 9


def outputs(seed: int, rows: int = 20) -> Outputs:
    random = np.random.default_rng(seed)
    return Outputs(
        random.dirichlet(np.full(rows, 0.3), (2, QUERIES)),
        random.dirichlet(np.ones(1 + GUESSES), (2, QUERIES)),
        np.exp(random.uniform(-2, 2, (2, QUERIES, 1))),
        random.exponential(size=(2, QUERIES, LEVELS)).cumsum(axis=-1) - 2,
    )


def certain(row: int | None = None, guess: int | None = None) -> Outputs:
    """All that counts is one labelled row, or one of the guesses."""
    weights = np.zeros((2, QUERIES, 20))
    weights[..., row or 0] = 1
    mix = np.zeros((2, QUERIES, 1 + GUESSES))
    mix[..., 0 if guess is None else 1 + guess] = 1
    return replace(outputs(0), weights=weights, mix=mix, sharpness=np.ones((2, QUERIES, 1)))


def guesses(seed: int, classes: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.3, 0.5, (2, QUERIES, GUESSES, classes))


@given(SEEDS, st.integers(2, 20))
def test_probabilities_sum_to_one_and_no_class_of_the_context_is_impossible(seed, classes):
    labelled = context(seed, classes=classes)
    found = probabilities(outputs(seed), labelled, guesses(seed, classes), np)[0]
    np.testing.assert_allclose(found.sum(axis=-1), 1)
    assert (found >= FLOOR / classes * 0.999).all()


@given(SEEDS)
def test_a_class_that_the_context_lacks_gets_nothing(seed):
    x, is_category = table(seed)
    labelled = fit_context(x, is_category, targets(seed, classes=3), IS_NUMBER, slots(5), np)
    found = probabilities(outputs(seed), labelled, guesses(seed, 5), np)[0]
    np.testing.assert_array_equal(found[:, 3:], 0)
    np.testing.assert_allclose(found.sum(axis=-1), 1)


def test_one_class_is_certain():
    labelled = context(0, classes=1)
    np.testing.assert_allclose(probabilities(outputs(0), labelled, guesses(0, 1), np)[0], 1)


@given(SEEDS)
def test_quantiles_never_fall(seed):
    found = quantiles(outputs(seed), context(seed), guesses(seed))[1]
    assert (np.diff(found, axis=-1) >= 0).all()


@pytest.mark.parametrize("row", [0, 7, 19])
def test_a_row_that_decides_alone_gives_its_target(row):
    labelled = context(0)
    found = probabilities(certain(row), labelled, guesses(0), np)[0]
    np.testing.assert_allclose(found, np.broadcast_to(labelled.values[0, row], found.shape), atol=FLOOR)
    around = quantiles(certain(row), labelled, guesses(0))[1] - certain(row).offsets[1]
    np.testing.assert_allclose(around, labelled.values[1, row, 0])


@pytest.mark.parametrize("guess", range(GUESSES))
def test_a_guess_that_decides_alone_is_the_answer(guess):
    labelled, guessed = context(0), np.abs(guesses(0)) + 0.1
    found = probabilities(certain(guess=guess), labelled, guessed, np)[0]
    shares = guessed[0, :, guess] / guessed[0, :, guess].sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(found, shares, atol=FLOOR)
    around = quantiles(certain(guess=guess), labelled, guessed)[1] - certain(guess=guess).offsets[1]
    np.testing.assert_allclose(around, guessed[1, :, [guess], 0].T * np.ones(LEVELS))


@pytest.mark.parametrize("classes", [2, 20])
def test_sharpening_favours_the_likely_and_keeps_the_order(classes):
    labelled, guessed = context(0, classes=classes), np.abs(guesses(0, classes)) + 0.1
    flat, plain, sharp = (
        probabilities(replace(outputs(0), sharpness=power), labelled, guessed, np)[0]
        for power in (np.exp(-2.0), 1.0, np.exp(2.0))
    )
    assert (flat.max(axis=-1) < plain.max(axis=-1)).all()
    assert (plain.max(axis=-1) < sharp.max(axis=-1)).all()
    np.testing.assert_array_equal(flat.argsort(axis=-1), plain.argsort(axis=-1))


def test_many_classes_all_alike_stay_probabilities_when_sharpened():
    x, is_category = table(0, rows=300)
    y = np.stack([np.arange(300.0), np.arange(300.0)])
    labelled = fit_context(x, is_category, y, IS_NUMBER, slots(300), np)
    said = replace(outputs(0, rows=300), weights=np.full((2, QUERIES, 300), 1 / 300), sharpness=np.exp(2.0))
    found = probabilities(said, labelled, np.full((2, QUERIES, GUESSES, 300), 1 / 300), np)[0]
    np.testing.assert_allclose(found, 1 / 300)


def test_a_guess_of_less_than_nothing_still_gives_probabilities():
    found = probabilities(certain(guess=1), context(0), np.full((2, QUERIES, GUESSES, 3), -2.0), np)[0]
    np.testing.assert_allclose(found, 1 / 3)


def test_the_type_of_the_outputs_is_kept():
    labelled = context(0)
    single = replace(labelled, values=labelled.values.astype("f4"))
    said = Outputs(*(getattr(certain(0), field.name).astype("f4") for field in fields(Outputs)))
    assert probabilities(said, single, guesses(0).astype("f4"), np).dtype == np.float32
    assert quantiles(said, single, guesses(0).astype("f4")).dtype == np.float32
