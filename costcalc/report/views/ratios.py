"""Symbolic ratios as a document."""

from __future__ import annotations

import re

from costcalc.algebra.notation import SYMBOLS, as_factors
from costcalc.algebra.symbolic import plain
from costcalc.analysis.ratio import Comparison, Limit
from costcalc.report.document import Cell, Document, Grid, numbers, said, texts
from costcalc.report.views import binding_text


def ratio_document(comparison: Comparison) -> Document:
    """The ratios, their limits, and separable blocks one by one."""
    facts = said(
        ("against", comparison.against),
        ("at", binding_text(comparison.bound)),
        ("convention", f"{comparison.convention}; shapes as if nothing were rounded"),
    )
    lines = []
    for ratio in comparison.ratios:
        lines.append((ratio.metric, _symbols(ratio.expression)))
        for limit in ratio.limits:
            name = SYMBOLS.get(limit.parameter, limit.parameter)
            lines.append((f"  for {limit.towards} {name}", _limit(limit)))
    grids: tuple[Grid, ...] = ()
    if comparison.blocks:
        columns = texts("N", "ratio of Mult-Adds", "is δ(1/N + 1/K²)")
        rows = []
        for b in comparison.blocks:
            same = "identical" if b.as_printed else "different"
            rows.append((b.block, str(b.kernel), as_factors(b.channels), _symbols(b.ratio), same))
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
        for limit in ratio.limits:
            value = None if limit.value is None else plain(limit.value)
            rows.append((ratio.metric, f"{limit.towards} {limit.parameter}", value))
    return Document(comparison.of, (), (Grid(texts("metric", "limit", "value"), rows),))


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
