"""The command `handful`: its sub-commands, and what becomes of an error.

Exit codes: 0 done, 1 failed, 2 the user's input; 130 and 143 when interrupted or terminated, as shells have it.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path

import click

from handful import __version__
from handful.cli.cache import cache
from handful.cli.chat import chat
from handful.cli.console import Terminal
from handful.cli.demo import demo
from handful.cli.doctor import doctor
from handful.cli.draw import draw
from handful.cli.evaluate import evaluate
from handful.cli.fill import fill
from handful.cli.fit import fit
from handful.cli.get import get
from handful.cli.inspect import inspect
from handful.cli.next import next_rows
from handful.cli.predict import predict
from handful.cli.report import report
from handful.cli.transcribe import transcribe
from handful.errors import HandfulError, UserError

__all__ = ["main", "run"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="handful %(version)s")
def handful() -> None:
    """Fill the blanks of a table from a handful of examples, and say how sure it is."""


for _command in (
    *(fill, fit, predict, evaluate, inspect, next_rows, report),
    *(chat, transcribe, draw, get, demo, cache, doctor),
):
    handful.add_command(_command)


def main() -> None:
    """The entry point: one process, one command."""
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # what libraries tell their programmers is not for our users
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a code page that lacks a character is no reason to fail
            stream.reconfigure(errors="backslashreplace")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # unwinds the stack, so that no half file stays
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us: nothing to read, and nowhere to write
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  (open to the end)
    code = run()
    try:
        sys.stdout.flush()
    except OSError:  # Python flushes once more at its end, and would complain of what cannot be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; the exit code. Nothing but `SystemExit` comes out of it."""
    terminal = Terminal()
    try:
        code = handful.main(args=arguments, prog_name="handful", standalone_mode=False, obj=terminal)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return 2
    except BrokenPipeError:
        return 1  # who reads no further is not interested in why
    except Exception as error:
        return _fail(terminal, error)
    finally:
        terminal.receipt.stop_energy()
    return code if isinstance(code, int) else 0


def _fail(terminal: Terminal, error: Exception) -> int:
    if terminal.debug:
        for line in "".join(traceback.format_exception(error)).splitlines():
            terminal.say(line)
    code, message, hint = _explain(error)
    terminal.say(f"handful: {message}")
    if hint:
        terminal.say("")
        terminal.say(f"hint: {hint}")
    if terminal.json:
        terminal.hand_out({"error": {"message": message, "hint": hint, "exit_code": code}})
    return code


def _explain(error: Exception) -> tuple[int, str, str]:
    """(exit code, message, hint) of whatever went wrong."""
    match error:
        case HandfulError():
            return 2 if isinstance(error, UserError) else 1, error.message, error.hint
        case click.Abort():
            return 130, "interrupted", ""
        case click.UsageError():
            path = error.ctx.command_path if error.ctx else "handful"
            return 2, error.format_message(), f"see {path} --help"
        case click.ClickException():
            return error.exit_code, error.format_message(), ""
        case MemoryError():
            return 1, "there is not enough memory for this table", "fill fewer rows or columns at a time"
        case OSError():
            return 1, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", ""
        case _:
            return (
                1,
                f"an error of handful's own: {type(error).__name__}: {error}",
                "run it again with --debug",
            )
