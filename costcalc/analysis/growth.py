"""How a cost grows: elasticities, shares by type, and where one type overtakes another.

All on the closed form with roundings dropped: growth is a statement about the polynomial. But it is
one about networks, too: nothing is said outside of the values between which the network exists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

from costcalc.algebra.atoms import Atom
from costcalc.algebra.breaks import breaks
from costcalc.algebra.evaluation import evaluate, free_parameters, value_at
from costcalc.algebra.notation import pretty
from costcalc.algebra.numbers import Number, constant, is_number
from costcalc.algebra.polynomial import Polynomial, alone, atoms_of, terms_of
from costcalc.algebra.result import Json, Result
from costcalc.algebra.sums import by_power
from costcalc.analysis.closed_form import Formula, as_numbers
from costcalc.analysis.ends import FAR, End, ends
from costcalc.errors import CostcalcError, did_you_mean
from costcalc.language.parameters import POSITIVE_NUMBER, Parameter, bind, name_of, value_text

if TYPE_CHECKING:
    import sympy

#: Atoms that are one polynomial or another, which a binding decides.
SETTLED = ("max", "min", "indicator")
#: Where shares are shown for a parameter whose spec names no usual values: times its default.
TIMES = (Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(2))
#: The name under which all other types together stand in a crossing.
REST = "all others together"


class Elasticity(NamedTuple):
    """d ln cost / d ln parameter = ``weighted`` / ``total``; ``at`` the binding, exactly."""

    cost: str
    parameter: str
    weighted: Number
    total: Number
    at: Fraction | None


class Share(NamedTuple):
    """The share of one type in a cost at some values of a parameter, and where these end.

    ``at_zero`` and ``at_infinity`` are None where the network does not come near these limits.
    """

    cost: str
    name: str
    shares: tuple[Fraction, ...]
    at_low: Fraction
    at_high: Fraction
    at_zero: Fraction | None
    at_infinity: Fraction | None


class Crossing(NamedTuple):
    """Where a type overtakes another, or passes half of the total: ``value`` is an exact sympy
    number. Below it ``lower`` costs more, above it ``upper``."""

    cost: str
    lower: str
    upper: str
    value: sympy.Expr


@dataclass(frozen=True, repr=False)
class Growth(Result, says="formula parameter binding"):
    """The growth of a formula along ``parameter``; ``binding`` has all free parameters.

    ``settled`` says what a kept max, min or condition is at the binding; elasticities hold while
    it is. The network exists between ``low`` and ``high``, and at ``values``.
    """

    formula: Formula
    parameter: str
    binding: Mapping[str, int | Fraction]
    values: tuple[int | Fraction, ...]
    elasticities: tuple[Elasticity, ...]
    shares: tuple[Share, ...]
    crossings: tuple[Crossing, ...]
    settled: tuple[str, ...]
    low: End
    high: End

    def to_dict(self) -> Json:
        """The JSON contract of ``costcalc formula --growth --format json``."""
        at = [value_text(value) for value in self.values]
        return {
            "spec": self.formula.spec,
            "convention": self.formula.convention,
            "unit": self.formula.unit,
            **({} if self.formula.measures is None else self.formula.measures.to_dict()),
            "parameter": self.parameter,
            "bound": {n: value_text(v) for n, v in self.formula.bound.items()},
            "at": {n: value_text(v) for n, v in self.binding.items()},
            "settled": list(self.settled),
            "low": self.low.to_dict(),
            "high": self.high.to_dict(),
            "elasticities": [
                {
                    "cost": e.cost,
                    "parameter": e.parameter,
                    "formula": f"({e.weighted})/({e.total})",
                    "value": None if e.at is None else str(e.at),
                }
                for e in self.elasticities
            ],
            "shares": [
                {
                    "cost": s.cost,
                    "type": s.name,
                    "at_zero": None if s.at_zero is None else str(s.at_zero),
                    "at_low": str(s.at_low),
                    "at": {v: str(share) for v, share in zip(at, s.shares, strict=True)},
                    "at_high": str(s.at_high),
                    "at_infinity": None if s.at_infinity is None else str(s.at_infinity),
                }
                for s in self.shares
            ],
            "crossings": [
                {"cost": c.cost, "below": c.lower, "above": c.upper, "at": str(c.value)}
                for c in self.crossings
            ],
        }


def growth_of(formula: Formula, parameter: str = "", **values: object) -> Growth:
    """Elasticities in every free parameter; shares and crossings along ``parameter``.

    ``values`` is the binding at which they are given: free parameters that it lacks are at the
    spec's defaults. Without ``parameter`` it is alpha, or the first free one.

    :raises CostcalcError: nothing is free, an unknown parameter, or a form that keeps quotients or
        conditions.
    """
    free = {p.name: p for p in formula.free}
    if not free:
        raise CostcalcError(f"{formula.spec} has nothing free to grow with", "bind fewer")
    along = name_of(parameter, free) or ("alpha" if "alpha" in free else next(iter(free)))
    if along not in free:
        raise CostcalcError(f"{along!r} is not free", did_you_mean(along, free))
    binding = as_numbers({n: p.default for n, p in free.items()} | bind(free, values, formula.spec))
    formula.check(binding, rounded=True)
    rest = {name: value for name, value in binding.items() if name != along}
    span = ends(formula.rounded_conditions, free[along], binding)
    shown = tuple(v for v in _values(free[along]) if formula.exists({**rest, along: v}))
    elasticities: list[Elasticity] = []
    shares: list[Share] = []
    crossings: list[Crossing] = []
    for cost in formula.costs:
        elasticities += _elasticities(cost, formula, binding)
        types = _types(cost, formula, rest)
        shares += [_share(cost, name, types, along, shown, span, formula) for name in types]
        crossings += (c for c in _crossings(cost, types, along, formula) if _between(c, *span))
    kept = {text for cost in formula.costs for text in _kept(formula.total.form(cost), binding)}
    return Growth(
        formula,
        along,
        binding,
        shown,
        tuple(elasticities),
        tuple(shares),
        tuple(crossings),
        tuple(sorted(kept)),
        *span,
    )


def _types(cost: str, formula: Formula, rest: Mapping[str, int | Fraction]) -> dict[str, Number]:
    """The cost of each type that has one, in the parameter that ``rest`` does not bind."""
    forms = {row.name: evaluate(row.form(cost), rest) for row in formula.by("type")}
    return {name: form for name, form in forms.items() if form != 0}


def _polynomial(form: Number, point: Mapping[str, int | Fraction], formula: Formula) -> Number:
    """``form`` with every max, min and condition replaced by what it is at a point.

    :raises CostcalcError: something else is left that is no polynomial.
    """
    settled = _settled(form, point)
    for atom in sorted(atoms_of(settled)):
        if atom.kind != "parameter":
            names = ", ".join(sorted(free_parameters(form)))
            message = f"the closed form of {formula.spec} keeps {atom.text}"
            raise CostcalcError(f"{message}, which has no elasticity", f"bind some of {names}")
    return settled


def _settled(form: Number, point: Mapping[str, int | Fraction]) -> Number:
    def value(atom: Atom) -> Number:
        single = alone(atom)
        if atom.kind not in SETTLED:
            return single
        reached = evaluate(single, point)
        if not is_number(reached) or atom.kind == "indicator":
            return reached
        argument = next(arg for arg in atom.args if evaluate(arg, point) == reached)
        return _settled(argument, point)

    if not isinstance(form, Polynomial):
        return form
    return form.replace({atom: value(atom) for atom in atoms_of(form)})


def _kept(form: Number, point: Mapping[str, int | Fraction]) -> set[str]:
    """How each max, min and condition was settled: ``max(1, α) = 1``."""
    return {
        f"{pretty(alone(atom))} = {pretty(_settled(alone(atom), point))}"
        for atom in atoms_of(form)
        if atom.kind in SETTLED
    }


def _values(parameter: Parameter) -> tuple[int | Fraction, ...]:
    """The values at which shares are shown, ascending."""
    default = as_numbers({parameter.name: parameter.default})[parameter.name]
    usual = {value for text in parameter.usual if is_number(value := parameter.bind(text))}
    if len(usual | {default}) > 1:
        return tuple(sorted(usual | {default}))
    scaled = {default * times for times in TIMES}
    whole = parameter.domain != POSITIVE_NUMBER
    return tuple(sorted(v for v in scaled if not whole or Fraction(v).denominator == 1))


def _elasticities(
    cost: str, formula: Formula, binding: Mapping[str, int | Fraction]
) -> Iterator[Elasticity]:
    total = formula.total.form(cost)
    settled = _polynomial(total, binding, formula)
    below = Fraction(value_at(settled, binding))
    for name in (p.name for p in formula.free if p.name in free_parameters(total)):
        weighted = _weighted(settled, name)
        at = Fraction(value_at(weighted, binding)) / below if below else None
        yield Elasticity(cost, name, weighted, settled, at)


def _weighted(form: Number, name: str) -> Number:
    """``name`` · d form / d name: every term times its exponent of ``name``."""
    grown = (
        Polynomial({monomial: coefficient * exponent})
        for monomial, coefficient in terms_of(form)
        for atom, exponent in monomial
        if atom.text == name
    )
    return sum(grown, start=0)


def _share(
    cost: str,
    name: str,
    types: Mapping[str, Number],
    along: str,
    values: tuple[int | Fraction, ...],
    span: tuple[End, End],
    formula: Formula,
) -> Share:
    form, total = types[name], sum(types.values(), start=0)

    def at(value: int | Fraction) -> Fraction:
        whole = Fraction(value_at(total, {along: value}))
        return Fraction(value_at(form, {along: value})) / whole if whole else Fraction(0)

    def limit(point: Fraction, pick: Callable[[Iterable[int]], int]) -> Fraction:
        """The share of the terms that are left where the parameter is very small or very large."""
        own = by_power(_polynomial(form, {along: point}, formula), along)
        whole = by_power(_polynomial(total, {along: point}, formula), along)
        power = pick(whole)
        return Fraction(constant(own.get(power, 0))) / constant(whole[power])

    low, high = span
    zero = infinity = None
    if low.value is None or low == End(Fraction(0), is_limit=True):
        first = zero = limit(1 / FAR, min)
    else:
        first = at(low.value)
    if high.value is None:
        last = infinity = limit(FAR, max)
    else:
        last = at(high.value)
    return Share(cost, name, tuple(map(at, values)), first, last, zero, infinity)


def _between(crossing: Crossing, low: End, high: End) -> bool:
    """Whether there are networks on both sides of a crossing."""
    above = low.value is None or crossing.value > low.value
    return bool(above and (high.value is None or crossing.value < high.value))


def _crossings(
    cost: str, types: Mapping[str, Number], along: str, formula: Formula
) -> Iterator[Crossing]:
    """Where types overtake each other, in each region in which their forms are polynomials."""
    total = sum(types.values(), start=0)
    edges = [Fraction(0), *breaks([total, *types.values()], along, Fraction(0), FAR), FAR]
    for low, high in pairwise(edges):
        inside = {along: (low + high) / 2}
        parts = {name: _polynomial(form, inside, formula) for name, form in types.items()}
        whole = _polynomial(total, inside, formula)
        for crossing in crossings_of(cost, parts, whole, along):
            # the last of the regions has no end
            if low <= crossing.value < high or high == FAR <= crossing.value:
                yield crossing


def crossings_of(
    cost: str, types: Mapping[str, Number], total: Number, along: str
) -> list[Crossing]:
    """Between every two types, and of each type with half of the total, ascending.

    All forms are polynomials in ``along`` alone.
    """
    from costcalc.algebra.symbolic import positive_roots  # needs sympy

    crossings: list[Crossing] = []
    pairs = [(a, form_a, b, form_b) for (a, form_a), (b, form_b) in combinations(types.items(), 2)]
    if len(types) > 2:
        pairs += [(a, form, REST, total - form) for a, form in types.items()]
    for a, form_a, b, form_b in pairs:
        for root in positive_roots(form_a - form_b, along):
            # which one is ahead above the root: by the first derivative that is not 0 there
            ahead = _sign_above(form_a - form_b, along, root)
            if ahead:
                lower, upper = (b, a) if ahead > 0 else (a, b)
                crossings.append(Crossing(cost, lower, upper, root))
    return sorted(crossings, key=lambda crossing: crossing.value.evalf(50))


def _sign_above(form: Number, along: str, root: sympy.Expr) -> int:
    """1 if a form changes from below to above 0 at its root, −1 the other way, 0 if it does not
    change its sign."""
    import sympy

    from costcalc.algebra.symbolic import to_sympy

    t, expression = sympy.Symbol(along), to_sympy(form)
    order, value = 0, sympy.Integer(0)
    while value.equals(0):
        order += 1
        value = sympy.diff(expression, t, order).subs(t, root)
    return 0 if order % 2 == 0 else (1 if value > 0 else -1)
