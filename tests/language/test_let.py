"""Names for what is made of parameters: ``let`` in a spec and in a block."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import pytest

import costcalc as cc
from costcalc.errors import CostcalcError
from costcalc.graph.build import build

#: The width and depth rules of Ultralytics' YOLOv5: 8·⌈c·gw/8⌉ channels and max(1, round(n·gd)).
YOLO = """network: yolo
parameters:
  gw: {default: 1/2, meaning: width multiple}
  gd: {default: 1/3, meaning: depth multiple}
let: {w: 8*ceil(64*gw/8), wide: 2*w, n: "max(1, round(3*gd))", side: 2*resolution}
input: {side: side, channels: 3}
layers:
- {conv: 3x3, out: w}
- repeat: n
  layers: [{conv: 3x3, out: w}]
- {conv: 1x1, out: wide}
"""


def expected(gw: Fraction, gd: Fraction) -> int:
    w, n = 8 * ceil(64 * gw / 8), max(1, round(3 * gd))
    return 3 * 3 * 3 * w + n * 3 * 3 * w * w + 2 * w * w


def test_a_name_is_what_it_stands_for() -> None:
    net = cc.loads(YOLO)
    assert list(net.spec.parameters) == ["gw", "gd", "resolution"]
    form = net.formula()
    for gw in map(Fraction, ("1/4", "1/2", "3/4", "1", "5/4")):
        for gd in map(Fraction, ("1/3", "2/3", "1", "4/3")):
            params = expected(gw, gd)
            for height, width in ((16, 16), (16, 8)):
                found = net.count(gw=gw, gd=gd, resolution=f"{height}x{width}")
                assert (found.mult_adds, found.params) == (4 * height * width * params, params)
            values = {"gw": gw, "gd": gd, "resolution": 16}
            assert form.at(rounded=True, **values) == (4 * 16 * 16 * params, params)
    swept = net.sweep(gw=["1/4", "1/2", "1"], gd=["1/3"])["params"]
    assert list(swept) == [expected(Fraction(gw), Fraction(1, 3)) for gw in ("1/4", "1/2", "1")]


def test_a_block_has_its_own_which_know_its_arguments_and_what_arrives() -> None:
    net = cc.loads(
        "network: net\nparameters: {n: {default: 4, meaning: split}}\n"
        "let: {w: 8*n}\ninput: 4x4x6\n"
        "blocks:\n  neck:\n    takes: [c]\n"
        "    let: {w: in/2, wide: w*c, act: 'hswish'}\n    layers:\n"
        "    - {conv: 1x1, out: w, activation: act}\n    - {conv: 1x1, out: wide}\n"
        "layers:\n- {neck: n}\n- {neck: n}\n- {conv: 1x1, out: w}\n"
    )
    # 6 → 3 → 12 → 6 → 24 → 32 at n = 4
    assert net.count().params == 6 * 3 + 3 * 12 + 12 * 6 + 6 * 24 + 24 * 32
    assert net.formula().at(n=4, rounded=True)[1] == net.count().params
    assert build(net.spec, net.spec.defaults()).layers[0].fused == {"hswish": {}}


def test_what_has_no_value_says_so_where_it_is_used() -> None:
    text = (
        "network: net\nparameters: {z: {default: 1, meaning: m, domain: whole number}}\n"
        "let: {part: 12/z}\ninput: 4x4x3\n"
        "layers:\n- {conv: 1x1, out: part, when: z != 0}\n"
    )
    net = cc.loads(text)
    assert net.count(z=3).params == 3 * 4
    assert net.count(z=0).params == 0
    with pytest.raises(CostcalcError) as caught:
        cc.loads(text.replace(", when: z != 0", "")).count(z=0)
    assert str(caught.value) == "<text>:3:13: let.part: division by zero in '12/z' [at z = 0]"


MISTAKES = {
    "never used": ("{a: 8, b: 2*a}", "a", "3:13: let: value 'b' is never used (remove it)"),
    "used before": (
        "{a: b, b: 8}",
        "a + b",
        "3:10: let.a: undefined name 'b' (known: alpha, classes, delta, n, resolution, rho)",
    ),
    "a parameter": ("{n: 8}", "n", "3:7: let: 'n' is taken (choose another name)"),
    "of all specs": ("{alpha: 8}", "alpha", "3:7: let: 'alpha' is taken (choose another name)"),
    "reserved": ("{in: 8}", "in", "3:7: let: 'in' is reserved (another name for the value)"),
    "no name": ("{2x: 8}", "8", "3:7: let: '2x' can't name a value (letters, digits and _)"),
    "what a row knows": (
        "{a: in/2}",
        "a",
        "3:10: let.a: 'in' has no value here "
        "(`in` only in the `let` of a block: what arrives at it)",
    ),
    "no mapping": ("8", "8", "3:6: let: expected names with what they stand for, got '8'"),
    "no arithmetic": (
        "{a: 3 +}",
        "a",
        "3:10: let.a: '3 +' is not arithmetic (arithmetic such as 32*alpha or rho*resolution)",
    ),
}


@pytest.mark.parametrize(("let", "out", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(let: str, out: str, message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        cc.loads(
            f"network: net\nparameters: {{n: {{default: 4, meaning: m}}}}\nlet: {let}\n"
            f"input: 4x4x3\nlayers: [{{conv: 1x1, out: {out}}}, {{conv: 1x1, out: n}}]\n"
        )
    assert [str(problem) for problem in caught.value.problems][:1] == [f"<text>:{message}"]


@pytest.mark.parametrize(
    ("let", "message"),
    [
        ("{c: 4}", "4:32: blocks.b.let: 'c' is taken (choose another name)"),
        ("{w: 4}", "4:32: blocks.b.let: value 'w' is never used (remove it)"),
    ],
)
def test_mistakes_in_a_block(let: str, message: str) -> None:
    with pytest.raises(CostcalcError) as caught:
        cc.loads(
            "network: net\nlet: {w: 8}\ninput: 4x4x3\n"
            f"blocks: {{b: {{takes: [c], let: {let}, layers: [{{conv: 1x1, out: c}}]}}}}\n"
            "layers: [{b: 3}, {conv: 1x1, out: w}]\n"
        )
    assert str(caught.value) == f"<text>:{message}"


def test_it_is_no_parameter_to_set() -> None:
    with pytest.raises(CostcalcError) as caught:
        cc.loads(YOLO).count(wide=8)
    assert caught.value.problems[0].message == "yolo has no parameter 'wide'"
