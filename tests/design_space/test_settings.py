"""The largest settings of a grid within budgets, against a loop over all of its points."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

import costcalc as cc
from costcalc.algebra.amounts import byte_amount
from costcalc.errors import CostcalcError

KIB, MIB = 2**10, 2**20


def every(name: str, axes: dict[str, list[Any]], cost: str, **fixed: Any) -> dict[Any, Any]:
    """What the network costs at all points of a grid at which it exists."""
    found = {}
    for point in product(*axes.values()):
        try:
            counted = cc.count(name, cost=cost, **dict(zip(axes, point, strict=True)), **fixed)
        except CostcalcError:
            continue
        found[point] = counted.costs
    return found


BUDGETS = [
    (
        {"peak": 256 * KIB, "flash": MIB, "mult_adds": 60_000_000},
        "peak<=256KiB,flash<=1MiB,mult_adds<=60M",
    ),
    (
        {"peak": 96 * KIB, "params": 500_000, "traffic": 10**6},
        "peak<=96KiB,params<=500K,traffic<=1MB",
    ),
    ({"activations": 10**6, "flash": 3 * 10**5}, "activations<=1M, flash<=300kB"),
]


@pytest.mark.parametrize(("budgets", "text"), BUDGETS)
def test_they_are_those_of_a_loop_over_the_grid(budgets: dict[str, int], text: str) -> None:
    axes: dict[str, list[Any]] = {
        "alpha": [Fraction(i, 16) for i in (1, 3, 4, 5, 6, 7, 8, 12)],
        "resolution": [64, 96, 97, 128, 160, 192],
        "delta": [1, 2, 3],
    }
    counts = every("mobilenet-v1", axes, ",".join(budgets))
    fits = [at for at, own in counts.items() if all(own[n] <= most for n, most in budgets.items())]
    best = {
        at
        for at in fits
        if not any(o != at and all(a <= b for a, b in zip(at, o, strict=True)) for o in fits)
    }
    values = {name: [str(value) for value in column] for name, column in axes.items()}
    found = cc.solve_grid("mobilenet-v1", "alpha,resolution,delta", budget=text, values=values)
    assert {one.values for one in found.best} == best and best
    assert (found.tried, found.existing, found.fitting) == (8 * 6 * 3, len(counts), len(fits))
    for one in found.best:
        assert one.costs.to_dict() == {n: counts[one.values][n] for n in one.costs.names}
    assert [one.values for one in found.best] == sorted(best, reverse=True)
    # a sweep within the same budgets has all that fit
    run = cc.sweep("mobilenet-v1", budget=text, values=values)
    swept = {(row["alpha"], row["resolution"], row["delta"]) for row in run.rows()}
    assert swept == set(fits)


def test_a_grid_that_is_large_is_that_of_a_small_one_at_its_points() -> None:
    """Chunks and arrays give what single points give."""
    found = cc.solve_grid(
        "mobilenet-v2",
        ["resolution", "alpha"],
        budget={"peak": "320KiB"},
        values={"alpha": "1/64:1:1/64", "resolution": "32:224:1"},
    )
    assert found.tried == 64 * 193 and found.best
    for (side, alpha), costs in ((one.values, one.costs) for one in found.best):
        net = cc.load("mobilenet-v2")
        assert costs.peak == net.memory(alpha=alpha, resolution=side).peak_bytes <= 320 * KIB
        wider: list[dict[str, Any]] = [{"alpha": alpha + Fraction(1, 64)}] if alpha < 1 else []
        for more in ({"resolution": side + 1}, *wider):
            assert net.memory(**{"alpha": alpha, "resolution": side, **more}).peak_bytes > 320 * KIB


def test_settings_without_a_network_are_told(run: Any) -> None:
    words = ("--for", "resolution,classes", "-r", "480:600:1", "-c", "20,80", "--mult-adds", "22G")
    told = run("solve", "yolov2", *words).stdout
    counts = every("yolov2", {"resolution": [*range(480, 601)], "classes": [20, 80]}, "")
    missing = 121 * 2 - len(counts)
    assert f"all 242 of the grid were counted exactly; {missing} of them have no network" in told
    data = json.loads(run("solve", "yolov2", *words, "--format", "json").stdout)
    assert (data["tried"], data["existing"]) == (242, len(counts))
    assert data["for"] == ["resolution", "classes"]
    fits = [at for at, own in counts.items() if own["mult_adds"] <= 22 * 10**9]
    assert data["fitting"] == len(fits)
    assert data["best"][0]["resolution"] == str(max(side for side, _ in fits))


def test_the_usual_values_are_meant_where_none_are_given() -> None:
    found = cc.solve_grid("mobilenet-v1", "alpha, rho", params="1.5M")
    assert found.values["alpha"] == tuple(map(Fraction, ("1/4", "1/2", "3/4", "1")))
    assert [one.values for one in found.best] == [(Fraction(1, 2), 1)]


@pytest.mark.parametrize(
    ("names", "options", "message"),
    [
        ("alpha,beta", {}, "mobilenet-v1 has no parameter 'beta' (did you mean 'delta'?)"),
        ("alpha,alpha", {}, "alpha is asked for twice (every parameter once)"),
        (
            "alpha,classes",
            {},
            "mobilenet-v1 states no usual values of classes (give some: --set classes=…)",
        ),
        (
            "alpha,resolution",
            {"resolution": ["224x160", "160"]},
            "resolution: sides of two lengths have no order (one side)",
        ),
    ],
)
def test_what_can_not_be_solved_is_refused(names: str, options: Any, message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        cc.solve_grid("mobilenet-v1", names, **{"budget": "flash<=1MiB", **options})
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "bytes"),
    [
        ("256KiB", 256 * 1024),
        ("256 kB", 256_000),
        ("1.5MiB", 3 * 2**19),
        ("1MB", 10**6),
        ("2gib", 2**31),
        ("512B", 512),
        ("60K", 60_000),
        ("1/3KiB", Fraction(1024, 3)),
        (7, 7),
    ],
)
def test_bytes_are_read_exactly(text: Any, bytes: Any) -> None:
    assert byte_amount(text) == bytes


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ("flash>=1MiB", "'flash>=1MiB' is not the most of a cost (such as mult_adds<=6M)"),
        ("flash<=1MiB,flash<=2MiB", "two budgets for flash (one of the two)"),
        ("flesh<=1MiB", "no cost is called 'flesh' (did you mean 'flash'?)"),
        ("flash<=1MeB", "'1MeB' is no amount of bytes (such as 256KiB, 1MB or 60000)"),
        ("mult_adds<=1MB", "'1MB' is not an amount (such as 6M, 1.7M or 569000000)"),
        ("flash", "'flash' is not a budget (such as mult_adds<=6M)"),
        ("", "no budget (--mult-adds 6M, --params 1.7M or both)"),
    ],
)
def test_a_budget_that_is_none_is_refused(budget: str, message: str) -> None:
    for parameter in ("alpha", "alpha,rho"):
        solve: Any = cc.solve_grid if "," in parameter else cc.solve
        with pytest.raises(CostcalcError) as caught:
            solve("mobilenet-v1", parameter, budget=budget)
        assert str(caught.value) == message
