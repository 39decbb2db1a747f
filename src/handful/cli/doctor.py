"""`handful doctor`: what is installed, whether it is whole, and what to install for what."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from handful import __version__
from handful.cli.console import Terminal
from handful.cli.options import terminal_options
from handful.cores import usable_cores

__all__ = ["doctor"]

EXTRAS = {
    "energy": ("codecarbon", "joules on the receipt"),
    "write": ("xllamacpp", "text written by a language model where no program does"),
    "speech": ("faster-whisper", "what is said in sounds"),
}
"""What can be added: the package that tells whether it is there, and what it is good for."""
COUNTER = Path("/sys/class/powercap/intel-rapl:0/energy_uj")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `hint` says what to do where it is not well."""

    what: str
    found: str
    well: bool = True
    hint: str = ""


@click.command()
@terminal_options
@click.pass_obj
def doctor(terminal: Terminal) -> int:
    """Show what is installed, whether it is whole, and what to install for what.

    Exit code 1 where something is missing or damaged that handful needs.
    """
    findings = list(_findings())
    ill = [finding for finding in findings if not finding.well]
    if terminal.json:
        terminal.hand_out({"well": not ill, "findings": [asdict(finding) for finding in findings]})
        return 1 if ill else 0
    terminal.show("", ["", "found"], [[each.what, each.found] for each in findings])
    for finding in findings:
        if finding.hint:
            terminal.say(f"{finding.what}: {finding.hint}")
    terminal.say(
        "all is well" if not ill else f"not well: {', '.join(each.what for each in ill)}", style="bold"
    )
    terminal.say_receipt()
    return 1 if ill else 0


def _findings() -> Iterator[Finding]:
    yield Finding(
        "handful", f"{__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}"
    )
    yield from _packages()
    yield from _weights()
    yield Finding(
        "cores", f"{usable_cores()} may be used; learning takes one, reading texts and files takes all"
    )
    yield from _optional_weights()
    yield _cache()
    yield _counter()
    yield from _extras()


def _packages() -> Iterator[Finding]:
    """Every package that handful needs, as its own metadata name them."""
    from importlib.metadata import PackageNotFoundError, requires, version

    for line in requires("handful") or ():
        if "extra ==" in line:
            continue
        name = line.split(";")[0].split(">")[0].split("<")[0].split("=")[0].strip()
        try:
            yield Finding(name, version(name))
        except PackageNotFoundError:
            yield Finding(name, "missing", False, f"pip install '{line.split(';')[0].strip()}'")


def _weights() -> Iterator[Finding]:
    """Each set of weights, after its hash has been compared with its card's."""
    import json

    from handful.encode.frozen.network import WEIGHTS, read_weights
    from handful.errors import ModelFileError
    from handful.model.card import read_card
    from handful.model.session import SHIPPED

    try:
        card = read_card(SHIPPED)
        size = sum(card.bytes.values())
        yield Finding("in-context model", f"{card.name}, {size / 1e6:.1f} MB, SHA-256 {card.hash[:12]}")
    except ModelFileError as error:
        yield Finding("in-context model", error.message, False, error.hint)
    for kind in ("text", "image", "sound"):
        try:
            about = json.loads((WEIGHTS / f"{kind}.json").read_text(encoding="utf-8"))
            size = sum(len(read_weights(file, f"{kind}.json")) for file in about["sha256"])
            digest = next(iter(about["sha256"].values()))
            yield Finding(f"{kind} encoder", f"{about['name']}, {size / 1e6:.1f} MB, SHA-256 {digest[:12]}")
        except (ModelFileError, OSError, ValueError) as error:
            again = "pip install --force-reinstall handful"
            yield Finding(f"{kind} encoder", str(error), False, again)


def _optional_weights() -> Iterator[Finding]:
    from handful.weights.place import facts

    for each in facts():
        name = each.weights.name
        if each.installed:
            yield Finding(f"weights of {name}", f"{each.size / 1e6:,.0f} MB, in {each.folder}")
        else:
            hint = f"for what they are good for: handful get --list; to fetch them: handful get {name}"
            yield Finding(f"weights of {name}", each.problem, hint=hint)


def _cache() -> Finding:
    from handful.encode.cache import cache_facts

    facts = cache_facts()
    if facts.problem:
        return Finding("cache", f"nothing is kept: {facts.problem}")
    return Finding("cache", f"{facts.entries:,} entries, {facts.bytes / 1e6:,.1f} MB, in {facts.folder}")


def _counter() -> Finding:
    """Whether the processor's energy counter may be read, without which joules are an estimate."""
    if not COUNTER.exists():
        return Finding(
            "energy counter", "none; with the extra energy joules are estimated from the processor's rating"
        )
    if not os.access(COUNTER, os.R_OK):
        found = "there, but may not be read; joules are estimated from the processor's rating"
        return Finding("energy counter", found, hint=f"sudo chmod a+r {COUNTER}")
    return Finding("energy counter", "rapl")


def _extras() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    for extra, (package, use) in EXTRAS.items():
        try:
            yield Finding(f"extra {extra}", f"{package} {version(package)}: {use}")
        except PackageNotFoundError:
            hint = f"for {use}: pip install 'handful[{extra}]'"
            yield Finding(f"extra {extra}", "not installed", hint=hint)
