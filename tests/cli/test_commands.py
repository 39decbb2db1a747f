"""fit, predict, evaluate, inspect, report, demo."""

from __future__ import annotations

import csv
import stat

import numpy as np
import pytest

from tests.patients import write_patients


@pytest.fixture
def model(handful, patients):
    ended = handful("fit", patients, "--target", "diagnosis", "-o", "diagnosis.handful")
    assert ended.code == 0, ended.err
    return patients.with_name("diagnosis.handful")


def test_a_saved_model_answers_as_fill_does(handful, patients, model):
    filled = handful("fill", patients, "--target", "diagnosis", "-o", "-")
    predicted = handful("predict", model, patients, "-o", "-")
    assert predicted.code == 0, predicted.err
    assert predicted.out == filled.out


def test_a_file_without_the_target_gets_it_as_its_last_columns(handful, model, tmp_path):
    whole = write_patients(tmp_path / "whole.csv", rows=20, blanks=False)
    bare = tmp_path / "bare.csv"
    bare.write_text("\n".join(line.rpartition(",")[0] for line in whole.read_text().splitlines()) + "\n")
    ended = handful("predict", model, bare, "-o", "-")
    assert ended.code == 0, ended.err
    head, *rows = csv.reader(ended.out.splitlines())
    assert head[-3:] == ["diagnosis", "diagnosis sure", "diagnosis status"]
    assert all(row[-3] in ("normal", "raised") for row in rows)


def test_a_model_is_readable_by_its_owner_alone(model):
    assert stat.S_IMODE(model.stat().st_mode) == 0o600


def test_evaluate_writes_nothing_and_gives_the_score_of_fit(handful, patients, model):
    before = {path: path.read_bytes() for path in patients.parent.iterdir()}
    ended = handful("evaluate", patients, "--target", "diagnosis", "--json")
    assert ended.code == 0, ended.err
    assert set(ended.object) == {"input", "target", "kind", "score", "notes", "receipt"}
    assert ended.err.splitlines()[0] == ended.object["score"]["verdict"]
    assert {path: path.read_bytes() for path in patients.parent.iterdir()} == before


def test_a_hopeless_target_is_called_so_in_the_first_line(handful, tmp_path):
    rng = np.random.default_rng(3)
    rows = ["x,y", *(f"{rng.normal():.3f},{rng.choice(['a', 'b'])}" for row in range(40))]
    (tmp_path / "noise.csv").write_text("\n".join(rows) + "\n")
    ended = handful("evaluate", "noise.csv", "--target", "y")
    assert ended.code == 0, ended.err
    assert ended.err.startswith("No better than guessing")


def test_inspect_says_the_kind_of_every_column_and_why(handful, patients):
    seen = handful("inspect", patients, "--target", "diagnosis", "--json").object
    kinds = {column["name"]: column["kind"] for column in seen["columns"]}
    assert kinds["age"] == "number"
    assert kinds["visit"] == "date"
    assert kinds["diagnosis"] == "category"
    assert all(column["why"] for column in seen["columns"])
    shown = handful("inspect", patients).out
    assert all(name in shown for name in kinds)


def test_inspect_tells_programs_how_the_file_was_read(handful, tmp_path):
    (tmp_path / "t.csv").write_bytes("größe;x\n1;ä\n2;ö\n".encode("cp1252"))
    seen = handful("inspect", "t.csv", "--json").object
    assert any("semicolon" in note for note in seen["notes"])
    assert any("encoding" in note for note in seen["notes"])
    assert all(note in handful("inspect", "t.csv").err for note in seen["notes"])


@pytest.mark.parametrize("target", ["diagnosis", "pressure", "visit"])
def test_the_report_is_one_file_that_loads_nothing(handful, patients, target):
    ended = handful("report", patients, "--target", target)
    assert ended.code == 0, ended.err
    page = patients.with_name("patients.report.html").read_text()
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_a_report_on_a_model_is_the_report_on_its_table(handful, patients, model):
    assert handful("report", model, "-o", "a.html").code == 0
    assert handful("report", patients, "--target", "diagnosis", "-o", "b.html").code == 0
    a, b = ((patients.parent / name).read_text().rpartition("<footer>")[0] for name in ("a.html", "b.html"))
    assert a == b


def test_a_report_on_a_table_asks_for_the_target(handful, patients):
    ended = handful("report", patients)
    assert ended.code == 2
    assert "--target" in ended.err


@pytest.mark.parametrize("options", [["--target", "age"], ["--kind", "age=number"], ["--group", "clinic"]])
def test_a_report_on_a_model_takes_no_other_target_kind_or_group(handful, model, options):
    ended = handful("report", model, *options)
    assert ended.code == 2
    assert options[0] in ended.err
    assert not list(model.parent.glob("*.html"))


def test_the_demo_is_right_about_most_penguins_and_leaves_only_its_folder(handful, tmp_path):
    ended = handful("demo", "--json")
    assert ended.code == 0, ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["handful-demo"]
    assert ended.object["against_truth"]["answered"] == 324
    assert ended.object["against_truth"]["accuracy"] > 0.85
    assert "penguins.filled.csv" in ended.err
    assert handful("demo").code == 0  # its own files it may replace


@pytest.mark.parametrize("name", ["penguins.csv", "penguins.filled.csv", "report.html"])
def test_the_demo_replaces_no_file_in_a_folder_that_is_named(handful, tmp_path, name):
    mine = tmp_path / "mine" / name
    mine.parent.mkdir()
    mine.write_text("mine")
    ended = handful("demo", "-o", "mine")
    assert ended.code == 2
    assert name in ended.err
    assert [path.read_text() for path in mine.parent.iterdir()] == ["mine"]


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_the_demo_asks_for_another_folder_where_a_file_is_in_the_way(handful, tmp_path, place):
    (tmp_path / "file").write_text("mine")
    ended = handful("demo", "-o", place)
    assert ended.code == 2
    assert "hint: name another folder" in ended.err
    assert (tmp_path / "file").read_text() == "mine"
