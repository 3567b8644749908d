"""The values of axes: exact, inclusive, and refused with whole messages."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costcalc.design_space.sweep.axes import axis_values
from costcalc.errors import CostcalcError
from costcalc.language.parameters import KNOWN, Parameter, value_text

ALPHA, RESOLUTION, CLASSES = (KNOWN[name] for name in ("alpha", "resolution", "classes"))


@pytest.mark.parametrize(
    ("parameter", "text", "expected"),
    [
        (ALPHA, "0.25,0.5", (Fraction(1, 4), Fraction(1, 2))),
        (ALPHA, "0.1:0.3:0.1", (Fraction(1, 10), Fraction(1, 5), Fraction(3, 10))),
        (ALPHA, "0.5:1#3", (Fraction(1, 2), Fraction(3, 4), 1)),
        (ALPHA, "1/3,6/7", (Fraction(1, 3), Fraction(6, 7))),
        (RESOLUTION, "128:224:32", (128, 160, 192, 224)),
        (RESOLUTION, "128:192:32,224x160", (128, 160, 192, (224, 160))),
        (RESOLUTION, [32, "64", np.int64(96)], (32, 64, 96)),
        (RESOLUTION, np.arange(1, 4), (1, 2, 3)),
        (RESOLUTION, (224, 160), ((224, 160),)),
        (CLASSES, 10, (10,)),
    ],
)
def test_values(parameter: Parameter, text: object, expected: tuple[object, ...]) -> None:
    if isinstance(text, list):
        text = [x.item() if isinstance(x, np.integer) else x for x in text]
    assert axis_values(parameter, text) == expected


FORMS = "0.25,0.5 or start:stop:step (stop included) or start:stop#count"


@pytest.mark.parametrize(
    ("parameter", "text", "message"),
    [
        (
            ALPHA,
            "0.1:1:0.4",
            "alpha: the range 0.1:1:0.4 does not end at 1 (its last step reaches 0.9)",
        ),
        (ALPHA, "1:0.1:0.1", "alpha: the range 1:0.1:0.1 runs down (start below stop)"),
        (ALPHA, "0.1:1:0", f"alpha: the range 0.1:1:0 needs a step above 0 ({FORMS})"),
        (ALPHA, "0.1:1", f"alpha: '0.1:1' is not a range ({FORMS})"),
        (ALPHA, "a:1:1", f"alpha: 'a' in a:1:1 is not a number ({FORMS})"),
        (ALPHA, "0.1:1#1", f"alpha: the range 0.1:1#1 needs a count of at least 2 ({FORMS})"),
        (ALPHA, "1:1#2", "alpha: the range 1:1#2 is one value (start below stop)"),
        (ALPHA, "0.5,1/2", "alpha: 0.5 is given twice (every value once)"),
        (ALPHA, [], f"alpha: no values ({FORMS})"),
        (
            RESOLUTION,
            "1:10000000:1",
            "resolution: the range 1:10000000:1 has 10,000,000 values (at most 1,000,000)",
        ),
        (
            RESOLUTION,
            "1:2#4",
            "resolution: 4/3 is outside its domain (a positive integer)\n"
            "resolution: 5/3 is outside its domain (a positive integer)",
        ),
        (
            ALPHA,
            [0.35],
            'alpha: 0.35 is a float (write it as text: "0.35" is exactly 7/20)',
        ),
    ],
)
def test_bad_values(parameter: Parameter, text: object, message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        axis_values(parameter, text)
    assert str(caught.value) == message


def test_a_value_twice_among_many() -> None:
    """Found in one pass: comparing each with all before it took hours."""
    with pytest.raises(CostcalcError) as caught:
        axis_values(CLASSES, [*range(1, 300_000), 299_999])
    assert str(caught.value) == "classes: 299999 is given twice (every value once)"


@given(
    st.fractions(0, 10, max_denominator=999),
    st.fractions("1/999", 3, max_denominator=999),
    st.integers(0, 200),
)
def test_ranges_are_arithmetic(start: Fraction, step: Fraction, steps: int) -> None:
    stop = start + steps * step
    if start > 0:
        values = axis_values(ALPHA, f"{start}:{stop}:{step}")
        assert values == tuple(start + i * step for i in range(steps + 1))


@given(st.fractions(0, 10**6, max_denominator=10**9))
def test_texts_are_exact(value: Fraction) -> None:
    assert Fraction(value_text(value)) == value
