"""Laws of embeddings made narrow: scores leave their own row out, and sizes go by what each embedding tells."""

from dataclasses import replace

import numpy as np
import pytest

from handful.experts.folds import even_folds
from handful.experts.projection import (
    MOST_DIRECTIONS,
    MOST_FOLDS,
    MOST_SCORES,
    PENALTIES,
    ROWS_A_DIRECTION,
    _left_out,
    _thin_svd,
    fit_projection,
)
from handful.features import Features, Labels

WIDTH = 150
TELLING, USELESS = 2.0, 0.0


def codes(rows: int, classes: int = 2) -> Labels:
    return Labels((np.arange(rows) % classes).astype(np.float64), classes)


def embedding(labels: Labels, signal: float, seed: int = 0, width: int = WIDTH) -> np.ndarray:
    """(row, coordinate) noise, shifted by the class or the number in one direction each, the same for every seed."""
    place = np.random.default_rng(99).normal(size=(max(labels.classes, 1), width)) / np.sqrt(width)
    shift = place[labels.values.astype(int)] if labels.classes else labels.values[:, None] * place
    noise = np.random.default_rng(seed).normal(size=(len(labels), width)) / np.sqrt(width)
    return (noise + signal * shift).astype(np.float32)


def features(*embeddings: np.ndarray, plain: np.ndarray | None = None) -> Features:
    """Features that stand for themselves, the last of them a category, then each embedding as a column of its own."""
    plain = np.zeros((len(embeddings[0]), 0)) if plain is None else plain
    names = [f"plain{place}" for place in range(plain.shape[1])]
    number = [-1] * plain.shape[1]
    for place, block in enumerate(embeddings):
        names += [f"embedded{place}"] * block.shape[1]
        number += [place] * block.shape[1]
    is_category = np.arange(len(names)) == plain.shape[1] - 1
    values = np.hstack([plain, *embeddings]).astype(np.float32)
    return Features(values, is_category, tuple(names), np.array(number, dtype=np.intp))


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one, other)[0, 1])


def length(values: np.ndarray) -> float:
    return float(np.sqrt(np.square(values).sum(axis=1).mean()))


def test_features_without_embeddings_come_back_as_they_are():
    given = features(plain=np.random.default_rng(0).normal(size=(10, 3)))
    projection, shown = fit_projection(given, codes(10))
    assert shown is given
    assert projection.whole(given) is given
    assert projection.narrow(given) is given


def test_what_stands_for_itself_stays_and_comes_first():
    labels = codes(20)
    plain = np.random.default_rng(1).normal(size=(20, 3)).astype(np.float32)
    plain[4, 1] = np.nan
    given = features(embedding(labels, TELLING), embedding(labels, USELESS, 5), plain=plain)
    projection, shown = fit_projection(given, labels)
    for seen in (shown, projection.narrow(given)):
        np.testing.assert_array_equal(seen.values[:, :3], plain)
        np.testing.assert_array_equal(np.flatnonzero(seen.is_category), [2])
        assert (seen.embedding == -1).all()
        names = sorted(seen.column[3:])
        assert seen.column == ("plain0", "plain1", "plain2", *names)
        assert set(names) == {"embedded0", "embedded1"}
    np.testing.assert_array_equal(projection.whole(given).values[:, :3], plain)


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_left_out_residuals_are_those_of_a_regression_refitted_without_the_fold(classes):
    rng = np.random.default_rng(classes)
    matrix, penalty = rng.normal(size=(14, 6)), 0.7
    targets, folds = rng.normal(size=(14, 2)), even_folds(codes(14, classes or 7), 4)
    left, sizes, _ = _thin_svd(matrix - matrix.mean(axis=0))
    centred = targets - targets.mean(axis=0)
    shares = sizes**2 / (sizes**2 + penalty)
    ours = _left_out(left, shares, centred - left @ (shares[:, None] * (left.T @ centred)), folds)
    for fold in np.unique(folds):
        inside, outside = folds != fold, folds == fold
        rows, known = matrix[inside] - matrix[inside].mean(axis=0), targets[inside]
        weights = np.linalg.solve(rows.T @ rows + penalty * np.eye(6), rows.T @ (known - known.mean(axis=0)))
        said = known.mean(axis=0) + (matrix[outside] - matrix[inside].mean(axis=0)) @ weights
        np.testing.assert_allclose(ours[outside], targets[outside] - said, rtol=1e-4, atol=1e-5)


def test_a_useless_embedding_gets_no_score_or_one_that_hardly_follows_the_labels_of_its_own_rows():
    """A score that had seen its own row would follow it almost perfectly: there are more coordinates than rows."""
    labels, own, naive = codes(40), [], []
    for seed in range(16):
        given = features(embedding(labels, USELESS, seed))
        projection, shown = fit_projection(given, labels)
        if shown.values.shape[1] > 40 // ROWS_A_DIRECTION:
            own.append(correlation(shown.values[:, 0], labels.values))
            naive.append(correlation(projection.narrow(given).values[:, 0], labels.values))
    assert 0 < len(own) < 12
    assert min(naive) > 0.8
    assert max(own) < 0.6


def test_a_score_that_errs_more_than_the_mean_does_is_not_shown():
    """Each row has a twin of the opposite label, in another fold: what remains always says the opposite."""
    half = np.arange(1.0, 17.0)
    labels = Labels(np.concatenate([half, -half]), 0)
    twins = np.tile(np.random.default_rng(0).normal(size=(16, WIDTH)), (2, 1))
    _, shown = fit_projection(features(twins), labels)
    assert shown.values.shape[1] == 32 // ROWS_A_DIRECTION


def test_embeddings_of_one_column_are_seen_together():
    """One of them tells the first label of two, the other tells the second: one score has both."""
    one, other = np.random.default_rng(4).normal(size=(2, 80))
    labels = Labels(one + other, 0)
    blocks = [embedding(Labels(part, 0), 4.0, seed) for seed, part in enumerate((one, 100 * other))]
    apart = features(*blocks)
    projection, shown = fit_projection(replace(apart, column=("text",) * len(apart.column)), labels)
    assert len(projection.lenses) == 1
    assert shown.values.shape[1] == 1 + MOST_DIRECTIONS
    assert shown.column == ("text",) * shown.values.shape[1]
    single = fit_projection(features(blocks[0]), labels)[1].values[:, 0]
    together = correlation(shown.values[:, 0], labels.values)
    assert together > 0.85
    assert together > correlation(single, labels.values) + 0.1


@pytest.mark.parametrize("rows", [8, 16, 40])
def test_few_rows_see_a_direction_for_each_eight_of_them_beside_the_scores(rows):
    _, shown = fit_projection(features(embedding(codes(rows), 8.0)), codes(rows))
    assert shown.values.shape[1] == 1 + rows // ROWS_A_DIRECTION


def test_scores_of_a_useful_embedding_follow_the_labels_of_rows_left_out_and_of_new_rows_alike():
    labels = codes(40)
    projection, shown = fit_projection(features(embedding(labels, TELLING)), labels)
    fresh = projection.narrow(features(embedding(labels, TELLING, seed=7)))
    left_out, new = (correlation(seen.values[:, 0], labels.values) for seen in (shown, fresh))
    assert left_out > 0.6
    assert new > 0.6
    assert abs(left_out - new) < 0.2


@pytest.mark.parametrize("classes", [0, 2, 4])
def test_a_query_that_equals_a_row_of_the_context_gets_its_directions_and_nearly_its_scores(classes):
    labels = codes(80, classes) if classes else Labels(np.random.default_rng(3).normal(size=80), 0)
    given = features(embedding(labels, 4.0, width=30))
    projection, shown = fit_projection(given, labels)
    again = projection.narrow(given).values
    scores = {0: 1, 2: 1}.get(classes, classes)
    assert shown.values.shape == again.shape == (80, scores + MOST_DIRECTIONS)
    np.testing.assert_allclose(again[:, scores:], shown.values[:, scores:], atol=1e-5)
    for place in range(scores):
        assert correlation(again[:, place], shown.values[:, place]) > 0.95
    assert np.abs(again[:, :scores] - shown.values[:, :scores]).max() > 1e-3  # its own fold was left out


def test_a_row_is_shown_the_same_whatever_rows_stand_beside_it():
    labels = codes(30, 3)
    given = features(embedding(labels, TELLING))
    projection, _ = fit_projection(given, labels)
    narrow, whole = projection.narrow(given).values, projection.whole(given).values
    for row in range(0, 30, 7):
        alone = given.take(np.array([row]))
        np.testing.assert_allclose(projection.narrow(alone).values, narrow[[row]], atol=1e-6)
        np.testing.assert_array_equal(projection.whole(alone).values, whole[[row]])


def test_rows_whose_embedding_is_blank_stay_blank_and_change_nobody_else():
    labels = codes(36, 3)
    vectors = embedding(labels, TELLING)
    blank = np.isin(np.arange(36), [0, 7, 20, 35])
    vectors[blank] = np.nan
    given = features(vectors, plain=np.zeros((36, 1)))
    projection, shown = fit_projection(given, labels)
    without, expected = fit_projection(given.take(~blank), labels.take(~blank))
    np.testing.assert_array_equal(shown.values[~blank], expected.values)
    np.testing.assert_array_equal(projection.lenses[0].directions, without.lenses[0].directions)
    for seen in (shown, projection.narrow(given), projection.whole(given)):
        np.testing.assert_array_equal(np.isnan(seen.values[:, 1:]).all(axis=1), blank)
        assert not np.isnan(seen.values[~blank]).any()
        assert not np.isnan(seen.values[:, 0]).any()


@pytest.mark.parametrize("classes", [0, 2, 5])
def test_the_more_an_embedding_tells_the_larger_it_is_seen_whole(classes):
    labels = codes(60, classes) if classes else Labels(np.random.default_rng(3).normal(size=60), 0)
    given = features(embedding(labels, USELESS, 1), 100 * embedding(labels, TELLING, 2))
    projection, _ = fit_projection(given, labels)
    whole = projection.whole(given).values
    assert length(whole[:, WIDTH:]) > 3 * length(whole[:, :WIDTH])


def test_the_unit_of_an_embedding_changes_nothing():
    labels = codes(40)
    given = embedding(labels, TELLING)
    (one, shown), (other, scaled) = (
        fit_projection(features(unit * given, embedding(labels, USELESS, 1)), labels)
        for unit in (1.0, 1_024.0)
    )
    np.testing.assert_allclose(scaled.values[:, 0], shown.values[:, 0], atol=1e-5)
    np.testing.assert_allclose(1_024 * other.lenses[0].size, one.lenses[0].size, rtol=1e-5)


def test_where_each_class_has_one_row_directions_alone_are_shown_and_tell_the_rows_apart():
    """No other row of its class can say what a row left out is: its scores would say the opposite of the truth."""
    labels = codes(6, 6)
    given = features(embedding(labels, TELLING))
    projection, shown = fit_projection(given, labels)
    np.testing.assert_allclose(projection.narrow(given).values, shown.values, atol=1e-5)
    apart = np.square(shown.values[:, None] - shown.values).sum(axis=2)
    raw = np.square(given.values[:, None] - given.values).sum(axis=2)
    np.testing.assert_allclose(apart / apart.mean(), raw / raw.mean(), rtol=1e-3, atol=1e-3)


def test_of_more_classes_than_scores_are_kept_the_scores_still_tell_them_apart():
    """The classes lie in as many directions as scores are kept; the other combinations tell nothing."""
    classes = 3 * MOST_SCORES
    labels = codes(6 * classes, classes)
    means = np.random.default_rng(5).normal(size=(classes, MOST_SCORES))

    def drawn(seed: int) -> Features:
        noise = 0.5 * np.random.default_rng(seed).normal(size=(len(labels), 60))
        noise[:, :MOST_SCORES] += 2 * means[labels.values.astype(int)]
        return features(noise)

    projection, shown = fit_projection(drawn(0), labels)
    assert shown.values.shape[1] == MOST_SCORES + MOST_DIRECTIONS
    scores, fresh = shown.values[:, :MOST_SCORES], projection.narrow(drawn(1)).values[:, :MOST_SCORES]
    centers = np.stack([scores[labels.values == code].mean(axis=0) for code in range(classes)])
    nearest = np.square(fresh[:, None] - centers).sum(axis=2).argmin(axis=1)
    assert (nearest == labels.values).mean() > 0.7  # a twenty-fourth by luck


@pytest.mark.parametrize("signal", [0.3, 1.0, 8.0])
def test_the_penalty_is_the_one_that_errs_least_on_rows_left_out(signal):
    labels = Labels(np.random.default_rng(3).normal(size=40), 0)
    given = embedding(labels, signal)
    _, shown = fit_projection(features(given), labels)
    left, sizes, _ = _thin_svd(given - given.mean(axis=0, dtype=np.float64))
    centred, folds = labels.values[:, None] - labels.values.mean(), even_folds(labels, MOST_FOLDS)
    errors = []
    for penalty in PENALTIES * np.sum(sizes**2) / len(left):
        shares = sizes**2 / (sizes**2 + penalty)
        residual = _left_out(left, shares, centred - left @ (shares[:, None] * (left.T @ centred)), folds)
        errors.append(np.square(residual).sum())
    assert np.square(shown.values[:, 0] - labels.values).sum() == pytest.approx(min(errors), rel=1e-4)
    assert max(errors) > 1.01 * min(errors)


def test_a_number_gets_one_score_in_its_own_unit():
    labels = Labels(1_000 + 50 * np.random.default_rng(3).normal(size=60), 0)
    centred = Labels((labels.values - 1_000) / 50, 0)
    projection, shown = fit_projection(features(embedding(centred, TELLING)), labels)
    fresh = projection.narrow(features(embedding(centred, TELLING, seed=9))).values[:, 0]
    for score in (shown.values[:, 0], fresh):
        assert correlation(score, labels.values) > 0.7
        assert score.mean() == pytest.approx(1_000, abs=20)


def test_turning_the_rows_around_turns_their_features_around():
    """Of a number: folds follow its size alone. A principal direction may come out with the other sign."""
    rng = np.random.default_rng(4)
    labels, order = Labels(rng.normal(size=30), 0), rng.permutation(30)
    given = features(embedding(labels, 1.0))
    _, shown = fit_projection(given, labels)
    _, turned = fit_projection(given.take(order), labels.take(order))
    np.testing.assert_allclose(turned.values[:, 0], shown.values[order, 0], atol=1e-5)
    np.testing.assert_allclose(np.abs(turned.values), np.abs(shown.values[order]), atol=1e-4)


def test_classes_interleaved_otherwise_get_the_same_features():
    labels = codes(30, 3)
    order = np.argsort(labels.values, kind="stable")
    given = features(embedding(labels, 1.0))
    _, shown = fit_projection(given, labels)
    _, turned = fit_projection(given.take(order), labels.take(order))
    np.testing.assert_allclose(turned.values[:, :3], shown.values[order, :3], atol=1e-5)


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_a_handful_of_rows_and_an_embedding_that_does_not_vary_give_finite_features(rows, classes):
    labels = Labels(np.arange(rows, dtype=np.float64), classes and max(classes, rows))
    given = features(embedding(labels, TELLING), np.ones((rows, 5)), np.full((rows, 5), np.nan))
    projection, shown = fit_projection(given, labels)
    assert np.isfinite(shown.values).all()
    assert (np.ptp(shown.values, axis=0) > 0).any() == (rows > 1)
    assert shown.values.shape[1] > 0  # no expert learns from no feature at all
    assert np.isfinite(projection.narrow(given).values).all()
    assert np.isfinite(projection.whole(given).values[:, : WIDTH + 5]).all()
    assert (projection.whole(given).values[:, WIDTH : WIDTH + 5] == 0).all()


def test_rows_that_belong_together_are_left_out_together():
    """Labels that follow the group alone: a photo's near-copies would give each other away."""
    random = np.random.default_rng(3)
    groups = np.repeat(np.arange(40), 3)
    values = np.repeat(random.permutation(np.arange(40) % 2), 3).astype(np.float64)
    faces = np.repeat(random.normal(size=(40, 60)), 3, axis=0) + 0.01 * random.normal(size=(120, 60))
    given = features(faces.astype(np.float32))

    def explained(labels: Labels) -> float:
        _, shown = fit_projection(given, labels)
        return float(np.corrcoef(shown.values[:, 0], values)[0, 1])

    assert explained(Labels(values, 2)) > 0.9
    assert explained(Labels(values, 2, groups)) < 0.5
