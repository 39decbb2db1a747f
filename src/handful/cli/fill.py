"""`handful fill`: a file with blanks becomes a file without."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handful.cli.console import Terminal
from handful.cli.options import (
    artist_option,
    asked_options,
    copy_option,
    drawn_folder,
    excel_safe_option,
    force_option,
    group_option,
    kind_option,
    output_option,
    reading,
    series_option,
    table_output,
    terminal_options,
    writer_option,
)

if TYPE_CHECKING:
    from handful.filling import FilledTarget, Filling
    from handful.table.read import File

__all__ = ["fill", "notes_of", "say_filling", "summary"]


@click.command()
@click.argument("file")
@click.option(
    "--target", "targets", multiple=True, metavar="NAME", help="Fill this column only; may be repeated."
)
@kind_option
@series_option
@group_option
@output_option("Where the filled table goes; '-' is stdout. [default: STEM.filled.SUFFIX beside FILE]")
@asked_options
@writer_option
@artist_option
@copy_option
@force_option
@excel_safe_option
@terminal_options
@click.pass_obj
def fill(
    terminal: Terminal,
    file: str,
    targets: tuple[str, ...],
    kinds: dict[str, str],
    series: dict[str, str],
    group: str | None,
    output: str | None,
    copies: str | None,
    sure: float | None,
    per_class: bool,
    why: bool,
    writer: str | None,
    artist: str | None,
    force: bool,
    excel_safe: bool,
) -> None:
    """Fill the blanks of FILE.

    Every column that has blanks is filled, or the ones named by --target.

    FILE is CSV, TSV, Parquet, JSON lines or Excel; '-' reads CSV from stdin. All rows, columns and given cells stay
    as they are. Beside a filled column come NAME sure, or NAME low and NAME high, and NAME status.

    Text is filled by a program that the filled cells show (last + ", " + first), or written by a language model that
    you have fetched with `handful get writer`. A picture is drawn, after `handful get artist`, from the words in its
    row, in the style of the pictures that the column holds; it becomes a file in a folder beside the filled table, and
    replaces none. Where a text or picture would be a guess, the cell stays blank.

    FILE may be a folder of pictures or sounds: a sub-folder is a label, and files that lie in no sub-folder, or in
    unlabelled, are answered.
    """
    place = table_output(terminal, file, output)

    from handful.cli.copies import copy_files, refuse_copies
    from handful.filling import Asked, fill_frame
    from handful.table.folder import one_target, read_source
    from handful.table.write import refuse_existing, write_file

    asked = Asked(sure, per_class, why)
    refuse_existing(place, force=force)
    if copies:
        refuse_copies(Path(copies), Path(file), targets)
    with terminal.progress() as progress:
        source = read_source(file, one_target(file, targets))
        how = reading(source, kinds, series)
        filling = fill_frame(
            source.frame,
            targets=targets,
            group=group,
            asked=asked,
            writer=writer,
            artist=artist,
            drawn=drawn_folder(file, place, source.root),
            progress=progress,
            **how,
        )
    write_file(filling.frame, place, source.layout, excel_safe=excel_safe, force=force)
    notes = notes_of(filling, source, place)
    copied = copy_files(source, filling, Path(copies), how, excel_safe=excel_safe) if copies else None
    say_filling(terminal, filling, notes)
    if copied:
        terminal.say(copied.line())
    if terminal.json:
        facts = {**summary(filling, notes), **({"copies": copied.to_dict()} if copied else {})}
        terminal.hand_out({"input": file, "output": place, **facts})
    else:
        terminal.say_end(place)


def notes_of(filling: Filling, source: File, place: str) -> tuple[str, ...]:
    """What there is to say of how the file was read, and of pictures that do not lie where the filled table does."""
    folders = [target.folder for target in filling.targets if target.folder]
    here = Path(place).resolve().parent
    apart = [str(folder) for folder in folders if folder.resolve().parent != here]
    if not apart:
        return source.notes
    return (
        *source.notes,
        f"drawn pictures are in {apart[0]!r}, below the folder of the input, from where the cells name them",
    )


def say_filling(terminal: Terminal, filling: Filling, reading: tuple[str, ...]) -> None:
    """For each column how good its answers are and what was filled; then what was left or guessed."""
    if not (filling.targets or filling.left):
        terminal.say("no column has blanks to fill")
    several = len(filling.targets) > 1
    for target in filling.targets:
        terminal.say(
            f"{target.name}: {target.score.verdict}" if several else target.score.verdict, style="bold"
        )
        terminal.say(
            f"{target.name} ({target.kind}): {target.given} given, {target.filled} filled{target.doubt}"
        )
        if target.folder:
            terminal.say(f"  pictures in {target.folder}")
        for note in target.notes:
            terminal.say(f"  {note}")
    for name, why in filling.left.items():
        terminal.say(f"{name}: left as it is: {why}")
    for note in (*reading, *filling.notes):
        terminal.say(note)


def summary(filling: Filling, reading: tuple[str, ...]) -> dict[str, Any]:
    """The filling as the JSON object has it."""
    return {
        "rows": len(filling.frame),
        "targets": [_target(target) for target in filling.targets],
        "left": filling.left,
        "notes": (*reading, *filling.notes),
    }


def _target(target: FilledTarget) -> dict[str, Any]:
    return {
        "name": target.name,
        "kind": target.kind,
        "given": target.given,
        "filled": target.filled,
        "unsure": target.unsure,
        "score": target.score.to_dict(),
        "notes": target.notes,
        **({"folder": str(target.folder)} if target.folder else {}),
    }
