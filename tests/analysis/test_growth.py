"""Elasticities, shares and crossings of closed forms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy

import costcalc as cc
from costcalc.algebra.evaluation import evaluate
from costcalc.analysis.ends import End
from costcalc.analysis.growth import REST, Growth, growth_of
from costcalc.errors import CostcalcError


def test_elasticities_are_logarithmic_derivatives() -> None:
    formula = cc.load("mobilenet-v1").formula()
    growth = growth_of(formula, alpha="0.5", resolution=160)
    point = {"alpha": Fraction(1, 2), "delta": 1, "rho": 1, "resolution": 160, "classes": 1000}
    for cost in ("mult_adds", "params"):
        expression = getattr(formula, cost)
        symbols = {s.name: s for s in expression.free_symbols}
        values = {symbols[n]: sympy.Rational(v) for n, v in point.items() if n in symbols}
        for e in (e for e in growth.elasticities if e.cost == cost):
            s = symbols[e.parameter]
            expected = (s * sympy.diff(expression, s) / expression).subs(values)
            assert sympy.Rational(e.at.numerator, e.at.denominator) == expected


def test_shares_add_up() -> None:
    growth = growth_of(cc.load("mobilenet-v2").formula())
    for cost in ("mult_adds", "params"):
        shares = [s for s in growth.shares if s.cost == cost]
        for column in zip(*((s.at_zero, *s.shares, s.at_infinity) for s in shares), strict=True):
            assert sum(column) == 1
    formula = cc.load("mobilenet-v1").formula()
    (pointwise,) = (
        s for s in growth_of(formula).shares if s.name == "conv 1x1" and s.cost == "mult_adds"
    )
    count = cc.load("mobilenet-v1").count()
    (group,) = (g for g in count.by("type") if g.name == "conv 1x1")
    assert pointwise.shares[-1] == group.mult_adds_share  # α = 1, where nothing is rounded


def test_where_pointwise_stops_dominating() -> None:
    """Below α = 33/1024 the depthwise convolutions of MobileNet V1 cost more."""
    growth = growth_of(cc.load("mobilenet-v1").formula())
    crossings = {(c.cost, c.lower, c.upper): c.value for c in growth.crossings}
    assert crossings["mult_adds", "depthwise 3x3", "conv 1x1"] == sympy.Rational(33, 1024)
    assert crossings["params", "fc", "conv 1x1"] == sympy.Rational(1024 * 1000, 3139584)
    assert ("params", REST, "conv 1x1") in crossings


@pytest.mark.parametrize(
    "spec", ["mobilenet-v1", "ehm-mobilenet", "cifar-densenet-bc", "fd-mobilenet"]
)
def test_crossings_cross(spec: str) -> None:
    formula = cc.load(spec).formula()
    growth = growth_of(formula)
    rest = {n: v for n, v in growth.binding.items() if n != growth.parameter}
    assert growth.crossings
    for crossing in growth.crossings:
        rows = {row.name: getattr(row, crossing.cost) for row in formula.by("type")}
        total = getattr(formula.total, crossing.cost)
        for name in (crossing.lower, crossing.upper):
            if name == REST:
                (other,) = {crossing.lower, crossing.upper} - {REST}
                rows[REST] = total - rows[other]
        value = Fraction(str(crossing.value.evalf(40)))
        for near, first, second in (
            (value * Fraction(999, 1000), crossing.lower, crossing.upper),
            (value * Fraction(1001, 1000), crossing.upper, crossing.lower),
        ):
            at = {**rest, growth.parameter: near}
            assert evaluate(rows[first], at) > evaluate(rows[second], at)


def test_mistakes() -> None:
    network = cc.load("mobilenet-v1")
    with pytest.raises(CostcalcError, match=r"^'beta' is not free \(did you mean 'delta'\?\)$"):
        growth_of(network.formula(), "beta")
    bound: dict[str, Any] = network.spec.defaults()
    with pytest.raises(CostcalcError, match=r"^mobilenet-v1 has nothing free to grow with"):
        growth_of(network.formula(**bound))
    with pytest.raises(CostcalcError) as caught:
        growth_of(network.formula(), resolution="224x160")
    assert str(caught.value) == (
        "resolution: 224x160 is not one side (bind it in the formula: --resolution 224x160)"
    )


def test_the_command(run: Any) -> None:
    found = run("formula", "mobilenet-v1", "--growth", "--at", "alpha=0.5")
    assert (
        "α = 33/1024 ≈ 0.032226563        above, conv 1x1 has more Mult-Adds than depthwise 3x3"
        in found.stdout
    )
    wrong = run("formula", "mobilenet-v1", "--at", "alpha=0.5")
    assert wrong.stderr == "--along and --at belong to --growth (formula SPEC --growth)\n"


def grown(text: str, along: str = "", **values: Any) -> Growth:
    return growth_of(cc.loads(f"network: net\n{text}").formula(), along, **values)


def shares(growth: Growth) -> dict[str, list[str]]:
    """Of the Mult-Adds, by type, with both ends."""
    return {
        s.name: [str(share) for share in (s.at_low, *s.shares, s.at_high)]
        for s in growth.shares
        if s.cost == "mult_adds"
    }


BLOCKS = (
    "parameters: {n: {default: 4, meaning: blocks}}\ninput: 32x32x3\n"
    "defaults: {padding: same}\nlayers:\n- {conv: 3x3, out: 16}\n"
    "- {repeat: n - 1, layers: [{conv: 3x3, out: 16}]}\n- {conv: 1x1, out: 64}\n"
)


def test_nothing_is_said_of_fewer_rounds_than_there_can_be() -> None:
    growth = grown(BLOCKS)
    assert (growth.low, growth.high) == (End(Fraction(2), False), End(None, True))
    assert growth.values == (2, 4, 8)  # not 1: a repetition has at least one round
    first, block, last = 9 * 3 * 16, 9 * 16 * 16, 16 * 64
    at = [Fraction(last, first + (n - 1) * block + last) for n in (2, 4, 8)]
    assert shares(growth)["conv 1x1"] == [str(at[0]), *map(str, at), "0"]
    (pointwise,) = (
        s for s in growth.to_dict()["shares"] if (s["cost"], s["type"]) == ("params", "conv 1x1")
    )
    assert (pointwise["at_zero"], pointwise["at_infinity"]) == (None, "0")
    assert (pointwise["at_low"], pointwise["at_high"]) == (str(at[0]), "0")
    assert growth.to_dict()["low"] == {"value": "2", "is_limit": False}
    assert growth.to_dict()["high"] == {"value": None, "is_limit": True}


def test_types_cross_only_where_there_are_networks_on_both_sides() -> None:
    growth = grown(
        "parameters: {frames: {default: 40, meaning: m}}\n"
        "input: {height: frames, width: 1, channels: 8}\ndefaults: {padding: valid}\nlayers:\n"
        "- {conv: 3x1, out: 8}\n- {conv: 5x1, out: 16}\n- {dwconv: 5x1}\n"
        "- {conv: 4x1, out: 16}\n- {conv: 1x1, out: 8}\n"
    )
    assert growth.formula.exact_when == ("frames - 14 >= 0",)  # 1 + 2 + 4 + 4 + 3
    assert growth.low == End(Fraction(14), False)
    found = {(c.lower, c.upper): c.value for c in growth.crossings}
    # (f − 2)·3·8·8 = (f − 13)·4·16·16; the pointwise one passes the first at 27/2 only
    three = sympy.Rational(1024 * 13 - 192 * 2, 1024 - 192)
    assert found["conv 3x1", "conv 4x1"] == three
    assert ("depthwise 5x1", "conv 1x1") in found
    assert min(found.values()) > 14
    assert not any("conv 3x1" in pair and "conv 1x1" in pair for pair in found)


def test_wide_networks_cross_where_they_exist() -> None:
    """VGG-16 would spend more on its fully connected layers where R < 32, but has no maps then."""
    assert growth_of(cc.load("vgg-16").formula()).crossings == ()
    growth = growth_of(cc.load("mobilenet-v1").formula())
    assert growth.low == End(Fraction(1, 32), False)
    assert min(c.value for c in growth.crossings) == sympy.Rational(33, 1024)
    assert all(s.at_zero is None and s.at_infinity is not None for s in growth.shares)
    # divisible(…, 8) has channels at any α
    assert growth_of(cc.load("mobilenet-v2").formula()).low == End(Fraction(0), True)


def crossed(rows: str, **values: Any) -> dict[tuple[str, str], Any]:
    """Where the Mult-Adds of two types of rows on one pixel cross along k."""
    head = "parameters: {k: {default: 5, meaning: m}}\ninput: 1x1x1\nlayers:\n"
    growth = grown(head + rows.replace("\n", "\n- {select: 1}\n"), "k", **values)
    pairs = {(c.lower, c.upper): c.value for c in growth.crossings if c.cost == "mult_adds"}
    assert len(pairs) == len([c for c in growth.crossings if c.cost == "mult_adds"])
    return {pair: value for pair, value in pairs.items() if REST not in pair}


def test_crossings_by_hand() -> None:
    # k and 4·2
    rows = "- {conv: 1x1, out: k}\n- {conv: 2x2, out: 2}\n"
    assert crossed(rows) == {("conv 2x2", "conv 1x1"): 8}
    # 9·max(8, k) and 9·(2k − 8): at 8 itself
    rows = "- {conv: 1x1, out: '9*max(8, k)'}\n- {conv: 3x3, out: 2*k - 8}\n"
    assert crossed(rows) == {("conv 1x1", "conv 3x3"): 8}
    # 9·max(8, k) and 9·9, between 8 and 10
    rows = (
        "- {conv: 1x1, out: '9*max(8, k)'}\n- {conv: 3x3, out: 9}\n"
        "- {conv: 5x5, out: '10*max(10, k)'}\n"
    )
    assert crossed(rows) == {("conv 3x3", "conv 1x1"): 9}
    # 9·(k² + 16) and 9·8k touch at 4
    assert crossed("- {conv: 1x1, out: 9*(k*k + 16)}\n- {conv: 3x3, out: 8*k}\n") == {}
    # 9k and 81 meet at 9, beyond which there is no network
    rows = "- {conv: 3x3, out: k}\n- {conv: 1x1, out: 81}\n- {conv: 5x5, out: 1000 + 10 - k}\n"
    assert crossed(rows)["conv 1x1", "conv 3x3"] == 9
    assert ("conv 1x1", "conv 3x3") not in crossed(rows.replace("1000 + ", ""))


def test_a_crossing_far_away() -> None:
    growth = grown(
        "parameters: {frames: {default: 40, meaning: m}}\n"
        "input: {height: frames, width: 1, channels: 3}\nlayers:\n"
        f"- {{conv: 1x1, out: 8}}\n- {{avgpool: global}}\n- {{fc: {3 * 2**21}}}\n"
    )
    found = [(c.lower, c.upper, c.value) for c in growth.crossings if c.cost == "mult_adds"]
    assert found == [("fc", "conv 1x1", 2**21)]
    assert shares(growth).keys() == {"conv 1x1", "fc"}  # and not the pooling, which costs nothing


def test_values_are_the_usual_ones_and_the_default() -> None:
    text = "input: 1x1x1\nlayers: [{conv: 1x1, out: '(k if k > 3 else 5)'}]\n"
    growth = grown("parameters: {k: {default: 4, usual: [2], meaning: m}}\n" + text)
    assert growth.values == (2, 4)
    assert growth.settled == ("[k > 3] = 1",)
    growth = grown("parameters: {k: {default: 4, meaning: m}}\n" + text)
    assert growth.values == (1, 2, 4, 8)
