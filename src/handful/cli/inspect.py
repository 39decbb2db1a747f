"""`handful inspect`: what handful sees in a file."""

from __future__ import annotations

import dataclasses

import click

from handful.cli.console import Session
from handful.cli.options import kind_option, session_options

__all__ = ["inspect"]


@click.command()
@click.argument("file")
@click.option("--target", metavar="NAME", help="Also look for columns that give this one away.")
@kind_option
@session_options
@click.pass_obj
def inspect(session: Session, file: str, target: str | None, kinds: dict[str, str]) -> None:
    """Show what handful sees in FILE.

    For each column: its kind and why, blanks, distinct values; then what to be wary of.
    """
    from handful.table.adapt import table_from_frame
    from handful.table.inspect import inspect_table
    from handful.table.read import read_file

    source = read_file(file)
    table = table_from_frame(source.frame, kinds=kinds)
    seen = inspect_table(table, target)
    if session.json:
        session.hand_out(
            {"input": file, "rows": len(table), **dataclasses.asdict(seen), "notes": table.notes}
        )
        return
    rows = [[c.name, c.kind, c.why, str(c.blanks), str(c.distinct)] for c in seen.columns]
    session.show(f"{file}: {len(table):,} rows", ["column", "kind", "why", "blanks", "distinct"], rows)
    for line in (*seen.warnings, *table.notes):
        session.say(line)
    session.say_receipt()
