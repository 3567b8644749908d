"""Norms: what they learn and count, as rows and as what follows a convolution."""

from __future__ import annotations

import pytest
from conftest import amounts, spec

import costcalc as cc
from costcalc.graph.build import build
from costcalc.operators import OPERATORS, Shape
from costcalc.operators.tags import Tag, Terms

X = Shape(7, 5, 12)
ELEMENTS = 7 * 5 * 12
CHANNELS = 12


def terms(row: str, head: str = "input: 7x5x12\n") -> Terms:
    net = cc.loads(spec(f"- {row}\n", head))
    return build(net.spec, net.spec.defaults()).layers[-1].terms


def trainable(rows: str, head: str = "input: 7x5x12\n", **values: object) -> int:
    return cc.loads(spec(rows, head)).count(convention="trainable", **values).params


def test_what_each_norm_counts() -> None:
    run = {name: operator.function for name, operator in OPERATORS.items()}
    for name, kind in (
        ("bn", "bn"),
        ("layernorm", "layer norm"),
        ("instancenorm", "instance norm"),
    ):
        full = amounts(run[name](X).terms)
        assert full[Tag(f"{kind} element")] == ELEMENTS
        assert full[Tag(f"{kind} channel")] == CHANNELS
        assert full[Tag(f"{kind} affine")] == 2 * CHANNELS
        assert not any(word in tag for tag in full for word in ("left out", "unscaled", "plain"))
        bare = amounts(run[name](X, scale=False, shift=False).terms)
        assert bare[Tag(f"{kind} unscaled element")] == bare[Tag(f"{kind} plain element")]
        assert bare[Tag(f"{kind} plain element")] == ELEMENTS
        assert bare[Tag(f"{kind} left out")] == 2 * CHANNELS
        assert Tag(f"{kind} affine") not in bare
    assert amounts(run["layernorm"](X).terms)[Tag.LAYER_NORM_ROW] == 7 * 5
    assert amounts(run["lrn"](X).terms) == amounts(run["lrn"](X, 5).terms)  # AlexNet's
    assert amounts(run["lrn"](X, 4).terms) == {
        Tag.LOCAL_RESPONSE_NORM_ELEMENT: ELEMENTS,
        Tag.LOCAL_RESPONSE_NORM_WINDOW: 4 * ELEMENTS,
        Tag.LOCAL_RESPONSE_NORM_PADDING: 3 * 7 * 5,
        Tag.LOCAL_RESPONSE_NORM_POSITION: 7 * 5,
    }


def test_bn_keeps_its_statistics_without_scale_and_shift() -> None:
    # Keras' Inception v3 has no scale: 3 numbers per channel
    count = cc.loads("input: 8x8x16\nlayers:\n- {bn, scale: false}\n").count
    assert count(convention="trainable").params == 16
    assert count(convention="keras").params == 3 * 16


def test_one_slope_for_the_layer() -> None:
    rows = "- {conv: 3x3, out: 8, padding: same}\n"
    head = "input: 8x8x3\n"
    assert trainable(f"{rows}- prelu\n", head) == 3 * 3 * 3 * 8 + 8
    assert trainable(f"{rows}- {{prelu: channel}}\n", head) == 3 * 3 * 3 * 8 + 8
    assert trainable(f"{rows}- {{prelu: layer}}\n", head) == 3 * 3 * 3 * 8 + 1 == 217
    fused = "- {conv: 3x3, out: 8, activation: {prelu: layer}}\n"
    assert trainable(fused, head) == 217


@pytest.mark.parametrize(
    ("norm", "row"),
    [
        ("batch", "bn"),
        ("layer", "layernorm"),
        ("{group: 4}", "{groupnorm: 4}"),
        ("{group: in}", "{groupnorm: in}"),  # what arrives at the norm, as in its row
        ("{group: in/2}", "{groupnorm: in/2}"),
        ("instance", "instancenorm"),
        ("rms", "rmsnorm"),
        ("lrn", "lrn"),
        ("{lrn: 3}", "{lrn: 3}"),
        ("{batch, scale: false}", "{bn, scale: false}"),
        ("{layer, shift: false}", "{layernorm, shift: false}"),
        ("{group: 2, scale: false, shift: false}", "{groupnorm: 2, scale: false, shift: false}"),
        ("{batch: }", "bn"),
    ],
)
def test_a_norm_that_follows_counts_as_its_row(norm: str, row: str) -> None:
    head = "input: 7x5x6\n"
    fused = terms(f"{{conv: 1x1, out: 12, norm: {norm}}}", head)
    apart = terms(row, "input: 7x5x12\n")
    kinds = {tag: fused.amount(tag) for tag in fused if "conv" not in tag}
    folding = {"bn kept element", "bn kept affine", "bn folded bias add", "bn folded bias"}
    assert {tag: n for tag, n in kinds.items() if tag not in folding} == {
        tag: apart.amount(tag) for tag in apart if tag not in folding
    }
    default = terms("{conv: 1x1, out: 12}", f"{head}defaults: {{norm: {norm}}}\n")
    assert amounts(default) == amounts(fused)


def test_only_a_bn_is_folded() -> None:
    conv = "{conv: 1x1, out: 12, norm: "
    assert terms(f"{conv}{{batch, scale: false}}}}").amount(Tag.BN_FOLDED_BIAS) == 12
    for norm in ("layer", "instance", "{group: 4}", "rms", "lrn"):
        assert not any("fold" in tag for tag in terms(f"{conv}{norm}}}"))
        net = cc.loads(spec(f"- {conv}{norm}}}\n- bn\n", "input: 7x5x12\n"))
        bn = build(net.spec, {}).layers[-1].terms
        assert bn.amount(Tag.BN_KEPT_ELEMENT) == ELEMENTS  # the norm lies between
        assert Tag.BN_FOLDED_BIAS not in bn


def test_a_block_may_be_given_the_norm() -> None:
    blocks = "blocks: {b: {takes: [n], layers: [{conv: 1x1, out: 4, norm: n}]}}\n"
    for word, learned in (("layer", 8), ("rms", 4), ("none", 0)):
        head = f"input: 7x5x12\n{blocks}"
        assert trainable(f'- {{b: "{word}"}}\n', head) == 12 * 4 + learned
    with pytest.raises(cc.CostcalcError, match=r"group needs its groups .*\({group: a positive"):
        trainable('- {b: "group"}\n', f"input: 7x5x12\n{blocks}")


def test_groups_divide_the_channels() -> None:
    head = "parameters: {g: {default: 4, meaning: groups}}\ninput: 7x5x12\n"
    rows = "- {conv: 1x1, out: 12, norm: {group: g}}\n"
    net = cc.loads(spec(rows, head))
    assert net.count(convention="trainable").params == 12 * 12 + 2 * 12
    message = "12 channels are not divisible by 5 groups"
    with pytest.raises(cc.CostcalcError, match=rf"{message} \[at g = 5\]"):
        net.count(g=5)
    assert net.formula().exact_when == ("((12)/(g)) % 1 == 0",)
    with pytest.raises(cc.CostcalcError, match=r"\(\(12\)/\(g\)\)"):
        net.formula().at(g=5, rounded=True)
    with pytest.raises(cc.CostcalcError, match=message):
        cc.loads(spec("- {groupnorm: 5}\n", "input: 7x5x12\n")).count()


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        ("norm: group", "29: layers[0].norm: group needs its groups "
         "({group: a positive whole number, or an expression})"),
        ("norm: {batch: 3}", "37: layers[0].norm.batch: batch takes no value (write `batch`)"),
        ("norm: {none: 1}", "30: layers[0].norm: none takes no value (write `none`)"),
        ("norm: {layer, scal: false}", "37: layers[0].norm: unknown key 'scal' for layer "
         "(did you mean 'scale'?)"),
        ("norm: {layer, scale: no}", "44: layers[0].norm.scale: expected true or false, got 'no' "
         "(did you mean 'false'?)"),
        ("norm: [layer]", "29: layers[0].norm: expected batch, layer, group, instance, rms, lrn or "
         "none, got a list"),
        ("norm: {group: k}", "29: layers[0].norm: undefined name 'k' "
         "(known: alpha, classes, delta, resolution, rho)"),
        ("activation: {prelu: all}", "43: layers[0].activation.prelu: expected channel or layer, "
         "got 'all' (known: channel, layer)"),
    ],
)  # fmt: skip
def test_what_is_no_norm(column: str, problem: str) -> None:
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(spec(f"- {{conv: 1x1, out: 8, {column}}}\n"), "net.yaml")
    assert str(error.value) == f"net.yaml:4:{problem}"


def test_a_scale_is_no_value() -> None:
    with pytest.raises(cc.CostcalcError) as error:
        cc.loads(spec("- {bn: false}\n- {groupnorm: , num_groups: 4}\n"), "net.yaml")
    assert [str(problem) for problem in error.value.problems] == [
        "net.yaml:4:8: layers[0].bn: bn takes no value (write `bn`)",
        "net.yaml:5:15: layers[1].groupnorm: groupnorm needs its groups "
        "(groupnorm: a positive whole number, or an expression)",
        "net.yaml:5:17: layers[1]: unknown key 'num_groups' for groupnorm "
        "(it is the value of groupnorm itself: a positive whole number, or an expression)",
    ]
