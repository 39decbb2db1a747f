"""Units of mass, length and time, and how many of a column's own unit one of the question's is."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handful.chat.moments import pair_at
from handful.chat.words import Word, stem

__all__ = ["unit_factor"]

_SCALES = (
    {"mg milligram": 1e-3, "g gram": 1.0, "kg kilogram kilo": 1e3, "t ton tonne": 1e6,
     "oz ounce": 28.349523125, "lb lbs pound": 453.59237},
    {"mm millimeter millimetre": 1.0, "cm centimeter centimetre": 10.0, "m meter metre": 1e3,
     "km kilometer kilometre": 1e6, "inch inches": 25.4, "ft foot feet": 304.8, "yard": 914.4, "mile": 1_609_344.0},
    {"ms millisecond": 1e-3, "s sec second": 1.0, "min minute": 60.0, "h hr hour": 3600.0},
)  # fmt: skip
_UNITS = {
    stem(word): (place, size)
    for place, scale in enumerate(_SCALES)
    for words, size in scale.items()
    for word in words.split()
}
"""Unit -> (which scale, size in its base). The international pound, ounce, inch, foot, yard and mile."""


def unit_factor(words: Sequence[Word], place: int, column: str) -> float | None:
    """What a number at `place` is multiplied by for the column; None where the two units do not go together."""
    pair = pair_at(words, place)
    ends = (place, pair[1]) if pair else (place,)
    said = [words[at + 1].stem for at in ends if at + 1 < len(words) and words[at + 1].stem in _UNITS]
    if not said:
        return 1.0
    last = re.findall(r"[^\W\d_]+", column)[-1:]
    own = _UNITS.get(stem(last[0])) if last else None
    scale, size = _UNITS[said[0]]
    return size / own[1] if own is not None and own[0] == scale else None
