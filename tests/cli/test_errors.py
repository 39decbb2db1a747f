"""Bad input, interruptions and hostile names: one message, the right exit code, no half file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

BAD = {
    "no such file": (["fill", "absent.csv"], b""),
    "empty file": (["fill", "t.csv"], b""),
    "folder": (["fill", "."], b""),
    "no rows": (["fill", "t.csv", "--target", "y"], b"x,y\n"),
    "two rows": (["fill", "t.csv", "--target", "y"], b"x,y\n1,a\n2,\n"),
    "absent target": (["fill", "t.csv", "--target", "z"], b"x,y\n1,a\n2,b\n3,a\n4,\n"),
    "absent group": (["fill", "t.csv", "--group", "z"], b"x,y\n1,a\n2,b\n3,a\n4,\n"),
    "two columns of one name": (["fill", "t.csv"], b"x,x\n1,a\n2,b\n3,a\n4,\n"),
    "kind that does not hold": (["fill", "t.csv", "--kind", "y=number"], b"x,y\n1,a\n2,b\n3,a\n4,\n5,b\n"),
    "kind of no column": (["fill", "t.csv", "--kind", "z=number"], b"x,y\n1,a\n2,b\n3,a\n4,\n5,b\n"),
    "no model": (["predict", "absent.handful", "t.csv"], b"x,y\n1,a\n"),
    "a table as model": (["predict", "t.csv", "t.csv"], b"x,y\n1,a\n"),
    "a model's name": (["fit", "t.csv", "--target", "y", "-o", "model.pkl"], b"x,y\n1,a\n"),
    "no command": (["fil", "t.csv"], b""),
    "no option": (["fill", "t.csv", "--targets", "y"], b""),
}


@pytest.mark.parametrize("case", BAD)
def test_the_users_mistake_is_one_message_with_a_hint_and_exit_code_2(handful, tmp_path, case):
    arguments, content = BAD[case]
    (tmp_path / "t.csv").write_bytes(content)
    ended = handful(*arguments)
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith("handful: ")
    assert "\n\nhint: " in ended.err
    assert "Traceback" not in ended.err
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_debug_adds_the_traceback_and_changes_nothing_else(handful):
    short, full = handful("fill", "absent.csv"), handful("fill", "absent.csv", "--debug")
    assert full.code == short.code
    assert "Traceback" in full.err
    assert full.err.endswith(short.err)


def test_an_error_is_an_object_too(handful):
    error = handful("fill", "absent.csv", "--json").object["error"]
    assert error["exit_code"] == 2
    assert "absent.csv" in error["message"]
    assert error["hint"]


def test_names_cannot_steer_the_terminal_or_the_page(handful, tmp_path):
    name = "\x1b[31mred[/] <script>alert(1)</script> {{7*7}} \u202eyes"
    rows = [f"x,{name}", *(f"{row},{'ab'[row > 15]}" for row in range(30)), "31,"]
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for arguments in (["fill", "t.csv"], ["inspect", "t.csv"], ["report", "t.csv", "--target", name]):
        ended = handful(*arguments)
        assert ended.code == 0, ended.err
        assert "\x1b" not in ended.err + ended.out
        assert "\u202e" not in ended.err + ended.out
        assert "[/]" in ended.err + ended.out  # shown as it is, not taken as markup
    page = (tmp_path / "t.report.html").read_text()
    assert "<script" not in page
    assert "\u202e" not in page
    assert "{{7*7}}" in page


def test_neither_object_nor_traceback_lets_a_name_steer_the_terminal(handful, tmp_path):
    name = "\x9b31m\u202eyes"
    (tmp_path / "t.csv").write_text(f"{name}\n1\n2\n", encoding="utf-8")
    seen, failed = handful("inspect", "t.csv", "--json"), handful("predict", name, "t.csv", "--debug")
    assert seen.object["columns"][0]["name"] == name
    assert "Traceback" in failed.err
    assert not set("\x9b\u202e") & set(seen.out + failed.err)


def test_a_name_of_two_lines_cannot_pass_for_a_line_of_the_run(handful, tmp_path):
    rows = ['x,"y\nwrote forged.csv"', *(f"{row},{'ab'[row > 15]}" for row in range(30)), "31,"]
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n")
    ended = handful("fill", "t.csv")
    assert ended.code == 0, ended.err
    assert "wrote forged.csv" in ended.err
    assert [line for line in ended.err.splitlines() if line.startswith("wrote")] == ["wrote t.filled.csv"]


@pytest.mark.parametrize(
    "arguments", [["inspect"], ["inspect", "--json"], ["evaluate", "--target", "größe π"]]
)
def test_a_code_page_that_lacks_a_character_is_no_reason_to_fail(tmp_path, arguments):
    rows = ["x,größe π", *(f"{row},{'äπ'[row > 15]}" for row in range(30)), "31,"]
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    code = "from handful.cli.main import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments, "t.csv"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert b"\\u03c0" in run.stdout + run.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_ends_with_the_signals_exit_code_and_no_traceback(tmp_path, number, code):
    more_than_a_pipe_holds = b"x,y\n" + b"1,2\n" * 2**18  # so that once it is written, the run is reading
    with subprocess.Popen(
        [sys.executable, "-c", "from handful.cli.main import main; main()", "fill", "-", "-o", "t.csv"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.stdin is not None
        run.stdin.write(more_than_a_pipe_holds)
        run.stdin.flush()
        run.send_signal(number)
        out, said = run.communicate(timeout=60)
    assert run.returncode == code
    assert out == b""
    assert b"Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_reason_to_complain(patients):
    code = "from handful.cli.main import main; main()"
    reader, writer = os.pipe()
    os.close(reader)
    run = subprocess.run(
        [sys.executable, "-c", code, "fill", str(patients), "--target", "diagnosis", "-o", "-"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert run.returncode == 1
    assert "roken" not in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_is_a_failure_with_one_message(patients):
    code = "from handful.cli.main import main; main()"
    with open("/dev/full", "w") as full:  # noqa: PTH123
        run = subprocess.run(
            [sys.executable, "-c", code, "fill", str(patients), "--target", "diagnosis", "-o", "-"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert run.returncode == 1
    assert "handful: " in run.stderr
    assert "Traceback" not in run.stderr


def test_a_folder_that_does_not_exist_is_said_before_any_work(handful, patients):
    for arguments in (
        ("fill", patients, "-o", "nowhere/x.csv"),
        ("fit", patients, "--target", "diagnosis", "-o", "nowhere/x.handful"),
        ("report", patients, "--target", "diagnosis", "-o", "nowhere/x.html"),
    ):
        ended = handful(*arguments)
        assert ended.code == 2
        assert "the folder 'nowhere' does not exist" in ended.err


@pytest.mark.parametrize("closed", [">&-", "<&-"])
def test_a_closed_stream_ends_without_a_traceback(patients, closed):
    call = f"{sys.executable} -c 'from handful.cli.main import main; main()' fill - {closed} 2>said"
    subprocess.run(["bash", "-c", call], cwd=patients.parent, check=False, stdin=subprocess.DEVNULL)
    assert "Traceback" not in (patients.parent / "said").read_text()


def test_a_report_does_not_go_to_stdout(handful, patients):
    ended = handful("report", patients, "--target", "diagnosis", "-o", "-")
    assert ended.code == 2
    assert "name a file with -o" in ended.err
