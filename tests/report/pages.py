"""Learners to report on, and how a test reads a page."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import polars as pl

HOSTILE = (
    "\x1b[31mred <script>document.title='run'</script> {{7*7}} {% raw %} $\\frac{1}{0}$ \u202eyes ]]></svg></style>"
    '"><img src="http://example.org/x.png" onerror="document.title=1"> 日本語'
)
EMPTY = {"meta", "img", "br"}
REQUESTS = {"src", "href", "action", "srcset", "data", "poster"}


def hostile_table(rows: int = 30) -> pl.DataFrame:
    """Every name and every class is hostile; two labels are wrong."""
    random = np.random.default_rng(0)
    size = random.normal(size=rows)
    labels = np.where(size > 0, HOSTILE, f"other {HOSTILE}").tolist()
    first, last = int(size.argmin()), int(size.argmax())
    labels[first], labels[last] = labels[last], labels[first]
    return pl.DataFrame(
        {
            HOSTILE: size,
            f"a {HOSTILE}": [HOSTILE + str(row % 3) for row in range(rows)],
            f"{HOSTILE}?": labels,
        }
    )


def noise(rows: int = 30) -> pl.DataFrame:
    """A target that no column tells anything of."""
    random = np.random.default_rng(1)
    return pl.DataFrame(
        {
            "one": random.normal(size=rows),
            "two": random.normal(size=rows),
            "coin": random.choice(["heads", "tails"], rows),
        }
    )


class Reader(HTMLParser):
    """What a browser would find: tags, attributes that fetch something, headings, text; every tag is closed in turn."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.handlers: list[str] = []
        self.headings: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.fetched += [value for name, value in attributes if name in REQUESTS]
        self.handlers += [name for name, _ in attributes if name.startswith("on")]
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in EMPTY:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if self._open and self._open[-1] == "h2":
            self.headings.append(data)


def drawings(page: str) -> list[ElementTree.Element]:
    """The figures of a page, each of them read as XML."""
    parts = page.split("<svg")[1:]
    return [ElementTree.fromstring("<svg" + part.partition("</svg>")[0] + "</svg>") for part in parts]
