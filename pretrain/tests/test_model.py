"""Laws of the answers, before any training: they hold for random weights."""

from dataclasses import fields

import pytest
import torch

from handful.model.context import Context, Shown, Slots
from handful.model.heads import Outputs
from handful_pretrain.attention import attend, normed
from handful_pretrain.config import SIZES, ModelConfig
from handful_pretrain.loss import Answer, answered, losses
from handful_pretrain.model import Model, context_of, draw_slots
from handful_pretrain.prior.mix import Shape, draw
from handful_pretrain.prior.tables import Tables

ONE_STAGE = ModelConfig(width=32, layers=2, heads=2, readouts=1, row_layers=0, thinking=4, decoder_heads=2)
TWO_STAGES = ModelConfig(
    width=32,
    layers=2,
    heads=2,
    thinking=4,
    decoder_heads=2,
    readouts=2,
    row_width=48,
    row_layers=2,
    row_heads=3,
)


@pytest.fixture(scope="module", params=[ONE_STAGE, TWO_STAGES], ids=["one stage", "two stages"])
def model(request: pytest.FixtureRequest) -> Model:
    torch.manual_seed(0)
    model = Model(request.param)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.15 * torch.randn_like(p))
    return model.eval()


def shown(tables: Tables) -> tuple[Context, Shown]:
    slots = draw_slots(max(64, int(tables.classes.max())), 0)
    kind = tables.x.dtype
    context = context_of(tables, Slots(slots.codes.to(kind), slots.labels.to(kind)))
    return context, context.shown_queries(tables.x[:, tables.context :], torch)


@torch.no_grad()
def said(model: Model, tables: Tables) -> Outputs:
    return model(*shown(tables))


def ask(model: Model, tables: Tables) -> Answer:
    return answered(said(model, tables), *shown(tables))


@torch.no_grad()
def said_in_use(model: Model, tables: Tables) -> tuple[Outputs, Answer]:
    """As answering does it: what is shown is made in float64, the network runs in float32."""
    exact = Tables(tables.x.double(), tables.is_category, tables.y.double(), tables.classes, tables.context)
    context, queries = shown(exact)
    own = context.shown(torch)
    kept = model.encode(own.cells.float(), own.guesses.float(), context.told(torch).float())
    found = model.answer(kept, queries.cells.float(), queries.guesses.float(), context.asked(torch).float())
    outputs = Outputs(*(getattr(found, part.name).double() for part in fields(Outputs)))
    return outputs, answered(outputs, context, queries)


def numbers(answer: Answer) -> torch.Tensor:
    return answer.quantiles * answer.spread + answer.center


def close(one: torch.Tensor, other: torch.Tensor, by: float = 1e-5) -> bool:
    return torch.allclose(one, other, rtol=0, atol=by)


def test_adding_queries_changes_no_answer(model: Model) -> None:
    tables = draw(0, 6, Shape(30, 20, 5))
    one, other = ask(model, tables.first(37)), ask(model, tables)
    assert close(one.probabilities, other.probabilities[:, :7])
    assert close(one.quantiles, other.quantiles[:, :7])


def test_permuting_the_context_changes_nothing(model: Model) -> None:
    tables = draw(1, 6, Shape(30, 20, 5))
    order = torch.cat([torch.randperm(30), torch.arange(30, 50)])
    moved = Tables(tables.x[:, order], tables.is_category, tables.y[:, order], tables.classes, 30)
    (outputs, one), (moved_outputs, other) = said_in_use(model, tables), said_in_use(model, moved)
    assert close(one.probabilities, other.probabilities)
    size = one.quantiles.abs().max()
    assert close(one.quantiles / size, other.quantiles / size)
    assert close(outputs.weights[..., order[:30]], moved_outputs.weights)


def test_what_is_encoded_once_answers_as_the_single_pass_does(model: Model) -> None:
    context, queries = shown(draw(2, 6, Shape(30, 20, 5)))
    own, asked = context.shown(torch), context.asked(torch)
    with torch.no_grad():
        kept = model.encode(own.cells, own.guesses, context.told(torch))
        split = [
            model.answer(kept, queries.cells[:, i : i + 5], queries.guesses[:, i : i + 5], asked)
            for i in range(0, 20, 5)
        ]
        whole = model(context, queries)
    for name in ("weights", "mix", "sharpness", "offsets"):
        assert close(torch.cat([getattr(part, name) for part in split], 1), getattr(whole, name))


def test_the_queries_targets_are_not_looked_at(model: Model) -> None:
    tables = draw(3, 6, Shape(30, 20, 5))
    y = tables.y.clone()
    y[:, 30:] = 0
    hidden = Tables(tables.x, tables.is_category, y, tables.classes, 30)
    assert close(ask(model, tables).probabilities, ask(model, hidden).probabilities, 0)
    assert close(ask(model, tables).quantiles, ask(model, hidden).quantiles, 0)


def test_probabilities_and_weights_sum_to_one_and_quantiles_never_fall(model: Model) -> None:
    tables = draw(4, 24, Shape(30, 20, 5))
    answer, outputs = ask(model, tables), said(model, tables)
    category = tables.classes > 0
    assert close(answer.probabilities[category].sum(-1), torch.ones(()))
    assert close(outputs.weights.sum(-1), torch.ones(()))
    assert close(outputs.mix.sum(-1), torch.ones(()))
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
    answer = ask(model, tables)
    assert answer.probabilities[..., :classes].shape == (1, 10, classes)
    assert answer.probabilities.isfinite().all()


def test_blanks_everywhere_are_answered(model: Model) -> None:
    for count in (0, 2):
        y = (torch.arange(16) % 2).float()[None]
        blank = torch.full((1, 16, 3), torch.nan)
        answer = ask(model, Tables(blank, torch.tensor([[True, False, False]]), y, torch.tensor([count]), 10))
        assert answer.probabilities.isfinite().all()
        assert numbers(answer).isfinite().all()


def test_the_scale_of_numbers_changes_nothing(model: Model) -> None:
    tables = draw(5, 8, Shape(30, 20, 4))
    number = ~tables.is_category[:, None]
    scaled = Tables(
        torch.where(number, 1000 * tables.x - 7, tables.x), tables.is_category, tables.y, tables.classes, 30
    )
    assert close(ask(model, tables).probabilities, ask(model, scaled).probabilities, 2e-4)
    assert close(ask(model, tables).quantiles, ask(model, scaled).quantiles, 2e-3)


def test_numbers_come_back_in_the_unit_of_the_target(model: Model) -> None:
    tables = draw(6, 8, Shape(30, 20, 4))
    y = torch.randn(8, 50)
    none = torch.zeros(8, dtype=torch.long)
    one = numbers(ask(model, Tables(tables.x, tables.is_category, y, none, 30)))
    other = numbers(ask(model, Tables(tables.x, tables.is_category, 10 * y + 3, none, 30)))
    assert close(10 * one + 3, other, 1e-3)


def test_an_untrained_model_is_better_than_chance_where_rows_alike_have_targets_alike() -> None:
    """It begins as a smoother over rows that are alike, not as noise."""
    torch.manual_seed(0)
    x = torch.randn(8, 80, 2)
    tables = Tables(
        x,
        torch.zeros(8, 2, dtype=torch.bool),
        torch.cat([(x[:4, :, 0] > 0).float(), x[4:, :, 0]]),
        torch.tensor([2] * 4 + [0] * 4),
        60,
    )
    for config in (ONE_STAGE, TWO_STAGES):
        found = losses(ask(Model(config), tables), tables)
        assert found[:4].max() < 0.65
        assert found[4:].max() < 0.5


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
def test_the_heads_of_every_size_share_its_widths_evenly(size: str) -> None:
    config = SIZES[size].model
    last = config.row_width if config.row_layers else config.readouts * config.width
    assert (
        config.width % config.heads == config.row_width % config.row_heads == last % config.decoder_heads == 0
    )


@pytest.mark.parametrize("size", SIZES)
def test_the_weights_of_every_size_fit_the_wheel(size: str) -> None:
    assert sum(p.numel() for p in Model(SIZES[size].model).parameters()) < 6e6
