"""Laws of our own artist: what it is told, what it goes by, and that a drawing depends on nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handful.draw.artist import PIXELS, Drawn, Example
from handful.draw.asked import TOKENS, cleaned, meaning, parts, plain, understood
from handful.draw.canvas import canvas, pixels, smaller
from handful.draw.guides import choose
from handful.draw.library import Library, read_library
from handful.draw.local import LocalArtist
from handful.draw.references import ordered, spread, style_distances
from handful.draw.sampler import Told, noise, sample, started
from handful.draw.sight import seen
from handful.draw.trust import Signs, doubt, sure
from handful.errors import ModelFileError
from handful.weights.place import needed
from tests.tiny_artist import LABELS, STYLES, examples, picture, tiny_artist

NO_STYLE = np.zeros((8, 192), np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    pytest.importorskip("onnx", reason="makes the tiny graphs")
    return tiny_artist(tmp_path_factory.mktemp("artist"))


@pytest.fixture(scope="module")
def artist(folder) -> LocalArtist:
    return LocalArtist(folder)


def library(labels: tuple[str, ...] = LABELS) -> Library:
    """Every label in every style, without the pictures."""
    count = len(labels) * len(STYLES)
    return Library(
        labels,
        np.stack([meaning(label) for label in labels]),
        STYLES,
        np.arange(count) % len(labels),
        np.arange(count) // len(labels),
        0,
        Path("none"),
        np.zeros(count + 1, np.int64),
    )


def chosen(words: str, known: Library, far: tuple[float, ...] = (0.0, 1.0, 2.0)) -> list[str]:
    """Names of the two pictures of the library."""
    none = np.zeros((0, 384), np.float32)
    return [
        known.name(each)
        for each in choose(understood(words), known, none, np.array(far, np.float32)).pictures
    ]


def same(one: Drawn, other: Drawn) -> bool:
    return (
        np.array_equal(one.picture, other.picture) and one.sure == other.sure and one.nearest == other.nearest
    )


# what is asked for


def test_a_text_is_one_line_without_control_characters():
    assert cleaned(" a\x00 red\n\n\tkettle\u202e ") == "a red kettle"
    assert len(cleaned("x" * 100_000)) == 2_000


@given(st.text(max_size=200))
def test_any_text_can_be_understood(text):
    asked = understood(cleaned(text))
    assert asked.states.shape == (TOKENS, 384)
    assert np.isclose(np.linalg.norm(asked.meaning), 1, atol=1e-5)
    assert not asked.states[~asked.real].any()


def test_number_and_colour_are_left_out_where_something_is_left():
    assert plain("two red apples") == "apples"
    assert plain("A turquoise dog house") == "dog house"
    assert plain("orange") == "orange"
    assert plain("redcurrant") == "redcurrant"


def test_two_things_are_told_apart_where_the_words_join_them():
    assert parts("a dog next to a red house", loosely=False) == ("a dog", "a red house")
    assert parts("salt and pepper", loosely=False) is None
    assert parts("salt and pepper", loosely=True) == ("salt", "pepper")
    assert parts("next to a dog", loosely=True) is None


# what a drawing goes by


def test_guides_show_what_is_asked_for_in_two_styles_the_nearest_style_first():
    assert chosen("dog", library()) == ["dog (round)", "dog (square)"]
    assert chosen("dog", library(), far=(2.0, 1.0, 0.0)) == ["dog (pale)", "dog (square)"]


@pytest.mark.parametrize("words", ["two dogs", "a red dog", "3 dogs"])
def test_number_and_colour_change_no_guide(words):
    assert chosen(words, library()) == ["dog (round)", "dog (square)"]


def test_of_two_things_there_is_a_guide_of_each():
    for words in ("an umbrella next to a dog", "an umbrella and a dog", "an umbrella with a dog"):
        assert chosen(words, library()) == ["umbrella (round)", "dog (round)"]


def test_a_label_that_joins_two_things_is_one_thing():
    known = library(("salt and pepper", "dog", "house"))
    assert chosen("salt and pepper", known) == ["salt and pepper (round)", "salt and pepper (square)"]


def test_the_guide_of_ones_own_is_the_example_most_alike_in_words():
    meanings = np.stack([meaning(words) for words in ("", "a house", "puppy")])
    guides = choose(understood("dog"), library(), meanings, np.zeros(3, np.float32))
    assert guides.example == 2
    assert guides.near[0] == pytest.approx(meaning("dog") @ meaning("puppy"), abs=1e-5)
    assert guides.near[1:] == pytest.approx([1, 1], abs=1e-3)


def test_without_words_no_example_is_a_guide():
    guides = choose(understood("dog"), library(), np.zeros((2, 384), np.float32), np.zeros(3, np.float32))
    assert guides.example is None
    assert guides.near[0] == 0


def test_the_order_of_examples_comes_from_their_content_and_blank_ones_are_left_out():
    given_ones = [*examples("square"), Example("blank", np.zeros((PIXELS, PIXELS, 4), np.uint8))]
    names = [given_ones[place].words for place in ordered(given_ones)]
    turned = given_ones[::-1]
    assert [turned[place].words for place in ordered(turned)] == names
    assert sorted(names) == sorted(LABELS)


def test_references_are_spread_evenly():
    assert spread(range(16), 8) == list(range(0, 16, 2))
    assert spread([5, 6], 8) == [5, 6]


def test_a_style_is_at_no_distance_from_itself():
    styles = np.random.default_rng(0).normal(size=(4, 8, 192)).astype(np.float32)
    assert style_distances(styles[2], styles)[2] == pytest.approx(0, abs=1e-5)
    assert style_distances(styles[2], styles).argmin() == 2
    assert np.isfinite(style_distances(styles[0], styles[:1])).all()


# pictures as numbers


def test_a_picture_comes_back_as_it_was():
    made = picture("dog", "pale")
    assert np.array_equal(pixels(canvas([made])[0]), made)


def test_clear_pixels_have_no_colour_to_add_when_a_picture_gets_smaller():
    made = np.zeros((PIXELS, PIXELS, 4), np.uint8)
    made[...] = (0, 255, 0, 0)  # green, but clear
    made[::2, ::2] = (255, 0, 0, 255)
    assert pixels(smaller(canvas([made]))[0])[3, 3].tolist() == [255, 0, 0, 64]


def test_numbers_out_of_range_make_a_picture_all_the_same():
    wild = np.random.default_rng(0).normal(size=(4, PIXELS, PIXELS)).astype(np.float32) * 9
    made = pixels(wild)
    assert made.dtype == np.uint8
    assert not made[made[..., 3] == 0].any()


def test_what_is_seen_does_not_depend_on_the_pictures_beside():
    both = canvas([picture("dog", "round"), picture("house", "square")])
    assert np.array_equal(seen(both)[1], seen(both[1:])[0])


# the sampler


def told(near: float = 1.0) -> Told:
    asked = understood("dog")
    guides = canvas([picture("dog", "round")] * 3)
    return Told(asked.states, asked.real, NO_STYLE + 1, smaller(guides), np.full(3, near, np.float32))


def test_a_straight_flow_arrives_in_any_number_of_steps():
    dice, end = noise("dog", 1), np.full((3, 4, 32, 32), 0.5, np.float32)
    begun = started(dice, told())
    for steps in (1, 4, 16):
        made = sample(lambda x, time, told: end - begun, dice, told(), NO_STYLE, steps=steps, guidance=1)
        assert made == pytest.approx(end, abs=1e-5)


def test_the_nearer_a_guide_the_more_of_it_the_flow_begins_with():
    guide, dice = told().guides[0], noise("dog", 1, 100)
    for near in (0.0, 0.5, 1.0):
        begun = started(dice, told(near))
        assert begun.mean(axis=0) == pytest.approx(near * guide + (1 - near) * -0.26, abs=0.15)
        assert begun.std(axis=0).mean() == pytest.approx(0.3 * (1 - 0.8 * near**2) ** 0.5, abs=0.01)


def test_guidance_one_is_no_guidance_and_half_the_work():
    asked = []

    def direction(x, time, told):
        asked.append(len(x))
        return np.stack([np.full(x.shape[1:], each.real.mean(), np.float32) for each in told]) - x

    dice = noise("dog", 1)
    one = sample(direction, dice, told(), NO_STYLE, guidance=1)
    assert set(asked) == {len(dice)}
    nearly = sample(direction, dice, told(), NO_STYLE, guidance=1 + 1e-6)
    assert asked[-1] == 2 * len(dice)
    assert nearly == pytest.approx(one, abs=1e-4)


def test_guidance_leads_away_from_where_the_guides_alone_lead():
    def direction(x, time, told):
        goals = [each.near[0] + 0.1 * each.real.any() + 0.1 * each.style[0, 0] for each in told]
        return np.stack([np.full(x.shape[1:], goal, np.float32) for goal in goals])

    nowhere = np.zeros((1, 4, 32, 32), np.float32)
    begun = started(nowhere, told(0.1))
    made = sample(direction, nowhere, told(0.1), NO_STYLE, guidance=3)
    assert made == pytest.approx(np.clip(begun + 0.1 + 3 * 0.2, -1, 1), abs=1e-5)


def test_noise_comes_from_the_words_and_the_seed_alone():
    assert np.array_equal(noise("dog", 1), noise("dog", 1))
    assert np.array_equal(noise("dog", 1, 2), noise("dog", 1, 3)[:2])
    assert not np.allclose(noise("dog", 1), noise("dog", -1))
    assert not np.allclose(noise("dog", 1), noise("cat", 1))
    assert abs(noise("dog", 1).std() - 1) < 0.05


# how sure


def test_one_is_surer_the_better_the_signs():
    trust = np.array([-2, 1, 0.5, 1], np.float32)
    poor, good = Signs(0, 0.1, 0.2, 0.4), Signs(0, 0.9, 1.0, 0.95)
    assert 0 < sure(poor, trust) < 0.5 < sure(good, trust) < 1


def test_a_doubt_names_the_words_and_only_a_guess_is_doubted():
    assert doubt("xyzzy", Signs(0, 0.9, 0.9, 0.2), 0.9) == "nothing that is known means anything like 'xyzzy'"
    assert doubt("dog", Signs(0, 0.9, 0.9, 0.9), 0.4) == "'dog' would be a guess"
    assert doubt("dog", Signs(0, 0.9, 0.9, 0.9), 0.6) == ""
    assert len(doubt("x" * 2_000, Signs(0, 0.9, 0.9, 0.9), 0.4)) < 100


# the artist


def test_a_drawing_depends_on_nothing_beside_it(artist):
    alone = artist.draw(["dog"], examples("square"))
    among = artist.draw(["umbrella", "dog", ""], examples("square"), seeds=[5, 0, 1])
    assert same(alone[0], among[1])
    turned = artist.draw(["dog"], examples("square")[::-1])
    assert same(alone[0], turned[0])
    assert turned[0].guides == (LABELS[::-1].index("dog"),)


def test_another_seed_gives_another_picture(artist):
    one, other, again = artist.draw(["dog"] * 3, examples("square"), seeds=[1, 2, 1])
    assert same(one, again)
    assert not np.array_equal(one.picture, other.picture)


def test_what_was_gone_by_is_told(artist):
    (drawn,) = artist.draw(["dog"], examples("square"))
    assert drawn.picture.shape == (PIXELS, PIXELS, 4)
    assert drawn.guides == (LABELS.index("dog"),)
    assert sorted(drawn.references) == [0, 1, 2, 3]
    assert 0 < drawn.sure < 1
    assert 0 <= drawn.distance <= 2


def test_without_examples_the_house_style_is_drawn_in(artist):
    (drawn,) = artist.draw(["dog"])
    assert drawn.guides == drawn.references == ()
    away = np.abs(drawn.picture.astype(int) - picture("dog", "round"))
    assert away[..., 3].mean() < 80
    assert away[24:40, 24:40].mean() < 80


@pytest.mark.parametrize("words", ["", " \n ", "?!", "\x00\x07", "---"])
def test_without_words_nothing_is_drawn_and_the_others_are(artist, words):
    nothing, dog = artist.draw([words, "dog"])
    assert (nothing.sure, nothing.doubt) == (0, "there are no words to draw from")
    assert not nothing.picture.any()
    assert dog.picture.any()


@pytest.mark.parametrize(
    "words", ["x" * 100_000, "\ud800 dog", "<script>", "狗", "[CLS] [SEP] dog", "dog " * 5_000]
)
def test_hostile_words_are_drawn_as_any_others(artist, words):
    (drawn,) = artist.draw([words])
    assert drawn.picture.shape == (PIXELS, PIXELS, 4)
    assert np.isfinite([drawn.sure, drawn.distance]).all()


def test_words_far_from_everything_are_doubted(artist):
    (drawn,) = artist.draw(["xyzzy plugh 2031-b"])
    assert drawn.doubt.startswith("nothing that is known means anything like 'xyzzy")


def test_progress_goes_to_the_end(artist):
    shares: list[float] = []
    assert len(artist.draw(["dog", "", "house"], progress=shares.append)) == 3
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])
    assert artist.draw([]) == []


def test_after_it_is_closed_it_draws_the_same(folder):
    artist = LocalArtist(folder)
    before = artist.draw(["dog"])
    artist.close()
    assert same(before[0], artist.draw(["dog"])[0])


def test_the_identity_is_that_of_the_weights(folder, tmp_path):
    card = json.loads((folder / "card.json").read_text())
    card["sha256"]["draw.onnx"] = "0" * 64
    (tmp_path / "card.json").write_text(json.dumps(card))
    assert LocalArtist(folder).identity == LocalArtist(folder).identity != LocalArtist(tmp_path).identity


def test_a_folder_that_is_none_and_damaged_weights_are_refused(folder, tmp_path):
    with pytest.raises(ModelFileError, match=r"card\.json"):
        LocalArtist(tmp_path)
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "draw.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelFileError, match=r"draw\.onnx is damaged"):
        LocalArtist(tmp_path).draw(["dog"])
    (tmp_path / "pictures.webps").write_bytes(b"cut off")
    with pytest.raises(ModelFileError, match=r"pictures\.webps"):
        LocalArtist(tmp_path).draw(["dog"])


def test_the_library_gives_its_pictures_by_number(folder):
    known = read_library(folder, np.zeros((len(LABELS), 384)))
    numbers = known.of_style(STYLES.index("square"))
    found = dict(zip((known.name(number) for number in numbers), known.pictures(numbers), strict=True))
    assert np.array_equal(found["house (square)"], picture("house", "square"))


@pytest.mark.weights("artist")
def test_the_real_weights_are_sure_of_a_castle_and_doubt_what_has_no_shape():
    castle, churn = LocalArtist(needed("artist")).draw(["castle", "customer churn rate"])
    assert castle.doubt == ""
    assert churn.doubt == "nothing that is known means anything like 'customer churn rate'"
    assert castle.sure > churn.sure


@pytest.mark.weights("artist")
def test_the_real_weights_draw_on_a_clear_ground():
    (castle,) = LocalArtist(needed("artist")).draw(["castle"])
    alpha = castle.picture[..., 3]
    assert (alpha > 128).mean() > 0.1
    assert alpha[:2, :2].mean() < 13


@pytest.mark.weights("artist")
def test_the_real_weights_know_their_own_library():
    artist = LocalArtist(needed("artist"))
    known = artist._gallery.library
    look = seen(canvas(known.pictures([7])))[0]
    name, distance = artist._gallery.nearest(look, known.meanings[known.label[7]], (), ())
    assert name == known.name(7)
    assert distance == pytest.approx(0, abs=1e-5)
