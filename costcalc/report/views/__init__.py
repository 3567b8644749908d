"""One view for each kind of result, as a neutral document; here the words that all of them use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal
from fractions import Fraction

from costcalc.algebra.notation import SYMBOLS
from costcalc.analysis.costs import COSTS, Measures
from costcalc.conventions.convention import work_name
from costcalc.language.parameters import text_of
from costcalc.report.document import Column

#: The number of a network's parameters; files for programs call it as JSON does.
PARAMS = Column("parameters", numeric=True, key="params")


def binding_text(values: Mapping[str, object]) -> str:
    """``α = 1/2, R = 160``."""
    return ", ".join(f"{SYMBOLS.get(n, n)} = {text_of(v)}" for n, v in values.items())


def decimal(value: Fraction, digits: int = 4) -> str:
    """``0.1267``."""
    exactly = Context(prec=digits)
    return format(exactly.divide(Decimal(value.numerator), Decimal(value.denominator)), "f")


def fraction_text(value: Fraction) -> str:
    """``73/576 ≈ 0.1267``."""
    return str(value) if value.denominator == 1 else f"{value} ≈ {decimal(value)}"


def headers(*units: str, more: Iterable[str] = ()) -> dict[str, str]:
    """The headings of costs that are counted in these units, and of ``more`` costs."""
    labels = {name: COSTS[name].label for name in more}
    return {"mult_adds": work_name(*units), "params": "parameters", **labels}


def asked_of(measures: Measures | None) -> tuple[tuple[str, str], ...]:
    """What costs that are shown hang on besides the convention, and what a time is worth."""
    rule = measures.rule.name if measures is not None and "peak" in measures.names else ""
    worth = "" if measures is None or measures.times is None else measures.times.text
    domain = "" if measures is None or measures.times is None else measures.times.domain
    timed = (("time", worth), ("measured", domain))
    return (("elements", sizes_of(measures)), ("rule", rule), *timed)


def sizes_of(measures: Measures | None) -> str:
    """The sizes of elements, where a cost that is shown hangs on them."""
    return measures.elements.text if measures is not None and measures.in_elements else ""
