import numpy as np
import onnxruntime
import pytest
import torch

from handful.encode.frozen.word import WORD_BANDS, WORD_FRAMES
from handful_pretrain.frozen import sound
from handful_pretrain.frozen.sound import Net, _echo, _renditions, augmented, graph, train
from handful_pretrain.frozen.speaker import DIGITS, Spoken, vocabulary_of


@pytest.fixture
def spoken():
    """Twelve words, each a course of bands, in four renditions with noise."""
    random = np.random.default_rng(0)
    words = random.uniform(0, 240, (12, 40, WORD_BANDS))
    clips = np.repeat(words, 4, axis=0) + random.normal(0, 5, (48, 40, WORD_BANDS))
    frames = np.clip(clips, 0, 240).astype(np.uint8).reshape(-1, WORD_BANDS)
    return Spoken(frames, np.arange(49) * 40, np.repeat(np.arange(12), 4), np.tile([0, 0, 1, 1], 12))


def test_the_graph_gives_what_the_network_gives():
    torch.manual_seed(0)
    net = Net().eval()
    for block in net.bs:
        block.n.running_mean.normal_()
        block.n.running_var.uniform_(0.5, 2)
    pictures = torch.randn(3, WORD_FRAMES, WORD_BANDS)
    session = onnxruntime.InferenceSession(graph(net).proto("").SerializeToString())
    (given,) = session.run(None, {"words": pictures.numpy()})
    wanted = net(pictures).detach().numpy()
    assert np.abs(given - wanted).max() < 2e-3 * np.abs(wanted).max()


@pytest.mark.parametrize("length", [8, 40, 160])
def test_an_augmented_word_is_a_picture_and_another_each_time(length):
    level = np.random.default_rng(0).uniform(-60, 0, (length, WORD_BANDS)).astype(np.float32)
    first, second = (augmented(level, np.random.default_rng(seed)) for seed in (1, 2))
    assert first.shape == second.shape == (WORD_FRAMES, WORD_BANDS)
    assert np.isfinite(first).all()
    assert np.abs(first - second).max() > 0.1


def test_an_echo_fades_and_takes_nothing_away():
    level = np.full((6, 2), -60.0)
    level[1] = 0
    echoes = [_echo(level, np.random.default_rng(seed)) for seed in range(10)]
    heard = [echo for echo in echoes if (echo != level).any()]
    assert 0 < len(heard) < len(echoes)
    for echo in heard:
        assert (echo >= level).all()
        assert (np.diff(echo[1:], axis=0) < 0).all()


def test_each_synthesiser_says_half_of_a_words_renditions_unless_one_does_not_say_it(spoken):
    random = np.random.default_rng(0)
    assert [len(clips) for clips in spoken.clips[3]] == [2, 2]
    assert set(spoken.synthesiser[_renditions(spoken.clips[3], random)]) == {0, 1}
    assert len(set(_renditions((np.arange(8), np.arange(0)), random))) == 4


def test_a_few_steps_learn(spoken, monkeypatch):
    monkeypatch.setattr(sound, "WORDS", 8)
    said = []
    train(spoken, 51, lambda step, loss: said.append(loss))
    assert said[-1] < said[0]


def test_no_digit_is_said():
    lines = [*DIGITS, "anyone", "won", "river", "Paris", "a", "##ing", "water"]
    assert vocabulary_of(lines) == ["river", "water"]
