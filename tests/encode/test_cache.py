"""The cache gives back what it was given, and whatever is wrong with it costs time alone."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from handful.encode.cache import FILE, VectorCache, cache_facts, cache_folder, clear_cache, vector_key

WIDTH = 16


def entries(count: int, *, start: int = 0) -> dict[bytes, np.ndarray]:
    rng = np.random.default_rng(start)
    return {
        vector_key("a", b"%d" % number): rng.normal(size=WIDTH).astype(np.float32)
        for number in range(start, start + count)
    }


def read(folder: Path, some: dict[bytes, np.ndarray]) -> dict[bytes, np.ndarray]:
    cache = VectorCache(folder)
    found = cache.read(list(some), WIDTH)
    cache.close()
    return found


def write(folder: Path, some: dict[bytes, np.ndarray], **options: int) -> VectorCache:
    cache = VectorCache(folder, **options)
    cache.write(some)
    cache.close()
    return cache


def same(found: dict[bytes, np.ndarray], some: dict[bytes, np.ndarray]) -> bool:
    return found.keys() == some.keys() and all(found[k].tobytes() == some[k].tobytes() for k in some)


def test_vectors_come_back_to_the_bit(tmp_path):
    some = entries(300)
    some[vector_key("a", b"odd")] = np.array([-0.0, 1e-45, 3.4e38, *[1 / 3] * (WIDTH - 3)], np.float32)
    write(tmp_path, some)
    assert same(read(tmp_path, some), some)
    assert read(tmp_path, entries(5, start=1_000)) == {}


def test_another_encoder_or_another_width_finds_nothing(tmp_path):
    key = vector_key("a", b"cell")
    write(tmp_path, {key: np.ones(WIDTH, np.float32)})
    cache = VectorCache(tmp_path)
    assert cache.read([vector_key("b", b"cell"), vector_key("a", b"CELL")], WIDTH) == {}
    assert cache.read([key], WIDTH + 1) == {}
    cache.close()


def test_neither_text_nor_name_is_in_the_file(tmp_path):
    write(tmp_path, {vector_key("encoder", b"a secret complaint"): np.ones(WIDTH, np.float32)})
    assert b"secret" not in (tmp_path / FILE).read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")
def test_only_its_owner_may_read_the_cache(tmp_path):
    before = os.umask(0)
    try:
        write(tmp_path / "new", entries(3))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / FILE).stat().st_mode) == 0o600


def test_a_changed_entry_is_absent_and_its_neighbours_are_not(tmp_path):
    some = entries(50)
    write(tmp_path, some)
    victim = next(iter(some))
    blob = bytearray(some[victim].tobytes())
    blob[7] ^= 1
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE vectors SET vector = ? WHERE key = ?", (bytes(blob), victim))
    database.close()
    found = read(tmp_path, some)
    assert found.keys() == some.keys() - {victim}
    write(tmp_path, some)
    assert same(read(tmp_path, some), some)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.99])
@pytest.mark.parametrize("how", ["cut", "overwritten", "bits"])
def test_a_damaged_file_gives_no_wrong_vector_and_is_begun_anew(tmp_path, share, how):
    some = entries(500)
    write(tmp_path, some)
    path = tmp_path / FILE
    content = bytearray(path.read_bytes())
    place = int(share * len(content))
    if how == "cut":
        del content[place:]
    elif how == "overwritten":
        content[place : place + 5_000] = b"\xa5" * len(content[place : place + 5_000])
    else:
        rng = np.random.default_rng(place)
        for each in rng.integers(place, len(content), 200):
            content[each] ^= 1 << rng.integers(8)
    path.write_bytes(content)
    found = read(tmp_path, some)
    assert all(found[key].tobytes() == some[key].tobytes() for key in found)
    missing = {key: some[key] for key in some.keys() - found.keys()}
    assert write(tmp_path, missing).problem == ""
    assert set(read(tmp_path, missing)) == set(missing)


def test_a_file_of_another_make_is_replaced(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("CREATE TABLE vectors (name TEXT)")
    database.close()
    write(tmp_path, entries(3))
    assert same(read(tmp_path, entries(3)), entries(3))


def test_what_was_used_longest_ago_gives_way_and_the_file_keeps_its_cap(tmp_path):
    cap = 150_000
    old, used = entries(300), entries(100, start=5_000)
    write(tmp_path, {**used, **old}, cap=cap)
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE vectors SET used = used - 100000")
    assert same(read(tmp_path, used), used)  # which counts as a use
    for start in range(10_000, 12_000, 100):
        newest = entries(100, start=start)
        write(tmp_path, newest, cap=cap)
        assert (tmp_path / FILE).stat().st_size <= cap
        kept = {key for (key,) in database.execute("SELECT key FROM vectors")}
        assert newest.keys() <= kept
        assert used.keys() <= kept or not old.keys() & kept
    database.close()
    assert not old.keys() & kept


WRITER = """
import sys
from pathlib import Path
from tests.encode.test_cache import entries, write
for start in range(0, 400, 20):
    assert write(Path(sys.argv[1]), entries(20, start=start + int(sys.argv[2]))).problem == ""
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path):
    places = (0, 200, 10_000)  # the first two write some of the same
    runs = [subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, str(place)]) for place in places]
    assert [run.wait() for run in runs] == [0, 0, 0]
    for place in places:
        for start in range(0, 400, 20):
            some = entries(20, start=start + place)
            assert read(tmp_path, some).keys() == some.keys()


def test_another_process_that_holds_the_file_costs_a_wait_and_no_error(tmp_path, monkeypatch):
    monkeypatch.setattr("handful.encode.cache.PATIENCE", 0.05)
    some = entries(3)
    write(tmp_path, some)
    holder = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert read(tmp_path, some) == {}
    assert "locked" in write(tmp_path, some).problem
    holder.close()
    assert same(read(tmp_path, some), some)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_where_no_folder_can_be_nothing_is_kept_and_nothing_fails(tmp_path, place):
    (tmp_path / "file").write_text("mine")
    assert write(tmp_path / place, entries(3)).problem
    assert read(tmp_path / place, entries(3)) == {}
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no owners here")
def test_a_folder_that_may_not_be_written_or_is_anothers_is_left(tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    foreign = Path("/") if os.geteuid() else tmp_path / "foreign"
    if os.geteuid() == 0:  # root may write anywhere, but trusts only what is root's
        foreign.mkdir()
        os.chown(foreign, 12_345, 12_345)
    else:
        assert write(locked, entries(3)).problem
        assert not list(locked.iterdir())
    assert write(foreign, entries(3)).problem == "the folder belongs to another user"


FULL = """
import resource, sys
from pathlib import Path
from tests.encode.test_cache import entries, read, write
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
assert write(Path(sys.argv[1]), entries(2_000)).problem
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sets no limit to a file's size")
def test_a_full_disk_is_no_error_and_what_was_kept_stays(tmp_path):
    before = entries(10, start=10_000)
    write(tmp_path, before)
    assert subprocess.run([sys.executable, "-c", FULL, tmp_path], check=False).returncode == 0
    assert same(read(tmp_path, before), before)


def test_handful_cache_says_where_or_that_nothing_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("HANDFUL_CACHE", str(tmp_path / "here"))
    assert cache_folder() == tmp_path / "here"
    for word in ("off", "OFF"):
        monkeypatch.setenv("HANDFUL_CACHE", word)
        assert cache_folder() is None
    monkeypatch.setenv("HANDFUL_CACHE", "~nobody-of-that-name/cache")
    assert cache_folder() is None
    assert cache_facts().problem == "it is switched off"
    assert cache_facts().entries == 0
    clear_cache()
    monkeypatch.setenv("HANDFUL_CACHE", "")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    folder = cache_folder()
    assert folder is not None
    assert folder.is_relative_to(tmp_path / "home")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="a rule of the other systems")
def test_the_folder_is_where_the_system_keeps_caches(tmp_path, monkeypatch):
    monkeypatch.delenv("HANDFUL_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "handful"


def test_facts_count_and_clearing_leaves_nothing_but_what_is_not_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("HANDFUL_CACHE", str(tmp_path))
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "vectors-0.sqlite").write_text("of an older version")
    write(tmp_path, entries(200))
    facts = cache_facts()
    assert (facts.folder, facts.entries, facts.problem) == (tmp_path, 200, "")
    assert facts.bytes >= 200 * 4 * WIDTH
    clear_cache()
    after = cache_facts()
    assert after.entries == 0
    assert after.bytes < facts.bytes
    assert read(tmp_path, entries(200)) == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", FILE]


def test_texts_come_back_as_they_were_and_are_no_vectors(tmp_path):
    cache = VectorCache(tmp_path)
    some = {vector_key("a", b"1"): "", vector_key("a", b"2"): "caf\u00e9 \U0001f600 \0"}
    cache.write_texts(some)
    assert cache.read_texts([*some, vector_key("a", b"3")]) == some
    cache.write(entries(1, start=7))
    assert cache.count() == 3
    cache.close()
