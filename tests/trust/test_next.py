"""The rows worth labelling next: unsure ones, no two alike, and none that tells of itself alone."""

import numpy as np
import pytest

from handful.experts.examples import Examples
from handful.experts.linear import Linear
from handful.features import Features, Labels
from handful.trust.next import uncertainty, worth_labelling


def features_of(x: np.ndarray) -> Features:
    names = tuple(f"column {place}" for place in range(x.shape[1]))
    return Features(x.astype(np.float32), np.zeros(len(names), np.bool_), names, np.full(len(names), -1))


def two_classes() -> tuple[np.ndarray, Features, Examples]:
    """Answers to 60 queries, the queries, and eight labelled rows of two classes that lie left and right."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(8, 2)) + np.where(np.arange(8) % 2, 2.0, -2.0)[:, None]
    features, labels = features_of(x), Labels((np.arange(8) % 2).astype(np.float64), 2)
    queries = features_of(rng.normal(scale=2.0, size=(60, 2)))
    answers = Linear("linear", 0.5).fit(features, labels).predict(queries)
    folds, nothing = np.zeros(8, dtype=np.intp), np.zeros((8, 2), dtype=np.float32)
    return answers, queries, Examples(features, labels, np.arange(8), folds, nothing)


def test_as_many_as_are_asked_for_come_back_none_of_them_twice():
    answers, queries, examples = two_classes()
    places = worth_labelling(answers, queries, examples, 10)
    assert len(places) == len(set(places)) == 10
    assert set(places) <= set(range(60))
    assert set(worth_labelling(answers, queries, examples, 99)) == set(range(60))
    assert len(worth_labelling(answers[:0], queries.take(np.arange(0)), examples, 5)) == 0


def test_more_rows_asked_for_change_none_of_the_first():
    answers, queries, examples = two_classes()
    few, many = (worth_labelling(answers, queries, examples, count) for count in (3, 12))
    np.testing.assert_array_equal(few, many[:3])


def test_a_copy_is_not_chosen_next_to_its_twin():
    answers, queries, examples = two_classes()
    twice = np.tile(np.arange(60), 2)
    places = worth_labelling(answers[twice], queries.take(twice), examples, 12)
    assert len(set(places % 60)) == 12


def test_a_query_that_is_a_labelled_row_again_is_not_chosen():
    _, _, examples = two_classes()
    x = np.vstack([examples.features.values, np.random.default_rng(1).normal(size=(20, 2))])
    doubtful = np.full((28, 2), 0.5)
    assert (worth_labelling(doubtful, features_of(x), examples, 5) >= 8).all()


def test_of_two_regions_the_unsure_one_comes_first():
    _, _, examples = two_classes()
    rng = np.random.default_rng(2)
    x = rng.normal(scale=0.5, size=(40, 2)) + np.where(np.arange(40) < 20, 8.0, -8.0)[:, None]
    sure = np.tile([0.99, 0.01], (40, 1))
    sure[20:] = 0.5
    assert worth_labelling(sure, features_of(x), examples, 1)[0] >= 20


def test_a_lonely_row_is_not_the_first():
    """An outlier is as unsure as any, but its label tells of no other row."""
    _, _, examples = two_classes()
    x = np.random.default_rng(3).normal(scale=0.5, size=(40, 2)) + 6.0
    x[0] = -20.0
    assert worth_labelling(np.full((40, 2), 0.5), features_of(x), examples, 1)[0] != 0


def test_the_order_of_the_queries_changes_no_choice():
    answers, queries, examples = two_classes()
    order = np.random.default_rng(4).permutation(60)
    here = worth_labelling(answers, queries, examples, 8)
    there = worth_labelling(answers[order], queries.take(order), examples, 8)
    np.testing.assert_array_equal(here, order[there])


def test_uncertainty_is_entropy_or_the_width_of_the_interval():
    even = uncertainty(np.array([[1 / 3] * 3, [1.0, 0.0, 0.0], [0.6, 0.3, 0.1]]), 3)
    assert even[0] == pytest.approx(1)
    assert even[1] == pytest.approx(0, abs=1e-6)
    assert even[1] < even[2] < even[0]
    ramp = np.linspace(-1, 1, 99)
    np.testing.assert_allclose(uncertainty(np.stack([ramp, 2 * ramp]), 0), [0.5, 1.0])
