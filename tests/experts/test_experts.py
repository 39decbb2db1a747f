"""Every expert keeps the one interface, and its arrays answer as the library that fitted them does."""

import numpy as np
import pytest

from handful.experts.experts import CATEGORY_EXPERTS, NUMBER_EXPERTS
from handful.experts.linear import Kernel, Linear
from handful.experts.prior import Prior
from handful.experts.trees import Trees
from handful.experts.warp import fit_warp
from handful.features import Features, Labels


def context(rows: int = 60, classes: int = 3, seed: int = 0) -> tuple[Features, Labels]:
    """Two numbers, one with blanks, and a category; the first number tells the target."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, 3)).astype(np.float32)
    values[rng.random(rows) < 0.2, 1] = np.nan
    values[:, 2] = rng.integers(0, 4, rows)
    signal = values[:, 0] + 0.1 * rng.normal(size=rows)
    if classes:
        edges = np.quantile(signal, np.arange(1, classes) / classes)
        return _features(values), Labels(np.digitize(signal, edges).astype(np.float64), classes)
    return _features(values), Labels(signal.astype(np.float64), 0)


def _features(values: np.ndarray) -> Features:
    return Features(values, np.array([False, False, True]), ("a", "b", "c"), np.full(3, -1))


ALL = [(expert, 3) for expert in CATEGORY_EXPERTS] + [(expert, 0) for expert in NUMBER_EXPERTS]


@pytest.mark.parametrize(("expert", "classes"), ALL, ids=lambda value: getattr(value, "name", value))
def test_an_answer_is_a_distribution_and_depends_on_its_own_row_alone(expert, classes):
    features, labels = context(classes=classes)
    fitted = expert.fit(features, labels)
    answers = fitted.predict(features)
    assert answers.shape == (60, classes or 99)
    if classes:
        np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)
    else:
        assert (np.diff(answers, axis=1) >= 0).all()
    one_by_one = np.vstack([fitted.predict(features.take(np.array([row]))) for row in range(60)])
    np.testing.assert_allclose(one_by_one, answers, atol=1e-9)
    assert len(fitted.predict(features.take(np.zeros(0, dtype=np.intp)))) == 0


@pytest.mark.parametrize(("expert", "classes"), ALL, ids=lambda value: getattr(value, "name", value))
def test_a_fold_without_some_class_or_with_one_class_alone_is_learnt(expert, classes):
    features, labels = context(classes=classes)
    for kept in ((0, 1), (2,)):
        rows = np.isin(labels.values, kept) if classes else np.arange(60) < 10
        answers = expert.fit(features.take(rows), labels.take(rows)).predict(features)
        assert np.isfinite(answers).all()
        assert answers.shape[1] == (classes or 99)


@pytest.mark.parametrize(("expert", "classes"), ALL, ids=lambda value: getattr(value, "name", value))
def test_features_that_are_blank_throughout_do_no_harm(expert, classes):
    features, labels = context(classes=classes)
    blank = Features(
        np.full_like(features.values, np.nan), features.is_category, features.column, features.embedding
    )
    assert np.isfinite(expert.fit(blank, labels).predict(features)).all()
    assert np.isfinite(expert.fit(features, labels).predict(blank)).all()


@pytest.mark.parametrize("expert", [each for each in CATEGORY_EXPERTS if not isinstance(each, Prior)])
def test_what_the_first_number_tells_is_learnt(expert):
    (features, labels), (fresh, truth) = context(200), context(100, seed=1)
    right = expert.fit(features, labels).predict(fresh).argmax(axis=1) == truth.values
    assert right.mean() > 0.6  # a third by luck


def test_the_linear_expert_answers_as_scikit_learn_does():
    from sklearn.linear_model import LogisticRegression

    features, labels = context()
    ours = Linear("linear", 0.5).fit(features, labels)
    matrix = ours.design.matrix(features)
    theirs = LogisticRegression(C=0.5, max_iter=300, tol=1e-3).fit(matrix, labels.values)
    np.testing.assert_allclose(ours.predict(features), theirs.predict_proba(matrix), atol=1e-9)


def test_the_trees_answer_as_scikit_learn_does():
    from sklearn.ensemble import ExtraTreesClassifier

    features, labels = context()
    ours = Trees(count=20).fit(features, labels)
    matrix = ours.input.matrix(features)
    theirs = ExtraTreesClassifier(20, random_state=0).fit(matrix, labels.values)
    np.testing.assert_allclose(ours.predict(features), theirs.predict_proba(matrix), atol=1e-6)


def test_the_kernel_expert_is_kernel_ridge_where_every_row_is_a_landmark():
    """With all rows as landmarks, ridge on the Nyström features is kernel ridge with a free offset."""
    from scipy.spatial.distance import cdist

    features, labels = context(40, classes=0)
    fitted = Kernel("kernel", 1.0, 1.0).fit(features, labels)
    matrix = fitted.design.matrix(features)
    kernel = np.exp(-fitted.gamma * cdist(matrix, matrix, "sqeuclidean"))
    assert fitted.warp is not None
    bent, median = fitted.warp.bent(labels.values), fitted.warp.bent(fitted.predict(features)[:, 49])
    fits = []
    for penalty in np.logspace(-2, 4, 13):
        centred = np.eye(40) - 1 / 40
        dual = np.linalg.solve(centred @ kernel @ centred + penalty * np.eye(40), bent - bent.mean())
        fits.append(np.abs(bent.mean() + centred @ kernel @ centred @ dual - median).max())
    assert min(fits) < 1e-6


@pytest.mark.parametrize("seed", range(5))
def test_a_bent_scale_bends_back(seed):
    values = np.random.default_rng(seed).lognormal(sigma=1.5, size=50) - 1
    warp = fit_warp(values)
    np.testing.assert_allclose(warp.straight(warp.bent(values)), values, rtol=1e-6, atol=1e-9)
    ends = warp.straight(np.array([-1e9, 1e9]))
    np.testing.assert_allclose(ends, [warp.lowest, warp.highest], rtol=1e-6)
