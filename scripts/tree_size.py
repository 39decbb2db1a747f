"""Fails when the tracked files together reach 50 MiB, or one of them 10 MiB."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

MIB = 2**20

listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
sizes = {name: Path(name).stat().st_size for name in listed.split("\0") if name and Path(name).is_file()}
whole = sum(sizes.values())
print(f"{len(sizes)} tracked files, {whole / MIB:.1f} MiB")
large = [f"{name}: {size / MIB:.1f} MiB" for name, size in sizes.items() if size > 10 * MIB]
if whole >= 50 * MIB or large:
    sys.exit("\n".join(["too large:", *large]))
