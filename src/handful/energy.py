"""Joules that a run took: read from the processor's counter where it may be read, estimated otherwise."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Any

__all__ = ["Energy", "Meter", "has_meter"]

JOULES = 3.6e6
"""In a kilowatt-hour."""
COUNTERS = {
    "intel_rapl": "rapl",
    "intel_power_gadget": "power-gadget",
    "windows_emi": "emi",
}
"""Ways of codecarbon that read a counter, and what each is called here; all others multiply time by a rating."""
DOUBT = 3.0
"""By how much an estimate may be off either way: ratings are of the whole chip at full load, and of its family."""


@dataclass(frozen=True, slots=True)
class Energy:
    """Joules of processor and memory, the range in which they lie, and how they were obtained."""

    joules: float
    low: float
    high: float
    source: str
    """"rapl" and the like: a counter of the whole processor, whoever used it; or "tdp-estimate"."""

    @property
    def measured(self) -> bool:
        return self.source in COUNTERS.values()

    def line(self) -> str:
        """For people: "about 40 J (13 to 120, estimated)"."""
        if self.measured:
            return f"{_two(self.joules)} J ({_two(self.low)} to {_two(self.high)}, {self.source})"
        return f"about {_two(self.joules)} J ({_two(self.low)} to {_two(self.high)}, estimated)"

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def _two(joules: float) -> str:
    """Two figures, written out."""
    return f"{float(f'{joules:.2g}'):,.10g}"


class Meter:
    """codecarbon's offline tracker of this process, from now on. Nothing is written, and no network is used."""

    def __init__(self) -> None:
        with _silence():
            from codecarbon import OfflineEmissionsTracker

            self._tracker = OfflineEmissionsTracker(
                country_iso_code="USA",  # asked for by codecarbon for the carbon, which is not told here
                tracking_mode="process",
                output_methods=[],
                log_level="critical",
                allow_multiple_runs=True,
            )
            self._tracker.start()

    def stop(self, busy: float) -> Energy:
        """What was used; `busy` is the share of the machine's processor time that was this process's."""
        with _silence():
            self._tracker.stop()
        found = self._tracker.final_emissions_data
        modes = {getattr(each, "_mode", "") for each in self._tracker._hardware}
        joules = float(found.energy_consumed) * JOULES
        counter = next((name for mode, name in COUNTERS.items() if mode in modes), "")
        if counter:  # the counter is the whole processor's: a part of it at least was ours
            return Energy(joules, joules * busy, joules, counter)
        return Energy(joules, joules / DOUBT, joules * DOUBT, "tdp-estimate")


@contextmanager
def _silence() -> Iterator[None]:
    """What codecarbon tells its programmers is not for ours: it speaks before it reads its own setting."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def has_meter() -> bool:
    """Whether codecarbon is there: `pip install 'handful[energy]'`."""
    return find_spec("codecarbon") is not None
