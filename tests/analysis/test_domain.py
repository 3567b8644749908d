"""Where closed forms are exact: what a network needs in order to exist belongs to it."""

from __future__ import annotations

from typing import Any

import pytest

import costcalc as cc
from costcalc.report.views.formulas import formula_remarks, python_module

#: Networks whose existence hangs on parameters that their cost does not contain:
#: rows of the spec, cost, its parameters, where it exists, and points at which it does and doesn't.
FORGOTTEN = {
    "pools by 5": (
        "input: {side: resolution, channels: 8}\n"
        "layers: [{maxpool: 5x5}, {maxpool: 5x5}, {avgpool: global}, {fc: 10}]\n",
        (8 * 10, 8 * 10),
        ("resolution",),
        ("resolution - 25 >= 0",),
        [{"resolution": 25}, {"resolution": 224}],
        [{"resolution": 24}, {"resolution": 18}, {"resolution": 4}],
    ),
    "a side that is rounded down": (
        "sides: floor\ninput: {side: rho * resolution, channels: 2}\n"
        "layers: [{avgpool: global}, {fc: 7}]\n",
        (2 * 7, 2 * 7),
        ("rho", "resolution"),
        ("resolution*rho - 1 >= 0",),
        [{"rho": "1/3", "resolution": 3}, {"rho": 1, "resolution": 1}],
        [{"rho": "1/4", "resolution": 3}],
    ),
    "blocks of pixels": (
        "input: {side: resolution, channels: 8}\n"
        "layers: [{space_to_depth: 2}, {avgpool: global}, {fc: 10}]\n",
        (4 * 8 * 10, 4 * 8 * 10),
        ("resolution",),
        ("resolution % 2 == 0",),
        [{"resolution": 2}, {"resolution": 224}],
        [{"resolution": 1}, {"resolution": 223}],
    ),
    "rounds that cost nothing": (
        "parameters: {n: {default: 3, meaning: rounds}}\ninput: 8x8x8\nlayers:\n"
        "- {repeat: n - 1, layers: [{maxpool: 3x3, stride: 1, padding: same}]}\n"
        "- {conv: 1x1, out: 8}\n",
        (64 * 8 * 8, 8 * 8),
        ("n",),
        ("n - 2 >= 0",),
        [{"n": 2}, {"n": 9}],
        [{"n": 1}],
    ),
}


@pytest.mark.parametrize("case", FORGOTTEN)
@pytest.mark.parametrize("rounded", [False, True])
def test_existence_is_asked_of_parameters_that_cost_nothing(case: str, rounded: bool) -> None:
    text, cost, names, exact_when, inside, outside = FORGOTTEN[case]
    network = cc.loads("network: net\n" + text)
    formula = network.formula()
    assert formula.parameters == names
    data = formula.to_dict(rounded=rounded)
    assert (data["parameters"], data["exact_when"]) == ([*names], [*exact_when])
    made: dict[str, Any] = {}
    exec(python_module(formula, "total", rounded), made)
    assert (made["mult_adds"](), made["params"]()) == cost  # at the defaults
    for at in inside:
        count = network.count(**at)
        assert (count.mult_adds, count.params) == cost == formula.at(rounded=rounded, **at)
        assert (made["mult_adds"](**at), made["params"](**at)) == cost
    for at in outside:
        with pytest.raises(cc.CostcalcError):
            network.count(**at)
        with pytest.raises(cc.CostcalcError, match="does not exist at this binding"):
            formula.at(rounded=rounded, **at)
        for function in (made["mult_adds"], made["params"]):
            with pytest.raises(ValueError, match="net does not exist here"):
                function(**at)


def test_everywhere_is_said_only_of_what_exists_everywhere() -> None:
    for case, text in {
        "pools by 5": "R ≥ 25",
        "a side that is rounded down": "Rρ ≥ 1",
        "blocks of pixels": "R is a multiple of 2",
        "rounds that cost nothing": "n ≥ 2",
    }.items():
        formula = cc.loads("network: net\n" + FORGOTTEN[case][0]).formula()
        assert formula_remarks(formula, rounded=False)[0] == ("exact when", text)
        kept = ("exact when", f"{text}: every rounding is kept")
        assert formula_remarks(formula, rounded=True) == [kept]
    everywhere = cc.load("fd-mobilenet").formula(alpha=1)
    kept = ("exact", "everywhere: every rounding is kept")
    assert formula_remarks(everywhere, rounded=True) == [kept]


@pytest.mark.parametrize(
    ("name", "free", "conditions"),
    [
        # 160·max(1, α) is whole where α is
        ("mobilenet-v2", (), ("resolution*rho % 32 == 0", "alpha % 1 == 0")),
        # L = 6m − 2: then Lk + 8k = 6(m + 1)k, a multiple of 12 where (3m − 1)k is one of 4
        ("cifar-densenet-bc", (), ("L*k % 8 == 0", "(L + 2) % 6 == 0", "L - 10 >= 0")),
        # k = 4m: kn + 2k is a multiple of 8 where mn is even; so is 3kn + 2k one of 16
        ("cifar-condensenet-light", (), ("k % 4 == 0", "(3*k*n + 2*k) % 16 == 0")),
        # a multiple of 32 is at least 4
        ("nasnet-a-mobile", (), ("resolution % 32 == 0", "F % 96 == 0", "N - 2 >= 0")),
        # s ≥ 1, so max(1/2, s) is s
        ("shufflenet-g3", (), ("resolution % 32 == 0", "s % 1 == 0")),
        # its last maps are 1×1 where ⌊R/32⌋ is 1
        (
            "cifar-fractalnet",
            ("resolution",),
            ("resolution % 16 == 0", "resolution - 32 >= 0", "-resolution + 63 >= 0"),
        ),
    ],
)
def test_conditions_that_others_imply_are_left_out(
    name: str, free: tuple[str, ...], conditions: tuple[str, ...]
) -> None:
    assert cc.load(name).formula(free=free).exact_when == conditions
