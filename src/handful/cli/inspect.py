"""`handful inspect`: what handful sees in a file."""

from __future__ import annotations

import dataclasses
import shlex

import click

from handful.cli.console import Terminal
from handful.cli.options import kind_option, reading, series_option, terminal_options

__all__ = ["inspect"]


@click.command()
@click.argument("file")
@click.option("--target", metavar="NAME", help="Also look for columns that give this one away.")
@kind_option
@series_option
@terminal_options
@click.pass_obj
def inspect(
    terminal: Terminal, file: str, target: str | None, kinds: dict[str, str], series: dict[str, str]
) -> None:
    """Show what handful sees in FILE.

    For each column: its kind and why, blanks, distinct values; then what to be wary of.
    """
    from handful.encode.words import speech_note
    from handful.table.adapt import table_from_frame
    from handful.table.folder import read_source
    from handful.table.inspect import inspect_table
    from handful.table.media import file_note

    source = read_source(file, target)
    table = table_from_frame(source.frame, **reading(source, kinds, series))
    seen = inspect_table(table, target)
    files = (note for column in table if (note := file_note(column)))
    notes = (*source.notes, *table.notes, *files, *filter(None, [speech_note(table)]))
    if terminal.json:
        terminal.hand_out({"input": file, "rows": len(table), **dataclasses.asdict(seen), "notes": notes})
        return
    terminal.show(
        f"{file}: {len(table):,} rows",
        ["column", "kind", "blanks", "distinct", "example", "why"],
        [[c.name, c.kind, f"{c.blanks:,}", f"{c.distinct:,}", c.example, c.why] for c in seen.columns],
    )
    for line in (*seen.warnings, *notes):
        terminal.say(line)
    for name in seen.groups:
        terminal.say(
            f"{name!r} looks like a group: with --group {shlex.quote(name)} the score keeps its rows together"
        )
    terminal.say_receipt()
