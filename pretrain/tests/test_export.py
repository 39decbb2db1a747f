"""Laws of the exported model: it gives what PyTorch gives, or nothing at all."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from handful.errors import ModelFileError
from handful.model import session
from handful.model.card import ANSWER, CARD, ENCODE, FILES, WEIGHTS, read_card
from handful.model.context import Context, Shown
from handful.model.heads import Outputs
from handful.model.session import Session
from handful_pretrain import export as module
from handful_pretrain.checkpoint import Progress
from handful_pretrain.config import SIZES, ModelConfig
from handful_pretrain.export import TOLERANCE, Unfaithful, difference, export, write
from handful_pretrain.model import Model, context_of, draw_slots
from handful_pretrain.prior import mix
from handful_pretrain.train import Run

TINY = SIZES["tiny"].model
SHAPES = {
    "two stages": replace(TINY, layers=2, readouts=3, row_layers=2, row_width=48),
    "one stage": replace(TINY, readouts=1, row_layers=0),
    "one block": replace(TINY, layers=1, row_layers=0, thinking=1),
}


def untrained(config: ModelConfig) -> Model:
    """A model whose every weight says something."""
    torch.manual_seed(0)
    model = Model(config).eval()
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.1 * torch.randn_like(p))
    return model


def exported(config: ModelConfig, out: Path) -> Model:
    model = untrained(config)
    write(model, replace(SIZES["tiny"], model=config), Progress(7, 70, 360.0), out, "test", {"log loss": 0.5})
    return model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("model") / "two stages"
    exported(SHAPES["two stages"], out)
    return out


@pytest.fixture(scope="module")
def started(folder: Path) -> Session:
    return Session(folder)


def shown(seed: int = 0, b: int = 2, queries: int = 20) -> tuple[Context, Shown]:
    tables = mix.draw(seed, b, mix.Shape(30, queries, 5))
    context = context_of(tables, draw_slots(int(tables.classes.max()), seed))
    return context, context.shown_queries(tables.x[:, 30:], torch)


def encoded(started: Session, context: Context, order: slice | list[int] = slice(None)) -> session.Cache:
    own, told = context.shown(torch), context.told(torch)
    return started.encode(own.cells[:, order].numpy(), own.guesses[:, order].numpy(), told[:, order].numpy())


def answered(
    started: Session, cache: session.Cache, context: Context, queries: Shown, rows: slice = slice(None)
) -> Outputs:
    cells, guesses = queries.cells[:, rows].numpy(), queries.guesses[:, rows].numpy()
    return started.answer(cache, cells, guesses, context.asked(torch).numpy())


def furthest(one: Outputs, other: Outputs) -> float:
    return max(
        np.abs(getattr(one, part) - getattr(other, part)).max() for part in ("weights", "mix", "offsets")
    )


@pytest.mark.parametrize("name", SHAPES)
def test_the_graphs_give_what_pytorch_gives_for_tables_of_many_shapes(name: str, tmp_path: Path) -> None:
    model = exported(SHAPES[name], tmp_path / "out")
    assert difference(model, tmp_path / "out") <= TOLERANCE / 3


def test_encoding_and_answering_equals_one_pass(folder: Path, started: Session) -> None:
    context, queries = shown()
    model = untrained(SHAPES["two stages"])
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(p.half().float())
        whole = model(context, queries)
    theirs = Outputs(*(getattr(whole, part.name).numpy() for part in fields(Outputs)))
    assert furthest(theirs, answered(started, encoded(started, context), context, queries)) < TOLERANCE / 3


def test_a_few_rows_at_a_time_are_answered_as_all_at_once(
    started: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, queries = shown()
    cache = encoded(started, context)
    whole = answered(started, cache, context, queries)
    monkeypatch.setattr(session, "AT_ONCE", 1)
    assert furthest(whole, answered(started, cache, context, queries)) < 1e-5


def test_adding_queries_changes_no_answer(started: Session) -> None:
    context, queries = shown()
    cache = encoded(started, context)
    few = answered(started, cache, context, queries, slice(7))
    whole = answered(started, cache, context, queries)
    assert furthest(few, Outputs(*(getattr(whole, part.name)[:, :7] for part in fields(Outputs)))) < 1e-5


def test_permuting_the_context_changes_nothing(started: Session) -> None:
    context, queries = shown()
    order = np.random.default_rng(0).permutation(30).tolist()
    one = answered(started, encoded(started, context), context, queries)
    other = answered(started, encoded(started, context, order), context, queries)
    assert furthest(replace(one, weights=one.weights[..., order]), other) < 1e-5


@pytest.mark.parametrize("name", [*FILES, CARD])
@pytest.mark.parametrize("place", [0.0, 0.3, 0.6, 0.99])
def test_a_changed_byte_in_any_file_is_refused(folder: Path, name: str, place: float) -> None:
    path = folder / name
    content = path.read_bytes()
    changed = bytearray(content)
    changed[int(place * len(content))] ^= 1
    path.write_bytes(changed)
    try:
        with pytest.raises(ModelFileError, match=name):
            Session(folder)
    finally:
        path.write_bytes(content)
    assert read_card(folder).name == "test"


def test_weights_are_stored_once_in_half_precision(folder: Path) -> None:
    parameters = sum(p.numel() for p in untrained(SHAPES["two stages"]).parameters())
    assert (folder / WEIGHTS).stat().st_size < 2 * parameters + 30_000
    assert (folder / ENCODE).stat().st_size + (folder / ANSWER).stat().st_size < 100_000


def test_the_same_model_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    exported(SHAPES["two stages"], tmp_path / "again")
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_the_card_says_how_the_model_was_made(folder: Path) -> None:
    card = read_card(folder)
    assert card.sizes["row_layers"] == 2
    assert card.recipe["tables_seen"] == 70
    assert card.figures == {"log loss": 0.5}
    assert card.licence == "Apache-2.0"
    assert len(card.hash) == 64


def test_what_differs_is_not_exported_and_what_was_there_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(module, "TOLERANCE", 0.0)
    with pytest.raises(Unfaithful, match="differ"):
        exported(SHAPES["one block"], folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_weights_too_large_for_half_precision_are_refused(tmp_path: Path) -> None:
    model = untrained(SHAPES["one block"])
    with torch.no_grad():
        model.found.weight.fill_(1e6)
    with pytest.raises(Unfaithful, match="differ"):
        write(model, SIZES["tiny"], Progress(), tmp_path / "out", "test", {})
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_is_exported_with_its_mean_weights(tmp_path: Path) -> None:
    run = Run(SIZES["tiny"], "cpu", torch.float32)
    path = run.save(tmp_path / "run")
    assert export(path, tmp_path / "out") <= TOLERANCE
    assert read_card(tmp_path / "out").name == "tiny"
