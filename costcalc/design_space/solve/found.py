"""What a search gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from costcalc.algebra.result import Json
from costcalc.design_space.sweep.structure import Costs
from costcalc.errors import CostcalcError
from costcalc.language.parameters import value_text

#: Values looked at one by one where no proof shortens the search.
MAX_SCAN = 20_000

Over = Callable[[Costs], bool]


class Piece(NamedTuple):
    """An interval of values with the same shapes and costs; ``costs`` None: no such network.

    Ends that are not ``closed`` do not belong to it. A piece of whole values holds low … high.
    """

    low: Any
    high: Any
    low_closed: bool
    high_closed: bool
    costs: Costs | None

    def to_dict(self) -> Json:
        """As JSON gives it."""
        return {
            "low": value_text(self.low),
            "high": value_text(self.high),
            "low_closed": self.low_closed,
            "high_closed": self.high_closed,
            **(self.costs._asdict() if self.costs else {}),
        }


class Found(NamedTuple):
    """The largest piece within the budgets (None: nothing fits), and the next one that exists.

    ``searched``: how far values were looked at, where nothing is proven beyond (None: all is).
    """

    best: Piece | None
    next: Piece | None
    searched: Any = None


class Endless(CostcalcError):
    """No value is too large for the budgets."""


class NotKnown(CostcalcError):
    """A search that nothing ends was cut off."""


def single(value: Any, costs: Costs | None) -> Piece:
    """One value."""
    return Piece(value, value, True, True, costs)


def smallest(pieces: list[Piece]) -> Piece | None:
    """The one with the lowest costs."""
    return min(pieces, key=lambda piece: piece.costs or (), default=None)
