"""What can be wrong with an input, and where.

Every mistake a user can make is a :class:`Problem`: place, path, message and hint on one line,
``file:line:col: path: message (hint)``. All problems of a file are collected and raised together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

#: What commands a terminal, turns the direction of a text, or ends its line unseen; and halves of
#: characters. No file may hold it, but for tabs and line ends.
CONTROL = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
    "|\r(?!\n)"
)
_UNSEEN = f"{CONTROL.pattern}|[\t\n\r]"
#: A text in quotes, as :func:`repr` writes it.
_QUOTED = r"""(?<!\w)(['"])((?:\\.|(?!\1)[^\\])*)\1"""


def visible(text: str) -> str:
    """The text in one line, with what controls how it is shown spelt out: ``\\u001b``."""
    if text.isprintable():
        return text
    return re.sub(_UNSEEN, lambda found: f"\\u{ord(found[0]):04x}", text)


def cut(text: str, most: int = 60) -> str:
    """The text, without its middle where it is longer."""
    return text if len(text) <= most else f"{text[: most - 21]}…{text[-20:]}"


def type_name(given: object) -> str:
    """What somebody gave, in messages that say what is taken: ``a dict``, ``an int``, ``None``."""
    name = type(given).__name__
    return "None" if given is None else f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


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
        """One line. What is quoted is cut, and nothing in it controls a terminal."""
        where = self.place.file
        if self.place.line:
            where += f":{self.place.line}:{self.place.column}"
        parts = [part for part in (where, cut(self.place.path, 81), self.message) if part]
        said = ": ".join(parts) + (f" ({self.hint})" if self.hint else "")
        said = re.sub(_QUOTED, lambda quote: quote[1] + cut(quote[2]) + quote[1], said)
        return visible(cut(said, 1000))


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

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.problems,)  # for other processes: not the text, which is made


class Undecided(CostcalcError):
    """What the network is hangs on a parameter that was left free: with it bound, all is known."""


class ExpressionError(ValueError):
    """An expression that can't be read or has no value. ``hint`` says how to mend it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def nearest(word: str, names: Iterable[str]) -> str:
    """The name that a misspelt ``word`` may mean, or nothing."""
    from difflib import get_close_matches  # only on the way to an error

    by_letters = {name.lower(): name for name in sorted(names)}  # ReLU is relu
    near = get_close_matches(word.lower(), by_letters, n=1, cutoff=0.65)
    if not near:  # less is close only to a word that begins alike
        alike = [name for name in by_letters if name[:1] == word[:1].lower()]
        near = get_close_matches(word.lower(), alike, n=1, cutoff=0.6)
    return by_letters[near[0]] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint for a misspelt ``word``: the nearest known word, or all of them when few."""
    names = sorted(set(known))
    near = nearest(word, names)
    if near:
        return f"did you mean {near!r}?"
    return f"known: {', '.join(map(cut, names))}" if 0 < len(names) <= 16 else ""
