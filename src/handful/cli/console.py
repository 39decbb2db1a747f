"""How the command line talks: data on stdout; summary, progress and receipt on stderr; nothing steers the terminal."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handful.plain import one_line
from handful.receipt import Receipt

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Terminal", "jsonable"]


@dataclass(slots=True)
class Terminal:
    """One run of the command line: what was asked of it, and how it talks."""

    json: bool = False
    debug: bool = False
    receipt: Receipt = field(default_factory=Receipt)

    def say(self, text: object, style: str = "") -> None:
        """One line for people, on stderr: a name in it cannot begin another."""
        _console(stderr=True).print(one_line(text), style=style, soft_wrap=True)

    def say_end(self, place: str | Path) -> None:
        """The last lines: where the result is, and what it cost."""
        if str(place) != "-":
            self.say(f"wrote {place}")
        self.say_receipt()

    def say_receipt(self) -> None:
        self.say(self.receipt.line(), style="dim")

    def hand_out(self, answer: Mapping[str, Any]) -> None:
        """The one JSON object of `--json`, on stdout, with the receipt at its end."""
        whole = jsonable({**answer, "receipt": self.receipt.to_dict()})
        sys.stdout.write(json.dumps(whole, indent=2, allow_nan=False) + "\n")

    def show(self, title: str, head: list[str], rows: list[list[str]], *, stderr: bool = False) -> None:
        """A table for people, its last column for the longest texts; cells are shown as they are, without markup."""
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title_justify="left", header_style="bold")
        if title:
            table.title = Text(one_line(title))
        for name in head:  # on a narrow terminal the last column gives way
            table.add_column(Text(one_line(name)), no_wrap=name != head[-1])
        for row in rows:
            table.add_row(*(Text(one_line(cell)) for cell in row))
        _console(stderr=stderr).print(table)

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, float], None]]:
        """A bar on stderr that goes away when the work is done; nothing where stderr is no terminal.

        Work begins here, and with it the count of joules.
        """
        self.receipt.measure_energy()
        console = _console(stderr=True)
        if not console.is_terminal:
            yield lambda doing, done: None
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("reading", total=1.0)
            yield lambda doing, done: bar.update(task, description=one_line(doing), completed=done)


def jsonable(value: Any) -> Any:
    """The value as JSON can hold it: arrays as lists, and a number that is not finite as null."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if hasattr(value, "tolist"):  # a numpy array or scalar
        return jsonable(value.tolist())
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    console = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = 1_000  # a file or a pipe has no width to fit into
    return console
