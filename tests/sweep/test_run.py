"""Sweeps as tables: baselines, budgets, fronts, order; small and large give the same rows."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import costcalc as cc
from costcalc.errors import CostcalcError
from costcalc.sweeping import run
from costcalc.sweeping.batch import percent_of, percent_text
from costcalc.sweeping.query import Aim
from costcalc.sweeping.select import front


def rows(**options: Any) -> list[dict[str, Any]]:
    return run.sweep(["ehm-mobilenet"], **options).rows()


def test_the_texts_of_the_paper_compare_like_this() -> None:
    """Table 5: α = 0.5, δ = 2 against the baseline of the same data set, printed 1.6 → 51.5 %."""
    found = rows(alpha="0.5", delta="2", classes="10,100", baseline={"alpha": 1, "delta": 1})
    network = cc.load("ehm-mobilenet")
    for row, classes in zip(found, (10, 100), strict=True):
        own, base = (
            network.count(alpha="0.5", delta=2, classes=classes),
            network.count(classes=classes),
        )
        assert row["mult_adds_percent"] == (20000 * own.mult_adds + base.mult_adds) // (
            2 * base.mult_adds
        )
        assert row["params_percent"] == round(10000 * own.params / base.params)


def test_the_default_baseline_is_the_defaults() -> None:
    (row,) = rows(classes="100", alpha="1")
    network = cc.load("ehm-mobilenet")
    assert row["params_percent"] == round(
        10000 * network.count(classes=100).params / network.count().params
    )


QUERIES = [
    {},
    {"budget": "mult_adds<=6M,params<=1.7M"},
    {"budget": "alpha>0.3, delta==2, mult_adds>=100k"},
    {"pareto": "mult_adds,alpha"},
    {"pareto": "params,max:mult_adds", "budget": "mult_adds<20M"},
    {"sort": "-params", "top": 7},
    {"sort": "mult_adds_percent"},
    {"sort": "resolution", "top": 30},
    {"top": 5},
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
@pytest.mark.parametrize(
    "baseline", [None, {"alpha": 1}, {"delta": "1", "resolution": "32"}], ids=str
)
def test_small_and_large_agree(
    query: dict[str, Any], baseline: dict[str, Any] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    axes = {"alpha": "0.1:1:0.1", "delta": "1,2,4", "resolution": "32,33,48x31,224"}
    small = rows(**axes, **query, baseline=baseline)
    monkeypatch.setattr(run, "SMALL", 0)
    monkeypatch.setattr("costcalc.sweeping.large.chunks.__defaults__", (17,))
    large = rows(**axes, **query, baseline=baseline)
    assert small
    assert large == small


@pytest.mark.parametrize(
    ("hundredths", "text"),
    [(None, ""), (0, "0.00"), (4666, "46.66"), (-10, "-0.10"), (-4666, "-46.66"), (-100, "-1.00")],
)
def test_percents_as_text(hundredths: int | None, text: str) -> None:
    assert percent_text(hundredths) == text


COSTS = [0, 1, -1, 7, -(2**49), 2**49 + 1, 2**62, -(2**62) - 1, 2**63 - 1, 1 - 2**63, 2**70]
BASES = [1, -1, 3, -7, 2**49, 2**62, 1 - 2**62, 2**63 - 1, -(2**63) + 1, 2**66, 0]


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("base", BASES)
def test_percents_of_arrays_are_those_of_numbers(cost: int, base: int) -> None:
    """Rounded half up, at every size and sign."""
    import numpy as np

    from costcalc.sweeping.large import _percent

    exact = None if base == 0 else floor(Fraction(10_000 * cost, base) + Fraction(1, 2))
    assert percent_of(cost, base) == exact
    assert _percent(np.array([cost]), np.array([base])).tolist() == [exact]
    assert _percent(np.array([cost, 5]), np.array([base, 5])).tolist() == [exact, 10_000]


def test_several_networks_and_a_parameter_that_one_lacks() -> None:
    found = run.sweep(["mobilenet-v1", "fd-mobilenet"], alpha="0.5,1", delta="1,2").rows()
    assert [(r["spec"], r["delta"]) for r in found] == [
        *[("mobilenet-v1", delta) for _ in range(2) for delta in (1, 2)],
        *[("fd-mobilenet", None)] * 2,
    ]
    assert found[-1]["mult_adds"] == cc.load("fd-mobilenet").count().mult_adds


def test_the_top_of_a_front_over_several_networks_and_chunks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The front is whole before its first rows are taken: later rows may beat earlier ones."""
    specs = ["mobilenet-v1", "fd-mobilenet", "mobilenet-v2"]
    axes = {"alpha": "0.25:1:0.05"}
    aims = "max:mult_adds,min:params"
    whole = run.sweep(specs, axes, pareto=aims).rows()
    assert len({row["spec"] for row in whole}) > 1
    for top in (1, 3, len(whole)):
        assert run.sweep(specs, axes, pareto=aims, top=top).rows() == whole[:top]
    by_alpha = sorted(whole, key=lambda row: row["alpha"], reverse=True)
    query = {"pareto": aims, "sort": "-alpha", "top": 2}
    assert run.sweep(specs, axes, **query).rows() == by_alpha[:2]
    monkeypatch.setattr(run, "SMALL", 0)
    monkeypatch.setattr("costcalc.sweeping.large.chunks.__defaults__", (3,))
    assert run.sweep(specs, axes, **query).rows() == by_alpha[:2]
    assert run.sweep(specs, axes, pareto=aims, top=3).rows() == whole[:3]


def test_the_first_rows_need_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SMALL", 0)
    monkeypatch.setattr("costcalc.sweeping.large.chunks.__defaults__", (10,))
    found = run.sweep(["ehm-mobilenet"], classes="1:1000:1", budget="classes>=5", top=12)
    done: list[int] = []
    rows = [row for batch in found.batches(done.append) for row in batch.rows()]
    assert [row[found.columns.index("classes")] for row in rows] == list(range(5, 17))
    assert done == [10, 10]


def test_depth_and_words() -> None:
    found = run.sweep(["pydmobilenet-concat"], {"n": "3,6", "width": "out,in"}).rows()
    network = cc.load("pydmobilenet-concat")
    assert [row["params"] for row in found] == [
        network.count(n=n, width=width).params for n in (3, 6) for width in ("out", "in")
    ]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=30))
def test_the_front_is_what_nothing_beats(pairs: list[tuple[int, int]]) -> None:
    aims = (Aim("a", False), Aim("b", True))
    found = front(list(pairs), aims, ("a", "b"))
    beaten = {
        (a, b) for a, b in pairs if any(x <= a and y >= b and (x, y) != (a, b) for x, y in pairs)
    }
    assert sorted(found) == sorted(p for p in pairs if p not in beaten)


def test_large_fronts_agree_with_small_ones() -> None:
    import numpy as np

    from costcalc.sweeping.large import _front

    rng = random.Random(3)
    for _ in range(50):
        pairs = [(rng.randrange(9), rng.randrange(9)) for _ in range(40)]
        mask = _front(*(np.array(column) for column in zip(*pairs, strict=True)))
        kept = [pair for pair, keep in zip(pairs, mask, strict=True) if keep]
        aims = (Aim("a", False), Aim("b", False))
        assert front(kept, aims, ("a", "b")) == front(pairs, aims, ("a", "b"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": "mult_adds"}, "'mult_adds' is not a budget (such as mult_adds<=6M)"),
        (
            {"budget": "flops<=6M"},
            "the sweep has no column 'flops' (known: alpha, mult_adds, params)",
        ),
        ({"budget": "params<=6X"}, "'6X' is not an amount (such as 6M, 1.7M or 569000000)"),
        ({"pareto": "params"}, "--pareto 'params' needs two columns (mult_adds,params)"),
        ({"top": 0}, "the top 0 rows (at least 1)"),
        ({"sort": "up:params"}, "'up:params' has no direction (min:mult_adds or max:alpha)"),
        (
            {"baseline": {"beta": 1}},
            "ehm-mobilenet has no parameter 'beta' (did you mean 'delta'?)",
        ),
    ],
)
def test_mistakes(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        rows(alpha="0.5,1", **options)
    assert str(caught.value) == message
