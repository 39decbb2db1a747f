"""The loop: it learns, it goes on where it stopped, and what it writes can be read."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from handful_pretrain import checkpoint, evaluate
from handful_pretrain.config import SIZES, Config, ModelConfig, TableConfig, TrainConfig
from handful_pretrain.loss import answered, losses
from handful_pretrain.model import context_of, draw_slots
from handful_pretrain.optimizer import Optimizer, orthogonal
from handful_pretrain.prior.mix import Shape, draw
from handful_pretrain.train import Run, train

SMALL = Config(
    "tiny",
    ModelConfig(width=32, layers=2, heads=2, row_width=48, row_layers=1, row_heads=3, thinking=4),
    TableConfig(context=(8, 24), columns=(1, 5), queries=8, cells=800, pool=2),
    TrainConfig(warmup=2, average=0.9),
)


def weights(run: Run) -> list[torch.Tensor]:
    return [p.detach().clone() for p in run.optimizer.parameters] + [m.clone() for m in run.optimizer.mean]


def rounded(run: Run) -> dict[str, torch.Tensor]:
    """Everything that a checkpoint rounds."""
    found = {}
    for i, (p, mean) in enumerate(zip(run.optimizer.parameters, run.optimizer.mean, strict=True)):
        found[f"weight {i}"] = p.detach().clone()
        found[f"mean {i}"] = mean - p.detach()
        moments = run.optimizer.muon.state.get(p) or run.optimizer.adam.state[p]
        found.update({f"{name} {i}": value.clone() for name, value in moments.items()})
    return found


def test_three_steps_lower_the_loss_on_a_fixed_batch() -> None:
    run = Run(SMALL, "cpu", torch.float32)
    tables = draw(0, 12, Shape(24, 8, 4))
    context = context_of(tables, draw_slots(64, 0))
    queries = context.shown_queries(tables.x[:, 24:], torch)
    seen = []
    for step in range(4):
        value = losses(answered(run.model(context, queries), context, queries), tables).mean()
        seen.append(float(value.detach()))
        value.backward()  # type: ignore[no-untyped-call]
        run.optimizer.step(step + 5)
    assert seen[3] < seen[0]


def test_resuming_is_the_same_as_going_on(tmp_path: Path) -> None:
    run = Run(SMALL, "cpu", torch.float32)
    for _ in range(3):
        run.step()
    run.save(tmp_path)
    again = Run(SMALL, "cpu", torch.float32)
    assert again.resume(tmp_path)
    assert again.progress == run.progress
    for _ in range(3):
        run.step()
        again.step()
    assert all(torch.equal(a, b) for a, b in zip(weights(run), weights(again), strict=True))


def test_a_checkpoint_rounds_weights_by_a_thousandth_and_averages_by_a_tenth(tmp_path: Path) -> None:
    run = Run(SMALL, "cpu", torch.float32)
    for _ in range(3):
        run.step()
    before = rounded(run)
    run.save(tmp_path)
    for entry, exact in rounded(run).items():
        most = 1e-3 if entry.startswith("weight") else 0.1
        assert torch.linalg.vector_norm(exact - before[entry]) <= most * torch.linalg.vector_norm(exact)


def test_a_checkpoint_never_forgets_that_a_gradient_was_there(tmp_path: Path) -> None:
    run = Run(SMALL, "cpu", torch.float32)
    run.step()
    state = next(s for p, s in run.optimizer.adam.state.items() if p.numel() > 1)
    state["exp_avg_sq"].view(-1)[:2] = torch.tensor([1.0, 2.0**-28])
    run.save(tmp_path)
    state = next(s for p, s in run.optimizer.adam.state.items() if p.numel() > 1)
    assert float(state["exp_avg_sq"].view(-1)[1]) == pytest.approx(2.0**-28, rel=0.13)


def test_a_checkpoint_is_whole_small_and_says_its_config(tmp_path: Path) -> None:
    big = replace(SIZES["base"], tables=SMALL.tables)
    run = Run(big, "cpu", torch.float32)
    run.step()
    path = run.save(tmp_path)
    parts = list(path.glob("part-*.pt"))
    assert len(parts) > 1
    assert all(part.stat().st_size < 10 * 2**20 for part in parts)
    numbers = sum(p.numel() for p in run.model.parameters())
    assert sum(part.stat().st_size for part in parts) < 4.3 * numbers
    assert checkpoint.read_config(path)[0] == big
    assert not list(tmp_path.glob(".step-*"))


def test_only_the_newest_checkpoints_stay(tmp_path: Path) -> None:
    run = Run(SMALL, "cpu", torch.float32)
    for _ in range(4):
        run.step()
        newest = run.save(tmp_path)
    assert checkpoint.latest(tmp_path) == newest
    assert len(list(tmp_path.glob("step-*"))) == checkpoint.KEPT


def slimmed(folder: Path, steps: int = 3) -> tuple[Path, Run]:
    """A slimmed checkpoint, and the run that wrote it."""
    run = Run(SMALL, "cpu", torch.float32)
    for _ in range(steps):
        run.step()
    path = run.save(folder)
    checkpoint.slim(path)
    return path, run


def test_a_slimmed_checkpoint_holds_the_mean_weights_in_a_byte_each(tmp_path: Path) -> None:
    run = Run(SIZES["small"], "cpu", torch.float32)
    path = run.save(tmp_path)
    checkpoint.slim(path)
    numbers = sum(p.numel() for p in run.model.parameters())
    assert sum(part.stat().st_size for part in path.glob("part-*.pt")) < 1.1 * numbers
    path, run = slimmed(tmp_path / "moved")
    loaded = dict(checkpoint.load_model(path).named_parameters())
    names = {id(p): name for name, p in run.model.named_parameters()}
    for p, mean in zip(run.optimizer.parameters, run.optimizer.mean, strict=True):
        off = torch.linalg.vector_norm(loaded[names[id(p)]] - mean)
        assert off <= 0.01 * torch.linalg.vector_norm(mean)


def test_slimming_again_changes_nothing(tmp_path: Path) -> None:
    path, _ = slimmed(tmp_path)
    once = dict(checkpoint.load_model(path).named_parameters())
    checkpoint.slim(path)
    for name, weight in checkpoint.load_model(path).named_parameters():
        torch.testing.assert_close(weight, once[name], rtol=1e-6, atol=0)
    assert not list(tmp_path.glob(".step-*"))


def test_a_run_from_a_slimmed_checkpoint_has_no_moments_and_warms_up(tmp_path: Path) -> None:
    slimmed(tmp_path)
    run = Run(replace(SMALL, train=TrainConfig(warmup=4)), "cpu", torch.float32)
    run.resume(tmp_path)
    assert run.progress.step == run.progress.slimmed == 3
    assert not run.optimizer.muon.state
    assert not run.optimizer.adam.state
    rates = []
    for _ in range(5):
        run.step()
        rates.append(run.optimizer.muon.param_groups[0]["lr"] / run.config.train.muon_rate)
    assert rates == pytest.approx([0.25, 0.5, 0.75, 1, 1])


def test_a_full_checkpoint_after_a_slimmed_one_resumes_as_the_run_goes_on(tmp_path: Path) -> None:
    slimmed(tmp_path)
    warming = replace(SMALL, train=TrainConfig(warmup=8))
    run, again = Run(warming, "cpu", torch.float32), Run(warming, "cpu", torch.float32)
    run.resume(tmp_path)
    for _ in range(2):
        run.step()
    run.save(tmp_path)
    again.resume(tmp_path)
    for _ in range(3):
        run.step()
        again.step()
    assert again.progress.slimmed == 3
    assert all(torch.equal(a, b) for a, b in zip(weights(run), weights(again), strict=True))


def test_training_writes_a_log_and_a_decay_leaves_the_chain_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handful_pretrain.train.WINDOW", 2)
    first = train(Run(SMALL, "cpu", torch.bfloat16), tmp_path, minutes=0.05)
    with (tmp_path / "log.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert lines
    assert float(lines[-1]["log_loss"]) > 0
    second = train(Run(SMALL, "cpu", torch.bfloat16), tmp_path, minutes=0.03, decay=True)
    assert second.parent.name == "decayed"
    assert checkpoint.latest(tmp_path) == first
    assert checkpoint.read_config(second)[1].step > checkpoint.read_config(first)[1].step


def test_the_mean_weights_are_what_is_loaded(tmp_path: Path) -> None:
    run = Run(SMALL, "cpu", torch.float32)
    run.step()
    run.step()
    path = run.save(tmp_path)
    loaded = dict(checkpoint.load_model(path).named_parameters())
    names = {id(p): name for name, p in run.model.named_parameters()}
    for p, mean in zip(run.optimizer.parameters, run.optimizer.mean, strict=True):
        assert torch.equal(loaded[names[id(p)]], mean)


def test_newton_schulz_makes_singular_values_nearly_one() -> None:
    torch.manual_seed(0)
    for shape in [(2, 16, 16), (1, 16, 48), (1, 48, 16)]:
        values = torch.linalg.svdvals(orthogonal(torch.randn(shape), torch.float32))
        assert values.max() < 1.3
        assert values.median() > 0.6


def test_every_weight_has_one_optimiser() -> None:
    run = Run(SMALL, "cpu", torch.float32)
    optimizer = Optimizer(run.model, SMALL.train)
    assert {id(p) for p in optimizer.parameters} == {id(p) for p in run.model.parameters()}
    assert len(optimizer.parameters) == len(list(run.model.parameters()))


def test_the_prior_s_answer_is_scored_like_a_model_s() -> None:
    batches = list(evaluate.heldout(4, (8, 16)))
    found = evaluate.scores([evaluate.prior_answer(tables) for tables in batches], batches)
    log, area, crps = found.summary(0)
    assert log > 0.3
    assert area == pytest.approx(0.5)
    assert 0.3 < crps < 1.2
    assert len(list(evaluate.lines({"prior": found}))) == 4


def test_the_area_counts_ties_as_half() -> None:
    p = torch.tensor([[0.9, 0.1], [0.5, 0.5], [0.5, 0.5], [0.1, 0.9]])
    assert evaluate.areas(p, torch.tensor([0.0, 0.0, 1.0, 1.0])) == pytest.approx(0.875)
