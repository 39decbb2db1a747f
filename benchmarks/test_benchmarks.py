"""Laws of the scores, the splits and the runner."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from benchmarks import score, summary, tables
from benchmarks.measure import in_child
from benchmarks.results_file import append, keys, read
from benchmarks.run import Job, run_job
from benchmarks.score import LEVELS, Prediction

needs_data = pytest.mark.skipif(not tables.DATA.exists(), reason=f"no data at {tables.DATA}")


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_the_auc_is_scikit_learns_one_vs_one_macro_auc(classes: int) -> None:
    rng = np.random.default_rng(classes)
    truth = rng.integers(0, classes, 200)
    probabilities = score.floored(rng.dirichlet(np.ones(classes), 200).round(1))
    theirs = roc_auc_score(
        truth, probabilities if classes > 2 else probabilities[:, 1], multi_class="ovo", labels=range(classes)
    )
    assert score.one_vs_one_auc(truth, probabilities) == pytest.approx(theirs)


def test_a_class_that_no_test_row_has_changes_no_auc() -> None:
    truth = np.array([0, 0, 1, 1])
    two = np.array([[0.9, 0.1], [0.4, 0.6], [0.5, 0.5], [0.2, 0.8]])
    three = np.column_stack([two * 0.7, np.full(4, 0.3)])
    assert score.one_vs_one_auc(truth, three) == pytest.approx(score.one_vs_one_auc(truth, two))


def test_certainty_that_is_right_costs_next_to_nothing_and_one_that_is_wrong_costs_the_floor() -> None:
    sure = np.eye(2)[[0, 1, 0, 1]]
    right = score.category(np.array([0, 1, 0, 1]), Prediction(sure))
    wrong = score.category(np.array([1, 0, 1, 0]), Prediction(sure))
    assert (right["auc"], right["accuracy"], wrong["auc"], wrong["accuracy"]) == (1, 1, 0, 0)
    assert right["log_loss"] == pytest.approx(0, abs=1e-5)
    assert wrong["log_loss"] == pytest.approx(-np.log(score.FLOOR), rel=1e-5)
    assert wrong["brier"] == pytest.approx(2, rel=1e-5)


def test_the_crps_of_a_single_value_is_its_mean_absolute_error() -> None:
    rng = np.random.default_rng(0)
    truth, guess = rng.normal(size=50), rng.normal(size=50)
    found = score.number(truth, Prediction(np.repeat(guess[:, None], 99, axis=1)))
    assert found["crps"] * truth.std() == pytest.approx(np.abs(truth - guess).mean())
    assert found["width"] == 0


def test_the_unit_of_the_target_changes_no_score() -> None:
    rng = np.random.default_rng(1)
    truth, values = rng.normal(size=40), np.sort(rng.normal(size=(40, 99)), axis=1)
    in_metres = score.number(truth, Prediction(values, values.mean(axis=1)))
    in_feet = score.number(3.28 * truth + 5, Prediction(3.28 * values + 5, 3.28 * values.mean(axis=1) + 5))
    assert in_feet == pytest.approx(in_metres)


def test_no_distribution_has_a_better_crps_than_the_true_one() -> None:
    truth = np.random.default_rng(2).normal(size=20_000)
    true = norm.ppf(LEVELS)
    scores = [
        score.number(truth, Prediction(np.tile(values, (len(truth), 1))))["crps"]
        for values in (true, true + 0.3, true * 2, true / 2)
    ]
    assert min(scores) == scores[0]


def drawn(rows: int, kind: str = "category", groups: int = 0) -> tables.Loaded:
    """A table in memory; class c is rare, d has one row."""
    rng = np.random.default_rng(0)
    words = np.array(["a"] * (rows - rows // 3 - 4) + ["b"] * (rows // 3) + ["c"] * 3 + ["d"])
    labels = pd.Series(words if kind == "category" else rng.normal(size=rows))
    return tables.Loaded(
        spec=tables.Spec("drawn", "", "target", kind),
        features=pd.DataFrame({"x": rng.normal(size=rows)}),
        labels=labels,
        groups=pd.Series(rng.integers(0, groups, rows)) if groups else None,
        classes=tuple(sorted(set(words))) if kind == "category" else (),
        text=(),
    )


@pytest.mark.parametrize("kind", ["category", "number"])
@pytest.mark.parametrize("n", [8, 32, 128])
def test_a_split_has_n_labelled_rows_that_are_not_judged_and_is_the_same_every_time(
    kind: str, n: int
) -> None:
    table = drawn(300, kind)
    first, again, other = (tables.split(table, n, seed) for seed in (0, 0, 1))
    assert first is not None
    assert again is not None
    assert other is not None
    assert len(set(first.labelled)) == n
    assert not set(first.labelled) & set(first.test)
    assert len(first.test) == 300 - n
    assert (first.labelled == again.labelled).all()
    assert (first.test == again.test).all()
    assert set(first.labelled) != set(other.labelled)


def test_each_class_is_labelled_once_at_least_and_the_commonest_where_not_all_fit() -> None:
    table = drawn(300)
    for n, classes in ((8, {"a", "b", "c", "d"}), (2, {"a", "b"})):
        split = tables.split(table, n, 0)
        assert split is not None
        assert set(table.labels[split.labelled]) == classes


def test_a_group_is_never_on_both_sides() -> None:
    table = drawn(300, groups=30)
    split = tables.split(table, 32, 0)
    assert split is not None
    assert table.groups is not None
    assert not set(table.groups[split.labelled]) & set(table.groups[split.test])


def test_a_table_that_leaves_fewer_than_30_test_rows_is_not_split() -> None:
    assert tables.split(drawn(157), 128, 0) is None
    assert tables.split(drawn(158), 128, 0) is not None


def test_the_lists_are_balanced_and_share_no_file() -> None:
    for list_, each in ((tables.DEV, 15), (tables.TUNING, 10)):
        assert [spec.kind for spec in list_].count("category") == each
        assert [spec.kind for spec in list_].count("number") == each
    paths = [spec.path for spec in tables.DEV + tables.TUNING]
    assert len(set(paths)) == len(paths)
    assert set(tables.QUICK) <= {spec.name for spec in tables.DEV}


@needs_data
@pytest.mark.parametrize("spec", tables.DEV + tables.TUNING, ids=lambda spec: spec.name)
def test_no_table_tells_the_target_or_has_a_blank_one(spec: tables.Spec) -> None:
    table = tables.load(spec)
    assert not {spec.target, spec.group, *spec.drop} & set(table.features)
    assert table.labels.notna().all()
    assert len(table.classes) != 1
    if spec.kind == "number":
        assert np.isfinite(table.labels).all()


@dataclass(frozen=True, slots=True)
class Prior:
    """A method that looks at no column, and fails when it is told to."""

    name: str = "prior"
    version: str = "1"
    broken: bool = False

    def fit_predict(
        self,
        train: pd.DataFrame,
        labels: pd.Series,
        test: pd.DataFrame,
        kind: str,
        classes: Sequence[str],
        text: Sequence[str],
    ) -> Iterator[tuple[str, Prediction]]:
        if self.broken:
            raise ValueError("nothing to learn")
        shares = labels.value_counts(normalize=True).reindex(classes, fill_value=0).to_numpy()
        yield self.name, Prediction(np.tile(shares, (len(test), 1)))
        yield f"{self.name}:even", Prediction(np.full((len(test), len(classes)), 1 / len(classes)))


def test_a_job_gives_a_row_for_the_method_and_one_for_each_part_of_it() -> None:
    table = drawn(200)
    rows = run_job(Prior(), table, Job(table.spec, 32, 0))
    assert [row["method"] for row in rows] == ["prior", "prior:even"]
    assert rows[1]["log_loss"] == pytest.approx(np.log(4))
    assert rows[0]["test_rows"] == 168


def test_a_failure_is_a_row_that_says_why() -> None:
    table = drawn(200)
    (row,) = run_job(Prior(broken=True), table, Job(table.spec, 32, 0))
    assert row["error"] == "ValueError: nothing to learn"


def test_a_child_that_dies_is_reported() -> None:
    def work() -> Iterator[int]:
        import os

        os._exit(3)
        yield 1

    assert in_child(work) == ([], {}, "the process died, exit code 3")


def test_rows_that_were_written_are_known_when_the_run_resumes(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    assert keys(path) == set()
    for seed in (0, 1):
        row = {
            "table": "t",
            "n": 8,
            "seed": seed,
            "method": "m",
            "version": "1",
            "auc": 0.5,
            "kind": "category",
        }
        append(path, [row])
    assert keys(path) == {("t", "8", "0", "m", "1"), ("t", "8", "1", "m", "1")}
    assert [row["auc"] for row in read(path)] == ["0.5", "0.5"]


def results() -> pd.DataFrame:
    """Two runs of three methods; the third failed in one."""
    rows = [
        {"table": table, "kind": "category", "n": 8, "seed": 0, "method": method, "version": "1",
         "log_loss": loss, "auc": 1 - loss, "error": None if loss else "failed"}
        for table, losses in (("s", (0.5, 0.4, 0.6)), ("t", (0.1, 0.3, 0.0)))
        for method, loss in zip(("handful", "linear", "knn"), losses, strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_methods_are_compared_on_the_runs_that_all_completed() -> None:
    judged = summary.common(results())
    assert set(judged["table"]) == {"s"}
    assert summary.means(judged, "log_loss")[8].to_dict() == {"handful": 0.5, "linear": 0.4, "knn": 0.6}
    assert summary.ranks(judged, "log_loss")[8].to_dict() == {"handful": 2, "linear": 1, "knn": 3}
    assert summary.wins(judged, "log_loss")[8].to_dict() == {"linear": 0, "knn": 1, summary.ANY: 0}
    assert summary.wins(judged, "auc")[8].to_dict() == {"linear": 0, "knn": 1, summary.ANY: 0}


def test_what_is_lost_is_named() -> None:
    judged = summary.common(results()).reindex(columns=[*results().columns, *score.METRICS[2:]])
    assert "log loss of a category, n = 8: 0.500, linear 0.400" in summary.behind(judged)
