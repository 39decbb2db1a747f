"""The laws of the main path."""

import json
import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handful import Learner
from handful.errors import ColumnError, HandfulError, MissingError, TargetError
from tests.tables import flowers

TARGETS = ("kind", "weight")


def answers_of(frame: pl.DataFrame, target: str, queries: pl.DataFrame) -> np.ndarray:
    """(row, class in name order) or (row, level)."""
    learner = Learner(target).fit(frame.drop([name for name in TARGETS if name != target]))
    values = learner.predict(queries).distribution.values
    return values[:, np.argsort(learner.classes_)] if learner.classes_ else values


@pytest.mark.parametrize("target", TARGETS)
def test_permuting_rows_and_columns_changes_no_answer(target):
    frame = flowers()
    shuffled = frame.sample(fraction=1.0, shuffle=True, seed=3).select(frame.columns[::-1])
    np.testing.assert_allclose(
        answers_of(shuffled, target, frame),
        answers_of(frame, target, frame),
        atol=1e-6 if target == "kind" else 1e-5,
    )


@pytest.mark.parametrize("target", TARGETS)
def test_renaming_columns_and_categories_changes_no_answer(target):
    frame = flowers()
    renamed = frame.with_columns(pl.col("colour").replace({"red": "x", "green": "a", "blue": "m"})).rename(
        {"length": "zz", "day": "aa", "colour": "mm"}
    )
    np.testing.assert_allclose(
        answers_of(renamed, target, renamed), answers_of(frame, target, frame), rtol=1e-6, atol=1e-6
    )


def test_renaming_labels_renames_the_answers_and_no_more():
    frame = flowers()
    renamed = frame.with_columns(pl.col("kind").replace({"iris": "zinnia", "tulip": "aster"}))
    before, after = answers_of(frame, "kind", frame), answers_of(renamed, "kind", frame)
    np.testing.assert_allclose(after[:, ::-1], before, atol=1e-6)  # zinnia is last where iris was first


@pytest.mark.parametrize("target", TARGETS)
def test_changing_the_unit_of_a_column_changes_answers_by_less_than_a_thousandth(target):
    frame = flowers()
    converted = frame.with_columns(pl.col("length") * 2.54 + 7)
    spread = 1.0 if target == "kind" else 3.0
    difference = answers_of(converted, target, converted) - answers_of(frame, target, frame)
    assert np.abs(difference).max() < 1e-3 * spread


@pytest.mark.parametrize("unit", [1000.0, 1e-15])
def test_changing_the_unit_of_the_target_changes_the_answers_unit_and_not_the_verdict(unit):
    frame = flowers()
    converted = frame.with_columns(pl.col("weight") * unit)
    np.testing.assert_allclose(
        answers_of(converted, "weight", frame),
        answers_of(frame, "weight", frame) * unit,
        rtol=1e-3,
        atol=0.01 * unit,
    )
    scores = [Learner("weight").fit(each).evaluate() for each in (frame, converted)]
    assert scores[0].better == scores[1].better


def test_rows_copied_whole_do_not_flatter_the_score():
    """Noise, every row twice: a learner that holds out one copy and learns from the other would be right always."""
    rng = np.random.default_rng(0)
    noise = pl.DataFrame({"x": rng.normal(size=40), "y": rng.choice(["a", "b"], 40)})
    score = Learner("y").fit(pl.concat([noise, noise])).evaluate()
    assert not score.better


def test_rows_that_agree_by_nature_are_judged_each_for_itself():
    """With six possible rows, holding out all that agree would hide what the column tells."""
    rng = np.random.default_rng(0)
    side, size = rng.choice(["left", "right"], 90), rng.choice(["s", "m", "l"], 90)
    table = pl.DataFrame({"side": side, "size": size, "y": np.where(side == "left", "a", "b")})
    learner = Learner("y").fit(table)
    assert learner.evaluate().value > 0.95
    assert any("few different rows" in note for note in learner.notes_)


@given(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=12), st.integers(0, 99))
@settings(max_examples=15)
def test_a_number_lies_within_its_own_interval_whatever_the_tails(values, seed):
    x = pl.DataFrame({"x": np.random.default_rng(seed).normal(size=len(values))})
    answers = Learner("y", kinds={"y": "number"}).fit(x.with_columns(pl.Series("y", values))).predict(x)
    assert (answers.low <= answers.values).all()
    assert (answers.values <= answers.high).all()


def test_what_is_odd_about_the_table_is_noted():
    frame = flowers().with_columns(pl.Series("id", range(100, 148)), pl.col("kind").alias("kind again"))
    notes = " ".join(Learner("kind").fit(frame).notes_)
    assert "'id' looks like an identifier" in notes
    assert "'kind again' gives 'kind' away" in notes


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("constant", [7.0, "same", None])
def test_a_column_of_constants_changes_nothing(target, constant):
    frame = flowers()
    more = frame.with_columns(
        pl.lit(constant, dtype=pl.String if constant != 7.0 else pl.Float64).alias("flat")
    )
    np.testing.assert_allclose(answers_of(more, target, more), answers_of(frame, target, frame), atol=1e-6)


@pytest.mark.parametrize("target", TARGETS)
def test_an_answer_does_not_depend_on_the_other_queries(target):
    frame = flowers()
    learner = Learner(target).fit(frame)
    whole = learner.predict(frame).distribution.values
    for size in (1, 7):
        parts = [learner.predict(frame[start : start + size]) for start in range(0, len(frame), size)]
        np.testing.assert_allclose(np.vstack([p.distribution.values for p in parts]), whole, atol=1e-6)


def test_probabilities_sum_to_one_and_no_class_is_impossible():
    values = Learner("kind").fit(flowers()).predict(flowers()).distribution.values
    np.testing.assert_allclose(values.sum(axis=1), 1, atol=1e-12)
    assert values.min() > 0


def test_quantiles_never_fall_and_the_value_lies_within_the_interval():
    answers = Learner("weight").fit(flowers()).predict(flowers())
    assert (np.diff(answers.distribution.values, axis=1) >= 0).all()
    assert (answers.low <= answers.values).all()
    assert (answers.values <= answers.high).all()


@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_class_can_be_answered_even_with_one_row(classes, seed):
    rng = np.random.default_rng(seed)
    labels = [f"c{number}" for number in range(classes)] + ["c0"] * max(3, 6 - classes)
    frame = pl.DataFrame({"x": rng.normal(size=len(labels)), "label": labels})
    learner = Learner("label").fit(frame)
    assert set(learner.classes_) == set(labels)
    np.testing.assert_allclose(learner.predict(frame).distribution.values.sum(axis=1), 1)


def test_a_class_with_one_row_is_answered_where_its_row_is():
    frame = pl.DataFrame({"x": [0.0, 0.1, 0.2, 0.1, 9.0, 9.1, 9.2, 30.0], "y": ["a"] * 4 + ["b"] * 3 + ["c"]})
    assert Learner("y").fit(frame).predict(pl.DataFrame({"x": [29.0]})).values[0] == "c"


def test_one_row_of_each_class_is_learnt_and_said_not_to_be_judged():
    frame = pl.DataFrame({"x": [0.0, 3, 6, 9, 12], "y": list("abcde")})
    learner = Learner("y", kinds={"y": "category"}).fit(frame)
    assert learner.predict(frame).values.tolist() == list("abcde")
    assert learner.evaluate().verdict.startswith("Not judged")
    assert set(learner.predict(frame).status) == {"unsure"}


@pytest.mark.parametrize(("kind", "cell"), [("text", "hello world"), ("series", "[1, 2, 3]")])
def test_a_single_cell_to_read_is_learnt_from_though_the_fold_without_it_shows_nothing(kind, cell):
    frame = pl.DataFrame({"x": [cell] + [None] * 7, "y": ["a", "b"] * 4})
    answers = Learner("y", kinds={"x": kind}).fit(frame).predict(frame)
    np.testing.assert_allclose(answers.distribution.values.sum(axis=1), 1)


def test_a_constant_target_is_answered_and_unsure():
    frame = pl.DataFrame({"x": [1.0, 2, 3, 4, 5], "y": ["a"] * 5})
    answers = Learner("y").fit(frame).predict(frame)
    assert set(answers.values) == {"a"}
    assert set(answers.status) == {"unsure"}


def test_a_target_that_nothing_explains_is_unsure_and_said_first():
    rng = np.random.default_rng(0)
    frame = pl.DataFrame({"x": rng.normal(size=60), "y": rng.choice(["a", "b"], 60)})
    learner = Learner("y").fit(frame)
    assert learner.evaluate().verdict.startswith("No better than guessing")
    assert learner.predict(frame)[0].reason


def test_noise_is_hardly_ever_called_better_than_guessing():
    found = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        frame = pl.DataFrame(
            {"x": rng.normal(size=24), "z": rng.normal(size=24), "y": rng.choice(["a", "b"], 24)}
        )
        found += Learner("y").fit(frame).evaluate().better
    assert found <= 6  # more than 6 of 40 at a rate of 2% happens once in 100,000 times


def test_the_score_holds_out_whole_groups():
    """Within a patient the label is constant and the reading is the patient's own: without groups it looks easy."""
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(12), 6)
    frame = pl.DataFrame(
        {
            "reading": patient * 10 + rng.normal(0, 0.1, 72),
            "patient": [f"p{number}" for number in patient],
            "label": np.where(np.random.default_rng(1).permutation(12) % 2 == 0, "ill", "well")[patient],
        }
    )
    easy = Learner("label").fit(frame.drop("patient")).evaluate()
    honest = Learner("label", group="patient").fit(frame).evaluate()
    assert easy.value > 0.9 > honest.value
    assert not honest.better


def test_the_group_column_is_no_feature():
    frame = flowers().with_columns(pl.Series("who", [f"p{row % 9}" for row in range(48)]))
    learner = Learner("kind", group="who").fit(frame)
    assert "who" not in learner.state_.encoder.names
    learner.predict(frame.drop("who"))


def test_a_new_category_is_unknown_and_extra_columns_are_ignored():
    learner = Learner("kind").fit(flowers())
    queries = flowers().with_columns(pl.lit("violet").alias("colour"), pl.lit("?!").alias("more"))
    assert len(learner.predict(queries)) == 48


def test_a_missing_column_is_an_error_by_name():
    with pytest.raises(ColumnError, match="colour"):
        Learner("kind").fit(flowers()).predict(flowers().drop("colour"))


@pytest.mark.parametrize(
    ("target", "said"),
    [("nowhere", "no column 'nowhere'"), ("few", "filled in 3 of 48 rows"), ("prose", "writer")],
)
def test_a_target_that_cannot_be_learnt_is_refused_with_a_hint(target, said):
    frame = flowers().with_columns(
        pl.Series("few", ["a", "a", "a", *[None] * 45]),
        pl.Series("prose", [f"note {row} about it" for row in range(48)]),
    )
    with pytest.raises((ColumnError, MissingError, TargetError), match=said) as caught:
        Learner(target).fit(frame)
    assert caught.value.hint


def test_an_empty_query_table_has_no_answers():
    frame = flowers().with_columns(
        pl.Series("note", [f"bed {row % 5}, shelf {row % 3}" for row in range(48)])
    )
    assert len(Learner("kind", kinds={"note": "text"}).fit(frame).predict(frame.head(0))) == 0


def test_a_learner_that_is_not_fitted_says_so():
    with pytest.raises(HandfulError, match="not fitted"):
        Learner("kind").predict(flowers())


def test_a_date_is_answered_as_a_date_within_its_interval():
    rng = np.random.default_rng(0)
    days = rng.integers(0, 300, 40)
    frame = pl.DataFrame(
        {"days": days, "day": np.datetime64("2024-01-01", "us") + days * np.timedelta64(1, "D")}
    )
    learner = Learner("day").fit(frame)
    answers = learner.predict(pl.DataFrame({"days": [100]}))
    assert abs(answers.values[0] - np.datetime64("2024-04-10")) < np.timedelta64(5, "D")
    assert answers.low is not None
    assert answers.high is not None
    assert answers.low[0] < answers.values[0] < answers.high[0]
    assert "days on average" in learner.evaluate().verdict


@pytest.mark.parametrize("size", [1e99, 1e-300])
def test_huge_and_tiny_numbers_are_learnt_without_overflow(size):
    x = np.array([1.0, -1, 0.5, 0.1, 0, 0.3, -0.7, 0.2]) * size
    frame = pl.DataFrame({"x": x, "y": x * 0.9, "z": list("aabbabab")})
    for target in ("y", "z"):
        assert np.isfinite(Learner(target).fit(frame).predict(frame).distribution.values).all()


def test_numbers_too_large_to_square_count_as_blank_and_are_named():
    frame = pl.DataFrame({"x": [1.0, 2, 3, 1e308, 5, 6], "y": list("aaabbb")})
    learner = Learner("y").fit(frame)
    assert any("too large" in note and "'x'" in note for note in learner.notes_)


def test_the_same_table_gives_the_same_bytes(tmp_path):
    first = Learner("kind").fit(flowers()).save(tmp_path / "a.handful").read_bytes()
    assert Learner("kind").fit(flowers()).save(tmp_path / "b.handful").read_bytes() == first


def test_one_or_many_threads_give_the_same_answers():
    """In processes of their own, since libraries read these variables once, when they load."""
    script = (
        "import sys; sys.path.insert(0, '.')\n"
        "from tests.tables import flowers\nfrom handful import Learner\n"
        "print(Learner('kind').fit(flowers(240)).predict(flowers()).distribution.values.tolist())"
    )
    answers = []
    for threads in ("1", "4"):
        limits = {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads}
        ran = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, **limits},
            capture_output=True,
            text=True,
            check=True,
        )
        answers.append(np.array(json.loads(ran.stdout)))
    np.testing.assert_allclose(answers[0], answers[1], atol=1e-6)


def test_rows_answered_in_several_goes_are_answered_as_in_one(monkeypatch):
    learner = Learner("kind").fit(flowers(60))
    queries = flowers(23, blanks=23, seed=1)
    whole = learner.predict(queries).distribution.values
    monkeypatch.setattr("handful.learner.AT_ONCE", 5)
    np.testing.assert_allclose(learner.predict(queries).distribution.values, whole, atol=1e-12)
    each = learner.predict_experts(queries)
    assert {len(values) for values in each.values()} == {23}
