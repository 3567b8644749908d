"""Powers by a parameter: exact, and where they leave no closed form."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest

import costcalc as cc
from costcalc.errors import CostcalcError

#: Compound scaling as in EfficientNet: depth 1.2^φ, width 1.1^φ, resolution 1.15^φ.
COMPOUND = """network: compound
parameters:
  phi: {default: 3, domain: whole number, meaning: compound coefficient}
input: {side: floor(224*1.15**phi), channels: 3}
channels: divisible(8)
layers:
- {conv: 3x3, out: 32*1.1**phi, stride: 2}
- repeat: ceil(2*1.2**phi)
  layers: [{conv: 3x3, out: 32*1.1**phi}]
"""


def expected(phi: int) -> tuple[int, int]:
    side = ceil(Fraction(floor(224 * Fraction("1.15") ** phi), 2))
    wanted = 32 * Fraction("1.1") ** phi
    width = floor(wanted / 8 + Fraction(1, 2)) * 8
    width += 8 if width < wanted * 9 / 10 else 0
    params = 3 * 3 * 3 * width + ceil(2 * Fraction("1.2") ** phi) * 3 * 3 * width * width
    return side * side * params, params


def test_compound_scaling() -> None:
    net = cc.loads(COMPOUND)
    found = net.count()
    assert (found.mult_adds, found.params) == (1_695_852_000, 58_680)
    assert (found.mult_adds, found.params) == expected(3)
    swept = net.sweep(phi="0:12:1")
    costs = list(zip(swept["mult_adds"], swept["params"], strict=True))
    assert costs == [expected(phi) for phi in range(13)]
    assert net.formula(phi=3).at() == expected(3)
    best = net.solve("phi", mult_adds=expected(5)[0]).best
    assert (best.low, best.high) == (5, 5)


def test_a_closed_form_says_which_parameter_to_bind() -> None:
    with pytest.raises(CostcalcError) as caught:
        cc.loads(COMPOUND).formula()
    assert str(caught.value) == (
        "<text>:4:15: input.side: a power by phi has no closed form "
        "in 'floor(224*1.15**phi)' (give a value to phi)"
    )


def net(out: str) -> cc.Network:
    return cc.loads(
        "network: net\ninput: 4x4x3\nparameters:\n"
        "  n: {default: 2, meaning: depth}\n  z: {default: 1, meaning: m, domain: whole number}\n"
        f'layers:\n- {{conv: 1x1, out: "{out}"}}\n- {{conv: 1x1, out: n + z}}\n'
    )


def test_what_is_free_is_raised_to_a_number() -> None:
    found = net("2*n**3 + 6*n**(3 - 1)")
    assert str(found.formula(z=0).total.params) == "2*n**4 + 12*n**3 + 18*n**2"
    assert found.count(n=5, z=0).params == 3 * (2 * 125 + 6 * 25) + (2 * 125 + 6 * 25) * 5
    inverse = net("24*n**-2").formula(z=0)
    assert inverse.at(n=2, rounded=True)[1] == 3 * 6 + 6 * 2


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("2**n", "a power by n has no closed form in '2**n' (give a value to n)"),
        (
            "n**17",
            "(n)**17 has no closed form in 'n**17' "
            "(exponents up to 16, or a value for each parameter)",
        ),
    ],
)
def test_no_closed_form(out: str, message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        net(out).formula()
    assert str(caught.value) == f"<text>:7:20: layers[0].out: {message}"
    width = 4 if out == "2**n" else 2**17
    assert net(out).count(n=2, z=0).params == 3 * width + width * 2


def test_what_divides_by_zero() -> None:
    with pytest.raises(CostcalcError) as caught:
        net("8*z**-1").count(z=0)
    assert str(caught.value) == (
        "<text>:7:20: layers[0].out: division by zero in '8*z**-1' [at z = 0]"
    )
    with pytest.raises(CostcalcError):
        net("8*z**-1").formula().at(n=1, z=0, rounded=True)
    assert net("8*z**-1").formula().at(n=1, z=2, rounded=True)[1] == 3 * 4 + 4 * 3


def test_a_power_by_an_argument_in_quotes_is_bound_in_a_sweep() -> None:
    """Such networks were said not to exist, and left out with ``skip``."""
    net = cc.loads(
        "network: net\nparameters: {k: {default: 4, meaning: growth}, w: {default: 1/2, "
        "meaning: share}}\ninput: {side: 8, channels: 3}\nblocks:\n"
        "  b: {takes: {c: }, layers: [{conv: 3, out: 2*2**c}]}\n"
        'layers:\n- {b: ["divisible(w*k, 4)"]}\n'
    )
    for skip in (False, True):
        swept = net.sweep(values={"k": [8], "w": ["1/2", "5/4"]}, skip=skip)
        assert swept.mult_adds.ravel().tolist() == [
            8 * 8 * 3 * 3 * 3 * 2 * 2**divisible for divisible in (4, 12)
        ]
