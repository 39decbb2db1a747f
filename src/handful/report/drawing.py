"""Figures that become part of a page: in the page's colours and font, dark or light, on paper or a phone."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from handful.plain import one_line

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["AMBER", "BLUE", "INK", "LINE", "SOFT", "axes_of", "drawing", "short", "svg_of"]

INK, SOFT, LINE, BLUE, AMBER = "#010101", "#010102", "#010103", "#010104", "#010105"
"""Colours that no figure has by itself; in the page each is a variable of its style."""
VARIABLES = {INK: "--ink", SOFT: "--soft", LINE: "--line", BLUE: "--blue", AMBER: "--amber"}
WIDTH = 360
"""Units of every figure's width: on a phone of as many pixels its text is hardly smaller."""
LONGEST = 24
"""Characters of a name in a figure."""

STYLE: Any = {
    "svg.fonttype": "none",  # text stays text, in the font of the page
    "svg.hashsalt": "handful",  # the same figure is the same bytes
    "text.parse_math": False,  # a name may hold dollar signs
    "text.color": SOFT,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # measured with this; it is wide, so others fit as well
    "font.size": 12,
    "axes.labelsize": 12,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": SOFT,
    "ytick.labelcolor": SOFT,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Settings of our own, whatever file of settings lies in the folder or the home, and no word about fonts.

    A letter that the measuring font lacks is no matter, for the page's own fonts draw it.
    """
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.CRITICAL)  # where the home may not be written to, it says so
    try:
        import matplotlib

        with warnings.catch_warnings(), matplotlib.rc_context():
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(STYLE)
            yield
    finally:
        logger.setLevel(level)


def axes_of(height: int) -> tuple[Figure, Axes]:
    """An empty figure of that height, in units of which it is `WIDTH` wide."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / 72, height / 72), layout="constrained")
    return figure, figure.subplots()


def svg_of(figure: Figure, name: str, about: str) -> Markup:
    """The figure as a part of a page; `name` keeps its ids apart from other figures', `about` is read aloud."""
    from markupsafe import Markup, escape

    file = io.StringIO()
    about = escape(one_line(about))
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    drawn = file.getvalue()
    box = re.search(r'viewBox="[^"]*"', drawn)
    assert box is not None
    body = drawn[
        drawn.index("</defs>") + len("</defs>") :
    ]  # the first definition is a style for all that is there
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    body = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{name}-", body).replace("xlink:href", "href")
    for colour, variable in VARIABLES.items():
        body = body.replace(colour, f"var({variable})")
    body = re.sub(r"\s*\n\s*", "\n", body)
    return Markup(f'<svg {box.group()} role="img" aria-label="{about}">{body}')


def short(name: str) -> str:
    """A name as a figure has room for it."""
    name = one_line(name).encode("utf-8", "replace").decode()
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
