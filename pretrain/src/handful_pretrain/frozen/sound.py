"""The word network: it learns to tell words apart whoever says them, from words that synthesisers say.

    python -m handful_pretrain.frozen.sound speak VOCABULARY WHEEL DEBIAN SPOKEN    # 4,500 words in twelve voices
    python -m handful_pretrain.frozen.sound train SPOKEN OUT                        # writes what ships

It hears no recording of a person, and words for digits are left out, so that spoken digits stay a test of it. The
synthesisers are eSpeak NG out of the wheel `espeakng-loader`, which forms its sounds by rule, and Flite out of Debian's
package `libflite1`, which forms them by what it keeps of four speakers: what both agree on is the word. They run here
alone and nothing of them ships. The vocabulary is a file with a word on each line, such as all-MiniLM-L6-v2's. Letters:
b clip, t frame, m band, d width.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from handful.encode.frozen.spectrum import at_frames
from handful.encode.frozen.word import WORD_BANDS, WORD_FRAMES, word_picture
from handful_pretrain.frozen.speaker import Spoken, speak
from handful_pretrain.graphs import Graph

__all__ = ["CARD", "NETWORK", "Net", "augmented", "graph", "train", "write"]

Array = NDArray[Any]

NETWORK, CARD = "sound.onnx", "sound.json"
WIDTH, OUTPUTS, PARTS = 96, 128, 4
DILATIONS = (1, 1, 2, 2, 4)
WORDS, RENDITIONS = 64, 4
"""Of a step: each rendition is to be most like the three others of its word, among all 256."""
RATE, DECAY = 3e-3, 0.02


class Block(nn.Module):
    """A convolution of each channel over five frames, then two layers over channels; added to what came in."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.a = nn.Conv1d(width, width, 5, padding=2 * dilation, dilation=dilation, groups=width)
        self.b = nn.Conv1d(width, 2 * width, 1)
        self.c = nn.Conv1d(2 * width, width, 1)
        self.n = nn.BatchNorm1d(width)

    def forward(self, x: Tensor) -> Tensor:
        """(b, d, t) -> (b, d, t)"""
        mixed: Tensor = self.c(functional.gelu(self.b(self.n(self.a(x)))))
        return x + mixed


class Net(nn.Module):
    """Pictures of words (b, t, m) to (b, 128): means over the four quarters of the time, and the most of all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.i = nn.Conv1d(WORD_BANDS, WIDTH, 5, stride=2, padding=2)
        self.bs = nn.Sequential(*[Block(WIDTH, dilation) for dilation in DILATIONS])
        self.o = nn.Linear(WIDTH * (PARTS + 1), OUTPUTS)
        self.t = nn.Parameter(torch.tensor(2.5))
        """Logarithm of what likenesses are multiplied by."""

    def forward(self, x: Tensor) -> Tensor:
        """(b, t, m) -> (b, d)"""
        h = self.bs(functional.gelu(self.i(x.transpose(1, 2))))
        quarters = h.unflatten(2, (PARTS, -1)).mean(3).flatten(1)
        made: Tensor = self.o(torch.cat([quarters, h.amax(2)], 1))
        return made

    def loss(self, x: Tensor) -> Tensor:
        """Supervised contrast (Khosla et al. 2020): renditions of a word stand together in x."""
        vectors = functional.normalize(self(x), dim=1)
        word = torch.arange(len(x)) // RENDITIONS
        itself = torch.eye(len(x), dtype=torch.bool)
        alike = (vectors @ vectors.T * self.t.exp()).masked_fill(itself, -1e9).log_softmax(1)
        same = (word[:, None] == word[None]) & ~itself
        return -(alike * same).sum(1).div(RENDITIONS - 1).mean()


def augmented(level: Array, random: np.random.Generator) -> Array:
    """The picture of (t, m) decibels, said by another throat, faster or slower, through another microphone and room."""
    for change in (_cut, _throat, _pace, _microphone, _echo, _blur, _noise):
        level = change(level, random)
    return word_picture(level.astype(np.float32), random.uniform(18, 45))


def _cut(level: Array, random: np.random.Generator) -> Array:
    if random.random() > 0.4:
        return level
    first, last = (int(len(level) * random.uniform(0, 0.1)) for _ in range(2))
    return level[first : len(level) - last]


def _throat(level: Array, random: np.random.Generator) -> Array:
    """Formants move together when a vocal tract is longer or shorter."""
    where = np.arange(level.shape[1]) * random.uniform(0.82, 1.2) + random.uniform(-1, 1)
    return at_frames(level.T, np.clip(where, 0, level.shape[1] - 1)).T


def _pace(level: Array, random: np.random.Generator) -> Array:
    length = int(np.clip(len(level) * random.uniform(0.65, 1.4), 12, WORD_FRAMES))
    knots = np.append(0, np.cumsum(random.uniform(0.5, 1.5, 6)))
    where = np.interp(np.linspace(0, 6, length), np.arange(7), knots / knots[-1])
    return at_frames(level, where * (len(level) - 1))


def _microphone(level: Array, random: np.random.Generator) -> Array:
    at = np.linspace(-1, 1, level.shape[1])
    slope, bow, wave, ripple = random.normal(0, (6, 4, 2.5, 1.5))
    waves = (
        wave * np.cos(3 * np.pi * at + random.uniform(0, 6)),
        ripple * np.cos(6 * np.pi * at + random.uniform(0, 6)),
    )
    return level + slope * at + bow * at**2 + sum(waves) + random.normal(0, random.uniform(0, 3), level.shape)


def _echo(level: Array, random: np.random.Generator) -> Array:
    """What was loud fades by 1 to 8 dB a frame."""
    if random.random() > 0.4:
        return level
    fading = -random.uniform(1, 8) * np.arange(len(level))[:, None]
    faded: Array = np.maximum.accumulate(level - fading, axis=0) + fading
    return faded


def _blur(level: Array, random: np.random.Generator) -> Array:
    """Formants become wider."""
    if random.random() > 0.3:
        return level
    between = (level[:, :-2] + 2 * level[:, 1:-1] + level[:, 2:]) / 4
    return np.hstack([level[:, :1], between, level[:, -1:]])


def _noise(level: Array, random: np.random.Generator) -> Array:
    noise = np.linspace(0, random.normal(0, 6), level.shape[1]) + level.max() - random.uniform(25, 60)
    heard: Array = 10 * np.log10(10 ** (level / 10) + 10 ** (noise / 10))
    return heard


def batch(spoken: Spoken, random: np.random.Generator) -> Tensor:
    """(b, t, m) renditions of some words, those of a word together, as many by each synthesiser where both say it."""
    words = random.choice(list(spoken.clips), WORDS, replace=False)
    chosen = [clip for word in words for clip in _renditions(spoken.clips[word], random)]
    return torch.from_numpy(np.stack([augmented(spoken.level(clip), random) for clip in chosen]))


def _renditions(clips: tuple[Array, Array], random: np.random.Generator) -> Array:
    said = [each for each in clips if len(each) >= RENDITIONS // 2]
    return np.concatenate([random.choice(each, RENDITIONS // len(said), replace=False) for each in said])


def train(spoken: Spoken, steps: int, report: Callable[[int, float], None] | None = None) -> Net:
    """A network after so many steps; the same for the same clips, on one machine."""
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    net = Net()
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, (step + 1) / 100) * (1 + np.cos(np.pi * step / steps)) / 2
        loss = net.loss(batch(spoken, random))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        if report is not None and step % 50 == 0:
            report(step, float(loss.detach()))
    return net.eval()


def graph(net: Net) -> Graph:
    """Pictures (batch, 80, 40) to vectors (batch, 128)."""
    g = Graph()
    x = g("Transpose", g.given("words", "batch", WORD_FRAMES, WORD_BANDS), perm=[0, 2, 1])
    x = g("Gelu", _convolved(g, "first", x, net.i.weight, net.i.bias, strides=[2], pads=[2, 2]))
    for number, (block, dilation) in enumerate(zip(net.bs, DILATIONS, strict=True)):
        assert isinstance(block, Block)
        x = g("Add", x, _mixed(g, f"block {number}", x, block, dilation))
    quarters = g(
        "AveragePool", x, kernel_shape=[WORD_FRAMES // 2 // PARTS], strides=[WORD_FRAMES // 2 // PARTS]
    )
    most = g("ReduceMax", x, g.constant([2]), keepdims=0)
    pooled = g("Concat", g("Flatten", quarters, axis=1), most, axis=1)
    weight, bias = _half(g, "last.kernel", net.o.weight.T), _half(g, "last.bias", net.o.bias)
    g("Add", g("MatMul", pooled, weight), bias, name=g.gives("word", "batch", OUTPUTS))
    return g


def _mixed(g: Graph, name: str, x: str, block: Block, dilation: int) -> str:
    """What a block adds, its batch norm part of the convolution before it."""
    norm = block.n
    assert norm.running_mean is not None
    assert norm.running_var is not None
    assert block.a.bias is not None
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    bias = (block.a.bias - norm.running_mean) * factor + norm.bias
    around = {"dilations": [dilation], "pads": [2 * dilation] * 2, "group": WIDTH}
    h = _convolved(g, f"{name}.a", x, block.a.weight * factor[:, None, None], bias, **around)
    h = g("Gelu", _convolved(g, f"{name}.b", h, block.b.weight, block.b.bias))
    return _convolved(g, f"{name}.c", h, block.c.weight, block.c.bias)


def _convolved(g: Graph, name: str, x: str, weight: Tensor, bias: Tensor | None, **how: Any) -> str:
    assert bias is not None
    return g("Conv", x, _half(g, f"{name}.kernel", weight), _half(g, f"{name}.bias", bias), **how)


def _half(g: Graph, name: str, value: Tensor) -> str:
    """A weight that is stored in half precision; the run time widens it once, as it starts."""
    g.constants[name] = value.detach().to(torch.float16).contiguous().numpy()
    return g("Cast", name, to=1)


def write(net: Net, out: Path, trained_on: str) -> None:
    """The network and its card, into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    content = graph(net).proto("").SerializeToString()
    (out / NETWORK).write_bytes(content)
    card = {
        "sha256": {NETWORK: hashlib.sha256(content).hexdigest()},
        "name": "word network: 0.3 million weights in half precision",
        "licence": "Apache-2.0",
        "trained_on": trained_on,
    }
    (out / CARD).write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="make the word network's files")
    doing = parser.add_subparsers(dest="do", required=True)
    says = doing.add_parser("speak")
    for name in ("vocabulary", "wheel", "debian", "spoken"):
        says.add_argument(name, type=Path)
    learns = doing.add_parser("train")
    for name in ("spoken", "out"):
        learns.add_argument(name, type=Path)
    learns.add_argument("--steps", type=int, default=3_000)
    chosen = parser.parse_args()
    if chosen.do == "speak":
        speak(chosen.vocabulary, chosen.wheel, chosen.debian).save(chosen.spoken)
        return
    began = time.monotonic()
    spoken = Spoken.load(chosen.spoken)
    net = train(
        spoken,
        chosen.steps,
        lambda step, loss: _say(f"{time.monotonic() - began:.0f} s, step {step}: {loss:.3f}"),
    )
    write(net, chosen.out, f"{len(spoken.clips)} words said by eSpeak NG and Flite, {chosen.steps} steps")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
