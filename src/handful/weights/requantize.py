"""A GGUF encoded anew as Q8_0, whose products a processor is quicker at than those of Q4_1: 1.7 times when reading."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from handful.errors import UserError

if TYPE_CHECKING:
    import numpy as np
    from gguf import GGUFReader, GGUFWriter, ReaderTensor
    from numpy.typing import NDArray

__all__ = ["check_can_requantize", "requantize"]

KEPT = ("F32", "F16", "BF16", "Q8_0")
"""Encodings left as they are: nothing is lost in them, or they are Q8_0 already."""
DROPPED = ("GGUF.", "general.architecture", "general.file_type", "tokenizer.chat_template")
"""Beginnings of the fields that are not copied: those that the writer writes itself, and the templates, which are
programs. How a conversation is written down is ours to say, never the file's."""
MOSTLY_Q8_0 = 7
"""`general.file_type` of such a file."""

Tell = Callable[[str, float], None]


def check_can_requantize() -> None:
    """Raises UserError, with the command that installs it, where the package that does the work is missing."""
    try:
        import gguf  # noqa: F401
    except ImportError as error:
        raise UserError(
            f"the weights are encoded anew once, which needs the package gguf: {error}",
            hint="pip install 'handful[write]'",
        ) from error


def requantize(source: Path, target: Path, tell: Tell) -> None:
    """The GGUF `source` as Q8_0 in the new file `target`: same fields, no chat template; same bytes at every run.

    135 million weights take 6 s and 145 MB; one tensor at a time is in memory. Raises UserError, OSError.
    """
    check_can_requantize()
    from gguf import GGUFReader, GGUFWriter

    reader = GGUFReader(source)
    writer = GGUFWriter(target, str(reader.fields["general.architecture"].contents()))
    writer.data_alignment = reader.alignment
    try:
        _copy_fields(reader, writer)
        for tensor in reader.tensors:
            _announce(writer, tensor)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for number, tensor in enumerate(reader.tensors):
            tell("encoding the weights anew", number / len(reader.tensors))
            writer.write_tensor_data(_encoded(tensor))
    finally:
        writer.close()
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _copy_fields(reader: GGUFReader, writer: GGUFWriter) -> None:
    for name, field in reader.fields.items():
        if not name.startswith(DROPPED):
            inner = field.types[-1] if len(field.types) > 1 else None
            writer.add_key_value(name, field.contents(), field.types[0], inner)
    writer.add_file_type(MOSTLY_Q8_0)


def _announce(writer: GGUFWriter, tensor: ReaderTensor) -> None:
    """What the header says of a tensor: its shape, encoding and bytes, before any is encoded."""
    import numpy as np
    from gguf import GGML_QUANT_SIZES, GGMLQuantizationType

    encoding = tensor.tensor_type if _is_kept(tensor) else GGMLQuantizationType.Q8_0
    shape = [int(length) for length in reversed(tensor.shape)]
    numbers, size = GGML_QUANT_SIZES[encoding]
    bytes_ = int(tensor.n_elements) // numbers * size
    # Any type but uint8, which would mean that the shape counts bytes.
    writer.add_tensor_info(tensor.name, shape, np.dtype(np.float32), bytes_, raw_dtype=encoding)


def _encoded(tensor: ReaderTensor) -> NDArray[np.generic]:
    from gguf import GGMLQuantizationType
    from gguf.quants import dequantize, quantize

    if _is_kept(tensor):
        return tensor.data
    return quantize(dequantize(tensor.data, tensor.tensor_type), GGMLQuantizationType.Q8_0)


def _is_kept(tensor: ReaderTensor) -> bool:
    return tensor.tensor_type.name in KEPT
