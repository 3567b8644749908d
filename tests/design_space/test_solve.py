"""Solved budgets against brute force: every α = i/1024, every side, every depth."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import costcalc as cc
from costcalc.algebra.breaks import breaks
from costcalc.design_space.solve import multiples, positives
from costcalc.design_space.solve.steps import Piece, Steps
from costcalc.design_space.sweep.structure import Costs
from costcalc.errors import CostcalcError
from costcalc.graph.walk import Walk
from costcalc.report.views.designs import interval_text


def contains(piece: Piece, value: Any) -> bool:
    above = piece.low < value or (piece.low_closed and piece.low == value)
    return above and (value < piece.high or (piece.high_closed and value == piece.high))


def counts(spec: str, values: list[Any], parameter: str, **bound: Any) -> dict[Any, Any]:
    network = cc.load(spec)
    found = {}
    for value in values:
        try:
            found[value] = network.count(**{parameter: value}, **bound)
        except CostcalcError:
            continue
    return found


def test_the_example_of_the_paper() -> None:
    """α = 0.5, δ = 2 costs 5.97 M in 000's Table 4: the budget of 6 M leads just above it."""
    found = cc.solve("ehm-mobilenet", "alpha", mult_adds="6M", delta=2, classes=10)
    near = [Fraction(i, 1024) for i in (*range(1, 480, 16), *range(480, 545))]
    every = counts("ehm-mobilenet", near, "alpha", delta=2)
    best = max(alpha for alpha, count in every.items() if count.mult_adds <= 6_000_000)
    assert found.best is not None and found.next is not None and found.best.costs is not None
    assert best == found.best.low == Fraction(513, 1024)
    assert found.best[1:4] == (Fraction(514, 1024), True, False)
    assert found.best.costs.mult_adds == every[best].mult_adds
    # its neighbours
    below, above = (every[best + Fraction(i, 1024)].mult_adds for i in (-1, 1))
    assert below < found.best.costs.mult_adds <= 6_000_000 < above
    assert found.next.low == best + Fraction(1, 1024)
    assert found.next.costs is not None and found.next.costs.mult_adds == above
    assert found.binding == ("mult_adds",)
    (root,) = found.roots().values()
    assert float(root) == pytest.approx(0.50106367, abs=1e-8)


ALPHAS = [Fraction(i, 1024) for i in range(1, 1300, 7)]
NETWORKS = ["ehm-mobilenet", "mobilenet-v1", "fd-mobilenet", "mobilenet-v2", "mobilenet-v1-conv"]


@cache
def every_alpha(spec: str) -> dict[Any, Any]:
    return counts(spec, ALPHAS, "alpha")


@settings(max_examples=15, deadline=None)
@given(
    spec=st.sampled_from(NETWORKS),
    work=st.fractions(Fraction(1, 100), Fraction(3, 2), max_denominator=100),
    params=st.fractions(Fraction(1, 100), Fraction(3, 2), max_denominator=100),
)
def test_alpha_by_brute_force(spec: str, work: Fraction, params: Fraction) -> None:
    whole = cc.load(spec).count()
    budgets = {"mult_adds": int(work * whole.mult_adds), "params": int(params * whole.params)}
    found = cc.solve(spec, "alpha", **budgets)
    fits = {
        alpha: c.mult_adds <= budgets["mult_adds"] and c.params <= budgets["params"]
        for alpha, c in every_alpha(spec).items()
    }
    if found.best is None:
        assert not any(fits.values())
        return
    assert found.best.costs is not None and found.next is not None
    for alpha, count in every_alpha(spec).items():
        if contains(found.best, alpha):
            assert (count.mult_adds, count.params) == found.best.costs
        elif contains(found.next, alpha):
            assert (count.mult_adds, count.params) == found.next.costs
        assert fits[alpha] == (alpha < found.best.high or contains(found.best, alpha))
    # the very ends, a little to both sides
    tiny = Fraction(1, 2**24)
    for end in (found.best.low, found.best.high):
        for alpha in (x for x in (end - tiny, end, end + tiny) if x > 0):
            here = counts(spec, [alpha], "alpha").get(alpha)
            same = here is not None and (here.mult_adds, here.params) == found.best.costs
            assert same or not contains(found.best, alpha)
            if alpha > end and end == found.best.high:
                assert not same
    assert found.binding == tuple(
        name for name, most in budgets.items() if getattr(found.next.costs, name) > most
    )


@pytest.mark.parametrize(
    ("spec", "parameter", "values", "budget"),
    [
        ("mobilenet-v1", "resolution", range(1, 400), {"mult_adds": 300_000_000}),
        ("mobilenet-v1", "delta", range(1, 9), {"params": 10_000_000}),
        ("mobilenet-v1", "classes", range(1600, 2000), {"params": 5_000_000}),
        ("cifar-preresnet", "n", range(1, 60), {"mult_adds": 300_000_000}),
        ("cifar-densenet-bc", "L", range(4, 200), {"params": 1_000_000}),
        ("cifar-densenet-bc", "k", range(1, 60), {"mult_adds": 10**9}),
        ("cifar-wideresnet", "k", range(1, 20), {"mult_adds": 10**9}),
        ("cifar-condensenet-light", "n", range(1, 20), {"params": 200_000}),
        ("vgg-16", "resolution", range(1, 300), {"mult_adds": 10**10}),
        # exists from 512 to 527 and from 544 to 559 only: one map must be half of another
        ("yolov2", "resolution", range(480, 580), {"mult_adds": 25_192_734_758}),
    ],
)
def test_whole_parameters(spec: str, parameter: str, values: range, budget: dict[str, int]) -> None:
    every = counts(spec, list(values), parameter)
    ((cost, most),) = budget.items()
    fits = [value for value, count in every.items() if getattr(count, cost) <= most]
    found = cc.solve(spec, parameter, **budget)
    assert found.best is not None and found.best.costs is not None and found.next is not None
    assert found.best.high == max(fits)
    assert found.next.low == min(v for v in every if v > max(fits))
    assert getattr(found.best.costs, cost) == getattr(every[max(fits)], cost)
    assert all(
        getattr(every[v], cost) == getattr(found.best.costs, cost)
        for v in range(found.best.low, found.best.high + 1)
        if v in every
    )


def test_rho() -> None:
    found = cc.solve("mobilenet-v1", "rho", mult_adds="300M")
    assert found.best is not None
    assert (found.best.low, found.best.high) == (Fraction(159, 224), Fraction(161, 224))


def net(*rows: str, head: str = "parameters: {alpha: 1, resolution: 8}\nchannels: floor") -> Any:
    layers = "\n".join(f"- {row}" for row in rows)
    return cc.loads(
        f"network: net\n{head}\ninput: {{side: resolution, channels: 3}}\nlayers:\n{layers}\n"
    )


def ends(piece: Piece | None) -> tuple[Any, Any]:
    assert piece is not None
    return piece.low, piece.high


@pytest.mark.parametrize(
    ("parameter", "options", "largest"),
    [
        ("classes", {"mult_adds": "1000T"}, 10**9),
        ("classes", {"mult_adds": "1000T", "multiple": 10}, 10**9),
        ("classes", {"mult_adds": "1000T", "multiple": 7}, 10**9 // 7 * 7),
        ("delta", {"params": "100000T"}, 10**9 // 1024),
    ],
)
def test_the_largest_network_that_exists(
    parameter: str, options: dict[str, Any], largest: int
) -> None:
    """A budget beyond all networks: no map may have more than 10⁹ channels."""
    found = cc.solve("mobilenet-v1", parameter, **options)
    assert (found.value, found.next, found.searched) == (largest, None, None)
    cc.load("mobilenet-v1").count(**{parameter: found.value})
    with pytest.raises(CostcalcError):
        cc.load("mobilenet-v1").count(**{parameter: found.value + options.get("multiple", 1)})


@pytest.mark.parametrize("multiple", [None, 1, 32])
def test_no_budget_limits_it(multiple: int | None) -> None:
    assert cc.solve("mobilenet-v1", "resolution", params="10M", multiple=multiple).unbounded


def test_values_that_exist_lie_far_apart() -> None:
    """Of a million multiples four make whole channels."""
    network = net("{conv: 1x1, out: 4*alpha}", head="parameters: {alpha: 1, resolution: 8}")
    for multiple in (None, "1/1000000", "1/4"):
        found = cc.solve(network, "alpha", mult_adds=2000, multiple=multiple)
        assert ends(found.best) == (Fraction(5, 2), Fraction(5, 2))
        assert ends(found.next) == (Fraction(11, 4), Fraction(11, 4))
    found = cc.solve(network, "alpha", mult_adds=2000, multiple="3/1000000")
    assert ends(found.best) == (Fraction(9, 4), Fraction(9, 4))
    assert cc.solve(network, "alpha", mult_adds=2000, multiple="1/3").value == 2


def test_a_cut_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """n² + 2 is never a multiple of 4, which one by one does not show."""
    monkeypatch.setattr(multiples, "MAX_BUILT", 20)
    head = "parameters: {n: {default: 2, meaning: more}, resolution: 8}"
    network = net("{conv: 1x1, out: (n*n+2)/4}", "{conv: 1x1, out: 4}", head=head)
    with pytest.raises(CostcalcError) as caught:
        cc.solve(network, "n", params="1M")
    assert str(caught.value) == (
        "which n is the largest within the budgets is not known: the network exists at none of 20 "
        "values around 735 (--choices or --multiple)"
    )
    # that nothing fits is known, whatever the smallest network is
    found = cc.solve(network, "n", params=1)
    assert (found.best, found.next, found.searched) == (None, None, None)


def test_no_network_is_built_beyond_the_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sides that grow in every round have no closed form, and no parameters to end the search."""
    monkeypatch.setattr(multiples, "MAX_BUILT", 20)
    built, at = [], Steps.at

    def counted(self: Steps, value: Any) -> Any:
        built.append(value)
        return at(self, value)

    monkeypatch.setattr(Steps, "at", counted)
    head = "parameters: {n: {default: 2, meaning: depth}, resolution: 8}"
    network = net("{repeat: n, layers: [{zeropad: 1}]}", "{conv: 1x1, out: 4}", head=head)
    found = cc.solve(network, "n", params="1k")
    assert (found.value, found.searched) == (20, 20)
    assert max(built) == 20


def test_a_great_many_multiples_cost_the_same() -> None:
    found = cc.solve("mobilenet-v1", "alpha", params="1M", multiple="1/1000000000")
    step = cc.solve("mobilenet-v1", "alpha", params="1M").best
    assert step is not None and found.best is not None and not step.high_closed
    unit = Fraction(1, 10**9)
    assert found.best.low - unit < step.low <= found.best.low
    assert found.best.high < step.high <= found.best.high + unit
    assert found.next is not None and found.next.low == found.best.high + unit


def test_large_values_are_no_end() -> None:
    found = cc.solve(net("{conv: 1x1, out: alpha}"), "alpha", mult_adds="300M")
    assert ends(found.best) == (1_562_500, 1_562_501)
    assert ends(found.next) == (1_562_501, 1_562_502)


def test_small_values_are_no_end() -> None:
    found = cc.solve(net("{conv: 1x1, out: 1000000000*alpha}"), "alpha", params=6)
    assert ends(found.best) == (Fraction(2, 10**9), Fraction(3, 10**9))


def test_whole_numbers_begin_at_0() -> None:
    head = "parameters: {n: {default: 2, meaning: more, domain: whole number}, resolution: 8}"
    found = cc.solve(net("{conv: 1x1, out: 16+8*n}", head=head), "n", params=50)
    assert (found.value, ends(found.next)) == (0, (1, 1))
    found = cc.solve(net("{conv: 1x1, out: 16+8*n}", head=head), "n", params=50, multiple=3)
    assert (found.value, ends(found.next)) == (0, (3, 3))


def test_where_costs_do_not_rise_papers_values_are_tried() -> None:
    """Groups: more of them cost less, up to 8, which divides every number of channels."""
    network = cc.load("cifar-condensenet")
    found = cc.solve(network, "C", mult_adds=network.count(C=8).mult_adds)
    assert (found.value, found.searched) == (8, 32)
    found = cc.solve(network, "C", mult_adds=62_377_887)
    assert (found.value, found.searched) == (8, 32)


def test_another_structure_may_cost_less() -> None:
    """The 5x5 convolution is there only where it changes the channels: not from 0.8 to 9/11."""
    network = net(
        "{conv: 1x1, out: 10*alpha}",
        "{conv: 5x5, stride: 2, out: 11*alpha, when: in != out}",
        "{conv: 3x3, out: 11*alpha}",
    )
    found = cc.solve(network, "alpha", params=700)
    assert found.best is not None and found.best.costs is not None
    assert ends(found.best) == (Fraction(4, 5), Fraction(9, 11))
    assert (found.best.costs.params, found.searched) == (600, 4)
    assert network.count(alpha="0.8").params == 600


def test_an_interval_without_ends_holds_its_value() -> None:
    found = cc.solve("mobilenet-v3-large", "alpha", mult_adds="150M")
    assert found.best is not None
    assert found.best[:4] == (Fraction(20, 27), Fraction(3, 4), False, False)
    assert cc.load("mobilenet-v3-large").count(alpha=found.value).mult_adds == 143_909_120


def test_a_fraction_stands_beside_a_decimal() -> None:
    """25/28 is no decimal; 0.925 is one."""
    piece = Piece(Fraction(25, 28), Fraction(37, 40), True, False, Costs(1, 1))
    assert interval_text(piece, "α") == "25/28 ≈ 0.89285714 ≤ α < 0.925"


def test_choices_and_multiples() -> None:
    found = cc.solve("mobilenet-v1", "alpha", mult_adds="150M", choices="0.25,0.35,0.5,0.75")
    assert found.value == Fraction(1, 2) and found.next is not None
    assert found.next.low == Fraction(3, 4)
    found = cc.solve("mobilenet-v1", "resolution", mult_adds="300M", multiple=32)
    assert found.value == 160 and found.next is not None and found.next.low == 192
    found = cc.solve("mobilenet-v1", "resolution", mult_adds="300M", choices="128,224x160,224")
    assert found.value == 128 and found.next is not None and found.next.low == (224, 160)


def test_nothing_fits() -> None:
    found = cc.solve("mobilenet-v1", "alpha", params="3k")
    assert found.best is None and found.next is not None and found.next.costs is not None
    smallest = cc.load("mobilenet-v1").count(alpha="1/32")
    assert found.next[:2] == (Fraction(1, 32), Fraction(33, 1024))
    assert found.next.costs == (smallest.mult_adds, smallest.params)
    assert cc.solve("mobilenet-v1", "resolution", params="3M").best is None


def test_everything_fits() -> None:
    assert cc.solve("mobilenet-v1", "resolution", params="5M").unbounded


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"parameter": "alpha"}, "no budget (--mult-adds 6M, --params 1.7M or both)"),
        (
            {"parameter": "beta", "params": 1},
            "mobilenet-v1 has no parameter 'beta' (did you mean 'delta'?)",
        ),
        (
            {"parameter": "alpha", "params": 1, "alpha": 1},
            "alpha is given and asked for (one of the two)",
        ),
        (
            {"parameter": "alpha", "params": "6 Mio"},
            "'6 Mio' is not an amount (such as 6M, 1.7M or 569000000)",
        ),
        (
            {"parameter": "resolution", "params": 1, "multiple": "224x160"},
            "resolution: there are no multiples of 224x160 (one number above 0)",
        ),
        (
            {"parameter": "resolution", "params": 1, "multiple": 0},
            "resolution: 0 is outside its domain (a positive integer)",
        ),
        (
            {"parameter": "alpha", "params": 1, "choices": "1", "multiple": 2},
            "either choices or a multiple (one of the two)",
        ),
    ],
)
def test_mistakes(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        cc.solve("mobilenet-v1", **arguments)
    assert str(caught.value) == message


def test_breaks_miss_nothing() -> None:
    """Between two neighbouring break points, random values agree."""
    network = cc.load("mobilenet-v2")
    bound = {n: v for n, v in network.spec.defaults().items() if n != "alpha"}
    steps = Steps(network.spec, cc.find_convention("keras"), "alpha", bound)
    points = breaks(steps.values, "alpha", Fraction(1, 8), Fraction(3, 2))
    rng = random.Random(2)
    for _ in range(60):
        i = rng.randrange(len(points) - 1)
        low, high = points[i], points[i + 1]
        inside = {
            steps.at(low + (high - low) * Fraction(rng.randrange(1, 10**6), 10**6))
            for _ in range(3)
        }
        assert len(inside) == 1


def test_the_command(run: Any) -> None:
    words = ("solve", "mobilenet-v1", "--for", "alpha", "--params", "3k", "--format", "json")
    found = run(*words)
    assert (found.returncode, found.stderr) == (0, "")
    data = json.loads(found.stdout)
    assert data["best"] is None and data["smallest"]["low"] == "0.03125"


#: Rounds after the first meet as many channels as they give; the closed form holds from two on.
ROUNDS = """
network: rounds
parameters: {n: {default: 2, meaning: rounds}}
input: 8x8x4
layers:
- repeat: n
  layers: [{conv: 1x1, out: 16}]
"""


@pytest.mark.parametrize("budget", range(0, 64 * (4 * 16 + 5 * 16 * 16), 64 * 40))
def test_values_at_which_the_closed_form_does_not_hold_yet_are_looked_at(budget: int) -> None:
    net = cc.loads(ROUNDS)
    costs = [64 * (4 * 16 + (n - 1) * 16 * 16) for n in range(1, 8)]
    assert [net.count(n=n).mult_adds for n in range(1, 8)] == costs
    largest = max((n for n, cost in enumerate(costs, 1) if cost <= budget), default=None)
    solution = net.solve("n", mult_adds=budget)
    assert solution.value == largest
    assert solution.next is not None and solution.next.high == (largest or 0) + 1


def test_a_network_at_no_later_value_has_no_next_step() -> None:
    """Two groups: δ of 2 alone has whole groups, as 1 and all from 3 on are odd."""
    text = "input: 3x5x16\nparameters: {delta: 2}\n"
    net = cc.loads(text + 'layers: [{conv: 2, out: "min(delta, 3)", groups: 2}]\n')
    mult_adds = 3 * 5 * (2 * 2 * 16 * 2 // 2)
    found = net.solve("delta", mult_adds=mult_adds)
    assert found.best is not None and (found.best.low, found.best.high) == (2, 2)
    assert found.next is None and found.searched is None
    assert net.solve("delta", mult_adds=mult_adds - 1).best is None


def test_costs_that_are_none_of_the_closed_form_are_no_next_step() -> None:
    """One channel is spread over seven, up to k = 4; the closed form is that of seven and seven."""
    net = cc.loads("""
parameters: {k: {default: 4, meaning: width}}
input: 8x8x16
layers:
- {conv: 1x1, out: ceil(k/4)}
- add: [[{avgpool: global}, {fc: 7}], []]
- {avgpool: global}
- {fc: 10, bias: true}
""")
    found = net.solve("k", mult_adds=1200)
    assert found.best is not None and found.next is not None
    assert (found.best.low, found.best.high) == (1, 4)
    assert found.best.costs == (8 * 8 * 16 + 7 + 7 * 10, 16 + 7 + 7 * 10)
    assert found.next.low == 25 and found.next.costs.mult_adds == 8 * 8 * 16 * 7 + 7 * 7 + 7 * 10


def test_without_a_closed_form_many_rounds_are_folded_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """50, 26, 14, 8, 5, 3, 2, 2, … channels: more rounds than settle in a form of n. From n = 4 on
    no group is whole, so that many values are tried."""
    net = cc.loads("""
parameters: {n: {default: 2, meaning: rounds}}
input: 1x1x98
layers:
- {repeat: 2*n, layers: [{conv: 1, out: in // 2 + 1}]}
- {conv: 1, out: 12, groups: "min(n, 3)"}
""")
    walked = 0
    row = Walk.row

    def counted(self: Walk, *args: Any) -> Any:
        nonlocal walked
        walked += 1
        return row(self, *args)

    monkeypatch.setattr(Walk, "row", counted)
    params = 98 * 50 + 50 * 26 + 26 * 14 + 14 * 8 + 8 * 5 + 5 * 3 + 3 * 12 // 3
    found = net.solve("n", params=10**6)
    assert found.best is not None and (found.best.low, found.best.high) == (3, 3)
    assert found.best.costs.params == params
    assert walked < 50_000


def test_the_next_step_up_is_looked_for_at_a_bounded_number_of_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No width but one fits what it is multiplied with, and nothing proves that none will."""
    net = cc.loads("""
parameters: {w: {default: 3/2, meaning: ratio}}
input: 8x8x8
layers:
- {multiply: [[], {conv: 1, out: "divisible(4*w, 4)"}]}
""")
    monkeypatch.setattr(positives, "MAX_BUILT", 7)
    asked = 0
    at = Steps.at

    def counted(self: Steps, value: Any) -> Any:
        nonlocal asked
        asked += 1
        return at(self, value)

    monkeypatch.setattr(Steps, "at", counted)
    found = net.solve("w", params=8 * 8)
    assert found.best is not None and found.best.costs.params == 8 * 8
    assert found.next is None and found.searched is not None
    assert asked < 1_000
