"""What encoding costs a user, cold: 1,000 short texts, 200 photos, 200 sounds of one second, each in a new process.

The cache is off. Fitted on 8 rows of each class, then asked for all rows. One row per kind is appended to
results/kinds_cost.csv; what is there for the same version is not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import pandas as pd

from benchmarks import ours
from benchmarks.measure import cpu_seconds, peak_mb
from benchmarks.results_file import RESULTS, ROOT, append, provenance, read
from benchmarks.tables import DATA

OUT = RESULTS / "kinds_cost.csv"
CELLS = {"text": 1_000, "image": 200, "sound": 200}
COLUMNS = (
    "kind", "cells", "shown_rows", "version", "import_seconds", "fit_seconds", "predict_seconds", "seconds",
    "cpu_seconds", "peak_mb", "commit", "machine", "date",
)  # fmt: skip
OF_EACH_CLASS = 8


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--one", choices=CELLS, help="measure this kind in this process, and print it as JSON"
    )
    asked = parser.parse_args()
    if asked.one:
        sys.stdout.write(json.dumps(_measured(asked.one)) + "\n")
        return
    version = ours.version()
    done = {(row["kind"], row["version"]) for row in read(OUT)}
    for kind, cells in CELLS.items():
        if (kind, version) not in done:
            row = {"kind": kind, "cells": cells, "version": version, **_cold(kind), **provenance()}
            append(OUT, [row], COLUMNS)
            sys.stderr.write(f"{row}\n")


def _cold(kind: str) -> dict[str, float]:
    """The cost in a process of its own, its start included in `seconds`."""
    ask = [sys.executable, "-m", "benchmarks.kinds.cost", "--one", kind]
    began = time.perf_counter()
    done = subprocess.run(
        ask, cwd=ROOT, env={**os.environ, "HANDFUL_CACHE": "off"}, capture_output=True, text=True, check=True
    )
    whole = time.perf_counter() - began
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "seconds": whole - found.pop("reading_seconds")}


def _measured(kind: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        root, frame = {"text": _texts, "image": _photos, "sound": _sounds}[kind](Path(folder))
        shown = frame.groupby("label").head(OF_EACH_CLASS).reset_index(drop=True)
        read_, cpu = time.perf_counter(), cpu_seconds()
        sys.path.insert(0, str(ROOT / "src"))
        import handful

        learner = handful.Learner("label", kinds={"label": "category"}, root=root)
        imported = time.perf_counter()
        learner.fit(shown)
        fitted = time.perf_counter()
        learner.predict(frame.drop(columns="label"))
        return {
            "shown_rows": len(shown),
            "import_seconds": imported - read_,
            "fit_seconds": fitted - imported,
            "predict_seconds": time.perf_counter() - fitted,
            "cpu_seconds": cpu_seconds() - cpu,
            "peak_mb": peak_mb(),
            "reading_seconds": read_ - began,
        }


def _texts(folder: Path) -> tuple[None, pd.DataFrame]:
    """Questions of some ten words, six classes."""
    return None, pd.read_csv(DATA / "trec6" / "data.csv")[["text", "label"]].head(CELLS["text"])


def _photos(folder: Path) -> tuple[Path, pd.DataFrame]:
    """Photos of flowers, 227 by 227 pixels, five classes."""
    rows = pd.read_csv(DATA / "flowers5" / "data.csv")[["file", "label"]]
    return DATA / "flowers5", rows.sample(CELLS["image"], random_state=0).reset_index(drop=True)


def _sounds(folder: Path) -> tuple[Path, pd.DataFrame]:
    """Single seconds cut from recordings of some seven, 8 kHz, five classes."""
    rows = pd.read_csv(DATA / "baby_cry" / "data.csv")
    cut = [
        (name, label)
        for file, label in zip(rows["file"], rows["label"], strict=True)
        for name in _seconds_of(DATA / "baby_cry" / file, folder)
    ]
    frame = pd.DataFrame(cut, columns=["file", "label"])
    return folder, frame.sample(CELLS["sound"], random_state=0).reset_index(drop=True)


def _seconds_of(path: Path, folder: Path) -> list[str]:
    """The names of the files that each hold one whole second of the recording."""
    names = []
    with wave.open(str(path)) as recording:
        rate = recording.getframerate()
        for second in range(recording.getnframes() // rate):
            names.append(f"{path.stem}-{second}.wav")
            with wave.open(str(folder / names[-1]), "wb") as piece:
                piece.setparams(recording.getparams())
                piece.writeframes(recording.readframes(rate))
    return names


if __name__ == "__main__":
    main()
