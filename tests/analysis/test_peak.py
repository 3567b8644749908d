"""The peak in regimes: which layer holds it where, held against the memory of networks."""

from __future__ import annotations

import random
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from conftest import Run

import costcalc as cc
from costcalc.algebra.notation import pretty
from costcalc.algebra.polynomial import parameter
from costcalc.analysis.condition import Condition
from costcalc.analysis.dominance import Dominance
from costcalc.language.parameters import POSITIVE_NUMBER
from costcalc.report.views.peaks import side_by_side


def regimes(name: str, **said: Any) -> dict[str, tuple[str, str]]:
    """Form and place of each regime, by layer."""
    return {
        regime.layer: (pretty(regime.bytes), " and ".join(map(side_by_side, regime.where)))
        for regime in cc.peak_formula(name, **said).regimes
    }


def test_mobilenet_v1_holds_24_alpha_r_squared() -> None:
    """301,056 / 602,112 / 1,204,224 bytes at 224 px for α = 1/4, 1/2, 1: 24·α·R²; where the input
    of three channels weighs more, the first convolution has more."""
    found = cc.peak_formula("mobilenet-v1", delta=1, rho=1, classes=1000)
    assert regimes("mobilenet-v1", delta=1, rho=1, classes=1000) == {
        "conv3": ("24·R²α", "α ≥ 3/16"),
        "conv1": ("8·R²α + 3·R²", "α ≤ 3/16"),
    }
    assert found.exact_when == ("resolution % 32 == 0", "32*alpha % 1 == 0")
    assert all(regime.found for regime in found.regimes)
    for alpha, peak in ((Fraction(1, 4), 301_056), (Fraction(1, 2), 602_112), (1, 1_204_224)):
        assert found.at(alpha=alpha) == 24 * alpha * 224**2 == peak


def test_a_narrower_domain_needs_less() -> None:
    """From 96 px on the last layers are proven to be smaller whatever they round."""
    found = cc.peak_formula(
        "mobilenet-v1", delta=1, rho=1, classes=1000, over="alpha=1/4:1, resolution=96:"
    )
    (regime,) = found.regimes
    assert (regime.layer, regime.where) == ("conv3", ())
    assert found.exact_when == ("resolution % 2 == 0", "32*alpha % 1 == 0")
    kept = regimes("mobilenet-v1", delta=1, rho=1, classes=1000, over="α=1/4:1,R=96:", rounded=True)
    assert kept == {"conv3": ("⌈R/2⌉²·⌊32α⌋ + ⌈R/2⌉²·⌊64α⌋", "")}


def test_other_parameters_make_regimes_of_their_own() -> None:
    assert regimes("mobilenet-v1", rho=1) == {
        "conv3": ("8·R²αδ + 16·R²α", "8·αδ + 8α ≥ 3 and 4·R²αδ + 8·R²α ≥ classes"),
        "conv1": ("8·R²α + 3·R²", "8·αδ + 8α ≤ 3 and 8·R²α + 3·R² ≥ 2·classes"),
        "softmax30": ("2·classes", "4·R²αδ + 8·R²α ≤ classes and 8·R²α + 3·R² ≤ 2·classes"),
    }
    assert regimes("mobilenet-v2", rho=1, classes=1000) == {"bottleneck2/dwconv5": ("30·R²α", "")}
    assert regimes("mobilenet-v2", rho=1, classes=1000, rule="depthwise in place") == {
        "bottleneck2/expansion": ("28·R²α", "")
    }
    assert regimes("mobilenet-v2", classes=1000, rho=1, elements="fp32") == {
        "bottleneck2/dwconv5": ("120·R²α", "")
    }


@pytest.mark.parametrize("name", cc.spec_names())
def test_the_regimes_cover_the_domain(name: str) -> None:
    """At random bindings of the domain the peak is that of memory, and of every regime that holds
    there, and one does."""
    net, source = cc.load(name), random.Random(name)
    bound: dict[str, Any] = {}
    while True:
        try:
            found = net.peak_formula(values=bound)
            break
        except cc.CostcalcError as error:
            word = error.problems[0].hint.removeprefix("give a value to ")
            bound[word] = net.parameters[word].default
    tried = 0
    for _ in range(400):
        values = dict(bound)
        for one in found.free:
            most = max(2, int(Fraction(str(one.default))) * 2)
            value: Any = source.randint(1, most)
            if one.domain == POSITIVE_NUMBER:
                value = Fraction(source.randint(1, 64), 32)
            if one.name == "resolution":
                value = 32 * source.randint(1, 12)
            if one.name == "classes" and source.random() < 0.2:
                value = 10 ** source.randint(1, 7)
            values[one.name] = source.choice((value, one.default))
        free = {n: v for n, v in values.items() if n not in bound}
        if not all(condition.holds(free) for condition in found.conditions):
            continue
        peak = None
        with suppress(cc.CostcalcError):  # too large to be counted
            peak = net.memory(values=values).peak_bytes
        if peak is None:
            continue
        assert found.at(**free) == peak
        holds = [r for r in found.regimes if all(c.holds(free) for c in r.where)]
        assert {cc.algebra.evaluation.value_at(regime.bytes, free) for regime in holds} == {peak}
        tried += 1
        if tried == 6:
            break
    assert tried


def test_what_is_not_proven_is_said(run: Run) -> None:
    """47w ≥ 2048 + 15w from w = 64 on, where 15w + 2048 < 6144: one layer holds it nowhere."""
    shown = run("formula", "hrnet-w18", "--cost", "peak", "--classes", "1000").stdout
    (line,) = (line for line in shown.splitlines() if line.startswith("h1/conv608"))
    assert line.endswith(" (perhaps nowhere: no binding was found)")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--over alpha=1", "alpha: '1' is no range (alpha=LOW:HIGH)"),
        ("--over alpha=1:1/2", "alpha: '1:1/2' is empty (the lower end first)"),
        (
            "--alpha 1 --over alpha=1/2:1",
            "alpha is bound: its range says nothing (leave one of them out)",
        ),
        (
            "--rounded",
            "mobilenet-v2: of 28 forms 26 are not proven to be below others "
            "(--over says between which values; or bind a parameter)",
        ),
        ("--by type", "a peak is a maximum, not a sum (leave --growth and --by out)"),
        (
            "--format python",
            "a peak has no Python form (text, markdown, latex or json)",
        ),
    ],
)
def test_what_cannot_be_is_refused(run: Run, options: str, message: str) -> None:
    found = run("formula", "mobilenet-v2", "--cost", "peak", *options.split())
    assert (found.returncode, found.stderr.strip()) == (2, message)


def test_ranges_belong_to_the_peak(run: Run) -> None:
    found = run("formula", "mobilenet-v2", "--over", "alpha=1/2:1")
    message = "--over belongs to --cost peak (formula SPEC --cost peak)\n"
    assert (found.returncode, found.stderr) == (2, message)


def test_rounds_that_are_alike_stand_for_a_free_number_of_them() -> None:
    """With one round a stage has no block between two others: the form holds from two on."""
    found = cc.peak_formula("cifar-resnet", classes=10)
    (regime,) = found.regimes
    assert (regime.layer, regime.bytes) == ("block1/conv3", 3 * 32 * 32 * 16)
    assert found.exact_when == ("n - 2 >= 0",)
    assert [found.at(n=n) for n in (2, 3, 18)] == [3 * 32 * 32 * 16] * 3
    with pytest.raises(cc.CostcalcError) as caught:
        found.at(n=1)
    message = "the closed form of cifar-resnet holds only where n ≥ 2 (ask for its memory instead)"
    assert str(caught.value) == message


ROUNDS = [
    "relu",
    "{{conv: 1x1, out: {width}, activation: none}}",
    "{{dwconv: 3x3, activation: none}}",
    "{{residual: [{{conv: 1x1, out: {width}, activation: none}}]}}",
    "{{residual: [relu, {{conv: 1x1, out: 3, activation: none}}, "
    "{{conv: 1x1, out: {width}, activation: none}}]}}",
    "{{conv: 1x1, out: {width}, activation: none, name: kept}}",
    "{{add: [[], {{from: kept}}]}}",
    "{{conv: 1x1, out: {width}, activation: none, from: kept}}",
    "{{branch: [{{from: kept}}, {{conv: 1x1, out: 5}}]}}",
]


@pytest.mark.parametrize("seed", range(40))
def test_random_rounds_are_as_many_as_there_are(seed: int) -> None:
    source = random.Random(seed)
    width = source.choice((4, 8))
    rows = [source.choice(ROUNDS).format(width=width) for _ in range(source.randint(1, 4))]
    after = source.choice(("relu", "{conv: 1x1, out: 2}", "{add: [[], {from: kept}]}"))
    net = cc.loads(f"""
parameters: {{n: {{default: 4, meaning: rounds}}}}
input: 4x4x{width}
layers:
- {{conv: 1x1, out: {width}, activation: none, name: kept}}
- {source.choice(ROUNDS[:3]).format(width=width)}
- {{repeat: n, layers: [{", ".join(rows)}]}}
- {after}
""")
    try:
        found = net.peak_formula()
    except cc.CostcalcError as error:
        assert "the rounds are" in str(error)
        return
    for n in range(1, 8):
        if all(condition.holds({"n": n}) for condition in found.conditions):
            values = {"n": n} if "n" in found.parameters else {}
            assert found.at(**values) == net.memory(n=n).peak_bytes, n


def test_rounds_that_grow_are_asked_for(run: Run) -> None:
    found = run("formula", "cifar-densenet-bc", "--cost", "peak")
    assert found.returncode == 2
    said = "the rounds are L/6 − 2/3, a number is needed (give a value to L)"
    assert found.stderr.rstrip().endswith(said)


def test_one_of_two_is_above_what_neither_is() -> None:
    """x and y are each below (x + y)/2 somewhere; one of them never is."""
    x, y = (parameter(name, whole=False) for name in "xy")
    assert set(Dominance([]).undominated([x, y, (x + y) / 2])) == {x, y}


def test_roundings_are_anywhere_between_their_ends() -> None:
    n = parameter("n", whole=True)
    half, third = n / 2, n / 3
    up, down = half.__ceil__(), third.__floor__()
    assert Dominance([]).is_above(up - down)
    assert not Dominance([]).is_above(2 * down - up)
    over = Dominance([Condition(n - 12, Fraction(1), ">=", "")])
    assert over.is_above(2 * down - up)  # 2n/3 − 4/3 ≥ n/2 + 1/2 from 11 on
    assert not over.is_above(down * down - n)
