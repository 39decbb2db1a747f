"""The published picture sets and captions that drawing learns from, by name, version and SHA-512."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handful_pretrain.frozen.pinned import Foreign

__all__ = ["CAPTIONS", "HELD_OUT", "SETS", "Package", "credits", "fetch", "members"]


@dataclass(frozen=True, slots=True)
class Package:
    """One package of the npm registry; `integrity` is base64 of the SHA-512 of its tarball."""

    name: str
    version: str
    integrity: str

    @property
    def style(self) -> str:
        """The set's short name."""
        return self.name.rsplit("/", 1)[-1]

    @property
    def file(self) -> str:
        """What `npm pack` calls the tarball."""
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"


SETS = (
    Package(
        "@iconify-json/noto",
        "1.2.9",
        "DQiuXENbun41ch+XPSV55H9FaWKpHTyz46YIKtSaKYD4fIDDzL1tR6H4np/T38jfrTAeI3rcKF0mqHYeZVAuaw==",
    ),
    Package(
        "@iconify-json/noto-v1",
        "1.2.5",
        "/DsVMius69Q0fRS53z7QK1TROSuar606jiIx+laXtdsYGMXpf6LtHBx6CGfoo3UHHb/XpBsw+1L1x3eyPqMuVA==",
    ),
    Package(
        "@iconify-json/fluent-emoji-flat",
        "1.2.6",
        "RY47RgPb47fYUiyrA64sIOL0+UU02s29sXpNBbIQRBUlPlfNFTKUmZDERGuxDs/7yNGWqQYvuaSYM1M4fRXlUw==",
    ),
    Package(
        "@iconify-json/fluent-emoji",
        "1.2.7",
        "D8G6bKAyIsyxP1rzZtIWr/gg/fO4Rg1+DyCWlfqKK4h8W+4Em/Y0P6QYgJUQTlUcagzJvSyg+9OBv4hz4Hc/QA==",
    ),
    Package(
        "@iconify-json/fxemoji",
        "1.2.2",
        "UAasRaxzFUKfIGSmLwnoarsssA4LX0VLLuEmplIqM6ZNQqIQRtav8tZ4H1neTlBreXuMQyAifr5jP4kn78DpiQ==",
    ),
    Package(
        "@iconify-json/twemoji",
        "1.2.5",
        "uKpuIEV0v6K5BW3Mjdyl+XKFVAbbcPxAgifKvEMtZoUZB5+YiY5zaMm2uNNCxyXzAWU9yNLlj41WU6/mvgALsw==",
    ),
    Package(
        "@iconify-json/emojione",
        "1.2.3",
        "T9+T3HIbJNLKKsmxYKlaYhvnHYkz/HNYTV7SHCXVZPfeUi4FqskY70YeN8yYAZT8cCv7w5vJxS4Q1m8zb9CMMg==",
    ),
    Package(
        "@iconify-json/streamline-emojis",
        "1.2.4",
        "iNr9T9XuZVTyQPJO8ZlLxBzPkpi7qMl+z1l0C31vpEMqhPMelth3n7CeWQYtixdetDPdI81yeG4ROqjWpYJE6A==",
    ),
)
"""What is learned from: Apache-2.0, MIT and, with credit, CC BY 4.0."""

HELD_OUT = (
    Package(
        "@iconify-json/openmoji",
        "1.2.29",
        "vXdhkqcXVSO6suy+m9LbcUM3OdVyuNOtpV8/als/WqfkQIRxevL5Geb/g+6GH/Qwnq1OqksEmaDGTCmZ5nFKJQ==",  # codespell:ignore
    ),
)
"""A user's style in the tests, never learned from: it is share-alike (CC BY-SA 4.0)."""

CAPTIONS = Package(
    "emojibase-data",
    "17.0.0",
    "Yvgb5AWoHViHV/gq1qr5ZAarcBip+B27/ZLRsUJkbgAEaLlZ/fof9g882LTpmEpyhBNEC0m2SEmItljHsTygjA==",
)


def fetch(packages: Sequence[Package], folder: Path) -> None:
    """Put the tarballs that are not there yet into a folder, with the user's own npm and registry.

    Raises Foreign where a tarball is not the pinned one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for package in packages:
        if not (folder / package.file).exists():
            name = f"{package.name}@{package.version}"
            subprocess.run(
                ["npm", "pack", "--silent", name], cwd=folder, check=True, stdout=subprocess.DEVNULL
            )
        _checked(package, folder / package.file)


def members(package: Package, folder: Path, names: Sequence[str]) -> list[Any]:
    """The JSON files of these names. Raises Foreign where the tarball is not the pinned one, KeyError for a name."""
    _checked(package, folder / package.file)
    with tarfile.open(folder / package.file) as tarball:
        opened = [tarball.extractfile(f"package/{name}") for name in names]
        return [json.load(file) for file in opened if file is not None]


def credits(
    folder: Path,
    learned: Sequence[Package] = SETS,
    tested: Sequence[Package] = HELD_OUT,
    captions: Package = CAPTIONS,
) -> str:
    """Markdown that names every set, who made it, and its licence as the package states it."""
    lines = [
        "# Credits of the drawings",
        "",
        "Made by `python -m handful_pretrain.draw.data` from the packages' own licence fields. The pictures were",
        "rasterised and made smaller. Networks were trained on them, and those for the library lie beside the networks",
        "in the wheel of the artist; this repository holds none.",
        "",
        "| set | made by | licence | used for |",
        "|---|---|---|---|",
    ]
    uses = [
        *((each, "training and the library") for each in learned),
        *((each, "tests only") for each in tested),
    ]
    for package, use in uses:
        (about,) = members(package, folder, ["info.json"])
        author, licence = about["author"], about["license"]
        made = f"[{author['name']}]({author['url']})" if author.get("url") else author["name"]
        terms = f"[{licence['spdx']}]({licence['url']})" if licence.get("url") else licence["spdx"]
        lines.append(f"| `{package.name}` {package.version} | {made} | {terms} | {use} |")
    (about,) = members(captions, folder, ["package.json"])
    words = f"{about['author']} | {about['license']} | captions and tags"
    lines.append(f"| `{captions.name}` {captions.version} | {words} |")
    return "\n".join(lines) + "\n"


def _checked(package: Package, path: Path) -> None:
    found = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    if found != package.integrity:
        raise Foreign(f"{path.name} is not {package.name} {package.version}: its SHA-512 differs")
