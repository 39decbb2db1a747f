"""The wheel that holds the artist's weights, in dist/: `make artist-wheel`, then `handful get artist --from` it.

The networks are in pretrain/artist; the library is made from the packages of pictures, which the user's own npm fetches
into pretrain/data/npm. The same files give the same wheel, byte for byte: members stand in order, have one date, and
are stored as they are, for compressors differ. With --pin it prints what src/handful/weights/registry.py says of it.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import sys
import zipfile
from pathlib import Path

from handful_pretrain.draw import library
from handful_pretrain.draw.data import CAPTIONS, HELD_OUT, SETS, build, fetch

from handful.weights.manifest import file_hash
from handful.weights.registry import WEIGHTS

ROOT = Path(__file__).parents[1]
TRACKED = ("draw.onnx", "style.onnx", "sharpen.onnx", "artist.npz", "card.json")
"""In the folder of the networks, the largest first."""
PAPERS = {
    "CREDITS.md": "pretrain/DRAW_CREDITS.md",
    "LICENSE": "LICENSE",
    "LICENSE-MIT.txt": "pretrain/DRAW_LICENSE_MIT.txt",
}
LICENCE = "Apache-2.0 AND MIT AND CC-BY-4.0"
OPENING = (1980, 1, 1, 0, 0, 0)
"""The earliest date that an archive can hold."""
NAME, VERSION = "handful_artist", WEIGHTS["artist"].version
INFO = f"{NAME}-{VERSION}.dist-info"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--networks", type=Path, default=ROOT / "pretrain/artist", help="the folder that has them"
    )
    parser.add_argument(
        "--tarballs", type=Path, default=ROOT / "pretrain/data/npm", help="what npm fetched, or will"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument(
        "--pin", action="store_true", help="print the entry of the registry, whatever is pinned now"
    )
    arguments = parser.parse_args()
    pinned, wheel = WEIGHTS["artist"].wheel_sha256, arguments.out / WEIGHTS["artist"].file
    if not arguments.pin and wheel.is_file() and file_hash(wheel) == pinned:
        print(f"{wheel} is there already")
        return
    members = {
        f"{NAME}/{name}": content for name, content in weights(arguments.networks, arguments.tarballs).items()
    }
    write(wheel, members)
    found = file_hash(wheel)
    print(f"{wheel}: {wheel.stat().st_size:,} bytes, SHA-256 {found}")
    if arguments.pin:
        print(entry(wheel, members))
    elif found != pinned:
        sys.exit(f"this is not the wheel that handful pins, {pinned}; are its sources as they were?")


def weights(networks: Path, tarballs: Path) -> dict[str, bytes]:
    """Name and content of all files of the artist; those of the library are made, in two minutes."""
    missing = [name for name in TRACKED if not (networks / name).is_file()]
    if missing:
        sys.exit(f"{networks} has no {', '.join(missing)}")
    files = {name: (networks / name).read_bytes() for name in TRACKED}
    fetch([*SETS, *HELD_OUT, CAPTIONS], tarballs)
    files |= library.packed(build(tarballs))
    return files | {name: (ROOT / path).read_bytes() for name, path in PAPERS.items()}


def write(wheel: Path, members: dict[str, bytes]) -> None:
    """A wheel of these members, aside first."""
    whole = members | {
        f"{INFO}/METADATA": (
            f"Metadata-Version: 2.1\nName: handful-artist\nVersion: {VERSION}\n"
            "Summary: The weights with which handful draws, and the pictures that they learned from\n"
            f"License: {LICENCE}\n"
        ).encode(),
        f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nGenerator: artist_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(whole[path])},{len(whole[path])}\n" for path in sorted(whole))
    whole[f"{INFO}/RECORD"] = f"{record}{INFO}/RECORD,,\n".encode()
    wheel.parent.mkdir(parents=True, exist_ok=True)
    aside = wheel.with_name(f".{wheel.name}")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(whole):
            about = zipfile.ZipInfo(path, OPENING)
            about.create_system, about.external_attr = 3, 0o644 << 16  # whatever the system
            archive.writestr(about, whole[path])
    aside.replace(wheel)


def _digest(content: bytes) -> str:
    """As a RECORD has it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def entry(wheel: Path, members: dict[str, bytes]) -> str:
    """The lines of the registry that are about this very wheel."""
    lines = [
        f'        wheel_sha256="{file_hash(wheel)}",',
        f"        wheel_size={wheel.stat().st_size:_},",
        "        members=(",
    ]
    for path, content in members.items():
        name, digest = path.partition("/")[2], hashlib.sha256(content).hexdigest()
        lines += [
            "            Member(",
            f'                "{path}",',
            f'                "{name}",',
            f'                "{digest}",',
            f"                {len(content):_},",
            "            ),",
        ]
    size = sum(len(content) for content in members.values())
    return "\n".join([*lines, "        ),", f"        size={size:_},"])


if __name__ == "__main__":
    main()
