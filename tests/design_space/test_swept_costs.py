"""Costs by name in sweeps, functions, comparisons and solved budgets: what counting gives."""

from __future__ import annotations

import json
from fractions import Fraction
from operator import itemgetter
from typing import Any

import numpy as np
import pytest

import costcalc as cc
from costcalc.analysis.costs import COSTS, MAIN
from costcalc.errors import CostcalcError
from costcalc.report.views.pictures import picture

MORE = tuple(name for name in COSTS if name not in (*MAIN, "time"))  # on no device

GRIDS: dict[str, dict[str, list[Any]]] = {
    "mobilenet-v1": {
        "alpha": ["1/4", "2/3", "33/32"],
        "resolution": [33, 96, 224],
        "delta": [1, 3],
    },
    # a shortcut exists where both sides have as many channels
    "mobilenet-v2": {"alpha": ["1/4", "1/2", "1.4"], "resolution": [96, 161]},
    # rows that write in place, and rounds whose number no form of a peak leaves free
    "cifar-preresnet": {"n": [1, 2, 4], "classes": [10, 100]},
    "cifar-densenet-bc": {"L": [22, 40], "k": [5, 12]},
    "nasnet-a-cifar": {"N": [1, 2], "F": [24, 48]},
}


@pytest.mark.parametrize("elements", ["int8", "int4", "w4a4; first, last: int8"])
@pytest.mark.parametrize("name", GRIDS)
def test_a_sweep_gives_what_is_counted(name: str, elements: str) -> None:
    net, axes = cc.load(name), GRIDS[name]
    found = net.sweep(cost=MORE, elements=elements, **axes)
    assert tuple(found.costs) == (*MAIN, *MORE)
    assert found.mult_adds.shape == tuple(map(len, axes.values()))
    for at in np.ndindex(found.mult_adds.shape):
        values = {n: column[i] for (n, column), i in zip(axes.items(), at, strict=True)}
        counted = net.count(cost=MORE, elements=elements, **values).costs
        assert {n: int(found[n][at]) for n in found.costs} == counted, values
    run = cc.sweep(name, axes, cost=MORE, elements=elements)
    rows = [tuple(row[cost] for cost in found.costs) for row in run.rows()]
    assert rows == list(zip(*(array.ravel() for array in found.costs.values()), strict=True))


def test_a_peak_is_that_of_the_rule() -> None:
    net = cc.load("mobilenet-v2")
    for rule, kib in (("live", 1470), ("depthwise in place", 1372), ("residual held", 1470)):
        assert net.count(cost="peak", rule=rule).costs["peak"] == kib * 2**10
        found = net.sweep(cost="peak", rule=rule, alpha=["1/2", 1])
        assert [int(x) for x in found["peak"]] == [
            net.memory(rule=rule, alpha=alpha).peak_bytes for alpha in ("1/2", 1)
        ]
        assert net.formula(cost="peak", rule=rule).at(rounded=True)[2] == kib * 2**10


@pytest.mark.parametrize("name", ["mobilenet-v1", "resnet-18", "cifar-preresnet", "unet"])
def test_the_peak_of_a_count_is_that_of_its_memory(name: str) -> None:
    if name not in cc.spec_names():
        pytest.skip(f"{name} does not ship")
    counted, memory = cc.count(name, cost="peak", elements="fp16"), cc.memory(name, elements="fp16")
    assert counted.costs["peak"] == memory.peak_bytes
    assert [one.costs["peak"] for one in counted.layers] == [s.live_bytes for s in memory.steps]
    assert max(group.costs["peak"] for group in counted.by("type")) == memory.peak_bytes


def test_the_form_of_a_peak_needs_the_number_of_rounds() -> None:
    net = cc.load("cifar-resnet")
    with pytest.raises(CostcalcError) as caught:
        net.formula(cost="peak")
    assert str(caught.value) == (
        "the peak of cifar-resnet has no closed form over rounds (bind their number)"
    )
    assert net.formula(cost="peak", n=3).at()[2] == net.memory(n=3).peak_bytes


def test_a_map_that_a_repetition_leaves_as_it_was_is_read_once() -> None:
    """Rounds of nothing but a branch: what is added to what arrived is what arrived."""
    net = cc.loads("""
parameters: {n: {default: 2, meaning: rounds}}
input: 8x8x4
layers:
- residual: [{repeat: n, layers: [{branch: [relu]}]}]
""")
    swept = net.sweep(n=[1, 3], cost="traffic").costs["traffic"]
    assert [*map(int, swept)] == [n * 2 * 8 * 8 * 4 + 2 * 8 * 8 * 4 for n in (1, 3)]


def test_a_large_sweep_in_chunks_gives_what_a_small_one_does() -> None:
    axes = {"alpha": "1/16:1:1/64", "resolution": "32:128:4"}
    large = cc.sweep("mobilenet-v1", axes, cost="peak,flash", budget="peak<=64KiB", sort="-flash")
    assert not large.is_small and large.columns == (
        *("spec", "alpha", "resolution", "mult_adds", "params", "peak", "flash"),
        *("mult_adds_percent", "params_percent", "peak_percent", "flash_percent"),
    )
    rows = large.rows()
    assert rows == sorted(rows, key=itemgetter("flash"), reverse=True) and rows
    for row in rows[:: len(rows) // 20]:
        found = cc.memory("mobilenet-v1", alpha=row["alpha"], resolution=row["resolution"])
        assert (row["peak"], row["flash"]) == (found.peak_bytes, found.flash_bytes)
        whole = cc.memory("mobilenet-v1").peak_bytes
        assert row["peak_percent"] == float(round(Fraction(100 * found.peak_bytes, whole), 2))


def test_a_cost_that_a_budget_names_is_a_column() -> None:
    run = cc.sweep("mobilenet-v1", alpha=["1/4", 1], budget="traffic<=4MB", pareto="bops,alpha")
    assert run.query.costs == (*MAIN, "traffic", "bops")
    assert [row["alpha"] for row in run.rows()] == [Fraction(1, 4)]
    assert picture(cc.sweep("mobilenet-v1", alpha=["1/4", 1], cost="peak"), y="peak").points == 2


def test_a_parameter_may_be_called_as_a_cost_that_nobody_asks_for() -> None:
    text = """
parameters: {flash: {default: 8, meaning: width}}
input: 4x4x3
layers:
- {conv: 1x1, out: flash}
"""
    net = cc.loads(text)
    run = cc.sweep(net, {"flash": [8, 16]}, budget="flash<=8")
    assert run.columns[:4] == ("spec", "flash", "mult_adds", "params")
    assert [row["flash"] for row in run.rows()] == [8]
    both = cc.sweep(net, {"flash": [8, 16]}, cost="flash")
    assert [(row["set.flash"], row["flash"]) for row in both.rows()] == [(8, 24), (16, 48)]
    assert [int(x) for x in net.sweep(flash=[8, 16], cost="flash")["flash"]] == [24, 48]


def test_a_compiled_function_gives_all_costs() -> None:
    net = cc.load("mobilenet-v1")
    cost = net.compile(cost="flash,peak", delta=1, classes=1000)
    found = cost(alpha=(np.arange(8, 33), 32), resolution=96)
    assert found.names == (*MAIN, "flash", "peak")
    for i, alpha in enumerate(Fraction(n, 32) for n in range(8, 33)):
        memory = net.memory(alpha=alpha, resolution=96)
        assert (found.flash[i], found.peak[i]) == (memory.flash_bytes, memory.peak_bytes)


@pytest.mark.parametrize(
    ("cost", "parameter", "most", "values"),
    [
        ("peak", "alpha", 700_000, [Fraction(i, 64) for i in range(2, 100)]),
        ("peak", "resolution", 700_000, list(range(32, 300))),
        ("flash", "alpha", 700_000, [Fraction(i, 64) for i in range(2, 100)]),
        ("traffic", "resolution", 10**7, list(range(32, 300))),
    ],
)
def test_a_solved_budget_is_that_of_a_loop(
    cost: str, parameter: str, most: int, values: list[Any]
) -> None:
    net = cc.load("mobilenet-v1")
    counts = {v: net.count(cost=cost, **{parameter: v}).costs[cost] for v in values}
    fits = [value for value, bytes in counts.items() if bytes <= most]
    found = net.solve(parameter, budget={cost: most})
    assert found.value >= max(fits)
    above = [value for value in values if value > max(fits)]
    assert found.best.high <= above[0]
    assert counts[max(fits)] <= getattr(found.best.costs, cost) <= most
    assert getattr(found.next.costs, cost) > most and found.binding == (cost,)


def test_networks_are_compared_by_all_costs(run: Any) -> None:
    words = ("compare", "mobilenet-v1", "fd-mobilenet", "--cost", "peak,flash")
    data = json.loads(run(*words, "--format", "json").stdout)
    totals = {line["cost"]: line["values"] for line in data["lines"] if line["by"] == "total"}
    assert totals.keys() == {*MAIN, "peak", "flash"}
    assert totals["peak"] == [cc.memory(n).peak_bytes for n in ("mobilenet-v1", "fd-mobilenet")]
    assert (data["rule"], data["elements"]["biases"]) == ("live", 4)
    equal = cc.compare("mobilenet-v1@alpha=1/2", "fd-mobilenet", at_equal="peak")
    solved, half = equal.entries[1].solved, cc.memory("mobilenet-v1", alpha="1/2")
    assert solved is not None and solved.budgets == {"peak": half.peak_bytes}


def test_sweeps_say_what_they_count(run: Any) -> None:
    words = ("sweep", "mobilenet-v1", "-a", "1/4,1", "--cost", "peak", "--elements", "fp32")
    table = run(*words).stdout
    assert "elements: weights fp32, activations fp32, biases fp32\nrule: live\n" in table
    data = json.loads(run(*words, "--format", "json").stdout)
    assert (data["units"], data["rule"]) == ({"peak": "bytes"}, "live")
    assert [row["peak"] for row in data["rows"]] == [4 * 301_056, 4 * 1_204_224]
    csv = run(*words, "--format", "csv").stdout.splitlines()
    assert csv[0].endswith(
        "convention,mult_adds,params,peak,mult_adds_percent,params_percent,peak_percent"
    )
    told = run("sweep", "mobilenet-v1", "-a", "1/4,1", "--budget", "peek<=1MiB")
    assert told.stderr == "the sweep has no column 'peek' (did you mean 'peak'?)\n"
    told = run("sweep", "mobilenet-v1", "-a", "1/4,1", "--budget", "arena<=1MiB")
    assert told.stderr == (
        "the sweep has no column 'arena' (`costcalc memory` plans it at a binding; `peak` is the "
        "least that it takes)\n"
    )
