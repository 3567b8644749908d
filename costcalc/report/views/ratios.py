"""Symbolic ratios as a document."""

from __future__ import annotations

import re

from costcalc.algebra.notation import SYMBOLS, as_factors
from costcalc.algebra.symbolic import latex_of, plain
from costcalc.analysis.ratio import Comparison, Limit
from costcalc.report.document import Cell, Document, Grid, numbers, said, texts
from costcalc.report.formats import latex
from costcalc.report.views import binding_text, decimal, fraction_text

METRICS = {"mult_adds": "Mult-Adds", "params": "parameters"}


def ratio_document(comparison: Comparison) -> Document:
    """The ratios, their limits, and separable blocks one by one."""
    facts = said(
        ("against", comparison.against),
        ("at", binding_text(comparison.bound)),
        ("defaults", binding_text(comparison.defaults)),
        ("convention", f"{comparison.convention}; shapes as if nothing were rounded"),
    )
    lines = []
    for ratio in comparison.ratios:
        value = "" if ratio.value is None else fraction_text(ratio.value)
        free = bool(ratio.expression.free_symbols)
        lines.append((ratio.metric, value if value and not free else _symbols(ratio.expression)))
        if value and free:
            lines.append(("  at the defaults", value))
        for limit in ratio.limits:
            name = SYMBOLS.get(limit.parameter, limit.parameter)
            lines.append((f"  for {limit.towards} {name}", _limit(limit)))
    grids: tuple[Grid, ...] = ()
    if comparison.blocks:
        columns = texts("N", "ratio of Mult-Adds", "is δ(1/N + 1/K²)", "at defaults")
        rows = []
        for b in comparison.blocks:
            same = "identical" if b.as_printed else "different"
            value = "" if b.value is None else decimal(b.value)
            sizes = (b.block, str(b.kernel), as_factors(b.channels))
            rows.append((*sizes, _symbols(b.ratio), same, value))
        grids = (Grid((*texts("block"), *numbers("K"), *columns), rows),)
    return Document(comparison.of, facts, grids, tuple(lines))


def ratio_table(comparison: Comparison) -> Document:
    """The ratios and their limits as one table in plain Python names, for csv; separable blocks are
    one already."""
    if comparison.blocks:
        return ratio_document(comparison)
    rows: list[tuple[Cell, ...]] = []
    for ratio in comparison.ratios:
        rows.append((ratio.metric, "", plain(ratio.expression)))
        if ratio.value is not None:
            rows.append((ratio.metric, "at the defaults", str(ratio.value)))
        for limit in ratio.limits:
            value = None if limit.value is None else plain(limit.value)
            rows.append((ratio.metric, f"{limit.towards} {limit.parameter}", value))
    return Document(comparison.of, (), (Grid(texts("metric", "limit", "value"), rows),))


def ratio_latex(comparison: Comparison) -> str:
    """An align environment, with all else as comments; separable blocks are a table."""
    document = ratio_document(comparison)
    if comparison.blocks:
        return latex.render(document).replace("$*$", r"\cdot ")
    lines = [f"% {document.heading}", *(f"% {name}: {text}" for name, text in document.facts)]
    metric = ""
    for name, text in document.lines:
        if name in METRICS:
            metric = METRICS[name]
        else:
            lines.append(f"% {metric}, {name.strip()}: {text}")
    body = [
        rf"\text{{ratio of {METRICS[ratio.metric]}}} &= {latex_of(ratio.expression)}"
        for ratio in comparison.ratios
    ]
    head = [*lines, r"% needs \usepackage{amsmath}", r"\begin{align}"]
    return "\n".join([*head, " \\\\\n".join(body), r"\end{align}", ""])


def _limit(limit: Limit) -> str:
    if limit.value is None:
        return f"not decided: give a value to {', '.join(limit.needs)}"
    return _symbols(limit.value)


def _symbols(expression: object) -> str:
    """A sympy expression in the papers' symbols."""
    return _spelt(plain(expression, "[{}]"))


def _spelt(text: str) -> str:
    for name, symbol in SYMBOLS.items():
        text = re.sub(rf"\b{name}\b", symbol, text)  # not within other names: alphabet, rho_2
    for name, symbol in {"!=": "≠", ">=": "≥", "<=": "≤"}.items():
        text = text.replace(name, symbol)
    return re.sub(r"\*\*3\b", "³", re.sub(r"\*\*2\b", "²", text))
