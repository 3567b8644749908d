"""Polynomials over atoms: the natural closed form of a cost.

Kept with its roundings it is exact everywhere (the "rounded form"); with every rounding dropped it
is the polynomial of the papers, with the conditions under which dropping changed nothing.

Why not sympy here: sympy's ``floor``/``ceiling`` do not merge (``ceil(ceil(n/2)/2)``), cost
milliseconds each, and importing it takes longer than counting. :mod:`costcalc.algebra.symbolic`
turns a finished polynomial into a sympy expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import lcm, prod

from costcalc.algebra import numbers
from costcalc.algebra.atoms import Atom, Monomial, over, plain, times
from costcalc.algebra.numbers import HALF, Form, Number, is_number, simplest
from costcalc.errors import Undecided

#: Products of terms that one multiplication may make; real networks stay below a thousand.
MAX_PRODUCTS = 20_000


class Polynomial(Form):
    """A sum of integer or rational multiples of products of atoms. Immutable; never a constant.

    Made by arithmetic on :func:`parameter`; an operation whose result has no atom left returns a
    plain ``int`` or ``Fraction``.
    """

    __slots__ = ("_atoms", "_hash", "terms")

    def __init__(self, terms: dict[Monomial, int | Fraction]) -> None:
        self.terms = terms
        self._hash: int | None = None
        self._atoms: tuple[Atom, ...] | None = None

    # -- arithmetic ---------------------------------------------------------------------------

    def __add__(self, other: Number) -> Number:
        terms = dict(self.terms)
        for monomial, coefficient in terms_of(other):
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return _made(terms)

    __radd__ = __add__

    def __neg__(self) -> Number:
        return self * -1

    def __sub__(self, other: Number) -> Number:
        return self + other * -1

    def __rsub__(self, other: Number) -> Number:
        return self * -1 + other

    def __mul__(self, other: Number) -> Number:
        if isinstance(other, Polynomial) and len(self.terms) * len(other.terms) > MAX_PRODUCTS:
            raise Undecided("the closed form has too many terms", "bind a parameter")
        terms: dict[Monomial, int | Fraction] = {}
        for m2, c2 in terms_of(other):
            for m1, c1 in self.terms.items():
                monomial = times(m1, m2)
                terms[monomial] = terms.get(monomial, 0) + c1 * c2
        return _made(terms)

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> Number:
        result: Number = 1
        for _ in range(exponent):
            result = self * result
        return result

    def __truediv__(self, other: Number) -> Number:
        if isinstance(other, Polynomial):
            return _quotient(self, other)
        return self * numbers.divide(1, other)

    def __rtruediv__(self, other: Number) -> Number:
        return _quotient(other, self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.terms,)  # not the hash: that of a text differs between processes

    # -- rounding -----------------------------------------------------------------------------

    def __floor__(self) -> Number:
        return _rounded("floor", self)

    def __ceil__(self) -> Number:
        return _rounded("ceil", self)

    def nearest(self) -> Number:
        if is_whole(self):
            return self
        text = _floor_text("floor", self + HALF)
        return alone(Atom("nearest", text, (self,), whole=True, positive=False))

    def __round__(self) -> Number:
        if is_whole(self):
            return self
        # what ends at 2k − 1/2 and what ends at 2k + 1/2: that one below, this one above
        below, above = (self * HALF + end for end in (HALF * HALF, -HALF * HALF))
        text = f"({_floor_text('floor', below)} + {_floor_text('ceil', above)})"
        return alone(Atom("round", text, (self,), whole=True, positive=False))

    def divisible(self, by: int) -> Number:
        if is_multiple(self, by) and is_positive(self):
            return self
        text = f"divisible({self}, {by})"
        return alone(Atom("divisible", text, (self, by), whole=True, positive=True, multiple=by))

    @staticmethod
    def extreme(kind: str, values: tuple[Number, ...]) -> Number:
        distinct = tuple(dict.fromkeys(values))
        if len(distinct) == 1:
            return distinct[0]
        factor = common_factor(distinct)
        if factor and all(atom.positive for atom, _ in factor):  # max(αx, x/2) is x·max(α, 1/2)
            outside = Polynomial({factor: 1})
            return outside * numbers.FUNCTIONS[kind](*(value / outside for value in distinct))
        text = f"{kind}({', '.join(map(str, distinct))})"
        whole = all(map(is_whole, distinct))
        positive = (any if kind == "max" else all)(map(is_positive, distinct))
        return alone(Atom(kind, text, distinct, whole=whole, positive=positive))

    def compare_to_zero(self, relation: str) -> bool | Number:
        """``self relation 0``: a bool where every admissible binding agrees, else an indicator."""
        for sign, value in ((1, self), (-1, -self)):
            if is_positive(value):
                return numbers.compare(relation, sign, 0)
        text = f"({self} {relation} 0)"
        atom = Atom("indicator", text, (self,), whole=True, positive=False, relation=relation)
        return alone(atom)

    # -- taking apart -------------------------------------------------------------------------

    def single(self) -> Atom | None:
        """The atom that it is; None if it is more than one atom alone."""
        ((monomial, coefficient), *others) = self.terms.items()
        alone = not others and coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1
        return monomial[0][0] if alone else None

    def inside_out(self) -> tuple[Atom, ...]:
        """Every atom of it, each once, those in the arguments of others before these."""
        if self._atoms is None:
            found: dict[Atom, None] = {}
            open_ = sorted(atoms_of(self))  # in an order that does not hang on the hash seed
            while open_:
                inner = {a for arg in open_[-1].args for a in atoms_of(arg) if a not in found}
                if inner:
                    open_ += sorted(inner)
                else:
                    found[open_.pop()] = None
            self._atoms = tuple(found)
        return self._atoms

    def replace(self, values: Mapping[Atom, Number]) -> Number:
        """The polynomial with a value for each of its atoms."""
        total: Number = 0
        for monomial, coefficient in self.terms.items():
            product: Number = coefficient
            for atom, exponent in monomial:
                for _ in range(exponent):
                    product = product * values[atom]
            total = total + product
        return simplest(total)

    def put(self, atom: Atom, value: Number) -> Number:
        """The polynomial with one atom replaced."""
        return self.replace({**{other: alone(other) for other in atoms_of(self)}, atom: value})

    def sorted_terms(self) -> list[tuple[Monomial, int | Fraction]]:
        """Terms by falling degree, then by name: the order in which formulas are printed."""
        return sorted(
            self.terms.items(),
            key=lambda term: (-sum(e for _, e in term[0]), [(a.text, -e) for a, e in term[0]]),
        )

    def __str__(self) -> str:
        """Plain Python arithmetic over the parameters' names."""
        return self.written(plain)

    def written(self, term: Callable[[Monomial, int | Fraction], str], minus: str = "-") -> str:
        """Its terms with their signs; ``term`` writes one without its sign."""
        text = "".join(
            f" {minus} {term(monomial, -c)}" if c < 0 else f" + {term(monomial, c)}"
            for monomial, c in self.sorted_terms()
        )
        return text[3:] if text[1] == "+" else minus + text[3:]

    __repr__ = __str__


def alone(atom: Atom) -> Polynomial:
    """The polynomial that is one atom."""
    return Polynomial({((atom, 1),): 1})


def parameter(name: str, *, whole: bool, positive: bool = True) -> Polynomial:
    """The free parameter ``name`` as a polynomial."""
    return alone(Atom("parameter", name, (), whole=whole, positive=positive))


def terms_of(x: Number) -> Iterable[tuple[Monomial, int | Fraction]]:
    """The products that ``x`` is the sum of, with their coefficients."""
    if isinstance(x, Polynomial):
        return x.terms.items()
    if isinstance(x, Form):
        raise TypeError(f"{type(x).__name__} in a polynomial")
    return (((), x),) if x else ()


def atoms_of(x: Number) -> set[Atom]:
    """The atoms that ``x`` is a polynomial in (not those inside their arguments)."""
    return {atom for monomial, _ in terms_of(x) for atom, _ in monomial}


def common_factor(values: Iterable[Number]) -> Monomial:
    """The atoms that every term of all values has, with their least exponents."""
    first, *others = (dict(monomial) for value in values for monomial, _ in terms_of(value))
    least = {a: min((e, *(other.get(a, 0) for other in others))) for a, e in first.items()}
    return tuple(sorted((atom, exponent) for atom, exponent in least.items() if exponent))


def constant_term(x: Number) -> int | Fraction:
    """−10 of L − 10."""
    return dict(terms_of(x)).get((), 0)


def denominator(x: Number) -> int:
    """The least whole number that makes every coefficient whole."""
    return lcm(*(coefficient.denominator for _, coefficient in terms_of(x)))


def is_multiple(x: Number, by: int) -> bool:
    """Whether ``x`` is a whole multiple of ``by`` whatever its free parameters are."""
    return all(
        coefficient * prod(atom.multiple**exponent for atom, exponent in monomial) % by == 0
        and all(atom.whole for atom, _ in monomial)
        for monomial, coefficient in terms_of(x)
    )


def is_whole(x: Number) -> bool:
    """Whether ``x`` is a whole number whatever its free parameters are."""
    return numbers.is_whole(x) if is_number(x) else is_multiple(x, 1)


def is_positive(x: Number) -> bool:
    """Whether ``x`` is above 0 whatever its free parameters are."""
    if is_number(x):
        return x > 0
    return all(c > 0 and all(atom.positive for atom, _ in m) for m, c in terms_of(x))


def _made(terms: Mapping[Monomial, int | Fraction]) -> int | Fraction | Polynomial:
    kept = {monomial: simplest(c) for monomial, c in terms.items() if c}
    if not kept:
        return 0
    if len(kept) == 1 and () in kept:
        return kept[()]
    return Polynomial(kept)


def _rounded(kind: str, x: Polynomial) -> Number:
    """``floor(x)`` or ``ceil(x)`` in a canonical form, so that equal sides get equal texts.

    Whole parts move out; ``ceil(ceil(y)/m)`` is ``ceil(y/m)`` and likewise for floor (y real, m a
    positive integer); ``floor((n + m - 1)/m)`` is ``ceil(n/m)`` for a whole n.
    """
    if is_whole(x):
        return x
    whole_terms = {m: c for m, c in x.terms.items() if m and is_whole(_made({m: c}))}
    whole: Number = _made(whole_terms)
    rest: Number = _made({m: c for m, c in x.terms.items() if m not in whole_terms})
    constant = x.terms.get((), 0)
    shape: Number = rest - constant
    if isinstance(shape, Polynomial):
        m = denominator(shape)
        scaled = shape * m
        if is_whole(scaled) and m > 1:
            # n/m + constant with n whole: the constant counts in steps of 1/m
            steps = numbers.floor(constant * m) if kind == "floor" else numbers.ceil(constant * m)
            if kind == "ceil":  # ceil((n + c)/m) = floor((n + c + m - 1)/m)
                steps += m - 1
            turns, steps = divmod(steps, m)
            whole = whole + turns
            kind, steps = ("ceil", 0) if steps == m - 1 else ("floor", steps)
            rest = shape + Fraction(steps, m)
        else:
            turns = numbers.floor(constant)
            whole, rest = whole + turns, rest - turns
    rest = _unnested(kind, rest)
    if is_number(rest):
        return whole + (numbers.floor(rest) if kind == "floor" else numbers.ceil(rest))
    positive = kind == "ceil" and is_positive(rest)
    atom = Atom(kind, _floor_text(kind, rest), (rest,), whole=True, positive=positive)
    return whole + alone(atom)


def _floor_text(kind: str, x: Number) -> str:
    """``x`` rounded, in integer arithmetic: ``(32*alpha//1)``, ``(-(-resolution//32))``.

    No division that could make a float is ever printed.
    """
    below = denominator(x)
    above = x * below
    inner = f"({above})" if isinstance(above, Polynomial) and len(above.terms) > 1 else str(above)
    return f"({inner}//{below})" if kind == "floor" else f"(-(-{inner}//{below}))"


def _unnested(kind: str, x: Number) -> Number:
    """``x`` without the roundings that rounding it once more makes needless."""
    while True:
        match [*terms_of(x)]:
            case [(((atom, 1),), c)] if atom.kind == kind and c > 0 and c.numerator == 1:
                x = atom.args[0] * c
            case _:
                return x


def _quotient(a: Number, b: Polynomial) -> Number:
    """``a / b``: a polynomial where it divides, otherwise an atom."""
    if isinstance(a, Polynomial):
        if len(b.terms) == 1:
            ((divisor, coefficient),) = b.terms.items()
            parts = [(over(m, divisor), Fraction(c) / coefficient) for m, c in a.terms.items()]
            terms = {monomial: c for monomial, c in parts if monomial is not None}
            if len(terms) == len(parts):
                return _made(terms)
        if a.terms.keys() == b.terms.keys():
            ratios = {Fraction(c) / b.terms[m] for m, c in a.terms.items()}
            if len(ratios) == 1:
                return simplest(ratios.pop())
    elif a == 0:
        return 0
    positive = is_positive(a) and is_positive(b)
    return alone(Atom("quotient", f"(({a})/({b}))", (a, b), whole=False, positive=positive))
