"""Laws of the synthetic tables."""

import numpy as np
import pytest
import torch

from handful_pretrain.prior import blanks, look, mix, target
from handful_pretrain.prior.dice import Dice
from handful_pretrain.prior.functions import FUNCTIONS
from handful_pretrain.prior.mix import INGREDIENTS, Shape, draw, drawn_from
from handful_pretrain.prior.tables import Tables

SHAPES = [Shape(8, 16, 1), Shape(12, 20, 5), Shape(64, 32, 12), Shape(200, 32, 3)]


def arrays(tables: Tables) -> list[torch.Tensor]:
    return [tables.x.nan_to_num(-7.0), tables.is_category, tables.y, tables.classes]


def same(one: Tables, other: Tables) -> bool:
    return all(torch.equal(a, b) for a, b in zip(arrays(one), arrays(other), strict=True))


@pytest.mark.parametrize("shape", SHAPES)
def test_the_same_seed_gives_the_same_tables(shape: Shape) -> None:
    assert same(draw(3, 12, shape), draw(3, 12, shape))
    assert not same(draw(3, 12, shape), draw(4, 12, shape))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", INGREDIENTS)
def test_every_ingredient_draws_tables_of_the_shape_asked(name: str, shape: Shape) -> None:
    tables = drawn_from(name, Dice(5), 7, shape)
    assert tables.x.shape == (7, shape.rows, shape.columns)
    assert tables.x.isfinite().all()
    assert tables.y.isfinite().all()


@pytest.mark.parametrize("shape", SHAPES)
def test_no_context_has_a_constant_target(shape: Shape) -> None:
    for seed in range(5):
        tables = draw(seed, 32, shape)
        context = tables.y[:, : tables.context]
        assert (context.amax(1) - context.amin(1) > 1e-6).all()


def test_a_constant_target_is_made_to_vary() -> None:
    y = torch.zeros(6, 20)
    y[0, 15] = 1.0
    classes = torch.tensor([2, 2, 2, 0, 0, 0])
    varied = target.vary(Dice(0), y, classes, context=8)
    assert (varied[:, :8].amax(1) > varied[:, :8].amin(1)).all()
    assert varied[0].sum() == 1


@pytest.mark.parametrize("shape", SHAPES)
def test_codes_and_classes_are_whole_numbers_within_their_count(shape: Shape) -> None:
    tables = draw(1, 48, shape)
    codes = tables.x.mT[tables.is_category].nan_to_num(0)
    assert (codes == codes.round()).all()
    assert (codes >= 0).all()
    assert (codes < 128).all()
    category = tables.classes > 0
    assert (tables.y[category] == tables.y[category].round()).all()
    assert (tables.y[category].amax(1) < tables.classes[category]).all()
    assert (tables.classes[category] >= 2).all()
    assert (tables.classes <= shape.context).all()


def test_class_counts_come_in_the_shares_that_the_docstring_says() -> None:
    count = target.class_counts(Dice(0), 4000, context=512)
    assert (count == 2).float().mean() == pytest.approx(0.55, abs=0.03)
    assert (count > 10).float().mean() == pytest.approx(0.10, abs=0.02)
    assert count.max() > 40


def test_a_third_of_the_targets_are_numbers_and_categories_are_many() -> None:
    parts = [draw(seed, 100, Shape(32, 16, 6)) for seed in range(6)]
    number = torch.cat([part.classes == 0 for part in parts]).float().mean()
    assert number == pytest.approx(mix.NUMBERS, abs=0.05)
    category = torch.cat([part.is_category for part in parts]).float().mean()
    assert 0.2 < category < 0.6


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_the_share_of_blanks_is_as_asked_for_every_mechanism(share: float) -> None:
    x = Dice(0).normal(40, 200, 5)
    found = blanks.blanked(Dice(1), x, torch.full((40, 5), share)).isnan().float().mean(1)
    assert (found - share).abs().max() <= 1 / 200 + 1e-6


def test_three_tables_in_ten_have_blanks() -> None:
    hit = blanks.punch(Dice(0), Dice(1).normal(2000, 100, 4)).isnan().any(2).any(1)
    assert hit.float().mean() == pytest.approx(0.3, abs=0.04)


@pytest.mark.parametrize("function", [f for _, f in FUNCTIONS])
def test_every_function_gives_finite_numbers_that_differ_between_tables(function) -> None:  # type: ignore[no-untyped-def]
    u = Dice(0).normal(1, 60, 4).expand(3, -1, -1)
    for seed in range(4):
        out = function(u, 5, Dice(seed))
        assert out.shape == (3, 60, 5)
        assert out.isfinite().all()
        assert not torch.allclose(out[0], out[1])


def test_a_query_is_drawn_like_the_context() -> None:
    """Rows come in no order: first and last columns' means over many tables agree."""
    tables = drawn_from("graph", Dice(2), 200, Shape(40, 40, 3))
    early, late = tables.y[:, :40].mean(1), tables.y[:, 40:].mean(1)
    assert np.corrcoef(early, late)[0, 1] > 0.9


def test_every_ingredient_has_a_picture() -> None:
    text = look.picture()
    assert all(f"{name}: " in text for name in INGREDIENTS)
