"""The whole training, small enough for a coffee: what two minutes must teach."""

from pathlib import Path

import pytest
import torch

from handful_pretrain import checkpoint
from handful_pretrain.config import SIZES
from handful_pretrain.evaluate import answers, heldout, scores
from handful_pretrain.train import Run, train


@pytest.mark.slow
def test_two_minutes_of_the_tiny_model_are_better_than_its_guesses_and_can_be_loaded(tmp_path: Path) -> None:
    batches = list(heldout(12, contexts=(16, 64)))
    run = Run(SIZES["tiny"], "cpu", torch.bfloat16)
    before = scores(answers(run.model, batches), batches).summary(0)
    train(run, tmp_path, minutes=2)
    model = checkpoint.load_model(checkpoint.latest(tmp_path) or tmp_path)
    after = scores(answers(model, batches), batches).summary(0)
    assert after[0] < before[0] - 0.02  # log loss
    assert after[2] < before[2] - 0.02  # CRPS
