"""`handful chat`: questions about a file in plain language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handful.cli.console import Terminal
from handful.cli.options import beside, kind_option, reading, terminal_options
from handful.errors import UserError
from handful.plain import one_line, plain

if TYPE_CHECKING:
    from handful.chat.chat import Chat, Reply
    from handful.write.writer import Writer

__all__ = ["chat"]

MOST_PLOTS = 1_000
LEAVE, HELP = ("quit", "exit", "bye"), ("help", "?")


@click.command()
@click.argument("file")
@click.option(
    "-q",
    "--question",
    "questions",
    multiple=True,
    metavar="TEXT",
    help="Answer this and end; may be repeated.",
)
@click.option(
    "--writer",
    "asked",
    metavar="MODEL",
    help="Language model that helps to understand: a GGUF file, or an http(s) address. "
    "[default: the one of `handful get writer`, if it is there]",
)
@kind_option
@terminal_options
@click.pass_obj
def chat(
    terminal: Terminal, file: str, questions: tuple[str, ...], asked: str | None, kinds: dict[str, str]
) -> None:
    """Answer questions about FILE in plain language.

    What is asked is turned into an operation on the table (count, mean, group, filter, sort, top, correlate, fill,
    plot, show, explain), which is computed and shown with its figure. What cannot be is refused, with examples of
    what can be asked. Without -q it reads questions until `quit`.
    """
    if terminal.json and not questions:
        raise UserError("--json answers questions that are named", hint="add -q 'how many rows are there?'")
    if file == "-" and not questions:
        raise UserError(
            "the table and the questions cannot both come from stdin", hint="add -q, or name a file"
        )

    from handful.chat.chat import Chat
    from handful.table.folder import read_source

    source = read_source(file)
    how = reading(source, kinds, {})
    writer = _writer(terminal, asked)
    try:
        rows = "" if file == "-" else Path(file).stem
        talk = Chat(source.frame, writer=writer, kinds=how["kinds"], root=how["root"], rows=rows)
        if questions:
            _answer_all(terminal, talk, file, questions)
        else:
            _converse(terminal, talk, file)
    finally:
        if writer is not None:
            writer.close()


def _writer(terminal: Terminal, asked: str | None) -> Writer | None:
    """The writer asked for, else the one that was fetched, else none, which is said once."""
    from handful.errors import MissingError
    from handful.write.open import open_writer

    try:
        return open_writer(asked)
    except MissingError as error:
        if asked is not None:
            raise
        terminal.say(
            f"No writer: {error.message}. Questions are understood without one; {error.hint}", style="dim"
        )
        return None


def _answer_all(terminal: Terminal, talk: Chat, file: str, questions: tuple[str, ...]) -> None:
    replies = []
    for question in questions:
        reply = talk.ask(question)
        plot = _keep(reply, file)
        replies.append({"question": question, **_object(reply), **({"plot": plot} if plot else {})})
        if not terminal.json:
            _print(terminal, reply, plot, question if len(questions) > 1 else "")
    if terminal.json:
        terminal.hand_out({"input": file, "replies": replies})
    else:
        terminal.say_receipt()


def _converse(terminal: Terminal, talk: Chat, file: str) -> None:
    """Questions from the terminal, one a line, until `quit`, Ctrl-D or Ctrl-C."""
    terminal.say(
        f"{file}: {talk.sheet.rows:,} rows, {len(talk.sheet.names):,} columns. `help` shows examples, `quit` ends."
    )
    while True:
        try:
            question = click.prompt("?", prompt_suffix=" ", err=True, default="", show_default=False).strip()
        except (click.Abort, EOFError, KeyboardInterrupt):
            terminal.say("")
            break
        if question.lower() in LEAVE:
            break
        if question.lower() in HELP:
            for each in talk.suggestions:
                terminal.say(f"  {each}")
        elif question:
            try:
                reply = talk.ask(question)
            except KeyboardInterrupt:
                terminal.say("interrupted")
                continue
            _print(terminal, reply, _keep(reply, file), "")
    terminal.say_receipt()


def _print(terminal: Terminal, reply: Reply, plot: str, question: str) -> None:
    """The reply on stdout, with what was understood first."""
    if question:
        click.echo(f"? {one_line(question)}")
    if not reply.text.startswith(reply.understood):
        click.echo(one_line(reply.understood))
    click.echo(plain(reply.text))
    if plot:
        terminal.say(f"wrote {plot}")


def _keep(reply: Reply, file: str) -> str:
    """Where the plot of a reply was written: beside the file, and over no other; "" where there is none."""
    if not reply.picture:
        return ""
    folder_of = Path("table.csv") if file == "-" else Path(file)
    for number in range(1, MOST_PLOTS):
        place = beside(str(folder_of), f".plot{number}.svg")
        try:
            with place.open("x", encoding="utf-8") as out:
                out.write(reply.picture)
            return str(place)
        except FileExistsError:
            continue
    raise UserError(f"there are {MOST_PLOTS:,} plots beside {file!r} already", hint="remove some")


def _object(reply: Reply) -> dict[str, Any]:
    """The reply as the JSON object has it."""
    return {
        "operation": reply.operation,
        "understood": reply.understood,
        "columns": reply.columns,
        "figure": reply.figure,
        "groups": reply.groups,
        "rows": reply.rows,
        "text": plain(reply.text),
        "confidence": reply.confidence,
        "suggestions": reply.suggestions,
    }
