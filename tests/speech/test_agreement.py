import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.speech.agreement import Said, habits_of, word_errors, words_as_target

SPOKEN = ["Turn on the light.", "What time is it?", "Play some music.", "Call my sister.", None]
SURE = [0.9, 0.8, 0.9, 0.5, 0.0]


def agreed(spoken, confidences, outputs) -> Said:
    """What is said, where it is known to agree."""
    said = words_as_target(spoken, confidences, outputs)
    assert said is not None
    return said


def test_blank_transcripts_become_what_is_said():
    said = agreed(SPOKEN, SURE, ["Turn on the light.", "What time is it?", None, None, None])
    assert said.texts == (
        "Turn on the light.",
        "What time is it?",
        "Play some music.",
        "Call my sister.",
        None,
    )
    assert said.confidences == (0.9, 0.8, 0.9, 0.5, 0.0)
    assert said.errors == 0
    assert said.right == (True, True, None, None, None)


def test_the_words_given_decide_how_the_others_are_written():
    given = ["turn on the light", "what time is it", None, None, None]
    assert agreed(SPOKEN, SURE, given).texts[2:] == ("play some music", "call my sister", None)
    given = ["TURN ON THE LIGHT.", "WHAT TIME IS IT?", None, None, None]
    assert agreed(SPOKEN, SURE, given).texts[2:4] == ("PLAY SOME MUSIC.", "CALL MY SISTER.")


def test_a_word_heard_wrongly_lowers_the_confidence():
    said = agreed(SPOKEN, SURE, ["turn off the light", "what time is it", None, None, None])
    assert said.errors == pytest.approx(1 / 8)
    assert said.right[:3] == (False, True, None)
    assert said.confidences[2] == pytest.approx(0.9 * 7 / 8)


@pytest.mark.parametrize(
    "given",
    [
        ["angry", "calm", None, None, None],
        ["light", "clock", "music", None, None],
        ["Turn on the light.", None, None, None, None],  # one row may agree by chance
        [None] * 5,
        ["", "", None, None, None],
        ["lumière", "quelle heure", None, None, None],
    ],
)
def test_texts_that_are_not_what_is_said_are_no_transcripts(given):
    assert words_as_target(SPOKEN, SURE, given) is None


def test_numbers_are_written_as_the_column_has_them():
    spoken, sure = ["Seven.", "3", "Nine!", "two"], [0.9] * 4
    assert agreed(spoken, sure, ["seven", "three", None, None]).texts[2:] == ("nine", "two")
    assert agreed(spoken, sure, ["7", "3", None, None]).texts[2:] == ("9", "2")


def test_apostrophes_and_marks_are_no_errors():
    assert agreed(["It's late, is it?", "Yes."], [1, 1], ["it\u2019s late is it", "yes"]).errors == 0


@given(st.lists(st.sampled_from("abc"), max_size=6), st.lists(st.sampled_from("abc"), max_size=6))
def test_word_errors_are_a_distance(first, second):
    errors = word_errors(first, second)
    assert errors == word_errors(second, first)
    assert (errors == 0) == (first == second)
    assert abs(len(first) - len(second)) <= errors <= max(len(first), len(second))


@given(st.lists(st.sampled_from(["yes", "no way", "well done", "half past ten"]), min_size=1, max_size=5))
def test_writing_by_the_habits_of_a_text_leaves_that_text_alone(given):
    habits = habits_of(given)
    assert [habits.written(text) for text in given] == given


def test_a_number_of_thousands_of_digits_is_a_word_like_any_other():
    assert words_as_target(["one two"], [1.0], ["9" * 5_000]) is None
    said = words_as_target(["one", "two"], [1.0, 1.0], ["1", "2"])
    assert said is not None
    assert said.texts == ("1", "2")
