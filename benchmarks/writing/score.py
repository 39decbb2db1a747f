"""How good written cells are, given what should stand there. Knows nothing of who wrote them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["METRICS", "Written", "cells", "character_f1", "scores", "surest_half"]

METRICS = ("exact", "character_f1", "blank", "exact_surest_half", "wrong", "wrong_left_blank")


@dataclass(frozen=True, slots=True)
class Written:
    """One cell: what was written, None where it was left blank; what would have been; how sure, 0 to 1."""

    text: str | None
    best: str | None
    sure: float


def scores(truth: Sequence[str], written: Sequence[Written]) -> dict[str, float]:
    """The figures of a task's cells; a blank cell is wrong.

    `exact_surest_half` is the share of right texts, written or not, in the half of the cells that the method is surest
    of; of equally sure cells the earlier. `wrong` counts the cells whose best text is wrong, and `wrong_left_blank` is
    the share of them that stayed blank, NaN where there is none.
    """
    pairs = list(zip(truth, written, strict=True))
    surest = sorted(pairs, key=lambda pair: -pair[1].sure)[: (len(pairs) + 1) // 2]
    wrong = [cell for text, cell in pairs if cell.best != text]
    return {
        "exact": _mean([cell.text == text for text, cell in pairs]),
        "character_f1": _mean([character_f1(text, cell.text or "") for text, cell in pairs]),
        "blank": _mean([cell.text is None for _, cell in pairs]),
        "exact_surest_half": _mean([cell.best == text for text, cell in surest]),
        "wrong": float(len(wrong)),
        "wrong_left_blank": _mean([cell.text is None for cell in wrong]),
    }


def cells(truth: Sequence[str], written: Sequence[Written]) -> str:
    """Each cell as how sure, and + where its best text is right or - where it is not: "0.91+ 0.4-"."""
    return " ".join(
        f"{cell.sure:.4g}{'+' if cell.best == text else '-'}"
        for text, cell in zip(truth, written, strict=True)
    )


def surest_half(tasks: Sequence[str]) -> float:
    """The share of right texts in the surest half of all the cells of some tasks, each as `cells` has them."""
    found = [(float(cell[:-1]), cell[-1] == "+") for task in tasks for cell in task.split()]
    found.sort(key=lambda cell: -cell[0])
    return _mean([right for _, right in found[: (len(found) + 1) // 2]])


def character_f1(truth: str, written: str) -> float:
    """2 common / (both lengths), where characters are common as often as both have them; order plays no part."""
    common = sum((Counter(truth) & Counter(written)).values())
    return 2 * common / (len(truth) + len(written)) if truth or written else 1.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
