"""Laws of drawing: it learns, a seed draws one picture, guidance 1 is none, and ONNX says what PyTorch says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("tokenizers", reason="the text encoder needs tokenizers")
pytest.importorskip("onnxruntime", reason="the text encoder needs onnxruntime")

from handful_pretrain.draw import augment, flow
from handful_pretrain.draw.batches import Batch
from handful_pretrain.draw.config import SIZES
from handful_pretrain.draw.data import PIXELS, Entry, Pictures
from handful_pretrain.draw.distill import distill, lesson
from handful_pretrain.draw.export import DRAW, TOLERANCE, Networks, difference, known, rounded, write
from handful_pretrain.draw.model import Artist, start
from handful_pretrain.draw.sharpen import Sharpener
from handful_pretrain.draw.sheet import cells
from handful_pretrain.draw.sight import Ridge, alone, away
from handful_pretrain.draw.train import Run, Sharpening, train

TINY = SIZES["tiny"]
TINY_SHARPENER = replace(SIZES["sharpener"], model=TINY.model, train=TINY.train)
LEARNED = {0, 1, 2, 3, 5, 6, 7, 8}
LABELS = ("kettle", "apple", "boat", "house", "tree")
STYLES = ("flat", "line")


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    """Ten: five things in two styles."""
    dice = np.random.default_rng(0)
    shapes = np.kron(dice.integers(0, 2, (5, 4, 4)), np.ones((16, 16))).astype(bool)
    pixels = np.zeros((10, PIXELS, PIXELS, 4), np.uint8)
    for number in range(10):
        pixels[number][shapes[number % 5]] = (220, 30, 30, 255) if number < 5 else (10, 10, 200, 255)
    entries = tuple(
        Entry(
            STYLES[number // 5], LABELS[number % 5], LABELS[number % 5], ("thing",), "objects", split, number
        )
        for number, split in enumerate((["train"] * 4 + ["cell"]) * 2)
    )
    return Pictures(pixels, entries)


@pytest.fixture(scope="module")
def run(pictures: Pictures) -> Run:
    return Run(TINY, pictures)


@pytest.fixture(scope="module")
def artist() -> Artist:
    torch.manual_seed(0)
    model = Artist(TINY.model).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    return model


@pytest.fixture(scope="module")
def batch(run: Run, pictures: Pictures) -> Batch:
    return cells(run.batches, pictures, [4, 9], 2)


def drawn(model: Artist, batch: Batch, **given: float) -> torch.Tensor:
    return flow.draw(model, batch, steps=3, **given)


def test_learning_lowers_the_loss_on_ten_pictures(pictures: Pictures):
    run = Run(TINY, pictures)
    shown = [run.batches[step] for step in range(8)]

    def loss() -> float:
        with torch.no_grad():
            return np.mean(
                [float(flow.loss(run.model, each, torch.Generator().manual_seed(0))) for each in shown]
            )

    before = loss()
    for _ in range(240):
        run.step(0.0)
    assert loss() < 0.92 * before


def test_batch_s_is_a_function_of_the_seed_and_s(run: Run):
    one, other, next_ = run.batches[3], run.batches[3], run.batches[4]
    assert torch.equal(one.pictures, other.pictures)
    assert torch.equal(one.words, other.words)
    assert not torch.equal(one.pictures, next_.pictures)
    assert one.pictures.shape == (4, 4, TINY.resolution, TINY.resolution)


def test_nothing_held_out_is_in_a_batch_or_shown(run: Run):
    assert {number for of in run.batches.styles.values() for number in of} == LEARNED
    assert {number for of in run.batches.cells.values() for number in of} == LEARNED


def test_colours_never_exceed_alpha(run: Run):
    for step in range(12):
        share = (run.batches[step].pictures + 1) / 2
        assert (share[:, :3] <= share[:, 3:] + 1e-5).all()
        assert share.min() >= 0
        assert share.max() <= 1 + 1e-5


def test_the_same_seed_draws_the_same_picture(artist: Artist, batch: Batch):
    assert torch.equal(drawn(artist, batch, seed=5), drawn(artist, batch, seed=5))
    assert not torch.equal(drawn(artist, batch, seed=5), drawn(artist, batch, seed=6))


def test_guidance_1_is_no_guidance(artist: Artist, batch: Batch):
    with torch.no_grad():
        style = flow.style_of(artist, batch)
        x = flow.noise_for(batch, torch.Generator().manual_seed(0))
        for step in range(3):
            time = torch.full((2,), step / 3)
            x = x + artist(x, time, batch.words, batch.real, style, batch.guides, batch.near) / 3
    assert torch.equal(x.clamp(-1, 1), drawn(artist, batch, guidance=1.0))
    assert not torch.equal(drawn(artist, batch, guidance=1.0), drawn(artist, batch, guidance=3.0))


def test_words_style_and_guides_each_change_the_direction(artist: Artist, batch: Batch, run: Run):
    words, real = run.batches.said(["a boat", "apple"])
    others = (
        replace(batch, words=words, real=real),
        replace(batch, plain=torch.ones_like(batch.plain)),
        replace(batch, guides=batch.guides.flip(-1)),
        replace(batch, near=batch.near * 0.5),
    )
    x, time = torch.zeros(2, 4, 16, 16), torch.full((2,), 0.5)
    with torch.no_grad():
        said = flow.direction(artist, x, time, batch, flow.style_of(artist, batch))
        for other in others:
            changed = flow.direction(artist, x, time, other, flow.style_of(artist, other))
            assert (said - changed).abs().max() > 1e-4


def test_the_flow_begins_at_the_nearest_guide_and_without_one_at_noise_alone():
    guides = torch.rand(1, 3, 4, 8, 8) * 2 - 1
    begin, spread = start(guides, torch.tensor([[0.2, 1.0, 0.6]]))
    torch.testing.assert_close(begin, guides[:, 1])
    assert 0 < spread.item() < 0.5
    begin, spread = start(guides, torch.zeros(1, 3))
    assert begin.std() == 0
    assert spread.item() == 1


def test_no_guide_shows_the_picture_that_is_to_be_drawn(run: Run):
    for step in range(8):
        batch = run.batches[step]
        same = (batch.guides - batch.pictures[:, None]).abs().amax((2, 3, 4)) < 1e-6
        assert not (same[:, 0] & (batch.near[:, 0] > 0)).any()


def test_what_is_not_real_or_not_shown_changes_nothing(artist: Artist, batch: Batch):
    words = torch.where(batch.real[..., None], batch.words, 9.0)
    shown = batch.shown.clone()
    shown[:, 1] = False
    references = batch.references.clone()
    shown_guides = batch.near[:, :, None, None, None] > 0
    other = replace(batch, words=words, guides=torch.where(shown_guides, batch.guides, 9.0))
    with torch.no_grad():
        one = artist.style(references, shown)
        references[:, 1] = 0.3
        torch.testing.assert_close(artist.style(references, shown), one)
        x, time = torch.zeros(2, 4, 16, 16), torch.full((2,), 0.5)
        torch.testing.assert_close(
            flow.direction(artist, x, time, other, one), flow.direction(artist, x, time, batch, one)
        )


def test_the_order_of_the_references_does_not_matter(artist: Artist, batch: Batch):
    with torch.no_grad():
        one = artist.style(batch.references, batch.shown)
        other = artist.style(batch.references.flip(1), batch.shown)
    torch.testing.assert_close(one, other)


def test_resuming_is_the_same_as_going_on(tmp_path: Path, pictures: Pictures):
    run = Run(TINY, pictures)
    for _ in range(2):
        run.step(0.0)
    run.save(tmp_path)
    again = Run(TINY, pictures)
    assert again.resume(tmp_path)
    assert again.progress == run.progress
    assert again.step(0.5) == run.step(0.5)
    assert all(torch.equal(a, b) for a, b in zip(run.mean.parameters(), again.mean.parameters(), strict=True))


def test_training_leaves_a_log_a_sheet_and_a_checkpoint(
    tmp_path: Path, pictures: Pictures, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("handful_pretrain.draw.train.WINDOW", 2)
    kept = train(Run(TINY, pictures), tmp_path, 0.01)
    lines = (tmp_path / "log.csv").read_text().splitlines()
    assert lines[0] == "step,pictures,seconds,loss,held_out,pictures_per_second"
    assert len(lines) > 1
    assert list(tmp_path.glob("sheet-*.png"))
    assert kept.is_dir()


def test_a_pupil_learns_to_step_as_far_as_two_steps_of_its_guided_teacher(
    pictures: Pictures, batch: Batch, artist: Artist, tmp_path: Path
):
    run = Run(TINY, pictures)
    for model in (run.model, run.mean):
        model.load_state_dict(artist.state_dict())
    lessons = (batch, 2, 2.0, torch.Generator().manual_seed(1))
    with torch.no_grad():
        before = lesson(run.mean, artist, *lessons)
    distill(run, tmp_path, 0.05, begin=4, end=2, guidance=2.0)
    with torch.no_grad():
        after = lesson(run.mean, artist, *lessons[:3], torch.Generator().manual_seed(1))
    assert after < before


def test_sharpening_learns_and_twice_the_side_comes_out(pictures: Pictures, tmp_path: Path):
    run = Sharpening(TINY_SHARPENER, pictures)
    losses = [run.step(0.0) for _ in range(12)]
    assert np.mean(losses[-3:]) < np.mean(losses[:3])
    held = run.cells(2)
    run.sheet(held, tmp_path / "sheet.png")
    small = torch.nn.functional.avg_pool2d(held.pictures, 2)
    sharp = run.mean.whole(small, held.guides, held.near, held.references, held.shown)
    assert sharp.shape == held.pictures.shape


def test_a_graph_says_what_pytorch_says(tmp_path: Path, artist: Artist, run: Run):
    torch.manual_seed(1)
    sharpener = Sharpener(TINY_SHARPENER.model).eval()
    networks = Networks(rounded(artist), rounded(sharpener), (TINY, TINY_SHARPENER))
    most = write(networks, tmp_path / "out", known(artist, run.batches), {"name": "a try"})
    assert most < TOLERANCE
    assert most == difference(networks, tmp_path / "out")
    whole = sum(4 * parameter.numel() for parameter in artist.parameters())
    assert (tmp_path / "out" / DRAW).stat().st_size < 0.6 * whole


def test_turned_hues_are_the_asked_ones():
    red = torch.tensor([1.0, 0.1, 0.1, 1.0])[:, None, None].expand(4, 8, 8)
    assert augment.main_hue(red) == pytest.approx(0, abs=6)
    assert augment.main_hue(augment.turned(red, 220)) == pytest.approx(220, abs=6)
    assert augment.main_hue(torch.ones(4, 8, 8)) is None


def test_every_restyling_keeps_size_and_range(pictures: Pictures):
    import random

    share = torch.from_numpy(pictures.pixels).permute(0, 3, 1, 2).float() / 255
    for restyle in augment.STYLES:
        for seed in range(4):
            made = restyle(share, random.Random(seed))
            assert made.shape == share.shape
            assert made.min() >= 0
            assert (made[:, :3] <= made[:, 3:] + 1e-5).all()


def test_things_that_do_not_touch_are_counted():
    picture = torch.full((4, 32, 32), -1.0)
    picture[3, 2:10, 2:10] = 1
    assert alone(picture) == 1
    picture[3, 20:30, 20:30] = 1
    picture[3, 0, 31] = 1  # a speck
    assert alone(picture) == 2


def test_a_probe_finds_a_linear_rule_and_distances_are_zero_for_the_same():
    dice = np.random.default_rng(0)
    x = dice.normal(size=(60, 5))
    y = x @ dice.normal(size=(5, 2)) + 3
    np.testing.assert_allclose(Ridge(x, y)(x), y, atol=0.2)
    eyes = dice.normal(size=(3, 2000)).astype(np.float32)
    np.testing.assert_allclose(away(eyes, eyes, eyes.mean(0)), 0, atol=1e-6)
