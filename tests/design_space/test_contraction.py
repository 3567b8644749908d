"""Products of tables equal the sums written out, at every size of number."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from costcalc.algebra.atoms import Atom, Monomial
from costcalc.design_space.sweep.contraction import Column, contract
from costcalc.design_space.sweep.exact_array import FLOAT, INT


def monomial(component: int, k: int) -> Monomial:
    if k == 0:
        return ()
    atom = Atom("parameter", f"x{component}", (), whole=True, positive=True)
    return ((atom, k),)


def column(values: list[int], denominator: int = 1) -> Column:
    bound = max(map(abs, values))
    kind = np.int64 if bound < INT else object
    return Column(np.array(values, kind), bound, denominator)


@st.composite
def problems(draw: Any) -> tuple[dict[Any, Any], tuple[dict[Any, Column], ...], tuple[int, ...]]:
    count = draw(st.integers(0, 3))
    size = draw(st.sampled_from([10, 2**13, 2**17, 2**22, 2**40]))
    shape = tuple(draw(st.integers(1, 5)) for _ in range(count))
    tables = []
    for i, length in enumerate(shape):
        table = {(): column([1] * length)}
        for k in (1, 2):
            values = draw(st.lists(st.integers(0, size), min_size=length, max_size=length))
            table[monomial(i, k)] = column(values, draw(st.sampled_from([1, 1, 3])))
        tables.append(table)
    terms = {}
    for key in product(*tables):
        if draw(st.booleans()):
            terms[key] = draw(st.integers(-50, 50))
    return terms, tuple(tables), shape


def written_out(terms: Any, tables: Any, shape: tuple[int, ...]) -> list[Fraction]:
    return [
        sum(
            (
                c
                * np.prod(
                    [
                        Fraction(1),
                        *(
                            Fraction(int(t[m].values[i]), t[m].denominator)
                            for m, t, i in zip(key, tables, at, strict=True)
                        ),
                    ]
                )
                for key, c in terms.items()
            ),
            start=Fraction(0),
        )
        for at in product(*map(range, shape))
    ]


@settings(max_examples=300, deadline=None)
@given(problems())
def test_sums_written_out(problem: Any) -> None:
    terms, tables, shape = problem
    expected = written_out(terms, tables, shape)
    if any(value.denominator > 1 for value in expected):
        terms = {key: c * 27 for key, c in terms.items()}
        expected = [27 * value for value in expected]
    found = contract(terms, tables, shape)
    assert found.shape == shape
    assert [int(x) for x in found.flat] == expected


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    "largest",
    [FLOAT - 1, FLOAT, 2 * FLOAT - 1, 2 * FLOAT, 4 * FLOAT - 1, 4 * FLOAT + 1, INT - 1, INT],
)
def test_no_unit_is_lost_at_the_limits(largest: int, sign: int) -> None:
    # (largest - 1)·1 + 1·1 at the last point: a sum that is `largest` exactly
    one = {(): column([1, 1]), monomial(0, 1): column([largest - 1, 7])}
    two = {(): column([1, 1, 1]), monomial(1, 1): column([1, 1, 1])}
    terms = {(monomial(0, 1), ()): sign, ((), monomial(1, 1)): sign}
    found = contract(terms, (one, two), (2, 3))
    assert found.tolist() == [[sign * largest] * 3, [sign * 8] * 3]
    assert found.dtype == (np.int64 if largest < INT else object)


def test_wide_and_tall_blocks() -> None:
    """More columns than one block holds."""
    a = np.arange(1, 4)
    b = np.arange(1, 400_001)
    one = {monomial(0, 1): Column(a, 3, 1), (): column([1] * 3)}
    two = {monomial(1, 1): Column(b, 400_000, 1), (): Column(np.ones(400_000, np.int64), 1, 1)}
    terms = {(monomial(0, 1), monomial(1, 1)): 5, (monomial(0, 1), ()): 7, ((), monomial(1, 1)): 1}
    found = contract(terms, (one, two), (3, 400_000))
    assert (found == 5 * a[:, None] * b + 7 * a[:, None] + b).all()
