"""The tables of docs/cookbook.md: every row loads, and gives the shape and parameters printed."""

from __future__ import annotations

import pytest
from cookbook import Equivalent, equivalents

import costcalc as cc

CONVENTIONS = {"PyTorch": "trainable", "Keras": "keras"}
#: Of each table, so that a heading that is spelt otherwise does not leave it out.
LEAST = {"PyTorch": 50, "Keras": 25}


@pytest.mark.parametrize("framework", CONVENTIONS)
def test_the_tables_are_found(framework: str) -> None:
    assert sum(line.framework == framework for line in equivalents()) >= LEAST[framework]


@pytest.mark.parametrize("line", equivalents(), ids=lambda line: f"{line.framework}: {line.code}")
def test_a_row_gives_what_is_printed(line: Equivalent) -> None:
    rows = line.row if line.row.startswith("[") else f"[{line.row}]"
    include = "include: attention\n" if "attention" in line.row else ""
    net = cc.loads(f"input: {line.arrives}\n{include}layers: {rows}\n")
    table = net.count(convention=CONVENTIONS[line.framework])
    assert "x".join(map(str, table.layers[-1].output)) == line.leaves
    assert table.params == line.value
