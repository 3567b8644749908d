"""What stands in the cells of printed tables: figures with their units, values of parameters,
marks of footnotes, and the signs for nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from costcalc.algebra.amounts import FIGURE
from costcalc.errors import CostcalcError
from costcalc.papers.claims.claims import COSTS
from costcalc.papers.claims.headings import Column
from costcalc.source.nodes import Text

NOTHING = "-"
_NOTHING = re.compile(r"[-–—−/]*|n/?a\.?", re.I)
_MARKS = re.compile(r"\s*[*†‡§¶¹]+$|^[*†‡§¶]+\s*")
#: What may stand behind the unit in a cell: ``727 MFLOPS``, ``5.3M params``.
_COUNTED = r"(?:[- ]?(?:flops?|maccs?|macs?|ops|m-?adds?|params?|parameters))?"
FIGURES = re.compile(rf"[~≈]?\s?({FIGURE})\s?(?:(?P<unit>[KMGB])n?{_COUNTED})?", re.I)
#: An amount of memory, which is neither a cost nor the size of an image.
BYTES = re.compile(r"[~≈]?\s?[\d.,]+\s?[KMGT]i?B", re.I)
#: Two figures, as of several networks in one row.
RANGE = re.compile(r"[\d.,]+\s?[KMGB]?\s?[~–—-]\s?[\d.,]+\s?[KMGB]?", re.I)
#: The units of figures, with the digits between one and the next.
_DIGITS = {"": 0, "K": 3, "M": 6, "B": 9}


def plain(cell: str) -> str:
    """A cell without footnote marks; nothing where nothing is printed."""
    text = _MARKS.sub("", cell).strip()
    return "" if _NOTHING.fullmatch(text) else text


def figures(heading: Text, column: Column, cells: Sequence[Text]) -> tuple[str, list[str]]:
    """The unit of a column and its figures in it: what a cell carries itself goes before what the
    heading says. A figure in a smaller unit keeps its digits, ``900K`` beside ``3.4M`` is 0.900.

    :raises CostcalcError: with every cell that is no figure, or if nothing says the unit.
    """
    found = [FIGURES.fullmatch(plain(cell.text)) for cell in cells]
    units = [
        ((figure["unit"] or "").upper().replace("G", "B") or column.unit) if figure else None
        for figure in found
    ]
    _refuse(heading, column, list(zip(cells, found, units, strict=True)))
    common = max(filter(None, units), key=lambda unit: _DIGITS[unit], default="")
    return common, [
        _moved(figure[1], _DIGITS[common] - _DIGITS[unit or ""])
        if figure
        else plain(cell.text) or NOTHING
        for cell, figure, unit in zip(cells, found, units, strict=True)
    ]


def _refuse(
    heading: Text, column: Column, found: list[tuple[Text, re.Match[str] | None, str | None]]
) -> None:
    """:raises CostcalcError: a cell is no figure, or no unit is printed where there must be one."""
    problems = [
        cell.problem(f"{cell.text!r} is not a number", "- where nothing is printed")
        for cell, figure, _ in found
        if figure is None
        and plain(cell.text) not in ("", "?")
        and not RANGE.fullmatch(plain(cell.text))
    ]
    bare = [(cell, figure) for cell, figure, unit in found if figure and not unit]
    large = any(Fraction(figure[1].replace(",", "")) >= 1000 for _, figure in bare)
    if any(unit for _, _, unit in found):
        said = f"has no unit, as others of {heading.text!r} have"
        problems += [cell.problem(f"{cell.text!r} {said}") for cell, _ in bare]
    elif bare and not large and column.name in COSTS:
        hint = "(M), (K), (B) or (G) in the heading, or in each cell: 4.2M"
        problems.append(heading.problem(f"{heading.text!r} has no unit", hint))
    if problems:
        raise CostcalcError(problems)


def _moved(figure: str, digits: int) -> str:
    """A figure with its point so many digits to the left."""
    if not digits:
        return figure
    whole, _, decimals = figure.replace(",", "").partition(".")
    whole = whole.zfill(digits + 1)
    return f"{whole[:-digits]}.{whole[-digits:]}{decimals}"


def setting(cell: str) -> str:
    """A parameter's value: ``0.5×`` and ``224px`` are 0.5 and 224."""
    return re.sub(r"(?<=\d)\s?(?:[×x]|px)$", "", plain(cell))
