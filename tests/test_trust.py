"""What a learner says beside its answers, of every kind of target, before and after it was saved."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from handful import Learner
from tests.tables import flowers


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return flowers(44, blanks=0)


@pytest.fixture(scope="module", params=["kind", "weight", "day"])
def learner(request, table) -> Learner:
    return Learner(request.param).fit(table)


def test_what_was_saved_says_the_same(learner, table, tmp_path):
    again = Learner.load(learner.save(tmp_path / "it.handful"))
    queries = flowers(6, blanks=6, seed=1)
    for said, repeated in zip(
        learner.predict(queries, sure=0.8, why=True), again.predict(queries, sure=0.8, why=True), strict=True
    ):
        assert said == repeated
    assert learner.doubts() == again.doubts()
    assert learner.next(queries, 3).tolist() == again.next(queries, 3).tolist()


def test_doubts_name_labels_in_the_users_own_terms(learner, table):
    given = table[learner.target].to_list()
    for doubt in learner.doubts():
        assert str(doubt.label)[:10] == str(given[doubt.row])[:10]
        assert 0 < doubt.wrong < 1
        assert type(doubt.better) is type(doubt.label)


def test_a_wrong_label_is_doubted(table):
    kinds = table["kind"].to_list()
    kinds[7] = "tulip" if kinds[7] == "iris" else "iris"
    length = table["length"].to_list()
    clear = table.with_columns(
        kind=pl.Series(kinds), twin=pl.Series([kind == "iris" for kind in table["kind"]])
    )
    assert length[7] is not None
    assert Learner("kind").fit(clear).doubts()[0].row == 7


def test_no_query_has_no_reasons(learner, table):
    assert len(learner.predict(table.head(0), sure=0.8, why=True)) == 0


def test_reasons_are_the_same_however_many_rows_are_asked_about(learner):
    queries = flowers(5, blanks=5, seed=2)
    together = learner.predict(queries, sure=0.8, why=True)
    for row in range(len(queries)):
        alone = learner.predict(queries[row : row + 1], sure=0.8, why=True)
        assert alone.why.rows.tolist() == together.why.rows[row : row + 1].tolist()
        np.testing.assert_allclose(alone.why.shares, together.why.shares[row : row + 1], atol=1e-6)


def test_a_blank_cell_alone_makes_no_row_unlike_the_others(table):
    learner = Learner("kind").fit(table.drop("weight").fill_null(strategy="mean"))
    queries = flowers(40, blanks=40, seed=3)
    blanked = queries.with_columns(pl.lit(None, dtype=pl.String).alias("colour"))
    assert (learner.predict(blanked).status == "unsure").sum() <= 12
    strange = queries.with_columns(pl.lit("never seen").alias("colour"))
    assert (learner.predict(strange).status == "unsure").mean() > 0.9
