"""What training computes with torch is what answering computes with numpy."""

from dataclasses import fields

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from handful.model.context import GUESSES, Context, Slots, fit_context
from handful.model.heads import Outputs, probabilities, quantiles
from handful_pretrain.model import context_of, draw_slots
from handful_pretrain.prior.mix import Shape, draw
from handful_pretrain.prior.tables import Tables

SHAPES = [Shape(8, 12, 1), Shape(30, 20, 5), Shape(64, 16, 12)]
SHARED = range(4)
"""Seeds of batches; with each, some tables have blanks, categories, and either kind of target."""


def exact(seed: int, shape: Shape) -> Tables:
    """A batch in float64: in float32 the inverses inside the guesses differ by their rounding, up to 1e-3."""
    t = draw(seed, 12, shape)
    return Tables(t.x.double(), t.is_category, t.y.double(), t.classes, t.context)


def exact_slots(tables: Tables) -> Slots:
    slots = draw_slots(int(tables.classes.max()), 0)
    return Slots(slots.codes.double(), slots.labels.double())


def in_torch(tables: Tables) -> Context:
    return context_of(tables, exact_slots(tables))


def in_numpy(tables: Tables) -> Context:
    slots, n = exact_slots(tables), tables.context
    return fit_context(
        tables.x[:, :n].numpy(),
        tables.is_category.numpy(),
        tables.y[:, :n].numpy(),
        (tables.classes == 0).numpy(),
        Slots(slots.codes.numpy(), slots.labels.numpy()),
        np,
    )


def assert_same(one: torch.Tensor, other: NDArray[np.float64]) -> None:
    assert other.dtype == np.float64
    np.testing.assert_allclose(one.numpy(), other, rtol=0, atol=1e-7)


def outputs(tables: Tables) -> Outputs:
    torch.manual_seed(0)
    b, queries = len(tables), tables.x.shape[1] - tables.context
    steps = torch.rand(b, queries, 99).double().cumsum(-1)
    weights = torch.randn(b, queries, tables.context).double().softmax(-1)
    mix = torch.randn(b, queries, 1 + GUESSES).double().softmax(-1)
    return Outputs(weights, mix, torch.randn(b, queries, 1).double().exp(), steps)


def test_the_tables_have_blanks_categories_and_both_kinds_of_target() -> None:
    for shape in SHAPES:
        batches = [draw(seed, 12, shape) for seed in SHARED]
        assert any(t.x.isnan().any() for t in batches)
        assert any(t.is_category.any() for t in batches)
        assert {bool(number) for t in batches for number in t.classes == 0} == {True, False}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("seed", SHARED)
def test_the_labelled_rows_are_shown_alike(shape: Shape, seed: int) -> None:
    tables = exact(seed, shape)
    one, other = in_torch(tables), in_numpy(tables)
    assert_same(one.told(torch), other.told(np))
    assert_same(one.asked(torch), other.asked(np))
    assert_same(one.shown(torch).cells, other.shown(np).cells)
    assert_same(one.shown(torch).guesses, other.shown(np).guesses)
    assert_same(one.shown(torch).guessed, other.shown(np).guessed)
    assert_same(one.center, other.center)
    assert_same(one.spread, other.spread)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("seed", SHARED)
def test_queries_are_shown_and_answered_alike(shape: Shape, seed: int) -> None:
    tables = exact(seed, shape)
    one, other = in_torch(tables), in_numpy(tables)
    asked = one.shown_queries(tables.x[:, tables.context :], torch)
    again = other.shown_queries(tables.x[:, tables.context :].numpy(), np)
    assert_same(asked.cells, again.cells)
    assert_same(asked.guesses, again.guesses)
    said = outputs(tables)
    heard = Outputs(*(getattr(said, field.name).numpy() for field in fields(Outputs)))
    category = tables.classes > 0
    found = probabilities(said, one, asked.guessed, torch)[category]
    assert_same(found, probabilities(heard, other, again.guessed, np)[category.numpy()])
    found = quantiles(said, one, asked.guessed)[~category]
    assert_same(found, quantiles(heard, other, again.guessed)[~category.numpy()])


def test_all_is_computed_on_the_device_of_the_table() -> None:
    """A device that holds no values refuses what mixes devices, as a GPU does."""
    there = torch.device("meta")
    x, y = torch.empty(2, 9, 3, device=there), torch.empty(2, 6, device=there)
    slots = Slots(*(part.to(there) for part in (draw_slots(4, 0).codes, draw_slots(4, 0).labels)))
    kinds = torch.empty(2, 3, dtype=torch.bool, device=there)
    context = fit_context(x[:, :6], kinds, y, torch.empty(2, dtype=torch.bool, device=there), slots, torch)
    asked = context.shown_queries(x[:, 6:], torch)
    assert context.shown(torch).guesses.device == asked.guesses.device == context.told(torch).device == there
    said = Outputs(*(torch.empty(2, 3, width, device=there) for width in (6, 1 + GUESSES, 1, 99)))
    assert probabilities(said, context, asked.guessed, torch).device == there
    assert quantiles(said, context, asked.guessed).device == there
