"""Give handful a table with blanks. It fills them in, from a handful of examples, and says how sure it is.

The way of the data:
    file or frame -> Table of typed columns         (table/)
                  -> features                       (encode/)
                  -> experts, blended               (experts/; the in-context model: model/)
                  -> calibrated answers and score   (answer/)
`Learner` (learner.py) is the main path for one target, `fill` (fill.py) runs it for every column with blanks,
and the scikit-learn estimators (estimators.py) wrap it. Names load on first use: this import brings nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handful.answer.answer import Answer, Answers
    from handful.answer.score import Score
    from handful.errors import HandfulError, UserError
    from handful.estimators import HandfulClassifier, HandfulRegressor
    from handful.filling import fill
    from handful.learner import Learner

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "Answers",
    "HandfulClassifier",
    "HandfulError",
    "HandfulRegressor",
    "Learner",
    "Score",
    "UserError",
    "fill",
]

_HOMES = {
    "Answer": "handful.answer.answer",
    "Answers": "handful.answer.answer",
    "HandfulClassifier": "handful.estimators",
    "HandfulError": "handful.errors",
    "HandfulRegressor": "handful.estimators",
    "Learner": "handful.learner",
    "Score": "handful.answer.score",
    "UserError": "handful.errors",
    "fill": "handful.filling",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'handful' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
