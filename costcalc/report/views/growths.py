"""What ``costcalc formula --growth`` prints."""

from __future__ import annotations

from fractions import Fraction

from costcalc.algebra.notation import SYMBOLS, pretty
from costcalc.algebra.numbers import Number, divide
from costcalc.algebra.polynomial import Polynomial
from costcalc.algebra.symbolic import root_text
from costcalc.analysis.growth import REST, Crossing, Growth
from costcalc.language.parameters import value_text
from costcalc.report.document import Cell, Column, Document, Grid, numbers, percent, said
from costcalc.report.views import binding_text, headers


def growth_document(growth: Growth) -> Document:
    """Elasticities as formulas and at the binding; shares along the parameter; crossings."""
    formula = growth.formula
    symbol = SYMBOLS.get(growth.parameter, growth.parameter)
    facts = said(
        ("at", binding_text(formula.bound)),
        ("elasticities at", binding_text(growth.binding)),
        ("elasticities hold where", " and ".join(growth.settled)),
        ("convention", f"{formula.convention} (unit {formula.unit}); roundings dropped"),
    )
    grids = [_elasticities(growth)]
    along = [f"{symbol} = {value_text(value)}" for value in growth.values]
    for cost, header in headers(formula.unit).items():
        columns = numbers(f"{symbol} → 0", *along, f"{symbol} → ∞")
        rows: list[tuple[Cell, ...]] = [
            (s.name, s.at_zero, *s.shares, s.at_infinity) for s in growth.shares if s.cost == cost
        ]
        grids.append(Grid((Column(f"share of {header}"), *columns), rows))
    lines = [
        (f"{symbol} = {root_text(c.value)}", _sentence(c, formula.unit)) for c in growth.crossings
    ]
    return Document(f"{formula.spec}: growth", facts, tuple(grids), tuple(lines))


def _elasticities(growth: Growth) -> Grid:
    columns = (Column("elasticity"), *numbers("value"), Column("formula"))
    costs = headers(growth.formula.unit)
    rows = []
    for e in growth.elasticities:
        symbol = SYMBOLS.get(e.parameter, e.parameter)
        name = f"d ln {costs[e.cost]} / d ln {symbol}"
        above, below = _reduced(e.weighted, e.total)
        formula = pretty(above) if below == 1 else f"({pretty(above)}) / ({pretty(below)})"
        rows.append((name, "" if e.at is None else decimal(e.at), formula))
    return Grid(columns, rows)


def _reduced(above: Number, below: Number) -> tuple[Number, Number]:
    """A quotient without the factors that all terms of both have."""
    if not isinstance(above, Polynomial) or not isinstance(below, Polynomial):
        return above, below
    common = dict(next(iter(below.terms)))
    for monomial in (*above.terms, *below.terms):
        powers = dict(monomial)
        common = {atom: min(e, powers.get(atom, 0)) for atom, e in common.items()}
    divisor = Polynomial({tuple(sorted((a, e) for a, e in common.items() if e)): 1})
    if () in divisor.terms:
        return (1, 1) if above == below else (above, below)
    above, below = above / divisor, below / divisor
    ratio = divide(above, below)
    return (above, below) if isinstance(ratio, Polynomial) else (ratio, 1)


def decimal(value: Fraction, digits: int = 4) -> str:
    """A number with some decimals, rounded half up."""
    return percent(value / 100, digits).removesuffix(" %") if value >= 0 else f"-{decimal(-value)}"


def _sentence(crossing: Crossing, unit: str) -> str:
    header = headers(unit)[crossing.cost]
    if crossing.upper == REST:
        return f"above, {crossing.lower} has less than half of the {header}"
    if crossing.lower == REST:
        return f"above, {crossing.upper} has more than half of the {header}"
    return f"above, {crossing.upper} has more {header} than {crossing.lower}"
