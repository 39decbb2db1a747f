"""Who writes: handful, and two rules that any writer should beat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks import ours
from benchmarks.writing.score import Written
from benchmarks.writing.tasks import SHOWN, TARGET, Task

__all__ = ["METHODS", "Method", "method"]


@dataclass(frozen=True, slots=True)
class Method:
    """`write` gives a cell for each of the task's rows after the examples."""

    name: str
    version: str
    write: Callable[[Task], list[Written]]


def copy_nearest(task: Task) -> list[Written]:
    """The text of the most similar example, by the cosine of the counts of three characters in a row."""
    cells = [_trigrams(" ".join(row.get(name, "") for name in task.inputs)) for row in task.rows]
    return [_copied(cell, cells[:SHOWN], task.target[:SHOWN]) for cell in cells[SHOWN:]]


def _copied(cell: Counter[str], examples: Sequence[Counter[str]], target: Sequence[str]) -> Written:
    closeness = [_cosine(cell, example) for example in examples]
    nearest = max(range(len(examples)), key=closeness.__getitem__)
    return Written(target[nearest], target[nearest], closeness[nearest])


def _trigrams(text: str) -> Counter[str]:
    """Of the text between two blanks on each side, so that short texts have some too."""
    padded = f"  {text.lower()}  "
    return Counter(padded[place : place + 3] for place in range(len(padded) - 2))


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    product = sum(count * other[part] for part, count in one.items())
    squares = sum(count**2 for count in one.values()) * sum(count**2 for count in other.values())
    return float(product / squares**0.5)


def most_common(task: Task) -> list[Written]:
    """The commonest text of the examples; of equally common ones the first."""
    ((text, count),) = Counter(task.target[:SHOWN]).most_common(1)
    return [Written(text, text, count / SHOWN)] * (len(task.rows) - SHOWN)


def handful(task: Task) -> list[Written]:
    """What a user gets who declares the target to be text: one table, its target blank after the examples."""
    import pandas as pd

    from handful import Learner

    rows = pd.DataFrame(task.rows, columns=list(task.inputs))
    target = [*task.target[:SHOWN], *[None] * (len(task.rows) - SHOWN)]
    learner = Learner(TARGET, kinds={TARGET: "text"}).fit(rows.assign(**{TARGET: target}))
    answers = learner.predict(rows[SHOWN:].reset_index(drop=True))
    return [
        Written(_text(value), _text(best), float(sure))
        for value, best, sure in zip(answers.values, answers.best, answers.sure, strict=True)
    ]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


METHODS = {"handful": handful, "copy_nearest": copy_nearest, "most_common": most_common}


def method(name: str) -> Method:
    """The method of that name; handful's version says whether the writer's weights are there."""
    return Method(name, _version() if name == ours.NAME else "1", METHODS[name])


def _version() -> str:
    from handful.weights.place import installed

    writer = "a writer" if installed("writer") else "no writer"
    return f"{ours.method(ours.NAME).version}, {writer}"
