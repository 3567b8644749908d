"""What notebooks show of answers."""

from __future__ import annotations

import json
import sys
from dataclasses import is_dataclass
from fractions import Fraction
from functools import cache
from subprocess import run
from typing import Any

import pytest

import costcalc as cc
from costcalc.algebra.result import Result
from costcalc.analysis.growth import growth_of

NET = cc.load("mobilenet-v1")
ANSWERS = {
    "Attribution": lambda: NET.explain(number="568740352"),
    "Comparison": lambda: cc.compare(["mobilenet-v1", "fd-mobilenet"]),
    "Convention": lambda: cc.show_convention("paper"),
    "Count": NET.count,
    "Explanation": lambda: NET.explain(to="ptflops-0.7.5"),
    "Growth": lambda: growth_of(NET.formula(delta=1, rho=1)),
    "Ratio": lambda: cc.ratio("mobilenet-v1", block="separable"),
    "Report": lambda: cc.check(["000"], table="Table 1"),
    "Run": lambda: cc.sweep("mobilenet-v1", alpha=["1/4", 1]),
    "Solution": lambda: cc.solve("mobilenet-v1", "alpha", mult_adds="150M"),
    "Survey": NET.count_all,
    "Sweep": lambda: NET.sweep(alpha=["1/4", 1], resolution=[160, 224]),
    "Table": NET.show,
}
#: A cell, or a text, of each.
SHOWN = {
    "Attribution": ">exact</td>",
    "Comparison": ">B − A</th>",
    "Convention": ">conv mac</td>",
    "Count": "<p><b>mobilenet-v1</b></p><p>at: α = 1, δ = 1, ρ = 1, R = 224, classes = 1000",
    "Explanation": ">in all</td>",
    "Growth": ">d ln Mult-Adds / d ln α</td>",
    "Ratio": ">identical</td>",
    "Report": ">Table 1</td>",
    "Run": "<p>rows: 2 of 2 points</p>",
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
    assert "<table><thead><tr><th>" in text
    assert SHOWN[name] in text


def test_a_formula_is_typeset_instead() -> None:
    formula = NET.formula()
    assert formula._repr_html_() is None
    assert r"\alpha^{2}" in formula._repr_latex_()


def test_every_public_answer_is_among_them() -> None:
    parts = {"GroupCount", "LayerCount", "Network", "Place", "Problem", "CostcalcError"}
    kinds = {name for name in cc.__all__ if isinstance(getattr(cc, name), type)} - parts
    assert kinds == {*ANSWERS, "Formula"} - {"Growth", "Ratio"}
    for name in kinds:
        assert issubclass(getattr(cc, name), Result)
        assert is_dataclass(getattr(cc, name))


def test_data_of_every_answer_that_json_prints_at_once() -> None:
    for name in ANSWERS.keys() - {"Run", "Sweep"}:
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
    assert run([sys.executable, "-c", script]).returncode == 0
