"""The options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from handful.cli.console import Terminal
from handful.errors import UserError

if TYPE_CHECKING:
    from handful.table.read import File

__all__ = [
    "artist_option",
    "asked_options",
    "beside",
    "check_folder",
    "copy_option",
    "drawn_folder",
    "excel_safe_option",
    "force_option",
    "group_option",
    "kind_option",
    "output_option",
    "reading",
    "series_option",
    "table_output",
    "target_option",
    "terminal_options",
    "writer_option",
]

Command = TypeVar("Command", bound=Callable[..., Any])


def _note(name: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    """A flag that the terminal remembers, also when the rest of the command line turns out to be wrong."""

    def remember(context: click.Context, parameter: click.Parameter, value: bool) -> None:
        if value:
            setattr(context.find_object(Terminal), name, True)

    return remember


def terminal_options(command: Command) -> Command:
    """`--json` and `--debug`, which every command has."""
    as_json = click.option(
        "--json",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_note("json"),
        help="Print one JSON object on stdout.",
    )
    debug = click.option(
        "--debug",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_note("debug"),
        help="Show the traceback of an error.",
    )
    return as_json(debug(command))


def _kinds(context: click.Context, parameter: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    """`NAME=KIND` pairs as a mapping; the name itself may hold '='."""
    from handful.table.column import Kind

    kinds = {}
    for pair in pairs:
        name, equals, kind = pair.rpartition("=")
        if not equals or not name or kind not in [*Kind]:
            raise click.BadParameter(f"{pair!r} is not NAME=KIND with a KIND of {', '.join(Kind)}")
        kinds[name] = kind
    return kinds


def _series(context: click.Context, parameter: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    """`NAME=COLUMNS` pairs as a mapping; which columns these are shows when the table has been read."""
    series = {}
    for pair in pairs:
        name, _, columns = pair.partition("=")
        if not name or not columns:
            raise click.BadParameter(f"{pair!r} is not NAME=COLUMNS, such as ecg=t0..t95 or ecg=a,b,c")
        if name in series:
            raise click.BadParameter(f"the series {name!r} is named twice")
        series[name] = columns
    return series


kind_option = click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="NAME=KIND",
    callback=_kinds,
    help="Read the column NAME as number, category, date, text, image, sound or series.",
)
series_option = click.option(
    "--series",
    "series",
    multiple=True,
    metavar="NAME=COLUMNS",
    callback=_series,
    help="Read columns, as in NAME=t0..t95 or NAME=a,b,c, together as one series; may be repeated.",
)
copy_option = click.option(
    "--copy",
    "copies",
    metavar="DIR",
    help="Also copy the files that were answered into DIR, one sub-folder for each value, the doubtful into unsure.",
)
group_option = click.option(
    "--group",
    metavar="NAME",
    help="Column whose rows belong together (patient, speaker); the score never splits a group.",
)
target_option = click.option(
    "--target", required=True, metavar="NAME", help="Column to learn, from the rows where it is filled."
)
writer_option = click.option(
    "--writer",
    metavar="WHERE",
    help="Write text with this GGUF file, or this address of a server, instead of the writer of `handful get`.",
)
artist_option = click.option(
    "--artist",
    metavar="WHERE",
    help="Draw pictures with the weights in this folder, or at this address of a server, instead of the artist of "
    "`handful get`.",
)
force_option = click.option("--force", is_flag=True, help="Replace a file that exists.")
excel_safe_option = click.option(
    "--excel-safe", is_flag=True, help="Quote cells that a spreadsheet would run as a formula (= + - @)."
)


def asked_options(command: Command) -> Command:
    """`--sure`, `--per-class` and `--why`: what is asked for beside the answers."""
    sure = click.option(
        "--sure",
        type=float,
        metavar="RATE",
        help="Add the set of classes, or the interval, that holds the truth at this rate, such as 0.9.",
    )
    per_class = click.option(
        "--per-class", is_flag=True, help="Let the rate of --sure hold for each class alone."
    )
    why = click.option(
        "--why", is_flag=True, help="Add the columns and the labelled rows that decided each answer."
    )
    return sure(per_class(why(command)))


def output_option(help: str, *, required: bool = False) -> Callable[[Command], Command]:
    """`-o OUT`, which is the file that the command writes."""
    return click.option("-o", "--output", metavar="OUT", required=required, help=help)


def beside(file: str, ending: str) -> Path:
    """Where the output goes when none is named: in the folder of the input, or beside a folder, with another ending."""
    path = Path(file)
    if not path.is_dir():
        return path.parent / (path.stem + ending)
    path = path.resolve() if path.name in ("", "..") else path
    return path.parent / (path.name + ending)


def reading(file: File, kinds: Mapping[str, str], series: Mapping[str, str]) -> dict[str, Any]:
    """How the columns of a file are to be read, as the arguments `kinds`, `series` and `root` of all that learns."""
    from handful.table.members import series_named

    return {
        "kinds": {**file.kinds, **kinds},
        "series": series_named(series, file.frame.columns),
        "root": file.root,
    }


def table_output(terminal: Terminal, file: str, output: str | None) -> str:
    """Where the table goes: as asked, or beside the input; what came from stdin goes to stdout.

    Raises TableError, before any work is done, where the name's suffix tells no format that can be written.
    """
    from handful.table.layout import format_of

    suffix = Path(file).suffix if not Path(file).is_dir() else ""
    place = output or ("-" if file == "-" else str(beside(file, f".filled{suffix or '.csv'}")))
    if place == "-" and terminal.json:
        raise UserError("the table and the JSON object cannot both go to stdout", hint="name a file with -o")
    if Path(place).suffix:
        format_of(Path(place))
    check_folder(Path(place))
    return place


def drawn_folder(file: str, place: str, root: Path) -> Path:
    """Where drawn pictures go: beside the filled table, or into the working directory where that is printed.

    Where that is not below `root`, from where the cells name their files, they go into `root`.
    """
    from handful.table.media import is_under

    stem = "filled" if file == "-" else Path(file).resolve().stem
    folder = Path(f"{stem}.pictures") if place == "-" else Path(place).with_suffix(".pictures")
    return folder if is_under(os.path.realpath(root), os.path.realpath(folder)) else root / folder.name


def check_folder(place: Path) -> None:
    """Raises UserError, before any work is done, where the folder to write to does not exist."""
    if not place.parent.is_dir():
        raise UserError(
            f"the folder {str(place.parent)!r} does not exist", hint="make it first, or name another"
        )
