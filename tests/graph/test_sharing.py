"""Weights used twice: parameters once and Mult-Adds each time; what can't be shared is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Run, spec

import costcalc as cc
from costcalc.graph.build import build

#: One head on three maps, as in RetinaNet.
HEAD = """network: head
input: 64x64x256
defaults: {padding: same, bias: true}
blocks:
  head: {layers: [{conv: 3x3, out: 256}, relu, {conv: 3x3, out: 36}]}
layers:
- branch: [{head: , name: head}]
- {conv: 3x3, out: 256, stride: 2}
- branch: [{head: , weights: head}]
- {conv: 3x3, out: 256, stride: 2}
- branch: [{head: , weights: head}]
"""
EIGHT = "input: 4x4x8\n"


def test_a_head_on_three_maps_is_learned_once() -> None:
    net = cc.loads(HEAD)
    stride, last = 9 * 256 * 256, 9 * 256 * 36
    count = net.count()
    on_maps = (64**2 + 32**2 + 16**2) * (stride + last)
    assert count.mult_adds == on_maps + (32**2 + 16**2) * stride == 4_371_775_488
    assert count.params == 3 * stride + last == 1_852_416
    assert net.count(convention="trainable").params == 1_852_416 + 3 * 256 + 36 == 1_853_220
    users = {layer.path: layer.weights for layer in count.layers if layer.weights}
    assert users == {
        "branch2/conv5": "branch1/conv1",
        "branch2/conv7": "branch1/conv3",
        "branch3/conv9": "branch1/conv1",
        "branch3/conv11": "branch1/conv3",
    }


def test_rounds_that_share_their_weights() -> None:
    rows = "- {repeat: 2, weights: shared, layers: [{conv: 3x3, out: 16, padding: 1}]}\n"
    count = cc.loads(spec(rows, "input: 8x8x16\n")).count()
    assert (count.mult_adds, count.params) == (2 * 64 * 9 * 16 * 16, 9 * 16 * 16) == (294_912, 2304)
    head = "input: 8x8x16\nblocks: {b: {layers: [{conv: 3x3, out: 16}]}}\n"
    head += "parameters: {n: {default: 2, meaning: depth}}\n"
    net = cc.loads(spec("- {b: , repeat: n, weights: shared}\n", head))
    formula = net.formula()
    assert [formula.at(n=n) for n in (1, 2, 9)] == [(n * 147_456, 2304) for n in (1, 2, 9)]
    assert list(net.sweep(n=[1, 2, 9]).params) == 3 * [2304]
    assert [int(x) for x in net.compile()(n=5)] == [5 * 147_456, 2304]


#: pytorchcv's ShaResNet: the 3×3 convolutions of a stage are one, each with a BN of its own.
#: Where the 3×3 has the stride, that of the first unit is not shared.
SHARES_NET = """parameters: {classes: 1000}
input: 224x224x3
defaults: {norm: batch, activation: relu, padding: half}
blocks:
  unit:
    takes: {c: , s: 1, t: 1}
    layers:
    - add:
      -BODY
      - - {conv: 1x1, out: WIDE, stride: s*t, activation: none, when: s*t != 1 or in != WIDE}
    - relu
  again:
    takes: {c: , s: 1, t: 1}
    layers:
    - residual:AGAIN
    - relu
layers:
- {conv: 7x7, out: 64, stride: 2}
- {maxpool: 3x3, stride: 2, padding: 1}
STAGES
- {avgpool: 7}
- flatten
- {fc: classes, bias: true}
"""
BASIC = """
        - {conv: 3x3, out: c, stride: s}
        - {conv: 3x3, out: c, activation: none, SHARE}"""
BOTTLENECK = """
        - {conv: 1x1, out: c, stride: s}
        - {conv: 3x3, out: c, stride: t, SHARE}
        - {conv: 1x1, out: 4*c, activation: none}"""


def shares_net(body: str, units: list[int], *, stride_in_3x3: bool) -> str:
    """The spec; ``units`` are those of each stage."""
    stages = ""
    for stage, n in enumerate(units):
        c, s = 64 * 2**stage, min(stage + 1, 2)
        if stride_in_3x3 and s == 2:  # the first unit has a 3×3 of its own
            stages += f"- {{unit: [{c}, 1, 2]}}\n- {{unit: {c}}}\n"
            n -= 1
        else:
            stages += f"- {{unit: [{c}, {s}]}}\n"
        stages += f"- {{again: {c}, repeat: {n - 1}}}\n"
    text = SHARES_NET.replace("BODY", body.replace("SHARE", "name: stage"))
    text = text.replace("AGAIN", body.replace("SHARE", "weights: {stage, own: norm}"))
    text = text.replace("WIDE", "c" if body is BASIC else "4*c")
    return text.replace("STAGES\n", stages)


@pytest.mark.parametrize(
    ("body", "units", "stride_in_3x3", "params"),
    [
        (BASIC, [2, 2, 2, 2], False, 8_556_072),
        (BASIC, [3, 4, 6, 3], False, 13_613_864),
        (BOTTLENECK, [3, 4, 6, 3], False, 17_373_224),
        (BOTTLENECK, [3, 4, 6, 3], True, 20_469_800),
        (BOTTLENECK, [3, 4, 23, 3], False, 26_338_344),
        (BOTTLENECK, [3, 4, 23, 3], True, 29_434_920),
        (BOTTLENECK, [3, 8, 36, 3], False, 33_724_456),
    ],
)
def test_share_resnets(body: str, units: list[int], stride_in_3x3: bool, params: int) -> None:
    """Totals of pytorchcv's models/sharesnet.py (18, 34, 50, 50b, 101, 101b, 152)."""
    net = cc.loads(shares_net(body, units, stride_in_3x3=stride_in_3x3))
    assert net.count(convention="trainable").params == params


@pytest.mark.parametrize(
    ("lender", "user", "has", "needs"),
    [
        ("conv: 3x3, out: 8", "conv: 3x3, out: 16", "conv 3x3 8 → 8", "conv 3x3 8 → 16"),
        ("conv: 3x3, out: 8", "conv: 1x3, out: 8", "conv 3x3 8 → 8", "conv 1x3 8 → 8"),
        ("conv: 3x3, out: 8", "dwconv: 3x3", "conv 3x3 8 → 8", "depthwise 3x3 8 → 8 in 8 groups"),
        ("conv: 3x3, out: 8", "tconv: 3x3, out: 8", "conv 3x3 8 → 8", "transposed conv 3x3 8 → 8"),
        (
            "conv: 3x3, out: 8, groups: 2",
            "conv: 3x3, out: 8, groups: 4",
            "group conv 3x3 8 → 8 in 2 groups",
            "group conv 3x3 8 → 8 in 4 groups",
        ),
        (
            "conv: 3x3, out: 8",
            "conv: 3x3, out: 8, bias: true",
            "conv 3x3 8 → 8",
            "conv 3x3 8 → 8, 8 conv bias",
        ),
        (
            "conv: 1, out: 8, norm: layer",
            "conv: 1, out: 8, norm: {layer, shift: false}",
            "conv 1x1 8 → 8, 16 layer norm affine",
            "conv 1x1 8 → 8, 8 layer norm affine",
        ),
        ("prelu: ", "prelu: layer", "8 prelu weight", "1 prelu weight"),
        (
            "lstm: 2, biases: 0",
            "rnn: 8, biases: 0",
            "lstm 8 → 2, 80 recurrent weight",
            "rnn 2 → 8, 80 recurrent weight",
        ),
    ],
)
def test_what_differs_in_shape_is_refused(lender: str, user: str, has: str, needs: str) -> None:
    net = cc.loads(spec(f"- {{{lender}, name: a}}\n- {{{user}, weights: a}}\n", EIGHT))
    with pytest.raises(cc.CostcalcError) as error:
        net.count()
    (problem,) = error.value.problems
    assert problem.message.endswith(f"2 uses the weights of a, {has}, and needs {needs}")
    assert problem.hint == "all that share weights must be of one shape"


WITHOUT = (
    "there are no weights of 'a' to use "
    "(its row must stand before this one, exist here, and learn something)"
)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("- {conv: 1, out: 8, weights: a}\n- {conv: 1, out: 8, name: a}\n", f"3:30: {WITHOUT}"),
        ("- {bn: , name: a, when: in > 8}\n- {bn: , weights: a}\n", f"4:19: {WITHOUT}"),
        ("- {relu: , name: a}\n- {bn: , weights: a}\n", f"4:19: {WITHOUT}"),
        (
            "- {bn: , name: a}\n- {relu: , weights: a}\n",
            "4:21: weights in a row that learns nothing: relu (remove them)",
        ),
        (
            "- {bn: , name: a}\n- {from: a, weights: a}\n",
            "4:13: weights in a row that learns nothing (write its operator first)",
        ),
        (
            "- {bn: , name: a}\n- {residual: [bn], weights: a}\n",
            "4:15: bn2 has no counterpart in the row whose weights it would use "
            "(rows correspond by where they stand in their block or structure)",
        ),
        (
            "- {repeat: 2, name: a, layers: [bn]}\n- {repeat: 3, weights: a, layers: [bn]}\n",
            "4:24: repeat2/bn5 uses weights of 3 rounds, there are those of 2 (as many rounds)",
        ),
        ("- {bn: , name: a}\n- {bn: , weights: b}\n", "4:19: no row is named 'b' (known: a)"),
        (
            "- {bn: , weights: shared}\n",
            "3:19: no row is named 'shared' "
            "(rounds share weights: {repeat: n, weights: shared, layers: [...]})",
        ),
        (
            "- {bn: , name: shared}\n- {repeat: 2, weights: shared, layers: [bn]}\n",
            "4:24: 'shared' is the name of a row too "
            "(another name for the row: its rounds share weights)",
        ),
        (
            "- {bn: , name: a}\n- {bn: , weights: {a, of: norm}}\n",
            "4:23: unknown key 'of' for weights (known: own)",
        ),
        (
            "- {bn: , name: a}\n- {bn: , weights: {a, own: scale}}\n",
            "4:28: expected norm, bias or activation, got 'scale' (known: activation, bias, norm)",
        ),
        (
            "- {bn: , name: a}\n- {bn: , weights: {a: 1, own: norm}}\n",
            "4:20: a takes no value ({a, own: norm})",
        ),
        (
            "- {repeat: 2, weights: shared, layers: [{conv: 1, out: in + 8}]}\n",
            "3:41: conv2 uses the weights of repeat1/conv1, conv 1x1 8 → 16, "
            "and needs conv 1x1 16 → 24 (all that share weights must be of one shape)",
        ),
    ],
)
def test_what_has_no_weights_to_use(rows: str, message: str) -> None:
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(spec(rows, "input: 4x4x8\n").removeprefix("network: net\n")).count()
    said = [str(problem).split(": ") for problem in error.value.problems]
    assert [": ".join((one[0].removeprefix("<text>:"), *one[2:])) for one in said] == [message]


def test_what_is_wrong_with_the_lender_is_said_once() -> None:
    rows = "- {conv: 9, out: 8, padding: valid, name: a}\n- {conv: 1, out: 8, weights: a}\n"
    with pytest.raises(cc.CostcalcError, match="the height becomes -4") as error:
        cc.loads(spec(rows, EIGHT)).count()
    assert len(error.value.problems) == 1


@pytest.mark.parametrize(
    ("own", "trainable", "keras", "deployed"),
    [
        # one conv and its BN: trained 2·8, stored 4·8; folded it is a bias
        ("weights: a", 64 + 16, 64 + 32, 64 + 8),
        # two BNs; each is folded into a convolution of its own
        ("weights: {a, own: norm}", 64 + 32, 64 + 64, 2 * (64 + 8)),
    ],
)
def test_norms_are_shared_unless_they_are_a_rows_own(
    own: str, trainable: int, keras: int, deployed: int
) -> None:
    fused = "- {conv: 1, out: 8, norm: batch, name: a}\n- {conv: 1, out: 8, norm: batch, OWN}\n"
    block = "- {b: , name: a}\n- {b: , OWN}\n"
    head = f"{EIGHT}blocks: {{b: {{layers: [{{conv: 1, out: 8}}, bn]}}}}\n"
    for rows in (fused, block):
        net = cc.loads(spec(rows.replace("OWN", own), head))
        found = [net.count(convention=c).params for c in ("trainable", "keras", "deployed")]
        assert found == [trainable, keras, deployed]
        assert net.count(convention="weights").params == 64


def test_a_bn_after_a_row_that_uses_weights_is_folded_into_a_copy_of_them() -> None:
    row = "{conv: 1, out: 8, bias: true, "
    rows = f"- {row}name: a}}\n- bn\n- {row}weights: a}}\n- bn\n"
    net = cc.loads(spec(rows, EIGHT))
    assert net.count(convention="trainable").params == 64 + 8 + 2 * 16
    assert net.count(convention="deployed").params == 2 * (64 + 8)


def test_a_copy_has_as_many_numbers_as_what_it_is_of() -> None:
    """Filters that are fixed are no parameters, folded or not: two biases are left."""
    row = "{conv: 1, out: 8, bias: true, fixed: true, "
    rows = f"- {row}name: a}}\n- bn\n- {row}weights: a}}\n- bn\n"
    net = cc.loads(spec(rows, EIGHT))
    assert net.count(convention="trainable").params == 8 + 2 * 16
    assert net.count(convention="deployed").params == 2 * 8


def test_biases_and_slopes_of_its_own() -> None:
    row = "conv: 1, out: 8, bias: true, activation: prelu"
    for own, params in (("bias", 64 + 8 + 2 * 8), ("[bias, activation]", 64 + 2 * 16)):
        rows = f"- {{{row}, name: a}}\n- {{{row}, weights: {{a, own: {own}}}}}\n"
        count = cc.loads(spec(rows, EIGHT)).count(convention="trainable")
        assert count.params == params
        assert count.layers[1].weights == "a"


def test_a_row_that_uses_weights_can_lend_them() -> None:
    rows = "- {bn: , name: a}\n- {bn: , weights: a, name: b}\n- {bn: , weights: b}\n"
    graph = build(cc.loads(spec(rows, EIGHT)).spec, {})
    assert [layer.weights for layer in graph.layers] == [None, 0, 0]


def test_a_block_takes_the_name_of_the_row_whose_weights_it_uses() -> None:
    block = "{takes: [w], layers: [{conv: 3, out: 8, weights: {w, own: bias}, bias: true}]}"
    rows = "- {conv: 3, out: 8, bias: true, name: a}\n- {b: a}\n- {b: a}\n"
    count = cc.loads(spec(rows, f"{EIGHT}blocks: {{b: {block}}}\n")).count(convention="trainable")
    assert count.params == 9 * 64 + 3 * 8


def test_a_name_that_is_given_again_lends_what_came_last() -> None:
    rows = "- {bn: , name: a}\n- {conv: 3, out: 8, name: a}\n- {conv: 3, out: 8, weights: a}"
    assert cc.loads(spec(rows, EIGHT)).count().params == 9 * 64


def test_a_linear_layer_that_is_shared_is_not_counted_again() -> None:
    row = "- {conv: 1, out: 8, coded: linear, "
    rows = f"{row}name: a}}\n{row}weights: a}}"
    net = cc.loads(spec(rows, "input: 1x1x8\n"))
    assert net.count().params == 64
    assert net.count(convention="without-classifier").params == 0


def test_the_closed_form_says_where_the_weights_fit() -> None:
    net = cc.loads(
        spec(
            "- {conv: 1, out: k, name: a}\n- {conv: 1, out: 8, weights: a}\n",
            f"parameters: {{k: {{default: 8, meaning: width}}}}\n{EIGHT}",
        )
    )
    assert net.formula().exact_when == ("k - 8 == 0",)
    assert list(net.sweep(k=[4, 8], skip=True).params) == [64]


def test_what_is_printed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(spec("- {bn: , name: a}\n- relu\n- {bn: , weights: a}\n", EIGHT))
    note = "1 layer uses the weights of others: what is shared counts once, its work each time"
    shown = run("count", str(file), "--convention", "trainable").stdout
    assert "parameters     share  weights of\n" in shown
    assert (
        "bn3    batch norm          4x4x8  4x4x8           0  0.00 %           0    0.00 %  a\n"
        in shown
    )
    assert f"\nnote  {note}\n" in shown
    rows = [line.split() for line in run("show", str(file)).stdout.splitlines()]
    assert ["Batch", "norm", "4×4×8", "a"] in rows
    data = json.loads(run("count", str(file), "--format", "json").stdout)
    assert [layer.get("weights") for layer in data["layers"]] == [None, None, "a"]
    assert data["notes"] == [note]
    for words in (("show", str(file)), ("explain", str(file), "--to", "keras")):
        assert note in json.loads(run(*words, "--format", "json").stdout)["notes"]


def test_closed_forms_name_the_row_whose_weights_are_used(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(
        spec("- {conv: 1x1, out: 8, name: a}\n- {conv: 1x1, out: 8, weights: a}\n", EIGHT)
    )
    lines = run("formula", str(file), "--by", "layer").stdout.splitlines()
    (heading,) = [line for line in lines if line.startswith("layer")]
    assert heading.split() == ["layer", "Mult-Adds", "parameters", "weights", "of"]
    (row,) = [line.split() for line in lines if line.startswith("conv2")]
    assert row == ["conv2", "1024", "0", "a"]  # 4·4·8·8


def test_columns_are_left_out_where_nothing_is_shared(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(spec("- bn\n- bn\n", EIGHT))
    for words in (("count",), ("show",), ("formula", "--by", "layer")):
        assert "weights of" not in run(*words, str(file)).stdout


def test_a_recurrent_layer_is_shared() -> None:
    rows = "- {lstm: 4, name: a}\n- {lstm: 4, weights: {a, own: bias}, biases: 1}\n"
    count = cc.loads(spec(rows, "input: {length: 9, channels: 4}\n")).count(convention="trainable")
    assert count.params == 4 * 4 * (4 + 4) + 2 * 16 + 16
