"""Laws of the names expert: a name is one more row of its class, and a name that says nothing does no harm."""

import numpy as np
import pytest

from handful.encode.frozen.text import WIDTH, text_encoder
from handful.encode.names import name_vectors
from handful.experts.names import ClassNames, Names
from handful.features import Features, Labels

TOPICS = {
    "card_arrival": ("It is still not here", "How long does the post take?", "Has my card been sent yet?"),
    "LostCard": ("I left it on the bus", "Somebody stole my wallet", "Block my card, it is gone"),
    "exchange rate": ("What is a pound worth today?", "Yen to francs", "How many dollars for my money?"),
    "top_up_failed": ("My money did not get in", "Adding funds gave an error", "The top up was refused"),
    "refund": ("I want my money back", "The shop owes me for a return", "When am I paid back?"),
    "cancel transfer": ("Stop that payment", "I sent it to the wrong person", "Undo what I just sent"),
    "forgotten PIN": ("Which four digits was it?", "The machine wants a number", "How do I get a new code?"),
    "CloseAccount": (
        "I am leaving you",
        "Delete all that you have on me",
        "I no longer want to be a customer",
    ),
}
PLACES = np.arange(WIDTH)[None]


def features(texts: list[str]) -> Features:
    """The first embedding of a text column; NaN where blank."""
    blank = np.full(WIDTH, np.nan, np.float32)
    rows = [text_encoder().embed(text.encode())[:WIDTH] if text else blank for text in texts]
    return Features(np.stack(rows), np.zeros(WIDTH, np.bool_), ("said",) * WIDTH, np.zeros(WIDTH, np.intp))


def told(texts_each: slice) -> tuple[Features, np.ndarray]:
    pairs = [(text, code) for code, texts in enumerate(TOPICS.values()) for text in texts[texts_each]]
    return features([text for text, _ in pairs]), np.array([code for _, code in pairs])


def labels(codes: np.ndarray) -> Labels:
    return Labels(codes.astype(np.float64), len(TOPICS))


@pytest.fixture(scope="module")
def meant() -> np.ndarray:
    return name_vectors(list(TOPICS))


NOTHING = np.zeros((len(TOPICS), WIDTH))


def named(vectors: np.ndarray, places: np.ndarray = PLACES) -> Names:
    return Names(ClassNames(places, vectors))


def right(vectors: np.ndarray) -> tuple[float, float]:
    """Accuracy and log loss on the other texts, each of the texts in turn the one row of its class."""
    hits, losses = [], []
    for first in range(3):
        context, codes = told(slice(first, first + 1))
        fitted = named(vectors).fit(context, labels(codes))
        for other in {0, 1, 2} - {first}:
            asked, truth = told(slice(other, other + 1))
            shares = fitted.predict(asked)
            hits.append(shares.argmax(axis=1) == truth)
            losses.append(-np.log(shares[np.arange(len(truth)), truth]))
    return float(np.mean(hits)), float(np.mean(losses))


def test_with_one_row_of_a_class_its_name_helps(meant):
    (accuracy, loss), (without, loss_without) = right(meant), right(NOTHING)
    assert accuracy >= without + 0.1
    assert loss < loss_without


def test_names_of_other_classes_do_not_help(meant):
    assert right(np.roll(meant, 1, axis=0))[0] < right(meant)[0] - 0.1


def test_codes_as_names_break_nothing():
    for codes in ([str(code) for code in range(8)], [f"c{code}" for code in range(17, 25)], ["?"] * 8):
        assert right(name_vectors(codes))[0] >= right(NOTHING)[0] - 0.15


def test_answers_are_probabilities_that_depend_on_their_own_row_alone(meant):
    context, codes = told(slice(0, 2))
    fitted = named(meant).fit(context, labels(codes))
    shares = fitted.predict(context)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-12)
    one_by_one = np.vstack([fitted.predict(context.take(np.array([row]))) for row in range(len(codes))])
    np.testing.assert_allclose(one_by_one, shares, atol=1e-12)


def test_a_blank_text_is_answered_without_a_favourite(meant):
    context, codes = told(slice(0, 1))
    shares = named(meant).fit(context, labels(codes)).predict(features([""]))
    np.testing.assert_allclose(shares.sum(), 1)
    assert 0.3 / len(TOPICS) < shares.min()
    assert shares.max() < 2 / len(TOPICS)


def test_a_class_without_a_row_can_still_be_answered_by_its_name(meant):
    context, codes = told(slice(0, 2))
    kept = codes != 0
    asked = features(["I want to know when my card will arrive"])
    shares = named(meant).fit(context.take(kept), labels(codes[kept])).predict(asked)
    assert shares.argmax(axis=1) == 0
    assert named(NOTHING).fit(context.take(kept), labels(codes[kept])).predict(asked).argmax(axis=1) != 0


def test_a_second_text_column_that_is_blank_throughout_changes_hardly_an_answer(meant):
    context, codes = told(slice(0, 2))
    asked, _ = told(slice(2, 3))
    once = named(meant).fit(context, labels(codes)).predict(asked)

    def beside_blank(given: Features) -> Features:
        values = np.hstack([given.values, np.full_like(given.values, np.nan)])
        names = ("said",) * WIDTH + ("more",) * WIDTH
        return Features(values, np.zeros(2 * WIDTH, np.bool_), names, np.repeat([0, 1], WIDTH))

    both = np.arange(2 * WIDTH).reshape(2, WIDTH)
    twice = named(meant, both).fit(beside_blank(context), labels(codes)).predict(beside_blank(asked))
    assert (twice.argmax(axis=1) == once.argmax(axis=1)).mean() >= 0.75
