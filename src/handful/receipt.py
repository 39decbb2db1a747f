"""What a run cost: seconds on the clock, seconds of processor, peak memory, and joules where they are asked for."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from handful.energy import Energy, Meter, has_meter

__all__ = ["Receipt"]


class Receipt:
    """`with Receipt() as receipt: ...` measures what stands inside; read while it runs, it gives the cost so far.

    The surprise: memory is the peak of the whole process since it started, because no system keeps it by the block.
    """

    def __init__(self) -> None:
        self._began = _clocks()
        self._ended: tuple[float, float] | None = None
        self._peak_mib: float | None = None
        self._meter: Meter | None = None
        self._energy: Energy | None = None

    def measure_energy(self) -> None:
        """Count joules from now on, where the extra `energy` is installed; it takes a second to begin."""
        if self._meter is None and has_meter():
            with suppress(Exception):  # a receipt without joules is better than no answer
                self._meter = Meter()

    def __enter__(self) -> Self:
        self._began, self._ended = _clocks(), None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._ended, self._peak_mib = _clocks(), _peak_mib()

    @property
    def seconds(self) -> float:
        """Seconds on the clock."""
        return (self._ended or _clocks())[0] - self._began[0]

    @property
    def cpu_seconds(self) -> float:
        """Seconds of processor, user and system, all threads, and children that have ended."""
        return (self._ended or _clocks())[1] - self._began[1]

    @property
    def peak_mib(self) -> float | None:
        """Peak memory in MiB, of this process or of its largest ended child; None where the system does not tell."""
        return self._peak_mib if self._ended else _peak_mib()

    @property
    def energy(self) -> Energy | None:
        """Joules since `measure_energy`, counted up to the first time that they are read; None where nothing counts."""
        self.stop_energy()
        return self._energy

    def stop_energy(self) -> None:
        """Count no further; a meter has threads, which must not outlive the run that they count for."""
        if self._meter is not None and self._energy is None:
            busy = min(1.0, self.cpu_seconds / (self.seconds * (os.cpu_count() or 1)))
            with suppress(Exception):
                self._energy = self._meter.stop(busy)

    def to_dict(self) -> dict[str, Any]:
        """The figures by name, rounded to what they are good for."""
        peak, energy = self.peak_mib, self.energy
        return {
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
            "peak_mib": None if peak is None else round(peak, 1),
            "energy": None if energy is None else energy.to_dict(),
        }

    def line(self) -> str:
        """For people: "3.1 s, 4.0 CPU s, peak 312 MiB, about 41 J (14 to 120, estimated)"."""
        peak, energy = self.peak_mib, self.energy
        memory = "" if peak is None else f", peak {peak:.0f} MiB"
        joules = "" if energy is None else f", {energy.line()}"
        return f"{self.seconds:.1f} s, {self.cpu_seconds:.1f} CPU s{memory}{joules}"


def _clocks() -> tuple[float, float]:
    """(clock, processor) in seconds; the processor's with children that have ended."""
    spent = os.times()
    return time.perf_counter(), spent.user + spent.system + spent.children_user + spent.children_system


def _peak_mib() -> float | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    own, children = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    return max(_linux_peak_bytes() or own * unit, children * unit) / 2**20


def _linux_peak_bytes() -> int | None:
    """VmHWM: unlike ru_maxrss it does not count what the parent held before it started this process."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return None
