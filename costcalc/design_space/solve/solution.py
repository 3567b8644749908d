"""Budgets to the largest value of a parameter: what ``costcalc solve`` does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from costcalc.algebra.evaluation import exact
from costcalc.algebra.numbers import Number
from costcalc.algebra.result import Json, Result
from costcalc.analysis.costs import Measures, Names, as_measures, cost_amount, named
from costcalc.analysis.count import count_spec
from costcalc.conventions.shelf import Convention, Weighing
from costcalc.design_space.solve.multiples import Multiples
from costcalc.design_space.solve.positives import Positives
from costcalc.design_space.solve.search import Over
from costcalc.design_space.solve.steps import Exact, Piece, Steps
from costcalc.design_space.sweep.axes import Binding, Value, axis_values
from costcalc.design_space.sweep.query import PRINTED, parts, rank, read_limit
from costcalc.design_space.sweep.structure import Costs
from costcalc.errors import CostcalcError
from costcalc.graph.loading import Source, as_spec
from costcalc.hardware.elements import Precision
from costcalc.language import Spec
from costcalc.language.parameters import (
    POSITIVE_NUMBER,
    Bound,
    Parameter,
    Values,
    by_name,
    given,
    lacks,
    name_of,
    value_text,
)

#: The most of some costs: text, or amounts by name.
Budget: TypeAlias = "str | Mapping[str, str | Exact]"


class Outcome(NamedTuple):
    """The largest piece within the budgets (None: nothing fits), and the next one that exists.

    ``searched``: how far values were looked at, where nothing is proven beyond (None: all is).
    ``unbounded``: no value is too large for the budgets.
    """

    best: Piece | None
    next: Piece | None
    unbounded: bool = False
    searched: Exact | None = None


@dataclass(frozen=True, repr=False)
class Solution(Result, says="network parameter value budgets bound"):
    """The largest value of ``parameter`` within ``budgets``, on the exact step function.

    ``best`` is the interval of values that give the same shapes and costs; None: nothing fits, and
    ``next`` is then the smallest network. Otherwise ``next`` is the next step up (None: there is
    none), and ``binding`` names the budgets that it breaks. ``unbounded``: every value fits.
    ``searched`` is None, or how far the search went where nothing is proven beyond.
    """

    network: Spec
    measures: Measures
    parameter: Parameter
    bound: Binding
    budgets: Mapping[str, Exact]
    best: Piece | None
    next: Piece | None
    unbounded: bool
    searched: Exact | None
    forms: Costs[Number] | None

    @property
    def convention(self) -> Convention:
        return self.measures.convention

    @property
    def binding(self) -> tuple[str, ...]:
        """The budgets that the next step up breaks."""
        if self.next is None:
            return ()
        return tuple(
            name for name, most in self.budgets.items() if getattr(self.next.costs, name) > most
        )

    @property
    def value(self) -> Value | None:
        """A value that fits: the largest where there is one, else the smallest of ``best``, or
        the middle where it has no ends."""
        if self.best is None:
            return None
        low, high, low_closed, high_closed, _ = self.best
        if high_closed:
            return high
        return low if low_closed else (Fraction(rank(low)) + rank(high)) / 2

    @property
    def notes(self) -> tuple[str, ...]:
        """What the convention leaves open for this network, at :attr:`value`."""
        if self.value is None:
            return ()
        bound = {**self.bound, self.parameter.name: self.value}
        return count_spec(self.network, bound, self.convention).notes

    def roots(self) -> dict[str, Any]:
        """By budget, where the closed form (roundings dropped) reaches it: sympy numbers.

        Budgets that it never reaches, and forms that are not polynomials, have none.
        """
        from costcalc.algebra.symbolic import positive_root  # needs sympy

        roots = {}
        for name, most in self.budgets.items():
            form = None if self.forms is None else getattr(self.forms, name)
            root = None if form is None else positive_root(form, most, self.parameter.name)
            if root is not None:
                roots[name] = root
        return roots

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc solve --format json``."""
        from costcalc.algebra.symbolic import root_text  # needs sympy

        return {
            "spec": self.network.name,
            "for": self.parameter.name,
            "parameters": {name: value_text(value) for name, value in self.bound.items()},
            "convention": self.convention.name,
            "unit": self.convention.unit,
            **self.measures.to_dict(),
            "budgets": {name: value_text(most) for name, most in self.budgets.items()},
            "unbounded": self.unbounded,
            "best": None if self.best is None else self.best.to_dict(),
            "binding": list(self.binding) if self.best else [],
            "next" if self.best else "smallest": None if self.next is None else self.next.to_dict(),
            "closed_form_roots": {name: root_text(root) for name, root in self.roots().items()},
            "notes": list(self.notes),
            "searched": None if self.searched is None else value_text(self.searched),
        }


def solve(
    spec: Source,
    parameter: str,
    *,
    budget: Budget = "",
    mult_adds: str | Exact | None = None,
    params: str | Exact | None = None,
    convention: Weighing | Measures = "paper",
    cost: Names = (),
    elements: Precision = "int8",
    rule: str = "live",
    choices: Values | None = None,
    multiple: Bound | None = None,
    values: Mapping[str, Bound] | None = None,
    alpha: Bound | None = None,
    delta: Bound | None = None,
    rho: Bound | None = None,
    resolution: Bound | None = None,
    classes: Bound | None = None,
    **parameters: Bound | None,
) -> Solution:
    """The largest value of one parameter within all budgets.

    ``cost`` names what is told besides, as in :func:`~costcalc.analysis.count.count`; it also
    names the device of a budget of time. Budgets are amounts (``"6M"``), and those of any costs
    ``budget``, as text or by name: ``"peak<=256KiB,flash<=1MiB"``
    (:data:`~costcalc.analysis.costs.COSTS`). All other parameters are bound: those not given are at
    the spec's defaults. ``choices`` restricts the search to a list (or range) of values,
    ``multiple`` to the multiples of one.

    :raises CostcalcError: a parameter that can't be solved for, a bad value, or no budget.
    """
    network = as_spec(spec)
    parameter = name_of(parameter, network.parameters)
    own = given(values, alpha, delta, rho, resolution, classes, **parameters)
    own = by_name(own, network.parameters)
    asked = _asked(network, parameter, own)
    budgets = read_budgets(budget, {"mult_adds": mult_adds, "params": params})
    measures = as_measures(convention, cost, elements, rule).also(budgets)
    if choices is not None and multiple is not None:
        raise CostcalcError("either choices or a multiple", "one of the two")
    if asked.choices:
        raise CostcalcError(f"{parameter} is a word", "compare the networks of its choices")
    bound = {n: value for n, value in network.binding(own).items() if n != parameter}
    steps = Steps(network, measures, parameter, bound)
    found = _search(steps, asked, partial(_over, budgets), choices, multiple)
    forms = None
    if steps.structure is not None:
        forms = Costs(*map(exact, steps.form.costs), names=measures.names)
    return Solution(network, measures, asked, bound, budgets, *found, forms)


def read_budgets(
    budget: Budget, limits: Mapping[str, str | Exact | None] | None = None
) -> dict[str, Exact]:
    """How much of each cost there may be: ``"peak<=256KiB,flash<=1MiB"``, or amounts by name.

    :raises CostcalcError: there is no budget, or it is not one, of a cost.
    """
    pairs = [(name, most) for name, most in (limits or {}).items() if most is not None]
    for part in parts(budget) if isinstance(budget, str) else ():
        name, relation, text = read_limit(part)
        if relation != "<=":
            raise CostcalcError(f"{part!r} is not the most of a cost", "such as mult_adds<=6M")
        pairs.append((name, text))
    pairs += budget.items() if not isinstance(budget, str) else ()
    budgets: dict[str, Exact] = {}
    for name, most in pairs:
        cost = named(PRINTED.get(name.lower(), name))
        if cost in budgets:
            raise CostcalcError(f"two budgets for {cost}", "one of the two")
        budgets[cost] = cost_amount(cost, most)
    if not budgets:
        raise CostcalcError("no budget", "--mult-adds 6M, --params 1.7M or both")
    return budgets


def _over(budgets: Mapping[str, Exact], costs: Costs[Exact]) -> bool:
    return any(getattr(costs, name) > most for name, most in budgets.items())


def _asked(network: Spec, name: str, values: Mapping[str, object]) -> Parameter:
    """The parameter that is solved for.

    :raises CostcalcError: the network has none of the name, or it is among the given values.
    """
    if name not in network.parameters:
        raise CostcalcError(lacks(network.name, name, network.parameters))
    if name in values:
        raise CostcalcError(f"{name} is given and asked for", "one of the two")
    return network.parameters[name]


def _search(
    steps: Steps, asked: Parameter, over: Over, choices: object, multiple: object
) -> Outcome:
    if choices is not None:
        return _among(sorted(axis_values(asked, choices), key=_area), steps, over)
    if multiple is not None or asked.domain != POSITIVE_NUMBER:
        unit = 1 if multiple is None else asked.bind(multiple)
        if isinstance(unit, str | tuple) or unit == 0:
            message = f"there are no multiples of {value_text(unit)}"
            raise asked.refuse(message, "one number above 0")
        return _largest(Multiples(steps, unit), over)
    if steps.structure is None:
        message = f"{steps.network.name} has no closed form in {asked.name}"
        raise CostcalcError(message, "--choices or --multiple")
    return _largest(Positives(steps), over)


def _area(value: Value) -> Exact:
    """Sides are in the order of their areas, and so are all other values in theirs."""
    return value[0] * value[1] if isinstance(value, tuple) else rank(value) ** 2


def _among(values: Iterable[Value], steps: Steps, over: Over) -> Outcome:
    """The last of a few values that fits, and the next one after it that exists."""
    costs = ((value, steps.at(value)) for value in values)
    pieces = [Piece(value, value, True, True, c) for value, c in costs if c is not None]
    fitting = [i for i, piece in enumerate(pieces) if not over(piece.costs)]
    if not fitting:
        return Outcome(None, _cheapest(pieces))
    best = fitting[-1]
    return Outcome(pieces[best], pieces[best + 1] if best + 1 < len(pieces) else None)


def _cheapest(pieces: list[Piece]) -> Piece | None:
    return min(pieces, key=lambda piece: piece.costs, default=None)


def _largest(values: Multiples | Positives, over: Over) -> Outcome:
    """The search over all values that the parameter may have.

    :raises NotKnown: they hold far beyond all values that were seen to exist or not.
    """
    if not values.steps.proven:
        return _scanned(values, over)
    if not over(values.steps.form_at(values.limit)):
        return Outcome(None, None, unbounded=True)
    best = values.fitting(over)
    if best is None:
        return Outcome(None, values.smallest())
    above, searched = values.after(best)
    return Outcome(best, above, searched=searched)


def _scanned(values: Multiples | Positives, over: Over) -> Outcome:
    """Where costs may fall: all values far beyond the first that is too large and the last usual
    one, and none beyond."""
    top = values.top(over)
    seen: list[Piece] = []
    for piece in values.falling(top):
        if not over(piece.costs):
            above = values.step(seen[-1]) if seen else None
            return Outcome(values.around(piece), above, searched=top)
        seen.append(piece)
    least = _cheapest(seen)
    return Outcome(None, None if least is None else values.step(least), searched=top)
