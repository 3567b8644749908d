"""Names and amounts as users write them: α for alpha, 96² for 96x96, 30,000,000 for 30M."""

from __future__ import annotations

from fractions import Fraction

import pytest
from conftest import Run

import costcalc as cc

NET = "mobilenet-v1"


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("count mobilenet-v1 -r 96²", "count mobilenet-v1 -r 96x96"),
        ("count mobilenet-v1 -r 96^2", "count mobilenet-v1 -r 96"),
        ("count mobilenet-v1 --set α=0.5", "count mobilenet-v1 --alpha 0.5"),
        (
            "count mobilenet-v1 --set α=0.5,δ=2,ρ=6/7,R=96",
            "count mobilenet-v1 --alpha 0.5 --delta 2 --rho 6/7 --resolution 96",
        ),
        ("show mobilenet-v1 --set R=96", "show mobilenet-v1 -r 96"),
        ("ratio mobilenet-v1 --set α=0.5", "ratio mobilenet-v1 -a 0.5"),
        (
            "ratio mobilenet-v1 --against mobilenet-v1-conv --set R=224",
            "ratio mobilenet-v1 --against mobilenet-v1-conv -r 224",
        ),
        ("formula ssd300-vgg16 --free R", "formula ssd300-vgg16 --free resolution"),
        (
            "formula mobilenet-v1 --growth --along R --at α=0.5",
            "formula mobilenet-v1 --growth --along resolution --at alpha=0.5",
        ),
        (
            "sweep mobilenet-v1 --set α=0.5,1,R=96²,128 --baseline α=0.5 --sort R "
            "--budget mult_adds<=300,000,000,α<=1,params<=3m,R>96",
            "sweep mobilenet-v1 --alpha 0.5,1 --resolution 96,128 --baseline alpha=0.5 "
            "--sort resolution --budget mult_adds<=300M,alpha<=1,params<=3M,resolution>96",
        ),
        (
            "sweep mobilenet-v1 fd-mobilenet --set α=0.5,1 --pareto max:α,mult_adds",
            "sweep mobilenet-v1 fd-mobilenet -a 0.5,1 --pareto max:alpha,mult_adds",
        ),
        (
            "sweep mobilenet-v1 --alpha --budget Mult-Adds<=300M,macs>1k --sort -parameters",
            "sweep mobilenet-v1 --alpha --budget mult_adds<=300M,mult_adds>1k --sort -params",
        ),
        (
            "solve mobilenet-v1 --for α --set R=128 --mult-adds 150,000,000",
            "solve mobilenet-v1 --for alpha --resolution 128 --mult-adds 150M",
        ),
        (
            "solve mobilenet-v1 --for α --mult-adds 150e6 --params 1.2m",
            "solve mobilenet-v1 --for alpha --mult-adds 150M --params 1.2M",
        ),
        (
            "compare mobilenet-v1 fd-mobilenet --set α=0.5 --at-equal mult_adds=40,000,000 --for α",
            "compare mobilenet-v1 fd-mobilenet -a 0.5 --at-equal mult_adds=40M --for alpha",
        ),
    ],
)
def test_a_spelling_is_as_good_as_the_plain_one(run: Run, words: str, plain: str) -> None:
    given, meant = run(*words.split()), run(*plain.split())
    assert (given.returncode, given.stderr) == (0, "")
    assert given.stdout == meant.stdout


def test_a_name_with_its_binding_takes_letters(run: Run) -> None:
    given = run("compare", f"{NET}@α=0.5,R=96", f"{NET}@alpha=0.5,resolution=96", "-f", "csv")
    rows = [line.split(",") for line in given.stdout.splitlines()[1:]]
    assert rows
    assert all(row[3] == row[4] for row in rows)


def test_points_are_headed_by_letters(run: Run, tmp_path: object) -> None:
    assert cc.sweep(NET, rows=[{"α": "0.5", "R": 96}]).rows() == (
        cc.sweep(NET, rows=[{"alpha": "0.5", "resolution": 96}]).rows()
    )


@pytest.mark.parametrize("text", ["5.687e8", "568.7m", "568,700,000"])
def test_a_number_to_explain(run: Run, text: str) -> None:
    """Digits are a tolerance: 5.687e8 and 568.7M round 568,740,352; 568,700,000 is not it."""
    found = run("explain", NET, "--number", text).stdout
    assert ("rounds" in found) is (text != "568,700,000")


def test_the_library_takes_letters() -> None:
    net = cc.load(NET)
    half = net.count(alpha="1/2", resolution=96)
    assert net.count(α="1/2", R=96) == half
    formula = net.formula(R=96)
    assert formula.parameters == ("alpha", "delta", "rho", "classes")
    assert formula.at(α="1/2", δ=1, ρ=1, classes=1000) == (half.mult_adds, half.params)
    assert net.sweep(α=["1/2", 1], R=96).mult_adds[0] == half.mult_adds
    assert net.sweep(points=[{"α": "1/2", "R": 96}]).mult_adds[0] == half.mult_adds
    costs = net.compile(R=96, limits={"α": 4})(α=([1, 2], 2))
    assert costs.mult_adds[0] == half.mult_adds
    assert cc.solve(NET, "α", mult_adds="150,000,000", R=128).parameter.name == "alpha"
    with pytest.raises(cc.CostcalcError, match=r"^alpha is given twice$"):
        net.count(alpha=1, α=1)


def test_expressions_take_the_letter_r_unless_it_is_a_name_of_its_own() -> None:
    table = "layers:\n- {conv: 3x3, out: 8α, padding: same}\n"
    head = "network: net\nparameters: {α: 1/2, resolution: 32}\ninput: {side: R, channels: 3}\n"
    net = cc.loads(head + table)
    assert net.parameters["alpha"].default == Fraction(1, 2)
    assert net.count().mult_adds == 32 * 32 * 9 * 3 * 4
    assert net.count(R="16x8").mult_adds == 16 * 8 * 9 * 3 * 4
    assert net.formula().parameters == ("alpha", "resolution")
    own = head.replace("α: 1/2, resolution: 32", "R: {default: 32, meaning: rows}")
    assert cc.loads(own + table).count(R=16).mult_adds == 16 * 16 * 9 * 3 * 8
    with pytest.raises(cc.CostcalcError, match="net has no parameter 'resolution'"):
        cc.loads(own + table).count(resolution=16)
