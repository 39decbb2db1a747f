"""A language model of a few hundred kilobytes, made here: a real file for the real loader, with nothing to say."""

from __future__ import annotations

from pathlib import Path

import numpy as np

__all__ = ["tiny_gguf"]

WIDTH, INNER, LAYERS, HEADS, CONTEXT = 32, 64, 2, 2, 4096
MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
"""The first tokens; the last of them ends a turn, as in the model that handful fetches."""
HOSTILE = "{% for i in range(1000000000) %}{% for j in range(1000000000) %}x{% endfor %}{% endfor %}"
"""A chat template that would never end, were it run."""


def tiny_gguf(folder: Path, *, seed: int = 0, template: str = HOSTILE, name: str = "tiny.gguf") -> Path:
    """A two-layer llama with one token for each byte and random weights, in the folder."""
    from gguf import GGUFWriter

    path = folder / name
    writer = GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    _add_vocabulary(writer)
    writer.add_chat_template(template)
    for tensor, values in _weights(len(MARKS) + 256, np.random.default_rng(seed)).items():
        writer.add_tensor(tensor, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add_vocabulary(writer) -> None:
    """GPT-2's bytes without merges: any text is cut into its bytes."""
    from gguf import TokenType

    tokens = [*MARKS, *_letters()]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.CONTROL] * len(MARKS) + [TokenType.NORMAL] * 256)
    writer.add_token_merges([f"{tokens[-1]} {tokens[-2]}"])  # the loader wants a list that is not empty
    writer.add_eos_token_id(2)
    writer.add_bos_token_id(1)
    writer.add_add_bos_token(False)


def _letters() -> list[str]:
    """The letter that stands for each byte, 0 to 255: itself where it is visible."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in visible]
    letters = {byte: chr(byte) for byte in visible} | {byte: chr(256 + i) for i, byte in enumerate(hidden)}
    return [letters[byte] for byte in range(256)]


def _weights(tokens: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    shapes = {"token_embd.weight": (tokens, WIDTH), "output.weight": (tokens, WIDTH)}
    for layer in range(LAYERS):
        each = f"blk.{layer}."
        shapes |= {f"{each}attn_{part}.weight": (WIDTH, WIDTH) for part in ("q", "k", "v", "output")}
        shapes |= {f"{each}ffn_{part}.weight": (INNER, WIDTH) for part in ("gate", "up")}
        shapes[f"{each}ffn_down.weight"] = (WIDTH, INNER)
    made = {name: random.normal(0, 0.3, shape).astype(np.float32) for name, shape in shapes.items()}
    norms = [
        "output_norm.weight",
        *(f"blk.{i}.{part}_norm.weight" for i in range(LAYERS) for part in ("attn", "ffn")),
    ]
    return made | {name: np.ones(WIDTH, np.float32) for name in norms}
