"""What every answer can do: be data for programs, and a view in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar

#: An object of JSON: what ``to_dict`` gives.
Json = dict[str, Any]


class Result:
    """An answer. How a notebook shows it is set by the package, whose report knows all answers."""

    view: ClassVar[Callable[[Result], str | None]] = lambda result: None

    def _repr_html_(self) -> str | None:
        """What a notebook shows; None where it shows a formula instead."""
        return Result.view(self)


def whole_or_text(number: int | Fraction) -> int | str:
    """A number for JSON: a fraction as text, so that nothing is rounded."""
    return number.numerator if number.denominator == 1 else str(number)
