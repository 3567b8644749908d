"""Numbers that somebody was told: read as written, and attributed to conventions and bindings."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from conftest import Run
from hypothesis import given, settings
from hypothesis import strategies as st

import costcalc as cc
from costcalc.algebra.amounts import digits as written
from costcalc.analysis.attribute import MAX_BINDINGS, bindings, read_told

NETWORKS = {name: cc.load(name) for name in ("mobilenet-v1", "mobilenet-v2")}
CONVENTIONS = cc.all_conventions()


def attributed(
    number: str, spec: str = "mobilenet-v1", **values: object
) -> list[tuple[object, ...]]:
    found = NETWORKS[spec].explain(number=number, **values)
    return [(c.conventions[0], c.verdict, c.reading, c.changed) for c in found.candidates]


def test_who_counts_589_million() -> None:
    assert attributed("589.0M")[:2] == [
        ("ptflops-0.7.5", "rounds", "as counted", {}),
        ("thop-0.1.1", "rounds", "as counted", {}),
    ]


@pytest.mark.parametrize(
    ("number", "first"),
    [
        ("568,740,352", ("paper", "exact", "as counted", {})),
        ("568740352 MACs", ("paper", "exact", "as counted", {})),
        ("569M", ("paper", "rounds", "as counted", {})),
        ("568.7 M", ("paper", "rounds", "as counted", {})),
        ("0.568G", ("paper", "truncates", "as counted", {})),
        ("1,137,480,704 FLOPs", ("torch-flopcounter", "exact", "as counted", {})),
        ("730.16M", ("onnx-tool-bn", "rounds", "as counted", {})),
        ("579.80M", ("imgclsmob-flops", "rounds", "halved", {})),
        ("4.25M params", ("keras", "rounds", "as counted", {})),
        ("4,231,976", ("trainable", "exact", "as counted", {})),
        ("149M", ("paper", "rounds", "as counted", {"alpha": Fraction(1, 2)})),
    ],
)
def test_the_best_answer(number: str, first: tuple[object, ...]) -> None:
    assert attributed(number)[0] == first


def test_a_given_parameter_is_kept() -> None:
    assert attributed("76.5M", alpha="1/2", resolution=160)[0] == (
        "paper", "rounds", "as counted", {}
    )  # fmt: skip


def test_a_change_that_changes_nothing_is_not_listed() -> None:
    # parameters do not depend on the resolution: one answer, not one per resolution
    found = NETWORKS["mobilenet-v1"].explain(number="4,253,864 params").candidates
    assert [(c.conventions, c.changed) for c in found] == [(("keras", "with-statistics"), {})]


def test_where_nothing_fits_the_nearest_are_named() -> None:
    found = NETWORKS["mobilenet-v1"].explain(number="568,740,353")
    assert found.candidates == ()
    assert (found.nearest[0].value, found.nearest[0].verdict) == (568_740_352, "differs")
    assert len(found.nearest) == 5


@given(name=st.sampled_from(sorted(CONVENTIONS)), digits=st.integers(3, 9))
@settings(max_examples=15, deadline=None)
def test_whatever_a_convention_counts_is_found(name: str, digits: int) -> None:
    net = NETWORKS["mobilenet-v2"]
    value = net.count(convention=name).mult_adds
    number = f"{written(Fraction(value, 10**6), Fraction(1, 10 ** (digits - 3)))}M"
    found = net.explain(number=number, alpha=1, resolution=224)
    assert any(
        name in candidate.conventions and candidate.reading == "as counted"
        for candidate in found.candidates
    )


def test_what_is_tried_is_said() -> None:
    found = NETWORKS["mobilenet-v1"].explain(number="1M")
    assert (found.bindings, found.conventions) == (4 * 4 * 4, len(CONVENTIONS))
    tried = list(bindings(NETWORKS["mobilenet-v1"].spec, {}))
    assert tried[0] == {}
    assert [len(changed) for changed in tried] == sorted(len(changed) for changed in tried)


def test_no_more_bindings_than_allowed() -> None:
    names = "".join(f"  p{i}: {{default: 1, usual: [1, 2, 3], meaning: m}}\n" for i in range(8))
    out = "+".join(f"p{i}" for i in range(8))
    net = cc.loads(
        f"network: net\nparameters:\n{names}input: 3x3x1\nlayers:\n- {{conv: 1x1, out: {out}}}\n"
    )
    assert net.explain(number="72").bindings == MAX_BINDINGS


def test_bindings_at_which_the_network_does_not_exist_are_passed_over() -> None:
    net = cc.loads(
        "network: net\nparameters:\n  g: {default: 1, usual: [1, 2, 3], meaning: groups}\n"
        "input: 2x2x4\nlayers:\n- {conv: 1x1, out: 4, groups: g}\n"
    )
    found = net.explain(number="32 MACs")
    assert found.bindings == 2  # not 3 groups of 4 channels
    assert found.candidates[0].changed == {"g": 2}


@pytest.mark.parametrize(
    ("text", "value", "step", "metric"),
    [
        ("589.0M", 589_000_000, 100_000, ""),
        ("1.15 GFLOPs", 1_150_000_000, 10_000_000, "mult_adds"),
        ("1.15gmacs", 1_150_000_000, 10_000_000, "mult_adds"),
        ("300 Mult-Adds", 300, 1, "mult_adds"),
        ("300 MMAdds", 300_000_000, 1_000_000, "mult_adds"),
        ("4.2 M params", 4_200_000, 100_000, "params"),
        ("4.2m parameters", 4_200_000, 100_000, "params"),
        ("25K", 25_000, 1_000, ""),
        ("4B", 4 * 10**9, 10**9, ""),
    ],
)
def test_numbers_as_people_write_them(text: str, value: int, step: int, metric: str) -> None:
    told = read_told(text)
    assert told.printed.value * told.printed.scale == value
    assert told.printed.step * told.printed.scale == step
    assert told.metric == metric


@pytest.mark.parametrize("text", ["many", "", "1.2.3M", "-5M", "5 layers", "1,23M", "1e-6"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        read_told(text)
    assert str(caught.value) == (
        f"{text!r} is not a number to explain (such as 589.0M, 1.15G, 568,740,352 or 4.2M params)"
    )


def test_zero_needs_no_explanation() -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        read_told("0.0M")
    assert str(caught.value) == "0 needs no explanation (the number that you were told)"


def test_number_json_contract(run: Run) -> None:
    data = json.loads(run("explain", "mobilenet-v1", "--number", "589.0M", "-f", "json").stdout)
    assert list(data) == ["spec", "number", "parameters", "tried", "candidates", "nearest"]
    assert data["candidates"][0] == {
        "value": 589_012_456,
        "metric": "mult_adds",
        "conventions": ["ptflops-0.7.5"],
        "reading": "as counted",
        "changed": {},
        "verdict": "rounds",
    }
    assert data["candidates"][2]["changed"] == {"rho": "5/7"}
    assert data["nearest"] == []


def test_explain_needs_a_question(run: Run) -> None:
    result = run("explain", "mobilenet-v1")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "explain needs --to or --number (--from goes with --to)\n"


def test_the_library_needs_one_question_too() -> None:
    with pytest.raises(cc.CostcalcError) as caught:
        NETWORKS["mobilenet-v1"].explain()
    assert str(caught.value) == "explain needs `to` or `number` (one of them)"
