"""Printed formulas: identical to the derived one, identical after a named correction, different."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from costcalc.algebra.amounts import digits
from costcalc.graph.selection import Cannot
from costcalc.papers.claims.claims import Figure, FormulaClaim, Paper
from costcalc.papers.claims.formulas import parse
from costcalc.papers.claims.operators import output_names
from costcalc.papers.verify import printed_formula as printed

if TYPE_CHECKING:
    from costcalc.papers.verify.derivation import Derived

IDENTICAL = "identical"
CORRECTED = "corrected"
DIFFERENT = "different"

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

    def to_dict(self) -> dict[str, Any]:
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
        }


def judge_formulas(paper: Paper) -> list[FormulaVerdict]:
    """Every printed formula of a paper: what it says, what it is said to equal, its limit."""
    found = []
    for claim in paper.formulas:
        for metric in claim.metrics:
            if claim.printed:
                found.append(judge_formula(claim, metric, claim.printed))
            if claim.equals:
                found.append(judge_formula(claim, metric, claim.equals))
            if claim.approximately:
                found.append(judge_limit(claim, metric, paper.figures))
    return found


def judge_formula(claim: FormulaClaim, metric: str, text: str) -> FormulaVerdict:
    """One printed formula against the derived one."""
    from costcalc.papers.verify.derivation import derive, same

    try:
        tree = parse(text)
        derived = derive(claim, metric)
        shown = str(derived.expression())
        correct = _finder(derived)
        if correct(tree) and same(_expression(tree, derived), derived.expression()):
            return FormulaVerdict(claim, metric, text, IDENTICAL, derived=shown)
        for name, edited in printed.edits(tree, derived.symbols, derived.numbers, derived.branches):
            if correct(edited) and same(_expression(edited, derived), derived.expression()):
                finding = f"identical with {name}"
                mended = printed.text(edited)
                return FormulaVerdict(claim, metric, text, CORRECTED, finding, mended, shown)
    except Cannot as error:
        return FormulaVerdict(claim, metric, text, DIFFERENT, str(error))
    return FormulaVerdict(
        claim, metric, text, DIFFERENT, f"no single correction makes it {shown}", derived=shown
    )


def _finder(derived: Derived) -> Any:
    """Whether a tree has the derived formula's values at points where chance agreement is out of
    the question; sympy proves what passes."""
    names = sorted(derived.names)
    points = []
    for primes in _PRIMES:
        values = {name: Fraction(primes[i % len(primes)]) for i, name in enumerate(names)}
        points.append((values, derived.at(values)))

    def agrees(tree: Any) -> bool:
        for values, wanted in points:
            if not printed.names(tree) <= set(values):
                return False
            try:
                value = printed.evaluate(tree, values, Fraction, printed.numeric_sum)
            except ZeroDivisionError:
                return False
            if value != wanted:
                return False
        return True

    return agrees


def _expression(tree: Any, derived: Derived) -> Any:
    import sympy

    from costcalc.papers.verify.derivation import kernel_sum, symbols

    known = symbols(printed.names(tree) | derived.names)
    return printed.evaluate(tree, known, sympy.Integer, kernel_sum)


def judge_limit(claim: FormulaClaim, metric: str, figures: Sequence[Figure]) -> FormulaVerdict:
    """An approximation: the limit for many output channels, its error, and its error at the
    paper's own example."""
    import sympy

    from costcalc.papers.verify.derivation import derive, same

    text = f"≅ {claim.approximately}"
    try:
        derived = derive(claim, metric)
        ratio = sympy.cancel(derived.expression())
        wanted = _expression(parse(claim.approximately), derived)
    except Cannot as reason:
        return FormulaVerdict(claim, metric, text, DIFFERENT, str(reason))
    if same(ratio, wanted):
        finding = "exact, no approximation"
        return FormulaVerdict(claim, metric, text, IDENTICAL, finding, derived=str(ratio))
    free = {str(s) for s in ratio.free_symbols}
    wide = [name for name in _output_channels(claim) if name in free]
    if not wide:
        return FormulaVerdict(claim, metric, text, DIFFERENT, f"it is {ratio}", derived=str(ratio))
    symbol = next(s for s in ratio.free_symbols if str(s) == wide[0])
    limit = sympy.limit(ratio, symbol, sympy.oo)
    error = sympy.factor(sympy.cancel((wanted - ratio) / ratio))
    if not same(limit, wanted):
        finding = f"the limit for large {wide[0]} is {limit}"
        return FormulaVerdict(claim, metric, text, DIFFERENT, finding, derived=str(ratio))
    finding = f"the limit for large {wide[0]}; its relative error is {error}"
    example = _example(claim, figures, error)
    return FormulaVerdict(claim, metric, text, IDENTICAL, finding + example, derived=str(ratio))


def _output_channels(claim: FormulaClaim) -> list[str]:
    """The symbols for output channels, which an approximation lets grow."""
    sides = (claim.against, claim.of)
    return [name for side in sides if side is not None for name in output_names(side.layer)]


def _example(claim: FormulaClaim, figures: Sequence[Figure], error: Any) -> str:
    """The error at the numbers of the paper's worked example of the same two operators."""
    kinds = (claim.of.layer["layer"], claim.against and claim.against.layer["layer"])
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
