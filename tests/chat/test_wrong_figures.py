"""Questions that invite a wrong figure: each is computed as meant, or refused with the word that stands in the way."""

from __future__ import annotations

import polars as pl
import pytest
from polars import col

from handful.chat.chat import Chat
from tests.chat.shops import lamps


def films() -> pl.DataFrame:
    """Films whose makers are called Films, and one title that is a maker too."""
    makers = ["Big Films", "Women Films", "Orbit", "Gaumont"]
    return pl.DataFrame(
        {
            "Title": [f"Story {row} of {row * 7}" if row else "Orbit" for row in range(40)],
            "Maker": [makers[row % 4] for row in range(40)],
            "Gross": [float(1000 + row * row) for row in range(40)],
        }
    )


def ask(question: str):
    return Chat(lamps(), rows="lamps").ask(question)


def test_the_word_for_the_rows_is_no_part_of_a_value():
    assert Chat(films(), rows="films").ask("how many films?").figure == 40
    assert Chat(films(), rows="film").ask("average gross of films").figure == pytest.approx(
        films()["Gross"].mean()
    )


def test_a_word_that_several_values_hold_is_none_of_them():
    assert "Films" not in Chat(films(), rows="table").ask("how many films?").understood


def test_a_value_of_two_columns_is_the_one_that_tells_rows_apart():
    reply = Chat(films(), rows="films").ask("what is the gross of Orbit?")
    assert (reply.figure, reply.understood) == (1000, "Gross of the rows where Title = Orbit")


def test_a_value_of_two_columns_that_tell_no_rows_apart_is_refused():
    frame = pl.DataFrame({"start": ["Ulm", "Rom"] * 10, "goal": ["Rom", "Ulm", "Bern", "Ulm"] * 5})
    reply = Chat(frame).ask("how many rows with Ulm?")
    assert reply.operation == "none"
    assert "'Ulm'" in reply.text
    assert Chat(frame).ask("how many rows with goal Ulm?").figure == 10


@pytest.mark.parametrize("said", ["not in", "except", "other than", "excluding"])
def test_a_negation_is_kept(said):
    frame = lamps().with_columns(level=pl.Series([1 + row % 3 for row in range(60)]))
    chat = Chat(frame, rows="lamps")
    assert chat.ask(f"how many lamps {said} third level").figure == 40
    assert chat.ask(f"how many lamps {said} north").figure == frame.filter(col("shop") != "north").height


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("how many lamps exploded?", "exploded"),
        ("how many exploded?", "exploded"),
        ("how many tall lamps?", "tall"),
        ("how many of the cheapest lamps are red?", "cheapest"),
        ("how many lamps cost between 20 and 30 stars?", "stars"),
    ],
)
def test_a_word_that_nothing_is_made_of_is_named(question, word):
    reply = ask(question)
    assert reply.operation == "none", reply.understood
    assert f"{word}" in reply.text.splitlines()[0]


@pytest.mark.parametrize(
    "question",
    [
        "what percentage of red lamps were sold",
        "share of sold lamps among red ones",
        "what share of the red lamps were sold?",
    ],
)
def test_a_share_is_one_of_the_rows_that_are_named(question):
    red = lamps().filter(col("colour") == "red")
    reply = ask(question)
    assert reply.figure == pytest.approx(red["sold"].mean()), reply.understood
    assert reply.understood == "share of rows with sold = 1 where colour = red"


def test_a_share_leaves_blanks_out_and_says_so():
    frame = pl.DataFrame({"sex": ["male", "female", None, "male"] * 5})
    reply = Chat(frame).ask("percentage female")
    assert reply.figure == pytest.approx(1 / 3)
    assert "5 rows left out: blank" in reply.text


def test_a_rate_is_compared_between_groups():
    rates = {shop: value for shop, value in lamps().group_by("shop").agg(col("sold").mean()).iter_rows()}
    assert ask("mean sold for each shop").groups == pytest.approx(rates)
    assert ask("share sold by shop").groups == pytest.approx(rates)


@pytest.mark.parametrize("question", ["sold at least 60", "share sold for each shop and colour"])
def test_what_no_operation_computes_is_refused(question):
    assert ask(question).operation == "none"


def test_units_of_a_number_are_those_of_its_column():
    heavy = lamps().filter(col("weight_g") > 200).height
    assert ask("how many lamps weigh over 0.2 kg").figure == heavy
    assert ask("how many lamps weigh over 20 cm").operation == "none"
    assert ask("how many lamps have a price over 200 kg").operation == "none"


def test_a_new_question_takes_nothing_over():
    chat = Chat(lamps(), rows="lamps")
    chat.ask("mean price of the red lamps")
    assert "red" not in chat.ask("heaviest lamp").understood
    chat.ask("mean price of the red lamps")
    assert "red" not in chat.ask("mean price of those with a weight over 200").understood


def test_examples_are_three_and_given_once():
    chat = Chat(lamps(), rows="lamps")
    assert len(chat.ask("how many exploded?").text.splitlines()) == 5
    assert len(chat.ask("how many exploded?").text.splitlines()) == 1


def test_why_after_filling_speaks_of_the_filled_column():
    chat = Chat(lamps(), rows="lamps")
    assert "why row" in chat.ask("explain row 8").understood or "not clear" in chat.ask("explain row 8").text
    chat.ask("fill the blanks in weight_g")
    assert chat.ask("why row 8?").text.startswith("weight_g of row 8")


def test_a_plot_says_which_rows_it_shows():
    assert "where colour = red" in ask("plot price of the red lamps").picture.replace("\n", " ")
