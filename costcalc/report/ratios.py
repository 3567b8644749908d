"""Symbolic ratios as a document."""

from __future__ import annotations

import re

from costcalc.checking.ratio import Comparison
from costcalc.notation import as_factors
from costcalc.parameters import SYMBOLS
from costcalc.report.document import Cell, Column, Document, Grid
from costcalc.report.documents import binding_text


def ratio_document(found: Comparison) -> Document:
    """The ratios, their limits, and separable blocks one by one."""
    facts = [("against", found.against)]
    if found.bound:
        facts.append(("at", binding_text(found.bound)))
    facts.append(("convention", f"{found.convention}; shapes as if nothing were rounded"))
    lines = []
    for ratio in found.ratios:
        lines.append((ratio.metric, _symbols(str(ratio.expression))))
        for limit in ratio.limits:
            name = SYMBOLS.get(limit.parameter, limit.parameter)
            lines.append((f"  for {limit.towards} {name}", _symbols(str(limit.value))))
    grids: tuple[Grid, ...] = ()
    if found.blocks:
        columns = (
            Column("block"),
            Column("K", numeric=True),
            Column("N"),
            Column("ratio of Mult-Adds"),
            Column("is δ(1/N + 1/K²)"),
        )
        rows: list[tuple[Cell, ...]] = [
            (
                b.block,
                str(b.kernel),
                as_factors(b.channels),
                _symbols(str(b.ratio)),
                "identical" if b.as_printed else "different",
            )
            for b in found.blocks
        ]
        grids = (Grid(columns, rows),)
    return Document(found.of, tuple(facts), grids, tuple(lines))


def _symbols(text: str) -> str:
    for name, symbol in SYMBOLS.items():
        text = re.sub(rf"\b{name}\b", symbol, text)  # not within other names: alphabet, rho_2
    return re.sub(r"\*\*3\b", "³", re.sub(r"\*\*2\b", "²", text))
