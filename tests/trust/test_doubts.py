"""A label that looks wrong is named, and a right one seldom."""

from dataclasses import replace

import numpy as np
import pytest

from handful.distribution import floored
from handful.experts.blend import out_of_fold
from handful.experts.examples import Examples
from handful.experts.folds import ALWAYS_INSIDE, split_folds
from handful.experts.linear import Linear
from handful.features import Features, Labels
from handful.trust.doubts import Doubts, chances_of_error, find_doubts

PLACES = 1000
"""Where the first row stands in the table that was learnt from."""


def held_out(x: np.ndarray, labels: Labels) -> Examples:
    """What a linear expert said of each row when it was held out."""
    columns = tuple(f"column {place}" for place in range(x.shape[1]))
    features = Features(
        x.astype(np.float32), np.zeros(len(columns), np.bool_), columns, np.full(len(columns), -1)
    )
    folds = split_folds(labels)
    said = out_of_fold((Linear("linear", 0.5),), features, labels, folds)[0]
    said = floored(said) if labels.classes else said
    return Examples(features, labels, PLACES + np.arange(len(labels)), folds, said.astype(np.float32))


def blobs(flipped: tuple[int, ...] = (), rows: int = 90, apart: float = 3.0) -> Examples:
    """Three classes that lie apart; the label of the flipped ones is that of the next class."""
    rng = np.random.default_rng(1)
    code = np.arange(rows) % 3
    x = apart * np.eye(3)[code] + rng.normal(scale=0.5, size=(rows, 3))
    code[list(flipped)] = (code[list(flipped)] + 1) % 3
    return held_out(x, Labels(code.astype(np.float64), 3))


def line(moved: tuple[int, ...] = (), rows: int = 80) -> Examples:
    """A number that goes with a column; the moved ones are far from the line."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(rows, 2))
    y = x[:, 0] + rng.normal(scale=0.1, size=rows)
    y[list(moved)] = -2 * np.sign(y[list(moved)])
    return held_out(x, Labels(y, 0))


def test_flipped_labels_come_first_with_the_class_that_they_had():
    examples = blobs(flipped=(7, 40, 71))
    doubts = find_doubts(examples)
    assert set(doubts.rows[:3]) == {PLACES + 7, PLACES + 40, PLACES + 71}
    np.testing.assert_array_equal(doubts.better[:3], (doubts.rows[:3] - PLACES) % 3)
    np.testing.assert_array_equal(doubts.labels[:3], (doubts.better[:3] + 1) % 3)
    assert (doubts.wrong[:3] > 0.5).all()


def test_the_most_doubtful_come_first_and_about_as_many_as_are_expected():
    doubts = find_doubts(blobs(flipped=tuple(range(0, 90, 9)), apart=1.5))
    assert (np.diff(doubts.wrong) <= 0).all()
    assert 0 < len(doubts) <= round(doubts.expected) <= doubts.judged


def test_a_clean_table_whose_classes_lie_apart_has_no_doubts():
    assert len(find_doubts(blobs())) == 0
    assert len(find_doubts(line())) == 0


def test_a_table_that_nothing_explains_has_few_doubts():
    """Where no label can be told, none can be told to be wrong."""
    assert len(find_doubts(blobs(apart=0.0))) <= 3


def test_moved_numbers_come_first_with_what_was_expected():
    doubts = find_doubts(line(moved=(3, 50)))
    assert set(doubts.rows[:2]) == {PLACES + 3, PLACES + 50}
    assert (np.abs(doubts.better[:2] - doubts.labels[:2]) > 1).all()


def test_numbers_are_judged_in_units_of_their_own_spread():
    """Two labels that are as far from what is expected: the surer answer doubts more."""
    labels = Labels(np.array([0.0] * 30 + [2.0, 2.0]), 0)
    spread = np.where(np.arange(32) == 31, 1.5, 0.3)
    examples = line()
    ramp = np.linspace(-2.3, 2.3, examples.held_out.shape[1])
    said = (spread[:, None] * ramp).astype(np.float32)
    examples = replace(
        examples.take(np.arange(32)), labels=labels, held_out=said, folds=np.zeros(32, np.intp)
    )
    wrong, _ = chances_of_error(examples)
    assert wrong[30] > 2 * wrong[31]


def test_rows_that_were_never_held_out_are_not_doubted():
    examples = blobs(flipped=(7,))
    folds = np.where(np.arange(len(examples)) == 7, ALWAYS_INSIDE, examples.folds)
    assert PLACES + 7 not in find_doubts(replace(examples, folds=folds)).rows
    nobody = replace(examples, folds=np.full(len(examples), ALWAYS_INSIDE))
    assert isinstance(find_doubts(nobody), Doubts)
    assert len(find_doubts(nobody)) == 0


@pytest.mark.parametrize(
    "examples", [blobs(flipped=(7, 40)), line(moved=(3, 50))], ids=["classes", "numbers"]
)
def test_the_order_of_the_rows_changes_no_doubt(examples):
    order = np.random.default_rng(0).permutation(len(examples))
    here, there = find_doubts(examples), find_doubts(examples.take(order))
    np.testing.assert_array_equal(here.rows, there.rows)
    np.testing.assert_allclose(here.wrong, there.wrong)


def test_chances_are_calibrated_where_answers_are():
    """Answers that know the right labels' chances, one label in ten flipped: the doubts add up to those flipped."""
    rng = np.random.default_rng(3)
    said = rng.dirichlet([0.2, 0.2, 0.2], 2000)
    truth = np.array([rng.choice(3, p=each) for each in said])
    flipped = rng.random(2000) < 0.1
    given = np.where(flipped, (truth + rng.integers(1, 3, 2000)) % 3, truth)
    examples = blobs(rows=2000)
    examples = replace(examples, labels=Labels(given.astype(np.float64), 3), held_out=said.astype(np.float32))
    wrong, _ = chances_of_error(examples)
    assert wrong.sum() == pytest.approx(flipped.sum(), rel=0.2)
    assert flipped[wrong > 0.8].mean() > 0.75
