"""Vectors come from contents alone, each content is read once, and a cell that cannot be read is blank and named."""

from __future__ import annotations

import hashlib
import signal
import threading
import time
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from handful.encode.cache import VectorCache, cache_facts, cache_folder, vector_key
from handful.encode.embed import FROZEN, embed
from handful.errors import CellError, ColumnError
from handful.table.column import Column, Kind, texts
from handful.table.table import Table


class Bytes:
    """A frozen encoder of three coordinates: how long a content is, and two bytes of its hash."""

    width = 3

    def __init__(self, identity: str = "bytes 1", pause: float = 0.0) -> None:
        self.identity = identity
        self.pause = pause
        self.asked: list[bytes] = []
        self.threads: set[int] = set()

    def embed(self, content: bytes) -> np.ndarray:
        self.asked.append(content)
        self.threads.add(threading.get_ident())
        time.sleep(self.pause)
        if content.startswith(b"broken"):
            raise CellError("cut off")
        digest = hashlib.sha256(content).digest()
        return np.array([len(content), digest[0] / 7, digest[1] / 7], np.float32)


@pytest.fixture
def encoder(monkeypatch, tmp_path):
    monkeypatch.setenv("HANDFUL_CACHE", str(tmp_path / "cache"))
    made = Bytes()
    for kind in FROZEN:
        monkeypatch.setitem(FROZEN, kind, lambda: made)
    return made


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.png").write_bytes(b"picture %d" % number)
    (folder / "copy.png").write_bytes(b"picture 0")
    (folder / "torn.png").write_bytes(b"broken")
    return folder


def pictures(root: Path, *cells: str | None, name: str = "photo") -> Column:
    return Column(name, Kind.IMAGE, texts(cells), root=root)


def words(*cells: str | None, name: str = "note") -> Column:
    return Column(name, Kind.TEXT, texts(cells))


def table(*columns: Column) -> Table:
    return Table(columns, len(columns[0]), ("read as it is",))


def vectors(done: Table, name: str) -> np.ndarray:
    found = done[name].vectors
    assert found is not None
    return found


def test_each_row_has_the_vector_of_its_content_and_blanks_have_none(encoder, photos):
    number = Column("age", Kind.NUMBER, np.arange(4.0))
    done = embed(
        table(words("a", None, "ccc", "a"), number, pictures(photos, "0.png", "copy.png", None, "1.png"))
    )
    assert vectors(done, "note").dtype == np.float32
    assert vectors(done, "note").shape == (4, 3)
    assert vectors(done, "note")[[0, 2], 0].tolist() == [1, 3]
    assert np.isnan(vectors(done, "note")[1]).all()
    assert np.array_equal(
        vectors(done, "photo")[0], vectors(done, "photo")[1]
    )  # another name, the same picture
    assert not np.array_equal(vectors(done, "photo")[0], vectors(done, "photo")[3])
    assert done["age"] is number
    assert done.names == ("note", "age", "photo")
    assert done.notes == ("read as it is",)


def test_a_vector_does_not_depend_on_order_or_company(encoder, photos, monkeypatch):
    monkeypatch.setenv("HANDFUL_CACHE", "off")
    cells = [f"{number}.png" for number in range(6)]
    whole = vectors(embed(table(pictures(photos, *cells, *cells, "torn.png", "away.png"))), "photo")
    turned = vectors(embed(table(pictures(photos, *cells[::-1]))), "photo")
    assert np.array_equal(whole[:6], turned[::-1])
    for row in range(6):
        assert np.array_equal(vectors(embed(table(pictures(photos, cells[row]))), "photo")[0], whole[row])


def test_equal_contents_are_embedded_once_and_a_second_run_embeds_nothing(encoder, photos):
    asked = table(words("a", "b", "a"), pictures(photos, "0.png", "copy.png", "1.png"))
    first = embed(asked)
    assert sorted(encoder.asked) == [b"a", b"b", b"picture 0", b"picture 1"]
    encoder.asked.clear()
    second = embed(asked)
    assert encoder.asked == []
    for name in asked.names:
        assert vectors(first, name).tobytes() == vectors(second, name).tobytes()


def test_a_changed_file_or_encoder_is_embedded_again(encoder, photos):
    asked = table(pictures(photos, "0.png", "1.png"))
    embed(asked)
    (photos / "0.png").write_bytes(b"another picture")
    encoder.asked.clear()
    embed(asked)
    assert encoder.asked == [b"another picture"]
    encoder.identity = "bytes 2"
    embed(asked)
    assert len(encoder.asked) == 3


def test_a_run_without_a_cache_gives_the_same_and_leaves_nothing(encoder, photos, tmp_path, monkeypatch):
    asked = table(words("a", "b"), pictures(photos, "0.png", "1.png"))
    kept = embed(asked)
    monkeypatch.setenv("HANDFUL_CACHE", "off")
    encoder.asked.clear()
    free = embed(asked)
    assert len(encoder.asked) == 4
    assert all(np.array_equal(vectors(kept, name), vectors(free, name)) for name in asked.names)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HANDFUL_CACHE", str(tmp_path / "file" / "below"))
    assert np.array_equal(vectors(embed(asked), "note"), vectors(free, "note"))


def test_cells_that_cannot_be_read_are_blank_unusable_counted_and_named(encoder, photos):
    cells = ("0.png", "torn.png", None, "away.png", "torn.png", "../x.png", "gone.png", "1.png")
    column = embed(table(pictures(photos, *cells)))
    done = column["photo"]
    assert done.values.tolist() == ["0.png", None, None, None, None, None, None, "1.png"]
    assert done.unusable is not None
    assert done.unusable.tolist() == [False, True, False, True, True, True, True, False]
    assert done.empty.tolist() == [False, False, True, False, False, False, False, False]
    assert np.isnan(vectors(column, "photo")).all(axis=1).tolist() == done.blank.tolist()
    note = column.notes[1]
    assert note.startswith(
        "5 of 7 pictures in 'photo' cannot be used and count as blank: 'torn.png' (cut off), 'away"
    )
    assert note.endswith(", ...")
    assert "gone" not in note


def test_a_single_bad_cell_reads_well(encoder, photos):
    (note,) = embed(table(pictures(photos, "0.png", "torn.png"))).notes[1:]
    assert note == "1 of 2 pictures in 'photo' cannot be used and counts as blank: 'torn.png' (cut off)"


def test_a_column_of_which_nothing_can_be_read_says_where_it_looked(encoder, photos):
    with pytest.raises(ColumnError) as caught:
        embed(table(pictures(photos, "a.png", None, "b.png")), needed=True)
    assert all(part in caught.value.message for part in ("'photo'", "'a.png' (no such file)", str(photos)))
    assert "--kind photo=text" in caught.value.hint
    assert "relative to the table's folder" in caught.value.hint


def test_where_answers_are_asked_for_a_column_of_which_nothing_can_be_read_is_blank(encoder, photos):
    done = embed(table(pictures(photos, "a.png", None, "b.png")))
    assert np.isnan(vectors(done, "photo")).all()
    assert "2 of 2 pictures in 'photo' cannot be used" in done.notes[-1]


def test_a_column_of_blanks_is_all_blank_and_no_error(encoder):
    assert np.isnan(vectors(embed(table(words(None, None))), "note")).all()
    assert vectors(embed(Table((words(),), 0)), "note").shape == (0, 3)


def test_a_series_is_its_text_or_its_file(encoder, photos):
    (photos / "a.npy").write_bytes(b"numbers")
    column = Column("trace", Kind.SERIES, texts(["1 2 3", "a.npy", None, "A.CSV"]), root=photos)
    done = embed(table(column))
    assert sorted(encoder.asked) == [b"1 2 3", b"numbers"]
    assert "1 of 3 series in 'trace' cannot be used and counts as blank: 'A.CSV'" in done.notes[1]


def test_text_that_is_half_a_character_is_embedded_too(encoder):
    assert not np.isnan(vectors(embed(table(words("\ud83d", "x"))), "note")).any()


def test_only_the_columns_named_are_embedded_and_none_twice(encoder):
    asked = table(words("a", name="a"), words("b", name="b"))
    once = embed(asked, ["b"])
    assert once["a"].vectors is None
    twice = embed(once)
    assert twice["b"] is once["b"]
    assert encoder.asked == [b"b", b"a"]


def test_progress_rises_to_the_whole_and_tells_the_rate(encoder, photos):
    encoder.pause = 0.01
    told: list[tuple[str, float]] = []
    cells = [f"{number}.png" for number in range(6)]
    both = table(words(*"abcdef"), pictures(photos, *cells))
    embed(both, progress=lambda doing, share: told.append((doing, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert told[0][0].startswith("reading 'note' (")
    assert told[-1][0].endswith(" pictures/s)")
    assert "'photo'" in told[-1][0]


def test_two_threads_share_the_work(encoder):
    encoder.pause = 0.002
    embed(table(words(*(f"text {number}" for number in range(40)))))
    assert len(encoder.threads) == 2
    assert threading.get_ident() not in encoder.threads


def by_progress(doing: str, share: float) -> None:
    if share > 0.2:
        raise SystemExit(143)  # as the command line does when it is terminated


def by_signal(doing: str, share: float) -> None:
    if share > 0.2:
        main = threading.main_thread().ident
        assert main is not None
        threading.Timer(0.005, signal.pthread_kill, (main, signal.SIGINT)).start()


@pytest.mark.parametrize("stop", [by_progress, by_signal])
def test_an_interruption_is_prompt_and_loses_nothing_that_was_done(encoder, stop):
    encoder.pause = 0.02
    asked = table(words(*(f"text {number}" for number in range(100))))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background has none
    try:
        with pytest.raises((KeyboardInterrupt, SystemExit)):
            embed(asked, progress=stop)
    finally:
        signal.signal(signal.SIGINT, before)
    begun = len(encoder.asked)
    assert begun < 60
    assert begun - 4 <= cache_facts().entries
    encoder.asked.clear()
    embed(asked)
    assert len(encoder.asked) <= 100 - begun + 4


class Watcher(Bytes):
    """Sees how much memory is held while it is asked, and keeps nothing itself."""

    held = 0

    def embed(self, content: bytes) -> np.ndarray:
        self.held = max(self.held, tracemalloc.get_traced_memory()[0])
        return np.zeros(self.width, np.float32)


def test_files_are_not_all_held_at_once(encoder, photos, monkeypatch):
    watcher = Watcher()
    monkeypatch.setitem(FROZEN, Kind.IMAGE, lambda: watcher)
    monkeypatch.setattr("handful.encode.embed.MOST_BYTES", 2_000_000)
    for number in range(10, 50):
        (photos / f"{number}.png").write_bytes(b"%d" % number * 250_000)
    tracemalloc.start()
    embed(table(pictures(photos, *(f"{number}.png" for number in range(10, 50)))))
    tracemalloc.stop()
    assert 2_000_000 < watcher.held < 8_000_000  # of 20 million


def test_more_contents_than_one_batch_are_all_embedded_and_kept(encoder, monkeypatch):
    monkeypatch.setattr("handful.encode.embed.MOST_BYTES", 500)
    cells = [f"text {number % 300}" + "." * (number % 7) for number in range(900)]
    done = embed(table(words(*cells)))
    assert vectors(done, "note")[:, 0].tolist() == [len(cell) for cell in cells]
    assert cache_facts().entries == len(set(cells)) == len(encoder.asked)


def test_a_kept_vector_that_was_changed_is_made_again(encoder):
    key = vector_key(encoder.identity, b"a")
    cache = VectorCache(cache_folder())
    cache.write({key: np.array([1, 2], np.float32)})  # of another width
    cache.close()
    assert vectors(embed(table(words("a"))), "note")[0, 0] == 1
    assert encoder.asked == [b"a"]
