"""The peak in closed form: which layer holds it where, with how much."""

from __future__ import annotations

from fractions import Fraction

from costcalc.algebra.notation import SYMBOLS, pretty
from costcalc.algebra.numbers import Number, divide
from costcalc.algebra.polynomial import Polynomial, atoms_of, constant_term, terms_of
from costcalc.analysis.condition import Condition
from costcalc.analysis.peak import PeakFormula
from costcalc.language.parameters import value_text
from costcalc.report.document import Document, Grid, said, texts
from costcalc.report.views import binding_text

#: What a regime has that was neither found nor disproven.
PERHAPS = " (perhaps nowhere: no binding was found)"


def peak_document(peak: PeakFormula) -> Document:
    """The regimes of ``costcalc formula --cost peak``."""
    held = ", ".join(peak.held)
    facts = said(
        ("free", ", ".join(p.symbol for p in peak.free) or "nothing: a number"),
        ("at", binding_text(peak.bound)),
        ("held", held and f"{held} (--free NAME frees it)"),
        ("over", ", ".join(_range(SYMBOLS.get(n, n), *ends) for n, ends in peak.over.items())),
        ("elements", peak.elements.text),
        ("rule", f"{peak.rule.name}: {peak.rule.meaning}"),
        ("order", "that of the file; batch 1"),
    )
    rows = [
        (
            regime.layer,
            f"{regime.bytes:,}" if isinstance(regime.bytes, int) else pretty(regime.bytes),
            (" and ".join(map(side_by_side, regime.where)) or "everywhere")
            + ("" if regime.found else PERHAPS),
        )
        for regime in peak.regimes
    ]
    where = " and ".join(condition.text for condition in peak.conditions)
    kept = ": every rounding is kept" if peak.rounded else ""
    left, forms = len(peak.regimes), len(peak.forms)
    proof = f"of the {forms} forms of its steps, no other is ever above all of these"
    lines = [
        ("exact when", where + kept) if where else ("exact", "everywhere" + kept),
        ("proven", proof if left < forms else "every form of its steps is listed"),
        ("arena", "has no closed form: costcalc memory plans it at a binding"),
    ]
    grid = Grid(texts("layer", "peak in bytes", "where it is the largest"), rows)
    return Document(peak.spec, facts, (grid,), tuple(lines))


def _range(symbol: str, low: Fraction | None, high: Fraction | None) -> str:
    """``1/4 ≤ α ≤ 1``."""
    ends = (
        "" if low is None else f"{value_text(low)} ≤ ",
        "" if high is None else value_text(high),
    )
    return f"{ends[0]}{symbol}{ends[1] and ' ≤ '}{ends[1]}"


def side_by_side(condition: Condition) -> str:
    """A bound with what is taken away on the right: ``α ≥ 3/16``, ``5·R²α ≤ classes``."""
    value, sign = condition.value, "≥"
    if not isinstance(value, Polynomial):
        return condition.text
    first = value.sorted_terms()[0][1]
    if first < 0:
        value, sign = -value, "≤"
    shape = value - constant_term(value)
    if isinstance(shape, Polynomial) and shape.terms.keys() == {((a, 1),) for a in atoms_of(shape)}:
        ((_, only), *others) = shape.terms.items()
        if not others:
            value = divide(value, only)
    left: Number = 0
    for monomial, c in terms_of(value):
        left = left + (Polynomial({monomial: c}) if monomial and c > 0 else 0)
    right = left - value
    return f"{pretty(left)} {sign} {pretty(right)}"
