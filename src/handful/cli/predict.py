"""`handful predict`: a saved model answers the rows of a file."""

from __future__ import annotations

import click

from handful.cli.console import Terminal
from handful.cli.options import (
    artist_option,
    asked_options,
    drawn_folder,
    excel_safe_option,
    force_option,
    output_option,
    table_output,
    terminal_options,
    writer_option,
)

__all__ = ["predict"]


@click.command()
@click.argument("model")
@click.argument("file")
@asked_options
@writer_option
@artist_option
@output_option("Where the answered table goes; '-' is stdout. [default: STEM.filled.SUFFIX beside FILE]")
@force_option
@excel_safe_option
@terminal_options
@click.pass_obj
def predict(
    terminal: Terminal,
    model: str,
    file: str,
    output: str | None,
    sure: float | None,
    per_class: bool,
    why: bool,
    writer: str | None,
    artist: str | None,
    force: bool,
    excel_safe: bool,
) -> None:
    """Answer the rows of FILE with a saved MODEL.

    MODEL is what `handful fit` has saved. Where FILE has the target column, its given cells stay and its blanks are
    filled; otherwise the column is added.
    """
    place = table_output(terminal, file, output)

    from handful.cli.fill import notes_of, say_filling, summary
    from handful.filling import Asked, answer_frame
    from handful.learner import Learner
    from handful.table.folder import read_source
    from handful.table.write import refuse_existing, write_file

    asked = Asked(sure, per_class, why)
    refuse_existing(place, force=force)
    learner = Learner.load(model, writer=writer, artist=artist)
    with terminal.progress() as progress:
        source = read_source(file, learner.target)
        learner.root = source.root
        filling = answer_frame(
            source.frame,
            learner,
            asked=asked,
            drawn=drawn_folder(file, place, source.root),
            progress=progress,
        )
    write_file(filling.frame, place, source.layout, excel_safe=excel_safe, force=force)
    notes = notes_of(filling, source, place)
    say_filling(terminal, filling, notes)
    if terminal.json:
        terminal.hand_out({"model": model, "input": file, "output": place, **summary(filling, notes)})
    else:
        terminal.say_end(place)
