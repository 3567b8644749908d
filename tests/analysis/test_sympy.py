"""Closed forms in sympy, as people write it: names and plain symbols find their parameters."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import sympy
from conftest import spec

import costcalc as cc

ALPHA = sympy.Symbol("alpha")


def test_a_name_is_substituted() -> None:
    formula = cc.load("mobilenet-v1").formula(delta=1, rho=1, resolution=224, classes=1000)
    counts = {a: cc.count("mobilenet-v1", alpha=a).mult_adds for a in (1, Fraction(1, 2))}
    for alpha, count in counts.items():
        assert formula.mult_adds.subs("alpha", alpha) == count
        assert formula.mult_adds.subs({"alpha": alpha}) == count
        assert formula.mult_adds.subs({ALPHA: alpha}) == count
        assert formula.mult_adds.subs(formula.symbols["alpha"], alpha) == count


def test_a_plain_symbol_is_solved_for_and_differentiated_by() -> None:
    formula = cc.load("mobilenet-v1").formula(delta=1, rho=1, resolution=224, classes=1000)
    square, linear = 10752 * 224**2, Fraction(1125 * 224**2, 2) + 1024 * 1000
    assert formula.mult_adds.diff(ALPHA) == 2 * square * ALPHA + sympy.Rational(linear)
    below, above = sorted(sympy.solve(formula.mult_adds - 150_000_000, ALPHA))
    assert below < 0 < above
    assert (square * above**2 + sympy.Rational(linear) * above).equals(150_000_000)


def test_the_symbols_are_those_of_the_free_parameters_in_their_order() -> None:
    formula = cc.load("mobilenet-v1").formula(delta=1, rho=1)
    assert formula.symbols == {n: sympy.Symbol(n) for n in ("alpha", "resolution", "classes")}
    assert list(formula.symbols) == list(formula.parameters)


ROUNDED = {
    "floor": ("channels: floor", "- {conv: 3x3, stride: 2, out: 10*alpha}\n"),
    "ceil": ("channels: ceil", "- {conv: 3x3, stride: 2, out: 10*alpha}\n"),
    "nearest": ("channels: nearest", "- {conv: 3x3, stride: 2, out: 10*alpha}\n"),
    "round": ("channels: round", "- {conv: 3x3, stride: 2, out: 10*alpha}\n"),
    "divisible": ("channels: divisible(8)", "- {conv: 3x3, stride: 2, out: 20*alpha}\n"),
    "max": ("channels: floor", "- {conv: 3x3, out: 'max(7, 12*alpha)'}\n"),
    "min": ("channels: floor", "- {conv: 3x3, out: 'min(7, 12*alpha)'}\n"),
    "condition": ("channels: floor", "- {conv: 3x3, out: 'whole(8 if alpha >= 1/2 else 4)'}\n"),
}


@pytest.mark.parametrize("rows", ROUNDED.values(), ids=ROUNDED.keys())
def test_rounded_forms_give_the_count(rows: tuple[str, str]) -> None:
    rule, layers = rows
    head = f"parameters: {{alpha: 1, resolution: 32}}\n{rule}\n"
    net = cc.loads(spec(layers, head + "input: {side: resolution, channels: 3}\n"))
    forms = net.formula(convention="ptflops-0.7.5").rounded
    for alpha in ("1/5", "1/2", "9/20", "0.95", "1", "37/20"):
        for resolution in (7, 32, 45):
            values = {"alpha": Fraction(alpha), "resolution": resolution}
            count = net.count(convention="ptflops-0.7.5", **values)
            assert tuple(f.subs(values) for f in forms) == (count.mult_adds, count.params)


def test_a_rounded_form_becomes_a_function_of_numbers() -> None:
    net = cc.load("mobilenet-v2")  # its channels are multiples of 8
    formula = net.formula(rho=1, classes=1000)
    work = sympy.lambdify(list(formula.symbols.values()), formula.rounded[0])
    assert formula.parameters == ("alpha", "resolution")
    assert work(0.75, 200) == net.count(alpha="3/4", resolution=200).mult_adds


def test_ratios_and_their_limits_have_plain_symbols() -> None:
    found = cc.ratio("mobilenet-v1", against="mobilenet-v1-conv", rho=1)
    for ratio in found.ratios:
        forms = [ratio.expression, *(limit.value for limit in ratio.limits)]
        names = {name for form in forms for name in form.free_symbols}
        assert names and all(name == sympy.Symbol(name.name) for name in names)
    (block, *_) = cc.ratio("ehm-mobilenet", block="separable").blocks
    assert block.ratio.subs({"alpha": 1, "delta": 1}) == sympy.Rational(1, 64) + sympy.Rational(
        1, 9
    )


@pytest.mark.parametrize("first", ["positive integer", "positive number"])
def test_a_name_that_is_whole_in_one_network_need_not_be_in_another(
    first: str, tmp_path: Path
) -> None:
    """A whole parameter has no limit for small values, one that is not has: each time anew."""
    second = "positive number" if first == "positive integer" else "positive integer"
    for domain in (first, second):
        own = f"{{default: 2, domain: {domain}, meaning: width}}"
        head = f"parameters: {{k: {own}}}\ninput: 4x4x1\n"
        file = tmp_path / "net.yaml"
        file.write_text(spec("- {conv: 1x1, out: 8}\n- {conv: 1x1, out: 3*k}\n", head))
        (work, _) = cc.ratio(str(file)).ratios
        towards = ["large"] if domain == "positive integer" else ["large", "small"]
        assert [limit.towards for limit in work.limits] == towards
