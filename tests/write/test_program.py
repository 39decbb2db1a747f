"""Programs run, are told in words, and are plain data."""

import random
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from handful.write.pieces import Piece
from handful.write.program import Program, Programs
from handful.write.search import find_programs
from handful.write.step import Step
from handful.write.steps import BUILDERS, function_of
from tests.write.everyday import EVERYDAY, NAMES


def made(step: Step, text: str) -> str | None:
    return function_of(step)(text)


STEPS = [
    (Step("token", ("word",), (2, 2)), "Ada King Lovelace", "King"),
    (Step("token", ("word",), (2, -1)), "Ada King Lovelace", "King Lovelace"),
    (Step("token", ("word",), (4, 4)), "Ada King Lovelace", None),
    (Step("token", ("capitals",), (1, 1)), "the ÄÖ team", "ÄÖ"),
    (Step("part", (", ",), (-1, -1)), "a, b, c", "c"),
    (Step("part", (",",), (3, 3)), "a, b", None),
    (Step("without", (" ",), (2,)), "a b c", "a c"),
    (Step("slice", (), (-4, 0)), "123456", "3456"),
    (Step("between", ("(", ")"), (1,)), "a (b) (c)", "b"),
    (Step("between", ("(", ")"), (1,)), "a (b", None),
    (Step("from to", ("digits", ""), (1, 0, 1, 1)), "ab 12 cd", "12 cd"),
    (Step("pattern", ("A2", "=-", "9+"), (1,)), "xAB-1 AB-123", "AB-1"),
    (Step("title"), "o'brien McDONALD-smith", "O'Brien Mcdonald-Smith"),
    (Step("headline"), "THE lord OF the rings", "The Lord of the Rings"),
    (Step("fold"), "Zoë Núñez", "Zoe Nunez"),
    (Step("ordinal"), "112", "112th"),
    (Step("ordinal"), "23", "23rd"),
    (Step("each", ("word", "capital initial", "."), (0, 0)), "ada lovelace", "A.L"),
    (Step("turned", (" ", ", ")), "Ada Lovelace", "Lovelace, Ada"),
    (Step("no start", ("Dr. ", "Mr. ")), "Dr. Who", "Who"),
    (Step("no end", (" kg",)), "5 g", "5 g"),
    (Step("no last", ("capitals",)), "Clerk III", "Clerk"),
    (Step("no last", ("brackets",)), "Anvil (new)", "Anvil"),
    (Step("group", (" ",), (4,)), "123456789", "1234 5678 9"),
    (Step("group", (" ",), (-3,)), "1234567", "1 234 567"),
    (Step("number", (".", "2.54", "0", "", "half up", ".", ""), (1, 1, 0)), "10 in", "25.4"),
    (Step("number", (".", "1", "0", "", "half up", ".", ","), (1, 2, 0)), "$-1234567.895", "-1,234,567.90"),
    (Step("number", (",", "1", "0", "", "half up", ".", ""), (1, 2, 1)), "1.234,50", "1234.5"),
    (Step("number", (".", "1", "0", "", "binary", ".", ""), (1, 2, 0)), "2.675", "2.67"),
    (Step("number", (".", "1", "0", "", "half up", ".", ""), (1, 2, 0)), "2.675", "2.68"),
    (Step("moment", ("year month day", "%A %o %B '%y")), "2024-03-05", "Tuesday 5th March '24"),
    (Step("moment", ("day month year", "%Y-%m-%d")), "31/02/2024", None),
    (Step("moment", ("time", "%-I:%M %p")), "00:05", "12:05 AM"),
    (Step("moment", ("name", "%m")), "Sept", "09"),
    (Step("moment", ("name", "%m")), "Marcus", None),
]  # fmt: skip


@pytest.mark.parametrize(("step", "text", "result"), STEPS)
def test_a_step_does_what_it_says(step, text, result):
    assert made(step, text) == result


HOSTILE = [
    Step("exec", ("import os",)),
    Step("pad", ("0",), (10**9,)),
    Step("group", (" ",), (0,)),
    Step("number", (".", "1/0", "0", "", "half up", ".", ""), (1, 2, 0)),
    Step("number", (".", "1e9999", "0", "", "half up", ".", ""), (1, 2, 0)),
    Step("number", (".", "1", "0", "0", "half up", ".", ""), (1, 2, 0)),
    Step("number", (".", "1", "0", "", "half up", ".", ""), (1, 10**9, 0)),
    Step("moment", ("(a+)+$", "%Y")),
]


@pytest.mark.parametrize("step", HOSTILE, ids=lambda step: f"{step.name} {step.texts} {step.numbers}")
def test_a_step_that_no_search_gives_is_refused(step):
    with pytest.raises(ValueError, match="no "):
        function_of(step)


def test_a_chain_that_grows_without_end_gives_nothing():
    piece = Piece("a", (Step("replace", ("a", "aaaaaaaaaa")),) * 12)
    assert piece.run({"a": "aaaaa"}) is None


def test_a_pattern_takes_linear_time_on_what_nearly_matches():
    step = Step("pattern", ("A+", "a+", "9+", "=!"), (1,))
    assert made(step, "A" * 2_000 + "a" * 2_000) is None


def test_a_program_is_told_in_words():
    def told(*pieces: Piece) -> str:
        return Program(pieces, 1.0).text()

    last, first = Piece("last"), Piece("first", (Step("slice", (), (0, 1)), Step("upper")))
    assert told(last, Piece(before=", "), first) == 'last + ", " + upper(first letter of first)'
    days = [Piece("date", (Step("moment", ("year month day", form)),)) for form in ("%-d", "%B", "%Y")]
    blank = Piece(before=" ")
    assert told(days[0], blank, days[1], blank, days[2]) == 'date as "5 March 2024"'
    assert told(Piece("code", (Step("keep", ("digits",)),))) == "digits of code"
    part = Piece("address", (Step("part", (", ",), (2, 2)),))
    assert told(part) == '2nd part of address between ", "'
    assert told(Piece("title", (), "", " ", optional=True)) == '(title + " " where there is one)'


def test_words_cannot_steer_the_terminal():
    program = Program((Piece("a\x1b[31m\nb"), Piece(before="\u202e\x07")), 1.0)
    assert program.text() == 'a[31m b + ""'


def test_every_step_that_is_found_has_words():
    texts = [step for steps in (STEPS,) for step, _, _ in steps]
    assert {step.name for step in texts} <= set(BUILDERS)
    for step in texts:
        assert "cell" in Program((Piece("cell", (step,)),), 1.0).text()


def test_an_optional_piece_is_left_out_with_what_stands_around_it():
    program = Program((Piece("title", (), "", " ", optional=True), Piece("name")), 1.0)
    assert program.run({"title": "Dr", "name": "Who"}) == "Dr Who"
    assert program.run({"name": "Who"}) == "Who"
    assert program.run({"title": "Dr"}) is None


def _plain(value: Any) -> Any:
    """A dataclass as a tree of what JSON has, as a saved learner holds it."""
    if is_dataclass(value):
        return {"class": type(value).__name__} | {
            f.name: _plain(getattr(value, f.name)) for f in fields(value)
        }
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _built(tree: Any) -> Any:
    if isinstance(tree, dict):
        kinds = {kind.__name__: kind for kind in (Programs, Program, Piece, Step)}
        return kinds[tree["class"]](**{name: _built(each) for name, each in tree.items() if name != "class"})
    return tuple(_built(each) for each in tree) if isinstance(tree, list) else tree


@pytest.mark.parametrize("name", [*EVERYDAY][::7])
def test_programs_are_plain_data_and_answer_the_same_when_read_back(name):
    import json

    rows = [row for row, _ in EVERYDAY[name]]
    programs = find_programs(rows, [text for _, text in EVERYDAY[name]])
    assert programs is not None
    read = _built(json.loads(json.dumps(_plain(programs))))
    assert read == programs
    assert read.answers(rows)[0] == programs.answers(rows)[0]


def test_answers_of_many_rows_are_those_of_each_alone():
    programs = find_programs([{"name": name} for name in NAMES], [f"{n.split()[1]} {n[0]}." for n in NAMES])
    assert programs is not None
    draw = random.Random(0)
    rows = [
        {"name": " ".join(draw.choices(["Ada", "de", "Vries", "O'Neill"], k=draw.randint(1, 3)))}
        for _ in range(40)
    ]
    texts, sure = programs.answers(rows)
    for row, text, likely in zip(rows, texts, sure, strict=True):
        alone, own = programs.answers([row])
        assert (alone[0], own[0]) == (text, likely)
        assert 0 <= likely < 1
        assert (text is None) == (likely == 0)


def test_all_columns_that_any_program_reads_are_named():
    rows = [{"first": n.split()[0], "last": n.split()[1], "name": n} for n in NAMES]
    programs = find_programs(rows, [n.split()[1].upper() for n in NAMES])
    assert programs is not None
    assert set(programs.columns) == {"last", "name"}


def test_an_answer_without_the_mark_that_ends_all_examples_is_not_sure():
    names = ["Ash, Mr. Al", "Bell, Mrs. Bo", "Cox, Miss. Cy", "Day, Dr. Di", "Eve, Mr. Ed", "Fox, Rev. Fay"]
    found = find_programs([{"name": name} for name in names], [name.split()[1] for name in names])
    assert found is not None
    assert found.edges == ("", ".")
    texts, sure = found.answers([{"name": "Gray, Mr. Gus"}, {"name": "van der Hey, Mr. Ian"}])
    assert texts[0] == "Mr."
    assert sure[0] > 0.5
    assert texts[1] == "Mr." or sure[1] < 0.5
