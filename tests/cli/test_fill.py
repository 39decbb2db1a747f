from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import partial
from typing import Any

import polars as pl
import pytest


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_filled_file_keeps_every_given_cell_and_has_no_blank_in_the_target(handful, patients):
    ended = handful("fill", patients, "--target", "diagnosis")
    assert ended.code == 0, ended.err
    assert ended.out == ""
    before = rows_of(patients.read_text())
    after = rows_of(patients.with_name("patients.filled.csv").read_text())
    assert list(after[0]) == [*before[0], "diagnosis sure", "diagnosis status"]
    for old, new in zip(before, after, strict=True):
        assert all(new[name] == cell for name, cell in old.items() if cell)
        assert new["diagnosis"] in ("normal", "raised")
        assert (new["diagnosis status"] == "given") == bool(old["diagnosis"])


def test_without_a_target_every_column_with_blanks_is_filled(handful, patients):
    ended = handful("fill", patients, "--json", "-o", "out.csv")
    assert ended.code == 0, ended.err
    assert {target["name"] for target in ended.object["targets"]} == {"pressure", "diagnosis"}


def test_the_first_line_is_the_verdict(handful, patients):
    ended = handful("fill", patients, "--target", "diagnosis", "--json", "-o", "out.csv")
    verdict = ended.object["targets"][0]["score"]["verdict"]
    assert ended.err.splitlines()[0] == verdict


def test_the_last_line_is_the_receipt(handful, patients):
    ended = handful("fill", patients, "--target", "diagnosis")
    assert "CPU s" in ended.err.splitlines()[-1]


def test_an_existing_file_is_refused_before_any_work_and_replaced_with_force(handful, patients):
    out = patients.with_name("patients.filled.csv")
    out.write_text("mine")
    refused = handful("fill", patients, "--target", "diagnosis")
    assert refused.code == 2
    assert "--force" in refused.err
    assert out.read_text() == "mine"
    assert handful("fill", patients, "--target", "diagnosis", "--force").code == 0
    assert out.read_text() != "mine"


def test_the_table_goes_to_stdout_and_the_talk_to_stderr(handful, patients):
    ended = handful("fill", patients, "--target", "diagnosis", "-o", "-")
    assert ended.code == 0, ended.err
    assert len(rows_of(ended.out)) == 60
    assert "CPU s" in ended.err
    assert not list(patients.parent.glob("*.filled.*"))


def test_csv_from_stdin_gives_csv_on_stdout(handful, patients):
    from_file = handful("fill", patients, "--target", "diagnosis", "-o", "-")
    from_stdin = handful("fill", "-", "--target", "diagnosis", stdin=patients.read_bytes())
    assert from_stdin.code == 0, from_stdin.err
    assert from_stdin.out == from_file.out


def test_table_and_object_cannot_share_stdout(handful, patients):
    ended = handful("fill", patients, "-o", "-", "--json")
    assert ended.code == 2
    assert "-o" in ended.object["error"]["hint"]


def test_the_object_has_what_the_reference_says(handful, patients):
    answer = handful("fill", patients, "--target", "diagnosis", "--json").object
    assert set(answer) == {"input", "output", "rows", "targets", "left", "notes", "receipt"}
    assert set(answer["receipt"]) == {"seconds", "cpu_seconds", "peak_mib", "energy"}
    (target,) = answer["targets"]
    assert set(target) == {"name", "kind", "given", "filled", "unsure", "score", "notes"}
    assert answer["rows"] == 60
    assert target["given"] + target["filled"] + target["unsure"] == 60


def test_a_kind_can_be_overridden_also_when_the_name_holds_an_equals_sign(handful, tmp_path):
    lines = ["a=b,x", *(f"{row % 3},{row}" for row in range(30)), ",31"]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    ended = handful("fill", "t.csv", "--kind", "a=b=number", "--json", "-o", "out.csv")
    assert ended.code == 0, ended.err
    assert ended.object["targets"][0]["kind"] == "number"


def test_a_table_without_blanks_is_said_to_have_none(handful, tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n" + "1,a\n2,b\n" * 5)
    ended = handful("fill", "t.csv")
    assert ended.code == 0, ended.err
    assert ended.err.startswith("no column has blanks to fill\n")
    assert (tmp_path / "t.filled.csv").read_bytes() == (tmp_path / "t.csv").read_bytes()


FORMATS: dict[str, tuple[Callable[..., Any], Callable[..., pl.DataFrame]]] = {
    ".tsv": (lambda table, path: table.write_csv(path, separator="\t"), partial(pl.read_csv, separator="\t")),
    ".parquet": (pl.DataFrame.write_parquet, pl.read_parquet),
    ".jsonl": (pl.DataFrame.write_ndjson, pl.read_ndjson),
    ".xlsx": (pl.DataFrame.write_excel, pl.read_excel),
}


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_comes_back_in_its_own_form(handful, patients, suffix):
    write, read = FORMATS[suffix]
    path = patients.with_suffix(suffix)
    write(pl.read_csv(patients, try_parse_dates=True), path)
    ended = handful("fill", path)
    assert ended.code == 0, ended.err
    before, after = read(path), read(patients.with_name(f"patients.filled{suffix}"))
    assert after.select(before.columns).schema == before.schema
    for name in before.columns:
        given = before[name].is_not_null()
        assert after[name].filter(given).to_list() == before[name].filter(given).to_list()
        assert after[name].null_count() == 0
    beside = {name: dtype for name, dtype in after.schema.items() if name not in before.columns}
    assert beside == {
        "pressure low": pl.Float64,
        "pressure high": pl.Float64,
        "pressure status": pl.String,
        "diagnosis sure": pl.Float64,
        "diagnosis status": pl.String,
    }
