"""What can be wrong with an input, and where.

Every mistake a user can make is a :class:`Problem`: place, path, message and hint on one line,
``file:line:col: path: message (hint)``. All problems of a file are collected and raised together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Place(NamedTuple):
    """Where a text stands. ``line`` and ``column`` count from 1; 0 means the whole file."""

    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""


class Problem(NamedTuple):
    """One thing that is wrong, with the way to mend it."""

    message: str
    hint: str = ""
    place: Place = Place()

    def __str__(self) -> str:
        where = self.place.file
        if self.place.line:
            where += f":{self.place.line}:{self.place.column}"
        path = self.place.path
        if len(path) > 120:
            path = f"{path[:60]}…{path[-20:]}"
        parts = [part for part in (where, path, self.message) if part]
        return ": ".join(parts) + (f" ({self.hint})" if self.hint else "")


class CostcalcError(Exception):
    """Raised for every bad input; ``problems`` holds all that were found.

    ``str()`` gives one line per problem. The command line prints them and exits with code 2.
    """

    def __init__(self, problems: Problem | Iterable[Problem] | str, hint: str = "") -> None:
        if isinstance(problems, str):
            problems = Problem(problems, hint)
        if isinstance(problems, Problem):
            problems = [problems]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class Undecided(CostcalcError):
    """What the network is hangs on a parameter that was left free: with it bound, all is known."""


class ExpressionError(ValueError):
    """An expression that can't be read or has no value. ``hint`` says how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint for a misspelt ``word``: the nearest known word, or all of them when few."""
    from difflib import get_close_matches  # only on the way to an error

    names = sorted(set(known))
    by_letters = {name.lower(): name for name in names}  # ReLU is relu
    near = get_close_matches(word.lower(), by_letters, n=1, cutoff=0.6)
    if near:
        return f"did you mean {by_letters[near[0]]!r}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= 12 else ""
