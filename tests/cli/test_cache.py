"""`handful cache`: what is kept, where, and none of it after --clear."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def kept(tmp_path, monkeypatch):
    from handful.encode.cache import VectorCache

    monkeypatch.setenv("HANDFUL_CACHE", str(tmp_path / "kept"))
    cache = VectorCache(tmp_path / "kept")
    cache.write({b"%d" % number: np.ones(8, np.float32) for number in range(1_234)})
    cache.close()
    return tmp_path / "kept"


def test_it_shows_how_much_is_kept_and_where(handful, kept):
    ended = handful("cache")
    assert ended.code == 0, ended.err
    assert "1,234" in ended.out
    assert str(kept) in ended.out
    seen = handful("cache", "--json").object
    assert seen.keys() == {"folder", "entries", "bytes", "most_bytes", "problem", "removed", "receipt"}
    assert (seen["folder"], seen["entries"], seen["problem"], seen["removed"]) == (str(kept), 1_234, None, 0)
    assert seen["bytes"] > 1_234 * 32
    assert seen["most_bytes"] == 10**9


def test_clear_removes_it(handful, kept):
    ended = handful("cache", "--clear")
    assert ended.code == 0, ended.err
    assert "removed 1,234 entries" in ended.err
    seen = handful("cache", "--clear", "--json").object
    assert (seen["entries"], seen["removed"]) == (0, 0)


def test_it_says_why_nothing_is_kept(handful, tmp_path, monkeypatch):
    monkeypatch.setenv("HANDFUL_CACHE", "off")
    ended = handful("cache", "--clear")
    assert ended.code == 0, ended.err
    assert "nothing is kept: it is switched off" in ended.err
    (tmp_path / "file").write_text("mine")
    monkeypatch.setenv("HANDFUL_CACHE", str(tmp_path / "file"))
    assert handful("cache", "--json").object["problem"]
    assert (tmp_path / "file").read_text() == "mine"
