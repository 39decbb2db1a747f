"""Laws of the names of classes as texts."""

import numpy as np

from handful.encode.frozen.text import WIDTH, text_encoder
from handful.encode.names import name_vectors


def test_a_name_is_read_as_the_text_encoder_reads_it_and_has_length_one():
    made = name_vectors(["rain", "card arrival"])
    for vector, name in zip(made, ("rain", "card arrival"), strict=True):
        np.testing.assert_array_equal(vector, text_encoder().embed(name.encode())[:WIDTH].astype(np.float64))
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, rtol=1e-5)


def test_a_name_is_read_as_the_words_that_it_is_made_of():
    words, *written = name_vectors(
        ["card arrival", "card_arrival", "card-arrival", " card/arrival? ", "card.arrival"]
    )
    for vector in written:
        np.testing.assert_array_equal(vector, words)
    one, other = name_vectors(["PlayMusic", "Play Music"])
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(*name_vectors(["USA", "U S A"]))  # capitals alone are one word


def test_a_name_of_which_nothing_is_read_is_zeros():
    made = name_vectors(["", "???", "_", "  ", "rain"])
    np.testing.assert_array_equal(made[:4], 0)
    assert made[4].any()


def test_a_name_is_the_same_whatever_names_stand_beside_it():
    names = ["rain", "rain", "7", "tea", "Straße", "电车"]
    together = name_vectors(names)
    assert together.shape == (len(names), WIDTH)
    assert np.isfinite(together).all()
    for place, name in enumerate(names):
        np.testing.assert_array_equal(name_vectors([name])[0], together[place])


def test_names_that_mean_alike_lie_nearer():
    car, lorry, soup = name_vectors(["car_repair", "FixMyLorry", "soup recipe"])
    assert car @ lorry > 2 * abs(car @ soup)
