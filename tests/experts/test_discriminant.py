"""Laws of the discriminant: it finds classes that spread alike, and is certain only of what rows left out bear out."""

import numpy as np
import pytest

from handful.experts.discriminant import SHARPNESSES, SHRINKAGES, Discriminant
from handful.features import Features, Labels

CLASSES = 3


def rows_of(codes: np.ndarray, *, width: int = 100, apart: float = 1.5, seed: int = 0) -> Features:
    """Gaussian classes of one covariance, most of whose variance lies in five directions that tell nothing."""
    fixed, rng = np.random.default_rng(99), np.random.default_rng(seed)
    means = fixed.normal(size=(CLASSES, width)) / np.sqrt(width)
    loud = np.linalg.qr(fixed.normal(size=(width, 5)))[0]
    noise = rng.normal(size=(len(codes), width)) * 0.3 / np.sqrt(width)
    values = apart * means[codes] + noise + 2 * rng.normal(size=(len(codes), 5)) @ loud.T
    return Features(
        values.astype(np.float32), np.zeros(width, dtype=np.bool_), ("e",) * width, np.zeros(width, np.intp)
    )


def labels_of(codes: np.ndarray, classes: int = CLASSES) -> Labels:
    return Labels(codes.astype(np.float64), classes)


def log_loss(shares: np.ndarray, codes: np.ndarray) -> float:
    return float(-np.log(shares[np.arange(len(codes)), codes]).mean())


CODES = np.arange(36) % CLASSES
FRESH = np.arange(90) % CLASSES


def test_classes_that_spread_alike_are_found_where_the_nearest_mean_is_lost():
    context, fresh = rows_of(CODES), rows_of(FRESH, seed=1)
    shares = Discriminant().fit(context, labels_of(CODES)).predict(fresh)
    means = np.stack([context.values[code == CODES].mean(axis=0) for code in range(CLASSES)])
    nearest = np.square(fresh.values[:, None] - means).sum(axis=2).argmin(axis=1)
    assert (nearest == FRESH).mean() < 0.8
    assert (shares.argmax(axis=1) == FRESH).mean() > 0.9
    assert log_loss(shares, FRESH) < 0.4


@pytest.mark.parametrize("rows", [3, 6, 36])
def test_probabilities_sum_to_one_and_a_class_without_a_row_gets_none(rows):
    codes = CODES[:rows]
    shares = Discriminant().fit(rows_of(codes), labels_of(codes, CLASSES + 2)).predict(rows_of(FRESH, seed=1))
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_array_equal(shares[:, CLASSES:], 0)
    assert (shares[:, :CLASSES] > 0).all()


def test_one_row_of_each_class_is_enough_to_answer_with_the_nearest_and_without_certainty():
    codes = np.arange(CLASSES)
    context = rows_of(codes)
    shares = Discriminant().fit(context, labels_of(codes)).predict(context)
    np.testing.assert_array_equal(shares.argmax(axis=1), codes)
    assert shares.max() < 0.999


def test_one_class_alone_is_answered():
    codes = np.zeros(4, dtype=int)
    np.testing.assert_allclose(
        Discriminant().fit(rows_of(codes), labels_of(codes)).predict(rows_of(FRESH)), np.eye(3)[FRESH * 0]
    )


def test_the_space_of_the_rows_gives_what_the_whole_space_gives():
    """Linear discriminant analysis with the whole covariance inverted, at each shrinkage and sharpness of the grid."""
    context, fresh = rows_of(CODES), rows_of(FRESH, seed=1)
    ours = Discriminant().fit(context, labels_of(CODES)).predict(fresh)
    rows, asked = context.values.astype(np.float64), fresh.values.astype(np.float64)
    means = np.stack([rows[code == CODES].mean(axis=0) for code in range(CLASSES)])
    within = rows - means[CODES]
    covariance = within.T @ within / (len(rows) - CLASSES)
    misses = []
    for shrinkage in SHRINKAGES:
        even = np.eye(len(covariance)) * np.trace(covariance) / len(covariance)
        inverse = np.linalg.inv((1 - shrinkage) * covariance + shrinkage * even)
        apart = asked[:, None] - means
        distance = np.einsum("rcd,de,rce->rc", apart, inverse, apart)
        for sharpness in SHARPNESSES:
            scores = np.exp(-sharpness * (distance - distance.min(axis=1, keepdims=True)) / 2)
            misses.append(np.abs(scores / scores.sum(axis=1, keepdims=True) - ours).max())
    assert sorted(misses)[0] < 1e-9
    assert sorted(misses)[1] > 1e-3


def test_labels_that_mean_nothing_leave_the_answers_near_the_shares_of_the_classes():
    context, fresh = rows_of(CODES), rows_of(FRESH, seed=1)
    shuffled = [np.random.default_rng(seed).permutation(CODES) for seed in range(6)]
    answers = [Discriminant().fit(context, labels_of(codes)).predict(fresh) for codes in shuffled]
    assert np.mean([shares.max(axis=1).mean() for shares in answers]) < 0.5
    assert np.mean([log_loss(shares, FRESH) for shares in answers]) < np.log(CLASSES) + 0.1


def test_a_handful_told_apart_without_a_slip_is_not_answered_with_certainty():
    codes = np.arange(4) % 2
    context = rows_of(codes, apart=5)
    shares = Discriminant().fit(context, labels_of(codes, 2)).predict(rows_of(codes, apart=5, seed=2))
    np.testing.assert_array_equal(shares.argmax(axis=1), codes)
    assert 0.6 < shares.max(axis=1).mean() < 0.99


def test_a_blank_embedding_is_answered_by_a_row_at_the_center_of_the_context():
    centred = rows_of(CODES)
    centred = Features(
        centred.values - centred.values.mean(axis=0),
        centred.is_category,
        centred.column,
        centred.embedding,
    )
    fitted = Discriminant().fit(centred, labels_of(CODES))
    blank = Features(
        np.full((1, 100), np.nan, np.float32), centred.is_category, centred.column, centred.embedding
    )
    shares = fitted.predict(blank)
    assert np.isfinite(shares).all()
    np.testing.assert_allclose(shares.sum(), 1)
    assert shares.max() < 0.6


def test_it_is_asked_only_where_something_is_embedded():
    context = rows_of(CODES)
    plain = Features(context.values, context.is_category, context.column, np.full(100, -1))
    assert Discriminant().suits(context, labels_of(CODES))
    assert not Discriminant().suits(plain, labels_of(CODES))
