"""What every answer can do: be data for programs, a line in a prompt, a table in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, ClassVar

from costcalc.algebra.notation import SYMBOLS

#: An object of JSON: what ``to_dict`` gives.
Json = dict[str, Any]


#: How long the line is that an answer is in a list, a debugger or a prompt.
WIDTH = 100


class Result:
    """An answer: ``repr`` is a line, ``print`` what the command prints, a notebook a table.

    ``says`` names the attributes of which the line tells, first what the answer is about. The
    package sets ``view``, since its report knows all answers; its formats are text and html.
    """

    says: ClassVar[tuple[str, ...]] = ()
    view: ClassVar[Callable[[Result, str], str]]

    def __init_subclass__(cls, says: str = "") -> None:
        cls.says = tuple(says.split())

    def __repr__(self) -> str:
        words = (_words(name, getattr(self, name)) for name in self.says)
        about, *more = filter(None, words)
        told = f"{type(self).__name__} {about}" + (f": {', '.join(more)}" if more else "")
        text = " ".join(told.split())
        return f"<{text if len(text) <= WIDTH - 2 else text[: WIDTH - 3] + '…'}>"

    def __str__(self) -> str:
        return Result.view(self, "text")

    def _repr_html_(self) -> str:
        return Result.view(self, "html")


def _words(name: str, value: object) -> str:
    """An attribute in a few words: a binding with its values, all else by its names."""
    match value:
        case Result():
            return _words(name, getattr(value, value.says[0]))
        case bool():
            return name if value else f"not {name}"
        case int() | Fraction():
            return f"{name} = {value:,}" if isinstance(value, int) else f"{name} = {value}"
        case str():
            return SYMBOLS.get(value, value)
        case Mapping():
            return ", ".join(f"{SYMBOLS.get(n, n)}{_equals(v)}" for n, v in value.items())
        case object(label=label):
            return _words(name, label)
        case object(name=named):
            return _words(name, named)
        case tuple():
            return ", ".join(_words(name, one) for one in value)
    return ""


def _equals(value: object) -> str:
    if isinstance(value, tuple):
        return f" = {'x'.join(map(str, value))}" if all(isinstance(v, int) for v in value) else ""
    return f" = {value}"


def whole_or_text(number: int | Fraction) -> int | str:
    """A number for JSON: a fraction as text, so that nothing is rounded."""
    return number.numerator if number.denominator == 1 else str(number)
