"""How widths and sides become whole: the rules of a network, and the functions of expressions."""

from __future__ import annotations

from fractions import Fraction

import pytest

import costcalc as cc
from costcalc.algebra.evaluation import evaluate
from costcalc.algebra.expressions import compile_expression
from costcalc.algebra.polynomial import parameter
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
    for rule, expected in (("floor", 25), ("ceil", 26), ("nearest", 26), ("round", 26)):
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
            "(one of exact, floor, ceil, nearest, round or divisible(8, min=16))",
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


HALVES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 2, 5: 2, 6: 3, 7: 4, 9: 4, 11: 6, -1: 0, -3: -2, -5: -2}


@pytest.mark.parametrize(("halves", "expected"), HALVES.items())
def test_round_takes_halves_to_the_even_number(halves: int, expected: int) -> None:
    assert compile_expression(f"round({halves}/2)")({}) == expected
    closed = compile_expression("round(x/2)")({"x": parameter("x", whole=True)})
    assert evaluate(closed, {"x": halves}) == expected
    assert eval(str(closed), {"x": halves}) == expected


@pytest.mark.parametrize("rule", ["round", "nearest"])
def test_both_roundings_as_rules(rule: str) -> None:
    found = cc.loads(
        f"network: net\nparameters: {{alpha: 1, rho: 1}}\nchannels: {rule}\nsides: {rule}\n"
        "input: {side: 9*rho, channels: 1}\nlayers:\n- {conv: 1x1, out: 10*alpha}\n"
    )
    form = found.formula()
    assert form.exact_when == ("9*rho % 1 == 0", "10*alpha % 1 == 0")
    for alpha, rho in (("1/4", "1/2"), ("1/4", "1/6"), ("3/4", "1/6"), ("7/20", "0.61")):
        a, r = (10 * Fraction(alpha), 9 * Fraction(rho))  # 5/2 and 9/2 are halves
        width, side = ((round(x) if rule == "round" else int(x + Fraction(1, 2))) for x in (a, r))
        count = found.count(alpha=alpha, rho=rho)
        assert (count.mult_adds, count.params) == (side * side * width, width)
        assert form.at(alpha=alpha, rho=rho, rounded=True) == (side * side * width, width)


def yolo(rounding: str) -> cc.Network:
    """A depth multiple of 0.5 on 9 blocks, as in Ultralytics' yolov5 (issue 13410 there)."""
    return cc.loads(
        "network: net\ninput: 16x16x8\n"
        "parameters: {gd: {default: 1/2, meaning: depth multiple, domain: positive number}}\n"
        f'layers:\n- repeat: "max(1, {rounding}(9*gd))"\n  layers: [{{conv: 3x3, out: 8}}]\n'
    )


def test_four_and_a_half_blocks_are_four_as_in_python() -> None:
    assert yolo("round").count().mult_adds == 589_824 == 4 * 16 * 16 * 3 * 3 * 8 * 8
    assert yolo("nearest").count().mult_adds == 737_280 == 5 * 16 * 16 * 3 * 3 * 8 * 8
    work = 16 * 16 * 3 * 3 * 8 * 8
    form = yolo("round").formula()
    assert form.at(gd="1/2", rounded=True)[0] == 4 * work
    widths = [Fraction(n, 18) for n in range(1, 19)]
    swept = yolo("round").sweep(gd=widths)["mult_adds"]
    assert list(swept) == [max(1, round(9 * gd)) * work for gd in widths]
    found = yolo("round").solve("gd", mult_adds=4 * work)
    assert (found.best.high, found.best.high_closed) == (Fraction(1, 2), True)  # 9/2 is 4, too
