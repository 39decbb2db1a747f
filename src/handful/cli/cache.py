"""`handful cache`: what is kept between runs, and how to be rid of it."""

from __future__ import annotations

import click

from handful.cli.console import Terminal
from handful.cli.options import terminal_options

__all__ = ["cache"]


@click.command()
@click.option("--clear", is_flag=True, help="Remove all that is kept.")
@terminal_options
@click.pass_obj
def cache(terminal: Terminal, clear: bool) -> None:
    """Show what is kept between runs, or remove it.

    What the encoders made of texts, pictures, sounds and series is kept, so that a second run need not make it again;
    never a text or a file itself. HANDFUL_CACHE=off keeps nothing, and HANDFUL_CACHE=FOLDER keeps it elsewhere.
    """
    from handful.encode.cache import CAP, cache_facts, clear_cache

    removed = cache_facts().entries if clear else 0
    if clear:
        clear_cache()
    facts = cache_facts()
    if terminal.json:
        seen = {"folder": facts.folder, "entries": facts.entries, "bytes": facts.bytes, "most_bytes": CAP}
        terminal.hand_out({**seen, "problem": facts.problem or None, "removed": removed})
        return
    if clear:
        terminal.say(f"removed {removed:,} entries")
    if facts.problem:
        terminal.say(f"nothing is kept: {facts.problem}")
    size = f"{facts.bytes / 1e6:,.1f} of {CAP / 1e6:,.0f} MB"
    terminal.show("", ["entries", "size", "folder"], [[f"{facts.entries:,}", size, str(facts.folder or "-")]])
    terminal.say_receipt()
