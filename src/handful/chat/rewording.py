"""Ways of speaking put into the plain words that the rest understands: "tally the" is "how many"."""

from __future__ import annotations

import re
from collections.abc import Callable

from handful.chat.words import words_of

__all__ = ["reworded"]

_REWORDINGS = (
    # what carries no condition
    (r"\b(?:in|of|from|within|across|for) (?:this|the|that|our|my|your) (?:whole |entire )?"
     r"(?:data ?set|collection|spreadsheet)(?=\W*$)", ""),
    (r"^(?:please|kindly)\b,?", ""),
    (r"\b(?:roughly|approximately|overall)\b(?= (?:how|what|which|the average|average|the mean))", ""),
    (r"^(?:would|do) you mind (?:telling|showing|giving) me\b", "tell me"),
    # rows counted
    (r"^(?:(?:can|could|would|will) you )?(?:please )?(?:tally|count)(?: up)?\b(?! of)(?: the| all)*", "how many"),
    (r"\b(?:the|a) (?:tally|count|quantity) of\b|\bwhat number of\b|\bhow numerous are\b", "how many"),
    # figures
    (r"\bmiddle value (?:for|of|in)\b|\bmidpoint of\b", "median"),
    (r"\bmiddle value\b", "median value"),
    (r"\b(?:the )?middle(?:-of-the-road|most)\b", "the median"),
    (r"\b(?:add|sum|total|tot) (?:up|together)\b(?: (?:all )?(?:the )?number of)?", "total"),
    (r"\b(?:grand|sum) total\b", "total"),
    (r"\b(?:all told|put together|taken together|collectively|combined together)\b", "in total"),
    (r"\barithmetic mean\b", "mean"),
    (r"\b(?:normal|ordinary|customary)\b(?= \w+)", "typical"),
    (r"\b(?:all-time|record) (high|low)\b", r"\1est"),
    (r"\bwhat part of\b", "what share of"),
    # the ends of a scale, and orders
    (r"\b(?:the )?(?=(\d{1,3} \w+ |(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty) \w+ ))\1"
     r"(?:with|that have|having) the (?:highest|largest|biggest|greatest|most)\b", r"top \1by"),
    (r"\b(?:the )?(?=(\d{1,3} \w+ |(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty) \w+ ))\1"
     r"(?:with|that have|having) the (?:lowest|smallest|least|fewest)\b", r"bottom \1by"),
    (r"\b(?:comes?|came|is|are|ends? up) (?:out )?(?:on top|first) (?:for|in|by|on|with|when it comes to)\b",
     "has the highest"),
    (r"\b(?:tops the list|leads the way|ranks first|leads|scores best) (?:for|in|by|on)\b", "has the highest"),
    (r"\b(?:comes?|came|ranks?) (?:in )?last (?:for|in|by|on)\b", "has the lowest"),
    (r"\b(?:arranged?|lined? up|put in order)\b", "sort"),
    (r"\b(?:(?:in|by) )?(?:descending|decreasing) order (?:of|by)\b", "sorted descending by"),
    (r"\b(?:(?:in|by) )?(?:ascending|increasing) order (?:of|by)\b", "sorted ascending by"),
    (r"\bfrom (?:the )?(?:highest|high|largest|biggest|most) to (?:the )?(?:lowest|low|smallest|least)\b",
     "sorted descending"),
    (r"\bfrom (?:the )?(?:lowest|low|smallest|least) to (?:the )?(?:highest|high|largest|biggest|most)\b",
     "sorted ascending"),
    # groups
    (r"\b(?:breaks?|broken|split|splits|divided?|separated?)(?: (?:down|up|out))? by\b", "by"),
    (r"^(?:(?:can|could|would) you )?(?:please )?(?:break|split|divide)(?: (?:down|up))? "
     r"(?=.* by )", ""),
    (r"\b(?:down|up) by\b(?= \w)", "by"),
    (r"\bseparately for\b", "for each"),
    (r"\b(?:depending on|according to|as per)\b", "by"),
    # blank cells
    (r"\b(?:not|never|wasn't|isn't|weren't|aren't) (?:been )?(?:written|noted|put|set|filled|entered)(?: down| in)\b"
     r"|\b(?:not|never|wasn't|isn't|weren't|aren't) (?:been )?(?:known|recorded|noted|given|available|there|stated"
     r"|specified|provided|reported|filled|entered)\b|\bleft (?:blank|empty|out)\b", "missing"),
    (r"\b(?:(?:has|have|had|with|show) no|without (?:a|any)) (?:value|entry|figure)s? (?:for|in|under)\b",
     "missing"),
    (r"\bholes? in\b", "gaps in"),
    # fill and explain
    (r"\b(?:work|figure) out (?=(?:the |what )?(?:missing|blanks?|gaps?|empty))", "fill "),
    (r"\b(?:plug|patch|supply|reconstruct|come up with|make up|put in) (?:in )?"
     r"(?=(?:the |values for the )?(?:missing|blanks?|gaps?|holes?|empty))", "fill "),
    (r"\b(?:how come|what made|what led|what makes) you(?: to)?\b", "why did you"),
    (r"\bhow (?:did|do) you (?:arrive at|come up with|come to|get|decide on)(?=.* row \d)", "why did you fill"),
    (r"\bwhy (did|have|has|do|was|were|is) (.{0,40}?)\b(?:put|chosen?|chose|picked?|entered?|write|wrote|written"
     r"|guess(?:ed)?|set|decided? on|settled? (?:on|for)|go (?:for|with))\b(?=.* row \d)", r"why \1 \2fill"),
    # kinds of values
    (r"\b(?:what|which) (?:values|options|choices|levels|possibilities) (?:are there (?:for|in|of)|(?:do|does|can))\b",
     "what different values"),
    (r"\b(?:what|which) sorts? of\b", "what kinds of"),
    (r"\b(?:column )?(?:headings?|headers)\b|\bcolumn names\b", "columns"),
    # two columns
    (r"\b(?:links?|interplay|tie|ties) between\b", "relationship between"),
    (r"\b(?:(?:has|have|having) )?(?:anything|something) to do with\b", "related to"),
    (r"\b(?:go|goes|move|moves) (?:hand in hand|in step|in tandem) with\b", "related to"),
    (r"\b(?:go|goes|move|moves) (?:hand in hand|in step|in tandem)\b", "go together"),
    (r"\b(?:have|has|having) (?:a |any )?bearing on\b", "related to"),
    # pictures
    (r"\b(?:sketch|map out|diagram)\b", "draw"),
    (r"\bhow (.{1,60}?) (?:is|are) (?:spread(?: out)?|distributed)\b", r"the distribution of \1"),
    (r"\bhow (?:is|are) (.{1,60}?) (?:spread(?: out)?|distributed)\b", r"plot the distribution of \1"),
    # comparisons
    (r"\b(?:exceed(?:s|ed|ing)?|surpass(?:es|ed|ing)?|in excess of|upwards of|north of)(?= \D{0,3}\d)", "over"),
    (r"\b(?:a )?minimum of(?= \D?\d)|\bno (?:less|fewer) than(?= \D?\d)", "at least"),
    (r"\b(?:a )?maximum of(?= \D?\d)|\bno more than(?= \D?\d)|\bnot (?:exceeding|over|above)(?= \D?\d)", "at most"),
    # rows
    (r"^(?:(?:can|could|would) you )?(?:please )?(?:pull|bring|call) up\b|^pick out\b|^fetch me\b", "show"),
    (r"^(?:i'd|i would) like to (?:look at|see|have)\b|^let me (?:look at|see)\b", "show"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), plain) for pattern, plain in _REWORDINGS)
_QUOTED = re.compile(r"""("[^"]*"|“[^”]*”|(?<!\w)'[^']*'(?!\w))""")


def reworded(question: str, names: Callable[[str], bool]) -> str:
    """The question in plain words. Quoted words stay, and so do words of which a stem `names` a column or a value."""
    said = question
    for pattern, plain in _COMPILED:
        parts = _QUOTED.split(said)
        parts[::2] = [_replaced(part, pattern, plain, names) for part in parts[::2]]
        said = "".join(parts)
    return " ".join(said.split())


def _replaced(part: str, pattern: re.Pattern[str], plain: str, names: Callable[[str], bool]) -> str:
    def replace(match: re.Match[str]) -> str:
        kept = match.group(1) or "" if match.re.groups else ""
        spoken = match.group().replace(kept, " ") if kept else match.group()
        if any(names(word.stem) for word in words_of(spoken)):
            return match.group()
        return match.expand(plain)

    return pattern.sub(replace, part)
