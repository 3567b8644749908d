"""How widths and sides become whole: the rules of a network, and the functions of expressions."""

from __future__ import annotations

from fractions import Fraction

import pytest

import costcalc as cc
from costcalc.algebra.expressions import compile_expression
from costcalc.errors import CostcalcError, ExpressionError

WIDTHS = [Fraction(n, 100) for n in range(1, 160, 3)]


def make_divisible(v: Fraction, divisor: int, min_value: int) -> int:
    """The arithmetic of ``_make_divisible`` in tensorflow/models, research/slim/nets/mobilenet."""
    rounded = max(min_value, int(v + Fraction(divisor, 2)) // divisor * divisor)
    return rounded + divisor if rounded < Fraction(9, 10) * v else rounded


def net(rule: str, out: str) -> cc.Network:
    return cc.loads(
        f"network: net\nparameters: {{alpha: 1}}\n{rule}\ninput: 8x8x1\n"
        f"layers:\n- {{conv: 1x1, out: {out}}}\n"
    )


@pytest.mark.parametrize("rule", ["divisible(8, min=16)", "'divisible( 8, min: 16 )'"])
def test_a_rule_has_a_least_count(rule: str) -> None:
    found = net(f"channels: {rule}", "24*alpha")
    written = net("channels: exact", "'divisible(24*alpha, 8, 16)'")
    form = found.formula()
    for alpha in WIDTHS:
        width = make_divisible(24 * alpha, 8, 16)
        assert found.count(alpha=alpha).params == width
        assert written.count(alpha=alpha).params == width
        assert form.at(alpha=alpha, rounded=True) == (8 * 8 * width, width)
    swept = found.sweep(alpha=WIDTHS)["params"]
    assert list(swept) == [make_divisible(24 * alpha, 8, 16) for alpha in WIDTHS]


def test_each_rounding_has_one() -> None:
    # tensorflow/models, research/slim/nets/mobilenet_v1: max(int(d * depth_multiplier), min_depth)
    for rule, expected in (("floor", 25), ("ceil", 26), ("nearest", 26)):
        found = net(f"channels: {rule}(min=8)", "32*alpha")
        assert found.count(alpha="0.1").params == 8
        assert found.count(alpha="0.8").params == expected  # 25.6
        assert str(found.spec.channel_rule) == f"{rule}(min=8)"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("divisible(8, min=12)", "12 is not a multiple of 8 (the least count must be one)"),
        (
            "exact(min=8)",
            "unknown rounding rule 'exact(min=8)' "
            "(one of exact, floor, ceil, nearest or divisible(8, min=16))",
        ),
    ],
)
def test_a_least_count_that_is_none(rule: str, message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        net(f"channels: {rule}", "alpha")
    assert str(caught.value) == f"<text>:3:11: channels: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("divisible(9, 8, 12)", "12 is not surely a multiple of 8 in 'divisible(9, 8, 12)'"),
        ("divisible(9, 8, 0)", "0 is not surely a multiple of 8 in 'divisible(9, 8, 0)'"),
        ("divisible(9)", "divisible takes 2 or 3 arguments in 'divisible(9)'"),
        (
            "divisible(9, 8, 16, 24)",
            "divisible takes 2 or 3 arguments in 'divisible(9, 8, 16, 24)'",
        ),
    ],
)
def test_a_least_multiple_that_is_none(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)({})
    assert str(caught.value) == message
