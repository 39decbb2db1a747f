"""Make the pictures to learn from: `python -m handful_pretrain.draw.data --out DIR`.

Picture sets come from npm, captions from emojibase (packages.py); skin tones and flags are left out, repeats within a
set too. DIR/pictures.webps holds lossless WebP files one after the other, DIR/index.json.gz says of each where it is,
its caption, style, near-duplicates, and which split it is in. The same packages give the same bytes.

Splits: `train`; `caption`, a caption that no style shows in training; `cell`, a caption in one style, known from
others; `style`, a whole set. Near-duplicates of what is held out are in no split (`twin`).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from handful_pretrain.draw.captions import COMPONENT, FLAG, Caption, Captions, concept
from handful_pretrain.draw.packages import CAPTIONS, HELD_OUT, SETS, Package, credits, fetch, members
from handful_pretrain.draw.raster import PIXELS, rasterised
from handful_pretrain.draw.twins import twins

__all__ = ["Entry", "Pictures", "build", "read"]

PICTURES, INDEX = "pictures.webps", "index.json.gz"
CREDITS = Path(__file__).parents[3] / "DRAW_CREDITS.md"
CAPTIONS_OUT, CELLS_OUT = 0.05, 0.04
"""Shares of concepts, and of the cells of others, that are held out."""
TONE = re.compile(r"-(light|medium-light|medium|medium-dark|dark)(-skin-tone)?$|skin-tone|-tone-?\d")
FLAGS = re.compile(r"^flag-|-flag$|flag$|^cjkunified|^regionalindicator|^letter-.$")

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a picture; `twin` is the number of the first one that looks the same."""

    style: str
    name: str
    label: str
    tags: tuple[str, ...]
    group: str
    split: str
    twin: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """All pictures (picture, y, x, 4) as red, green, blue, alpha, and what is known of each."""

    pixels: Pixels
    entries: tuple[Entry, ...]

    def of(self, *splits: str) -> list[int]:
        """The numbers of the pictures in these splits."""
        return [number for number, entry in enumerate(self.entries) if entry.split in splits]

    def hash(self) -> str:
        """SHA-256 of the pixels and the index, however they are packed."""
        whole = hashlib.sha256(np.ascontiguousarray(self.pixels).tobytes())
        whole.update(json.dumps([asdict(entry) for entry in self.entries]).encode())
        return whole.hexdigest()


def build(
    folder: Path,
    learned: Sequence[Package] = SETS,
    tested: Sequence[Package] = HELD_OUT,
    captions: Package = CAPTIONS,
) -> Pictures:
    """The pictures of the tarballs in a folder."""
    words = read_captions(captions, folder)
    found: list[tuple[str, str, Caption, Pixels]] = []
    for package in (*learned, *tested):
        seen: set[bytes] = set()
        for name, caption, pixels in drawn(package, folder, words):
            key = hashlib.sha256(pixels.tobytes()).digest()
            if key not in seen and pixels[..., 3].any():
                seen.add(key)
                found.append((package.style, name, caption, pixels))
    pixels = np.stack([each[3] for each in found])
    groups = twins(pixels)
    splits = _splits([(style, caption) for style, _, caption, _ in found], groups, {p.style for p in tested})
    entries = tuple(
        Entry(style, name, caption.label, caption.tags, caption.group, split, int(group))
        for (style, name, caption, _), split, group in zip(found, splits, groups, strict=True)
    )
    return Pictures(pixels, entries)


def read_captions(package: Package, folder: Path) -> Captions:
    """The captions of the package of captions."""
    names = ["en/data.json", "en/shortcodes/emojibase.json", "meta/unicode-names.json", "meta/groups.json"]
    entries, shortcodes, unicode_names, groups = members(package, folder, names)
    return Captions(entries, shortcodes, unicode_names, groups["groups"])


def drawn(package: Package, folder: Path, captions: Captions) -> Iterator[tuple[str, Caption, Pixels]]:
    """Name, caption and pixels of the pictures of a set that are neither hidden, nor a skin tone, nor a flag."""
    icons, points, about = members(package, folder, ["icons.json", "chars.json", "metadata.json"])
    flags = set(about.get("categories", {}).get("Flags", ()))
    for name, icon in icons["icons"].items():
        if icon.get("hidden") or name in flags or FLAGS.search(name):
            continue
        if TONE.search(name) and not captions.known(name):
            continue
        caption = captions.find(name, _points(name, points), _aliases(name, icons))
        if caption is not None and caption.group not in (COMPONENT, FLAG):
            yield name, caption, rasterised(icon, icons)


def _points(name: str, points: dict[str, str]) -> list[str]:
    return [point for point, of in points.items() if of == name]


def _aliases(name: str, icons: dict[str, Any]) -> list[str]:
    """Other names of the same picture: those that turn or mirror it are none."""
    aliases = icons.get("aliases", {})
    return [alias for alias, about in aliases.items() if about == {"parent": name}]


def _splits(
    pictures: Sequence[tuple[str, Caption]], groups: NDArray[np.int32], tested: set[str]
) -> list[str]:
    """The split of each (style, caption)."""
    styles: dict[str, set[str]] = {}
    for style, caption in pictures:
        if style not in tested:
            styles.setdefault(caption.label, set()).add(style)
    splits = []
    for style, caption in pictures:
        about = concept(caption.label)
        if style in tested:
            splits.append("style")
        elif _share(about) < CAPTIONS_OUT:
            splits.append("caption")
        elif len(styles[caption.label]) > 1 and _share(f"{about} {style}") < CELLS_OUT:
            splits.append("cell")
        else:
            splits.append("train")
    out = {int(group) for group, split in zip(groups, splits, strict=True) if split in ("caption", "cell")}
    return [
        "twin" if split == "train" and int(group) in out else split
        for group, split in zip(groups, splits, strict=True)
    ]


def _share(text: str) -> float:
    """0..1, a function of the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def write(pictures: Pictures, folder: Path) -> None:
    """Put the pictures into a folder."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    sizes = []
    aside = folder / f".{PICTURES}"
    with aside.open("wb") as file:
        for pixels in pictures.pixels:
            packed = io.BytesIO()
            Image.fromarray(pixels).save(packed, "WEBP", lossless=True, quality=60, method=4, exact=True)
            sizes.append(file.write(packed.getvalue()))
    aside.replace(folder / PICTURES)
    about = {"pixels": PIXELS, "sizes": sizes, "entries": [asdict(entry) for entry in pictures.entries]}
    (folder / INDEX).write_bytes(gzip.compress(json.dumps(about).encode(), mtime=0))


def read(folder: Path) -> Pictures:
    """The pictures that `write` has put into a folder."""
    from PIL import Image

    about = json.loads(gzip.decompress((folder / INDEX).read_bytes()))
    whole, start, pixels = (folder / PICTURES).read_bytes(), 0, []
    for size in about["sizes"]:
        pixels.append(np.array(Image.open(io.BytesIO(whole[start : start + size])).convert("RGBA")))
        start += size
    entries = tuple(Entry(**{**entry, "tags": tuple(entry["tags"])}) for entry in about["entries"])
    return Pictures(np.stack(pixels), entries)


def table(pictures: Pictures) -> str:
    """For people: how many pictures each style has in each split."""
    splits = ("train", "cell", "caption", "twin", "style")
    counts = Counter((entry.style, entry.split) for entry in pictures.entries)
    styles = list(dict.fromkeys(entry.style for entry in pictures.entries))
    lines = [" ".join([f"{'':20}", *(f"{split:>8}" for split in splits)])]
    for style in styles:
        lines.append(" ".join([f"{style:20}", *(f"{counts[style, split]:8}" for split in splits)]))
    totals = [sum(counts[style, split] for style in styles) for split in splits]
    return "\n".join([*lines, " ".join([f"{'all':20}", *(f"{total:8}" for total in totals)])])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--tarballs", type=Path, help="where they are, or are put; else DIR/tarballs")
    arguments = parser.parse_args()
    tarballs = arguments.tarballs or arguments.out / "tarballs"
    fetch([*SETS, *HELD_OUT, CAPTIONS], tarballs)
    CREDITS.write_text(credits(tarballs))
    pictures = build(tarballs)
    write(pictures, arguments.out)
    labels = {entry.label for entry in pictures.entries}
    near = len(pictures.entries) - len({entry.twin for entry in pictures.entries})
    print(table(pictures))
    print(f"{len(labels)} captions; {near} pictures look like another")
    print(f"SHA-256 of pixels and index {pictures.hash()}")
    for name in (PICTURES, INDEX):
        print(f"SHA-256 of {name} {hashlib.sha256((arguments.out / name).read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
