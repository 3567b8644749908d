"""Closed forms and sweeps have the network exactly where counting has it, and cost what it counts.

Each case is a small network whose existence, or structure, hangs on free parameters.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from costcalc import CostcalcError, loads
from costcalc.design_space.solve.solution import solve
from costcalc.errors import Undecided
from costcalc.network import Network
from costcalc.operators.columns import MAX_EXTENT
from costcalc.report.views.formulas import python_module

CASES: dict[str, tuple[str, dict[str, list[Any]], str]] = {
    "rounds that share their weights": (
        """
parameters: {n: {default: 3, meaning: depth}, k: {default: 8, meaning: width}}
input: 4x4x8
layers:
- {repeat: n, weights: shared, layers: [{conv: 3x3, out: k, norm: batch}, relu]}
""",
        {"n": [1, 2, 3, 6], "k": [4, 8]},
        "trainable",
    ),
    "weights that fit one width only": (
        """
parameters: {alpha: 1}
channels: floor
input: 4x4x8
layers:
- {conv: 3x3, out: 8*alpha, bias: true, name: a}
- {conv: 3x3, out: 8, bias: true, weights: a}
""",
        {"alpha": ["1/2", "1", "9/8", "5/4"]},
        "trainable",
    ),
    "weights of a row that exists at some bindings only": (
        """
parameters: {k: {default: 4, meaning: width}, z: {default: 4, meaning: width}}
input: 4x4x8
layers:
- {conv: 1x1, out: 8, name: a, when: k > 2}
- {conv: 1x1, out: 8, weights: a, when: z > 2}
""",
        {"k": [1, 2, 3], "z": [1, 2, 3]},
        "trainable",
    ),
    "weights of rounds, as many as there are": (
        """
parameters: {n: {default: 3, meaning: depth}, k: {default: 2, meaning: depth}}
input: 4x4x8
layers:
- {repeat: n, name: a, layers: [{conv: 3x3, out: 8}, {conv: 1x1, out: 8}]}
- {repeat: k, weights: a, layers: [{conv: 3x3, out: 8}, {conv: 1x1, out: 8}]}
""",
        {"n": [1, 2, 3, 6], "k": [1, 2, 3, 6]},
        "paper",
    ),
    "weights of rounds that grow": (
        """
parameters: {n: {default: 3, meaning: depth}, k: {default: 3, meaning: depth}}
input: 4x4x8
blocks: {dense: {takes: [c], layers: [{concat: [[], [{conv: 3x3, out: c}]]}]}}
layers:
- {dense: 4, repeat: n, name: a}
- {conv: 1x1, out: 8}
- {dense: 4, repeat: k, weights: a}
""",
        {"n": [1, 2, 3, 6], "k": [1, 2, 3, 6]},
        "paper",
    ),
    "weights of the last of rounds that grow": (
        """
parameters: {n: {default: 3, meaning: depth, domain: whole number}}
input: 4x4x8
layers:
- {repeat: n, layers: [{concat: [[], [{conv: 3x3, out: 4, name: a}]]}]}
- {conv: 1x1, out: 12}
- {conv: 3x3, out: 4, weights: a}
""",
        {"n": [0, 1, 2, 3, 6]},
        "paper",
    ),
    "weights of the last round": (
        """
parameters: {n: {default: 3, meaning: depth, domain: whole number}}
input: 4x4x8
layers:
- {repeat: n, layers: [{conv: 3x3, out: 8, name: a}]}
- {conv: 3x3, out: 8, weights: a}
""",
        {"n": [0, 1, 2, 3]},
        "paper",
    ),
    "weights that the round before has, which differ in a bias": (
        """
parameters: {n: {default: 3, meaning: depth}}
input: 4x4x8
layers:
- {conv: 3x3, out: 8, bias: true, name: a}
- {repeat: n, layers: [{conv: 3x3, out: 8, bias: true, weights: a}, {conv: 3x3, out: 8, name: a}]}
""",
        {"n": [1, 2, 3]},
        "trainable",
    ),
    "weights that the round before has": (
        """
parameters: {n: {default: 3, meaning: depth}}
input: 4x4x8
layers:
- {conv: 3x3, out: 8, name: a}
- {repeat: n, layers: [{conv: 3x3, out: 8, weights: a}, relu, {conv: 3x3, out: 8, name: a}]}
""",
        {"n": [1, 2, 3]},
        "trainable",
    ),
    "a normalisation of its own behind shared weights, folded": (
        """
parameters: {n: {default: 3, meaning: depth}, k: {default: 8, meaning: width}}
input: 4x4x8
layers:
- repeat: n
  weights: {shared, own: norm}
  layers: [{conv: 3x3, out: k, bias: true}, bn, {dwconv: 3x3, norm: batch}, relu]
""",
        {"n": [1, 2, 3], "k": [4, 8]},
        "deployed",
    ),
    "weights of rounds that settle late": (
        """
parameters: {n: {default: 3, meaning: depth}, k: {default: 3, meaning: depth}}
input: 4x4x8
layers:
- {repeat: n, name: a, layers: [{conv: 3x3, out: 8, stride: 2}]}
- {repeat: k, weights: a, layers: [{conv: 3x3, out: 8, stride: 2}]}
""",
        {"n": [1, 2, 3, 5], "k": [1, 2, 3, 5]},
        "paper",
    ),
    "a window that a block is given and does not use": (
        """
parameters: {z: {default: 1, meaning: more, domain: whole number}}
input: 8x8x4
blocks: {one: {takes: {w: 3}, layers: [{conv: 1, out: 8}]}}
layers: [{one: {w: [2*z, 1]}}]
""",
        {"z": [0, 1, 2]},
        "paper",
    ),
    "a second round that the closed form has and the network may not": (
        """
parameters: {z: {default: 1, meaning: more, domain: whole number}}
input: 8x8x4
blocks: {one: {takes: {c: }, layers: [{conv: 1, out: c}]}}
layers:
- {one: {c: "min(z, 3)"}, repeat: 1 if z <= 1 else 2, first: {c: 2}}
""",
        {"z": [0, 1, 2, 3, 4]},
        "paper",
    ),
    "a row whose condition hangs on another parameter's value": (
        """
parameters: {alpha: 1, n: {default: 1, meaning: depth}}
channels: floor
input: 8x8x3
layers:
- {conv: 1x1, out: 24*alpha}
- repeat: n
  layers:
  - concat:
    - []
    - [{conv: 3x3, out: 4}]
- {conv: 3x3, out: 8, when: in > 8}
""",
        {"alpha": ["1/8", "3/4", "1"], "n": [1, 2]},
        "paper",
    ),
    "a normalisation that is folded from the second round on": (
        """
parameters: {n: {default: 3, meaning: depth}}
input: 4x4x8
layers:
- relu
- repeat: n
  layers:
  - bn
  - {conv: 1x1, out: 8}
""",
        {"n": [1, 2, 3, 7]},
        "onnx-tool-folded",
    ),
    "the same where the channels grow": (
        """
parameters: {n: {default: 3, meaning: depth}}
input: 4x4x8
layers:
- relu
- repeat: n
  layers:
  - bn
  - {conv: 1x1, out: in + 2}
""",
        {"n": [1, 2, 3, 7]},
        "onnx-tool-folded",
    ),
    "a normalisation behind rows that every round has, or none": (
        """
parameters: {n: {default: 3, meaning: depth}, k: {default: 4, meaning: width}}
input: 4x4x8
layers:
- repeat: n
  layers:
  - {bn: , when: k > 2}
  - {conv: 1x1, out: 8, when: k == 4}
""",
        {"n": [1, 2, 3, 7], "k": [2, 3, 4]},
        "onnx-tool-folded",
    ),
    "a product that is spread at some sides only": (
        """
parameters: {resolution: 16}
input: {side: resolution, channels: 8}
layers:
- multiply:
  - [{avgpool: 32, padding: same}]
  - [{avgpool: 16, padding: same}]
- {conv: 3x3, out: 8}
""",
        {"resolution": [16, 32, 48, 64]},
        "paper",
    ),
    "a product that meets in the width only, or is 1x1": (
        """
parameters: {h: {default: 6, meaning: height}, k: {default: 2, meaning: stride}}
input: {height: h, width: 8, channels: 8}
layers:
- multiply:
  - [{conv: 1x1, out: 8, stride: [1, k]}]
  - [{conv: 1x1, out: 8, stride: 1x2}]
- {conv: 3x3, out: 8}
""",
        {"h": [1, 6], "k": [1, 2, 3, 8]},
        "paper",
    ),
    "a product of channels that need not meet": (
        """
parameters: {c: {default: 8, meaning: width}}
input: 4x4x8
layers:
- multiply:
  - []
  - [{conv: 3x3, out: c}]
""",
        {"c": [4, 8, 16]},
        "paper",
    ),
    "channels that shrink to nothing": (
        """
parameters: {n: {default: 1, meaning: depth}}
input: 4x4x32
layers:
- repeat: n
  layers:
  - {conv: 1x1, out: in - 4}
""",
        {"n": [1, 2, 7, 8, 9, 30]},
        "paper",
    ),
    "groups that divide some rounds only": (
        """
parameters: {n: {default: 1, meaning: depth}, k: {default: 4, meaning: growth}}
input: 8x8x8
layers:
- repeat: n
  layers:
  - {conv: 1x1, out: in, groups: 4}
  - concat:
    - []
    - [{conv: 3x3, out: k}]
""",
        {"n": [1, 2, 3], "k": [3, 4, 8]},
        "paper",
    ),
    "a parameter called like an index": (
        """
parameters: {n: {default: 2, meaning: depth}, i_: {default: 4, meaning: growth}}
input: 8x8x3
layers:
- repeat: n
  layers:
  - concat:
    - []
    - [{conv: 3x3, out: i_}]
""",
        {"n": [1, 2, 3], "i_": [4, 8]},
        "paper",
    ),
    "a shortcut whose sides do not meet": (
        """
parameters: {alpha: 1}
input: 8x8x16
layers:
- residual:
  - {conv: 3x3, stride: 2, out: 8*alpha}
  when: in == out
""",
        {"alpha": [1, 2, 3]},
        "paper",
    ),
    "channels that are padded, or picked": (
        """
parameters: {k: {default: 8, meaning: width}}
input: 4x4x8
layers:
- {conv: 3x3, out: k}
- {padchannels: 16}
- {select: 12}
- {conv: 1x1, out: 4}
""",
        {"k": [8, 16, 20]},
        "paper",
    ),
    "picked channels of which there are too few": (
        """
parameters: {k: {default: 16, meaning: width}}
input: 4x4x8
layers:
- {conv: 3x3, out: k}
- {select: 12}
- {conv: 1x1, out: 4}
""",
        {"k": [8, 12, 16]},
        "paper",
    ),
    "a condition on rounded channels": (
        """
parameters: {alpha: 1}
channels: divisible(8)
input: 8x8x3
layers:
- {conv: 1x1, out: 8*alpha}
- {conv: 3x3, out: in/2, when: out == in}
""",
        {"alpha": ["1/2", 1, 2, 3]},
        "paper",
    ),
    "a condition that only rounding decides": (
        """
parameters: {alpha: 1}
input: 4x4x8
layers:
- {conv: 1x1, out: 8}
- {conv: 3x3, out: 16, when: floor(3*alpha) == 3*alpha}
""",
        {"alpha": ["1/2", 1, "4/3"]},
        "paper",
    ),
    "padded channels in rounds that grow": (
        """
parameters: {n: {default: 2, meaning: depth}}
input: 8x8x16
layers:
- repeat: n
  layers:
  - {padchannels: in + 4}
  - {conv: 3x3, out: in}
""",
        {"n": [1, 2, 5]},
        "paper",
    ),
    "groups of a row that is left out": (
        """
parameters: {c: {default: 9, meaning: width}}
input: 8x8x3
layers:
- {conv: 3x3, out: c}
- {conv: 1x1, out: in, groups: 3, when: in == 9}
""",
        {"c": [8, 9, 10]},
        "paper",
    ),
    "a resolution that must come out whole": (
        """
parameters: {rho: 1, resolution: 65}
input: {side: rho*resolution, channels: 3}
layers:
- {conv: 3x3, stride: 2, out: 8}
""",
        {"rho": ["1/2", 1], "resolution": [64, 65]},
        "paper",
    ),
    "a row that does not fit, and is left out": (
        """
parameters: {alpha: 1, resolution: 8}
channels: floor
input: {side: resolution, channels: 8}
layers:
- {conv: 5x5, out: 8, padding: valid, when: floor(alpha) == alpha}
- {conv: 1x1, out: 4}
""",
        {"alpha": ["1/2", 1], "resolution": [4, 8]},
        "paper",
    ),
    "widths below 0 that rounding would widen": (
        """
parameters: {c: {default: 8, meaning: width}}
channels: divisible(8)
input: 4x4x3
layers:
- {conv: 3x3, out: 16 - c}
""",
        {"c": [4, 8, 15, 16, 20]},
        "paper",
    ),
    "widths below 0 that a function would widen": (
        """
parameters: {c: {default: 8, meaning: width}, z: {default: 1, meaning: m, domain: whole number}}
input: 4x4x3
blocks: {b: {takes: [k], layers: [{conv: 1x1, out: k}]}}
layers:
- {conv: 3x3, out: "max(divisible(16 - c, 8), 3)"}
- {b: ["divisible(z, 4) + 1"]}
""",
        {"c": [4, 8, 15, 16, 20], "z": [0, 1, 4]},
        "paper",
    ),
    "a pooling ratio that may be below 1": (
        """
parameters: {w: {default: 3/2, meaning: ratio}, c: {default: 8, meaning: width}}
input: 8x8x3
layers:
- {fmp: w}
- {conv: 3x3, out: c}
""",
        {"w": ["1/2", "3/4", "1", "3/2", "8", "9"], "c": [4, 8]},
        "paper",
    ),
    "written rounds that change the shapes to the last": (
        """
parameters: {c: {default: 1, meaning: width}, resolution: 8}
input: {side: resolution, channels: c}
layers:
- repeat: 7
  layers:
  - {conv: 1x1, out: 2*in}
""",
        {"c": [1, 3], "resolution": [4, 5]},
        "paper",
    ),
    "channels that grow in a row that rounding decides": (
        """
parameters: {alpha: 1, n: {default: 2, meaning: depth}}
input: 4x4x8
layers:
- repeat: n
  layers:
  - {conv: 1x1, out: in + 4, when: floor(3*alpha) == 3*alpha}
""",
        {"alpha": ["1/2", "1", "4/3"], "n": [1, 2, 5]},
        "paper",
    ),
    "branches of equal rounded widths": (
        """
parameters: {alpha: 1}
channels: floor
input: 8x8x4
layers:
- {conv: 1x1, out: 3*alpha}
- {conv: 1x1, out: 20 - 3*alpha}
""",
        {"alpha": ["1/2", 1, "3/2", 6, 7]},
        "paper",
    ),
    "groups of which there may be none": (
        """
parameters: {alpha: 1}
channels: floor
input: 8x8x2
layers:
- {conv: 3x3, out: alpha*in}
- {conv: 3x3, out: 16, groups: in}
""",
        {"alpha": ["1/4", 1, 2]},
        "paper",
    ),
    "what is divided by, above 0, below it, and 0": (
        """
parameters: {k: {default: 4, meaning: width}, s: {default: 1, meaning: stride}}
channels: floor
input: 9x9x8
layers:
- {conv: 3x3, out: "8/(k - 3) + 16", stride: s}
- {conv: 1x1, out: 16, groups: k - 2}
- {maxpool: 3x3, stride: s + k - 4}
- {conv: 1x1, out: 4}
""",
        {"k": [1, 2, 3, 4, 5, 6], "s": [1, 2, 3]},
        "paper",
    ),
    "a row that divides, and is left out where that is by 0": (
        """
parameters: {k: {default: 8, meaning: width}, n: {default: 2, meaning: depth}}
input: 4x4x16
layers:
- {conv: 1x1, out: 16, groups: k - 4, when: k > 4}
- {repeat: n, layers: [{conv: 1x1, out: 16, groups: "4/(k - 6)", when: 8/(k - 6) > 2}]}
- {conv: 1x1, out: 8}
""",
        {"k": [3, 4, 5, 6, 7, 8, 12], "n": [1, 3]},
        "paper",
    ),
    "the taps of a window of free size, of a row at some depths": (
        """
parameters: {delta: 1, n: {default: 2, meaning: depth}, resolution: 8}
channels: divisible(8)
input: {side: resolution, channels: 3}
layers:
- {conv: δ + 1, out: 3, when: n == 2}
- {avgpool: global}
""",
        {"delta": [1, 2], "resolution": [8, 9], "n": [2, 4]},
        "xla-valid",
    ),
    "branches that meet where a row is left out": (
        """
parameters:
  k: {default: 3, meaning: kernel}
  w: {default: 1, meaning: width, domain: positive number}
  mode: {default: p, choices: [p, q], meaning: which}
channels: floor
input: 12x8x3
layers:
- {conv: [k, 1], out: 3*w, padding: half}
- concat:
  - []
  - [{dwconv: 2x1, padding: half, when: w > 1 or mode == "q" or in != 3}]
  - []
- {conv: 1x1, out: 4}
""",
        {"k": [1, 2, 3], "w": ["1/2", "1/3", 1, "5/4"], "mode": ["p", "q"]},
        "paper",
    ),
    "a kernel that meets at some sides and widths only": (
        """
parameters: {k: {default: 3, meaning: kernel}, c: {default: 8, meaning: width}, resolution: 8}
input: {side: resolution, channels: 8}
layers:
- residual:
  - {conv: k, out: c, padding: half}
- concat:
  - []
  - [{dwconv: k, padding: half, when: c > 4}]
""",
        {"k": [1, 2, 3], "c": [4, 8], "resolution": [8, 9]},
        "xla-valid",
    ),
    "rounds of which the last ones do not fit": (
        """
parameters: {n: {default: 1, meaning: depth}, c: {default: 8, meaning: width}}
input: 8x8x3
layers:
- {repeat: n, layers: [{maxpool: 2}]}
- {conv: 3x3, out: c}
- {conv: 1x1, out: 8, groups: 3, when: c == 9}
""",
        {"n": [1, 2, 3, 4], "c": [8, 9]},
        "paper",
    ),
}


def cost(network: Network, at: dict[str, Any], convention: str) -> tuple[int, int] | None:
    try:
        counted = network.count(**at, convention=convention)
    except CostcalcError:
        return None
    return counted.mult_adds, counted.params


@pytest.mark.parametrize("case", CASES)
def test_formulas_and_sweeps_exist_where_counting_does(case: str) -> None:
    text, axes, convention = CASES[case]
    network = loads(text)
    names = list(axes)
    points = [dict(zip(names, values, strict=True)) for values in product(*axes.values())]
    right = [cost(network, at, convention) for at in points]
    assert any(right)
    found = network.sweep(convention=convention, skip=True, **axes)
    got = list(zip(found.mult_adds.ravel(), found.params.ravel(), strict=True))
    assert [tuple(map(int, pair)) for pair in got] == [pair for pair in right if pair]
    for at, pair in zip(points, right, strict=True):
        alone = {name: [value] for name, value in at.items()}
        if pair is None:  # in the words of a count
            with pytest.raises(CostcalcError) as refused:
                network.count(convention=convention, **at)
            with pytest.raises(CostcalcError) as error:
                network.sweep(convention=convention, **alone)
            assert str(error.value) == str(refused.value)
    try:
        formula = network.formula(convention=convention)
    except CostcalcError:
        return  # there is no one closed form
    for rounded in (True, False):
        made: dict[str, Any] = {}
        exec(python_module(formula, "total", rounded), made)
        for at, pair in zip(points, right, strict=True):
            own = {name: value for name, value in at.items() if name in formula.parameters}
            try:
                value = formula.at(rounded=rounded, **own)
            except CostcalcError as error:
                assert pair is None or "does not exist" not in str(error), at
                with pytest.raises(ValueError):
                    made["mult_adds"](**own)
                continue
            assert value == pair, (at, rounded)
            assert (made["mult_adds"](**own), made["params"](**own)) == pair


@pytest.mark.parametrize("case", CASES)
def test_functions_and_searches_exist_where_counting_does(case: str) -> None:
    text, axes, convention = CASES[case]
    network = loads(text)
    name, *others = axes
    for values in product(*(axes[other] for other in others)):
        at = dict(zip(others, values, strict=True))
        costs = [cost(network, {**at, name: value}, convention) for value in axes[name]]
        top = [(value, pair) for value, pair in zip(axes[name], costs, strict=True) if pair]
        found = solve(
            network.spec, name, params="1T", convention=convention, choices=axes[name], **at
        )
        if not top:
            assert found.best is None
            continue
        assert found.best is not None
        assert found.best.costs == top[-1][1]
        try:
            compiled = network.compile(convention=convention, **at)
        except CostcalcError:
            continue  # there is no one closed form
        for value, pair in zip(axes[name], costs, strict=True):
            try:
                given = np.array([value]) if isinstance(value, int) else value
                both = compiled(**{name: given})
                assert tuple(int(np.ravel(one)[0]) for one in both) == pair
            except CostcalcError as error:
                assert pair is None or "sweep it instead" in str(error)


def test_the_domain_says_what_decided_the_structure() -> None:
    text, _, _ = CASES["a condition on rounded channels"]
    formula = loads(text).formula()
    assert formula.exact_when == (
        "alpha % 1 == 0",
        "-divisible(8*alpha, 8) + divisible(divisible(8*alpha, 8)/2, 8) != 0",
    )
    text, _, _ = CASES["a condition that only rounding decides"]
    formula = loads(text).formula()
    assert formula.parameters == ("alpha",)
    assert formula.exact_when == ("(3*alpha//1) - 3*alpha == 0",)
    text, _, _ = CASES["branches of equal rounded widths"]
    assert loads(text).formula().exact_when == ("3*alpha % 1 == 0", "-3*alpha + 19 >= 0")


@pytest.mark.parametrize(
    "row",
    [
        "{conv: 1x1, out: 8, when: k == 4}",
        "{residual: [{conv: 1x1, out: k}], when: in == out}",
        "{conv: 1x1, out: 8}, {relu: , when: k == 4}",
        "{bn: , when: k > 2}, {conv: 1x1, out: 8, when: k == 4}",
        "{concat: [[], {conv: 1x1, out: 2}]}, {conv: 1x1, out: in, when: k == 4}",
    ],
)
def test_a_row_at_some_bindings_leaves_rounds_alike(row: str) -> None:
    formula = loads(
        "parameters: {n: {default: 2, meaning: depth}, k: {default: 4, meaning: width}}\n"
        f"input: 4x4x8\nlayers:\n- {{repeat: n, layers: [{row}]}}\n"
    ).formula()
    assert formula.exact_when == ()


def test_a_condition_in_every_round_names_no_round() -> None:
    text, _, _ = CASES["padded channels in rounds that grow"]
    assert loads(text).formula().exact_when == ()
    text, _, _ = CASES["channels that shrink to nothing"]
    assert loads(text).formula().exact_when == ("-4*n + 31 >= 0",)


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ("{padchannels: 16}, {conv: 1x1, out: c}", "-n + 1 >= 0"),
        ("{conv: 1x1, out: c}, {shuffle: 18}", "n - 1 <= 0"),
    ],
)
def test_what_no_second_round_can_do_leaves_the_first(rows: str, where: str) -> None:
    network = loads(
        "parameters: {n: {default: 1, meaning: depth}}\ninput: 4x4x16\n"
        f"blocks: {{wider: {{takes: {{c: }}, layers: [{rows}]}}}}\n"
        "layers:\n- {wider: {c: in + 2}, repeat: n}\n"
    )
    assert network.formula().exact_when == (where,)
    cost = network.compile()
    assert cost(n=[1]).mult_adds.tolist() == [network.count(n=1).mult_adds]
    with pytest.raises(CostcalcError, match=r"does not hold at point \(0,\)"):
        cost(n=[2])
    with pytest.raises(CostcalcError):
        network.count(n=2)


def test_a_fraction_that_is_never_whole_is_said_to_be() -> None:
    network = loads(
        "parameters: {c: {default: 8, meaning: width}}\nchannels: nearest\n"
        "input: 4x4x8\nlayers:\n- {conv: 3x3, out: c + 1/4}\n"
    )
    assert network.formula().exact_when == ("False",)


def test_fractional_weights_must_make_whole_counts(tmp_path: Path) -> None:
    own = tmp_path / "half.yaml"
    own.write_text("half: {meaning: m, else: 0, mult_adds: {conv mac: 1/2}, params: {}}\n")
    formula = loads(
        "parameters: {resolution: 4}\ninput: {side: resolution, channels: 1}\n"
        "layers:\n- {conv: 3x3, out: 1}\n"
    ).formula(convention=str(own))
    assert formula.at(resolution=4) == (9 * 16 // 2, 0)
    with pytest.raises(CostcalcError) as error:
        formula.at(resolution=5)
    assert str(error.value) == (
        "half counts 225/2 for network (its weights must make whole counts)"
    )


def test_a_block_whose_first_round_differs_grows_by_what_the_others_add() -> None:
    formula = loads(
        """
parameters: {n: {default: 3, meaning: depth}}
input: 8x8x16
blocks: {dense: {takes: [k], layers: [{concat: [[], [{conv: 3x3, out: k}]]}]}}
layers:
- {dense: 4, repeat: n, first: {k: 12}}
"""
    ).formula()
    right = [9 * 16 * 12, 9 * 28 * 4, 9 * 32 * 4, 9 * 36 * 4]
    for n in (1, 2, 4):
        assert formula.at(n=n) == (64 * sum(right[:n]), sum(right[:n]))


def test_a_layer_after_rounds_that_grow_says_how_many_come_before() -> None:
    formula = loads(
        """
parameters: {n: {default: 3, meaning: depth}}
input: 8x8x16
layers:
- {repeat: n, layers: [relu, {concat: [[], [{conv: 3x3, out: 4}]]}]}
- bn
"""
    ).formula()
    assert [row.name for row in formula.by("layer")] == ["relu1", "conv2", "concat3", "bn(3n + 1)"]


def test_a_closed_form_is_had_where_rounding_decides_what_grows() -> None:
    text, _, _ = CASES["channels that grow in a row that rounding decides"]
    # 16 positions times 8·12, 12·16 and 16·20
    assert loads(text).formula().at(alpha=1, n=3) == (16 * 608, 608)


def test_a_chain_of_many_blocks_is_a_message() -> None:
    blocks = "".join(f"  b{i}: {{layers: [b{i + 1}]}}\n" for i in range(400))
    network = loads(f"input: 8x8x3\nblocks:\n{blocks}  b400: {{layers: [relu]}}\nlayers: [b0]\n")
    with pytest.raises(CostcalcError) as error:
        network.count()
    assert str(error.value) == "<text>: blocks are nested too deep"


def test_too_many_channels_are_refused_also_at_free_sides() -> None:
    network = loads(
        "parameters: {resolution: 8, c: {default: 8, meaning: width}}\n"
        "input: {side: resolution, channels: 3}\nlayers:\n- {conv: 1x1, out: 1000*c}\n"
    )
    for call in (network.count, network.sweep):
        with pytest.raises(CostcalcError, match="5000000000 channels are too many"):
            call(c=5 * 10**6, resolution=8)


@pytest.mark.parametrize(("padding", "side"), [([0, 3, 0, 3], 2), ([3, 0, 3, 0], 4)])
def test_no_rounded_up_window_begins_in_the_trailing_padding(padding: list[int], side: int) -> None:
    # windows of 2 at 0, 2, 4, 6 of 4 + 3: those at 4 and 6 would see trailing padding only
    network = loads(
        "input: 4x4x1\nlayers:\n"
        f"- {{maxpool: 2, stride: 2, round: up, padding: {padding}}}\n- {{conv: 1x1, out: 1}}\n"
    )
    assert network.count().layers[0].output == (side, side, 1)


def test_a_fraction_beside_a_largest_value_is_never_whole() -> None:
    formula = loads(
        "parameters: {z: {default: 1, meaning: m}}\nchannels: divisible(4)\ninput: 4x4x8\n"
        'layers:\n- {conv: 1x1, out: "8*max(8, min(4*z, 6)/2) + 1"}\n'
    ).formula()
    assert formula.exact_when == ("(8*max(8, min(4*z, 6)/2) + 1) % 4 == 0",)
    assert formula.at(z=2, rounded=True) == (16 * 8 * 64, 8 * 64)  # 65 made divisible by 4


@pytest.mark.parametrize("row", ["{dwconv: [1, k]}", "{conv: 1x1, stride: k, out: 8}"])
def test_what_is_too_large_by_itself_is_so_for_every_verb(row: str) -> None:
    head = "network: net\nparameters: {k: {default: 1, meaning: size}}\ninput: 8x8x8\n"
    network = loads(f"{head}layers:\n- {row}\n")
    right = network.count(k=MAX_EXTENT)
    assert network.formula().at(rounded=True, k=MAX_EXTENT) == (right.mult_adds, right.params)
    k = MAX_EXTENT + 1
    with pytest.raises(CostcalcError) as refused:
        network.count(k=k)
    with pytest.raises(CostcalcError) as error:
        network.sweep(k=[1, k])
    assert str(error.value) == str(refused.value)
    assert list(network.sweep(k=[MAX_EXTENT, k], skip=True).params) == [right.params]
    with pytest.raises(CostcalcError, match=f"conv1 needs k ≤ {MAX_EXTENT}$"):
        network.formula().at(rounded=True, k=k)
    with pytest.raises(CostcalcError, match="does not hold at point"):
        network.compile()(k=k)
    best = network.solve("k", params="1T", choices=[1, MAX_EXTENT, k]).best
    assert best is not None and best.high == MAX_EXTENT


SHRINKING = """
parameters: {delta: 1}
input: 8x8x3
layers:
- repeat: delta
  layers: [{conv: 3, stride: 2, out: 2}]
- {maxpool: 3}
- {conv: [delta, 1], out: 2}
"""


def test_an_argument_that_no_later_round_can_have_leaves_the_first() -> None:
    """16·2^16 channels, and then 2 to the power of these."""
    network = loads(
        "parameters: {n: {default: 1, meaning: depth}}\ninput: 1x1x16\n"
        "blocks: {wide: {takes: {c: }, layers: [{conv: 1x1, out: c}]}}\n"
        "layers:\n- {wide: {c: 16*2**in}, repeat: n}\n"
    )
    assert network.sweep(n=[1, 2], skip=True).mult_adds.tolist() == [16 * 16 * 2**16]
    with pytest.raises(Undecided, match=r"the power is too large in '16\*2\*\*in'"):
        network.formula()
    with pytest.raises(CostcalcError) as counted:
        network.count(n=2)
    with pytest.raises(CostcalcError) as swept:
        network.sweep(n=[2])
    assert str(swept.value) == str(counted.value)


def test_what_follows_rounds_that_a_closed_form_supposes_may_fit_after_fewer() -> None:
    """8x8 settles at 1x1 after three rounds; after one it is 4x4, which the pooling needs."""
    net = loads(SHRINKING)
    mult_adds = 4 * 4 * (3 * 3 * 3 * 2) + 1 * 1 * (1 * 1 * 2 * 2)
    assert net.count().mult_adds == mult_adds
    assert net.sweep(delta=[1, 2], skip=True).mult_adds.tolist() == [mult_adds]
    assert net.formula(delta=1).at() == (mult_adds, 3 * 3 * 3 * 2 + 2 * 2)
    with pytest.raises(CostcalcError) as error:
        net.formula()
    assert [str(problem) for problem in error.value.problems] == [
        "<text>:7:3: layers[1]: the height becomes 0 and the width becomes 0, from 1x1x2 "
        "[a closed form here supposes δ ≥ 3; bind these] (fewer strides or a larger input)"
    ]


def test_one_side_may_have_a_network_where_two_have_none() -> None:
    """The width hangs on nothing, so that only one side can be given."""
    net = loads(
        "input: {height: resolution, width: 8, channels: 4}\nparameters: "
        "{resolution: 8, z: {default: 1, meaning: more, domain: whole number}}\n"
        "layers: [{conv: 1, out: 4 + z}]"
    )
    found = net.sweep(resolution=[4, "8x6"], z=[0], skip=True)
    assert found.mult_adds.tolist() == [4 * 8 * 4 * 4]


@pytest.mark.parametrize("bound", [{"n": 9}, {"n": 9, "resolution": 32}])
def test_there_is_no_closed_form_of_a_network_whose_bound_rounds_do_not_exist(
    bound: dict[str, int],
) -> None:
    """16 − 2·10 channels after ten rounds; the second round has 12."""
    net = loads("""
parameters: {resolution: 12, n: {default: 3, meaning: depth}}
input: {side: resolution, channels: 16}
layers: [{repeat: n + 1, layers: [{conv: 1, out: in - 2}]}]
""")
    with pytest.raises(CostcalcError) as error:
        net.formula(**bound)
    assert str(error.value) == "network does not exist at this binding: conv2 needs 2i ≤ 11"
    assert net.formula(resolution=2, n=2).at() == (2 * 2 * (p := 16 * 14 + 14 * 12 + 12 * 10), p)


def test_what_is_wrong_with_branches_of_a_row_that_is_left_out_is_not_sure() -> None:
    """Both a branch and the product are wrong; z of 1 and 3 leave both out."""
    net = loads("""
parameters: {k: {default: 3, meaning: growth, held: true}, z: {default: 1, meaning: more}}
input: 12x12x3
layers:
- {conv: 2, out: k, padding: valid}
- {multiply: [[], [{fc: 7}]], when: not (z <= 3)}
""")
    points = [{"k": 6, "z": 3}, {"k": 4, "z": 1}, {"k": 6, "z": 4}]
    found = net.sweep(skip=True, points=points)
    assert found.mult_adds.tolist() == [11 * 11 * (2 * 2 * 3 * k) for k in (6, 4)]
