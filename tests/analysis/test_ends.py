"""Between which values of a parameter a network exists."""

from __future__ import annotations

from fractions import Fraction

import pytest

import costcalc as cc
from costcalc.analysis.ends import End, ends


def both(text: str, name: str, **rest: int | Fraction) -> tuple[End, End]:
    network = cc.loads(f"network: net\n{text}")
    conditions = network.formula().rounded_conditions
    return ends(conditions, network.parameters[name], {name: Fraction(4), **rest})


def at(value: int | str) -> End:
    return End(Fraction(value), is_limit=False)


def near(value: int | str) -> End:
    return End(Fraction(value), is_limit=True)


NONE = End(None, is_limit=True)


@pytest.mark.parametrize(
    ("width", "low", "high"),
    [
        ("8*alpha", at("1/8"), NONE),
        ("6*alpha", at("1/6"), NONE),
        ("2*alpha + 1/2", at("1/4"), NONE),
        ("4 - 2*alpha", at("1/2"), at("3/2")),
        ("floor(8*alpha)", at("1/8"), NONE),
        ("floor(4*alpha) + 1", near(0), NONE),
        ("4 - floor(alpha)", near(0), near(4)),
        ("4 - ceil(alpha)", near(0), at(3)),
        ("max(floor(alpha), 3) - 2", near(0), NONE),
        ("floor(max(alpha, 3)) - 3", at(4), NONE),
        ("floor(alpha*alpha) - 3", at(2), NONE),
        ("max(2*alpha, 3) - 5", at(3), NONE),
        ("6 - max(floor(alpha + 1/2), 3)", near(0), near("11/2")),
    ],
)
def test_of_a_width(width: str, low: End, high: End) -> None:
    text = f"channels: exact\ninput: 1x1x1\nlayers: [{{conv: 1x1, out: '{width}'}}]\n"
    assert both(text, "alpha") == (low, high)


@pytest.mark.parametrize(
    ("domain", "count", "low", "high"),
    [
        ("positive integer", "n", at(1), NONE),
        ("whole number", "n + 1", at(0), NONE),
        ("whole number", "n", at(1), NONE),
        ("positive integer", "n - 2", at(3), NONE),
        ("positive integer", "(n + 2)/6", at(4), NONE),
        ("positive integer", "9 - 2*n", at(1), at(4)),
        ("positive number", "2*n - 3", at(2), NONE),
        ("positive integer", "n*n - 5", at(3), NONE),
    ],
)
def test_of_a_number_of_rounds(domain: str, count: str, low: End, high: End) -> None:
    text = (
        f"parameters: {{n: {{default: 4, domain: {domain}, meaning: m}}}}\ninput: 4x4x4\n"
        f"layers: [{{repeat: {count}, layers: [{{conv: 3x3, out: 4}}]}}, {{conv: 1x1, out: 4}}]\n"
    )
    assert both(text, "n") == (low, high)


def test_of_what_is_whole_for_two_reasons() -> None:
    text = (
        "parameters: {n: {default: 28, meaning: m}}\ninput: 1x1x1\n"
        "layers: [{conv: 1x1, out: n/7}, {conv: 1x1, out: (n + 2)/6}, {conv: 1x1, out: 99 - n}]\n"
    )
    assert both(text, "n", n=28) == (at(28), at(70))  # 4 more than multiples of 6, and of 7


def test_of_a_side_where_others_are_bound() -> None:
    text = (
        "parameters: {n: {default: 2, meaning: m}}\ninput: {side: resolution, channels: 3}\n"
        "layers: [{conv: 5x5, out: 3*n, padding: valid}, {select: 4*n - 6}, {space_to_depth: 2}]\n"
    )
    assert both(text, "resolution", n=2) == (at(6), NONE)  # R − 4 is a multiple of 2
    # 3n ≥ 4n − 6 ≥ 1
    assert both(text, "n", resolution=16) == (at(2), at(6))


def test_of_a_bound_that_is_no_line_only_the_binding_is_known() -> None:
    formula = cc.load("ehm-mobilenet-fmp").formula(free=("ratio", "resolution"))
    ratio = next(p for p in formula.free if p.name == "ratio")
    low, high = ends(formula.rounded_conditions, ratio, formula.defaults())
    assert low.value is not None and low.value <= ratio.default
    assert high.value is None or high.value >= ratio.default
