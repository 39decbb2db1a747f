"""Programs in words: `last + ", " + first`, `date as "5 March 2024"`, `2nd part of address between ", "`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from handful.plain import one_line
from handful.write.moments import write_moment
from handful.write.pieces import Piece
from handful.write.step import Step

__all__ = ["worded"]

_EXAMPLE = {"year": 2024, "month": 3, "day": 5, "weekday": 1, "hour": 14, "minute": 7, "second": 9,
            "hours": 2, "sixtieths": 5, "seconds": 9}  # fmt: skip
_CLASS = {
    "word": "word", "letters": "run of letters", "digits": "number in digits", "alnum": "run of letters or digits",
    "number": "number", "capitals": "run of capitals", "small": "run of small letters",
    "capitalised": "capitalised word", "hump": "camel-case part", "marks": "punctuation mark",
    "e-mail": "e-mail address", "link": "link",
}  # fmt: skip
_PLURAL = {
    "word": "words", "letters": "letters", "digits": "digits", "alnum": "letters and digits", "number": "numbers",
    "capitals": "capitals", "small": "small letters", "capitalised": "capitalised words",
    "hump": "camel-case parts", "marks": "punctuation",
    "e-mail": "e-mail addresses", "link": "links",
}  # fmt: skip
_FUNCTIONS = {
    "upper": "upper({})", "lower": "lower({})", "title": "title case of {}", "capital": "{} with a capital",
    "headline": "headline case of {}",
    "sentence": "{} with one capital", "capitals": "{} with every word's first letter a capital",
    "strip": "{} without blanks around", "squeeze": "{} with single blanks", "fold": "{} without accents",
    "no zeros": "{} without leading zeros", "ordinal": "{} as 1st, 2nd, 3rd", "reversed": "{} backwards",
}  # fmt: skip
_CHANGES = {
    "same": "{}", "initial": "first letters of {}", "capital initial": "capital initials of {}",
    "lower": "lower {}", "upper": "upper {}", "sentence": "capitalised {}", "first letters": "first two letters of {}",
}  # fmt: skip


def worded(pieces: Sequence[Piece], *, test: bool = False) -> str:
    """The pieces joined by a plus; of a test, when it is passed. Pieces of one date are shown as one."""
    if test:
        return _tested(pieces[0])
    shown, at = [], 0
    while at < len(pieces):
        end = _end_of_moment(pieces, at)
        shown.append(_dated(pieces[at:end]) if end > at + 1 else _piece(pieces[at]))
        at = end
    return " + ".join(shown) or '""'


def _end_of_moment(pieces: Sequence[Piece], at: int) -> int:
    """Where a run of parts of one date, with constants in between, ends."""
    if not _is_moment(pieces[at]):
        return at + 1
    end = at + 1
    while end < len(pieces):
        ahead = end + (pieces[end].column is None)
        if (
            ahead >= len(pieces)
            or not _is_moment(pieces[ahead])
            or not _same_moment(pieces[at], pieces[ahead])
        ):
            break
        end = ahead + 1
    return end


def _is_moment(piece: Piece) -> bool:
    return len(piece.steps) == 1 and piece.steps[0].name == "moment" and not piece.optional


def _same_moment(one: Piece, other: Piece) -> bool:
    return one.column == other.column and one.steps[0].texts[0] == other.steps[0].texts[0]


def _dated(pieces: Sequence[Piece]) -> str:
    texts = [p.before if p.column is None else write_moment(_EXAMPLE, p.steps[0].texts[1]) for p in pieces]
    return f"{_name(pieces[0])} as {_quoted(''.join(text or '' for text in texts))}"


def _name(piece: Piece) -> str:
    return one_line(piece.column or "")


def _quoted(text: str) -> str:
    return f'"{one_line(text)}"'


def _piece(piece: Piece) -> str:
    if piece.column is None:
        return _quoted(piece.before)
    text = _chain(piece)
    if not piece.optional:
        return text
    around = (
        [_quoted(piece.before)] * bool(piece.before) + [text] + [_quoted(piece.after)] * bool(piece.after)
    )
    return f"({' + '.join(around)} where there is one)"


def _chain(piece: Piece) -> str:
    text = _name(piece)
    for step in piece.steps:
        text = _step(step, text)
    return text


def _tested(piece: Piece) -> str:
    name = _name(piece)
    if not piece.steps:
        return f"{name} is filled"
    step = piece.steps[-1]
    match step.name:
        case "has":
            what = f"a {_CLASS[step.texts[1]]}" if step.texts[1] else _quoted(step.texts[0])
            return f"{name} has {what}"
        case "count":
            return f"{name} has at least {step.numbers[0]} {_PLURAL[step.texts[0]]}"
        case "equals":
            of = _chain(replace(piece, steps=piece.steps[:-1]))
            return f"{of} is {' or '.join(map(_quoted, step.texts))}"
    return f"{_chain(piece)} is there"


def _place(position: int) -> str:
    if position < 0:
        return "last" if position == -1 else f"{_nth(-position)} last"
    return "first" if position == 1 else _nth(position)


def _nth(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _step(step: Step, of: str) -> str:
    texts, numbers = step.texts, step.numbers
    if step.name in _FUNCTIONS:
        return _FUNCTIONS[step.name].format(of)
    match step.name:
        case "token":
            return _span(f"{_CLASS[texts[0]]}", numbers, of)
        case "part":
            return _part(texts[0], numbers, of)
        case "without":
            return f"{of} without its {_place(numbers[0])} part between {_quoted(texts[0])}"
        case "slice":
            return _slice(numbers[0], numbers[1], of)
        case "between":
            return f"what {of} has between {_quoted(texts[0])} and {_quoted(texts[1])}"
        case "from to":
            return f"{of} from {_edge(texts[0], *numbers[:2])} to {_edge(texts[1], *numbers[2:])}"
        case "pattern":
            return f"{_place(numbers[0])} {_quoted(_sample(texts))} in {of}"
        case "number":
            return _number(step, of)
        case "moment":
            return f"{of} as {_quoted(write_moment(_EXAMPLE, texts[1]) or texts[1])}"
    return _changed(step, of)


def _changed(step: Step, of: str) -> str:
    texts, numbers = step.texts, step.numbers
    match step.name:
        case "each":
            order = ", backwards" if numbers[0] else ""
            joined = f" joined by {_quoted(texts[2])}" if texts[2] else ""
            camel = ", the first small" if numbers[1] else ""
            return f"{_CHANGES[texts[1]].format(f'all {_PLURAL[texts[0]]}')} of {of}{joined}{order}{camel}"
        case "turned":
            return (
                f"parts of {of} between {_quoted(texts[0])} in opposite order, joined by {_quoted(texts[1])}"
            )
        case "keep":
            return f"{_PLURAL[texts[0]]} of {of}"
        case "remove":
            return f"{of} without {_PLURAL[texts[1]] if texts[1] else _quoted(texts[0])}"
        case "replace" | "replace first":
            which = "the first " if step.name == "replace first" else ""
            return f"{of} with {_quoted(texts[1])} for {which}{_quoted(texts[0])}"
        case "no start" | "no end":
            return f"{of} without {' or '.join(map(_quoted, texts))} at its {step.name[3:]}"
        case "no last":
            what = {"capitals": "a last word in capitals", "digits": "a last number"}.get(
                texts[0], "last brackets"
            )
            return f"{of} without {what}"
        case "pad":
            return f"{of} filled to {numbers[0]} with {_quoted(texts[0])}"
        case "group":
            return f"{of} in groups of {abs(numbers[0])} joined by {_quoted(texts[0])}"
        case "look up":
            return f"what stands for {of} in the examples"
    return f"{step.name} of {of}"


def _span(what: str, numbers: tuple[int, ...], of: str) -> str:
    first, last = numbers
    if first == last:
        return f"{_place(first)} {what} of {of}"
    return f"{_place(first)} to {_place(last)} {what} of {of}"


def _part(delimiter: str, numbers: tuple[int, ...], of: str) -> str:
    between = _quoted(delimiter)
    if numbers == (1, 1):
        return f"{of} up to {between}"
    if numbers == (2, -1):
        return f"{of} after {between}"
    if numbers == (-1, -1):
        return f"{of} after the last {between}"
    if numbers == (1, -2):
        return f"{of} up to the last {between}"
    if numbers[0] == numbers[1]:
        return f"{_place(numbers[0])} part of {of} between {between}"
    return f"{_place(numbers[0])} to {_place(numbers[1])} part of {of} between {between}"


def _slice(start: int, end: int, of: str) -> str:
    if start == 0 and end > 0:
        return f"first {'letter' if end == 1 else f'{end} characters'} of {of}"
    if end == 0 and start < 0:
        return f"last {'letter' if start == -1 else f'{-start} characters'} of {of}"
    if end == 0:
        return f"{of} from character {start + 1} on"
    if start == 0:
        return f"{of} without its last {'character' if end == -1 else f'{-end} characters'}"
    to = end if end > 0 else f"{-end} from the end"
    return f"characters {start + 1 if start >= 0 else f'{-start} from the end'} to {to} of {of}"


def _edge(kind: str, position: int, at_end: int) -> str:
    if not kind:
        return "the end" if at_end else "the start"
    return f"the {'end' if at_end else 'start'} of the {_place(position)} {_CLASS[kind]}"


def _sample(runs: tuple[str, ...]) -> str:
    """An example of what a pattern matches: AA-9999."""
    parts = [
        run[1:] if run[0] == "=" else {"_": "x"}.get(run[0], run[0]) * (3 if run[1:] == "+" else int(run[1:]))
        for run in runs
    ]
    return "".join(parts)


def _number(step: Step, of: str) -> str:
    _, factor, added, modulus, rounding, written, thousands = step.texts
    position, decimals, trim = step.numbers
    text = of if position == 1 else f"{_place(position)} number of {of}"
    text += f" \u00d7 {factor}" if factor != "1" and not factor.startswith("1/") else ""
    text += f" / {factor[2:]}" if factor.startswith("1/") else ""
    text += f" {'-' if added.startswith('-') else '+'} {added.lstrip('-')}" if added != "0" else ""
    text += f" modulo {modulus}" if modulus else ""
    digits = f"{'at most ' if trim else ''}{decimals} decimals" if decimals else "whole"
    towards = {"down": ", rounded down", "up": ", rounded up"}.get(rounding, "")
    form = f", decimal sign {_quoted(written)}" if written != "." and decimals else ""
    return f"{text} ({digits}{towards}{form}{f', thousands {_quoted(thousands)}' if thousands else ''})"
