"""Formulas derived from the operators: run on free symbols, and turned into sympy.

What a pyramid sums over its kernels stays a sum: Σ k_m² over m = 1 … M, with M branches.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from costcalc.algebra.evaluation import free_parameters, value_at
from costcalc.algebra.sums import by_power
from costcalc.algebra.symbolic import to_sympy
from costcalc.graph.selection import Cannot, Target
from costcalc.papers.claims.claims import FormulaClaim
from costcalc.papers.claims.operators import BRANCH_KERNEL, free_symbol, names_in, single
from costcalc.papers.verify.printed_formula import numeric_sum


class Derived:
    """A cost, or a ratio of two, that the operators themselves give."""

    def __init__(self, of: Target, against: Target | None, metric: str) -> None:
        self.metric = metric
        self.of = single(of.layer)
        self.against = single(against.layer) if against is not None else None
        described = names_in(of.layer) | (names_in(against.layer) if against else set())
        self.symbols = sorted(described)
        counts = {str(s.branches) for s in (self.of, self.against) if s and s.branches}
        self.branches = counts.pop() if len(counts) == 1 else ""
        layers = [of.layer] + ([against.layer] if against else [])
        self.numbers = sorted(
            {int(v) for layer in layers for v in layer.values() if v.isdecimal() and int(v) > 1}
        )

    @property
    def names(self) -> set[str]:
        """Every free symbol that the derived formula depends on."""
        found: set[str] = set(self.symbols)
        for side in (self.of, self.against):
            if side is not None:
                for part in side.parts:
                    found |= free_parameters(part.cost(self.metric))
                    found |= free_parameters(part.times)
                found |= free_parameters(side.channels)
        return found - {BRANCH_KERNEL}

    def at(self, values: dict[str, Fraction]) -> Fraction:
        """Its value at numbers; kernels of a pyramid are made up (:func:`numeric_sum`)."""
        top = self._number(self.of, values)
        if self.against is None:
            return top
        return top / self._number(self.against, values)

    def _number(self, side: Any, values: dict[str, Fraction]) -> Fraction:
        if self.metric == "channels":
            return Fraction(value_at(side.channels, values))
        total = Fraction(0)
        for part in side.parts:
            cost = part.cost(self.metric)
            if part.summed:
                last = Fraction(value_at(side.branches, values))
                for power, coefficient in by_power(cost, BRANCH_KERNEL).items():
                    inner = Fraction(value_at(coefficient, values))
                    total += inner * numeric_sum(power, Fraction(1), last)
            else:
                total += Fraction(value_at(part.times * cost, values))
        return total

    def expression(self) -> sympy.Expr:
        """As a sympy expression."""
        top = self._expression(self.of)
        return top if self.against is None else top / self._expression(self.against)

    def _expression(self, side: Any) -> sympy.Expr:
        if self.metric == "channels":
            return to_sympy(side.channels)
        total = sympy.Integer(0)
        for part in side.parts:
            cost = part.cost(self.metric)
            if part.summed:
                for power, coefficient in by_power(cost, BRANCH_KERNEL).items():
                    last = to_sympy(side.branches)
                    total += to_sympy(coefficient) * kernel_sum(power, sympy.Integer(1), last)
            else:
                total += to_sympy(part.times * cost)
        return total


def kernel_sum(power: int, first: sympy.Expr, last: sympy.Expr) -> sympy.Expr:
    """Σ k_m ** power as one symbol per power and bounds."""
    if power == 0:
        return last - first + 1
    sign = "" if power == 1 else f"^{power}"
    return sympy.Symbol(f"Σ(k_m{sign}, m={first}…{last})", positive=True)


def symbols(names: set[str]) -> dict[str, sympy.Symbol]:
    """The sympy symbols that operators' formulas use for these names."""
    return {name: to_sympy(free_symbol(name)) for name in names}


def same(a: sympy.Expr, b: sympy.Expr) -> bool:
    """Whether two rational expressions are identical."""
    return bool(sympy.cancel(sympy.together(a - b)) == 0)


def derive(claim: FormulaClaim, metric: str) -> Derived:
    """The formula that a claim is about.

    :raises Cannot: the operators don't give it.
    """
    try:
        return Derived(claim.of, claim.against, metric)
    except (KeyError, TypeError) as error:
        raise Cannot(f"no such formula: {error}") from None
