"""What is asked of a sweep: columns, budgets, a Pareto front, an order. Parsed from text."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from fractions import Fraction
from typing import NamedTuple

from costcalc.algebra.amounts import amount, amount_text
from costcalc.algebra.numbers import RELATIONS
from costcalc.design_space.sweep.axes import Value
from costcalc.errors import CostcalcError, did_you_mean

COSTS = ("mult_adds", "params")
#: Costs in percent of a baseline's, in hundredths.
PERCENT = {"mult_adds_percent": "mult_adds", "params_percent": "params"}


class Limit(NamedTuple):
    """``column relation amount``: ``mult_adds <= 6000000``."""

    column: str
    relation: str
    amount: int | Fraction

    def allows(self, value: Value | None) -> bool:
        """Whether a value keeps the limit; a parameter that a network lacks keeps any."""
        return value is None or bool(RELATIONS[self.relation](rank(value), self.amount))

    def __str__(self) -> str:
        return f"{self.column} {self.relation} {amount_text(self.amount)}"


class Aim(NamedTuple):
    """A column to be small, or, with ``largest``, to be large."""

    column: str
    largest: bool

    def __str__(self) -> str:
        return f"{'largest' if self.largest else 'smallest'} {self.column}"


class Query(NamedTuple):
    """Rows within ``limits``, of these the Pareto front of two aims, ordered, at most ``top``.

    A row shows the values of ``parameters``. ``skip`` leaves out bindings at which a network does
    not exist.
    """

    parameters: tuple[str, ...]
    limits: tuple[Limit, ...]
    pareto: tuple[Aim, ...]
    order: Aim | None
    top: int | None
    skip: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its rows."""
        return ("spec", *self.parameters, *COSTS, *PERCENT)

    @property
    def compares_rows(self) -> bool:
        """Whether rows must be compared with each other."""
        return bool(self.pareto or self.order)


def rank(value: Value | None) -> int | Fraction:
    """What a value is compared by: a pair of sides by the longer one. Words have no order."""
    if isinstance(value, tuple):
        return max(value)
    assert isinstance(value, (int, Fraction))
    return value


def read_query(
    budget: str,
    pareto: str,
    sort: str,
    top: int | None,
    parameters: Sequence[str],
    words: Collection[str] = (),
    *,
    skip: bool = False,
) -> Query:
    """``"mult_adds<=6M,params<=1.7M"``, ``"mult_adds,params"``, ``"-params"``.

    Costs aim at the smallest and parameters at the largest; ``min:`` and ``max:`` say otherwise.
    A sort in falling order is written with a minus or ``max:``. The ``words`` among the
    parameters have no order.

    :raises CostcalcError: an unknown column, one of words, or text that is none of these.
    """
    compared = (*COSTS, *parameters)
    limits = tuple(_limit(part, compared) for part in _parts(budget))
    aims = tuple(_aim(part, compared, None) for part in _parts(pareto))
    if aims and (len(aims) != 2 or aims[0].column == aims[1].column):
        raise CostcalcError(f"--pareto {pareto!r} needs two columns", "mult_adds,params")
    order = None
    if sort:
        falling = sort.startswith("-")
        if falling and ":" in sort:
            raise CostcalcError(f"--sort {sort!r} has two directions", "-params or max:params")
        order = _aim(sort.removeprefix("-"), (*compared, *PERCENT), falling)
    if top is not None and top < 1:
        raise CostcalcError(f"the top {top} rows", "at least 1")
    for column in (limit.column for limit in (*limits, *aims, *([order] if order else ()))):
        if column in words:
            raise CostcalcError(f"{column} is a word and has no order")
    return Query(tuple(parameters), limits, aims, order, top, skip)


def _parts(text: str) -> Sequence[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _limit(text: str, columns: Collection[str]) -> Limit:
    match = re.fullmatch(r"(\w+)\s*(<=|>=|==|=|<|>|≤|≥)\s*(.+)", text)
    if not match:
        raise CostcalcError(f"{text!r} is not a budget", "such as mult_adds<=6M")
    name, sign, limit = match.groups()
    relation = {"≤": "<=", "≥": ">=", "=": "=="}.get(sign, sign)
    return Limit(_known(name, columns), relation, amount(limit))


def _aim(text: str, columns: Collection[str], falling: bool | None) -> Aim:
    direction, colon, name = text.partition(":")
    if not colon:
        name = _known(text, columns)
        return Aim(name, name not in COSTS if falling is None else falling)
    if direction not in ("min", "max"):
        raise CostcalcError(f"{text!r} has no direction", "min:mult_adds or max:alpha")
    return Aim(_known(name, columns), direction == "max")


def _known(name: str, columns: Collection[str]) -> str:
    if name not in columns:
        raise CostcalcError(f"the sweep has no column {name!r}", did_you_mean(name, columns))
    return name
