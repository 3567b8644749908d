"""Closed forms as an answer: their rows, where they hold, what they give at a binding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from costcalc.algebra.atoms import Atom
from costcalc.algebra.evaluation import divisors, evaluate, exact, value_at
from costcalc.algebra.numbers import Number, simplest
from costcalc.algebra.polynomial import Polynomial, atoms_of, terms_of
from costcalc.algebra.result import Json, Result
from costcalc.analysis.condition import Condition
from costcalc.analysis.costs import COSTS, MAIN, Measures
from costcalc.analysis.count import whole
from costcalc.conventions.convention import work_name
from costcalc.errors import CostcalcError, Problem, did_you_mean
from costcalc.graph.layers import Assumption, Layer, grouping
from costcalc.language.parameters import Bound, Parameter, bind, numbers_of, text_of, texts_of

if TYPE_CHECKING:
    import sympy


class FormulaRow(NamedTuple):
    """The closed form of some layers, in rounded form (every floor and ceiling kept).

    A layer of a repetition stands for ``times`` layers, of which ``name`` is the first. ``others``
    are the forms of what was asked for besides, by name.
    """

    name: str
    mult_adds_rounded: Number
    params_rounded: Number
    times: Number = 1
    others: Mapping[str, Number] = {}

    @property
    def mult_adds(self) -> Number:
        """The polynomial, every rounding dropped."""
        return exact(self.mult_adds_rounded)

    @property
    def params(self) -> Number:
        return exact(self.params_rounded)

    def costs(self, rounded: bool) -> tuple[Number, ...]:
        """Mult-Adds, parameters and the others: with every floor and ceiling, or the
        polynomials."""
        forms = (self.mult_adds_rounded, self.params_rounded, *self.others.values())
        return forms if rounded else tuple(map(exact, forms))

    def form(self, name: str) -> Number:
        """One cost, every rounding dropped."""
        return exact(self.others[name]) if name in self.others else getattr(self, name)

    def to_dict(self, rounded: bool) -> Json:
        times = {} if self.times == 1 else {"times": str(self.times)}
        named = zip((*MAIN, *self.others), self.costs(rounded), strict=True)
        return {"name": self.name, **times, **{name: str(form) for name, form in named}}


class Leading(NamedTuple):
    """The term that grows fastest, with its share of the whole at the defaults.

    The share is above 1, or below 0, where terms are below 0.
    """

    term: Number
    share: Fraction


@dataclass(frozen=True, repr=False)
class Formula(Result, says="spec parameters bound convention"):
    """Closed forms of a network's cost in its free parameters.

    ``mult_adds`` and ``params`` are sympy expressions, exact where ``exact_when`` holds;
    ``rounded`` has the forms that keep floor and ceiling and hold at every binding that keeps the
    network's structure. :meth:`at` evaluates exactly. ``measures`` says what was asked for.
    """

    spec: str
    convention: str
    unit: str
    bound: Mapping[str, Bound]
    held: tuple[str, ...]
    free: tuple[Parameter, ...]
    total: FormulaRow
    layers: tuple[tuple[Layer, FormulaRow], ...]
    conditions: tuple[Condition, ...]
    rounded_conditions: tuple[Condition, ...]
    existence: tuple[Condition, ...]
    form: tuple[Condition, ...]
    assumptions: tuple[Assumption, ...]
    limits: tuple[Condition, ...] = ()
    measures: Measures | None = None

    @property
    def costs(self) -> tuple[str, ...]:
        """The names of the costs: Mult-Adds, parameters, and what else was asked for."""
        return (*MAIN, *self.total.others)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the free parameters."""
        return tuple(p.name for p in self.free)

    def defaults(self) -> dict[str, int | Fraction]:
        """The free parameters at the spec's defaults; without a resolution of two sides."""
        return numbers_of({p.name: p.default for p in self.free})

    def domain(self, rounded: bool) -> tuple[Condition, ...]:
        """Where the forms are exact: those that keep floor and ceiling, or the polynomials."""
        return self.rounded_conditions if rounded else self.conditions

    @property
    def exact_when(self) -> tuple[str, ...]:
        """Conditions under which the polynomials are exact, as plain Python arithmetic."""
        return tuple(c.python for c in self.conditions)

    @cached_property
    def mult_adds(self) -> sympy.Expr:
        """The Mult-Adds as a sympy polynomial."""
        from costcalc.algebra.symbolic import to_sympy

        return to_sympy(self.total.mult_adds)

    @cached_property
    def params(self) -> sympy.Expr:
        """The parameters as a sympy polynomial."""
        from costcalc.algebra.symbolic import to_sympy

        return to_sympy(self.total.params)

    @cached_property
    def rounded(self) -> tuple[sympy.Expr, ...]:
        """All costs with every floor and ceiling kept, as sympy expressions."""
        from costcalc.algebra.symbolic import to_sympy

        return tuple(map(to_sympy, self.total.costs(rounded=True)))

    def expression(self, cost: str) -> sympy.Expr:
        """One of the costs as a sympy polynomial.

        :raises CostcalcError: it was not asked for.
        """
        from costcalc.algebra.symbolic import to_sympy

        if cost not in self.costs:
            hint = did_you_mean(cost, self.costs)
            raise CostcalcError(f"the formula has no cost {cost!r}", hint)
        return to_sympy(self.total.form(cost))

    @property
    def symbols(self) -> dict[str, sympy.Symbol]:
        """The sympy symbol of each free parameter: plain ones, ``Symbol("alpha")``."""
        import sympy

        return {name: sympy.Symbol(name) for name in self.parameters}

    def at(self, *, rounded: bool = False, **values: object) -> tuple[int, ...]:
        """Mult-Adds, parameters, and what else was asked for, at a binding, exactly; parameters
        that are not given are at the spec's defaults.

        The polynomial by default; with ``rounded=True`` the form that keeps floor and ceiling.

        :raises CostcalcError: a bad value, a layer can't exist there, or the polynomial is not
            exact there (the message names the layer).
        """
        free = {p.name: p for p in self.free}
        defaults = {name: p.default for name, p in free.items()}
        binding = as_numbers(defaults | bind(free, values, "the formula"))
        self.check(binding, rounded=rounded)
        costs = (simplest(value_at(cost, binding)) for cost in self.total.costs(rounded))
        return tuple(whole(cost, self.convention, f" for {self.spec}") for cost in costs)

    @property
    def undivided(self) -> tuple[Condition, ...]:
        """That nothing is 0 that a condition on the structure divides by."""
        return _no_zeros([assumption.condition for assumption in self.assumptions])

    def needs(self, rounded: bool) -> Iterator[tuple[Condition, bool]]:
        """What the costs need, each with whether the network itself does, and not only the closed
        form: in such an order that nothing divides by what may still be 0. Of rounds that only the
        closed form has, the network asks nothing."""
        needs = [(c, False) for c in self.form] + [(c, True) for c in self.existence]
        forms = [*self.total.costs(rounded), *(condition.value for condition, _ in needs)]
        forms += [condition.value for condition in (() if rounded else self.conditions)]
        yield from (need for need in needs if not divisors(need[0].value))
        yield from ((condition, False) for condition in _no_zeros(forms))
        yield from (need for need in needs if divisors(need[0].value))

    def check(self, binding: Mapping[str, int | Fraction], *, rounded: bool) -> None:
        """:raises CostcalcError: a form does not hold at a binding of all free parameters."""

        def refuse_form(condition: Condition) -> None:
            message = f"the closed form of {self.spec} holds only where {condition.text}"
            raise CostcalcError(message, "count it instead")

        for condition in self.undivided:
            if not condition.holds(binding):
                refuse_form(condition)
        for assumption in self.assumptions:
            if bool(evaluate(assumption.condition, binding)) is not assumption.holds:
                message = f"the structure of {self.spec} changes at this binding"
                raise CostcalcError(Problem(message, "count it instead", assumption.place))
        limits = ((limit, True) for limit in self.limits)
        for condition, exists in (*self.needs(rounded), *limits):
            if condition.holds(binding):
                continue
            if not exists:
                refuse_form(condition)
            needed = f"{condition.layer} needs {condition.text}"
            raise CostcalcError(f"{self.spec} does not exist at this binding: {needed}")
        for condition in () if rounded else self.conditions:
            if not condition.holds(binding):
                layer = f" (first at layer {condition.layer})" if condition.layer else ""
                message = f"the polynomial of {self.spec} is exact only where {condition.text}"
                raise CostcalcError(message + layer, "use the rounded form, or count")

    def exists(self, binding: Mapping[str, int | Fraction]) -> bool:
        """Whether the form that keeps every rounding holds at a binding."""
        try:
            self.check(binding, rounded=True)
        except CostcalcError:
            return False
        return True

    def by(self, key: str) -> tuple[FormulaRow, ...]:
        """Closed forms by ``total``, ``layer``, ``type``, ``stage``, ``group`` or ``row``."""
        if key == "total":
            return (self.total,)
        if key == "layer":
            return tuple(row for _, row in self.layers)
        names = grouping(key)
        groups: dict[str, list[FormulaRow]] = {}
        for layer, row in self.layers:
            groups.setdefault(names(layer), []).append(row)
        return tuple(together(name, rows, self.costs) for name, rows in groups.items())

    def written(
        self, key: str, *, rounded: bool, existence: bool = False
    ) -> tuple[FormulaRow, ...]:
        """The rows of :meth:`by`, to be written out with the conditions of the polynomial, and with
        those of ``existence``.

        :raises CostcalcError: one is too long (:data:`costcalc.algebra.atoms.MAX_TEXT`).
        """
        rows = self.by(key)
        forms = [form for row in (self.total, *rows) for form in row.costs(rounded)]
        forms += [c.value for c in (*self.domain(rounded), *(self.existence if existence else ()))]
        if any(atom.is_cut for form in forms for atom in atoms_of(form)):
            hint = f"give a value to {', '.join(self.parameters)}"
            raise CostcalcError(f"the closed form of {self.spec} is too long to write out", hint)
        return rows

    @property
    def leading(self) -> Leading | None:
        """The term of the Mult-Adds that grows fastest when all free parameters grow alike: that of
        the highest degree, and of several the largest at the defaults.

        None for a constant, and where a default is no number.
        """
        polynomial, defaults = self.total.mult_adds, self.defaults()
        if not isinstance(polynomial, Polynomial) or len(defaults) < len(self.free):
            return None

        def rank(term: Polynomial) -> tuple[int, int | Fraction]:
            return _degree(term), value_at(term, defaults)

        terms = [Polynomial({m: c}) for m, c in polynomial.sorted_terms() if m]
        best = max(terms, key=rank)
        whole = value_at(polynomial, defaults)
        return Leading(best, Fraction(value_at(best, defaults)) / whole) if whole else None

    def to_dict(self, by: str = "total", *, rounded: bool = False) -> Json:
        """The JSON contract of ``costcalc formula --format json``."""
        rows = self.written(by, rounded=rounded)
        named = zip(self.costs, self.total.costs(rounded), strict=True)
        data = {
            "spec": self.spec,
            "convention": self.convention,
            "unit": self.unit,
            **({} if self.measures is None else self.measures.to_dict()),
            "parameters": list(self.parameters),
            "bound": texts_of(self.bound),
            **{name: str(form) for name, form in named},
            "exact_when": [condition.python for condition in self.domain(rounded)],
        }
        if by == "total":
            return data
        return {**data, "by": by, "groups": [row.to_dict(rounded) for row in rows]}

    def _repr_latex_(self) -> str:
        from costcalc.algebra.symbolic import to_latex

        names = (work_name(self.unit), "parameters", *(COSTS[n].label for n in self.total.others))
        forms = map(to_latex, self.total.costs(rounded=False))
        rows = (rf"\text{{{name}}} &= {form}" for name, form in zip(names, forms, strict=True))
        aligned = r"\\".join(rows)
        return rf"$\displaystyle \begin{{aligned}}{aligned}\end{{aligned}}$"


def together(name: str, rows: Sequence[FormulaRow], costs: Sequence[str]) -> FormulaRow:
    """Some rows as one."""
    forms = [row.costs(rounded=True) for row in rows]
    work, params, *others = (
        COSTS[cost].of_all(of_row[i] for of_row in forms) for i, cost in enumerate(costs)
    )
    return FormulaRow(name, work, params, 1, dict(zip(costs[len(MAIN) :], others, strict=True)))


def _no_zeros(forms: Iterable[Number]) -> tuple[Condition, ...]:
    below = dict.fromkeys(divisor for form in forms for divisor in divisors(form))
    return tuple(Condition(divisor, Fraction(1), "!=", "") for divisor in below)


def _degree(x: Number) -> int:
    """The degree in all parameters together. A max counts as the highest of its polynomials, a min
    as the lowest, a condition as a number, and a quotient as the difference."""

    def of_atom(atom: Atom) -> int:
        degrees = [_degree(arg) for arg in atom.args]
        match atom.kind:
            case "parameter":
                return 1
            case "max" | "min":
                return max(degrees) if atom.kind == "max" else min(degrees)
            case "quotient":
                return degrees[0] - degrees[1]
        return 0

    return max((sum(e * of_atom(a) for a, e in m) for m, _ in terms_of(x)), default=0)


def as_numbers(binding: Mapping[str, Bound]) -> dict[str, int | Fraction]:
    """A binding at which closed forms can be evaluated.

    :raises CostcalcError: a resolution of two sides, which are two parameters in a closed form.
    """
    for name, value in binding.items():
        if isinstance(value, tuple):
            message = f"{name}: {text_of(value)} is not one side"
            raise CostcalcError(message, f"bind it in the formula: --{name} {text_of(value)}")
    return numbers_of(binding)
