"""Ways in which each operation is asked for: the nearest in meaning tells what a question without such words wants."""

from __future__ import annotations

from handful.chat.meaning import Meaning

__all__ = ["PHRASINGS", "nearest"]

PHRASINGS: dict[str, tuple[str, ...]] = {
    "mean": (
        "what is the average COLUMN", "mean COLUMN of VALUE", "on average how large is COLUMN", "typical COLUMN",
        "what COLUMN do they usually have", "COLUMN on average", "how big is COLUMN normally", "expected COLUMN",
        "what COLUMN would you expect", "average value of COLUMN",
    ),
    "median": (
        "median COLUMN", "middle value of COLUMN", "half have a COLUMN below what", "what is the median of COLUMN",
        "the COLUMN in the middle", "50th percentile of COLUMN",
    ),
    "sum": (
        "total COLUMN", "sum of COLUMN", "COLUMN altogether", "add up COLUMN", "how much COLUMN in all",
        "combined COLUMN of all rows", "COLUMN of everything together", "overall COLUMN summed",
    ),
    "minimum": (
        "lowest COLUMN", "minimum of COLUMN", "smallest COLUMN", "what is the least COLUMN", "how low does COLUMN go",
        "COLUMN at its lowest",
    ),
    "maximum": (
        "highest COLUMN", "maximum of COLUMN", "largest COLUMN", "what is the most COLUMN", "how high does COLUMN go",
        "COLUMN at its peak",
    ),
    "count": (
        "how many rows are VALUE", "number of VALUE", "count the VALUE", "how many have COLUMN over NUMBER",
        "how often is it VALUE", "how many are there", "how large is the group of VALUE",
    ),
    "show": (
        "show the VALUE", "list the rows with COLUMN over NUMBER", "which rows are VALUE", "give me the VALUE",
        "display those with VALUE", "let me see the rows", "find the VALUE", "I want to see VALUE",
    ),
    "top": (
        "top NUMBER by COLUMN", "the NUMBER with the highest COLUMN", "which one has the most COLUMN",
        "rank by COLUMN", "sort by COLUMN", "who has the lowest COLUMN", "the first NUMBER ordered by COLUMN",
    ),
    "group": (
        "average COLUMN by CATEGORY", "COLUMN for each CATEGORY", "how does COLUMN differ between CATEGORY",
        "how many per CATEGORY", "compare COLUMN across CATEGORY", "break COLUMN down by CATEGORY",
    ),
    "distinct": (
        "different values of CATEGORY", "which CATEGORY are there", "how many different CATEGORY", "unique CATEGORY",
        "what can CATEGORY be", "list every CATEGORY once",
    ),
    "describe": (
        "describe COLUMN", "tell me about COLUMN", "summary of COLUMN", "statistics of COLUMN",
        "what does COLUMN look like", "give an overview of COLUMN", "range of COLUMN",
    ),
    "blanks": (
        "how many COLUMN are missing", "blank cells in COLUMN", "is COLUMN complete", "rows where COLUMN is unknown",
        "gaps in COLUMN",
    ),
    "fill": (
        "fill the blanks in COLUMN", "guess the missing COLUMN", "predict COLUMN where it is missing",
        "complete the column COLUMN", "impute COLUMN",
    ),
    "correlate": (
        "is COLUMN related to COLUMN", "correlation between COLUMN and COLUMN", "does COLUMN depend on COLUMN",
        "does COLUMN go up with COLUMN", "do COLUMN and COLUMN go together",
    ),
    "plot": (
        "plot COLUMN", "draw a histogram of COLUMN", "chart of CATEGORY", "graph COLUMN against COLUMN",
        "how is COLUMN distributed", "visualise COLUMN",
    ),
}  # fmt: skip
"""By operation; COLUMN, CATEGORY, VALUE and NUMBER stand where a question names one."""


def nearest(masked: str, meaning: Meaning, among: frozenset[str]) -> list[tuple[str, float]]:
    """The operations in `among` with the cosine to the nearest of their phrasings, the nearest first."""
    question = masked.lower()
    scored = [
        (name, float(meaning.nearness(question, [each.lower() for each in phrasings]).max()))
        for name, phrasings in PHRASINGS.items()
        if name in among
    ]
    return sorted(scored, key=lambda each: -each[1])
