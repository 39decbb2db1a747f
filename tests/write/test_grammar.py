"""Grammars bind what is written to the column's form, and never exclude a cell that was given."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.write.grammar import grammar_of, is_of_shape, most_characters, shape_of
from handful.write.local import LocalWriter
from handful.write.shown import shown
from tests.write.tiny import tiny_gguf

CELLS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40).filter(
    lambda text: shown(text) != ""
)
HOSTILE = [
    '"',
    "\\",
    "]",
    "[^",
    "a-z",
    'x" | [^\n]+ #',
    "{1,9}",
    "root ::= y",
    "\u2028",
    "é",
    "😀 ok",
    "a\nb",
]


def rows_of(*cells: str) -> list[dict[str, str]]:
    return [{"text": cell} for cell in cells]


@given(st.lists(CELLS, min_size=1, max_size=12))
def test_every_given_cell_is_accepted(outputs):
    rows = [{"text": "something"} for _ in outputs]
    shape = shape_of(rows, outputs)
    for row, output in zip(rows, outputs, strict=True):
        assert is_of_shape(shape, row, shown(output))


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=4, max_size=8))
def test_a_cell_that_is_copied_from_its_row_is_accepted(parts):
    outputs = [shown(middle) for _, middle, _ in parts]
    rows = rows_of(*(f"{before} {middle} {after}" for before, middle, after in parts))
    shape = shape_of(rows, outputs)
    for row, output in zip(rows, outputs, strict=True):
        assert is_of_shape(shape, row, output)


def test_codes_of_one_form_give_a_pattern():
    shape = shape_of(rows_of(*"abcd"), ["PAL-07", "TOR-12", "BIS-99", "DRE-01"])
    assert is_of_shape(shape, {}, "XYZ-55")
    for other in ("XYZ-5", "xyz-55", "XYZ 55", "XYZ-555", ""):
        assert not is_of_shape(shape, {}, other)


def test_numbers_of_several_lengths_may_be_longer_still():
    shape = shape_of(rows_of(*"abcd"), ["5 km", "12 km", "130 km", "7 km"])
    assert is_of_shape(shape, {}, "1300 km")
    assert not is_of_shape(shape, {}, "1300 miles")


def test_single_words_leave_room_for_names_of_two():
    shape = shape_of(rows_of(*"abcd"), ["Paris", "Rome", "Oslo", "Lima"])
    assert is_of_shape(shape, {}, "New Delhi")
    assert not is_of_shape(shape, {}, "Paris, the capital")
    assert not is_of_shape(shape, {}, "x" * (most_characters(shape) + 1))


def test_few_values_are_a_closed_list():
    shape = shape_of(rows_of(*"abcdef"), ["red", "blue", "red", "blue", "red", "blue"])
    assert shape.choices == ("blue", "red")
    assert not is_of_shape(shape, {}, "green")


def test_extractions_are_bound_to_runs_of_words_of_their_row():
    rows = rows_of("fly to Rome now", "a week in New York", "see Oslo", "Lima is warm")
    shape = shape_of(rows, ["Rome", "New York", "Oslo", "Lima"])
    row = {"text": "how is Cape Town today"}
    assert shape.copied_from == "text"
    assert is_of_shape(shape, row, "Cape Town")
    for other in ("Paris", "Cape today", "ape Town"):
        assert not is_of_shape(shape, row, other)


def test_an_extraction_from_a_blank_cell_is_bound_by_its_characters():
    rows = rows_of("fly to Rome now", "a week in New York", "see Oslo", "Lima is warm")
    shape = shape_of(rows, ["Rome", "New York", "Oslo", "Lima"])
    assert is_of_shape(shape, {}, "Paris")
    assert not is_of_shape(shape, {}, "12")


def test_three_cells_are_too_few_for_a_rule():
    shape = shape_of(rows_of(*"abc"), ["AB-1", "CD-2", "EF-3"])
    assert not shape.pattern
    assert is_of_shape(shape, {}, "anything else")


@pytest.fixture(scope="module")
def writer(tmp_path_factory):
    pytest.importorskip("xllamacpp")
    pytest.importorskip("gguf")
    writer = LocalWriter(tiny_gguf(tmp_path_factory.mktemp("tiny")))
    yield writer
    writer.close()


FORMS = {
    "pattern": (["PAL-07", "TOR-12", "BIS-99", "DRE-01"], ["a", "b", "c", "d"]),
    "words": (["Paris", "Rome", "Oslo", "Lima"], ["a", "b", "c", "d"]),
    "choices": (["red", "blue", "red", "blue"], ["a", "b", "c", "d"]),
    "copies": (
        ["Rome", "Oslo", "Lima", "Bern"],
        ["in Rome now", "in Oslo now", "in Lima now", "in Bern now"],
    ),
    "long": (["word " * 300, "other " * 200, "third " * 100, "fourth " * 90], ["a", "b", "c", "d"]),
    "hostile cells": (HOSTILE, list("abcdefghijkl")),
    "hostile choices": (HOSTILE[:4] * 2, list("abcdefgh")),
    "hostile copies": (HOSTILE[:4], [f"x {text} y" for text in HOSTILE[:4]]),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_writer_follows_every_grammar_to_its_end(writer, name):
    outputs, inputs = FORMS[name]
    rows = rows_of(*inputs)
    shape = shape_of(rows, outputs)
    written = writer.complete("x ->", grammar=grammar_of(shape, rows[0]), at_most=500)
    assert written.text.startswith(" ")
    if written.confidence:  # not cut off
        assert is_of_shape(shape, rows[0], written.text[1:])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_cell_is_quoted_in_the_grammar(hostile):
    outputs = [hostile, "b", hostile, "b"]
    grammar = grammar_of(shape_of(rows_of(*"abcd"), outputs), {"text": "a"})
    assert grammar.count("\n") == 1
    assert re.fullmatch(r'root ::= " " \(("[A-Za-z0-9\\]*"( \| )?)+\) "\\n"\n', grammar)


def test_a_copy_of_the_row_has_not_the_shape_of_cells_of_which_none_is_one():
    rows = [{"word": word} for word in ("easy", "full", "old", "hot", "wet")]
    opposites = ["hard", "empty", "new", "cold", "dry"]
    assert not is_of_shape(shape_of(rows, opposites), {"word": "tall"}, "Tall")
    assert is_of_shape(shape_of(rows, opposites), {"word": "tall"}, "small")
    assert is_of_shape(shape_of(rows, ["easy", *opposites[1:]]), {"word": "tall"}, "tall")
