"""The Python module that `formula --format python` writes: exact, or a ValueError."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, spec

import costcalc as cc
from costcalc.report.views.formulas import python_module

FRAMES = spec(
    "- {conv: 3x3, stride: 2, out: 8α}\n- {avgpool: global}\n- {fc: 12}\n",
    "parameters: {alpha: 1, frames: {default: 49, meaning: frames}}\nchannels: floor\n"
    "input: {height: frames, width: 10, channels: 1}\n",
)


def generated(formula: cc.Formula, by: str = "total", *, rounded: bool = False) -> dict[str, Any]:
    """What the module defines."""
    scope: dict[str, Any] = {}
    exec(python_module(formula, by, rounded), scope)
    return scope


def refusal(function: Callable[..., Any], **values: Any) -> str:
    with pytest.raises(ValueError) as caught:
        function(**values)
    return str(caught.value)


def test_outside_its_domain_it_refuses_and_says_what_must_hold() -> None:
    formula = cc.loads(FRAMES).formula()
    made = generated(formula)
    assert made["mult_adds"](frames=50) == 25 * 5 * 9 * 8 + 8 * 12
    wrong = "exact only where frames is a multiple of 2; use --rounded"
    assert refusal(made["mult_adds"]) == wrong  # the default itself: 49
    assert refusal(made["params"], frames=51) == wrong
    narrow = {"alpha": Fraction(1, 3), "frames": 50}
    assert refusal(made["params"], **narrow) == "exact only where 8α is whole; use --rounded"
    rounded = generated(formula, rounded=True)
    assert rounded["mult_adds"]() == 25 * 5 * 9 * 8 + 8 * 12
    assert rounded["mult_adds"](**narrow) == 25 * 5 * 9 * 2 + 2 * 12
    empty = "net does not exist here: conv1 needs ⌊8α⌋ ≥ 1"
    assert refusal(rounded["mult_adds"], alpha="1/9") == empty


def test_values_outside_a_parameter_s_domain() -> None:
    made = generated(cc.loads(FRAMES).formula(), rounded=True)["mult_adds"]
    assert refusal(made, frames=Fraction(1, 2)) == "frames must be a positive integer"
    assert refusal(made, frames=-2) == "frames must be a positive integer"
    assert refusal(made, alpha=0) == "alpha must be a positive number"
    assert refusal(made, alpha=0.35) == (
        "alpha: 0.35 is a float (write it as text: '0.35' is exactly 7/20)"
    )
    assert made(alpha="0.35") == 25 * 5 * 9 * 2 + 2 * 12


def test_a_structure_that_changes_is_refused() -> None:
    head = "parameters: {alpha: 1}\nchannels: floor\ninput: 4x4x16\n"
    rows = "- {conv: 1x1, out: 16*alpha}\n- {conv: 3x3, out: 8, when: floor(16*alpha) != 8*alpha}\n"
    formula = cc.loads(spec(rows, head)).formula()
    assert formula.assumptions
    made = generated(formula, rounded=True)["mult_adds"]
    assert made() == 16 * (16 * 16 + 9 * 16 * 8)


@pytest.mark.parametrize("name", cc.spec_names())
@pytest.mark.parametrize("rounded", [False, True])
def test_it_refuses_where_the_formula_refuses_and_agrees_elsewhere(
    name: str, rounded: bool
) -> None:
    formula = cc.load(name).formula()
    made = generated(formula, rounded=rounded)
    defaults = {p.name: p.default for p in formula.free}
    points = [defaults]
    for p in formula.free:
        for value in (1, p.default + 1, p.default * 2, Fraction(p.default) * 7 / 20):
            if Fraction(value).denominator == 1 or p.domain == "positive number":
                points.append({**defaults, p.name: value})
    for point in points:
        try:
            expected = formula.at(rounded=rounded, **point)
        except cc.CostcalcError:
            refusal(made["mult_adds"], **point)
            refusal(made["params"], **point)
        else:
            assert (made["mult_adds"](**point), made["params"](**point)) == expected


def test_a_count_that_is_not_whole_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.yaml"
    path.write_text("half: {meaning: m, mult_adds: {conv mac: 1/2}, params: {}, else: 0}\n")
    head = "input: {side: resolution, channels: 3}\n"
    network = cc.loads(spec("- {conv: 1x1, out: 5, name: a}\n", head))
    formula = network.formula(convention=path)
    made = generated(formula)
    assert made["mult_adds"](resolution=2) == 4 * 3 * 5 / 2 == formula.at(resolution=2)[0]
    wrong = "the weights of the convention must make whole counts"
    assert refusal(made["mult_adds"], resolution=3) == f"{Fraction(9 * 3 * 5, 2)}: {wrong}"
    with pytest.raises(cc.CostcalcError, match="half counts 135/2 for net"):
        formula.at(resolution=3)
    bound = network.formula(convention=path, resolution=3)
    assert refusal(generated(bound)["mult_adds"]) == f"{Fraction(9 * 3 * 5, 2)}: {wrong}"
    # layers alone may be halves, as in a table of layers
    assert generated(bound, "layer")["mult_adds_a"]() == Fraction(9 * 3 * 5, 2)
    # nothing is asked where every count is whole
    assert "_whole" not in python_module(network.formula(), "total", rounded=True)


def test_functions_of_groups_have_names_of_their_own() -> None:
    rows = "- {conv: 1x1, out: 8, group: a-b}\n- {conv: 1x1, out: 4, group: a_b}\n"
    head = "input: {side: resolution, channels: 3}\n"
    made = generated(cc.loads(spec(rows, head)).formula(), "group")
    assert made["mult_adds_a_b"](resolution=2) == 4 * 3 * 8
    assert made["mult_adds_a_b_2"](resolution=2) == 4 * 8 * 4
    assert (made["params_a_b"](), made["params_a_b_2"]()) == (3 * 8, 8 * 4)


def test_it_needs_nothing_but_python(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cost.py"
    path.write_text(run("formula", "mobilenet-v2", "--rounded", "-f", "python").stdout)
    code = f"import runpy; print(runpy.run_path({str(path)!r})['mult_adds']())"
    # -I -S: no other packages are in reach
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True
    )
    assert (result.stdout, result.stderr) == (f"{300_774_272}\n", "")


@pytest.mark.parametrize("groups", ["1 if delta <= 1 else 2", "2 if delta > 1 + 1/3 else 1"])
def test_what_python_would_divide_into_floats_stays_exact(groups: str) -> None:
    """A float has 53 bits; groups and rounded channels are whole numbers to Python."""
    head = "parameters: {alpha: 1, delta: 1}\nchannels: nearest\ninput: 1x1x2\n"
    layers = f"- {{conv: 1, out: 32*alpha + 1/3}}\n- {{conv: 1, out: 24, groups: {groups}}}\n"
    made = generated(cc.loads(spec(layers, head)).formula(), rounded=True)
    alpha = 10**17 + 1
    for delta in (1, 2):
        params = made["params"](alpha=alpha, delta=delta)
        assert not isinstance(params, float)
        assert params == 2 * (32 * alpha) + (32 * alpha) * 24 // delta


def test_half_a_channel_is_no_float() -> None:
    head = "parameters: {alpha: 1}\nchannels: exact\ninput: 1x1x2\n"
    made = generated(cc.loads(spec('- {conv: 1, out: "24*max(alpha, 1/3)"}\n', head)).formula())
    assert made["params"](alpha="1/7") == 2 * 8
    assert not isinstance(made["params"](alpha="1/7"), float)
