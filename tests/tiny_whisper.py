"""A Whisper of one layer that says one sentence of everybody who speaks, and a voice for it to hear.

The real loader reads it. All its weights but three are noise or nothing: the decoder sees only its place in the
sentence (a basis vector each), and the projection has the token of that place.
"""

from __future__ import annotations

import io
from importlib import import_module
from pathlib import Path

import numpy as np

RATE = 16_000
WIDTH, HEADS, HIDDEN, MELS, CONTEXT, LONGEST = 384, 6, 4, 80, 1500, 448
MARKS = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip


def tiny_whisper(folder: Path, says: str = "hello there") -> Path:
    """The folder with such a network in it, 13 MB."""
    words = [f"\u0120{word}" for word in says.split()]
    pieces, tokenizer = _tokenizer(words)
    tokens = [*pieces, *MARKS, *(f"<|{place * 0.02:.2f}|>" for place in range(1501))]
    spec = import_module("ctranslate2.specs.whisper_spec").WhisperSpec(1, HEADS, 1, HEADS)
    _fill(spec, tokens, [pieces.index(word) for word in words])
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids = spec.config.suppress_ids_begin = spec.config.lang_ids = []
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.optimize(quantization="float32")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    tokenizer.add_special_tokens(tokens[len(pieces) :])
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def _tokenizer(words):
    """The 256 letters that stand for bytes, and the words; and a tokenizer that can read these, but writes letters."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    pieces = [*sorted(pre_tokenizers.ByteLevel.alphabet()), *dict.fromkeys(words)]
    tokenizer = Tokenizer(models.BPE(vocab={piece: at for at, piece in enumerate(pieces)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return pieces, tokenizer


def _fill(spec, tokens, sentence):
    """Weights for every attribute that has none."""
    rng = np.random.default_rng(0)

    def linear(part, outputs, inputs, weight=0.0):
        part.weight = (weight * rng.normal(size=(outputs, inputs))).astype(np.float32)
        part.bias = np.zeros(outputs, np.float32)

    def norm(part):
        part.gamma, part.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def layer(part):
        norm(part.self_attention.layer_norm)
        linear(part.self_attention.linear[0], 3 * WIDTH, WIDTH)
        linear(part.self_attention.linear[1], WIDTH, WIDTH)
        norm(part.ffn.layer_norm)
        linear(part.ffn.linear_0, HIDDEN, WIDTH)
        linear(part.ffn.linear_1, WIDTH, HIDDEN)

    for conv, inputs in ((spec.encoder.conv1, MELS), (spec.encoder.conv2, WIDTH)):
        conv.weight = (rng.normal(size=(WIDTH, inputs, 3)) / inputs).astype(np.float32)
        conv.bias = np.zeros(WIDTH, np.float32)
    spec.encoder.position_encodings.encodings = np.zeros((CONTEXT, WIDTH), np.float32)
    norm(spec.encoder.layer_norm)
    layer(spec.encoder.layer[0])
    decoder = spec.decoder
    decoder.embeddings.weight = np.zeros((len(tokens), WIDTH), np.float32)
    decoder.position_encodings.encodings = np.eye(LONGEST, WIDTH, dtype=np.float32)
    norm(decoder.layer_norm)
    layer(decoder.layer[0])
    attention = decoder.layer[0].attention
    norm(attention.layer_norm)
    linear(attention.linear[0], WIDTH, WIDTH)
    linear(attention.linear[1], 2 * WIDTH, WIDTH)
    linear(attention.linear[2], WIDTH, WIDTH)
    first = tokens.index("<|0.00|>")
    said = [first, *sentence, first + 50, tokens.index("<|endoftext|>")]
    decoder.projection.weight = np.zeros((len(tokens), WIDTH), np.float32)
    decoder.projection.weight[said, np.arange(len(said))] = 2.0
    decoder.projection.bias = np.zeros(len(tokens), np.float32)


def voice(seconds: float, seed: int = 0):
    """(sample,) a buzz through the formants of one vowel after another, which the detector takes for speech."""
    from scipy.signal import lfilter

    rng = np.random.default_rng(seed)
    count, syllable = int(seconds * RATE), int(0.18 * RATE)
    tone = 120 + 20 * np.sin(2 * np.pi * 0.9 * np.arange(count) / RATE)
    buzz = np.diff(np.floor(np.cumsum(tone) / RATE), prepend=0) + 0.002 * rng.normal(size=count)
    vowels = ((730, 1090, 2440), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240), (530, 1840, 2480))
    sound = np.zeros(count)
    for start in range(0, count, syllable):
        part = buzz[start : start + syllable]
        for formant, width in zip(vowels[rng.integers(len(vowels))], (60, 90, 150), strict=True):
            radius = np.exp(-np.pi * width / RATE)
            pole = [1, -2 * radius * np.cos(2 * np.pi * formant / RATE), radius**2]
            part = lfilter([sum(pole)], pole, part)
        sound[start : start + syllable] = part * np.sqrt(np.hanning(len(part)))
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def wav(samples, rate: int = RATE) -> bytes:
    """A WAV file's bytes."""
    import soundfile

    content = io.BytesIO()
    soundfile.write(content, samples, rate, format="WAV", subtype="PCM_16")
    return content.getvalue()
