"""A column learnt and written: by a tiny model that knows nothing, and by the fetched one where it is here."""

import numpy as np
import pytest

from handful.write.fit import learn_writing
from handful.write.local import LocalWriter
from handful.write.open import open_writer
from handful.write.similar import AT_ONCE, likeness, most_similar
from handful.write.writer import Completion
from tests.write.tiny import tiny_gguf

pytest.importorskip("xllamacpp")
pytest.importorskip("gguf")
real = pytest.mark.weights("writer")

PAST = dict(
    walk="walked",
    play="played",
    jump="jumped",
    eat="ate",
    go="went",
    sing="sang",
    open="opened",
    look="looked",
)
ROWS, TEXTS = [{"verb": verb} for verb in PAST], list(PAST.values())
NEW = [{"verb": verb} for verb in ("talk", "call", "talk", "see")]


@pytest.fixture(scope="module")
def writer(tmp_path_factory):
    writer = LocalWriter(tiny_gguf(tmp_path_factory.mktemp("tiny")))
    yield writer
    writer.close()


@pytest.fixture(scope="module")
def fit(writer):
    return learn_writing(ROWS, TEXTS, writer)


def test_every_row_gets_a_text_a_likelihood_and_its_nearest_examples(fit, writer):
    texts, likely, unsure, near = fit.answer(NEW, writer)
    assert len(texts) == len(NEW)
    assert likely.shape == unsure.shape == (len(NEW),)
    assert near.shape == (len(NEW), 2)
    assert set(near.ravel()) <= set(range(len(ROWS)))
    assert ((likely > 0) & (likely < 1)).all()


def test_a_model_that_knows_nothing_leaves_every_cell_blank(fit, writer):
    assert fit.answer(NEW, writer)[2].all()


def test_equal_rows_get_equal_answers_however_they_stand(fit, writer):
    texts, likely, _, near = fit.answer(NEW, writer)
    assert (texts[0], likely[0]) == (texts[2], likely[2])
    turned = fit.answer(NEW[::-1], writer)
    assert turned[0] == texts[::-1]
    assert (turned[3] == near[::-1]).all()


def test_the_order_of_the_labelled_rows_changes_nothing(fit, writer):
    turned = learn_writing(ROWS[::-1], TEXTS[::-1], writer)
    assert turned.trust.offset == pytest.approx(fit.trust.offset)
    assert turned.held_out == fit.held_out[::-1]


def test_each_labelled_row_was_written_from_others(fit):
    assert fit.judged == tuple(range(len(ROWS)))
    assert len(fit.held_out) == len(fit.held_out_sure) == len(ROWS)


def test_of_many_rows_some_are_judged_and_the_nearest_are_found_among_all(writer):
    rows = [{"name": f"row {i}"} for i in range(60)]
    fit = learn_writing(rows, [f"text {i}" for i in range(60)], writer)
    assert len(fit.judged) == 24
    assert len(fit.examples) == 60
    assert fit.answer([{"name": "row 37"}], writer)[3][0, 0] == 37


def test_progress_ends_at_one_and_never_falls(writer):
    told: list[float] = []
    fit = learn_writing(ROWS, TEXTS, writer, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    told.clear()
    fit.answer(NEW, writer, told.append)
    assert told[-1] == 1.0


def test_no_rows_and_blank_rows_are_no_error(fit, writer):
    assert fit.answer([], writer)[0] == []
    assert len(fit.answer([{}, {"verb": " \n"}], writer)[0]) == 2


def test_rows_are_alike_by_what_they_say():
    rows = [{"a": "red apple"}, {"a": "green apple"}, {"a": "brass screw"}, {"a": "steel screw"}, {}]
    assert most_similar(rows)[:4].tolist() == [1, 0, 3, 2]
    alike = likeness(rows, rows)
    assert np.diag(alike)[:4] == pytest.approx(1.0)
    assert (alike[4] == 0).all()
    assert likeness([{}], [{}]).tolist() == [[0.0]]


@real
def test_the_fetched_model_writes_past_tenses():
    writer = open_writer()
    texts, _, unsure, _ = learn_writing(ROWS, TEXTS, writer).answer(NEW, writer)
    assert texts[:2] == ["talked", "called"]
    assert not unsure[:2].any()
    writer.close()


@real
@pytest.mark.slow
def test_the_fetched_model_leaves_blank_what_it_cannot_know():
    writer = open_writer()
    numbers = [str(number) for number in (4711, 1903, 8856, 2240, 6671, 3390, 9127, 5548)]
    assert learn_writing(ROWS, numbers, writer).answer(NEW, writer)[2].all()
    writer.close()


def test_many_rows_find_their_nearest_a_part_at_a_time():
    rows = [{"a": f"row {place // 2} of {place // 2 * 7919 % 10_007}"} for place in range(AT_ONCE + 200)]
    nearest = most_similar(rows)
    assert (nearest == [place ^ 1 for place in range(len(rows))]).all()  # each has one twin beside it


def test_no_copy_of_a_row_that_is_held_out_is_shown():
    class Listening:
        name = identity = "a writer that looks at what it is shown"

        def complete(self, prompt, **_):
            *shown, own = prompt.replace("name: ", "").replace("\nanswer:", " ->").strip().split("\n")
            told.append(own.split(" ->")[0] in {line.split(" ->")[0] for line in shown})
            return Completion("x", 0.5, 1)

        def chat(self, messages, **_):
            raise NotImplementedError

        def close(self):
            pass

    told: list[bool] = []
    rows = [{"name": f"row {place // 2}"} for place in range(80)]
    learn_writing(rows, [f"text {place // 2}" for place in range(80)], Listening())
    assert told
    assert not any(told)
