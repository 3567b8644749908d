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
from costcalc.errors import CostcalcError
from costcalc.solving.breaks import breaks
from costcalc.solving.search import Piece
from costcalc.solving.steps import Steps


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
    every = counts("ehm-mobilenet", [Fraction(i, 1024) for i in range(1, 1025)], "alpha", delta=2)
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


ALPHAS = [Fraction(i, 1024) for i in range(1, 1300, 3)]
NETWORKS = ["ehm-mobilenet", "mobilenet-v1", "fd-mobilenet", "mobilenet-v2", "mobilenet-v1-conv"]


@cache
def every_alpha(spec: str) -> dict[Any, Any]:
    return counts(spec, ALPHAS, "alpha")


@settings(max_examples=25, deadline=None)
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
        ("mobilenet-v1", "classes", range(1, 3000), {"params": 5_000_000}),
        ("cifar-preresnet", "n", range(1, 60), {"mult_adds": 300_000_000}),
        ("cifar-densenet-bc", "L", range(4, 200), {"params": 1_000_000}),
        ("cifar-densenet-bc", "k", range(1, 60), {"mult_adds": 10**9}),
        ("cifar-wideresnet", "k", range(1, 20), {"mult_adds": 10**9}),
        ("cifar-condensenet-light", "n", range(1, 20), {"params": 200_000}),
        ("vgg-16", "resolution", range(1, 300), {"mult_adds": 10**10}),
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
    steps = Steps(network, cc.find_convention("keras"), "alpha", bound)
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
