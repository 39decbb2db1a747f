"""`handful draw`: pictures of what words say, in the style of a few others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from handful.cli.console import Terminal
from handful.cli.options import artist_option, check_folder, force_option, output_option, terminal_options
from handful.cli.pictures import Asked, checked, pictures_of

if TYPE_CHECKING:
    from handful.draw.artist import Artist, Drawn, Example, Pixels
    from handful.draw.folder import Liked

__all__ = ["draw"]

AT_ONCE = 16
"""Pictures that the artist is asked for before they are written: what is drawn stays, whatever happens later."""


@click.command()
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option(
    "--like",
    metavar="DIR",
    help="Draw in the style of the pictures in this folder, or of one picture; their files' names say what they show.",
)
@click.option(
    "--n",
    "count",
    metavar="N",
    type=click.IntRange(1, 64),
    default=1,
    help="Pictures of each text. [default: 1]",
)
@click.option(
    "--seed",
    metavar="NUMBER",
    type=click.IntRange(0, 2_000_000_000),
    default=0,
    help="Another number, other pictures; those of one text have this seed and the ones after it. [default: 0]",
)
@output_option(
    "Where it goes: a PNG, whose name is numbered where there are several, or a folder. "
    "[default: the words as a name, here]"
)
@click.option("--svg", is_flag=True, help="Write a traced SVG beside each PNG.")
@click.option("--sheet", "one_sheet", is_flag=True, help="Write one sheet of all pictures instead.")
@artist_option
@force_option
@terminal_options
@click.pass_obj
def draw(
    terminal: Terminal,
    texts: tuple[str, ...],
    like: str | None,
    count: int,
    seed: int,
    output: str | None,
    svg: bool,
    one_sheet: bool,
    artist: str | None,
    force: bool,
) -> None:
    """Draw what each TEXT says, as a small icon.

    A picture has 64 pixels a side and a transparent background. It is drawn on this computer, with the weights of
    `handful get artist`; the same words, seed and examples give the same picture. Nothing that exists is replaced
    without --force.
    """
    if svg and one_sheet:
        raise click.UsageError("--svg traces single pictures, and --sheet writes none")
    texts = checked(texts, count)
    wanted = pictures_of(texts, count, seed, output, one_sheet)
    _refuse(wanted, svg, force)

    from handful.draw.folder import Liked, examples_in
    from handful.draw.open import open_artist

    liked = examples_in(Path(like)) if like else Liked([])
    drawer = open_artist(artist)
    try:
        with terminal.progress() as progress:
            drawn = _drawn(drawer, wanted, liked.examples, progress)
            if one_sheet:
                told = _sheet(list(drawn), count, liked.examples, force)
            else:
                told = [_write(each, picture, svg, force) for each, picture in drawn]
        _say(terminal, told, liked, drawer, wanted[0].place if one_sheet else None)
    finally:
        drawer.close()


def _refuse(wanted: Sequence[Asked], svg: bool, force: bool) -> None:
    """Raises UserError, before any work is done, where a file cannot be written."""
    from handful.draw.trace import needed_tracer
    from handful.table.write import refuse_existing

    check_folder(wanted[0].place)
    for each in wanted:
        for place in (each.place, each.place.with_suffix(".svg"))[: 1 + svg]:
            refuse_existing(place, force=force)
    if svg:
        needed_tracer()


def _drawn(
    artist: Artist,
    wanted: Sequence[Asked],
    examples: Sequence[Example],
    progress: Callable[[str, float], None],
) -> Iterator[tuple[Asked, Drawn]]:
    """Each picture with its drawing, in order."""
    for start in range(0, len(wanted), AT_ONCE):
        block = wanted[start : start + AT_ONCE]

        def tell(share: float, start: int = start, size: int = len(block)) -> None:
            done = start + share * size
            progress(f"drawing {min(int(done) + 1, len(wanted)):,} of {len(wanted):,}", done / len(wanted))

        tell(0.0)
        words, seeds = [each.words for each in block], [each.seed for each in block]
        yield from zip(block, artist.draw(words, examples, seeds=seeds, progress=tell), strict=True)


def _write(asked: Asked, drawn: Drawn, svg: bool, force: bool) -> dict[str, Any]:
    """The picture's file, and its tracing; what there is to say about it."""
    from handful.draw.pictures import as_image, png_of

    _save(asked.place, png_of(as_image(drawn.picture)), force)
    told = {"words": asked.words, "file": str(asked.place), **_facts(asked, drawn)}
    if svg:
        from handful.draw.trace import traced

        place = asked.place.with_suffix(".svg")
        _save(place, traced(drawn.picture).encode(), force)
        told["svg"] = str(place)
    return told


def _sheet(
    drawn: Sequence[tuple[Asked, Drawn]], count: int, examples: Sequence[Example], force: bool
) -> list[dict[str, Any]]:
    """The sheet's file: the references used, then a row for each text, or for eight of one picture each."""
    from handful.draw.pictures import png_of
    from handful.draw.sheet import ACROSS, sheet

    used = dict.fromkeys(place for _, each in drawn for place in each.references)
    rows: list[list[Pixels]] = [[examples[place].picture for place in list(used)[:ACROSS]]] if used else []
    labels = ["in the style of"] if used else []
    size = count if count > 1 else ACROSS
    for start in range(0, len(drawn), size):
        row = drawn[start : start + size]
        rows.append([each.picture for _, each in row])
        labels.append(" · ".join(dict.fromkeys(asked.words for asked, _ in row)))
    _save(drawn[0][0].place, png_of(sheet(rows, labels)), force)
    return [{"words": asked.words, "file": None, **_facts(asked, each)} for asked, each in drawn]


def _save(place: Path, content: bytes, force: bool) -> None:
    """The file, whole or not at all; somebody else may have made one meanwhile."""
    from handful.table.write import refuse_existing, write_aside

    refuse_existing(place, force=force)
    write_aside(place, content)


def _facts(asked: Asked, drawn: Drawn) -> dict[str, Any]:
    return {
        "seed": asked.seed,
        "sure": drawn.sure,
        "doubt": drawn.doubt,
        "nearest": drawn.nearest,
        "distance": drawn.distance,
    }


def _say(
    terminal: Terminal, told: Sequence[dict[str, Any]], liked: Liked, artist: Artist, place: Path | None
) -> None:
    if terminal.json:
        facts = {"artist": artist.name, "examples": len(liked.examples), "notes": liked.notes}
        terminal.hand_out({"pictures": told, "sheet": place, **facts})
        return
    for note in liked.notes:
        terminal.say(note)
    for each in told:
        name = each["file"] or f"{each['words'][:60]} (seed {each['seed']})"
        terminal.say(f"{name}: {_sentence(each)}".removesuffix(": "))
    if place:
        terminal.say_end(place)
    else:
        terminal.say_receipt()


def _sentence(told: dict[str, Any]) -> str:
    """How far a drawing can be believed: "sure .71, most like teapot (noto), .31 away"."""
    said = [f"sure {_share(told['sure'])}"] if told["nearest"] or told["sure"] < 1 else []
    if told["nearest"]:
        said.append(f"most like {told['nearest']}, {_share(told['distance'])} away")
    whole = ", ".join(said)
    return f"unsure: {told['doubt']} ({whole})" if told["doubt"] else whole


def _share(share: float) -> str:
    return f"{share:.2f}".removeprefix("0")
