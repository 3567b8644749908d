"""What ``costcalc list`` prints."""

from __future__ import annotations

import re

from costcalc.conventions.shelf import all_conventions
from costcalc.language import library, parse_file
from costcalc.language.parameters import KNOWN, text_of
from costcalc.operators import MERGES, OPERATORS
from costcalc.report.document import Cell, Column, Document, Grid
from costcalc.report.views.conventions import counted


def listing(what: str) -> Document:
    """The listing of ``specs``, ``operators``, ``conventions`` or ``parameters``."""
    return {
        "specs": specs,
        "operators": operators,
        "conventions": conventions,
        "parameters": parameters,
    }[what]()


def _document(title: str, headers: tuple[str, ...], rows: list[tuple[Cell, ...]]) -> Document:
    return Document(title, (), (Grid(tuple(Column(h) for h in headers), rows),))


def specs() -> Document:
    rows: list[tuple[Cell, ...]] = []
    for name in library.spec_names():
        spec = parse_file(library.SPECS / f"{name}.yaml", (library.BLOCKS,))
        parameters = ", ".join(f"{n}={text_of(p.default)}" for n, p in spec.parameters.items())
        rows.append((name, parameters, spec.source))
    return _document("Networks that ship with costcalc", ("name", "parameters", "source"), rows)


def operators() -> Document:
    rows: list[tuple[Cell, ...]] = []
    for operator in OPERATORS.values():
        columns = [f.name for f in operator.fields.values() if f is not operator.main]
        columns += ["norm", "activation"] if operator.normalised else []
        columns += ["activation"] if operator.name == "fc" else []
        rows.append((operator.name, ", ".join(columns), _unmarked(operator.summary)))
    for name, function in MERGES.items():
        summary = (function.__doc__ or "").splitlines()[0]
        rows.append((name, "branches", _unmarked(summary)))
    return _document("Operators of the layer tables", ("name", "columns", "costs"), rows)


def _unmarked(text: str) -> str:
    """A docstring's line without its markup: names in quotes, no emphasis."""
    return re.sub(r"\*(\w+)\*", r"\1", re.sub("`+", "'", text))


def conventions() -> Document:
    rows: list[tuple[Cell, ...]] = [
        (c.name, c.unit, c.meaning, counted(c.mult_adds), counted(c.params))
        for c in all_conventions().values()
    ]
    headers = ("name", "unit", "meaning", "Mult-Adds", "parameters")
    return _document("What can be counted", headers, rows)


def parameters() -> Document:
    rows: list[tuple[Cell, ...]] = [
        (p.name, p.symbol, p.domain, text_of(p.default), p.meaning) for p in KNOWN.values()
    ]
    headers = ("name", "symbol", "domain", "default", "meaning")
    return _document("Parameters that every spec knows", headers, rows)
