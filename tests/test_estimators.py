"""The scikit-learn contract."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from handful import HandfulClassifier, HandfulRegressor


@parametrize_with_checks(
    [HandfulClassifier(), HandfulRegressor()], expected_failed_checks=lambda estimator: {}
)
def test_scikit_learn_finds_nothing_to_object_to(estimator, check):
    check(estimator)


def mixed_frame(rows: int = 60) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    size = rng.normal(size=rows)
    colour = rng.choice(["red", "green", "blue"], rows)
    frame = pd.DataFrame(
        {
            "size": size,
            "colour": colour,
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(rows), "D"),
        }
    )
    frame.loc[3, "size"] = np.nan
    frame.loc[5, "colour"] = None
    return frame, np.where((colour == "red") ^ (size > 0.5), "yes", "no")


def test_a_mixed_frame_is_taken_as_it_is_and_all_frames_agree():
    frame, y = mixed_frame()
    of_pandas = HandfulClassifier().fit(frame, y).predict_proba(frame)
    of_polars = HandfulClassifier().fit(pl.from_pandas(frame), y).predict_proba(pl.from_pandas(frame))
    np.testing.assert_allclose(of_pandas, of_polars, atol=1e-9)
    assert (HandfulClassifier().fit(frame, y).predict(frame) == y).mean() > 0.9


def test_the_classes_are_those_of_y_in_sorted_order():
    frame, y = mixed_frame()
    fitted = HandfulClassifier().fit(frame, np.where(y == "yes", 7, -2))
    assert fitted.classes_.tolist() == [-2, 7]
    np.testing.assert_allclose(fitted.predict_proba(frame).sum(axis=1), 1, atol=1e-12)


def test_a_row_has_the_same_answer_whatever_rows_are_beside_it():
    frame, y = mixed_frame()
    fitted = HandfulClassifier().fit(frame, y)
    whole = fitted.predict_proba(frame)
    for size in (1, 7):
        parts = [
            fitted.predict_proba(frame.iloc[start : start + size]) for start in range(0, len(frame), size)
        ]
        np.testing.assert_allclose(np.vstack(parts), whole, atol=1e-9)


@pytest.mark.parametrize("days", [["02/11/2024", "11/25/2024"], ["02/11/2024"]])
def test_a_date_is_read_as_it_was_learnt_whatever_rows_are_beside_it(days):
    day = [f"{month:02d}/{day:02d}/2024" for month in range(1, 13) for day in (5, 9, 20, 28)]
    fitted = HandfulClassifier().fit(pd.DataFrame({"day": day}), ["early"] * 24 + ["late"] * 24)
    assert fitted.predict(pd.DataFrame({"day": days}))[0] == "early"


def test_a_regressor_gives_quantiles_that_never_fall():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 3))
    fitted = clone(HandfulRegressor()).fit(X, 3 * X[:, 0] + rng.normal(size=40))
    assert (np.diff(fitted.predict_quantiles(X), axis=1) >= 0).all()


def test_a_column_called_target_is_a_column_like_any_other():
    frame = pd.DataFrame({"target": [1.0, 2, 3, 7, 8, 9], "target0": [1.0, 1, 1, 2, 2, 2]})
    assert HandfulClassifier().fit(frame, list("aaabbb")).predict(frame).tolist() == list("aaabbb")


@pytest.mark.parametrize("estimator", [HandfulClassifier(), HandfulRegressor()])
def test_too_few_rows_is_said_with_what_to_do(estimator):
    with pytest.raises(ValueError, match="hint: "):
        estimator.fit([[1.0], [2.0]], [0, 1])
