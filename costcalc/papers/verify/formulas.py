"""Printed formulas: identical to the derived one, identical after a named correction, different.

Formulas are derived from the operators: these run on free symbols, and what comes out is turned
into sympy. What a pyramid sums over its kernels stays a sum: Σ k_m² over m = 1 … M, with M
branches.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cached_property, partial
from itertools import chain, cycle
from typing import TYPE_CHECKING, NamedTuple

from costcalc.algebra.amounts import digits
from costcalc.algebra.evaluation import free_parameters, value_at
from costcalc.algebra.numbers import Number
from costcalc.algebra.result import Json
from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import Figure, FormulaClaim, Paper
from costcalc.papers.claims.formulas import names, parse
from costcalc.papers.claims.operators import KERNEL_SUM, output_names
from costcalc.papers.claims.parts import described
from costcalc.papers.verify import printed_formula as printed
from costcalc.papers.verify.printed_formula import Value

if TYPE_CHECKING:
    import sympy

IDENTICAL = "identical"
CORRECTED = "corrected"
DIFFERENT = "different"
VERDICTS = (IDENTICAL, CORRECTED, DIFFERENT)

#: Values at which formulas are compared before sympy proves them equal: primes, far apart.
_PRIMES = (
    (3, 7, 13, 29, 53, 97, 131, 173, 211, 251, 293, 337),
    (5, 11, 17, 41, 67, 101, 139, 181, 223, 263, 307, 347),
)


class FormulaVerdict(NamedTuple):
    """A printed formula for one metric.

    ``finding`` says the correction, the limit or what is derived instead; ``corrected`` is the
    formula after the correction.
    """

    claim: FormulaClaim
    metric: str
    printed: str
    verdict: str
    finding: str = ""
    corrected: str = ""
    derived: str = ""

    @property
    def differs(self) -> bool:
        return self.verdict != IDENTICAL

    @property
    def as_expected(self) -> bool:
        return self.differs == bool(self.claim.expect)

    def to_dict(self) -> Json:
        return {
            "paper": self.claim.paper,
            "formula": self.claim.label,
            "metric": self.metric,
            "printed": self.printed,
            "verdict": self.verdict,
            "derived": self.derived,
            "corrected": self.corrected or None,
            "finding": self.finding or None,
            "expected": "differs" if self.claim.expect else "agrees",
            **({"repeats": self.claim.repeats} if self.claim.repeats else {}),
            **({"note": self.claim.note} if self.claim.note else {}),
        }


class Derived:
    """The cost, or ratio of two, that a claim is about, as the operators themselves give it."""

    def __init__(self, claim: FormulaClaim, metric: str, tree: ast.expr) -> None:
        """``tree`` is the printed formula; its letters may say how sizes are called.

        :raises Cannot: the operators don't give it.
        """
        self.letters, self.sides, self.symbols = described(claim, names(tree))
        self.metric = metric
        self.tree = printed.renamed(tree, self.letters.read_as)
        counts = {str(side.branches) for side in self.sides if side.branches}
        self.branches = counts.pop() if len(counts) == 1 else ""
        sizes = chain.from_iterable(layer.values() for layer in self.letters.layers)
        self.numbers = sorted({int(size) for size in sizes if size.isdecimal()} - {0, 1})

        self.costs = [side.cost(metric) for side in self.sides]

    def over(self, number: Callable[[Number], Value]) -> Value:
        """The formula over any algebra; ``number`` makes one of its numbers."""
        top, *below = map(number, self.costs)
        return top / below[0] if below else top

    def expression(self) -> sympy.Expr:
        from costcalc.algebra.symbolic import to_sympy

        return self.over(to_sympy)

    def at(self, values: Mapping[str, Fraction]) -> Fraction:
        return self.over(lambda number: Fraction(value_at(number, values)))

    @cached_property
    def points(self) -> list[tuple[Mapping[str, Fraction], Fraction]]:
        """Numbers for its symbols, each with its value there."""
        known = sorted({*self.symbols}.union(*map(free_parameters, self.costs)))
        cycles = (map(Fraction, cycle(primes)) for primes in _PRIMES)
        points = [_Numbers(zip(known, numbers, strict=False)) for numbers in cycles]
        return [(values, self.at(values)) for values in points]

    def agrees(self, exchanged: printed.Exchanged) -> bool:
        """Whether the printed formula, so corrected, has the value at points where chance agreement
        is out of the question; sympy proves what passes."""
        with suppress(ZeroDivisionError, KeyError):
            evaluated = partial(printed.evaluate, self.tree, exchanged=exchanged)
            return all(evaluated(values) == value for values, value in self.points)
        return False


class _Numbers(dict[str, Fraction]):
    """Numbers for letters; any sum over kernels is made one, too."""

    def __missing__(self, name: str) -> Fraction:
        if not name.startswith(KERNEL_SUM):
            raise KeyError(name)
        return self.setdefault(name, Fraction(997 + len(self)))


class _Symbols(dict[str, "sympy.Expr"]):
    """Every name as a symbol of sympy."""

    def __missing__(self, name: str) -> sympy.Expr:
        import sympy

        return sympy.Symbol(name)


def same(a: sympy.Expr, b: sympy.Expr) -> bool:
    """Whether two rational expressions are identical."""
    import sympy

    return bool(sympy.cancel(sympy.together(a - b)) == 0)


def judge_formulas(paper: Paper) -> Iterator[FormulaVerdict]:
    """Every printed formula of a paper: what it says, what it is said to equal, its limit."""
    for claim in paper.formulas:
        for metric in claim.metrics:
            for text in filter(None, (claim.printed, claim.equals)):
                yield judge_formula(claim, metric, text)
            if claim.approximately:
                yield judge_limit(claim, metric, paper.figures)


def judge_formula(claim: FormulaClaim, metric: str, text: str) -> FormulaVerdict:
    """One printed formula against the derived one."""
    verdict = partial(FormulaVerdict, claim, metric, text)
    try:
        derived = Derived(claim, metric, parse(text))
    except Cannot as error:
        return verdict(DIFFERENT, str(error))
    right, note = derived.expression(), derived.letters.note
    for name, exchanged in printed.corrections(
        derived.tree, derived.symbols, derived.numbers, derived.branches
    ):
        if derived.agrees(exchanged):
            corrected = printed.edited(derived.tree, exchanged)
            if not same(printed.evaluate(corrected, _Symbols()), right):
                continue
            if not name:
                return verdict(IDENTICAL, note, derived=str(right))
            finding = "; ".join(filter(None, (f"identical with {name}", note)))
            return verdict(CORRECTED, finding, printed.text(corrected), str(right))
    finding = "; ".join(filter(None, (f"no single correction makes it {right}", note)))
    return verdict(DIFFERENT, finding, derived=str(right))


def judge_limit(claim: FormulaClaim, metric: str, figures: Sequence[Figure]) -> FormulaVerdict:
    """An approximation: the limit for many output channels, its error, and its error at the
    paper's own example."""
    import sympy

    verdict = partial(FormulaVerdict, claim, metric, f"≅ {claim.approximately}")
    try:
        derived = Derived(claim, metric, parse(claim.approximately))
        ratio = sympy.cancel(derived.expression())
        wanted = printed.evaluate(derived.tree, _Symbols())
    except Cannot as reason:
        return verdict(DIFFERENT, str(reason))
    shown = str(ratio)
    if same(ratio, wanted):
        return verdict(IDENTICAL, "exact, no approximation", derived=shown)
    free = {str(s): s for s in ratio.free_symbols}
    sides = reversed(derived.letters.layers)
    # an approximation lets output channels grow
    wide = next((name for side in sides for name in output_names(side) if name in free), None)
    if wide is None:
        return verdict(DIFFERENT, f"it is {ratio}", derived=shown)
    limit = sympy.limit(ratio, free[wide], sympy.oo)
    if not same(limit, wanted):
        return verdict(DIFFERENT, f"the limit for large {wide} is {limit}", derived=shown)
    error = sympy.factor(sympy.cancel((wanted - ratio) / ratio))
    finding = f"the limit for large {wide}; its relative error is {error}"
    return verdict(IDENTICAL, finding + _example(claim, figures, error), derived=shown)


def _example(claim: FormulaClaim, figures: Sequence[Figure], error: sympy.Expr) -> str:
    """The error at the numbers of the paper's worked example of the same two operators."""
    kinds = (claim.of.layer.get("layer"), claim.against and claim.against.layer.get("layer"))
    for figure in figures:
        target = figure.of[0] if figure.of else None
        if target is None or not target.layer or figure.against is None or not target.at:
            continue
        if (target.layer["layer"], figure.against.layer.get("layer")) != kinds or figure.over:
            continue
        bound = {s: Fraction(target.at[str(s)]) for s in error.free_symbols if str(s) in target.at}
        if len(bound) == len(error.free_symbols):
            import sympy

            value = error.subs({s: sympy.Rational(str(v)) for s, v in bound.items()})
            percent = digits(Fraction(int(value.p), int(value.q)) * 100, Fraction(1, 100))
            at = ", ".join(f"{s} = {v}" for s, v in sorted(bound.items(), key=str))
            return f"; at the paper's example ({at}) it is {percent} %"
    return ""
