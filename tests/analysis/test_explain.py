"""Differences that add up exactly, by tag and by type, and numbers that somebody was told."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path

import pytest
from conftest import Run
from hypothesis import given, settings
from hypothesis import strategies as st

import costcalc as cc
from costcalc.analysis.explain import explain_graph
from costcalc.graph.build import build

NETWORKS = {
    name: cc.load(name)
    for name in ("mobilenet-v1", "mobilenet-v2", "mobilenet-v3-small", "resnet-18", "ehm-mobilenet")
}
CONVENTIONS = cc.all_conventions()


# -- differences -----------------------------------------------------------------------------------


@pytest.mark.parametrize("spec", NETWORKS)
def test_terms_and_types_add_up(spec: str) -> None:
    """For every pair of conventions on one network; on the others, each with the next in a ring."""
    net = NETWORKS[spec]
    graph = build(net.spec, net.spec.defaults())
    totals = {name: net.count(convention=name) for name in CONVENTIONS}
    names = [*CONVENTIONS]
    ring = pairwise([*names, names[0]])
    for before, after in product(names, repeat=2) if spec == "ehm-mobilenet" else ring:
        found = explain_graph(graph, CONVENTIONS[before], CONVENTIONS[after])
        for balance, metric in ((found.mult_adds, "mult_adds"), (found.params, "params")):
            assert balance.before == getattr(totals[before], metric)
            assert balance.after == getattr(totals[after], metric)
            assert sum(term.difference for term in balance.terms) == balance.difference
            assert sum(row.difference for row in balance.types) == balance.difference


@given(
    alpha=st.fractions(min_value=Fraction(1, 8), max_value=2, max_denominator=16),
    resolution=st.integers(32, 260),
    pair=st.tuples(st.sampled_from(sorted(CONVENTIONS)), st.sampled_from(sorted(CONVENTIONS))),
)
@settings(max_examples=40, deadline=None)
def test_terms_add_up_at_every_binding(
    alpha: Fraction, resolution: int, pair: tuple[str, str]
) -> None:
    net = NETWORKS["mobilenet-v2"]
    found = net.explain(from_=pair[0], to=pair[1], alpha=alpha, resolution=resolution)
    counts = [
        net.count(convention=name, alpha=alpha, resolution=resolution).mult_adds for name in pair
    ]
    difference = counts[1] - counts[0]
    assert sum(term.difference for term in found.mult_adds.terms) == difference
    assert sum(row.difference for row in found.mult_adds.types) == difference


def test_why_ptflops_gives_589_million() -> None:
    found = cc.explain("mobilenet-v1", to="ptflops-0.7.5")
    assert [(str(t.tag), t.amount, t.difference, t.sentence) for t in found.mult_adds.terms] == [
        ("bn element", 5_042_688, 10_085_376, "counted twice"),
        ("relu element", 5_042_688, 10_085_376, "counted twice"),
        ("global pool input", 50_176, 100_352, "counted twice"),
        ("fc bias add", 1_000, 1_000, "counted once"),
    ]
    assert found.mult_adds.difference == 589_012_456 - 568_740_352


def test_the_coding_of_a_row_stands_behind_its_tag() -> None:
    found = cc.explain("mobilenet-v2", from_="ptflops-0.6.9", to="ptflops-0.7.5")
    assert [(str(t.tag), t.difference) for t in found.mult_adds.terms] == [
        ("global pool input (functional)", 62_720)
    ]
    deepspeed = cc.explain("mobilenet-v2", from_="ptflops-aten", to="deepspeed-flops")
    lost = [t for t in deepspeed.mult_adds.terms if t.difference < 0]
    assert [(str(t.tag), t.sentence) for t in lost] == [
        ("fc bias add", "not counted, instead of once")
    ]


def test_sentences() -> None:
    found = cc.explain("mobilenet-v1", from_="fvcore-0.1.5", to="onnx-tool-bn")
    says = {str(term.tag): term.sentence for term in found.mult_adds.terms}
    assert says["bn element"] == "counted 31 times, instead of twice"
    assert says["global pool output"] == "counted 4 times"
    back = cc.explain("mobilenet-v1", from_="onnx-tool-bn", to="paper")
    assert {t.sentence for t in back.mult_adds.terms} >= {"not counted, instead of 31 times"}


def test_two_conventions_that_agree(run: Run) -> None:
    lines = run("explain", "mobilenet-v1", "--to", "weights").stdout.splitlines()
    assert lines[-1] == "difference  none: both count this network alike"


def test_a_fractional_count_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.yaml"
    path.write_text("half: {extends: paper, mult_adds: {conv mac: 1/2}}\n")
    net = cc.loads("network: net\ninput: 3x3x1\nlayers:\n- {conv: 1x1, out: 1}\n")
    with pytest.raises(cc.CostcalcError) as caught:
        net.explain(to=str(path))
    assert str(caught.value) == "a convention counts 9/2 (the weights must make whole counts)"


def test_explain_json_contract(run: Run) -> None:
    words = ("explain", "mobilenet-v2", "--to", "deepspeed-flops")
    data = json.loads(run(*words, "-f", "json").stdout)
    assert list(data) == ["spec", "parameters", "from", "to", "mult_adds", "params", "notes"]
    assert data["from"] == {"convention": "paper", "unit": "MAC"}
    assert data["to"] == {"convention": "deepspeed-flops", "unit": "FLOP"}
    work = data["mult_adds"]
    assert list(work) == ["from", "to", "difference", "terms", "types"]
    assert work["terms"][0] == {
        "tag": "conv mac",
        "amount": work["from"] - 1280 * 1000,
        "from": 1,
        "to": 2,
        "difference": work["from"] - 1280 * 1000,
    }
    assert work["to"] - work["from"] == work["difference"]
    for rows in ("terms", "types"):
        assert sum(row["difference"] for row in work[rows]) == work["difference"]
    assert data["notes"] == []  # its rows say how they are coded


def test_explain_csv_is_one_flat_table(run: Run) -> None:
    text = run("explain", "mobilenet-v1", "--to", "torchinfo-1.8.0", "-f", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0] == {
        "metric": "mult_adds",
        "by": "tag",
        "what": "bn channel",
        "amount": "10944",
        "from": "0",
        "to": "2",
        "difference": "21888",
    }
    by_tag = [int(r["difference"]) for r in rows if (r["metric"], r["by"]) == ("mult_adds", "tag")]
    assert sum(by_tag) == 568_763_240 - 568_740_352


def test_explain_markdown(run: Run) -> None:
    text = run("explain", "mobilenet-v1", "--to", "ptflops-0.7.5", "-f", "markdown").stdout
    assert "| +10,085,376 | relu element | 5,042,688 | 0 | 2 | counted twice |" in text
    assert "| **+20,272,104** | **in all** |  |  |  |  |" in text


# -- every convention at once ----------------------------------------------------------------------


def test_all_conventions_sorted_with_the_difference_to_paper(run: Run) -> None:
    data = json.loads(run("count", "mobilenet-v2", "--convention", "all", "-f", "json").stdout)
    assert list(data) == ["spec", "parameters", "against", "conventions"]
    assert data["against"] == "paper"
    rows = {row["convention"]: row for row in data["conventions"]}
    assert list(rows["thop-0.1.1"]) == [
        "convention", "unit", "mult_adds", "difference", "params", "params_difference", "notes"
    ]  # fmt: skip
    assert set(rows) == set(CONVENTIONS)
    work = [row["mult_adds"] for row in data["conventions"]]
    assert work == sorted(work)
    for row in rows.values():
        assert row["difference"] == row["mult_adds"] - rows["paper"]["mult_adds"]
        counted = NETWORKS["mobilenet-v2"].count(convention=row["convention"])
        assert (row["mult_adds"], row["params"]) == (counted.mult_adds, counted.params)
        assert tuple(row["notes"]) == counted.notes


def test_all_conventions_in_csv(run: Run) -> None:
    text = run("count", "mobilenet-v1", "--convention", "all", "-f", "csv").stdout
    rows = {row["convention"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["thop-0.1.1"] == {
        "convention": "thop-0.1.1",
        "unit": "MAC",
        "mult_adds": "588962304",
        "to_paper": "20221952",
        "params": "4231976",
        "params_to_paper": "22888",
    }


def test_all_conventions_have_totals_only(run: Run) -> None:
    result = run("count", "mobilenet-v1", "--convention", "all", "--by", "type")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "--convention all gives totals only (leave --by out)\n"


def test_list_says_what_each_convention_counts(run: Run) -> None:
    rows = {row["name"]: row for row in json.loads(run("list", "conventions", "-f", "json").stdout)}
    assert set(rows) == set(CONVENTIONS)
    assert rows["fvcore-0.1.5"]["Mult-Adds"] == (
        "conv mac, transposed conv mac, fc mac, matmul mac, "
        "bn element × 2, bn unscaled element × -1, "
        "layer norm element × 5, layer norm unscaled element × -1, group norm element × 5, "
        "group norm unscaled element × -1, instance norm element × 5, "
        "instance norm unscaled element × -1, global pool input, adaptive average pool input, "
        "upsample element, bilinear upsample element × 4"
    )
    assert rows["paper"]["parameters"] == "conv weight, fc weight, recurrent weight"


def test_show_convention(run: Run) -> None:
    data = json.loads(run("show-convention", "ptflops-0.7.5", "-f", "json").stdout)
    assert data == cc.show_convention("ptflops-0.7.5").to_dict()
    assert data["coded"]["functional"]["relu element"] == 1
    assert data["mult_adds"]["relu element"] == 2
    assert data["unknown"] == ["l2 norm"]
    table = run("show-convention", "ptflops-0.7.5").stdout
    assert ["Mult-Adds", "relu", "element", "2", "1"] in map(str.split, table.splitlines())
    wrong = run("show-convention", "ptflop-0.7.5")
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "no convention 'ptflop-0.7.5' (did you mean 'ptflops-0.7.5'?)\n",
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("count", "vgg-16", "--by", "type"), "type          layers           FLOPs    share "),
        (("count", "vgg-16"), "layer      type          stride  input        output     "),
        (("formula", "vgg-16"), "FLOPs         616200·R² + 8198·classes + 33562624\n"),
        (("formula", "vgg-16", "--by", "type"), "type          FLOPs "),
        (("formula", "vgg-16", "--growth"), "d ln FLOPs / d ln R "),
        (("formula", "vgg-16", "-f", "latex"), r"\text{FLOPs} &= "),
        (("sweep", "vgg-16", "-r", "224,256"), "FLOPs %  parameters %\n"),
        (("compare", "vgg-16", "mobilenet-v1"), "FLOPs by type "),
        (("solve", "mobilenet-v1", "--for", "alpha", "--mult-adds", "300M"), "binding   "),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_flops_are_not_called_mult_adds(run: Run, words: tuple[str, ...], line: str) -> None:
    shown = run(*words, "--convention", "tf-profiler").stdout
    assert line in shown
    assert "FLOPs" in shown
    assert "Mult-Adds" not in shown


def test_programs_get_the_same_names_whatever_the_unit(run: Run) -> None:
    words = ("count", "vgg-16", "--by", "type", "--convention", "tf-profiler")
    header = run(*words, "-f", "csv").stdout.partition("\n")[0]
    assert header == "type,layers,mult_adds,mult_adds_share,params,params_share"
    assert "mult_adds" in json.loads(run(*words, "-f", "json").stdout)["totals"]
    survey = run("count", "vgg-16", "--convention", "all", "-f", "csv").stdout
    assert survey.startswith("convention,unit,mult_adds,")


def test_a_difference_of_units_has_both_names(run: Run) -> None:
    shown = run("explain", "vgg-16", "--to", "tf-profiler").stdout
    assert "\nMult-Adds / FLOPs: 15,470,264,320 → 30,960,211,824\n" in shown
    assert run("explain", "vgg-16", "--from", "xla-valid", "--to", "tf-profiler").stdout.count(
        "\nFLOPs: 29,939,648,000 → 30,960,211,824\n"
    )
