"""Programs are found from examples, explain them all, and are not found where there is none."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handful.write.moments import read_moment
from handful.write.program import Programs
from handful.write.row import Row
from handful.write.search import find_programs
from tests.write.everyday import EVERYDAY, NAMES

_TOWNS = ["Oslo", "Paris", "Rome", "Bern", "Kyiv", "Riga", "Lima", "Cairo", "Bonn", "Turin", "Quito", "Seoul"]
_FIRST = ["Ada", "Alan", "Grace", "Zoë", "Tim", "Linus", "Barbara", "Ken", "Mary", "John", "Anna", "Max"]
_LAST = ["Lovelace", "Turing", "Hopper", "Saldaña", "O'Brien", "Torvalds", "Liskov", "McDonald", "Poe", "Orr"]


def found(rows: list[dict[str, str]], outputs: list[str]) -> Programs:
    programs = find_programs(rows, outputs)
    assert programs is not None
    return programs


def people(count: int, seed: int = 0) -> list[dict[str, str]]:
    draw = random.Random(seed)
    return [
        {
            "name": f"{draw.choice(_FIRST)} {draw.choice(_LAST)}",
            "town": draw.choice(_TOWNS),
            "number": str(draw.randint(1, 999)),
        }
        for _ in range(count)
    ]


def backwards(row: Row) -> str:
    first, last = row["name"].split()
    return f"{last}, {first} ({row['town']})"


@pytest.mark.parametrize("name", EVERYDAY)
def test_eight_examples_of_an_everyday_transformation_write_the_ninth(name):
    *examples, (row, written) = EVERYDAY[name]
    programs = found([each for each, _ in examples], [text for _, text in examples])
    assert programs.best.text()
    assert programs.answers([row])[0] == [written]


@pytest.mark.parametrize("name", [*EVERYDAY][::6])
def test_every_program_explains_every_example(name):
    rows, outputs = [row for row, _ in EVERYDAY[name]], [text for _, text in EVERYDAY[name]]
    programs = found(rows, outputs)
    for program in (programs.best, *programs.others):
        assert [program.run(row) for row in rows] == outputs
    assert sorted(p.bits for p in (programs.best, *programs.others))[0] == programs.best.bits


def test_the_order_of_the_rows_changes_nothing():
    rows = people(30)
    outputs = [backwards(row) for row in rows]
    programs = found(rows, outputs)
    for seed in range(3):
        order = random.Random(seed).sample(range(30), 30)
        assert found([rows[i] for i in order], [outputs[i] for i in order]) == programs


def test_names_of_columns_change_the_text_alone():
    rows = people(10)
    outputs = [backwards(row) for row in rows]
    other = {"name": "z z", "town": '"', "number": "a"}
    programs, renamed = (
        found(rows, outputs),
        found([{other[name]: cell for name, cell in row.items()} for row in rows], outputs),
    )
    assert renamed.best.bits == programs.best.bits
    assert renamed.best.text() == programs.best.text().replace("town", '"').replace("name", "z z")
    assert renamed.best.columns == tuple(other[name] for name in programs.best.columns)


@pytest.mark.parametrize("count", [4, 8, 40])
def test_noise_has_no_program(count):
    draw = random.Random(count)
    for seed in range(4):
        outputs = ["".join(draw.choices("abcdefgh ", k=draw.randint(3, 9))) for _ in range(count)]
        assert find_programs(people(count, seed), outputs) is None


@pytest.mark.parametrize("classes", [("yes", "no"), ("low", "medium", "high"), ("1", "2", "3", "4", "5")])
def test_a_few_classes_in_eight_rows_are_no_program(classes):
    draw = random.Random(5)
    for seed in range(8):
        assert find_programs(people(8, seed), draw.choices(classes, k=8)) is None


def test_a_class_that_a_column_decides_is_looked_up_in_many_rows():
    rows = people(200)
    tables = {town: f"{town[-1]}{i}" for i, town in enumerate(_TOWNS)}
    programs = found(rows, [tables[row["town"]] for row in rows])
    assert programs.best.looks_up
    assert programs.answers([{"town": "Oslo"}, {"town": "Perth"}])[0] == [tables["Oslo"], None]


def test_a_text_looked_up_may_stand_before_others():
    rows = people(60)
    for row in rows:
        row["town"] = "Oslo" if int(row["number"]) % 2 else "Rome"
    outputs = [f"{'North' if row['town'] == 'Oslo' else 'South'}-{row['number']}" for row in rows]
    programs = found(rows, outputs)
    assert programs.exceptions == 0
    assert programs.answers([{"name": "x", "town": "Rome", "number": "1234"}])[0] == ["South-1234"]


@pytest.mark.parametrize("count", [40, 300])
def test_a_few_typos_are_named_and_bound_the_confidence(count):
    rows = people(count)
    outputs = [backwards(row) for row in rows]
    typos = random.Random(1).sample(range(count), count // 25)
    for row in typos:
        outputs[row] = outputs[row][1:] + "!"
    programs = found(rows, outputs)
    assert programs.unexplained == tuple(sorted(typos))
    assert programs.exceptions == len(typos)
    assert programs.answers(rows)[1].max() <= 1 - len(typos) / (count + 2)


def test_typos_in_a_handful_are_no_typos():
    rows = people(10)
    outputs = [backwards(row) for row in rows]
    outputs[3] += "!"
    assert find_programs(rows, outputs) is None


def test_two_words_that_were_never_three_lower_the_confidence():
    rows = [{"name": name} for name in NAMES]
    programs = found(rows, [name.split()[1] for name in NAMES])
    texts, sure = programs.answers(
        [{"name": "Rosa Luxemburg"}, {"name": "Mary Jane Watson"}, {"name": "Cher"}]
    )
    assert texts[:2] == ["Luxemburg", "Watson"]
    assert sure[0] > 0.85
    assert max(sure[1], sure[2]) < 0.5


def test_a_switch_is_found_where_rows_are_written_in_two_ways():
    rows = [{"name": name} | ({"died": str(1900 + i)} if i % 3 else {}) for i, name in enumerate(NAMES)]
    outputs = [
        f"{row['name']}, died {row['died']}" if "died" in row else f"{row['name']} lives" for row in rows
    ]
    programs = found(rows, outputs)
    assert programs.best.test is not None
    assert programs.best.text().endswith('if died is filled, else name + " lives"')
    new: list[Row] = [{"name": "Rosa"}, {"name": "Max", "died": "1947"}]
    assert programs.answers(new)[0] == ["Rosa lives", "Max, died 1947"]


def test_a_column_too_many_rows_blank_outputs_and_doubles_do_no_harm():
    rows = people(9)
    outputs = [backwards(row) for row in rows]
    plain = found(rows[:8], outputs[:8]).best
    assert found([*rows[:8], rows[8]], [*outputs[:8], ""]).best == plain
    assert (
        found([{**row, "twin": row["town"]} for row in rows[:8]], outputs[:8]).best.columns == plain.columns
    )


def test_nothing_is_found_in_nothing():
    assert find_programs([], []) is None
    assert find_programs([{}] * 8, ["x"] * 8) is None
    assert find_programs([{"a": "b"}] * 8, [""] * 8) is None
    assert find_programs([{"a": "b"}] * 8, ["always the same"] * 8) is None


_HOSTILE = (
    "a\0b", "🐧🐧 🐧", "\u202eabc def", "e\u0301e\u0301 e\u0301", "((((", "\\1\\2", "[a-z]+$", "\ud800", "\n\n\t",
    "a" * 4000, "1" * 300, "-0", "1e999", "٣٤", "²", "ﬃ", "İstanbul", "99/99/9999", "25:61",
)  # fmt: skip


def test_hostile_cells_are_searched_and_answered():
    for shift in range(3):
        rows = [{"a": _HOSTILE[(i + shift) % len(_HOSTILE)], "b": str(i)} for i in range(8)]
        programs = find_programs(rows, [f"{row['b']}|{row['a'][:3]}" for row in rows])
        assert programs is None or programs.best.run(rows[0]) is not None
    programs = found([{"a": name} for name in NAMES], [f"{name[0]}. {name.split()[1]}" for name in NAMES])
    texts, sure = programs.answers([{"a": cell} for cell in (*_HOSTILE, "a " * 600_000, "")])
    assert len(texts) == len(sure) == len(_HOSTILE) + 2
    assert texts[-2] is None


def test_cells_too_long_are_refused_to_the_search():
    rows = [{"a": name + "x" * 5_000} for name in NAMES]
    assert find_programs(rows, [name[0] for name in NAMES]) is None


_CELLS = st.lists(
    st.text("abcdefgXYZ -.,059", min_size=3, max_size=14).filter(lambda text: bool(text.strip())),
    min_size=8, max_size=8, unique=True,
)  # fmt: skip
_PIECES = {
    "whole": lambda cell: cell,
    "upper": str.upper,
    "first three": lambda cell: cell[:3],
    "last two": lambda cell: cell[-2:],
    "without blanks": lambda cell: cell.replace(" ", ""),
}


@settings(max_examples=8)  # half a second each
@given(
    st.tuples(_CELLS, _CELLS),
    st.lists(st.tuples(st.sampled_from(sorted(_PIECES)), st.sampled_from("ab")), min_size=1, max_size=3),
    st.sampled_from(["", "-", ", ", " of "]),
)
def test_compositions_are_found_and_explained(columns, pieces, between):
    rows = [{"a": a, "b": b} for a, b in zip(*columns, strict=True)]
    outputs = [between.join(_PIECES[name](row[column]) for name, column in pieces) for row in rows]
    if not all(output.strip() for output in outputs):
        return
    programs = found(rows, outputs)
    assert [programs.best.run(row) for row in rows] == outputs


def test_rows_of_the_same_words_in_other_columns_may_stand_in_any_order():
    names = ["Ann Lee", "Lee Ann", "Kim Fox", "Fox Kim", "Max Ray", "Ray Max"]
    rows = [dict(zip(("first", "last"), name.split(), strict=True)) for name in names]
    texts = ["/".join(sorted(name.lower().split())) for name in names]
    assert find_programs(rows, texts) == find_programs(rows[::-1], texts[::-1])


def test_of_two_columns_that_say_the_same_the_place_decides_nothing():
    cells = ["red fox", "old boat", "wet sand", "low tide", "blue sky", "cold rain"]
    there = find_programs([{"b": cell, "a": cell} for cell in cells], [cell.upper() for cell in cells])
    turned = find_programs([{"a": cell, "b": cell} for cell in cells], [cell.upper() for cell in cells])
    assert there is not None
    assert there == turned


def test_a_month_in_old_print_is_no_error():
    assert read_moment("the \u017fep of old", "name") == {"month": 9}
