"""Files of time series in the `.ts` format of the UCR and UEA archives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd


@dataclass(frozen=True, slots=True)
class SeriesFile:
    """One column `series`: a list of floats, or a list for each channel; and the last field of each line."""

    frame: pd.DataFrame
    labels: list[str]
    is_number: bool


def read_series(path: Path) -> SeriesFile:
    """All series of the file. A header that names no class labels means that the last field is a number."""
    header, _, data = path.read_text(encoding="utf-8").partition("@data")
    header = header.lower()
    rows = [line.split(":") for line in data.splitlines() if line.strip()]
    cells = [[_numbers(field) for field in row[:-1]] for row in rows]
    column = {"series": [channels[0] if len(channels) == 1 else channels for channels in cells]}
    return SeriesFile(pd.DataFrame(column), [row[-1].strip() for row in rows], "@targetlabel" in header)


def _numbers(field: str) -> list[float]:
    return [float(word) for word in field.split(",")]
