"""Symbolic ratios of networks and blocks."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy
from conftest import Run

import costcalc as cc
from costcalc.analysis.ratio import ratio
from costcalc.errors import CostcalcError
from costcalc.report.views.ratios import _spelt


def test_every_separable_block_of_mobilenet_v1_costs_one_nth_and_one_kernelth() -> None:
    found = ratio("mobilenet-v1", block="separable", alpha=1, delta=1)
    # the 13 blocks are 9 rows, one of them five times
    assert len(found.blocks) == 9
    assert all(block.as_printed for block in found.blocks)
    widths = [64, 128, 128, 256, 256, 512, 512, 1024, 1024]
    assert [b.channels for b in found.blocks] == widths
    for block, n in zip(found.blocks, widths, strict=True):
        assert block.ratio == sympy.Rational(1, n) + sympy.Rational(1, 9)


@pytest.mark.parametrize("spec", ["mobilenet-v1-shallow", "fd-mobilenet", "ehm-mobilenet"])
def test_other_networks_too(spec: str) -> None:
    found = ratio(spec, block="separable")
    assert found.blocks
    assert all(block.as_printed for block in found.blocks)


def test_a_block_that_is_not_so_would_be_seen() -> None:
    # ShuffleNet's 1×1 convolutions are grouped: a third of the pointwise cost
    found = ratio("shufflenet-g3", block="separable", s=1)
    assert found.blocks
    assert not any(block.as_printed for block in found.blocks)


def test_two_networks_and_their_limit() -> None:
    values = {"resolution": 224, "rho": 1, "classes": 1000, "delta": 1}
    found = ratio("mobilenet-v1", against="mobilenet-v1-conv", **values)
    work = found.ratios[0]
    assert work.metric == "mult_adds"
    limits = {(x.parameter, x.towards): x.value for x in work.limits}
    assert limits[("alpha", "large")] == sympy.Rational(1, 9)
    (alpha,) = work.expression.free_symbols
    counts = [cc.load(name).count().mult_adds for name in ("mobilenet-v1", "mobilenet-v1-conv")]
    assert work.expression.subs(alpha, 1) == sympy.Rational(*counts)


def test_a_network_against_itself_grows_with_the_square_of_alpha() -> None:
    found = ratio("ehm-mobilenet", classes=10, resolution=32)
    limits = {(x.parameter, x.towards): str(x.value) for x in found.ratios[0].limits}
    # the pointwise convolutions' share of the whole: 11,010,048 of 11,596,288
    assert 21504 * 11_596_288 == 22649 * 11_010_048
    assert limits[("alpha", "large")] == "21504*alpha**2*delta/22649"


def at(expression: sympy.Expr, **values: Any) -> sympy.Expr:
    """The value of an expression at a binding by names."""
    return expression.subs({s: sympy.Rational(values[s.name]) for s in expression.free_symbols})


@pytest.mark.parametrize("name", cc.spec_names())
def test_every_network_against_itself(name: str) -> None:
    network = cc.load(name)
    found = ratio(name)
    formula = network.formula()
    defaults = {p.name: p.default for p in formula.free}
    larger = {n: 3 * value for n, value in defaults.items()}
    costs = {"mult_adds": formula.mult_adds, "params": formula.params}
    for part in found.ratios:
        assert at(part.expression, **defaults) == 1
        whole = [at(costs[part.metric], **point) for point in (larger, defaults)]
        assert at(part.expression, **larger) == whole[0] / whole[1]
        assert all(x.value is not None for x in part.limits)


def test_a_max_is_one_polynomial_on_each_side() -> None:
    found = ratio("mobilenet-v1", against="mobilenet-v2", resolution=224, rho=1, classes=1000)
    params = found.ratios[1]
    limits = {(x.parameter, x.towards): str(x.value) for x in params.limits}
    # below α = 1 the last convolution of V2 keeps its 1280 channels, so its classifier does not
    # shrink; far above, 8176/5533 = 3139584 : (1715072 + 409600)
    assert sympy.Rational(8176, 5533) == sympy.Rational(3139584, 1715072 + 409600)
    assert limits[("alpha", "large")] == "8176*delta/5533"
    assert ("alpha", "small") not in limits  # 0
    for alpha in ("1/2", 1, 3):
        bound = {"alpha": alpha, "delta": 1, "classes": 1000}
        value = at(params.expression, **bound)
        a = sympy.Rational(alpha)
        wide = max(1, a)
        below = 1715072 * a**2 + 409600 * a * wide + 1280000 * wide + 65088 * a
        assert value == (3139584 * a**2 + 1024000 * a + 44640 * a + 864 * a) / below


WIDTHS = """parameters:
  k: {default: 2, meaning: one width}
  m: {default: 3, meaning: the other}
input: 1x1x1
layers:
- {conv: 1x1, out: "max(k, m)"}
"""


def test_a_limit_that_another_parameter_decides_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "widths.yaml"
    path.write_text(WIDTHS.replace("max(k, m)", "max(k, k*m-2*k, 5)"))
    result = run("ratio", str(path))
    assert (result.returncode, result.stderr) == (0, "")
    assert [line.rstrip() for line in result.stdout.splitlines()[4:8]] == [
        "mult_adds      max(5, k, k*m - 2*k)/5",
        "  for large k  not decided: give a value to m",
        "  for large m  k*m/5",
        "params         max(5, k, k*m - 2*k)/5",
    ]
    data = json.loads(run("ratio", str(path), "-f", "json").stdout)
    assert data["ratios"][0] == {
        "metric": "mult_adds",
        "ratio": "max(5, k, k*m - 2*k)/5",
        "limits": [
            {"parameter": "k", "towards": "large", "value": None, "needs": ["m"]},
            {"parameter": "m", "towards": "large", "value": "k*m/5"},
        ],
        "value": None,  # of itself at the defaults: 1
    }
    path.write_text(WIDTHS.replace("max(k, m)", "min(k, m)"))
    lines = run("ratio", str(path)).stdout.splitlines()
    assert lines[5:7] == ["  for large k  m/2", "  for large m  k/2"]


def test_a_condition_is_decided_where_it_can_be(run: Run) -> None:
    lines = run("ratio", "cifar-wideresnet", "--classes", "10", "--set", "n=4").stdout.splitlines()
    assert "[k ≠ 1]" in lines[5]
    assert lines[6].startswith("  for large k")
    assert "[" not in lines[6]


def test_messages() -> None:
    with pytest.raises(CostcalcError) as error:
        ratio("vgg-16", block="separable")
    assert str(error.value) == "vgg-16 has no separable blocks (it has no depthwise convolution)"
    with pytest.raises(CostcalcError) as error:
        ratio("mobilenet-v1", against="vgg-16", gamma=2)
    assert str(error.value) == (
        "mobilenet-v1 has no parameter 'gamma' (known: alpha, classes, delta, resolution, rho)"
    )


def test_the_command_line(run: Run) -> None:
    result = run("ratio", "fd-mobilenet", "--block", "separable", "--alpha", "1", "-f", "json")
    assert result.returncode == 0, result.stderr
    blocks = json.loads(result.stdout)["blocks"]
    assert all(block["is 1/N + 1/K^2"] for block in blocks)


def test_csv_has_a_column_for_each_thing(run: Run) -> None:
    words = ("ratio", "mobilenet-v1", "--against", "mobilenet-v1-conv", "-f", "csv")
    bound = ("--resolution", "224", "--rho", "1", "--classes", "1000", "--delta", "1")
    assert run(*words, *bound).stdout == (
        "metric,limit,value\n"
        "mult_adds,,(1053696*alpha + 57125)/(128*(74088*alpha + 181))\n"
        "mult_adds,at the defaults,1110821/9506432\n"
        "mult_adds,large alpha,1/9\n"
        "mult_adds,small alpha,57125/23168\n"
        "params,,2*(49056*alpha + 16711)/(883008*alpha + 32027)\n"
        "params,at the defaults,131534/915035\n"
        "params,large alpha,1/9\n"
        "params,small alpha,33422/32027\n"
    )
    blocks = run("ratio", "mobilenet-v1", "--block", "separable", "-f", "csv").stdout
    assert blocks.startswith("block,k,n,ratio_of_mult_adds,is_δ(1/n_+_1/k²),at_defaults\n")


def test_symbols_stand_for_whole_names_only() -> None:
    text = "alpha**2*alphabet/(rho_2 + delta**3) + delta**20"
    assert _spelt(text) == "α²*alphabet/(rho_2 + δ³) + δ**20"


MODES = """network: modes
parameters:
  mode: {choices: [train, deploy], default: deploy, meaning: branches}
  N: {default: 64, meaning: channels}
  resolution: 32
defaults: {bias: false, padding: same}
input: {side: resolution, channels: N}
layers:
- add: [[{conv: 3x3, out: N}], [{conv: 1x1, out: N}]]
  when: mode == "train"
- {conv: 3x3, out: N, when: mode == "deploy"}
"""


def test_each_side_may_have_a_binding_of_its_own(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "modes.yaml"
    path.write_text(MODES)
    train, deploy = f"{path}@mode=train", f"{path}@mode=deploy"
    for of, against in ((train, deploy), (train, str(path))):
        result = run("ratio", of, "--against", against)
        assert (result.returncode, result.stderr) == (0, "")
        # 3·3 + 1·1 against 3·3
        assert [line.rstrip() for line in result.stdout.splitlines()] == [
            train,
            f"against: {deploy}",  # what one side has for itself is said of the other, too
            "convention: paper; shapes as if nothing were rounded",
            "",
            "mult_adds  10/9 ≈ 1.111",
            "params     10/9 ≈ 1.111",
        ]
    found = ratio(train)  # against itself at the defaults
    assert found.against == f"{deploy} at the defaults"
    assert [part.value for part in found.ratios] == [Fraction(10, 9)] * 2
    assert found.to_dict()["defaults"] == {"N": "64", "resolution": "32"}
    assert run("ratio", "mobilenet-v1@rho").stderr == (
        "'rho' in 'mobilenet-v1@rho' has no value (SPEC@NAME=VALUE,NAME=VALUE)\n"
    )
    assert run("ratio", str(path), "--against", f"{path}@q=2").stderr == (
        f"{path} has no parameter 'q' (known: N, mode, resolution)\n"
    )


def test_what_is_bound_on_one_side_is_free_on_the_other() -> None:
    found = ratio("mobilenet-v1@delta=2", against="mobilenet-v1", alpha=1, rho=1)
    assert (found.of, found.against) == ("mobilenet-v1@delta=2", "mobilenet-v1")
    assert found.bound == {"alpha": 1, "rho": 1}
    assert found.defaults == {"delta": 1, "resolution": 224, "classes": 1000}
    counts = [cc.load("mobilenet-v1").count(delta=d).mult_adds for d in (2, 1)]
    assert found.ratios[0].value == Fraction(*counts)


def test_values_are_those_of_the_defaults() -> None:
    found = ratio("mobilenet-v1", against="vgg-16")
    counts = [cc.load(name).count() for name in ("mobilenet-v1", "vgg-16")]
    assert [part.value for part in found.ratios] == [
        Fraction(counts[0].mult_adds, counts[1].mult_adds),
        Fraction(counts[0].params, counts[1].params),
    ]
    blocks = ratio("mobilenet-v1", block="separable", delta=1).blocks
    assert blocks[0].value == Fraction(1, 64) + Fraction(1, 9)
    assert blocks[0].to_dict()["value"] == "73/576"


PAIR = """network: {name}
parameters:
  M: {{default: 64, meaning: channels in}}
  N: {{default: 128, meaning: channels out}}
  K: {{default: 3, meaning: kernel}}
defaults: {{bias: false, padding: same}}
input: {{side: 8, channels: M}}
layers:
"""


@pytest.mark.parametrize(
    ("layers", "expression"),
    [
        ("[{dwconv: K}, {conv: 1x1, out: N}]", "1/N + 1/K**2"),
        # in factors, which are fewer signs than 6 + 6*M/K**2 + 6*N/K**2
        (
            "[{conv: 1x1, out: 6*M*N}, {dwconv: K}, {conv: 1x1, out: N}]",
            "6*(K**2 + M + N)/K**2",
        ),
    ],
)
def test_a_sum_stays_one_where_that_reads_better(
    tmp_path: Path, run: Run, layers: str, expression: str
) -> None:
    new, full = tmp_path / "new.yaml", tmp_path / "full.yaml"
    new.write_text(PAIR.format(name="new").replace("layers:", f"layers: {layers}"))
    full.write_text(PAIR.format(name="full") + "- {conv: K, out: N}\n")
    found = json.loads(run("ratio", str(new), "--against", str(full), "-f", "json").stdout)
    assert [part["ratio"] for part in found["ratios"]] == [expression] * 2


def test_latex(run: Run, tmp_path: Path) -> None:
    new, full = tmp_path / "new.yaml", tmp_path / "full.yaml"
    new.write_text(PAIR.format(name="new") + "- {dwconv: K}\n- {conv: 1x1, out: N}\n")
    full.write_text(PAIR.format(name="full") + "- {conv: K, out: N}\n")
    result = run("ratio", str(new), "--against", str(full), "--set", "K=3", "-f", "latex")
    assert result.stdout.splitlines() == [
        f"% {new}",
        f"% against: {full}",
        "% at: K = 3",
        "% defaults: N = 128",
        "% convention: paper; shapes as if nothing were rounded",
        "% Mult-Adds, at the defaults: 137/1152 ≈ 0.1189",
        "% Mult-Adds, for large N: 1/9",
        "% parameters, at the defaults: 137/1152 ≈ 0.1189",
        "% parameters, for large N: 1/9",
        r"% needs \usepackage{amsmath}",
        r"\begin{align}",
        r"\text{ratio of Mult-Adds} &= \frac{1}{9} + \frac{1}{N} \\",
        r"\text{ratio of parameters} &= \frac{1}{9} + \frac{1}{N}",
        r"\end{align}",
    ]
