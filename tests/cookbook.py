"""The tables of docs/cookbook.md: what PyTorch and Keras write, and the rows that stand for it."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from documents import ROOT

HEADINGS = ["arrives", "row", "leaves", "parameters"]


class Equivalent(NamedTuple):
    """One line of a table, as it is printed there."""

    framework: str
    code: str
    arrives: str
    row: str
    leaves: str
    parameters: str

    @property
    def value(self) -> int:
        """The parameters, which are printed as a sum of products."""
        products = self.parameters.split(" + ")
        return sum(prod(int(factor) for factor in product.split("·")) for product in products)


def equivalents() -> list[Equivalent]:
    found: list[Equivalent] = []
    framework = ""
    for line in (ROOT / "docs" / "cookbook.md").read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]
        if cells[1:] == HEADINGS:
            framework = cells[0]
        elif not line.startswith("|"):
            framework = ""
        elif framework and not line.startswith("|---"):
            found.append(Equivalent(framework, *cells))
    return found
