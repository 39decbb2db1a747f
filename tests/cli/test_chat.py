"""`handful chat`: questions on the command line and in the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from handful.cli.chat import chat
from handful.cli.console import Terminal
from handful.errors import UserError
from tests.chat.shops import lamps


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`talk("-q", "how many rows?")` about lamps.csv in an empty folder, where no writer is installed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path / "data"))
    lamps().write_csv(tmp_path / "lamps.csv")

    def call(*arguments: str, typed: str = "", file: str = "lamps.csv") -> Result:
        ended = CliRunner().invoke(chat, [file, *arguments], obj=Terminal(), input=typed)
        if ended.exception and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return ended

    return call


def test_a_question_is_answered_on_stdout_with_what_was_computed(talk):
    ended = talk("-q", "mean price of the red lamps")
    assert ended.exit_code == 0
    assert ended.stdout == "mean of price where colour = red: 398 (n = 30)\n"


def test_without_a_writer_it_works_and_says_so_once(talk):
    ended = talk("-q", "how many lamps?", "-q", "mean price")
    assert "number of rows: 60" in ended.stdout
    assert ended.stderr.count("handful get writer") == 1


def test_json_has_every_reply_with_its_figure(talk):
    ended = talk("-q", "how many lamps are green?", "-q", "what is the meaning of life?", "--json")
    found = json.loads(ended.stdout)
    assert [each["operation"] for each in found["replies"]] == ["count", "none"]
    assert found["replies"][0]["figure"] == 30
    assert found["replies"][1]["suggestions"]


def test_a_talk_goes_on_until_quit(talk):
    ended = talk(typed="how many lamps are red?\nand green?\n\nhelp\nquit\nmean price\n")
    assert ended.exit_code == 0
    assert "number of rows where colour = red: 30 of 60" in ended.stdout
    assert "number of rows where colour = green: 30 of 60" in ended.stdout
    assert "mean of price" not in ended.stdout
    assert "what columns are there?" in ended.stderr


def test_the_end_of_input_ends_the_talk(talk):
    ended = talk(typed="how many rows are there?")
    assert ended.exit_code == 0
    assert "number of rows: 60" in ended.stdout


def test_plots_are_written_beside_the_file_and_over_no_other(talk, tmp_path):
    ended = talk("-q", "histogram of price", "-q", "bar chart of shops")
    assert ended.exit_code == 0
    assert (tmp_path / "lamps.plot1.svg").read_text().startswith("<?xml")
    assert (tmp_path / "lamps.plot2.svg").exists()


def test_questions_must_come_from_somewhere(talk):
    with pytest.raises(UserError, match="--json"):
        talk("--json")
    with pytest.raises(UserError, match="stdin"):
        talk(file="-")


def test_a_name_in_the_file_cannot_steer_the_terminal(talk, tmp_path):
    (tmp_path / "t.csv").write_text("sh\x1b[31mop,price\n" + "a\x1b]0;x\x07b,1\nc,2\n" * 10, encoding="utf-8")
    ended = talk("-q", "show all rows", "-q", "describe the table", "-q", "sing", file="t.csv")
    assert not set("\x1b\x07") & set(ended.output)
