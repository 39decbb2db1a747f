"""Laws of the tasks of every kind, their draws, the peers' encoders, the runner and the tables it makes."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from benchmarks.kinds import encoders, summary, tasks
from benchmarks.kinds.draws import LEAST_JUDGED, draw
from benchmarks.kinds.encoders import Embed, Encoder, embedded, mfcc
from benchmarks.kinds.methods import MODULES, method
from benchmarks.kinds.run import Job, run_job
from benchmarks.kinds.series_file import read_series
from benchmarks.kinds.tasks import EITHER, JUDGED, SHOWN, Pool, Task

needs_data = pytest.mark.skipif(not tasks.DATA.exists(), reason=f"no data at {tasks.DATA}")


def pool(each: int = 20, groups: int = 0, roles: str = EITHER) -> Pool:
    """Three classes of `each` rows."""
    labels = pd.Series(np.repeat(["a", "b", "c"], each))
    return Pool(
        pd.DataFrame({"text": [f"row {row}" for row in range(len(labels))]}),
        labels,
        np.full(len(labels), roles),
        groups=np.array([f"speaker {row % groups}" for row in range(len(labels))]) if groups else None,
        classes=("a", "b", "c"),
    )


def task(of: Pool, ways: int = 0) -> Task:
    return Task("drawn", "text", (4,), lambda: of, ways=ways)


def test_a_draw_shows_n_rows_of_each_class_judges_others_and_is_the_same_every_time() -> None:
    rows = pool()
    first, again, other = (draw(task(rows), rows, 4, seed) for seed in (0, 0, 1))
    assert first is not None
    assert again is not None
    assert other is not None
    assert rows.labels[first.labelled].value_counts().to_dict() == {"a": 4, "b": 4, "c": 4}
    assert not set(first.labelled) & set(first.test)
    assert len(first.test) == 48
    assert (first.labelled == again.labelled).all()
    assert set(first.labelled) != set(other.labelled)


def test_a_draw_leaves_four_rows_of_each_class_to_judge_or_is_none() -> None:
    rows = pool(20)
    assert draw(task(rows), rows, 20 - LEAST_JUDGED, 0) is not None
    assert draw(task(rows), rows, 21 - LEAST_JUDGED, 0) is None


def test_no_more_rows_are_judged_than_the_task_says() -> None:
    rows = pool(100)
    few = Task("drawn", "text", (4,), lambda: rows, most_judged=30)
    split = draw(few, rows, 4, 0)
    assert split is not None
    assert len(split.test) == 30


def test_rows_for_judging_are_never_shown() -> None:
    rows = pool()
    rows.roles[:] = np.where(np.arange(60) % 2, SHOWN, JUDGED)
    split = draw(task(rows), rows, 4, 0)
    assert split is not None
    assert set(rows.roles[split.labelled]) == {SHOWN}
    assert set(rows.roles[split.test]) == {JUDGED}


def test_a_speaker_who_is_judged_was_not_heard_and_each_is_judged_in_turn() -> None:
    rows = pool(30, groups=3)
    assert rows.groups is not None
    judged = []
    for seed in range(3):
        split = draw(task(rows), rows, 4, seed)
        assert split is not None
        assert not set(rows.groups[split.labelled]) & set(rows.groups[split.test])
        judged += sorted(set(rows.groups[split.test]))
    assert judged == ["speaker 0", "speaker 1", "speaker 2"]


def test_of_two_ways_two_classes_are_drawn_and_the_third_is_neither_shown_nor_judged() -> None:
    rows = pool()
    split = draw(task(rows, ways=2), rows, 4, 0)
    assert split is not None
    assert len(set(rows.labels[split.labelled])) == 2
    assert set(rows.labels[split.labelled]) == set(rows.labels[split.test])


def test_half_of_a_set_without_a_split_is_judged_by_what_it_contains() -> None:
    contents = [f"message {number}".encode() for number in range(1000)]
    judged = tasks.second_half(contents)
    assert 400 < judged.sum() < 600
    assert judged.tolist() == [zlib.crc32(content) % 2 == 1 for content in contents]


@needs_data
@pytest.mark.parametrize(
    "name", ["trec6", "sign_digits", "fsdd", "azure_tree", "BasicMotions", "movies", "sms_spam"]
)
def test_each_size_of_a_task_can_be_drawn(name: str) -> None:
    (asked,) = tasks.named(name)
    rows = asked.load()
    assert all(draw(asked, rows, n, seed) is not None for n in asked.sizes for seed in range(asked.draws))


@needs_data
def test_what_was_developed_on_is_not_judged() -> None:
    greek, digits = (asked.load() for asked in tasks.named("omniglot_greek,fsdd"))
    assert all("Greek" in path for path in greek.frame["file"])
    assert digits.groups is not None
    assert set(digits.groups[digits.roles == tasks.EITHER]) == {"nicolas", "theo", "yweweler"}
    films, all_films = tasks.named("movies")[0].load(), pd.read_csv(tasks.DATA / "movies" / "data.csv")
    assert 0.45 < len(films.labels) / all_films["Major Genre"].notna().sum() < 0.55
    assert "Major Genre" not in films.frame


def test_every_kind_has_tasks_and_peers_and_every_name_is_its_own() -> None:
    assert {asked.kind for asked in tasks.TASKS} == set(tasks.KINDS)
    assert len({asked.name for asked in tasks.TASKS}) == len(tasks.TASKS)
    assert {
        kind for name, (_, kinds) in MODULES.items() if name not in ("handful", "prior") for kind in kinds
    } == set(tasks.KINDS)


def test_a_series_file_gives_a_list_for_each_row_and_one_for_each_channel(tmp_path: Path) -> None:
    path = tmp_path / "some.ts"
    path.write_text("# words\n@classLabel true a b\n@data\n1,2,3:4,5,6:a\n7,8,9:1,1,1:b\n")
    read = read_series(path)
    assert read.frame["series"].tolist() == [[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [1, 1, 1]]]
    assert (read.labels, read.is_number) == (["a", "b"], False)
    path.write_text("@targetLabel true\n@data\n1,2:0.5\n")
    one = read_series(path)
    assert (one.frame["series"].tolist(), one.labels, one.is_number) == ([[1, 2]], ["0.5"], True)


def test_a_louder_sound_changes_the_first_coefficient_alone() -> None:
    sound = np.random.default_rng(0).normal(size=8000).astype(np.float32)
    change = mfcc(10 * sound, 8000) - mfcc(sound, 8000)
    assert change[:, 0] == pytest.approx(np.full(len(change), np.log(100) * np.sqrt(40)), rel=1e-3)
    assert np.abs(change[:, 1:]).max() < 1e-3


def test_a_sound_shorter_than_one_window_has_coefficients() -> None:
    assert np.isfinite(mfcc(np.ones(10, dtype=np.float32), 8000)).all()


def lengths(after: Callable[[], None] = lambda: None) -> Encoder:
    """An encoder that counts bytes."""

    def load() -> Embed:
        after()
        return lambda content: np.array([len(content), 1], dtype=np.float32)

    return Encoder("length 1", load)


def test_vectors_stand_in_the_order_of_the_contents_and_are_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ValueError("loaded again")

    monkeypatch.setattr(encoders, "CACHE", tmp_path)
    assert embedded(lengths(), [b"abc", b"", b"abc", b"a"])[:, 0].tolist() == [3, 0, 3, 1]
    assert embedded(lengths(broken), [b"a", b"abc"])[:, 0].tolist() == [1, 3]
    with pytest.raises(RuntimeError, match="loaded again"):
        embedded(lengths(broken), [b"abcd"])


def rows_of(name: str, of: Pool, prepared: NDArray[np.float64] | None = None) -> list[dict[str, object]]:
    method_, asked = method(name), task(of)
    return list(
        run_job(method_, asked, of, method_.prepare(asked, of) if prepared is None else prepared, Job(4, 0))
    )


def test_the_prior_scores_what_chance_does() -> None:
    (row,) = rows_of("prior", pool())
    assert row["log_loss"] == pytest.approx(np.log(3))
    assert row["accuracy"] == pytest.approx(1 / 3)
    assert (row["shown_rows"], row["judged_rows"]) == (12, 48)


def test_words_that_tell_the_class_are_learnt_and_a_failure_is_a_row_that_says_why() -> None:
    telling = pool()
    telling.frame["text"] = telling.labels.map({"a": "red wine", "b": "green tea", "c": "cold milk"})
    (row,) = rows_of("tfidf_linear", telling)
    assert row["accuracy"] == 1
    (failed,) = rows_of("mfcc_linear", pool(), np.full((60, 2), np.nan))
    assert str(failed["error"]).startswith("ValueError")


def test_a_number_gets_quantiles_and_r2() -> None:
    rng = np.random.default_rng(0)
    numbers = Pool(
        pd.DataFrame({"x": range(200)}), pd.Series(rng.normal(size=200)), np.repeat([SHOWN, JUDGED], 100)
    )
    method_, asked = method("prior"), Task("numbers", "series", (100,), lambda: numbers)
    (row,) = run_job(method_, asked, numbers, method_.prepare(asked, numbers), Job(100, 0))
    assert isinstance(row["rmse"], float)
    assert row["rmse"] == pytest.approx(1, abs=0.05)
    assert row["r2"] == pytest.approx(1 - row["rmse"] ** 2)


def test_a_task_too_small_gives_no_row() -> None:
    assert rows_of("prior", pool(7)) == []


def results(tmp_path: Path) -> pd.DataFrame:
    """Two tasks and two draws; SetFit ran one task only."""
    rows = [
        {"task": name, "kind": "text", "n": 8, "seed": seed, "method": method_, "version": "1", "accuracy": accuracy,
         "log_loss": 1 - accuracy, "cpu_seconds": 1.0, "error": None, "commit": "c", "machine": "m",
         "date": "2026-01-01"}
        for method_, found in (("handful", (0.8, 0.6)), ("minilm_linear", (0.7, 0.7)), ("setfit", (0.9,)))
        for name, accuracy in zip(("snips7", "trec6"), found, strict=False)
        for seed in (0, 1)
    ]  # fmt: skip
    path = tmp_path / "kinds.csv"
    pd.DataFrame(rows).reindex(columns=[*rows[0], "rmse", "crps"]).to_csv(path, index=False)
    return summary.read(path)


def test_a_mean_over_tasks_is_of_methods_that_ran_them_all(tmp_path: Path) -> None:
    found = summary.over_tasks(results(tmp_path), "accuracy")["mean"]
    assert found.to_dict() == pytest.approx({("handful", "n = 8"): 0.7, ("minilm_linear", "n = 8"): 0.7})


def test_what_is_lost_is_named_and_stands_in_the_document(tmp_path: Path) -> None:
    rows = results(tmp_path)
    marked = "<!-- kinds:begin -->\nfigures of before\n<!-- kinds:end -->\n"
    document = f"a\n{marked}b\n{marked.replace('kinds', 'kinds all')}"
    filled = summary.filled(document, rows)
    assert filled == summary.filled(filled, rows)
    assert filled.startswith("a\n<!-- kinds:begin -->\n**Text")
    assert "figures of before" not in filled
    assert "- snips7, n = 8: accuracy 0.800, setfit 0.900" in filled
    assert "- trec6, n = 8: log loss 0.400, minilm linear 0.300" in filled
    assert "| trec6, n = 8 | 0.600 ± 0.000 | **0.700** ± 0.000 |  |" in filled
