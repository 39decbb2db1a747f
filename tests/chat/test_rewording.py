"""Ways of speaking come to the same operation as the plain words."""

from __future__ import annotations

import pytest

from handful.chat.chat import Chat
from handful.chat.rewording import reworded
from tests.chat.shops import lamps

ALIKE = {
    "Tally the red lamps": "how many lamps are red?",
    "Break down the typical price by shop": "average price by shop",
    "What's the middle value for the price?": "median price",
    "Is there a link between price and weight?": "is price related to weight?",
    "For how many lamps was the weight not written down?": "how many weights are missing?",
    "How many lamps have no value for weight?": "how many weights are missing?",
    "Which shop comes out on top for price?": "which shop has the highest price?",
    "the five lamps with the largest price": "top 5 lamps by price",
    "How many lamps have a price exceeding 300?": "how many lamps have a price over 300?",
    "Could you sketch how price is distributed?": "draw the distribution of price",
}


@pytest.fixture(scope="module")
def chat() -> Chat:
    return Chat(lamps(), rows="lamps")


@pytest.mark.parametrize("question", ALIKE)
def test_other_words_ask_for_the_same_operation(chat: Chat, question: str) -> None:
    plain = chat.ask(ALIKE[question])
    assert plain.operation != "none"
    assert chat.ask(question).understood == plain.understood


def test_quoted_words_stay_as_they_are() -> None:
    assert reworded('how many titles contain "tie between"', lambda stem: False).endswith('"tie between"')


def test_words_that_name_a_column_are_not_reworded() -> None:
    assert reworded("tally the rows", {"tally"}.__contains__) == "tally the rows"
    assert reworded("tally the rows", set[str]().__contains__) == "how many rows"


def test_a_given_value_is_not_taken_for_a_missing_one(chat: Chat) -> None:
    assert chat.ask("how many lamps have any value for weight?").operation != "blanks"
