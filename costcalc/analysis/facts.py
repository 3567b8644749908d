"""Conditions on free parameters, and what follows from some of them.

:meth:`Facts.imply` is sound: what it says to follow does. It proves what these rules give:

- **equalities** in which a parameter stands alone: it is replaced everywhere;
- **wholeness** of one product (``32α``, ``Rρ/32``), or of one whole parameter and a constant
  (``(L + 2)/6``): m/32, 32m, 6m + 4 with a whole number m is put in its place, so that all its
  multiples, and the roundings and extremes of those, are known;
- **congruences** of whole numbers, ``kn + 2k`` a multiple of 8: all residues modulo each prime
  power are tried, up to some thousands (:mod:`costcalc.algebra.residues`), so nothing is missed;
- **bounds**: with every parameter written as its lower end (or its upper end) plus something that
  is not below 0, no coefficient is negative; or this holds once a multiple of another bound is
  taken away, or with ⌊x⌋ between x − 1 and x. Ends come from domains, from bounds on one
  parameter, and from wholeness (a multiple of 32 above 0 is at least 32); what is whole and above
  −1 is not below 0;
- **cases**: what holds whether a condition inside of it is true or false;
- **existence**: what a row asks for is asked only where the row is there.

Not attempted: two bounds taken together against a third (n + m ≥ 5 and n − m ≥ 1 say n ≥ 3), a
product of bounds, ends that follow from congruences of several parameters or of higher degree,
``!=`` other than by a bound, contradictions (conditions that hold nowhere imply nothing here), and
that two roundings in a cost may cancel.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd

from costcalc.algebra.atoms import Atom, Monomial, over
from costcalc.algebra.evaluation import free_parameters, rebuild
from costcalc.algebra.numbers import (
    FUNCTIONS,
    Number,
    ceil,
    constant,
    divide,
    floor,
    is_number,
    simplest,
)
from costcalc.algebra.polynomial import (
    Polynomial,
    alone,
    atoms_of,
    constant_term,
    denominator,
    parameter,
    terms_of,
)
from costcalc.algebra.polynomial import is_positive as surely_positive
from costcalc.algebra.polynomial import is_whole as surely_whole
from costcalc.analysis.condition import NEGATED, Condition
from costcalc.analysis.wholeness import is_whole, shared, without_whole_part

#: Conditions inside of a form that are each tried as true and as false.
MAX_CASES = 4

#: What replaces parameters is learnt first.
_ORDER = ("==", "whole", ">=", ">", "<=", "<", "!=")

#: The kinds of atoms that rise with their parts.
_RISING = ("floor", "ceil", "nearest", "round", "max", "min")


class Facts:
    """What conditions say together."""

    def __init__(self, conditions: Iterable[Condition]) -> None:
        #: Products by what they are known to be.
        self.values: dict[Monomial, Number] = {}
        self.lows: dict[Atom, int | Fraction] = {}
        self.highs: dict[Atom, int | Fraction] = {}
        #: What is whole, and what is not below 0, as far as it replaces nothing and is no end.
        self.wholes: list[Number] = []
        self.bounds: list[Number] = []
        #: What is 0, as it was when it was learnt.
        self.zeros: list[Number] = []
        #: What atoms are with all of that put in.
        self._atoms: dict[Atom, Number] = {}
        #: The lower ends of those that rise with their parts.
        self._ends: dict[Atom, int | Fraction | None] = {}
        for one in sorted(conditions, key=_learnt):
            value = self.of(one.value * one.factor)
            if not isinstance(value, Polynomial):
                continue
            match one.relation:
                case "==":
                    self._learn_equal(value)
                case "whole":
                    self._learn_whole(value)
                case ">=" | ">":
                    self._learn_bound(value, strictly=one.relation == ">")
                case "<=" | "<":
                    self._learn_bound(-value, strictly=one.relation == "<")
            self._forget()

    def imply(self, condition: Condition) -> bool:
        """Whether a condition is proven to hold wherever all of these do."""
        return self._stands(self.of(condition.value * condition.factor), condition.relation)

    def _stands(self, value: Number, relation: str) -> bool:
        conditions = [atom for atom in atoms_of(value) if atom.kind == "indicator"]
        if isinstance(value, Polynomial) and 0 < len(conditions) <= MAX_CASES:
            cases = (value.put(min(conditions), holds) for holds in (0, 1))
            return all(self._stands(case, relation) for case in cases)
        match relation:
            case "whole":
                return is_whole(value, self.wholes)
            case "==":
                return value == 0 or value in self.zeros or -value in self.zeros
            case "!=":
                return self.is_above(value, strictly=True) or self.is_above(-value, strictly=True)
            case ">=" | ">":
                return self.is_above(value, strictly=relation == ">")
        return self.is_above(-value, strictly=relation == "<")

    def of(self, x: Number) -> Number:
        """``x`` with what is known put in."""
        if not isinstance(x, Polynomial):
            return x
        total: Number = 0
        for monomial, coefficient in x.terms.items():
            term: Number = coefficient
            for known, value in self.values.items():
                while (rest := over(monomial, known)) is not None:
                    monomial, term = rest, term * value
            for atom, exponent in monomial:
                for _ in range(exponent):
                    term = term * self._settled(atom)
            total = total + term
        return simplest(total)

    def _settled(self, atom: Atom) -> Number:
        if atom not in self._atoms:
            self._atoms[atom] = self._atom(atom)
        return self._atoms[atom]

    def _atom(self, atom: Atom) -> Number:
        if atom.kind == "parameter":
            return alone(atom)
        args = tuple(map(self.of, atom.args))
        if atom.kind in ("max", "min"):
            sign = 1 if atom.kind == "max" else -1
            for one in args:
                gaps = [self._least((one - other) * sign) for other in args]
                if all(gap is not None and gap >= 0 for gap in gaps):
                    return one
        if atom.kind == "indicator":
            for holds, relation in enumerate((NEGATED[atom.relation], atom.relation)):
                if self._stands(args[0], relation):
                    return holds
        if atom.kind == "quotient" and args[1] == 0:
            return alone(atom)  # 1/(k − 1) where k is 1: left as it is
        made = rebuild(atom, args)
        return made if made == alone(atom) else self.of(made)

    # -- learning -----------------------------------------------------------------------------

    def _forget(self) -> None:
        self._atoms.clear()
        self._ends.clear()

    def _learn(self, known: Monomial, value: Number) -> None:
        self._forget()
        self.values[known] = value
        self.values = {key: self.of(value) for key, value in self.values.items()}

    def _learn_equal(self, value: Polynomial) -> None:
        self.zeros.append(value)
        for monomial, coefficient in value.sorted_terms():
            rest = value - Polynomial({monomial: coefficient})
            match monomial:
                case ((atom, 1),) if atom.text not in free_parameters(rest) and not atom.args:
                    instead = rest * divide(-1, coefficient)
                    low = self.low_of(atom)
                    self._learn(monomial, instead)
                    if isinstance(instead, Polynomial):
                        if atom.whole:
                            self._learn_whole(instead)
                        self._learn_bound(instead - (low or 0))
                    return

    def _learn_whole(self, value: Number) -> None:
        value = without_whole_part(self.of(value))
        terms = [(m, c) for m, c in terms_of(value) if m]
        if len(terms) != 1:
            self.wholes += [value] if terms else []
            return
        ((monomial, coefficient),) = terms
        offset = Fraction(constant_term(value))
        if coefficient < 0:
            coefficient, offset = -coefficient, -offset
        lows = [low for atom, _ in monomial if (low := self.low_of(atom)) is not None and low >= 0]
        of_whole = all(atom.whole for atom, _ in monomial)
        if len(lows) < len(monomial) or (of_whole and _degree(value) > 1):
            self.wholes.append(value)  # replacing k·n would hide what k and n are
        elif of_whole:
            # (of·n + rest)/below: n is a multiple of below and what is left
            below = denominator(value)
            of, rest = int(coefficient * below), int(offset * below)
            if gcd(of, below) == 1:  # otherwise it is never whole
                left = -rest * pow(of, -1, below) % below
                low = ceil(Fraction(lows[0] - left, below))
                self._learn(monomial, below * self._new(low) + left)
        else:
            # coefficient · product + offset is a whole number
            above = all(atom.positive for atom, _ in monomial)
            low = floor(offset) + 1 if above else ceil(offset)
            self._learn(monomial, (self._new(low) - offset) * divide(1, coefficient))

    def _new(self, low: int) -> Number:
        """A whole number of which nothing is known but its lower end."""
        number = parameter(f"m#{len(self.lows)}", whole=True, positive=low > 0)
        (atom,) = atoms_of(number)
        self.lows[atom] = low
        return number

    def _learn_bound(self, value: Number, *, strictly: bool = False) -> None:
        value = self.of(value)
        if strictly and surely_whole(value):
            value = value - 1
        match [(m, c) for m, c in terms_of(value) if m]:
            case [(((atom, 1),), coefficient)]:
                end = Fraction(-constant_term(value)) / coefficient
                low, high = self.low_of(atom), self.highs.get(atom)
                if coefficient > 0:
                    end = Fraction(ceil(end)) if atom.whole else end
                    self.lows[atom] = end if low is None else max(low, end)
                else:
                    end = Fraction(floor(end)) if atom.whole else end
                    self.highs[atom] = end if high is None else min(high, end)
            case [_, *_]:
                self.bounds.append(value)

    # -- proving ------------------------------------------------------------------------------

    def is_above(self, value: Number, *, strictly: bool = False) -> bool:
        """Whether ``value`` ≥ 0, or ``strictly`` > 0."""
        if surely_positive(value):
            return True
        rests = (value - one * q for one, q in shared(value, self.bounds) if q > 0)
        least = max(
            (low for v in (value, *rests) if (low := self._least(v)) is not None), default=-1
        )
        if strictly:
            return least > 0
        if least >= 0:
            return True
        near = least > -1 or surely_positive(value + 1) or self._is_near(value)
        return near and is_whole(value, self.wholes)

    def _is_near(self, value: Number) -> bool:
        """Whether it is above −1 whatever is rounded: ⌊x⌋ is above x − 1, and never above x."""
        above, strictly = value + 1, False
        for monomial, coefficient in terms_of(value):
            match monomial:
                case ((atom, 1),) if atom.kind in ("floor", "ceil"):
                    off = (coefficient > 0) == (atom.kind == "floor")
                    end = atom.args[0] - (coefficient > 0) + (atom.kind == "ceil")
                    above = above + coefficient * (end - alone(atom))
                    strictly |= off
        least = self._least(above) if above != value + 1 else None
        return least is not None and (least > 0 or (strictly and least == 0))

    def _least(self, value: Number) -> int | Fraction | None:
        """A number that ``value`` is not below."""
        if not isinstance(value, Polynomial):
            return value if is_number(value) else None
        falling = {a for m, c in value.terms.items() if c < 0 for a, _ in m}
        shifted: dict[Atom, Number] = {}
        for atom in atoms_of(value):
            low, high = self.low_of(atom), self.highs.get(atom)
            if atom in falling and high is not None:
                shifted[atom] = high - alone(atom)
            elif low is not None:
                shifted[atom] = low + alone(atom)
            else:
                return None
        moved = value.replace(shifted)
        return constant_term(moved) if all(c >= 0 for m, c in terms_of(moved) if m) else None

    def low_of(self, atom: Atom) -> int | Fraction | None:
        """The lower end of an atom, which only what is whole need reach."""
        if atom in self.lows:
            return self.lows[atom]
        if atom.kind in _RISING:
            if atom not in self._ends:
                least = [low for arg in atom.args if (low := self._least(arg)) is not None]
                known = len(least) == len(atom.args)
                self._ends[atom] = constant(FUNCTIONS[atom.kind](*least)) if known else None
            return self._ends[atom]
        if atom.positive and atom.whole:
            return atom.multiple
        return 0 if atom.positive or atom.kind in ("parameter", "indicator") else None


def _learnt(condition: Condition) -> tuple[int, bool, int]:
    """The order in which conditions are learnt: parameters before what is made of them."""
    made = any(atom.args for atom in atoms_of(condition.value))
    return _ORDER.index(condition.relation), made, _degree(condition.value)


def _degree(value: Number) -> int:
    return max((sum(e for _, e in monomial) for monomial, _ in terms_of(value)), default=0)
