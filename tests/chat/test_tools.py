"""What a language model may do in a talk: choose among complete operations, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from handful.chat.chat import Chat
from handful.chat.operation import Filter, Operation
from handful.chat.sheet import Sheet
from handful.chat.tools import grammar_of, operation_of
from handful.errors import UserError
from handful.table.adapt import table_from_frame
from handful.write.grammar import quoted
from handful.write.writer import Completion, Message
from tests.chat.shops import lamps

SHEET = Sheet(table_from_frame(lamps()))


def said(**fields: object) -> str:
    return json.dumps(
        {"name": "count", "column": "", "by": "", "how": "", "filters": [], "count": 0, **fields}
    )


@dataclass
class Reader:
    """A writer that answers the examination and one question as written down, and counts what it was asked."""

    answers: dict[str, str]
    identity: str = "answers written down"
    name: str = "reader"
    asked: list[str] = field(default_factory=list)

    def complete(
        self, prompt: str, *, grammar: str = "", at_most: int = 64, stop: Sequence[str] = ("\n",)
    ) -> Completion:
        return Completion("7", 1.0, 1)

    def chat(self, messages: Sequence[Message], *, grammar: str = "", at_most: int = 256) -> Completion:
        self.asked.append(messages[-1].text)
        free = "I would not know. 7" if not grammar else said(name="none")
        return Completion(self.answers.get(messages[-1].text, free) if grammar else free, 1.0, 1)

    def close(self) -> None: ...


EXAM = {
    "how many lamps are blue?": said(filters=[["colour", "=", "blue"]]),
    "what do lamps cost on average for each shop?": said(name="group", column="price", by="shop", how="mean"),
    "which three lamps are the most expensive?": said(name="top", column="price", count=3),
}


def test_an_operation_written_as_json_is_that_operation():
    text = said(name="mean", column="price", filters=[["colour", "=", "RED"], ["weight_g", ">", 200]])
    filters = (Filter("colour", "=", "red"), Filter("weight_g", ">", 200.0))
    assert operation_of(text, SHEET) == Operation("mean", "price", filters=filters)


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "not json",
        "[" * 100_000,
        said(name="delete"),
        said(name="mean", column="shop"),
        said(name="mean", column="brightness"),
        said(name="top", column="colour"),
        said(name="group", column="price", how="mean"),
        said(name="plot", column="shop", how="scatter"),
        said(filters=[["colour", "=", "purple"]]),
        said(filters=[["colour", "like", "red"]]),
        said(filters=[["price", ">", "many"]]),
        said(filters=[["delivered", ">", "soon"]]),
        said(filters=[["colour"]]),
        said(count="several"),
    ],
)
def test_what_does_not_fit_the_table_is_no_operation(text):
    assert operation_of(text, SHEET) is None


def test_a_writer_that_passes_the_examination_uses_the_operations_as_tools():
    question = "tell us the going rate of reddish goods"
    answer = said(name="mean", column="price", filters=[["colour", "=", "red"]])
    writer = Reader({**EXAM, question: answer}, identity="passes")
    reply = Chat(lamps(), writer=writer).ask(question)
    assert reply.figure == pytest.approx(lamps().filter(lamps()["colour"] == "red")["price"].mean())
    assert reply.understood == "mean of price where colour = red"


def test_free_text_is_marked_as_not_computed():
    reply = Chat(lamps(), writer=Reader(EXAM, identity="passes too")).ask("do you like poetry?")
    assert reply.operation == "none"
    assert reply.text == "(not computed from the table) I would not know. 7"
    assert reply.figure is None


def test_a_writer_that_fails_the_examination_is_asked_for_no_operation():
    question = "tell us the going rate of reddish goods"
    writer = Reader({question: said(name="mean", column="price")}, identity="fails")
    assert Chat(lamps(), writer=writer).ask(question).operation == "none"
    assert question not in writer.asked


def test_a_writer_changes_no_figure_of_what_is_understood_without_it():
    for question in ("mean price for each shop", "how many lamps are red?", "top 5 by price"):
        with_writer = Chat(lamps(), writer=Reader(EXAM, identity="passes"), rows="lamps").ask(question)
        assert with_writer == Chat(lamps(), rows="lamps").ask(question)


def test_a_name_cannot_leave_its_literal_in_a_grammar():
    hostile = 'x" | root ::= [a-z]* "\n\\ \U0001f600'
    sheet = Sheet(table_from_frame(lamps(price=hostile)))
    assert '"' not in quoted(hostile)[1:-1]
    assert "\n" not in quoted(hostile)
    rules = [line.split(" ::= ")[0] for line in grammar_of(sheet).splitlines()]
    assert len(rules) == len(set(rules)) == 12


def test_a_writer_that_answers_no_more_ends_no_talk():
    class Gone(Reader):
        def complete(self, prompt, **_):
            raise UserError("no writer answers at http://127.0.0.1:1: refused")

    chat = Chat(lamps(), writer=Gone({}, identity="gone"))
    for question in ("price?", "what about the price and colour", "who will win the election?"):
        assert chat.ask(question).text


@pytest.mark.parametrize("count", ["1e999", "-5"])
def test_a_count_that_is_none_asks_for_no_odd_rows(count):
    text = said(name="top", column="price").replace('"count": 0', f'"count": {count}')
    found = operation_of(text, SHEET)
    assert found is None or found.count == 0
