"""Sweeps as tables: baselines, budgets, fronts, order; small and large give the same rows."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from conftest import called
from hypothesis import given, settings
from hypothesis import strategies as st

import costcalc as cc
from costcalc.design_space.sweep import run
from costcalc.design_space.sweep.axes import read_points
from costcalc.design_space.sweep.query import Aim, front, percent_of, percent_text
from costcalc.errors import CostcalcError
from costcalc.graph.loading import load_spec
from costcalc.language import Spec


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
        hundredths = (20000 * own.mult_adds + base.mult_adds) // (2 * base.mult_adds)
        assert row["mult_adds_percent"] == hundredths / 100
        assert row["params_percent"] == round(100 * own.params / base.params, 2)


def test_the_default_baseline_is_the_defaults() -> None:
    (row,) = rows(classes="100", alpha="1")
    network = cc.load("ehm-mobilenet")
    assert row["params_percent"] == round(
        100 * network.count(classes=100).params / network.count().params, 2
    )


def test_percents_of_rows_are_percents_as_in_json() -> None:
    found = cc.sweep("mobilenet-v1", alpha=["1/2", 1]).rows()
    half, full = (cc.count("mobilenet-v1", alpha=alpha) for alpha in ("1/2", 1))
    assert (half.mult_adds, full.mult_adds) == (149_497_088, 568_740_352)
    assert 26.285 * full.mult_adds < 100 * half.mult_adds < 26.295 * full.mult_adds
    assert [row["mult_adds_percent"] for row in found] == [26.29, 100.0]
    assert found[0]["alpha"] == Fraction(1, 2)
    printed = json.loads(called("sweep", "mobilenet-v1", "--alpha", "1/2,1", "-f", "json").stdout)
    assert [row["mult_adds_percent"] for row in printed["rows"]] == [26.29, 100.0]


@pytest.mark.parametrize("small", [0, 1000])
def test_rows_in_pandas(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas")
    monkeypatch.setattr(run, "SMALL", small)
    swept = run.sweep(
        ["mobilenet-v1", "fd-mobilenet"],
        alpha=["1/3", 900_000],
        delta=1,
        resolution=[3200, (6400, 3200)],
    )
    frame = swept.to_pandas()
    rows = swept.rows()
    assert list(frame.columns) == list(swept.columns) == list(rows[0])
    assert frame.spec.tolist() == ["mobilenet-v1"] * 4 + ["fd-mobilenet"] * 4
    assert frame.alpha.tolist() == [1 / 3, 1 / 3, 9e5, 9e5] * 2
    assert frame.resolution.tolist() == ["3200", "6400x3200"] * 4
    assert frame.delta.isna().tolist() == [False] * 4 + [True] * 4
    assert max(frame.params) < 2**63 < max(frame.mult_adds)
    for name in ("mult_adds", "params", "mult_adds_percent", "params_percent"):
        assert frame[name].tolist() == [row[name] for row in rows]
    nothing = run.sweep("mobilenet-v1", alpha=1, budget="params<1").to_pandas()
    assert list(nothing.columns) == ["spec", "alpha", *frame.columns[-4:]] and not len(nothing)


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
    monkeypatch.setattr("costcalc.design_space.sweep.large.chunks.__defaults__", (17,))
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

    from costcalc.design_space.sweep.large import _percent

    exact = None if base == 0 else floor(Fraction(10_000 * cost, base) + Fraction(1, 2))
    assert percent_of(cost, base) == exact
    assert _percent(np.array([cost]), np.array([base])).tolist() == [exact]
    assert _percent(np.array([cost, 5]), np.array([base, 5])).tolist() == [exact, 10_000]


@pytest.mark.parametrize(
    "query", [{"budget": "width<=3"}, {"sort": "width"}, {"pareto": "params,width"}], ids=str
)
def test_words_have_no_order(query: dict[str, str]) -> None:
    with pytest.raises(CostcalcError, match=r"^width is a word and has no order$"):
        run.sweep(["pydmobilenet-concat"], width="out,in", **query)


def test_budgets_as_text() -> None:
    found = run.sweep(["ehm-mobilenet"], alpha="0.5,1", budget="params<=1.5M,alpha<3/4")
    assert [str(limit) for limit in found.query.limits] == [
        "params <= 1,500,000",
        "alpha < 0.75",
    ]


WEIGHTS = """
below:
  meaning: with signs, sizes beyond int64, and a cost that is 0 for some networks
  else: 0
  mult_adds: {conv mac: 3, fc mac: -1, bn channel: -4611686018427387904}
  params: {fc weight: -1}
"""
with TemporaryDirectory() as folder:
    file = Path(folder) / "below.yaml"
    file.write_text(WEIGHTS)
    CONVENTIONS = {"paper": cc.find_convention("paper"), **cc.read_conventions(file)}
COLUMNS = ["mult_adds", "params", "alpha", "delta", "resolution"]
PERCENTS = ["mult_adds_percent", "params_percent"]


@st.composite
def queries(draw: Any) -> dict[str, Any]:
    """Axes with values at which networks do not exist, and everything that can be asked of them."""
    alphas = st.fractions(Fraction(1, 64), 2, max_denominator=64)
    axes = {
        "alpha": draw(st.lists(alphas, min_size=1, max_size=4, unique=True)),
        "resolution": draw(
            st.lists(st.sampled_from([1, 32, 65, 224, (48, 31)]), min_size=1, unique=True)
        ),
        "delta": draw(st.lists(st.integers(1, 4), min_size=1, max_size=2, unique=True)),
    }
    limit = st.tuples(
        st.sampled_from(COLUMNS),
        st.sampled_from(["<=", "<", ">=", ">", "=="]),
        st.sampled_from(["0", "1/2", "-3", "4", "200k", "3M", "60M", "100G", "-100000000T"]),
    )
    aim = st.sampled_from([f"{side}{name}" for name in COLUMNS for side in ("", "min:", "max:")])
    limits = draw(st.lists(limit, max_size=2))
    aims = draw(st.lists(aim, min_size=2, max_size=2, unique_by=lambda a: a.split(":")[-1]))
    sort = draw(st.sampled_from(["", "-"])) + draw(st.sampled_from(COLUMNS + PERCENTS))
    options: dict[str, Any] = {
        "values": axes,
        "budget": ",".join(map("".join, limits)),
        "pareto": ",".join(aims) if draw(st.booleans()) else "",
        "sort": sort if draw(st.booleans()) else "",
        "top": draw(st.one_of(st.none(), st.integers(1, 9))),
        "skip": draw(st.sampled_from([True, True, False])),
    }
    baselines = [None, {}, {"alpha": 1}, {"resolution": "64", "delta": 1}, {"alpha": "1/99"}]
    options["baseline"] = draw(st.sampled_from(baselines))
    return options


shipped = cache(load_spec)


def answer(specs: list[Spec], options: dict[str, Any]) -> list[dict[str, Any]] | str:
    """The rows, or what is said instead."""
    try:
        return run.sweep(specs, **options).rows()
    except CostcalcError as error:
        return type(error).__name__


@settings(max_examples=150, deadline=None)
@given(
    options=queries(),
    names=st.sampled_from([["mobilenet-v1"], ["fd-mobilenet", "ehm-mobilenet"], ["vgg-16"]]),
    chunk=st.integers(1, 40),
    convention=st.sampled_from(["paper", "below"]),
)
def test_small_and_large_agree_whatever_is_asked(
    options: dict[str, Any], names: list[str], chunk: int, convention: str
) -> None:
    from costcalc.design_space.sweep import large

    specs = [shipped(name) for name in names]
    known = set().union(*(spec.parameters for spec in specs))
    options["values"] = {n: v for n, v in options["values"].items() if n in known}
    options["convention"] = CONVENTIONS[convention]
    small = answer(specs, options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "SMALL", 0)
        patch.setattr(large.chunks, "__defaults__", (chunk,))
        found = answer(specs, options)
    # the first rows of a sweep without an order end it: what fails after them need not be met
    if not (options["top"] and not options["sort"] and not options["pareto"] and found != small):
        assert found == small
    else:
        assert isinstance(small, str)


def test_a_row_without_its_baseline_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--skip` leaves out rows that do not exist, and no others."""
    values = {"alpha": "0.01,0.5", "resolution": "32,64"}
    skipped = run.sweep(["mobilenet-v1"], values, baseline={"resolution": 64}, skip=True)
    expected = skipped.rows()
    assert [row["params_percent"] for row in expected] == [100.0] * 2
    absent = {"baseline": {"alpha": "1/100"}, "skip": True}
    with pytest.raises(CostcalcError, match="the baseline does not exist: 0 channels") as small:
        run.sweep(["mobilenet-v1"], values, **absent).rows()
    monkeypatch.setattr(run, "SMALL", 0)
    assert skipped.rows() == expected
    with pytest.raises(CostcalcError) as large:
        run.sweep(["mobilenet-v1"], values, **absent).rows()
    assert str(large.value) == str(small.value)


def test_sorted_by_a_percent_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Percents of a baseline that costs nothing are unknown, and stand last."""
    options: dict[str, Any] = {"convention": CONVENTIONS["below"], "sort": "-params_percent"}
    network = cc.loads(
        "network: n\ninput: 8x8x3\nparameters: {delta: 4}\nlayers:\n- {conv: 1x1, out: delta}"
    )
    small = cc.sweep([network], delta=[1, 2, 3], top=2, **options).rows()
    assert [row["params_percent"] for row in small] == [None, None]
    monkeypatch.setattr(run, "SMALL", 0)
    assert cc.sweep([network], delta=[1, 2, 3], top=2, **options).rows() == small


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
    monkeypatch.setattr("costcalc.design_space.sweep.large.chunks.__defaults__", (3,))
    assert run.sweep(specs, axes, **query).rows() == by_alpha[:2]
    assert run.sweep(specs, axes, pareto=aims, top=3).rows() == whole[:3]


def test_the_first_rows_need_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "SMALL", 0)
    monkeypatch.setattr("costcalc.design_space.sweep.large.chunks.__defaults__", (10,))
    found = run.sweep(["ehm-mobilenet"], classes="1:1000:1", budget="classes>=5", top=12)
    done: list[int] = []
    rows = [row for batch in found.batches(done.append) for row in batch.rows()]
    assert [row[found.columns.index("classes")] for row in rows] == list(range(5, 17))
    assert done == [10, 10]


@pytest.mark.parametrize("text", ["\ufeffalpha,delta\n1,2\n", "alpha,delta\n\n1,2\n \n\n"])
def test_points_of_spreadsheets(text: str, tmp_path: Path) -> None:
    file = tmp_path / "points.csv"
    file.write_text(text, encoding="utf-8")
    assert read_points(file) == [{"alpha": "1", "delta": "2"}]
    file.write_text("alpha,delta\n1,2\n,\n")
    assert read_points(file)[1] == {"alpha": "", "delta": ""}  # values are missing: refused later


def test_points_of_which_a_network_lacks_a_parameter() -> None:
    rows = [
        {"alpha": "1/2", "delta": 1},
        {"alpha": "1/2", "delta": 2},
        {"alpha": 1, "delta": 1},
    ]
    found = run.sweep(["mobilenet-v1", "fd-mobilenet"], rows=rows).rows()
    half = Fraction(1, 2)
    assert [(r["spec"], r["alpha"], r["delta"]) for r in found] == [
        *[("mobilenet-v1", alpha, delta) for alpha, delta in ((half, 1), (half, 2), (1, 1))],
        *[("fd-mobilenet", alpha, None) for alpha in (half, 1)],
    ]
    only = run.sweep(["mobilenet-v1", "vgg-16"], rows=[{"alpha": 1}, {"alpha": 2}]).rows()
    assert [(r["spec"], r["alpha"]) for r in only][2:] == [("vgg-16", None)]
    with pytest.raises(CostcalcError, match=r"^point 2 does not name the same parameters"):
        run.sweep(["mobilenet-v1", "fd-mobilenet"], rows=[{"alpha": 1}, {"alpha": 1, "delta": 1}])


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

    from costcalc.design_space.sweep.large import _front

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
        ({"budget": "params<=1+1M"}, "'1+1M' is not an amount (such as 6M, 1.7M or 569000000)"),
        ({"budget": "params<=2*3"}, "'2*3' is not an amount (such as 6M, 1.7M or 569000000)"),
        ({"budget": "params<=6X"}, "'6X' is not an amount (such as 6M, 1.7M or 569000000)"),
        ({"pareto": "params"}, "--pareto 'params' needs two columns (mult_adds,params)"),
        ({"top": 0}, "the top 0 rows (at least 1)"),
        (
            {"sort": "-min:params"},
            "--sort '-min:params' has two directions (-params or max:params)",
        ),
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
