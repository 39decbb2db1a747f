"""Everything that a report says, as typed data; the page is only a view of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from handful.answer.score import Score
from handful.table.column import Kind

__all__ = [
    "Answered",
    "Bin",
    "Calibration",
    "Cell",
    "Columns",
    "Confusion",
    "Coverage",
    "Covered",
    "Doubt",
    "Doubts",
    "Facts",
    "Growth",
    "Outcome",
    "Weights",
    "Worth",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said of a row that was held out, and what is true; a date is days since 1970."""

    truth: str | float
    predicted: str | float
    sure: float
    """The probability of the class, or the width of the 90% interval, which is the less the surer."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers that were about as sure: how sure on average, how many were right, and where that share lies (90%).

    Of a number: the level of its intervals, and the share that held the truth.
    """

    sure: float
    right: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether "90% sure" means right nine times in ten."""

    bins: tuple[Bin, ...]
    error: float
    """The mean distance between how sure and how right: the expected calibration error, over these bins."""
    by_chance: float
    """What a perfectly calibrated learner would show on as many rows."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The score of the surest answers, where only a share of all rows is answered."""

    share: float
    score: float


@dataclass(frozen=True, slots=True)
class Covered:
    """How often the learner's own sets or intervals of a level held the truth, and how large they were on average."""

    level: float
    inside: float
    size: float
    """Classes in a set, or the width of an interval."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the learner's own sets or intervals held, and what is promised of those that `--sure 0.9` makes."""

    covered: tuple[Covered, ...]
    guarantee: str
    """Empty where it was not worked out."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each class (row) was answered with each (column); the commonest first, the rest as "others"."""

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Worth:
    """How much more is lost on a row when a column is shuffled; for other rows of the kind it is low to high (90%)."""

    column: str
    drop: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column was read as, which played no part, and how much those that did matter, the most first."""

    kinds: dict[str, str]
    left_out: tuple[str, ...]
    worth: tuple[Worth, ...]
    said: str = ""
    """Why none is told, or fewer rows were looked at."""

    @property
    def sure_to_matter(self) -> tuple[str, ...]:
        """Those without which more is lost beyond doubt, the most first."""
        return tuple(each.column for each in self.worth if each.low > 0)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is read, and a small picture of it where it names one."""

    column: str
    text: str
    picture: str = ""
    """A data: URI."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A labelled row whose label looks wrong."""

    row: int
    """Its place in the table that was learnt from, from 0."""
    label: str
    better: str
    wrong: float
    """How likely the label is to be wrong."""
    cells: tuple[Cell, ...]
    """Of the columns that matter most; none where the table was not at hand."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """The most doubtful of the labels, and how many of all judged ones are wrong by expectation."""

    shown: tuple[Doubt, ...]
    found: int
    expected: float
    judged: int


@dataclass(frozen=True, slots=True)
class Growth:
    """The score against labelled rows: measured at some numbers of them, then what is expected, with a 90% band."""

    labelled: int
    measured: tuple[tuple[float, float], ...]
    """(rows, score)"""
    expected: tuple[tuple[float, float, float, float], ...]
    """(rows, score, low, high)"""
    sentence: str
    said: str = ""
    """Why there is no curve, or fewer rows were looked at."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A file or more of weights that had a part in the answers; `sha256` is that of the first."""

    use: str
    name: str
    licence: str
    trained_on: str
    sha256: str
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a learner. Where no row could be judged, what is measured on rows is None or empty."""

    version: str
    target: str
    kind: Kind
    score: Score
    outcomes: tuple[Outcome, ...]
    calibration: Calibration | None
    answered: tuple[Answered, ...]
    coverage: Coverage | None
    confusion: Confusion | None
    columns: Columns
    doubts: Doubts | None
    growth: Growth
    notes: tuple[str, ...]
    models: tuple[Weights, ...]
    receipt: dict[str, Any]
    receipt_line: str

    def answered_at(self, accuracy: float) -> float:
        """The largest share of rows, the surest first, of which so many were right; 0 where none reaches it."""
        return max((each.share for each in self.answered if each.score >= accuracy), default=0.0)

    def to_dict(self) -> dict[str, Any]:
        """The facts ready for JSON: NaN and infinity are None."""
        about: dict[str, Any] = _finite(asdict(self))
        return about


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value
