"""Where one type of layer overtakes another: exact roots of differences of closed forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from costcalc.algebra.numbers import Number
from costcalc.algebra.sums import by_power


class Crossing(NamedTuple):
    """Where a type overtakes another, or passes half of the total: ``value`` is an exact sympy
    number. Below it ``lower`` costs more, above it ``upper``."""

    cost: str
    lower: str
    upper: str
    value: Any


#: The name under which all other types together stand in a crossing.
REST = "all others together"


def crossings_of(
    cost: str, types: Mapping[str, Number], total: Number, along: str
) -> list[Crossing]:
    """Between every two types, and of each type with half of the total, ascending.

    All forms are polynomials in ``along`` alone.
    """
    from costcalc.algebra.roots import positive_roots  # needs sympy

    found: list[Crossing] = []
    names = list(types)
    pairs: list[tuple[str, Number, str, Number]] = [
        (a, types[a], b, types[b]) for i, a in enumerate(names) for b in names[i + 1 :]
    ]
    if len(names) > 2:
        pairs += [(a, types[a], REST, total - types[a]) for a in names]
    for a, form_a, b, form_b in pairs:
        for root in positive_roots(form_a - form_b, along):
            # which one is ahead above the root: by the first derivative that is not 0 there
            ahead = _sign_above(form_a - form_b, along, root)
            if ahead:
                lower, upper = (b, a) if ahead > 0 else (a, b)
                found.append(Crossing(cost, lower, upper, root))
    return sorted(found, key=lambda crossing: float(crossing.value))


def _sign_above(form: Number, along: str, root: Any) -> int:
    """1 if a form changes from below to above 0 at its root, −1 the other way, 0 if it does not
    change its sign."""
    import sympy

    from costcalc.algebra.symbolic import to_sympy

    t = sympy.Symbol(along)
    expression = sum(to_sympy(c) * t**power for power, c in by_power(form, along).items())
    order = 0
    while True:
        expression = sympy.diff(expression, t)
        order += 1
        value = expression.subs(t, root)
        if not value.equals(0):
            return 0 if order % 2 == 0 else (1 if value > 0 else -1)
