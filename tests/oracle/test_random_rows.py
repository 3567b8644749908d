"""Random rows of every operator against PyTorch; ``random_rows.py`` draws thousands."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from random_rows import BLOCKS, ROWS, asked

from costcalc.operators import OPERATORS
from costcalc.operators.merging import MERGES

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("verb", ROWS)
def test_rows_give_and_cost_what_pytorch_s_layers_do(verb: str) -> None:
    """At each binding the count, the polynomial and its rounded form; one row by the counters."""
    seen, wrong = asked(verb, rows=12, seed=1, counters=1)
    assert (seen["rows"], wrong) == (12, [])


def test_every_operator_has_rows() -> None:
    assert {*OPERATORS, *MERGES} == {*ROWS} - {*BLOCKS}
