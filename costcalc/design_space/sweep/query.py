"""What is asked of a sweep, parsed from text: columns, budgets, a Pareto front, an order; and the
rows that it chooses, as tuples and by column, as writers take them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from costcalc.algebra.amounts import amount, amount_text
from costcalc.algebra.numbers import RELATIONS
from costcalc.analysis.costs import COSTS, MAIN, PLANNED, cost_amount
from costcalc.design_space.sweep.axes import Value
from costcalc.errors import CostcalcError, did_you_mean, nearest
from costcalc.language.parameters import name_of, value_text

if TYPE_CHECKING:
    from costcalc.design_space.sweep.exact_array import Array

#: Costs as tables and people call them; a FLOP is not one of either.
PRINTED = {"mult-adds": "mult_adds", "macs": "mult_adds", "parameters": "params"}
#: Costs in percent of a baseline's, in hundredths.
PERCENT = {f"{name}_percent": name for name in COSTS}

Row: TypeAlias = tuple[Value | None, ...]
Whole = TypeVar("Whole", int, "Array")

#: Rows that are kept in memory to be compared with each other.
MAX_KEPT = 2_000_000


def column_of(parameter: str, costs: Collection[str] = MAIN) -> str:
    """The column of a parameter: its name, unless a column of the sweep's own is called so."""
    own = parameter in ("spec", "convention", *costs) or PERCENT.get(parameter) in costs
    return f"set.{parameter}" if own else parameter


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
    costs: tuple[str, ...] = MAIN

    @property
    def given(self) -> tuple[str, ...]:
        """The columns of the parameters."""
        return tuple(map(self.column_of, self.parameters))

    @property
    def percents(self) -> tuple[str, ...]:
        """The columns of the costs in percent of the baseline's."""
        return tuple(f"{name}_percent" for name in self.costs)

    @property
    def columns(self) -> tuple[str, ...]:
        return ("spec", *self.given, *self.costs, *self.percents)

    def column_of(self, parameter: str) -> str:
        return column_of(parameter, self.costs)

    def within(self, rows: Iterable[Row]) -> list[Row]:
        """The rows within all limits."""
        limits = [(self.columns.index(limit.column), limit) for limit in self.limits]
        return [row for row in rows if all(limit.allows(row[i]) for i, limit in limits)]

    def kept(self, rows: list[Row]) -> list[Row]:
        """The rows that may still be asked for when more are to come: the whole Pareto front, whose
        rows later ones may beat, or else the ``top`` ones in order.

        :raises CostcalcError: more rows to compare than are kept.
        """
        rows = front(rows, self.pareto, self.columns) if self.pareto else self.ordered(rows)
        if len(rows) > MAX_KEPT:
            message = f"more than {MAX_KEPT:,} rows to compare"
            raise CostcalcError(message, "--top N or a tighter --budget keeps fewer")
        return rows

    def ordered(self, rows: list[Row]) -> list[Row]:
        """In order, if asked for; at most ``top`` rows."""
        if self.order is not None:
            place = self.columns.index(self.order.column)
            known = [row for row in rows if row[place] is not None]
            unknown = [row for row in rows if row[place] is None]
            largest = self.order.largest
            rows = sorted(known, key=lambda row: rank(row[place]), reverse=largest) + unknown
        return rows if self.top is None else rows[: self.top]


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
    costs: tuple[str, ...] = MAIN,
) -> Query:
    """``"mult_adds<=6M,params<=1.7M"``, ``"mult_adds,params"``, ``"-params"``.

    Costs aim at the smallest and parameters at the largest; ``min:`` and ``max:`` say otherwise.
    A sort in falling order is written with a minus or ``max:``. The ``words`` among the
    parameters have no order. A parameter is called as its column. Costs that are named are asked
    for, too.

    :raises CostcalcError: an unknown column, one of words, or text that is none of these.
    """
    known = _Columns(costs, tuple(column_of(name, costs) for name in parameters))
    limits = tuple(_limit(part, known) for part in parts(budget))
    aims = tuple(_aim(part, known, None) for part in parts(pareto))
    if aims and (len(aims) != 2 or aims[0].column == aims[1].column):
        raise CostcalcError(f"--pareto {pareto!r} needs two columns", "mult_adds,params")
    order = None
    if sort:
        falling = sort.startswith("-")
        if falling and ":" in sort:
            raise CostcalcError(f"--sort {sort!r} has two directions", "-params or max:params")
        order = _aim(sort.removeprefix("-"), known._replace(percents=True), falling)
    if top is not None and top < 1:
        raise CostcalcError(f"the top {top} rows", "at least 1")
    named = [limit.column for limit in (*limits, *aims, *([order] if order else ()))]
    for column in named:
        if column in (column_of(word, costs) for word in words):
            raise CostcalcError(f"{column} is a word and has no order")
    more = (PERCENT.get(column, column) for column in named if column not in known.given)
    costs = tuple(dict.fromkeys((*costs, *more)))
    return Query(tuple(parameters), limits, aims, order, top, skip, costs)


class _Columns(NamedTuple):
    """The columns that may be asked for: those of parameters are ``given``."""

    costs: tuple[str, ...]
    given: tuple[str, ...]
    percents: bool = False

    def find(self, name: str) -> str:
        """A column by its name.

        :raises CostcalcError: there is none.
        """
        shown = [*self.costs, *self.given]
        shown += (p for p, cost in PERCENT.items() if self.percents and cost in self.costs)
        column = name_of(name, shown)
        column = column if column in shown else PRINTED.get(column.lower(), column)
        others = [*COSTS, *(PERCENT if self.percents else ())]
        if column in shown or column in others:
            return column
        is_flop = name.lower().startswith("flop")  # which is near to other words, and none of them
        near = "" if is_flop else nearest(name, [*shown, *others])
        hint = f"did you mean {near!r}?" if near else did_you_mean(name, shown)
        hint = PLANNED.get(name.lower(), hint)
        raise CostcalcError(f"the sweep has no column {name!r}", hint)


def parts(text: str) -> Sequence[str]:
    """What stands between commas; those that group digits (``30,000,000``) do not part."""
    return [part.strip() for part in re.split(r",(?!\d)", text) if part.strip()]


def read_limit(text: str) -> tuple[str, str, str]:
    """The name, the relation and the amount of a budget.

    :raises CostcalcError: it is none.
    """
    match = re.fullmatch(r"([\w.-]+)\s*(<=|>=|==|=|<|>|≤|≥)\s*(.+)", text)
    if not match:
        raise CostcalcError(f"{text!r} is not a budget", "such as mult_adds<=6M")
    name, sign, limit = match.groups()
    return name, {"≤": "<=", "≥": ">=", "=": "=="}.get(sign, sign), limit


def _limit(text: str, columns: _Columns) -> Limit:
    name, relation, limit = read_limit(text)
    column = columns.find(name)
    is_cost = column in COSTS and column not in columns.given
    return Limit(column, relation, cost_amount(column, limit) if is_cost else amount(limit))


def _aim(text: str, columns: _Columns, falling: bool | None) -> Aim:
    direction, colon, name = text.partition(":")
    if not colon:
        name = columns.find(text)
        return Aim(name, name in columns.given if falling is None else falling)
    if direction not in ("min", "max"):
        raise CostcalcError(f"{text!r} has no direction", "min:mult_adds or max:alpha")
    return Aim(columns.find(name), direction == "max")


class Column(NamedTuple):
    """Whole numbers (a percent of nothing is None), or, with ``values``, positions in them."""

    numbers: Sequence[int] | Array
    values: Sequence[Value | None] | None = None

    def listed(self) -> Sequence[Value | None]:
        """The column's values as Python objects."""
        numbers = self.numbers if isinstance(self.numbers, Sequence) else self.numbers.tolist()
        return numbers if self.values is None else [self.values[i] for i in numbers]


class Batch(NamedTuple):
    """Columns of equal length, by name."""

    columns: Mapping[str, Column]
    length: int

    def texts(self, name: str) -> list[str]:
        """A column as exact text; percents with two places."""
        numbers, values = self.columns[name]
        listed = numbers if isinstance(numbers, Sequence) else numbers.tolist()
        if values is None:
            return list(map(percent_text if name in PERCENT else str, listed))
        words = [cell_text(name, value) for value in values]
        return [words[i] for i in listed]

    @staticmethod
    def of(rows: Sequence[Row], columns: Sequence[str]) -> Batch:
        """Rows as columns."""
        by_column = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
        made = (Column(range(len(rows)), values) for values in by_column)
        return Batch(dict(zip(columns, made, strict=True)), len(rows))

    def rows(self) -> list[Row]:
        return list(zip(*(column.listed() for column in self.columns.values()), strict=True))


def first(batches: Iterable[Batch], most: int) -> Iterator[Batch]:
    """The first rows of some batches; what comes after them is not computed."""
    for batch in batches:
        if batch.length >= most:
            columns = {n: c._replace(numbers=c.numbers[:most]) for n, c in batch.columns.items()}
            yield Batch(columns, most)
            return
        yield batch
        most -= batch.length


def front(rows: list[Row], aims: Sequence[Aim], columns: Sequence[str]) -> list[Row]:
    """The rows that no other row beats: none is as good in both aims and better in one.

    By falling quality of the first aim; rows that are equal in both stay.
    """
    places = [(columns.index(aim.column), -1 if aim.largest else 1) for aim in aims]
    known = [row for row in rows if all(row[place] is not None for place, _ in places)]

    def badness(row: Row) -> list[int | Fraction]:
        """What is smallest in the row that is best for an aim."""
        return [sign * rank(row[place]) for place, sign in places]

    front: list[Row] = []
    best: list[int | Fraction] | None = None  # of the last row that was kept
    for row in sorted(known, key=badness):
        here = badness(row)
        if best is None or here[1] < best[1] or here == best:
            front.append(row)
            best = here
    return front


def hundredths(value: Whole, base: Whole) -> Whole:
    """``value`` in hundredths of a percent of ``base``, rounded half up. Arrays must have room for
    20,000 times their numbers."""
    percent: Whole = (20000 * value + base) // (2 * base)
    return percent


def percent_of(value: int, base: int) -> int | None:
    """The same for numbers; None of nothing."""
    return hundredths(value, base) if base else None


def shown(column: str, value: Value | None) -> Value | float | None:
    """A value in a column for programs: exact, but percents are the doubles of their two places."""
    return value / 100 if column in PERCENT and isinstance(value, int) else value


def cell_text(column: str, value: Value | None) -> str:
    """A value in a column as exact text; percents with two places."""
    if column in PERCENT and isinstance(value, int):
        return percent_text(value)
    return "" if value is None else value_text(value)


def percent_text(hundredths: int | None) -> str:
    """``46.66``, ``-0.10``."""
    if hundredths is None:
        return ""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02d}"
