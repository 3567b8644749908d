"""What every answer can do: be a line, be printed, shown in a notebook, and sent elsewhere."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from copy import deepcopy
from dataclasses import is_dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

import costcalc as cc
from costcalc.algebra.result import Result
from costcalc.analysis.growth import growth_of
from costcalc.export.measuring import Measured, Measurement

NET = cc.load("mobilenet-v1")
TIMES = Path(__file__).parents[1] / "data" / "stm32h747.csv"
ANSWERS = {
    "Attribution": lambda: NET.explain(number="568740352"),
    "Calibration": lambda: cc.calibrate(TIMES),
    "Comparison": lambda: cc.compare(["mobilenet-v1", "fd-mobilenet"]),
    "Convention": lambda: cc.show_convention("paper"),
    "Count": NET.count,
    "Difference": lambda: cc.diff("mobilenet-v1", "mobilenet-v1@alpha=1/2"),
    "Explanation": lambda: NET.explain(to="ptflops-0.7.5"),
    "Formula": NET.formula,
    "Growth": lambda: growth_of(NET.formula(delta=1, rho=1)),
    "Guard": lambda: cc.guard("tests/review/budgets.yaml"),
    "Measurement": lambda: Measurement(
        (Measured("mobilenet-v1", {"alpha": "1/2"}, (2 * 10**6, 3 * 10**6, 5 * 10**6)),),
        *("ONNX Runtime 1.20", 1, "x86_64"),
    ),
    "Memory": lambda: NET.memory(),
    "Network": lambda: NET,
    "Page": NET.explore,
    "PeakFormula": lambda: NET.peak_formula(delta=1),
    "Ratio": lambda: cc.ratio("mobilenet-v1", block="separable"),
    "Report": lambda: cc.check(["000"], table="Table 1"),
    "Roofline": lambda: NET.roofline(device="stm32h747i-disco"),
    "Run": lambda: cc.sweep("mobilenet-v1", alpha=["1/4", 1]),
    "Settings": lambda: cc.solve_grid(
        "mobilenet-v1", "alpha,resolution", budget="peak<=256KiB,flash<=1MiB"
    ),
    "Sheet": lambda: cc.report("resnet-8"),
    "Solution": lambda: cc.solve("mobilenet-v1", "alpha", mult_adds="150M"),
    "Survey": NET.count_all,
    "Sweep": lambda: NET.sweep(alpha=["1/4", 1], resolution=[160, 224]),
    "Table": NET.show,
}
#: A cell, or a text, of each.
SHOWN = {
    "Attribution": ">exact</td>",
    "Calibration": "<td>elements that rows write</td>",
    "Comparison": ">B − A</th>",
    "Convention": ">conv mac</td>",
    "Count": "<p><b>mobilenet-v1</b></p><p>at: α = 1, δ = 1, ρ = 1, R = 224, classes = 1000",
    "Difference": ">what changed</th>",
    "Explanation": ">in all</td>",
    "Formula": "<p>leading term: 10752·R²α²δρ² (94.9 % of the Mult-Adds at the defaults)</p>",
    "Growth": ">d ln Mult-Adds / d ln α</td>",
    "Guard": "<td>the size of the download</td>",
    "Measurement": '<td style="text-align:right">100.00 %</td>',
    "Memory": ">live bytes</th>",
    "Network": "<td>Conv dw / s1</td><td>3×3×(32α×δ) dw</td><td>112×112×32α</td>",
    "Page": '<iframe srcdoc="&lt;!doctype html&gt;\n&lt;html lang=&quot;en&quot;&gt;',
    "PeakFormula": "<td>24·R²αρ²</td><td>α ≥ 3/16 and 12·R²αρ² ≥ classes</td>",
    "Ratio": ">identical</td>",
    "Report": ">Table 1</td>",
    "Roofline": ">at least µs</th>",
    "Run": "<p>rows: 2 of 2 points</p>",
    "Settings": "<p>none is missing: all 16 of the grid were counted exactly</p>",
    "Sheet": "<p>made by: costcalc report resnet-8 (costcalc ",
    "Solution": ">achieved</th>",
    "Survey": ">ptflops-0.7.5</td>",
    "Sweep": '<td style="text-align:right">568,740,352</td>',
    "Table": "<td>Conv dw / s1</td><td>3×3×(32α×δ) dw</td><td>112×112×32α</td>",
}


@cache
def answer(name: str) -> Any:
    return ANSWERS[name]()


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_a_table(name: str) -> None:
    text = answer(name)._repr_html_()
    assert ("<table><thead><tr><th" in text) is (name not in ("Formula", "Page"))
    assert SHOWN[name] in text


def test_a_formula_is_typeset_where_latex_is_asked_for() -> None:
    formula = NET.formula()
    assert "<p>exact when: " in formula._repr_html_()
    assert r"\alpha^{2}" in formula._repr_latex_()


#: The command that prints what ``print`` does; of a sweep's arrays there is none.
COMMANDS = {
    "Attribution": ("explain", "mobilenet-v1", "--number", "568740352"),
    "Calibration": ("calibrate", str(TIMES)),
    "Comparison": ("compare", "mobilenet-v1", "fd-mobilenet"),
    "Convention": ("show-convention", "paper"),
    "Count": ("count", "mobilenet-v1"),
    "Difference": ("diff", "mobilenet-v1", "mobilenet-v1@alpha=1/2"),
    "Explanation": ("explain", "mobilenet-v1", "--to", "ptflops-0.7.5"),
    "Formula": ("formula", "mobilenet-v1"),
    "Growth": ("formula", "mobilenet-v1", "--growth", "--delta", "1", "--rho", "1"),
    "Guard": ("guard", "tests/review/budgets.yaml"),
    "Memory": ("memory", "mobilenet-v1"),
    "Network": ("show", "mobilenet-v1"),
    "PeakFormula": ("formula", "mobilenet-v1", "--cost", "peak", "--delta", "1"),
    "Ratio": ("ratio", "mobilenet-v1", "--block", "separable"),
    "Report": ("check", "000", "--table", "Table 1"),
    "Roofline": ("roofline", "mobilenet-v1", "--device", "stm32h747i-disco"),
    "Run": ("sweep", "mobilenet-v1", "--alpha", "1/4,1"),
    "Settings": (
        *("solve", "mobilenet-v1", "--for", "alpha,resolution"),
        *("--budget", "peak<=256KiB,flash<=1MiB"),
    ),
    "Sheet": ("report", "resnet-8"),
    "Solution": ("solve", "mobilenet-v1", "--for", "alpha", "--mult-adds", "150M"),
    "Survey": ("count", "mobilenet-v1", "--convention", "all"),
    "Table": ("show", "mobilenet-v1"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_print_gives_what_the_command_prints(name: str, run: Run) -> None:
    assert f"{answer(name)}\n" == run(*COMMANDS[name]).stdout


LINES = {
    "Attribution": "<Attribution mobilenet-v1: 568740352>",
    "Calibration": "<Calibration stm32h747>",
    "Comparison": "<Comparison mobilenet-v1, fd-mobilenet: paper>",
    "Compiled": "<Compiled mobilenet-v1: α, δ, ρ, R, paper>",
    "Convention": "<Convention paper: MAC, multiply-accumulates of convolutions",
    "Count": "<Count mobilenet-v1: mult_adds = 568,740,352, params = 4,209,088, α = 1, δ = 1, ρ",
    "Difference": "<Difference mobilenet-v1, mobilenet-v1@alpha=1/2: paper>",
    "Explanation": "<Explanation mobilenet-v1: paper, ptflops-0.7.5, α = 1, δ = 1, ρ = 1, R = 224",
    "Formula": "<Formula mobilenet-v1: α, δ, ρ, R, classes, paper>",
    "Growth": "<Growth mobilenet-v1: α, α = 1, R = 224, classes = 1000>",
    "Guard": "<Guard tests/review/budgets.yaml: not kept>",
    "Measurement": "<Measurement mobilenet-v1: ONNX Runtime 1.20>",
    "Memory": "<Memory mobilenet-v1: peak_bytes = 1,204,224, flash_bytes = 4,256,864, α = 1, δ",
    "Network": "<Network mobilenet-v1: α, δ, ρ, R, classes>",
    "Page": "<Page mobilenet-v1: paper>",
    "PeakFormula": "<PeakFormula mobilenet-v1: α, ρ, R, classes, δ = 1, live>",
    "Ratio": "<Comparison mobilenet-v1, separable blocks: the full convolutions, paper>",
    "Report": "<Report 000-enhanced-hybrid-mobilenet>",
    "Roofline": "<Roofline mobilenet-v1: stm32h747i-disco, α = 1, δ = 1, ρ = 1, R = 224, classes",
    "Run": "<Run mobilenet-v1: α, size = 2, paper>",
    "Settings": "<Settings mobilenet-v1: α, R, peak = 262144, flash = 1048576, δ = 1, ρ = 1",
    "Sheet": "<Sheet resnet-8: paper>",
    "Solution": "<Solution mobilenet-v1: α, value = 513/1024, mult_adds = 150000000, δ = 1, ρ",
    "Survey": "<Survey mobilenet-v1: paper, α = 1, δ = 1, ρ = 1, R = 224, classes = 1000>",
    "Sweep": "<Sweep mobilenet-v1: α, R, size = 4, paper>",
    "Table": "<Table mobilenet-v1: ρ = 1, R = 224, channels: floor, sides: floor>",
}
EVERY = {**ANSWERS, "Compiled": lambda: NET.compile(classes=10)}
every = cache(lambda name: EVERY[name]())


@pytest.mark.parametrize("name", EVERY)
def test_an_answer_is_a_line(name: str) -> None:
    line = repr(every(name))
    assert line.startswith(LINES[name])
    assert line.endswith(">") and len(line) <= 100 and "\n" not in line


def test_a_line_of_a_network_without_parameters_or_with_a_pair_of_sides() -> None:
    net = cc.loads("network: net\ninput: 4x4x1\nlayers:\n- {conv: 1x1, out: 1}")
    assert repr(net) == "<Network net>"
    assert repr(NET.show(resolution="64x32")).startswith("<Table mobilenet-v1: ρ = 1, R = 64x32, ")
    assert repr(cc.compare(["mobilenet-v1@alpha=1/2", "mobilenet-v1"])) == (
        "<Comparison mobilenet-v1@alpha=1/2, mobilenet-v1: paper>"
    )


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("again", [lambda made: pickle.loads(pickle.dumps(made)), deepcopy])
def test_an_answer_is_the_same_after_a_round_trip(name: str, again: Callable[[Any], Any]) -> None:
    made = every(name)
    copied = again(made)
    assert type(copied) is type(made)
    assert (repr(copied), str(copied)) == (repr(made), str(made))
    if name not in (
        "Compiled",
        "Network",
        "Run",
        "Sheet",
        "Solution",
        "Sweep",
    ):  # of networks, or arrays
        assert copied == made


def test_networks_in_another_process() -> None:
    """Texts have other hashes there, and folders need not be the same."""
    asked, expected = {}, {}
    for name in cc.spec_names():
        net = cc.load(name)
        fixed = {p.name: p.default for p in net.spec.parameters.values() if p.choices or p.held}
        # each by itself: nothing that two of them share is shared there
        asked[name] = pickle.dumps((net, net.formula(**fixed), net.compile(**fixed)))
        count = net.count()
        costs = [count.mult_adds, count.params]
        expected[name] = [costs, costs, costs, True]
    script = (
        "import json, pickle, sys\n"
        "made = {}\n"
        "for name, pickled in pickle.load(sys.stdin.buffer).items():\n"
        "    net, formula, cost = pickle.loads(pickled)\n"
        "    count, costs = net.count(), cost()\n"
        "    made[name] = [[count.mult_adds, count.params], list(formula.at(rounded=True)),\n"
        "                  list(costs), net.formula().total == net.formula().total]\n"
        "print(json.dumps(made))"
    )
    made = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps(asked),
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert json.loads(made.stdout or "{}") == expected, made.stderr.decode()


def test_an_error_in_another_process_has_all_its_problems() -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        cc.loads("input: 8x8x3\nlayers:\n- {cnov: 3x3}\n- {conv: 1x1}", "net.yaml")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems and len(again.problems) == 2
    assert str(again) == str(caught.value)


def test_every_public_answer_is_among_them() -> None:
    parts = {"GroupCount", "LayerCount", "Place", "Problem", "CostcalcError"}
    kinds = {name for name in cc.__all__ if isinstance(getattr(cc, name), type)} - parts
    assert kinds == {*ANSWERS} - {"Growth", "Ratio"}
    for name in kinds:
        assert issubclass(getattr(cc, name), Result)
        assert is_dataclass(getattr(cc, name))


def test_data_of_every_answer_that_json_prints_at_once() -> None:
    for name in ANSWERS.keys() - {"Network", "Run", "Sweep"}:
        data = answer(name).to_dict()
        assert json.loads(json.dumps(data)).keys() == data.keys(), name


def test_the_first_points_of_a_sweep() -> None:
    text = NET.sweep(alpha=[Fraction(n, 200) for n in range(101, 251)])._repr_html_()
    assert text.endswith("<p>points: 100 of 150</p>")
    assert ">0.505</td>" in text
    assert ">1.005</td>" not in text
    points = NET.sweep(points=[{"alpha": "1/2"}, {"alpha": "1/4"}])._repr_html_()
    assert points.index(">0.5</td>") < points.index(">0.25</td>")


def test_a_large_sweep_is_not_run_to_be_looked_at() -> None:
    text = cc.sweep("mobilenet-v1", alpha="0.001:1:0.001", resolution=[160, 224])._repr_html_()
    assert "<td>alpha, resolution</td>" in text
    assert ">2,000</td>" in text


def test_counting_does_not_import_what_notebooks_show() -> None:
    script = (
        "import sys, costcalc\n"
        "costcalc.count('mobilenet-v1')\n"
        "assert not [name for name in sys.modules if 'costcalc.report' in name or name == 'sympy']"
    )
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0
