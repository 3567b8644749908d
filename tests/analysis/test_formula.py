"""Closed forms: what they are, where they are exact, and how symbolic depth is summed."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
import sympy
from conftest import Run, spec

import costcalc as cc
from costcalc.algebra.notation import pretty
from costcalc.report.views.formulas import formula_remarks, latex, row_name


def test_mobilenet_v1_with_delta() -> None:
    formula = cc.load("mobilenet-v1").formula()
    a, d, p, r, c = (formula.symbols[n] for n in formula.parameters)
    expected = (
        10752 * r**2 * a**2 * d * p**2
        + sympy.Rational(693, 2) * r**2 * a * d * p**2
        + 216 * r**2 * a * p**2
        + 1024 * a * c
    )
    assert formula.mult_adds == expected
    assert set(formula.exact_when) == {"32*alpha % 1 == 0", "resolution*rho % 32 == 0"}
    work = "10752·R²α²δρ² + 693/2·R²αδρ² + 216·R²αρ² + 1024·α·classes"
    assert f"\nMult-Adds     {work}\n" in str(formula)
    leading = formula.leading
    assert leading is not None
    assert str(leading.term) == "10752*alpha**2*delta*resolution**2*rho**2"
    assert leading.share == Fraction(10752 * 224**2, 568_740_352)


def test_outside_its_domain_the_polynomial_names_the_layer() -> None:
    formula = cc.load("mobilenet-v1").formula(alpha=1, delta=1, rho=1, classes=1000)
    assert formula.at(resolution=224) == (568_740_352, 4_209_088)
    with pytest.raises(cc.CostcalcError) as caught:
        formula.at(resolution=112)  # whole in total (142,953,088), but no map is 3.5 × 3.5
    assert str(caught.value) == (
        "the polynomial of mobilenet-v1 is exact only where R is a multiple of 32 "
        "(first at layer conv1) (use the rounded form, or count)"
    )
    assert formula.at(resolution=112, rounded=True)[0] == 148_903_168
    assert formula.at() == formula.at(resolution=224)  # the default


def remarks(rows: str, head: str, *, rounded: bool = False) -> dict[str, str]:
    return dict(formula_remarks(cc.loads(spec(rows, head)).formula(), rounded=rounded))


def test_it_says_that_it_does_not_hold_at_the_defaults() -> None:
    head = (
        "parameters: {frames: {default: %s, meaning: m}}\n"
        "input: {height: frames, width: 4, channels: 1}\n"
    )
    conv = "- {conv: 3x3, stride: 2, out: 100}\n"
    assert "at the defaults" not in remarks(conv, head % 48)
    assert 49 * 900 == 44_100 and 2 * 25 * 900 == 45_000
    assert remarks(conv, head % 49) == {
        "exact when": "frames is a multiple of 2",
        "at the defaults": "not exact (44,100; the count is 45,000): --rounded",
        "leading term": "900·frames (100.0 % of the Mult-Adds at the defaults)",
    }
    assert "at the defaults" not in remarks(conv, head % 49, rounded=True)


def test_what_else_may_be_wrong_at_the_defaults() -> None:
    alpha = "channels: floor\nparameters: {alpha: 1/3}\ninput: 1x1x3\n"
    assert remarks("- {conv: 1x1, out: 4*alpha}\n", alpha)["at the defaults"] == (
        "not exact (4; the count is 3; parameters 4; the count is 3): --rounded"
    )
    assert remarks("- {conv: 1x1, out: 8*alpha}\n", alpha.replace("x3", "x1"))[
        "at the defaults"
    ] == ("not exact (8/3; the count is 2; parameters 8/3; the count is 2): --rounded")


def test_at_the_defaults_though_the_numbers_agree() -> None:
    # 3/2 + 3/2 channels, and 1 + 2: two roundings that cancel
    head = "parameters: {alpha: 1/2}\ninput: 1x1x1\n"
    rows = "- branch: [{conv: 1x1, out: floor(3α)}]\n- {conv: 1x1, out: ceil(3α)}\n"
    assert remarks(rows, head)["at the defaults"] == (
        "outside, though both costs are right: --rounded"
    )


def test_a_bound_resolution_is_rounded_as_it_is() -> None:
    formula = cc.load("mobilenet-v1").formula(resolution=112, rho=1, delta=1)
    assert formula.exact_when == ("32*alpha % 1 == 0",)
    assert formula.at(alpha=1, classes=1000)[0] == 148_903_168


def test_a_free_count_multiplies_what_has_settled() -> None:
    head = (
        "parameters: {n: {default: 3, meaning: depth}}\n"
        "blocks:\n"
        "  b:\n"
        "    takes: [c, s]\n"
        "    layers:\n"
        "    - add:\n"
        "      - [{conv: 3x3, out: c, stride: s}]\n"
        "      - [{conv: 1x1, out: c, stride: s, when: s != 1 or in != out}]\n"
        "input: 8x8x3\n"
    )
    net = cc.loads(spec("- {b: [16, 1], repeat: n, first: {s: 2}}\n", head))
    formula = net.formula()
    n = formula.symbols["n"]
    first = 4 * 4 * 16 * (9 * 3 + 3)
    assert sympy.expand(formula.mult_adds - (first + (n - 1) * 4 * 4 * 9 * 16 * 16)) == 0
    for depth in (1, 2, 7):
        assert formula.at(n=depth)[0] == net.count(n=depth).mult_adds


GROWING = spec(
    "- repeat: n\n"
    "  layers:\n"
    "  - concat:\n"
    "    - []\n"
    "    - [{conv: 1x1, out: 4*k}, {conv: 3x3, out: k}]\n"
    "- {conv: 1x1, out: floor(in/2)}\n",
    "parameters: {n: {default: 6, meaning: layers}, k: {default: 12, meaning: growth}}\n"
    "input: 8x8x16\n",
)


def test_channels_that_grow_are_summed_in_closed_form() -> None:
    net = cc.loads(GROWING)
    formula = net.formula()
    for n, k in ((1, 1), (2, 5), (6, 12), (40, 24)):
        layers = sum((16 + i * k) * 4 * k + 9 * 4 * k * k for i in range(n))
        expected = 64 * layers + 64 * (16 + n * k) * ((16 + n * k) // 2)
        assert net.count(n=n, k=k).mult_adds == expected
        assert formula.at(n=n, k=k, rounded=True)[0] == expected
    assert formula.exact_when == ("k*n % 2 == 0",)


def test_a_growing_repeat_that_can_not_be_summed_says_so() -> None:
    net = cc.loads(
        spec(
            "- repeat: n\n  layers: [{conv: 1x1, out: 2*in}]\n",
            "parameters: {n: {default: 3, meaning: depth}}\ninput: 8x8x3\n",
        ),
        "net.yaml",
    )
    assert net.count().mult_adds == 64 * (3 * 6 + 6 * 12 + 12 * 24)
    with pytest.raises(cc.CostcalcError) as caught:
        net.formula()
    assert str(caught.value) == (
        "net.yaml:5:11: layers[0].repeat: the shapes keep changing from round to round "
        "(a free count needs shapes that settle, or channels that grow by the same amount; "
        "bind the count)"
    )
    assert net.formula(n=3).at()[0] == net.count(n=3).mult_adds


def test_what_few_conventions_weigh_is_added_round_by_round_where_it_has_no_sum() -> None:
    """ptflops 0.7.5 counts 8·8·C, and ⌊7·7·C·25/16⌋ besides, of a map of C = 4, 6, 8 channels whose
    sides become 8."""
    net = cc.loads("""
parameters: {n: {default: 2, meaning: rounds}}
input: 7x7x4
layers:
- repeat: n
  layers:
  - {resize: {by: 5/4}}
  - {crop: 7x7}
  - {concat: [[], [{conv: 3, out: 2}]]}
""")
    work = sum(49 * 9 * 2 * c + 64 * c + 49 * c * 25 // 16 for c in (4, 6, 8))
    bound = net.formula(n=3, convention="ptflops-0.7.5")
    assert bound.at()[0] == net.count(n=3, convention="ptflops-0.7.5").mult_adds == work
    with pytest.raises(cc.CostcalcError) as caught:
        net.formula(convention="ptflops-0.7.5")
    assert str(caught.value) == (
        "what is counted in resize1 has no closed form over its rounds "
        "(bind their number, to 10,000 at most, or another convention)"
    )
    assert net.formula().at(n=3)[0] == net.count(n=3).mult_adds


def test_a_window_is_square_at_some_bindings_only() -> None:
    """torch-scan reads one number off a square kernel, and multiplies those of another."""
    net = cc.loads(
        "parameters: {n: {default: 3, meaning: rows}}\n"
        "input: 13x13x8\nlayers: [{maxpool: [n, 3]}]\n"
    )
    formula = net.formula(convention="torchscan-0.2.0")
    found = [net.count(n=n, convention="torchscan-0.2.0").mult_adds for n in (2, 3, 4)]
    assert [formula.at(n=n, rounded=True)[0] for n in (2, 3, 4)] == found
    outputs = [6 * 4 * 8, 4 * 4 * 8, 3 * 4 * 8]
    assert found == [
        (side - 1) * size for side, size in zip((2 * 3, 3, 4 * 3), outputs, strict=True)
    ]


def test_what_cannot_be_told_of_all_rounds_at_once_is_told_of_each() -> None:
    """Whether the pool is there hangs on the round; the printed size is held against the form."""
    net = cc.loads("""
parameters: {n: {default: 3, meaning: rounds}}
input: 8x8x16
layers:
- repeat: n
  layers:
  - {branch: [{maxpool: 1, stride: 2, when: in != 40}]}
  - {conv: 1, out: in + 12}
- {conv: 1, out: 4, input: 8x8x52}
""")
    weights = 16 * 28 + 28 * 40 + 40 * 52 + 52 * 4
    assert net.count().params == net.formula(n=3).at()[1] == weights


def test_a_row_that_does_not_exist_does_not_redirect() -> None:
    head = "parameters: {s: {default: 1, meaning: m}}\ninput: 4x4x3\n"
    rows = (
        "- {conv: 1x1, out: 8, name: a}\n- {conv: 1x1, out: 16}\n"
        "- {conv: 1x1, out: 32, from: a, when: s != 1}\n- {conv: 1x1, out: 1}\n"
    )
    net = cc.loads(spec(rows, head))
    assert net.count().mult_adds == 16 * (3 * 8 + 8 * 16 + 16)
    assert net.count(s=2).mult_adds == 16 * (3 * 8 + 8 * 16 + 8 * 32 + 32)


def test_a_projection_that_exists_only_where_widths_differ_stays_symbolic() -> None:
    rows = "- add:\n  - [{conv: 3x3, out: 16*k}]\n  - [{conv: 1x1, out: 16*k, when: in != out}]\n"
    head = "parameters: {k: {default: 2, meaning: widening}}\ninput: 4x4x16\n"
    net = cc.loads(spec(rows, head))
    formula = net.formula()
    for k in (1, 2, 10):
        projection = 16 * 16 * k if k > 1 else 0
        assert net.count(k=k).mult_adds == 16 * (9 * 16 * 16 * k + projection)
        assert formula.at(k=k)[0] == net.count(k=k).mult_adds


def test_exact_conditions_are_reduced() -> None:
    net = cc.loads(
        spec(
            "- {conv: 1x1, out: 6*alpha}\n- {conv: 1x1, out: 4*alpha}\n"
            "- {conv: 3x3, stride: 2, out: 4*alpha*delta}\n",
            "channels: floor\ninput: {side: resolution, channels: 3}\n",
        )
    )
    # 6α and 4α are whole exactly where 2α is; then 4αδ is whole, too
    assert net.formula().exact_when == ("2*alpha % 1 == 0", "resolution % 2 == 0")


def test_valid_windows_need_a_large_enough_side() -> None:
    net = cc.loads(
        spec("- {conv: 5x5, padding: valid, out: 2}\n", "input: {side: resolution, channels: 1}\n")
    )
    formula = net.formula()
    assert formula.exact_when == ("resolution - 5 >= 0",)
    assert formula.at(resolution=7)[0] == 3 * 3 * 25 * 2


def test_group_counts_that_do_not_divide_are_a_condition() -> None:
    net = cc.loads(
        spec(
            "- {conv: 1x1, out: 12*k, groups: 8}\n",
            "parameters: {k: {default: 2, meaning: m}}\ninput: 4x4x16\n",
        )
    )
    assert net.formula().exact_when == ("k % 2 == 0",)
    with pytest.raises(cc.CostcalcError, match="12 output channels are not divisible by 8 groups"):
        net.count(k=1)


def test_a_held_parameter_stays_until_it_is_freed() -> None:
    net = cc.loads(
        spec(
            "- {conv: 3x3, out: 8*n}\n",
            "parameters: {n: {default: 3, meaning: m, held: true}, resolution: 32}\n"
            "input: {side: resolution, channels: 3}\n",
        )
    )
    assert net.formula().parameters == ("resolution",)
    assert net.formula(free=("n",)).parameters == ("n", "resolution")


@pytest.mark.parametrize("name", cc.spec_names())
def test_every_network_has_a_closed_form(name: str) -> None:
    formula = cc.load(name).formula()
    assert formula.by("type")
    assert formula.to_dict()["mult_adds"] != "0"


@pytest.mark.parametrize("name", cc.spec_names())
def test_layers_have_the_names_that_count_gives_them(name: str) -> None:
    net = cc.load(name)
    counted = {layer.name: layer for layer in net.count().layers}
    folded = net.formula(**net.spec.defaults()).layers
    for layer, row in folded:
        assert counted[row.name].type == layer.type
    assert sum(int(row.times) for _, row in folded) == len(counted)
    assert len({row.name for _, row in net.formula().layers}) == len(net.formula().layers)


def test_a_row_for_a_repetition_says_so(run: Run) -> None:
    lines = run("formula", "mobilenet-v1", "--by", "layer", "-a", "1", "--rho", "1").stdout
    assert "dwconv14 … (5 ×)  90·R²δ " in lines
    assert "dwconv24          9/2·R²δ " in lines
    head = "parameters: {n: {default: 2, meaning: depth}}\ninput: 4x4x3\n"
    rows = (
        "- repeat: n\n  layers: [{conv: 1x1, out: 3}, {repeat: 2, layers: [{dwconv: 3x3}]}]\n"
        "- {conv: 1x1, out: 3}\n"
    )
    formula = cc.loads(spec(rows, head)).formula()
    assert [row_name(row) for row in formula.by("layer")] == [
        "conv1",
        "dwconv2 … (2 ×)",
        "conv4 … (n − 1 ×)",  # what a BN would be folded into differs in the first round
        "dwconv5 … (2n − 2 ×)",
        "conv(3n + 1)",
    ]
    data = json.loads(run("formula", "mobilenet-v1", "--by", "layer", "-f", "json").stdout)
    assert [g["times"] for g in data["groups"] if "times" in g] == ["5", "5"]


def test_a_layer_that_is_not_there_at_the_defaults_is_in_brackets() -> None:
    head = "parameters: {k: {default: 1, meaning: widening}}\ninput: 4x4x16\n"
    rows = "- {conv: 1x1, out: 16*k, when: in != out}\n- {conv: 1x1, out: 8}\n"
    net = cc.loads(spec(rows, head))
    assert [row.name for row in net.formula().by("layer")] == ["[conv1]", "conv1"]
    assert [layer.name for layer in net.count().layers] == ["conv1"]


def test_stages_with_free_sides_are_named_as_they_are_written() -> None:
    sides = (
        "parameters: {frames: {default: 49, meaning: m}}\n"
        "input: {height: frames, width: 10, channels: 1}\n"
    )
    net = cc.loads(spec("- {conv: 3x3, stride: 2, out: 8}\n- {avgpool: global}\n", sides))
    formula = net.formula()
    assert [row.name for row in formula.by("stage")] == ["⌈frames/2⌉×5", "1x1"]
    assert [group.name for group in net.count().by("stage")] == ["25x5", "1x1"]
    first = latex(formula, "stage", rounded=False).splitlines()[-5]
    assert first == (
        r"\text{Mult-Adds}_{\text{$\lceil\mathrm{frames}/2\rceil\times5$}}"
        r" &= 180 \mathrm{frames} \\"
    )


def test_latex_in_a_notebook() -> None:
    text = cc.load("mobilenet-v1").formula(delta=1, rho=1)._repr_latex_()
    assert r"10752 \alpha^{2} R^{2}" in text
    assert "<table>" in cc.load("mobilenet-v1").count()._repr_html_()


def test_a_default_of_two_sides_is_no_number_of_the_closed_form() -> None:
    text = "network: pair\nchannels: floor\nparameters: {alpha: 1, resolution: 224x160}\n"
    text += "input: {side: resolution, channels: 3}\nlayers:\n- {conv: 3x3, stride: 2, out: 8α}\n"
    net = cc.loads(text)
    formula = net.formula()
    assert pretty(formula.total.mult_adds) == "54·R²α"
    assert formula.leading is None
    assert net.count().mult_adds == 112 * 80 * 9 * 3 * 8
    text = "R is a multiple of 2 and 8α is whole"
    assert formula_remarks(formula, rounded=False) == [("exact when", text)]
    with pytest.raises(cc.CostcalcError, match="resolution: 224x160 is not one side"):
        formula.at(alpha=1, resolution="224x160")


def leading(rows: str, head: str) -> str | None:
    return remarks(rows, head).get("leading term")


def test_the_leading_term_is_the_one_that_grows_fastest() -> None:
    # channels 16, 24, 32, …: n³ leads, though 1179648·n² is larger at 4 blocks
    head = "parameters: {n: {default: 4, meaning: blocks}}\ninput: 32x32x16\n"
    growing = "- {repeat: n, layers: [{conv: 3x3, out: in + 8}]}\n"
    cubic, square = 1024 * 9 * 64 // 3, 1024 * 9 * 128
    formula = cc.loads(spec("- relu\n" + growing, head)).formula()
    assert pretty(formula.total.mult_adds) == f"{cubic}·n³ + {square}·n² + 2162688n"
    assert square * 4**2 > cubic * 4**3
    whole = sum(1024 * 9 * (16 + 8 * i) * (24 + 8 * i) for i in range(4))
    assert formula.leading is not None
    assert str(formula.leading.term) == f"{cubic}*n**3"
    assert formula.leading.share == Fraction(cubic * 4**3, whole)


def test_of_terms_of_one_degree_the_largest_at_the_defaults_leads() -> None:
    head = "parameters: {a: {default: 2, meaning: m}, b: {default: 3, meaning: m}}\ninput: 1x1x5\n"
    rows = "- branch: [{conv: 1x1, out: 6*a}]\n- {conv: 1x1, out: 5*b}\n"  # 60, and 75
    assert leading(rows, head) == "25b (55.6 % of the Mult-Adds at the defaults)"
    assert leading(rows, head.replace("2,", "3,")) == (
        "30a (54.5 % of the Mult-Adds at the defaults)"
    )


def test_a_max_grows_as_its_fastest_and_a_condition_not_at_all() -> None:
    head = "parameters: {a: {default: 2, meaning: m}, b: {default: 3, meaning: m}}\ninput: 1x1x1\n"
    other = "- branch: [{conv: 1x1, out: '%s'}]\n- {conv: 1x1, out: 7*b}\n"
    assert leading(other % "max(a*b, 2)", head) == (
        "max(ab, 2) (22.2 % of the Mult-Adds at the defaults)"
    )
    assert leading(other % "min(a*b, 2)", head) == ("7b (91.3 % of the Mult-Adds at the defaults)")
    assert leading(other % "2*a if b > 2 else 3", head) == (
        "7b (84.0 % of the Mult-Adds at the defaults)"
    )


def test_what_is_no_share_is_not_printed_as_one() -> None:
    head = "parameters: {n: {default: 4, meaning: blocks}}\ninput: 32x32x3\n"
    rows = (
        "- {conv: 3x3, out: 16}\n- {repeat: n - 1, layers: [{conv: 3x3, out: 16}]}\n"
        "- {conv: 1x1, out: 64}\n"
    )
    block = 1024 * 9 * 16 * 16
    assert 4 * block * 100 // (1024 * 9 * 3 * 16 + 3 * block + 1024 * 16 * 64) == 110
    assert leading(rows, head) == f"{block}n (1.10 times the Mult-Adds at the defaults)"
    # it is below 0 itself: 5·(9 − n)
    rows, head = "- {conv: 1x1, out: 9 - n}\n", head.replace("32x32x3", "1x1x5")
    assert leading(rows, head) == "−5n (-0.80 times the Mult-Adds at the defaults)"


def test_parts_of_several_layers_add_up() -> None:
    rows = "[{conv: 1x1, out: 4}, {conv: 1x1, out: 8}, {conv: 3x3, out: 2}]"
    text = f"network: net\ninput: {{side: resolution, channels: 3}}\nlayers: {rows}\n"
    parts = cc.loads(text).formula().by("type")
    square = cc.loads(text).formula(resolution=1).by("type")
    assert [(row.name, row.mult_adds, row.params) for row in square] == [
        ("conv 1x1", 3 * 4 + 4 * 8, 3 * 4 + 4 * 8),
        ("conv 3x3", 9 * 8 * 2, 9 * 8 * 2),
    ]
    assert [str(row.mult_adds) for row in parts] == ["44*resolution**2", "144*resolution**2"]


def test_a_form_of_one_parameter_keeps_the_limits_too() -> None:
    text = "network: net\ninput: {side: resolution, channels: 3}\nlayers: [{conv: 1x1, out: 1}]\n"
    formula = cc.loads(text).formula()
    most = 10**9
    assert formula.at(resolution=most) == (3 * most**2, 3)
    with pytest.raises(cc.CostcalcError) as caught:
        formula.at(resolution=most + 1)
    assert str(caught.value) == ("net does not exist at this binding: input needs R ≤ 1000000000")


def test_a_quotient_grows_as_its_top_less_its_bottom() -> None:
    own = "parameters: {n: {default: 4, meaning: m}, k: {default: 2, meaning: m}}\n"
    rows = "[{conv: 1x1, out: 100*n*n/k}, {select: 1}, {conv: 3x3, out: n}]"
    leading = cc.loads(f"network: net\n{own}input: 1x1x1\nlayers: {rows}\n").formula().leading
    assert leading is not None
    assert leading.share == Fraction(100 * 4 * 4 // 2, 100 * 4 * 4 // 2 + 9 * 4)
