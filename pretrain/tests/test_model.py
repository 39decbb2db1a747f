"""Laws of the answers, before any training: they hold for random weights."""

import pytest
import torch

from handful_pretrain.attention import attend, normed
from handful_pretrain.config import SIZES, ModelConfig
from handful_pretrain.model import Answer, Model
from handful_pretrain.prior.mix import Shape, draw
from handful_pretrain.prior.tables import Tables


@pytest.fixture(scope="module")
def model() -> Model:
    torch.manual_seed(0)
    model = Model(ModelConfig(width=32, layers=2, heads=2, thinking=4, decoder_heads=2))
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.15 * torch.randn_like(p))
    return model.eval()


def ask(model: Model, tables: Tables) -> Answer:
    with torch.no_grad():
        return model(tables, model.draw_slots(64, 0))


def close(one: torch.Tensor, other: torch.Tensor, by: float = 1e-5) -> bool:
    return torch.allclose(one, other, rtol=0, atol=by)


def test_adding_queries_changes_no_answer(model: Model) -> None:
    tables = draw(0, 6, Shape(30, 20, 5))
    fewer = Tables(tables.x[:, :37], tables.is_category, tables.y[:, :37], tables.classes, 30)
    one, other = ask(model, fewer), ask(model, tables)
    assert close(one.probabilities, other.probabilities[:, :7])
    assert close(one.quantiles, other.quantiles[:, :7])


def test_permuting_the_context_changes_nothing(model: Model) -> None:
    tables = draw(1, 6, Shape(30, 20, 5))
    order = torch.cat([torch.randperm(30), torch.arange(30, 50)])
    moved = Tables(tables.x[:, order], tables.is_category, tables.y[:, order], tables.classes, 30)
    one, other = ask(model, tables), ask(model, moved)
    assert close(one.probabilities, other.probabilities)
    assert close(one.quantiles, other.quantiles)
    assert close(one.weights[..., order[:30]], other.weights)


def test_what_is_encoded_once_answers_as_the_single_pass_does(model: Model) -> None:
    tables = draw(2, 6, Shape(30, 20, 5))
    slots = model.draw_slots(64, 0)
    with torch.no_grad():
        kept = model.encode(tables, slots)
        split = [model.answer(kept, tables.x[:, start : start + 5]) for start in (30, 35, 40, 45)]
    whole = ask(model, tables)
    assert close(torch.cat([a.probabilities for a in split], 1), whole.probabilities)
    assert close(torch.cat([a.quantiles for a in split], 1), whole.quantiles)
    assert close(torch.cat([a.weights for a in split], 1), whole.weights)


def test_the_queries_targets_are_not_looked_at(model: Model) -> None:
    tables = draw(3, 6, Shape(30, 20, 5))
    y = tables.y.clone()
    y[:, 30:] = 0
    hidden = Tables(tables.x, tables.is_category, y, tables.classes, 30)
    assert close(ask(model, tables).probabilities, ask(model, hidden).probabilities, 0)


def test_probabilities_and_weights_sum_to_one_and_quantiles_never_fall(model: Model) -> None:
    tables = draw(4, 24, Shape(30, 20, 5))
    answer = ask(model, tables)
    category = tables.classes > 0
    assert close(answer.probabilities[category].sum(-1), torch.ones(()))
    assert close(answer.weights.sum(-1), torch.ones(()))
    assert (answer.quantiles.diff(dim=-1) >= 0).all()
    for i in category.nonzero()[:, 0]:
        given = tables.y[i, :30].unique().long()
        assert (answer.probabilities[i][:, given] > 0).all()
        assert close(answer.probabilities[i][:, given].sum(-1), torch.ones(()))


@pytest.mark.parametrize("columns", [1, 2, 3, 70])
@pytest.mark.parametrize("classes", [2, 11, 150])
def test_any_number_of_columns_and_classes_is_answered(model: Model, columns: int, classes: int) -> None:
    x = torch.randn(1, 310, columns)
    y = (torch.arange(310) % classes).float()[None]
    tables = Tables(x, torch.zeros(1, columns, dtype=torch.bool), y, torch.tensor([classes]), 300)
    with torch.no_grad():
        answer = model(tables, model.draw_slots(classes, 0))
    assert answer.probabilities.shape == (1, 10, classes)
    assert answer.probabilities.isfinite().all()


def test_blanks_everywhere_are_answered(model: Model) -> None:
    for count in (0, 2):
        y = (torch.arange(16) % 2).float()[None]
        blank = torch.full((1, 16, 3), torch.nan)
        answer = ask(model, Tables(blank, torch.tensor([[True, False, False]]), y, torch.tensor([count]), 10))
        assert answer.probabilities.isfinite().all()
        assert answer.numbers().isfinite().all()


def test_the_scale_of_numbers_and_the_names_of_codes_change_nothing(model: Model) -> None:
    tables = draw(5, 8, Shape(30, 20, 4))
    number = ~tables.is_category[:, None]
    scaled = Tables(
        torch.where(number, 1000 * tables.x - 7, tables.x), tables.is_category, tables.y, tables.classes, 30
    )
    assert close(ask(model, tables).probabilities, ask(model, scaled).probabilities, 2e-4)


def test_numbers_come_back_in_the_unit_of_the_target(model: Model) -> None:
    tables = draw(6, 8, Shape(30, 20, 4))
    y = torch.randn(8, 50)
    none = torch.zeros(8, dtype=torch.long)
    one = ask(model, Tables(tables.x, tables.is_category, y, none, 30)).numbers()
    other = ask(model, Tables(tables.x, tables.is_category, 10 * y + 3, none, 30)).numbers()
    assert close(10 * one + 3, other, 1e-3)


def test_attention_and_norm_have_the_gradients_of_their_formulas() -> None:
    torch.manual_seed(0)
    parts = [torch.randn(3, n, 4, dtype=torch.double, requires_grad=True) for n in (5, 7, 7)]

    def plain(q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        return torch.softmax(q @ k.mT, -1) @ v

    weight = torch.randn(3, 5, 4, dtype=torch.double)
    ours = torch.autograd.grad((attend(*parts) * weight).sum(), parts)
    theirs = torch.autograd.grad((plain(*parts) * weight).sum(), parts)
    assert all(close(a, b, 1e-6) for a, b in zip(ours, theirs, strict=True))
    x = torch.randn(4, 6, requires_grad=True)
    weight = torch.randn(4, 6)
    ours = torch.autograd.grad((normed(x, torch.float32) * weight).sum(), x)
    theirs = torch.autograd.grad((torch.nn.functional.rms_norm(x, (6,), eps=1e-6) * weight).sum(), x)
    assert close(ours[0], theirs[0])


@pytest.mark.parametrize("size", SIZES)
def test_every_size_can_be_built(size: str) -> None:
    config = SIZES[size].model
    assert config.width % config.heads == config.width % config.decoder_heads == 0
    assert sum(p.numel() for p in Model(config).parameters()) < 6e6
