"""The facts: plain typed data, and what rows that were held out tell."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from PIL import Image

from handful.distribution import LEVELS
from handful.report import judged
from handful.report.cells import SIDE, cells_of
from handful.report.facts import Facts, Outcome
from handful.table.column import Column, Form, Kind, texts
from handful.table.table import Table
from handful.target import FittedTarget

CLASSES = FittedTarget("kind", Kind.CATEGORY, ("a", "b", "c"), 0.0, 1.0, 0.0, 0.0, Form())
NUMBER = FittedTarget("weight", Kind.NUMBER, (), 10.0, 2.0, -100.0, 100.0, Form())


def test_facts_are_plain_frozen_data(facts):
    def check(value):
        if is_dataclass(value):
            assert type(value).__setattr__ is not object.__setattr__  # frozen
            for field in fields(value):
                check(getattr(value, field.name))
        elif isinstance(value, tuple):
            for each in value:
                check(each)
        elif isinstance(value, dict):
            check(tuple(value.values()))
        else:
            assert value is None or isinstance(value, str | int | float), type(value)
            assert not isinstance(value, str) or "<svg" not in value

    check(facts)


def test_facts_are_ready_for_json(facts):
    about = json.loads(json.dumps(facts.to_dict(), allow_nan=False))
    assert set(about) == {field.name for field in fields(Facts)}
    assert about["score"]["verdict"] == facts.score.verdict


def test_every_judged_row_is_told_and_scores_what_the_score_says(facts):
    assert len(facts.outcomes) == facts.score.rows
    assert facts.answered[-1].share == 1
    assert facts.answered[-1].score == pytest.approx(facts.score.value)


def test_columns_learnt_from_are_weighed_and_the_one_that_tells_is_first(facts):
    assert {weight.column for weight in facts.columns.worth} == set(facts.columns.kinds)
    if facts.target == "weight":
        assert facts.columns.worth[0].column == "length"
        assert facts.columns.sure_to_matter[0] == "length"


def test_answers_that_are_right_as_often_as_they_say_are_calibrated_but_for_chance():
    random = np.random.default_rng(0)
    sure = random.uniform(0.4, 1, 5_000)
    rows = [
        Outcome("a", "a" if luck < said else "b", said)
        for said, luck in zip(sure, random.random(5_000), strict=True)
    ]
    found = judged.calibration(rows, np.zeros((0, 2)), np.zeros(0), 2)
    assert found is not None
    assert found.error < 3 * found.by_chance < 0.05
    too_sure = [Outcome(row.truth, row.predicted, min(1.0, row.sure + 0.2)) for row in rows]
    worse = judged.calibration(too_sure, np.zeros((0, 2)), np.zeros(0), 2)
    assert worse is not None
    assert worse.error > 0.1


def test_too_few_rows_tell_nothing_of_calibration():
    assert judged.calibration([Outcome("a", "a", 0.9)] * 19, np.zeros((19, 2)), np.zeros(19), 2) is None


def test_own_intervals_of_numbers_drawn_from_them_hold_what_they_say():
    random = np.random.default_rng(0)
    spread = random.uniform(1, 3, 4_000)
    said, truth = spread[:, None] * LEVELS, spread * random.random(4_000)
    for found in judged.covered(said, truth, NUMBER):
        assert found.inside == pytest.approx(found.level, abs=0.03)
        assert found.size == pytest.approx(found.level * spread.mean() * NUMBER.scale, rel=0.01)


def test_own_sets_hold_the_likeliest_class_and_grow_with_the_level():
    said = np.random.default_rng(0).dirichlet([1, 1, 1], 200)
    found = judged.covered(said, said.argmax(axis=1), CLASSES)
    assert [each.inside for each in found] == [1] * 4
    assert sorted(each.size for each in found) == [each.size for each in found]
    assert 1 <= found[0].size < found[-1].size <= 3


def test_the_surest_of_honest_answers_are_right_more_often():
    rows = [Outcome("a", "a" if row % 10 < 5 + row // 50 else "b", row / 250) for row in range(250)]
    scores = [point.score for point in judged.answered_share(rows)]
    assert scores[0] > scores[len(scores) // 2] > scores[-1]


def test_every_row_is_in_the_confusion_once_and_the_rare_classes_together():
    rows = [Outcome(str(row % 20), str(row % 19), 1.0) for row in range(400)]
    found = judged.confusion(rows)
    assert len(found.classes) == judged.CLASSES_SHOWN
    assert found.classes[-1] == "9 others"
    assert sum(map(sum, found.counts)) == 400


def test_a_picture_is_shown_small_and_first_and_a_broken_one_by_its_name(tmp_path):
    Image.new("RGB", (400, 200), "red").save(tmp_path / "one.png")
    (tmp_path / "two.png").write_bytes(b"no picture")
    photo = Column("photo", Kind.IMAGE, texts(["one.png", "two.png"]), root=tmp_path)
    size = Column("size", Kind.NUMBER, np.array([2.5, np.nan]))
    table = Table((size, photo), 2)
    first, broken = (cells_of(table, row, ("size", "photo")) for row in (0, 1))
    assert [(cell.column, cell.text) for cell in first] == [("photo", "one.png"), ("size", "2.5")]
    assert first[0].picture.startswith("data:image/jpeg;base64,")
    assert len(first[0].picture) < SIDE * SIDE
    assert [(cell.text, cell.picture) for cell in broken] == [("two.png", "")]
