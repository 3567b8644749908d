"""The order of the least peak: held against all orders of small networks."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

import costcalc as cc
from costcalc.analysis.memory import memory_of
from costcalc.graph.build import build
from costcalc.graph.layers import Graph
from costcalc.hardware import order as orders
from costcalc.hardware.elements import NAMED
from costcalc.hardware.order import best_order, reordered
from costcalc.hardware.rules import as_rule

KIB = 1024


def network(source: random.Random) -> str:
    """A network of few rows that read what came before, in any shape."""
    rows, names = [], ["input"]
    widths = {"input": 4}
    for i in range(source.randint(3, 7)):
        name, origin = f"r{i}", source.choice(names[-3:])
        kind = source.choice(("conv", "conv", "dwconv", "relu", "concat", "add", "flatten"))
        others = [n for n in names if widths[n] == widths[origin] and n != origin]
        if kind == "conv":
            widths[name] = source.choice((1, 2, 4, 9))
            kept = f"conv: 1x1, out: {widths[name]}, activation: none"
            rows.append(f"{{{kept}, from: {origin}, name: {name}}}")
        elif kind == "concat":
            second = source.choice(names)
            widths[name] = widths[origin] + widths[second]
            rows.append(f"{{concat: [{{from: {origin}}}, {{from: {second}}}], name: {name}}}")
        elif kind == "add" and others:
            second = source.choice(others)
            widths[name] = widths[origin]
            rows.append(f"{{add: [{{from: {origin}}}, {{from: {second}}}], name: {name}}}")
        elif kind == "dwconv":
            widths[name] = widths[origin]
            rows.append(f"{{dwconv: 3x3, activation: none, from: {origin}, name: {name}}}")
        else:
            widths[name] = widths[origin]
            rows.append(f"{{relu: , from: {origin}, name: {name}}}")
        names.append(name)
    return "inputs: {input: 4x4x4}\nlayers:\n- " + "\n- ".join(rows)


def all_orders(graph: Graph) -> Iterator[tuple[int, ...]]:
    """Every order in which each layer comes after what it reads."""

    def after(done: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(done) == len(graph.layers):
            yield done
        for i, layer in enumerate(graph.layers):
            if i not in done and all(s < 0 or s in done for s in layer.inputs):
                yield from after((*done, i))

    return after(())


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("rule", ["live", "depthwise in place", "live+add"])
def test_no_order_needs_less(seed: int, rule: str) -> None:
    graph = build((net := cc.loads(network(random.Random(seed)))).spec, net.spec.defaults())
    name, _, besides = rule.partition("+")
    said, elements = as_rule(name, besides), NAMED["int8"]

    def peak(order: tuple[int, ...]) -> int:
        return memory_of(reordered(graph, order), elements, said, "none").peak_bytes

    found = best_order(graph, said, elements)
    assert found.proven
    assert peak(found.steps) == min(map(peak, all_orders(graph)))


def test_a_branch_that_ends_small_goes_first() -> None:
    """The wide branch ends in one channel: after it, little waits for the other one."""
    net = cc.loads("""
input: 8x8x4
layers:
- concat:
  - [{conv: 1x1, out: 16, activation: none, name: kept}]
  - [{conv: 1x1, out: 32, activation: none, name: wide}, {conv: 1x1, out: 1, name: narrow}]
""")
    file, best = net.memory(), net.memory(order="best")
    assert (file.order, best.order) == ("file", "best")
    assert file.peak_bytes == 64 * (4 + 16 + 32)
    assert [step.name.rpartition("/")[2] for step in best.steps] == [
        "wide",
        "narrow",
        "kept",
        "concat4",
    ]
    assert best.peak_bytes == 64 * (4 + 32 + 1)


def test_orders_of_shipped_networks_are_proven() -> None:
    """All but one are; most have the least peak in the order of their file."""
    less = {}
    better = "ghostnet", "xception", "nasnet-a-mobile", "unet", "cifar-resnext-29", "pyd-mobilenet"
    for name in (*better, "inception-v3", "hrnet-w18"):
        net = cc.load(name)
        file, best = net.memory(), net.memory(order="best")
        assert best.order == "best"
        assert best.flash == file.flash
        assert best.traffic_bytes == file.traffic_bytes
        less[name] = file.peak_bytes - best.peak_bytes
    # the depthwise branch of a ghost module runs before the shortcut's convolution
    assert less["ghostnet"] == 112 * 112 * 112 - 1_254_400
    # the shortcut's convolution runs first: what it gives is smaller than what it reads
    assert (less["cifar-resnext-29"], less["pyd-mobilenet"]) == (32 * 32 * 128, 32 * 32 * 16)
    assert all(less[name] > 0 for name in better)
    assert (less["inception-v3"], less["hrnet-w18"]) == (0, 0)


def test_what_is_not_proven_is_called_the_best_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "MAX_SETS", 3)
    net = cc.load("nasnet-a-mobile")
    found = net.memory(order="best")
    assert found.order == "best found"
    assert found.peak_bytes <= net.memory().peak_bytes


def test_residual_held_has_no_best_order() -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        cc.memory("mobilenet-v2", rule="residual held", order="best")
    assert str(caught.value) == (
        "the rule residual held has no best order "
        "(what is live hangs on the order under another rule only)"
    )
