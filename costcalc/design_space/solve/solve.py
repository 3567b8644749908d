"""Budgets to a parameter: what ``costcalc solve`` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from costcalc.algebra.amounts import amount
from costcalc.algebra.evaluation import exact
from costcalc.algebra.numbers import Number
from costcalc.algebra.result import Json, Result
from costcalc.analysis.count import count_spec
from costcalc.conventions.shelf import Convention, as_convention
from costcalc.design_space.solve.found import Endless, Found, Piece, single, smallest
from costcalc.design_space.solve.multiples import largest_multiple
from costcalc.design_space.solve.real import largest_real
from costcalc.design_space.solve.steps import Steps
from costcalc.design_space.sweep.axes import axis_values
from costcalc.design_space.sweep.query import COSTS
from costcalc.design_space.sweep.structure import Costs
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.graph.loading import as_spec
from costcalc.language import Spec
from costcalc.language.parameters import POSITIVE_NUMBER, Parameter, value_text


@dataclass(frozen=True)
class Solution(Result):
    """The largest value of ``parameter`` within ``budgets``, on the exact step function.

    ``best`` is the interval of values that give the same shapes and costs; None: nothing fits, and
    ``next`` is then the smallest network. Otherwise ``next`` is the next step up (None: there is
    none), and ``binding`` names the budgets that it breaks. ``unbounded``: every value fits.
    ``searched`` is None, or how far the search went where nothing is proven beyond.
    """

    network: Spec
    convention: Convention
    parameter: Parameter
    bound: Mapping[str, Any]
    budgets: Mapping[str, int | Fraction]
    best: Piece | None
    next: Piece | None
    unbounded: bool
    searched: Any
    forms: tuple[Number, Number] | None

    @property
    def binding(self) -> tuple[str, ...]:
        """The budgets that the next step up breaks."""
        if self.next is None or self.next.costs is None:
            return ()
        return tuple(
            name for name, most in self.budgets.items() if getattr(self.next.costs, name) > most
        )

    @property
    def value(self) -> Any:
        """A value that fits: the largest where there is one, else the smallest of ``best``, or
        the middle where it has no ends."""
        if self.best is None:
            return None
        low, high, low_closed, high_closed, _ = self.best
        if high_closed:
            return high
        return low if low_closed else (Fraction(low) + high) / 2

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
        from costcalc.algebra.roots import positive_root  # needs sympy

        found = {}
        for name, most in self.budgets.items():
            form = None if self.forms is None else self.forms[COSTS.index(name)]
            root = None if form is None else positive_root(form, most, self.parameter.name)
            if root is not None:
                found[name] = root
        return found

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc solve --format json``."""
        from costcalc.algebra.roots import root_text  # needs sympy

        return {
            "spec": self.network.name,
            "for": self.parameter.name,
            "parameters": {name: value_text(value) for name, value in self.bound.items()},
            "convention": self.convention.name,
            "unit": self.convention.unit,
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
    spec: str | Spec,
    parameter: str,
    *,
    mult_adds: Any = None,
    params: Any = None,
    convention: str | Convention = "paper",
    choices: str | Sequence[Any] | None = None,
    multiple: Any = None,
    **values: Any,
) -> Solution:
    """The largest value of one parameter within all budgets.

    Budgets are amounts (``"6M"``). All other parameters are bound: those not given are at the
    spec's defaults. ``choices`` restricts the search to a list (or range) of values, ``multiple``
    to the multiples of one.

    :raises CostcalcError: an unknown parameter, a bad value, no budget, or a parameter that can't
        be solved for.
    """
    network = as_spec(spec)
    found = as_convention(convention)
    parameters = network.parameters
    if parameter not in parameters:
        hint = did_you_mean(parameter, parameters)
        raise CostcalcError(f"{network.name} has no parameter {parameter!r}", hint)
    if parameter in values:
        raise CostcalcError(f"{parameter} is given and asked for", "one of the two")
    given = {"mult_adds": mult_adds, "params": params}
    budgets = {name: amount(most) for name, most in given.items() if most is not None}
    if not budgets:
        raise CostcalcError("no budget", "--mult-adds 6M, --params 1.7M or both")
    if choices is not None and multiple is not None:
        raise CostcalcError("either choices or a multiple", "one of the two")
    asked = parameters[parameter]
    if asked.choices:
        raise CostcalcError(f"{parameter} is a word", "compare the networks of its choices")
    bound = network.binding(values)
    del bound[parameter]
    steps = Steps(network, found, parameter, bound)

    def over(costs: Costs) -> bool:
        return any(getattr(costs, name) > most for name, most in budgets.items())

    unbounded = False
    try:
        result = _search(steps, asked, over, choices, multiple)
    except Endless:
        result, unbounded = Found(None, None), True
    forms = None
    if steps.structure is not None:
        forms = (exact(steps.structure.costs[0]), exact(steps.structure.costs[1]))
    return Solution(
        network, found, asked, bound, budgets, *result[:2], unbounded, result.searched, forms
    )


def _search(steps: Steps, asked: Parameter, over: Any, choices: Any, multiple: Any) -> Found:
    if choices is not None:
        values = sorted(axis_values(asked, choices), key=_area)
        return _listed(steps, over, values)
    if multiple is not None:
        return largest_multiple(steps, over, _unit(asked, multiple))
    if asked.domain != POSITIVE_NUMBER:
        return largest_multiple(steps, over, 1)
    if not steps.closed:
        message = f"{steps.network.name} has no closed form in {asked.name}"
        raise CostcalcError(message, "--choices or --multiple")
    return largest_real(steps, over)


def _unit(asked: Parameter, multiple: Any) -> Any:
    """What values are to be multiples of: one number above 0."""
    unit = asked.bind(multiple)
    if isinstance(unit, tuple) or unit == 0:
        raise asked.refuse(f"there are no multiples of {value_text(unit)}", "one number above 0")
    return unit


def _area(value: Any) -> Any:
    """Sides are in the order of their areas, and so are all other values in theirs."""
    return value[0] * value[1] if isinstance(value, tuple) else value * value


def _listed(steps: Steps, over: Any, values: Sequence[Any]) -> Found:
    """The last of a few values that fits, and the next one after it that exists."""
    costs = [steps.at(value) for value in values]
    pieces = [single(value, c) for value, c in zip(values, costs, strict=True) if c is not None]
    fitting = [i for i, piece in enumerate(pieces) if piece.costs and not over(piece.costs)]
    if not fitting:
        return Found(None, smallest(pieces))
    best = fitting[-1]
    return Found(pieces[best], pieces[best + 1] if best + 1 < len(pieces) else None)
