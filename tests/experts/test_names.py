"""Laws of the names expert: a name is one more row of its class, and a name that says nothing does no harm."""

from dataclasses import replace

import numpy as np
import pytest

from handful.encode.frozen.text import WIDTH, text_encoder
from handful.encode.names import name_vectors
from handful.experts.names import MANY_CLASSES, ClassNames, Names
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


MANY = MANY_CLASSES + 4
MEANT = np.random.default_rng(5).normal(size=(MANY, WIDTH)) / np.sqrt(WIDTH)


def nearby(codes: np.ndarray, noise: float, seed: int) -> np.ndarray:
    """(row, coordinate) of length one: what the class is about, and much else."""
    made = MEANT[codes] + noise * np.random.default_rng(seed).normal(size=(len(codes), WIDTH)) / np.sqrt(
        WIDTH
    )
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def many(codes: np.ndarray, seed: int) -> Features:
    return Features(
        nearby(codes, 5.0, seed), np.zeros(WIDTH, np.bool_), ("said",) * WIDTH, np.zeros(WIDTH, np.intp)
    )


MANY_NAMES = nearby(np.arange(MANY), 1.0, 1).astype(np.float64)
MANY_CODES = np.repeat(np.arange(MANY), 4)
ASKED = np.repeat(np.arange(MANY), 6)


def among_many(
    vectors: np.ndarray, codes: np.ndarray = MANY_CODES, asked: Features | None = None
) -> np.ndarray:
    """What rows and names of many classes say of the rows asked."""
    fitted = named(vectors).fit(many(MANY_CODES, 2), Labels(codes.astype(np.float64), MANY))
    return fitted.predict(many(ASKED, 3) if asked is None else asked)


def loss_of(shares: np.ndarray) -> float:
    return float(-np.log(shares[np.arange(len(ASKED)), ASKED]).mean())


def test_among_many_classes_names_help_and_probabilities_sum_to_one():
    shares, without = among_many(MANY_NAMES), among_many(np.zeros_like(MANY_NAMES))
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-12)
    assert (shares.argmax(axis=1) == ASKED).mean() > 0.6
    assert loss_of(shares) < loss_of(without) - 0.5


def test_among_many_classes_labels_that_mean_nothing_leave_the_answers_near_even():
    shuffled = np.random.default_rng(0).permutation(MANY_CODES)
    shares = among_many(np.zeros_like(MANY_NAMES), shuffled)
    assert shares.max() < 0.2
    assert loss_of(shares) < np.log(MANY) + 0.1


def test_among_many_classes_a_row_is_answered_by_itself_alone():
    asked = many(ASKED, 3).take(np.arange(5))
    together = among_many(MANY_NAMES, asked=asked)
    alone = [among_many(MANY_NAMES, asked=asked.take(np.array([row]))) for row in range(5)]
    np.testing.assert_allclose(np.vstack(alone), together, atol=1e-12)


def test_among_many_classes_a_blank_text_is_answered_without_a_favourite_even_where_a_name_is_blank():
    vectors = MANY_NAMES.copy()
    vectors[3] = 0
    blank = many(ASKED, 3).take(np.arange(1))
    shares = among_many(vectors, asked=replace(blank, values=np.full_like(blank.values, np.nan)))
    assert shares.min() > 0.3 / MANY
    assert shares.max() < 2 / MANY


def test_among_many_classes_one_without_a_row_is_answered_by_its_name():
    kept = MANY_CODES != 0
    fitted = named(MANY_NAMES).fit(
        many(MANY_CODES, 2).take(kept), Labels(MANY_CODES[kept].astype(np.float64), MANY)
    )
    shares = fitted.predict(many(ASKED, 3).take(ASKED == 0))
    assert (shares.argmax(axis=1) == 0).mean() >= 0.5


def test_among_many_classes_a_second_text_column_that_is_blank_throughout_changes_hardly_an_answer():
    context, asked = many(MANY_CODES, 2), many(ASKED, 3)

    def beside_blank(given: Features) -> Features:
        values = np.hstack([given.values, np.full_like(given.values, np.nan)])
        names = ("said",) * WIDTH + ("more",) * WIDTH
        return Features(values, np.zeros(2 * WIDTH, np.bool_), names, np.repeat([0, 1], WIDTH))

    both = np.arange(2 * WIDTH).reshape(2, WIDTH)
    known = Labels(MANY_CODES.astype(np.float64), MANY)
    twice = named(MANY_NAMES, both).fit(beside_blank(context), known).predict(beside_blank(asked))
    assert (twice.argmax(axis=1) == among_many(MANY_NAMES).argmax(axis=1)).mean() >= 0.75
