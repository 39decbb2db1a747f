"""Laws of what is measured of a style, and of dressing and setting up known pictures by it."""

from __future__ import annotations

import numpy as np
import pytest

from handful.draw.arrange import COLOURS, arranged, beside
from handful.draw.artist import PIXELS, Pixels
from handful.draw.canvas import canvas, smaller
from handful.draw.detail import detailed
from handful.draw.dress import dressed
from handful.draw.strokes import depths, extent, measured, straight

SIDE = PIXELS


def disc(colour: tuple[int, int, int], radius: float = 24, line: int = 0, alpha: int = 255) -> Pixels:
    """A disc, with a black line of so many pixels around it."""
    at = np.arange(SIDE) - SIDE / 2 + 0.5
    away = np.hypot(at[:, None], at[None])
    made = np.zeros((SIDE, SIDE, 4), np.uint8)
    made[away < radius] = (*colour, alpha)
    made[(away < radius) & (away >= radius - line)] = (0, 0, 0, alpha)
    return made


RED, GREEN, BLUE = (220, 40, 40), (40, 200, 60), (40, 60, 220)
PLAIN = [disc(RED), disc(GREEN), disc(BLUE)]
LINED = [disc(RED, 20, 3), disc(GREEN, 20, 3), disc(BLUE, 20, 3)]


def test_a_line_is_found_with_its_colour_and_width_and_none_where_there_is_none():
    strokes = measured(LINED)
    assert strokes.line is not None
    assert strokes.line == pytest.approx([0, 0, 0])
    assert strokes.width in (2, 3, 4)
    assert measured(PLAIN).line is None


def test_size_and_place_are_those_of_what_is_drawn():
    assert measured(PLAIN).extent == pytest.approx(48, abs=1)
    moved = np.roll(disc(RED, 10), (8, -6), (0, 1))
    assert extent(straight(moved)[..., 3]) == pytest.approx((20, 40, 26), abs=1)


def test_what_is_half_transparent_is_measured_too():
    strokes = measured([disc(RED, alpha=60)])
    assert np.isfinite(strokes.middle).all()
    assert np.isfinite(dressed(disc(BLUE), measured(PLAIN), strokes)).all()


def test_depth_is_counted_from_the_outside():
    depth = depths(straight(disc(RED))[..., 3])
    assert depth[0, 0] == 0
    assert depth[SIDE // 2, 8] == 1
    assert depth[SIDE // 2, SIDE // 2] == depth.max()


def test_a_dressed_picture_has_the_line_and_the_size_of_the_others():
    made = dressed(disc(GREEN, 30), measured(PLAIN), measured(LINED))
    strokes = measured([made])
    assert strokes.extent == pytest.approx(40, abs=2)
    assert strokes.line is not None
    assert strokes.line == pytest.approx([0, 0, 0], abs=0.05)


def test_many_grey_pictures_make_a_picture_grey():
    grey = [disc((level, level, level)) for level in range(60, 200, 4)]
    made = dressed(disc(RED), measured(PLAIN), measured(grey))
    before, after = (np.ptp(each[SIDE // 2, SIDE // 2, :3].astype(int)) for each in (disc(RED), made))
    assert after < before / 3


def test_dressed_like_its_own_set_a_picture_stays_as_it_is():
    strokes = measured(PLAIN)
    made = dressed(disc(RED), strokes, strokes)
    assert abs(made.astype(int) - disc(RED).astype(int)).mean() < 2


def test_nothing_to_see_stays_nothing():
    nothing = np.zeros((SIDE, SIDE, 4), np.uint8)
    assert not dressed(nothing, measured(PLAIN), measured(LINED)).any()


@pytest.mark.parametrize("colour", ["green", "blue", "purple"])
def test_an_asked_colour_takes_the_place_of_the_commonest(colour):
    made = arranged(disc(RED), "ball", f"a {colour} ball")
    wanted = int(np.argmax([1, 0, 0])) if COLOURS[colour] < 60 else {"green": 1}.get(colour, 2)
    assert made[SIDE // 2, SIDE // 2, :3].argmax() == wanted
    assert np.array_equal(made[..., 3], disc(RED)[..., 3])


def test_what_has_no_colour_is_given_the_asked_one():
    made = arranged(disc((128, 128, 128)), "ball", "red ball")[SIDE // 2, SIDE // 2]
    assert made[0] > made[1] + 60


def test_a_colour_that_the_label_has_already_changes_nothing():
    assert np.array_equal(arranged(disc(RED), "red ball", "red ball"), disc(RED))
    assert np.array_equal(arranged(disc(RED), "ball", "a ball"), disc(RED))


@pytest.mark.parametrize(("words", "number"), [("two balls", 2), ("3 buses", 3), ("three red buses", 3)])
def test_a_number_is_drawn_so_often(words, number):
    made = arranged(disc(RED, 20), "bus", words)
    assert made[..., 3].sum() == pytest.approx(number * disc(RED, 20)[..., 3].sum() / 4, rel=0.05)


def test_one_stands_beside_the_other():
    made = beside(disc(RED), disc(BLUE))
    colours = [
        made[:, half][made[:, half][..., 3] > 200][:, :3].mean(axis=0) for half in (slice(32), slice(32, 64))
    ]
    assert colours[0].argmax() == 0
    assert colours[1].argmax() == 2


def test_detail_comes_from_the_guide_where_the_drawing_agrees_with_it():
    guide = canvas([disc(RED, 20, 3)])
    small, other = smaller(guide), smaller(canvas([disc(BLUE)]))
    blurred = small.repeat(2, axis=-1).repeat(2, axis=-2)
    made = detailed(blurred, small, guide[0], None)
    assert abs(made - guide).mean() < abs(blurred - guide).mean() / 10
    left = other.repeat(2, axis=-1).repeat(2, axis=-2)
    assert abs(detailed(left, other, guide[0], None) - left)[..., 28:36, 28:36].max() < 0.01


def test_a_guide_that_was_hardly_changed_is_not_copied():
    guide = canvas([disc(RED)])
    small = smaller(guide)
    blurred = small.repeat(2, axis=-1).repeat(2, axis=-2)
    assert np.array_equal(detailed(blurred, small, guide[0], guide[0]), blurred)
