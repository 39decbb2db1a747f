"""Steps on dates and times: read in one form, written in another; names are English in every locale."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from handful.table.form import MONTHS
from handful.write.step import Builder, Function, Step

__all__ = ["BUILDERS", "FORMS", "TOKENS", "Moment", "read_moment", "write_moment"]

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Moment = dict[str, int]
"""What is known of a moment: year, month, day, weekday (0 = Monday), hour, minute, second."""

_MONTH = "(?P<name>" + "|".join(f"{full[:3]}(?:{full[3:]})?" for full in MONTHS) + r"|Sept)(?![^\W\d_])\.?"
_WEEKDAY = (
    r"(?<![^\W\d_])(?P<weekday>"
    + "|".join(f"{d[:3]}(?:{d[3:]})?" for d in WEEKDAYS)
    + r"|Tues|Thurs)(?![^\W\d_])"
)
_DAY = r"(?<![\d.])(?P<day>\d{1,2})"
_YEAR = r"(?P<year>\d{4}|\d{2})(?!\d)"
_NUMBER = r"(?P<month>\d{1,2})"
_SEP = r"(?P<sep>[-/. ])"
FORMS = {
    "year month day": rf"(?<!\d)(?P<year>\d{{4}}){_SEP}{_NUMBER}(?P=sep)(?P<day>\d{{1,2}})(?!\d)",
    "day month year": rf"{_DAY}{_SEP}{_NUMBER}(?P=sep){_YEAR}",
    "month day year": rf"(?<![\d.]){_NUMBER}{_SEP}(?P<day>\d{{1,2}})(?P=sep){_YEAR}",
    "day name year": rf"{_DAY}(?:st|nd|rd|th)?(?: of)?[- /.]{{0,2}}{_MONTH}[- /,]{{0,2}}{_YEAR}",
    "name day year": rf"(?<![^\W\d_]){_MONTH}[- ]?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[- ,]{{1,2}}{_YEAR}",
    "digits": r"(?<!\d)(?P<year>(?:1[5-9]|20|21)\d\d)(?P<month>\d\d)(?P<day>\d\d)(?!\d)",
    "name year": rf"(?<![^\W\d_]){_MONTH}[- ,/]{{1,2}}{_YEAR}",
    "year month": rf"(?<!\d)(?P<year>\d{{4}})[-/.]{_NUMBER}(?![-/.\d])",
    "month year": rf"(?<![-/.\d]){_NUMBER}[-/.](?P<year>\d{{4}})(?!\d)",
    "name": rf"(?<![^\W\d_]){_MONTH}",
    "weekday": _WEEKDAY,
    "time": r"(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: ?(?P<half>[AaPp]\.?[Mm]\b))?",
    "span": r"(?<![\d:])(?P<hours>\d{1,3}):(?P<sixtieths>[0-5]\d)(?::(?P<seconds>[0-5]\d))?(?![\d:])",
    "hour": r"(?<![\d:])(?P<hour>\d{1,2}) ?(?P<half>[AaPp]\.?[Mm]\b)",
}
"""Forms in which a moment stands in a text; the first place that has the form counts."""

_MONTH_OF = {full[:3].lower(): number for number, full in enumerate(MONTHS, 1)}
_WEEKDAY_OF = {full[:3].lower(): number for number, full in enumerate(WEEKDAYS)}


@lru_cache(maxsize=32)
def _expression(form: str) -> re.Pattern[str]:
    return re.compile(FORMS[form], re.IGNORECASE | re.ASCII if form != "name" else re.IGNORECASE)


@lru_cache(maxsize=65_536)
def _read(text: str, form: str) -> tuple[tuple[str, int], ...] | None:
    found = _expression(form).search(text)
    if found is None:
        return None
    parts = {name: part for name, part in found.groupdict().items() if part}
    moment = {name: int(part) for name, part in parts.items() if part.isdecimal()}
    if "name" in parts:
        moment["month"] = _MONTH_OF[parts["name"][:3].casefold()]  # the long s of old prints is an s
    if "weekday" in parts:
        moment["weekday"] = _WEEKDAY_OF[parts["weekday"][:3].lower()]
    if len(parts.get("year", "")) == 2:
        moment["year"] += 2000 if moment["year"] < 69 else 1900  # as POSIX reads two digits
    if "half" in parts and not _set_half(moment, parts["half"]):
        return None
    return tuple(moment.items()) if _exists(moment) else None


def _set_half(moment: Moment, half: str) -> bool:
    if not 1 <= moment["hour"] <= 12:
        return False
    moment["hour"] = moment["hour"] % 12 + (12 if half[0] in "pP" else 0)
    return True


def _exists(moment: Moment) -> bool:
    """Whether the calendar and the clock have it; adds the weekday of a whole date."""
    if moment.get("hour", 0) > 23 or moment.get("minute", 0) > 59 or moment.get("second", 0) > 59:
        return False
    if not 1 <= moment.get("month", 1) <= 12:
        return False
    if "day" in moment:
        try:
            moment["weekday"] = date(moment["year"], moment["month"], moment["day"]).weekday()
        except ValueError:
            return False
    return True


def read_moment(text: str, form: str) -> Moment | None:
    """The moment that stands in a text in a form, None where there is none."""
    parts = _read(text, form)
    return None if parts is None else dict(parts)


def _ending(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


TOKENS: dict[str, Callable[[Moment], str]] = {
    "Y": lambda m: f"{m['year']:04d}",
    "y": lambda m: f"{m['year'] % 100:02d}",
    "m": lambda m: f"{m['month']:02d}",
    "-m": lambda m: str(m["month"]),
    "B": lambda m: MONTHS[m["month"] - 1],
    "b": lambda m: MONTHS[m["month"] - 1][:3],
    "d": lambda m: f"{m['day']:02d}",
    "-d": lambda m: str(m["day"]),
    "o": lambda m: f"{m['day']}{_ending(m['day'])}",
    "A": lambda m: WEEKDAYS[m["weekday"]],
    "a": lambda m: WEEKDAYS[m["weekday"]][:3],
    "q": lambda m: str((m["month"] + 2) // 3),
    "j": lambda m: f"{date(m['year'], m['month'], m['day']).timetuple().tm_yday:03d}",
    "V": lambda m: f"{date(m['year'], m['month'], m['day']).isocalendar().week:02d}",
    "C": lambda m: str(m["year"] // 10 * 10),
    "H": lambda m: f"{m['hour']:02d}",
    "-H": lambda m: str(m["hour"]),
    "I": lambda m: f"{m['hour'] % 12 or 12:02d}",
    "-I": lambda m: str(m["hour"] % 12 or 12),
    "M": lambda m: f"{m['minute']:02d}",
    "-M": lambda m: str(m["minute"]),
    "S": lambda m: f"{m.get('second', 0):02d}",
    "p": lambda m: "AM" if m["hour"] < 12 else "PM",
    "n": lambda m: str(m["hours"] * 60 + m["sixtieths"]),
    "N": lambda m: str(m["hours"] * 3600 + m["sixtieths"] * 60 + m["seconds"]),
    "P": lambda m: "am" if m["hour"] < 12 else "pm",
}
"""As strftime has them; besides, `-d` without a leading zero, `o` 5th, `q` the quarter, `C` the decade; `n` and `N`
a span in its smaller unit: 2:05 -> 125."""

_TOKEN = re.compile(r"%(-?[A-Za-z])")


def write_moment(moment: Moment, form: str) -> str | None:
    """The moment in a form of tokens; None where the moment lacks a part that the form shows."""
    try:
        return _TOKEN.sub(lambda token: TOKENS[token[1]](moment), form)
    except KeyError:
        return None


def _moment(step: Step) -> Function:
    read, written = step.texts
    if read not in FORMS:
        raise ValueError(f"no moment is written as {read!r}")

    def moment(text: str) -> str | None:
        found = read_moment(text, read)
        return None if found is None else write_moment(found, written)

    return moment


BUILDERS: dict[str, Builder] = {"moment": _moment}
