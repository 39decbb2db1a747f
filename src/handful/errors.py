"""Everything handful raises on purpose.

    HandfulError                  something went wrong, and the message says what to do
    └── UserError (ValueError)    the input: exit code 2, HTTP 400
        ├── TableError            a file or frame that cannot be read as a table
        ├── ColumnError           a column that is absent, clashes, or holds what its kind does not allow
        ├── CellError             one cell that cannot be used: a broken picture, a path that leads out of the folder
        ├── TargetError           a target that cannot be learnt or filled
        ├── MissingError          an optional part that is not installed; the hint is the command that brings it
        └── ModelFileError        a `.handful` file that is foreign, damaged or too new

A message has up to three parts: what happened, with the user's own values; why; and `hint`, what to do.
"""

from __future__ import annotations

__all__ = [
    "CellError",
    "ColumnError",
    "HandfulError",
    "MissingError",
    "ModelFileError",
    "TableError",
    "TargetError",
    "UserError",
]


class HandfulError(Exception):
    """Base of all errors that handful raises on purpose; `str()` has the hint on a line of its own."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message}\n\nhint: {hint}" if hint else message)
        self.message = message
        self.hint = hint


class UserError(HandfulError, ValueError):
    """The input cannot be used as it is; a `ValueError`, as scikit-learn's callers expect."""


class TableError(UserError):
    """A file or frame that cannot be read as a table."""


class ColumnError(UserError):
    """A column that is absent, clashes with another, or holds what its kind does not allow."""


class CellError(UserError):
    """One cell that cannot be used; the message is the reason in a few words."""


class TargetError(UserError):
    """A target that cannot be learnt or filled."""


class MissingError(UserError):
    """An optional part, weights or a package, that is not installed."""


class ModelFileError(UserError):
    """A `.handful` file that is foreign, damaged, or written by a later version."""
