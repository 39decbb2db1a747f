"""`handful transcribe`: what is said in recordings, as text, subtitles or a table."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handful.cli.console import Terminal
from handful.cli.options import check_folder, force_option, output_option, terminal_options
from handful.errors import CellError, TableError, UserError
from handful.plain import one_line

if TYPE_CHECKING:
    from handful.speech.transcript import Transcript
    from handful.speech.whisper import Whisper

__all__ = ["transcribe"]

TEXT, SUBTITLES = ".txt", ".srt"
FORMS = "end it in .txt (text), .srt (subtitles), or .csv, .tsv, .jsonl, .xlsx, .parquet (a table)"

Progress = Callable[[str, float], None]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILES...")
@output_option(
    "Where it goes: .txt is text, .srt subtitles, .csv and the like a table with a row for each segment. "
    "[default: stdout; text for one file, a CSV table for several]"
)
@click.option("--srt", is_flag=True, help="Write subtitles, also to stdout.")
@click.option("--model", metavar="DIR", help="Another Whisper: a folder in CTranslate2's form.")
@force_option
@terminal_options
@click.pass_obj
def transcribe(
    terminal: Terminal, files: tuple[str, ...], output: str | None, srt: bool, model: str | None, force: bool
) -> int:
    """Write down what is said in FILES, which are recordings (WAV, FLAC, OGG, MP3) or folders of them.

    Runs on this computer, with the weights of `handful get speech`. A file that cannot be read is named, and the
    others are transcribed all the same; the exit code is then 2.
    """
    from handful.speech.whisper import Whisper
    from handful.table.write import refuse_existing

    found = _recordings(files)
    place = output or "-"
    ending = _ending(place, srt, several=len(found) > 1 or Path(files[0]).is_dir())
    if terminal.json and output == "-":
        raise UserError("the text and the JSON object cannot both go to stdout", hint="name a file with -o")
    check_folder(Path(place))
    refuse_existing(place, force=force)
    whisper = Whisper(None if model is None else Path(model))
    with terminal.progress() as progress:
        began = time.perf_counter()
        done, failed = _heard(whisper, found, progress)
        spent = time.perf_counter() - began
    if len(found) > 1:
        for file, reason in failed.items():
            terminal.say(f"{file} cannot be transcribed: {reason}")
    if not done:
        raise _none_of(failed)
    if output or not terminal.json:
        _write(done, place, ending, force)
    _say(terminal, done, failed, place if output or not terminal.json else None, spent)
    return 2 if failed else 0


def _none_of(failed: dict[Path, str]) -> UserError:
    """What to say where no file at all can be transcribed."""
    absent = not any(file.exists() for file in failed)
    hint = "check the name and the folder" if absent else "recordings are WAV, FLAC, OGG or MP3 files"
    if len(failed) > 1:
        return UserError("not one of the files can be transcribed", hint=hint)
    ((file, reason),) = failed.items()
    return UserError(f"{file} cannot be transcribed: {reason}", hint=hint)


def _recordings(files: Sequence[str]) -> list[Path]:
    """The files named, and those in folders named, by name. Raises UserError where a folder has none."""
    from handful.table.column import Kind
    from handful.table.media import PATTERNS

    is_sound = re.compile(PATTERNS[Kind.SOUND].replace("[^:]*", ".*"), re.DOTALL)
    found: list[Path] = []
    for name in files:
        path = Path(name)
        inside = (
            sorted(each for each in path.rglob("*") if is_sound.match(each.name)) if path.is_dir() else [path]
        )
        kept = [
            each for each in inside if not any(part.startswith(".") for part in each.relative_to(path).parts)
        ]
        if not kept:
            raise UserError(
                f"{name!r} is a folder without recordings", hint="name a folder with WAV, FLAC, OGG or MP3"
            )
        found += kept
    return list(dict.fromkeys(found))


def _ending(place: str, srt: bool, *, several: bool) -> str:
    """The suffix that tells the form. Raises UserError where there is no such form, or it takes one file only."""
    from handful.table.layout import format_of

    suffix = Path(place).suffix.lower() if place != "-" else ""
    ending = SUBTITLES if srt else suffix or (".csv" if several and place == "-" else TEXT)
    if srt and suffix not in ("", SUBTITLES):
        raise UserError(f"{place!r} is no name for subtitles", hint="end it in .srt, or leave --srt out")
    if ending == SUBTITLES and several:
        raise UserError(
            "subtitles are those of one recording, and several are named",
            hint="name one, or write a table: -o words.csv",
        )
    if place != "-" and ending not in (TEXT, SUBTITLES):
        try:
            format_of(Path(place))
        except TableError as error:
            raise UserError(error.message, hint=FORMS) from error
    return ending


def _heard(
    whisper: Whisper, files: Sequence[Path], progress: Progress
) -> tuple[list[Transcript], dict[Path, str]]:
    """What is said in each file, and by file why it cannot be told."""
    from handful.encode.frozen.recording import length_of, read_blocks
    from handful.speech.transcript import Transcript

    lengths, failed = _lengths(files, length_of)
    whole, before = max(sum(lengths.values()), 1e-3), 0.0
    done = []
    for file, length in lengths.items():
        latest = 0.0

        def heard(seconds: float, before: float = before, file: Path = file) -> None:
            nonlocal latest
            latest = seconds
            progress(f"{file.name}: {seconds:,.0f} s", (before + seconds) / whole)

        progress(file.name, before / whole)
        try:
            segments = whisper.transcribe(read_blocks(file), heard)
        except (CellError, OSError) as error:
            failed[file] = _reason(error)
        else:
            done.append(Transcript(str(file), latest, segments))
        before += length
    return done, failed


def _lengths(
    files: Sequence[Path], length_of: Callable[[Path], float]
) -> tuple[dict[Path, float], dict[Path, str]]:
    """Seconds of each file by its header, and by file why it has none."""
    lengths, failed = {}, {}
    for file in files:
        try:
            lengths[file] = length_of(file)
        except (CellError, OSError) as error:
            failed[file] = _reason(error)
    return lengths, failed


def _reason(error: CellError | OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return error.message if isinstance(error, CellError) else error.strerror or str(error)


def _write(done: Sequence[Transcript], place: str, ending: str, force: bool) -> None:
    """The transcripts in the form that the suffix names."""
    from handful.speech.transcript import TranscriptRow, plain_text, rows, subtitles
    from handful.table.layout import Layout
    from handful.table.write import refuse_existing, write_aside, write_file

    if ending in (TEXT, SUBTITLES):
        text = subtitles(done[0]) if ending == SUBTITLES else plain_text(done)
        if place == "-":
            click.echo(text, nl=False)
            return
        refuse_existing(place, force=force)
        write_aside(Path(place), text.encode())
        return

    import polars as pl

    types = {str: pl.String(), float: pl.Float64()}
    hints = {"file": str, "start": float, "end": float, "text": str, "confidence": float}
    frame = pl.DataFrame(
        rows(done), schema={name: types[hints[name]] for name in TranscriptRow.__annotations__}
    )
    write_file(frame, place, Layout(), force=force)


def _say(
    terminal: Terminal,
    done: Sequence[Transcript],
    failed: dict[Path, str],
    place: str | None,
    spent: float,
) -> None:
    from handful.speech.transcript import rows

    seconds = sum(each.seconds for each in done)
    times = seconds / max(spent, 1e-3)
    if terminal.json:
        told: list[dict[str, Any]] = [
            {
                "file": each.file,
                "seconds": round(each.seconds, 3),
                "text": each.text,
                "confidence": round(each.confidence, 4),
                "segments": [
                    {k: v for k, v in row.items() if k != "file"} for row in rows([each]) if row["text"]
                ],
            }
            for each in done
        ]
        missed = {str(file): reason for file, reason in failed.items()}
        terminal.hand_out(
            {"files": told, "failed": missed, "output": place, "seconds": seconds, "times_real_time": times}
        )
        return
    for each in done:
        if not each.segments:
            terminal.say(f"nothing is said in {one_line(each.file)}")
    if place not in (None, "-"):
        terminal.say(f"wrote {one_line(place)}")
    terminal.say(f"{seconds:,.0f} s of sound in {spent:.1f} s: {times:.0f} times real time")
    terminal.say_receipt()
